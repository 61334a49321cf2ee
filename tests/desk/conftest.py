"""The cast, and a client for any of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast."""
    return make_cast()


@pytest.fixture
def browser() -> Callable[[Staff | None], Client]:
    """A client signed in as somebody, or as nobody."""

    def made(user: Staff | None) -> Client:
        client = Client(headers={"host": "localhost"})
        if user is not None:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return made

"""The frame in which every action on the plan runs: one transaction, one verb, and one at a time for each thing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from django.db import connection, models

from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import NotThere, Refused
from goldthread.improvement.rules import NOT_THERE

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

KEEP, NOTE, OWN, BOARD, SEE, REGISTER = "plan.keep", "plan.note", "plan.own", "plan.board", "plan.see", "plan.register"
M = TypeVar("M", bound=models.Model)


@contextmanager
def planning(user: Staff, verb: str) -> Iterator[Acting]:
    """One transaction in which ``user`` does ``verb``. Raises ``Refused`` where their role may not."""
    with acting(user) as act:
        if not user.can(verb):
            raise Refused(f"Your role, {user.seat.name}, may not do this.")
        yield act


def there(model: type[M], number: int) -> M:
    """The row of this number, held until the transaction ends. Raises ``NotThere``."""
    hold(model, number)
    found = model._default_manager.filter(pk=number).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def hold(model: type[models.Model], number: int) -> None:
    """Have whoever else holds this wait. Rows that are only added to cannot be locked themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 53))", [f"{model._meta.label}{number}"])

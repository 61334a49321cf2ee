"""The bar marks where a page belongs, also on the pages behind an entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.presenters import _nav
from tests.cast import Cast

Browser = Callable[[Staff | None], Client]


@pytest.mark.parametrize(
    ("role", "path", "marked"),
    [
        ("vast", "/safeguarding/", {"Safeguarding": "page"}),
        ("vast", "/safeguarding/concerns/7/", {"Safeguarding": "true"}),
        ("vast", "/safeguarding/children/", {"Safeguarding": "true"}),
        ("supervisor", "/safeguarding/clocks", {"Safeguarding": "true"}),
        ("supervisor", "/supervision/", {"Supervision": "page"}),
        ("supervisor", "/supervision/0f0e0d0c-0000-4000-8000-000000000000/", {"Supervision": "true"}),
        ("supervisor", "/measures/weeks/children-asked/", {"Measures": "true"}),
        ("supervisor", "/board/", {"Board": "page"}),
        ("supervisor", "/incidents/0f0e0d0c-0000-4000-8000-000000000000/", {}),
        ("supervisor", "/accounts/password/change/", {}),
        ("pcc", "/commissioner/", {"Commissioner": "page"}),
        ("pcc", "/commissioner/tables/first-contact/", {"Commissioner": "true"}),
    ],
)
def test_the_bar_marks_the_page_or_the_entry_that_it_lies_behind(
    cast: Cast, role: str, path: str, marked: dict[str, str]
) -> None:
    assert {one["text"]: one["current"] for one in _nav(getattr(cast, role), path) if one["current"]} == marked


def test_the_page_says_it_to_who_cannot_see_the_mark(cast: Cast, browser: Browser) -> None:
    page = browser(cast.vast).get("/safeguarding/children/").text
    assert '<a href="/safeguarding/" aria-current="true"' in page

"""The bar marks where a page belongs, also on the pages behind an entry."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from goldthread.accounts.models import Staff
from goldthread.accounts.presenters import _entries, _nav
from tests.cast import Cast
from tests.quality.scenes import person

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
        ("silver", "/governance/", {"Governance": "page"}),
        ("silver", "/measures/weeks/children-asked/", {"Governance": "true"}),
        ("silver", "/quality/themes/", {"Governance": "true"}),
        ("silver", "/learning/standing/", {"Governance": "true"}),
        ("silver", "/governance/packs/", {"Governance": "true"}),
        ("silver", "/improvement/", {"Plan": "page"}),
        ("fim", "/governance/figures/", {"Governance": "page"}),
        ("fim", "/measures/", {"Measures": "page"}),
        ("pcc", "/commissioner/", {"Commissioner": "page"}),
        ("pcc", "/commissioner/tables/first-contact/", {"Commissioner": "true"}),
    ],
)
def test_the_bar_marks_the_page_or_the_entry_that_it_lies_behind(
    cast: Cast, role: str, path: str, marked: dict[str, str]
) -> None:
    assert {one["text"]: one["current"] for one in _nav(getattr(cast, role), path) if one["current"]} == marked


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("silver", ["Meetings", "Plan", "Governance", "Reader"]),
        ("gold", ["Meetings", "Plan", "Governance", "Commissioner", "Reader"]),
        ("programme_lead", ["Meetings", "Plan", "Governance", "Commissioner", "Reader"]),
        ("qa_lead", ["Quality", "Learning", "Measures", "Governance"]),
        ("hmicfrs_liaison", ["Register", "Measures", "Packs"]),
    ],
)
def test_boards_people_have_a_calm_bar_and_others_the_pages_that_are_theirs(
    cast: Cast, role: str, told: list[str]
) -> None:
    assert [one["text"] for one in _nav(person(cast, "somebody", role), "/")] == told


@pytest.mark.parametrize("role", ["silver", "gold", "programme_lead"])
def test_every_main_page_of_theirs_is_two_keys_away(cast: Cast, browser: Browser, role: str) -> None:
    """Each page of the bar as it was, and each of the hub, is the target of a chord of the bar or of a key of the hub, and opens."""
    user = person(cast, "somebody", role)
    client = browser(user)
    hub = client.get("/governance/").text
    keys = re.findall(r'<a [^>]*href="([^"]+)"[^>]* data-key="([^"]+)"', hub)
    assert len({key for _, key in keys}) == len(keys), "no key stands twice"
    reached = {href for href, _ in keys}
    assert {reverse(name) for name, _, _ in _entries(user)} <= reached
    for href in reached:
        assert client.get(href).status_code == 200, href


def test_the_page_says_it_to_who_cannot_see_the_mark(cast: Cast, browser: Browser) -> None:
    page = browser(cast.vast).get("/safeguarding/children/").text
    assert '<a href="/safeguarding/" aria-current="true"' in page

"""Two versions of a THRIVE side by side: what only one of them says is marked in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.desk.presenters import side_by_side
from goldthread.desk.record import Record
from tests.cast import Cast, assess, attended, graded, opened

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def assessed(cast: Cast) -> Incident:
    """An incident with three versions."""
    incident = opened(cast.handler)
    for text in ("He is at the door.", "He is in the house.", "He has left <b>."):
        assess(cast.handler, incident, text)
    return incident


def words(html: str) -> str:
    return re.sub(r"\s+", " ", html)


def test_what_changed_is_marked_in_both(cast: Cast, assessed: Incident) -> None:
    (row,) = side_by_side(Record(assessed), 1, 2)
    assert [(one.kind, one.text) for one in row["left"]] == [
        ("same", "He is "),
        ("gone", "at"),
        ("same", " the "),
        ("gone", "door."),
    ]
    assert [(one.kind, one.text) for one in row["right"]] == [
        ("same", "He is "),
        ("new", "in"),
        ("same", " the "),
        ("new", "house."),
    ]


def test_the_first_stands_beside_nothing(cast: Cast, assessed: Incident) -> None:
    (row,) = side_by_side(Record(assessed), 0, 1)
    assert row["left"] == []
    assert [one.kind for one in row["right"]] == ["new"]


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        ({}, (2, 3)),
        ({"left": "1", "right": "3"}, (1, 3)),
        ({"left": "3", "right": "1"}, (3, 1)),
        ({"left": "9", "right": "1"}, (2, 3)),
        ({"left": "-1", "right": "x" * 9_000}, (2, 3)),
        ({"left": "²", "right": "99999999999999999999"}, (2, 3)),
    ],
)
def test_the_newest_two_unless_both_asked_for_are_there(
    cast: Cast, browser: Browser, assessed: Incident, asked: dict[str, str], stands: tuple[int, int]
) -> None:
    page = words(browser(cast.handler).get(f"/incidents/{assessed.pk}/versions", asked).text)
    assert re.findall(r'value="(\d)" selected', page) == [str(one) for one in stands]
    assert "<b>" not in page


def test_without_any_it_says_so(cast: Cast, browser: Browser) -> None:
    assert (
        "No THRIVE has been written yet"
        in browser(cast.handler).get(f"/incidents/{opened(cast.handler).pk}/versions").text
    )


@pytest.mark.parametrize("who", ["far_dispatcher", "officer", "pcc"])
def test_others_see_nothing(cast: Cast, browser: Browser, assessed: Incident, who: str) -> None:
    assert browser(getattr(cast, who)).get(f"/incidents/{assessed.pk}/versions").status_code in {403, 404}
    assert browser(None).get(f"/incidents/{assessed.pk}/versions").status_code == 302


def test_a_grade_shows_what_became_of_its_clocks(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "priority")
    graded(cast.handler, incident, "immediate")
    attended(cast, incident)
    page = words(browser(cast.handler).get(f"/incidents/{incident.pk}/").text)
    assert len(re.findall(r"Attendance by [^<]*: another grade", page)) == 1
    assert len(re.findall(r"Attendance by [^<]*: officer", page)) == 1
    assert len(re.findall(r"Allocation by [^<]*: dispatcher", page)) == 1

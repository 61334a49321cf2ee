"""Small numbers stay inside the force: what measures once withheld on their page is withheld from what is issued, and nothing more is issued."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.commissioner.catalogue import tables, up_to
from goldthread.commissioner.composing import Words, compose
from goldthread.contact.models import Incident
from tests.cast import Cast
from tests.commissioner.scenes import gold, issued, months
from tests.commissioner.test_composing import alone, issue, made, places
from tests.measures.busy import busy

__all__ = ["busy"]

Browser = Callable[[Staff | None], Client]


@pytest.mark.parametrize(
    ("met", "of", "state"),
    [
        (0, 0, "told"), (0, 4, "withheld"), (0, 5, "told"), (1, 9, "part"), (4, 9, "part"), (5, 9, "part"), (5, 10, "told"),
        (9, 10, "part"), (10, 10, "told"), (2, 4, "withheld"),
    ],
)  # fmt: skip
def test_small_numbers_are_withheld(met: int, of: int, state: str) -> None:
    found = issue(made("alone", periods=1), date(2026, 3, 31), alone(m03=(met, of)))
    place = places(found)["2026-03"]
    assert place["state"] == state
    assert (place["of"], place["met"]) == {"told": (of, met), "part": (of, None), "withheld": (None, None)}[state]


@pytest.mark.parametrize(("difference", "withheld"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_that_differs_by_few_from_the_wider_it_lies_within_is_withheld(difference: int, withheld: bool) -> None:
    counts: Any = {"2026-03": {"a": (40, 60), "b": (40 - difference, 60)}}
    found = issue(made("within", periods=1), date(2026, 3, 31), counts)
    states = [places(found, code)["2026-03"]["state"] for code in ("a", "b")]
    assert (states != ["told", "told"]) is withheld
    assert places(found, "a")["2026-03"]["of"] == 60


def test_a_small_number_cannot_be_reckoned_from_those_it_shares_the_cases_with() -> None:
    table = tables()["look-back"]
    periods = up_to("quarter", date(2026, 9, 30), 1)
    words = {code: Words(code, "", "") for code in table.measures}
    counts: Any = {periods[0].code: dict(zip(table.measures, [(50, 60), (7, 60), (3, 60)], strict=True))}
    told = compose(table, periods, counts, words, number=1, small=5).content["rows"]
    states = {row["measure"]: row["places"][0]["state"] for row in told}
    assert states["lookback-reopened"] == "part"
    assert sorted(states.values()) == ["part", "part", "told"], "one more, so that the third is not what is left"


def test_what_is_issued_tells_counts_and_no_time_case_or_person(busy: Cast, browser: Browser) -> None:
    Incident.objects.update(opened_at=months()[-1].since)
    pages = []
    for code in tables():
        content = issued(busy, code).content
        for row in content["rows"]:
            assert set(row) == {"measure", "name", "definition", "good", "places"}
            for one in row["places"]:
                assert set(one) == {"period", "state", "of", "met", "issued", "was"}
                assert not 0 < (one["of"] or 0) < 5
                assert not 0 < (one["met"] or 0) < 5
                assert not 0 < (one["of"] or 0) - (one["met"] or 0) < 5 or one["met"] is None
        pages.append(browser(busy.pcc).get(f"/commissioner/tables/{code}/").text)
    assert any("withheld" in page for page in pages)
    named = [one.name for one in Staff.objects.exclude(pk=busy.pcc.pk)]
    for page in pages:
        assert not [one for one in Incident.objects.all() if one.reference in page or str(one.pk) in page]
        assert not [one for one in named if one in page], "the office is named, not the person"
        assert gold(busy).name not in page

"""Small numbers stay inside the force, and cases with those who may open them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures import queries
from goldthread.measures.registry import Measure, Point, measures
from tests.cast import Cast
from tests.measures.busy import MONTH, Browser, busy, pages_time, waited

__all__ = ["busy", "waited"]


def test_a_time_is_withheld_with_its_figure(waited: Cast, browser: Browser) -> None:
    outside = browser(waited.pcc)
    assert "0 of 8 36 min 1 h 8 " in pages_time(outside.get("/measures/").text, "first-thrive-in-time")
    longest = list(Incident.objects.order_by("opened_at").values_list("pk", flat=True)[:4])
    Incident.objects.filter(pk__in=longest).update(opened_at=F("opened_at") - 2 * MONTH)
    told = pages_time(outside.get("/measures/").text, "first-thrive-in-time")
    assert "withheld" in told
    assert "36 min" not in told
    for page, reader in (("withheld", outside), ("half within", browser(waited.silver))):
        assert f"none was written: {page}" in reader.get("/measures/weeks/first-thrive-in-time/").text


@pytest.mark.parametrize(
    ("timed", "withheld"), [(None, False), (0, False), (4, True), (5, False), (36, True), (40, False)]
)
def test_few_cases_with_a_time_or_without_are_withheld_from_outside(timed: int | None, withheld: bool) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    length = timedelta(minutes=4) if timed else None
    point = Point(measures()[0], now, now, 20, 40, timed, length, length)
    assert queries.shown_to([point], outside=True)[0]["withheld"] is withheld


@pytest.mark.parametrize(("difference", "withheld"), [(0, False), (1, True), (4, True), (5, False)])
def test_one_that_differs_by_few_from_the_wider_it_lies_within_is_withheld_from_outside(
    difference: int, withheld: bool
) -> None:
    def cases(*_: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
        return Incident.objects.all(), Incident.objects.all()

    wide = Measure("wide", "Wide", "All.", timedelta(days=28), "up", cases)
    narrow = replace(wide, code="narrow", within="wide")
    now = datetime(2026, 11, 28, tzinfo=UTC)
    points = [Point(wide, now, now, 40, 60), Point(narrow, now, now, 40 - difference, 60)]
    assert [one["withheld"] for one in queries.shown_to(points, outside=True)] == [False, withheld]
    assert not any(one["withheld"] for one in queries.shown_to(points, outside=False))


@pytest.mark.parametrize(
    ("met", "of", "withheld"),
    [(0, 0, False), (0, 4, True), (0, 5, False), (1, 9, True), (4, 9, True), (5, 9, True), (5, 10, False), (9, 10, True), (10, 10, False), (None, None, False)],
)  # fmt: skip
def test_small_numbers_are_withheld_from_outside(met: int | None, of: int | None, withheld: bool) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    point = Point(measures()[0], now, now, met, of)
    assert queries.shown_to([point], outside=True)[0]["withheld"] is withheld
    assert queries.shown_to([point], outside=False)[0]["withheld"] is False


def test_a_small_number_cannot_be_reckoned_from_those_it_shares_the_cases_with() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    alone = next(one for one in measures() if not one.parts_of)
    shares = [one for one in measures() if one.parts_of == "lookback-decided"]
    assert len(shares) == 3
    counts = [(50, 60), (7, 60), (3, 60)]
    found = [Point(one, now, now, met, of) for one, (met, of) in zip(shares, counts, strict=True)]
    told = queries.shown_to([*found, Point(alone, now, now, 20, 40)], outside=True)
    assert [one["withheld"] for one in told] == [True, True, True, False]


def test_the_commissioner_sees_no_small_number_no_case_and_no_way_to_one(busy: Cast, browser: Browser) -> None:
    client = browser(busy.pcc)
    page = client.get("/measures/").text
    assert "withheld" in page
    small = [queries.point(one, database_now(connection)) for one in measures()]
    told = queries.shown_to(small, outside=True)
    small = [one for one, shown in zip(small, told, strict=True) if shown["withheld"]]
    assert len(small) > 2
    for one in small:
        row = page[page.index(f'id="{one.measure.code}"') :]
        assert f"{one.met} of {one.of}" not in row[: row.index("</tr>")]
    assert "/measures/children-asked/" not in page
    assert client.get("/measures/children-asked/").status_code == 403
    for incident in Incident.objects.all():
        assert client.get(f"/incidents/{incident.pk}/").status_code == 403
        assert incident.reference not in page


def test_silver_sees_the_figure_and_no_case(busy: Cast, browser: Browser) -> None:
    page = browser(busy.silver).get("/measures/").text
    assert "of 10" in page
    assert browser(busy.silver).get("/measures/children-asked/").status_code == 403


def test_looking_at_cases_is_recorded_with_their_ids(busy: Cast, browser: Browser) -> None:
    page = browser(busy.supervisor).get("/measures/assessed/").text
    event = AuditEvent.objects.get(verb="measures.cases")
    shown = {one for one in map(str, Incident.objects.values_list("pk", flat=True)) if one in page}
    assert shown
    assert event.duty == "consultation"
    assert event.staff_id == busy.supervisor.pk
    assert all(one in event.subjects for one in shown)

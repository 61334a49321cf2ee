"""The year's boards, their packs, and what the Commissioner was sent: by the actions, each with what was known by then; and what is planted shows."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.commissioner.models import Letter, TableEdition
from goldthread.config.dated import table
from goldthread.demo.boards import govern
from goldthread.demo.habits import habits
from goldthread.demo.plan_rows import enter_the_plan
from goldthread.demo.rounds import score_the_year
from goldthread.demo.seed import seed
from goldthread.demo.told import Past
from goldthread.governance import queries
from goldthread.governance.models import Pack
from goldthread.improvement import state_actions
from goldthread.improvement.queries import plan
from goldthread.measures.models import StoredPoint
from goldthread.measures.queries import point
from goldthread.measures.registry import measure
from goldthread.meetings.models import Action, ActionAnswer, Decision, Meeting, Minutes

AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
"""When this demo begins: the dice of a day are always the same."""
Told = list[tuple[object, ...]]


def told() -> Told:
    """What the boards decided, in order, without what the database numbers."""
    found = Decision.objects.order_by("pk").exclude(line__meeting__kind="irmm")
    return list(found.values_list("line__meeting__kind", "line__reasons", "code", "words__text", "by__username"))


@pytest.fixture(scope="module")
def governed(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[tuple[datetime, Told]]:
    """A whole year with its rounds and plan, and its boards for the second time; undone after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        Past().turn(AT)
        now = database_now(connection)
        seed(now)
        score_the_year(random.Random(7), now, "small")
        enter_the_plan(now)
        with transaction.atomic():
            govern(random.Random(8), now)
            first = told()
            transaction.set_rollback(True)
        assert govern(random.Random(8), now)["packs"] == 3
        yield now, first
        transaction.set_rollback(True)


@pytest.fixture
def year(governed: tuple[datetime, Told], db: None) -> datetime:
    return governed[0]


def test_each_board_sat_in_order_over_a_list_that_built_itself_and_its_minutes_stand_under_their_digest(
    year: datetime,
) -> None:
    for board in table("demo", "boards.toml")["board"]:
        sat = list(Meeting.objects.filter(kind=board["kind"]).order_by("opened_at"))
        assert len(sat) == len(board["sat"])
        assert all(one.ended_at and one.opened_at < one.ended_at < year for one in sat)
        assert [one.previous for one in sat] == [None, *sat[:-1]]
    for kept in Minutes.objects.select_related("text"):
        assert kept.sha256 == hashlib.sha256(kept.text.text.encode()).hexdigest()
    reasons = {code for one in Decision.objects.values_list("line__reasons", flat=True) for code in one}
    assert {"off_track", "fell_back", "worse", "better", "late", "taken_up"} <= reasons
    assert AuditEvent.objects.filter(verb="meeting.decide").count() == Decision.objects.count()


def test_something_was_carried_three_times_and_then_done_late(year: datetime) -> None:
    (plot,) = (one for one in table("demo", "boards.toml")["plot"] if "done" in one)
    given = [Action.objects.get(words__text__endswith=words) for words in plot["words"]]
    assert [one.answer.answer for one in given] == ["carried", "carried", "carried", "done"]
    assert given[-1].answer.at > given[-1].due_at
    assert len({one.line.subject for one in given}) == 1
    ends = ActionAnswer.objects.select_related("action").exclude(action__line__meeting__kind="irmm")
    assert any(one.answer == "done" and one.at <= one.action.due_at for one in ends), "most are done in time"


def test_what_somebody_owed_who_left_is_another_s_and_open(year: datetime) -> None:
    (plot,) = (one for one in table("demo", "boards.toml")["plot"] if "left" in one)
    hers, now = (Action.objects.get(words__text__endswith=words) for words in plot["words"])
    left = Staff.objects.get(username=plot["owners"][0])
    assert (hers.owner, left.is_active) == (left, False)
    assert hers.answer.answer == "carried"
    assert "late" in now.line.reasons
    assert now.owner != left
    assert now.due_at > year
    assert not ActionAnswer.objects.filter(action=now).exists()
    assert not Action.objects.filter(owner=left, at__gt=now.at).exists()


def test_a_pack_tells_what_was_known_at_its_time_and_stands_under_its_digest(year: datetime) -> None:
    packs = list(Pack.objects.filter(board="fgb").order_by("number"))
    assert [one.number for one in packs] == [1, 2, 3]
    assert year - packs[-1].at < timedelta(days=9)
    for one in packs:
        assert one.sha256 == hashlib.sha256(one.text.text.encode()).hexdigest()
        values = [each for figure in one.content["figures"].values() for each in figure["values"]]
        assert values
        assert all(datetime.fromisoformat(each["until"]) < one.at for each in values)
    assert not packs[0].content["decisions"]
    assert packs[-1].content["plan"]
    newest = packs[-1].content["figures"]
    for code in ("children-asked", "first-thrive-in-time"):
        last = newest[code]["values"][-1]
        kept = StoredPoint.objects.get(code=code, until=last["until"])
        assert (last["met"], last["n"]) == (kept.met, kept.of)


def test_the_quarters_were_published_and_the_letter_was_issued_by_its_day(year: datetime) -> None:
    held = table("demo", "boards.toml")["published"]
    editions = TableEdition.objects.order_by("table", "number").values_list("table", "number")
    assert list(editions) == [(code, number) for code in sorted(held["tables"]) for number in (1, 2)]
    for one in TableEdition.objects.select_related("text"):
        assert one.sha256 == hashlib.sha256(one.text.text.encode()).hexdigest()
        assert 0 < (one.at.date() - one.until).days <= held["after"]
    states = {
        place["state"]
        for one in TableEdition.objects.filter(table="safeguarding").select_related("text")
        for row in one.content["rows"]
        for place in row["places"]
    }
    assert len(states) > 1, "small counts are withheld, as the code reckons them"
    (report,) = plan().reports
    letter = Letter.objects.get(report=report.id)
    assert report.comments_on is not None
    assert letter.at.date() <= report.comments_on
    assert letter.content["chief"]


def test_what_is_planted_shows_on_the_charts_by_their_rules_and_goes_back_to_its_cases(year: datetime) -> None:
    stories = [one["story"] for one in habits()]
    assert sorted(stories) == ["better", "better", "relapse", "worse"]
    for one in habits():
        found = queries.one(one["figure"])
        assert found is not None
        ever = {side for mark in found.chart.marks for _rule, side in mark.broken}
        now = {side for _rule, side in found.chart.now}
        if one["story"] == "relapse":
            assert (ever, "down" in now, found.state) == ({"up", "down"}, True, "worse"), one
        else:
            assert (now, found.state) == ({"up" if one["story"] == "better" else "down"}, one["story"]), one
        last = StoredPoint.objects.filter(code=one["figure"]).latest("until")
        again = point(measure(one["figure"]), last.until)
        assert (again.met, again.of) == (last.met, last.of), "a point goes back to its records"


def test_the_plan_holds_to_them_one_is_believed_met_and_one_was_re_opened_by_the_relapse(year: datetime) -> None:
    by_figure = {one.figure.bound.code: one for one in plan().recommendations if one.figure is not None}
    assert by_figure["children-asked"].state.state == "believed"
    fell = by_figure["first-thrive-in-time"]
    assert [one.state for one in fell.states] == ["progress", "believed", "progress"]
    assert fell.fell_back
    assert by_figure["supervision-swept"].colour == "red"
    assert state_actions.look() == 0


def test_the_same_dice_decide_the_same(governed: tuple[datetime, Told], db: None) -> None:
    assert told() == governed[1]

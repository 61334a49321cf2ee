"""Where an incident stands on the board, and why: what nobody has taken first, then risk x time x new information."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from goldthread.accounts.duty_models import Duty
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.desk import board
from goldthread.desk.models import BoardChange, BoardRow
from goldthread.desk.ordering import FIRST, Facts, arithmetic, place, told
from goldthread.desk.queries import NEEDS, Filters, counts
from goldthread.desk.queries import board as rows_of
from goldthread.desk.strip import COUNTERS, WANTS
from goldthread.response import alarm_actions, handoff_actions, request_actions
from tests.cast import Cast, answered, assess, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later, on_duty
from tests.response.test_requests import WHY, with_child

AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


def facts(severity: int = 3, child: str = "none", gone: float = 0.0, **more: object) -> Facts:
    since = AT - timedelta(minutes=60) * gone
    given_ = {"attended": False, "since": since, "due": since + timedelta(minutes=60), "needs": ()}
    return Facts(severity, child, **{**given_, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        (facts(4), facts(3, "yes", 2.5, needs=["reassess"])),
        (facts(3, "yes"), facts(3)),
        (facts(3, "yes"), facts(3, "possible")),
        (facts(3, gone=1.1), facts(3, gone=0.9)),
        (facts(3, needs=["assess"]), facts(3)),
        (facts(3, needs=["question"]), facts(3, needs=["assess"])),
        (facts(2, "yes", 4.5, needs=["reassess"]), facts(3)),  # long forgotten, a child, news: before a fresh one
        (facts(3), facts(4, attended=True)),
        (facts(1, needs=["orphan"]), facts(4, "yes", 9)),
        (facts(1, needs=["called"]), facts(4, needs=["orphan"])),
        (facts(4, needs=["orphan"]), facts(4, "yes", 9, needs=["handoff"])),
    ],
)
def test_what_stands_before_what(higher: Facts, lower: Facts) -> None:
    above, below = place(higher, AT), place(lower, AT)
    assert (above.first, -above.score) < (below.first, -below.score)


@given(st.integers(0, 3), st.floats(0, 99), st.lists(st.sampled_from([one for one in NEEDS if one not in FIRST])))
def test_nothing_overtakes_an_immediate_that_waits(severity: int, gone: float, needs: list[str]) -> None:
    assert place(facts(4), AT).score > place(facts(severity, "yes", gone, needs=needs), AT).score


@given(
    st.integers(0, 4), st.sampled_from(["yes", "possible", "none"]), st.floats(0, 9), st.booleans(),
    st.lists(st.sampled_from(NEEDS)), st.floats(0, 5),
)  # fmt: skip
def test_waiting_never_lowers_and_the_next_time_is_told(
    severity: int, child: str, gone: float, attended_: bool, needs: list[str], wait: float
) -> None:
    about = facts(severity, child, gone, attended=attended_, needs=needs)
    now, then = place(about, AT), place(about, AT + timedelta(hours=wait))
    assert then.score >= now.score > 0
    if now.again is not None:
        assert now.again > AT
        assert place(about, now.again - timedelta(microseconds=1)).score == now.score
        assert place(about, now.again).score > now.score
    elif not attended_:
        assert place(about, AT + timedelta(days=365)).score == now.score


def test_it_is_explained_in_words_and_in_figures() -> None:
    placed = place(facts(3, "yes", 1.2, needs=["assess"]), AT)
    assert told(placed.parts) == ["child involved", "over time", "something new since its THRIVE"]
    assert arithmetic(placed.parts, "Priority", placed.score) == (
        "Priority 40 x child involved 2 x over time 3 x something new since its THRIVE 1.5 = 360"
    )


def test_a_time_that_was_due_at_once_is_over() -> None:
    placed = place(facts(3, due=AT, since=AT), AT)
    assert placed.again is None
    assert placed.score == place(facts(3, gone=9), AT).score


def row(incident: Incident) -> BoardRow:
    return BoardRow.objects.get(incident=incident)


def test_time_alone_moves_a_row_and_wakes_the_boards(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    before = row(incident)
    assert before.again is not None
    assert board.place_again() == 0
    later(before.again - database_now(connection))
    told_before = BoardChange.objects.filter(incident=incident).count()
    assert board.place_again() == 1
    assert row(incident).score > before.score
    assert BoardChange.objects.filter(incident=incident).count() == told_before + 1
    assert board.place_again() == 0


def test_a_row_that_was_never_placed_is_placed_at_the_next_turn(cast: Cast) -> None:
    incident = opened(cast.handler)
    BoardRow.objects.filter(incident=incident).update(score=0, parts=[], again=database_now(connection))
    assert board.place_again() == 1
    assert row(incident).score > 0


def test_each_thing_that_wants_somebody_is_on_the_row_counted_and_listed(cast: Cast) -> None:
    on_duty(cast.handler, cast.supervisor)
    incident = with_child(cast)
    at = database_now(connection)

    def wants() -> set[str]:
        return set(row(incident).needs)

    assess(cast.handler, incident)
    say(cast.handler, incident, "He is back.")
    assert "assess" in wants()
    request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="resolution", **WHY)
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
    assert {"assess", "asked", "offered"} <= wants()
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    assert {"assess", "reassess", "asked", "request", "offered", "handoff"} <= wants()
    Duty.objects.update(ended_at=at)
    alarm_actions.find_orphans()
    alarm_actions.raise_due()
    assert "orphan" in wants()
    found = counts(cast.fim, at)
    for code in wants():
        assert found[code] == 1
        assert list(rows_of(cast.fim, Filters(needs=code), at).values_list("incident", flat=True)) == [incident.pk]
        assert not rows_of(cast.far_dispatcher, Filters(needs=code), at).exists()
    on_duty(cast.handler)
    alarm_actions.find_orphans()
    assert "orphan" not in wants(), "the board is told that somebody has it again"


def test_a_threat_to_life_stands_higher_until_somebody_has_answered_it(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "immediate")
    say(cast.handler, incident, "He has a knife to her throat.")
    before = row(incident)
    assert "marks" in before.needs
    assert ["new:marks", 2] in before.parts
    answered(cast.handler, incident)
    assert "marks" not in row(incident).needs
    assert row(incident).score < before.score


def test_every_need_has_words_and_a_way_to_it() -> None:
    assert {code for code, _ in WANTS} == set(NEEDS)
    assert {href for *_, href, _ in COUNTERS if "needs" in href} <= {f"?needs={code}" for code in NEEDS}


def test_attended_stands_below_and_closed_is_gone(cast: Cast) -> None:
    waiting, there = opened(cast.handler), opened(cast.handler)
    for one in (waiting, there):
        graded(cast.handler, one)
    attended(cast, there)
    at = database_now(connection)
    assert list(rows_of(cast.fim, Filters(), at).values_list("incident", flat=True)) == [waiting.pk, there.pk]
    closed(cast, there)
    assert not BoardRow.objects.filter(incident=there).exists()

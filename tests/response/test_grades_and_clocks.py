"""Grades rise at once and fall never; each has clocks of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from goldthread.assessment.actions import answer_mark
from goldthread.assessment.queries import cue_states, newest_reading
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.response import actions as response
from goldthread.response import rules
from goldthread.response.grades import grades_on
from goldthread.response.models import Allocation, Clock, GradePeriod
from tests.cast import Cast, attended, graded, key, opened, say

NOW = datetime(2026, 11, 23, 2, 7, tzinfo=UTC)
GRADES = list(grades_on(NOW.date()).values())


@given(st.sampled_from(GRADES), st.one_of(st.none(), st.sampled_from(GRADES)))
def test_a_grade_is_chosen_first_or_higher_and_never_lower(new: object, held: object) -> None:
    rises = held is None or new.severity > held.severity  # type: ignore[attr-defined]
    if rises:
        rules.may_choose(new, held)  # type: ignore[arg-type]
    else:
        with pytest.raises(Refused, match="Nothing was changed"):
            rules.may_choose(new, held)  # type: ignore[arg-type]


def test_a_first_grade_that_sends_nobody_to_a_missing_child_is_the_inspector_s(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "My daughter is 13 and has run away, she is missing since last night.")
    for who in (cast.handler, cast.supervisor):
        with pytest.raises(Refused, match="the FIM's to choose, as the inspector"):
            graded(who, incident, "resolution")
    assert not GradePeriod.objects.filter(incident=incident).exists()
    graded(cast.fim, incident, "resolution")
    graded(cast.handler, incident, "scheduled")  # higher is anybody's


def test_it_is_the_handler_s_again_once_they_said_that_no_child_is_missing(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "My daughter is 13 and has run away, she is missing since last night.")
    (mark,) = [one for one in cue_states(newest_reading(incident).findings, {}) if one.cue == "missing"]  # type: ignore[union-attr]
    answer_mark(
        cast.handler, incident.pk, key=key(), cue="missing", answer="not_so", reason="checked", facts=sorted(mark.facts)
    )
    graded(cast.handler, incident, "resolution")


@given(st.sampled_from([None, *GRADES]), st.booleans(), st.booleans(), st.lists(st.datetimes(timezones=st.just(UTC))))
def test_something_is_always_owed_by_a_time(grade: object, allocated: bool, arrived: bool, due: list[datetime]) -> None:
    what, at = rules.next_owed(grade, allocated, arrived, NOW, due)  # type: ignore[arg-type]
    assert what in {"assess", "allocate", "arrive", "result"}
    assert at == (min(due) if due else NOW + rules.RELOOK)


@pytest.mark.parametrize("code", [one.code for one in GRADES])
def test_a_grade_starts_the_clocks_of_its_row(cast: Cast, code: str) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, code)
    row = grades_on(NOW.date())[code]
    running = {clock.kind: clock.due_at - clock.started_at for clock in Clock.objects.running()}
    wanted = {"allocation": row.allocate, "attendance": row.attend}
    assert running == {kind: target for kind, target in wanted.items() if target}


def test_a_higher_grade_stops_the_old_clocks_and_starts_its_own(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "scheduled")
    graded(cast.handler, incident, "immediate")
    assert {clock.stopped_by for clock in Clock.objects.filter(stopped_at__isnull=False)} == {"regraded"}
    assert Clock.objects.running().count() == 2
    assert {clock.period.grade for clock in Clock.objects.running()} == {"immediate"}


def test_a_lower_grade_is_refused_and_says_what_to_do(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "immediate")
    with pytest.raises(Refused, match="Ask for the lower grade"):
        graded(cast.supervisor, incident, "priority")
    assert [period.grade for period in GradePeriod.objects.all()] == ["immediate"]


@pytest.mark.parametrize("code", ["", "urgent", "IMMEDIATE", "immediate\x00", "'; DROP TABLE", "9" * 500])
def test_an_unknown_grade_is_refused(cast: Cast, code: str) -> None:
    incident = opened(cast.handler)
    with pytest.raises(Invalid):
        graded(cast.handler, incident, code)


def test_an_immediate_needs_nothing_else(cast: Cast) -> None:
    incident = opened(cast.handler, area="")
    response.choose_grade(cast.handler, incident.pk, key=key(), code="immediate")
    assert GradePeriod.objects.get().why is None


def test_a_unit_is_sent_without_a_grade(cast: Cast) -> None:
    incident = opened(cast.handler)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    incident.refresh_from_db()
    assert incident.owner == cast.dispatcher


def test_a_grade_after_arrival_starts_no_attendance_clock(cast: Cast) -> None:
    incident = opened(cast.handler)
    attended(cast, incident)
    graded(cast.handler, incident, "immediate")
    assert not Clock.objects.running().exists()


def test_sending_stops_the_allocation_clock_and_arrival_the_attendance_clock(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    assert {(clock.kind, clock.stopped_by) for clock in Clock.objects.all()} == {
        ("allocation", "dispatcher"),
        ("attendance", "officer"),
    }


def test_an_arrival_before_the_sending_is_refused(cast: Cast) -> None:
    incident = opened(cast.handler)
    sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    with pytest.raises(Invalid, match="sent after that time"):
        response.record_arrival(
            cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer", at=sent.at - timedelta(1)
        )


def test_an_arrival_without_a_sending_is_refused(cast: Cast) -> None:
    incident = opened(cast.handler)
    with pytest.raises(Refused, match="not with this incident"):
        response.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=1, source="officer")


def test_another_incidents_unit_does_not_arrive_here(cast: Cast) -> None:
    one, other = opened(cast.handler), opened(cast.handler)
    sent = response.allocate(cast.dispatcher, one.pk, key=key(), unit_id=cast.unit.pk)
    with pytest.raises(Refused, match="not with this incident"):
        response.record_arrival(cast.dispatcher, other.pk, key=key(), allocation_id=sent.pk, source="officer")
    assert Allocation.objects.get().arrived_at is None


def test_a_unit_that_left_without_arriving_leaves_the_incident_waiting(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk)
    incident.refresh_from_db()
    assert incident.next_action == "allocate"
    assert Clock.objects.running().get().kind == "attendance"


def test_a_unit_of_another_area_is_not_sent(cast: Cast) -> None:
    incident = opened(cast.handler)
    with pytest.raises(Invalid, match="no such unit"):
        response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.far_unit.pk)


def test_another_areas_dispatcher_reaches_nothing(cast: Cast) -> None:
    incident = opened(cast.handler)
    with pytest.raises(NotThere):
        response.allocate(cast.far_dispatcher, incident.pk, key=key(), unit_id=cast.far_unit.pk)


def test_a_breached_clock_is_found(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "immediate")
    now = database_now(connection)
    assert not Clock.objects.breached(now).exists()
    assert {clock.kind for clock in Clock.objects.breached(now + timedelta(minutes=4))} == {"allocation"}
    assert Clock.objects.breached(now + timedelta(minutes=16)).count() == 2

"""Each measure of response counts what it says: one scene that meets it and one that does not."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from goldthread.accounts.models import Duty
from goldthread.assessment.actions import write_thrive
from goldthread.assessment.rules import Draft
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.caller_actions import log_call_back
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.measures.registry import measure
from goldthread.response import actions, alarm_actions, delay_actions, handoff_actions, request_actions
from goldthread.response.models import Alarm, GradePeriod
from tests.cast import Cast, assess, attended, graded, key, opened, say
from tests.response.test_alarms import later, on_duty
from tests.response.test_requests import WHY, with_child

Scene = Callable[[Cast], Incident]


def passes(minutes: float) -> None:
    later(timedelta(minutes=minutes))
    alarm_actions.raise_due()


def late_priority(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    passes(61)
    return incident


def timely_priority(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    return incident


def late_explained(cast: Cast) -> Incident:
    incident = late_priority(cast)
    delay_actions.explain(cast.handler, incident.pk, key=key(), reasons=["missed"], why="Overlooked at handover.")
    return incident


def late_told(cast: Cast) -> Incident:
    incident = late_priority(cast)
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered", new_risk="nothing")
    return incident


def assessed_after(minutes: float) -> Scene:
    def scene(cast: Cast) -> Incident:
        incident = opened(cast.handler)
        passes(minutes)
        assess(cast.handler, incident)
        return incident

    return scene


def reassessed_after(minutes: float) -> Scene:
    def scene(cast: Cast) -> Incident:
        incident = with_child(cast)
        assess(cast.handler, incident)
        say(cast.handler, incident, "He is back.")
        passes(minutes)
        assess(cast.handler, incident)
        return incident

    return scene


def silent_for(minutes: float) -> Scene:
    """A Priority with a child, which is to be assessed again within half an hour: a THRIVE, and another one after a while."""

    def scene(cast: Cast) -> Incident:
        incident = with_child(cast)
        assess(cast.handler, incident)
        passes(minutes)
        assess(cast.handler, incident)
        return incident

    return scene


def lowered(cast: Cast) -> Incident:
    incident = with_child(cast)
    made = request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
    assess(cast.handler, incident)
    assert made is not None
    request_actions.decide(cast.supervisor, made.pk, key=key(), answer="approved")
    return incident


def asked_after(minutes: float) -> Scene:
    def scene(cast: Cast) -> Incident:
        incident = with_child(cast)
        made = request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
        passes(minutes)
        assert made is not None
        request_actions.decide(cast.supervisor, made.pk, key=key(), answer="refused", words="Not seen yet.")
        return incident

    return scene


def handed_after(minutes: float) -> Scene:
    def scene(cast: Cast) -> Incident:
        incident = opened(cast.handler)
        handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to=cast.teammate.pk)
        passes(minutes)
        handoff_actions.acknowledge(cast.teammate, incident.pk, key=key())
        return incident

    return scene


def orphan_for(minutes: float) -> Scene:
    def scene(cast: Cast) -> Incident:
        Duty.objects.all().delete()
        on_duty(cast.dispatcher)  # who owns what the other scene attended
        incident = opened(cast.handler)
        alarm_actions.find_orphans()
        alarm_actions.raise_due()
        passes(minutes)
        on_duty(cast.handler)
        alarm_actions.find_orphans()
        return incident

    return scene


def without_child(scene: Scene) -> Scene:
    def played(cast: Cast) -> Incident:
        incident = scene(cast)
        say(cast.handler, incident, "it was only the wind")
        contact.answer_children(cast.fim, incident.pk, key=key(), answer="asked_none", given=[])
        incident.refresh_from_db()
        assert incident.child == "none"
        return incident

    return played


SCENES: list[tuple[str, Scene | None, Scene]] = [
    ("attended-priority", timely_priority, late_priority),
    ("attended-priority-child", timely_priority, late_priority),
    ("attended-priority-no-child", without_child(timely_priority), without_child(late_priority)),
    ("first-thrive-in-time", assessed_after(10), assessed_after(16)),
    ("reassessed-in-time", reassessed_after(5), reassessed_after(11)),
    ("thrive-again-in-time", silent_for(29), silent_for(31)),
    ("lowered-against-the-rule", None, lowered),
    ("orphaned", orphan_for(1), timely_priority),
    ("orphans-taken", orphan_for(4), orphan_for(6)),
    ("acknowledged-in-time", handed_after(4), handed_after(6)),
    ("requests-in-time", asked_after(14), asked_after(16)),
    ("delay-explained", late_explained, late_priority),
    ("caller-told", late_told, late_priority),
]


@pytest.mark.parametrize(("code", "meets", "misses"), SCENES)
def test_one_is_counted_and_the_other_is_not(cast: Cast, code: str, meets: Scene | None, misses: Scene) -> None:
    began = database_now(connection) - timedelta(hours=1)
    bad = {misses(cast).pk}
    good = {meets(cast).pk} if meets else set()
    every, met = measure(code).cases(began, database_now(connection) + timedelta(seconds=1))
    assert set(every.values_list("pk", flat=True)) == good | bad
    assert set(met.values_list("pk", flat=True)) == good


def test_a_first_thrive_that_was_late_is_no_reassessment_that_was_late(cast: Cast) -> None:
    began = database_now(connection) - timedelta(hours=1)
    incident = with_child(cast)
    for _ in range(2):
        passes(16)
        alarm_actions.raise_due()
    assert Alarm.objects.filter(incident=incident, kind="reassess", raised_at__isnull=False).exists()
    every, _met = measure("reassessed-in-time").cases(began, database_now(connection) + timedelta(seconds=1))
    assert not every.exists()


def test_a_child_named_later_makes_no_lowering_wrong(cast: Cast) -> None:
    began = database_now(connection) - timedelta(hours=1)
    by_the_rule = lowered(cast)
    alone = opened(cast.handler)
    say(cast.handler, alone, "it was only the wind")
    contact.answer_children(cast.handler, alone.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, alone, "priority")
    write_thrive(cast.handler, alone.pk, key=key(), draft=Draft({"risk": "None seen."}, "", "", 0))
    request_actions.ask_lower(cast.handler, alone.pk, key=key(), code="scheduled", **WHY)
    assert GradePeriod.objects.filter(incident=alone).count() == 2, "it falls at once"
    child = ChildGiven(str(uuid.uuid4()), "Mia", 4, age_estimated=True, where_now="", last_seen_by="", seen="not_seen")
    contact.answer_children(cast.handler, alone.pk, key=key(), answer="named", given=[child])
    every, met = measure("lowered-against-the-rule").cases(began, database_now(connection) + timedelta(seconds=1))
    assert set(every.values_list("pk", flat=True)) == {by_the_rule.pk}
    assert not met.exists()
    assert set(GradePeriod.objects.filter(incident=alone).values_list("child", flat=True)) == {"none"}


def test_a_higher_grade_ends_a_target_that_is_neither_met_nor_missed(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "scheduled")
    graded(cast.handler, incident, "priority")
    every, _met = measure("attended-scheduled").cases(
        database_now(connection) - timedelta(hours=1), database_now(connection) + timedelta(days=9)
    )
    assert not every.exists()


def sent_then_there(minutes: float) -> Scene:
    """A Priority with a child to which a unit is sent, and comes after a while."""

    def scene(cast: Cast) -> Incident:
        incident = with_child(cast)
        sent = actions.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
        passes(minutes)
        actions.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer")
        return incident

    return scene


def still_on_the_way(cast: Cast) -> Incident:
    """Sent twenty minutes after its target; on the way for five."""
    incident = late_priority(cast)
    passes(20)
    actions.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    passes(5)
    return incident


def never_there(cast: Cast) -> Incident:
    """Sent after its target, turned back after five minutes; nobody else is on the way."""
    incident = late_priority(cast)
    sent = actions.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    passes(5)
    actions.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk)
    return incident


def unassessed(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    passes(40)
    return incident


def attended_after_assessing(cast: Cast) -> Incident:
    """A THRIVE, a unit there ten minutes later, and nothing more for an hour."""
    incident = with_child(cast)
    assess(cast.handler, incident)
    passes(10)
    attended(cast, incident)
    passes(60)
    return incident


def sent_under_a_higher_grade(cast: Cast) -> Incident:
    """Late under Priority, when nobody was sent; under Immediate a unit is there in four minutes."""
    incident = late_priority(cast)
    graded(cast.handler, incident, "immediate")
    sent = actions.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    passes(4)
    actions.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer")
    return incident


def sent_before_the_grade(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    sent = actions.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    passes(3)
    graded(cast.handler, incident)
    passes(4)
    actions.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer")
    return incident


def orphan_twice(cast: Cast) -> Incident:
    incident = orphan_for(6)(cast)
    Duty.objects.filter(staff=cast.handler).update(ended_at=database_now(connection))
    alarm_actions.find_orphans()
    alarm_actions.raise_due()
    passes(3)
    return incident


def closed_and_opened_again(cast: Cast) -> Incident:
    """Never assessed: closed as a slip after five minutes, and something new is said an hour later."""
    incident = opened(cast.handler)
    passes(5)
    say(cast.handler, incident, "it was only the wind")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, incident, "resolution")
    actions.close(cast.supervisor, incident.pk, key=key(), reason="error", result="Dialled by mistake.")
    passes(60)
    say(cast.handler, incident, "somebody is in the house with the baby")
    passes(10)
    return incident


TIMES: list[tuple[str, Scene, float | None]] = [
    ("attended-priority", sent_then_there(14), 14),
    ("attended-priority-child", sent_then_there(14), 14),
    ("attended-priority", still_on_the_way, 5),
    ("attended-priority", never_there, None),
    ("attended-priority", sent_under_a_higher_grade, None),
    ("attended-immediate", sent_under_a_higher_grade, 4),
    ("attended-priority", sent_before_the_grade, 7),
    ("attended-priority", late_priority, None),
    ("first-thrive-in-time", assessed_after(16), 16),
    ("first-thrive-in-time", unassessed, 40),
    ("first-thrive-in-time", closed_and_opened_again, 75),
    ("thrive-again-in-time", silent_for(29), 29),
    ("thrive-again-in-time", attended_after_assessing, 10),
    ("reassessed-in-time", reassessed_after(11), 11),
    ("orphans-taken", orphan_for(6), 6),
    ("orphans-taken", orphan_twice, 9),
]


@pytest.mark.parametrize(("code", "scene", "minutes"), TIMES)
def test_a_time_is_from_its_beginning_to_its_end_or_so_far(
    cast: Cast, code: str, scene: Scene, minutes: float | None
) -> None:
    """To the half minute: the scenes themselves take seconds."""
    incident = scene(cast)
    one, now = measure(code), database_now(connection)
    assert one.timed is not None
    took = one.timed.took(Incident.objects.filter(pk=incident.pk), now).get().took
    if minutes is None:
        assert took is None
    else:
        assert abs(took - timedelta(minutes=minutes)) < timedelta(seconds=30)

"""The officer at the door: when a PPN is owed, and until when."""

from __future__ import annotations

from datetime import timedelta

from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.safeguarding import door_queries
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_queries import standing
from goldthread.safeguarding.door_rules import VisitAtDoor
from tests.cast import Cast, attended, key, opened
from tests.response.test_alarms import later
from tests.safeguarding.doors import BOTH, ELLA, TOM, answer, clocks, incident, leave, recorded, second_visit, visit

__all__ = ["incident"]


def test_a_unit_that_leaves_without_a_word_of_a_ppn_owes_it_whoever_says_that_the_child_was_seen(
    cast: Cast, incident: Incident
) -> None:
    at = visit(incident).arrived_at
    leave(cast, incident)
    recorded(cast.handler, incident, ELLA, TOM, seen="seen")
    assert not clocks(incident, "door")
    (clock,) = clocks(incident, "ppn")
    assert (clock.began_at, clock.about_id) == (at, str(visit(incident).pk))
    later(timedelta(hours=25))
    watch()
    assert [one.pk for one in standing(cast.sergeant)] == [clock.pk]
    answer(cast.sergeant, incident, told_by=cast.officer.pk, whole=VisitAtDoor(ppn="submitted", ppn_reference="P 7"))
    assert not clocks(incident, "ppn")


def test_a_ppn_is_owed_once_where_several_units_were_there(cast: Cast, incident: Incident) -> None:
    leave(cast, incident)
    assert len(clocks(incident, "ppn")) == 1
    other, sent = second_visit(cast, incident)
    done = VisitAtDoor(ppn="submitted", ppn_reference="P 7")
    answer(other, incident, *BOTH, visit=sent.pk, whole=done)
    response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk)
    assert not clocks(incident, "ppn")


def test_a_ppn_is_owed_where_the_child_is_recorded_after_the_unit_left(cast: Cast) -> None:
    incident = opened(cast.handler)
    attended(cast, incident)
    leave(cast, incident)
    assert not clocks(incident, "ppn")
    recorded(cast.handler, incident, ELLA, seen="seen")
    assert clocks(incident, "ppn")


def test_a_ppn_not_yet_submitted_runs_for_a_day_from_the_visit_and_ends_with_its_number(
    cast: Cast, incident: Incident
) -> None:
    later(timedelta(hours=2))
    at = visit(incident).arrived_at
    answer(cast.officer, incident, *BOTH, seen_at=at)
    (clock,) = clocks(incident, "ppn")
    assert (clock.began_at, clock.due_at) == (at, at + timedelta(hours=24))
    assert door_queries.wholes(incident)[visit(incident).pk].ppn == "not_yet", "not said is not yet"
    answer(cast.officer, incident, whole=VisitAtDoor(ppn="submitted", ppn_reference="PPN 1177"))
    clock.refresh_from_db()
    assert (clock.because, clock.stopped_by) == ("submitted", cast.officer)
    answer(cast.officer, incident, whole=VisitAtDoor(home="warm"))
    newest = door_queries.wholes(incident)[visit(incident).pk]
    assert newest.ppn_reference is not None
    assert (newest.version, newest.ppn, newest.ppn_reference.text) == (3, "submitted", "PPN 1177")

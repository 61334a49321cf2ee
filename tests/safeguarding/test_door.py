"""The officer at the door: what was found of each child, for which visit it answers, and who is told where nobody does."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, Refused
from goldthread.contact import actions as contact
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response.models import Unit
from goldthread.safeguarding import child_actions, child_lines, child_queries, door_queries
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import standing
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor
from tests.cast import Cast, attended, closed, key, opened, say
from tests.response.test_alarms import later
from tests.safeguarding.doors import (
    BOTH,
    ELLA,
    TOM,
    answer,
    clocks,
    incident,
    leave,
    on_record,
    recorded,
    second_visit,
    seen,
    visit,
)

__all__ = ["incident"]


def test_what_was_found_stands_on_the_child_on_the_timeline_and_is_read(cast: Cast, incident: Incident) -> None:
    answer(
        cast.officer, incident, *BOTH, whole=VisitAtDoor(home="cold, no food in", ppn="submitted", ppn_reference="P 7")
    )
    assert on_record(incident) == {ELLA: "spoken_to", TOM: "seen"}
    said = Entry.objects.filter(incident=incident, source="officer", kind="words").order_by("seq")
    assert [one.text.text for one in said if one.text] == ["quiet, kept looking at the door", "cold, no food in"]
    events = Entry.objects.filter(incident=incident, code__startswith="door.").order_by("seq")
    assert [one.data.get("seen") for one in events] == ["yes", "yes", None]
    event = AuditEvent.objects.get(verb="door.answer", duty="collection")
    assert "quiet" not in str(event.detail)
    assert {kind for kind, _ in json.loads(event.subjects)} == {"incident", "allocation", "child"}
    assert not clocks(incident, "ppn")


def test_sent_twice_it_is_entered_once_and_with_more_in_it_again(cast: Cast, incident: Incident) -> None:
    same = key()
    for _ in range(2):
        answer(cast.officer, incident, *BOTH, key=same)
    assert (DoorAnswer.objects.count(), DoorVisit.objects.count()) == (2, 1)
    answer(cast.officer, incident, seen(ELLA, showed="says her arm hurts"), key=same)
    newest = door_queries.answers(incident)[(visit(incident).pk, uuid.UUID(ELLA))]
    assert (newest.version, newest.alone) == (2, "yes"), "what was not said again stays"
    assert newest.showed is not None
    assert newest.showed.text is not None
    assert newest.showed.text.text == "says her arm hurts"


@pytest.mark.parametrize(
    ("children", "whole", "field"),
    [
        ((), VisitAtDoor(), "children"),
        ((ChildAtDoor(ELLA, showed="crying"),), VisitAtDoor(), "children"),
        ((ChildAtDoor(ELLA, "no", why_not_seen="  "),), VisitAtDoor(), "children"),
        ((ChildAtDoor(ELLA, "maybe"),), VisitAtDoor(), "children"),
        ((seen(ELLA, alone="no"),), VisitAtDoor(), "children"),
        ((seen(str(uuid.UUID(int=9))),), VisitAtDoor(), "children"),
        ((seen("no identity"),), VisitAtDoor(), "children"),
        ((seen(ELLA), seen(ELLA)), VisitAtDoor(), "children"),
        ((seen(ELLA, showed="x" * 400_001),), VisitAtDoor(), "showed"),
        ((), VisitAtDoor(ppn="submitted"), "ppn_reference"),
        ((), VisitAtDoor(ppn="submitted", ppn_reference="9" * 41), "ppn_reference"),
        ((), VisitAtDoor(ppn="not_needed"), "ppn_why"),
        ((), VisitAtDoor(no_child="none"), "no_child_why"),
        ((), VisitAtDoor(no_child_why="nobody in"), "no_child"),
    ],
)
def test_what_does_not_stand_by_itself_is_told_and_nothing_of_it_is_kept(
    cast: Cast, incident: Incident, children: tuple[ChildAtDoor, ...], whole: VisitAtDoor, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        answer(cast.officer, incident, *children, whole=whole)
    assert set(refused.value.fields) == {field}
    assert not DoorAnswer.objects.exists()
    assert not DoorVisit.objects.exists()


def test_a_child_not_on_record_is_recorded_with_its_answer_or_not_at_all(cast: Cast, incident: Incident) -> None:
    baby = str(uuid.UUID(int=3))
    new = [ChildGiven(baby, "baby", 0, False, "", "", "not_known")]
    with pytest.raises(Invalid):
        answer(cast.officer, incident, ChildAtDoor(baby, "no"), new=new)
    assert baby not in on_record(incident)
    answer(cast.officer, incident, seen(baby, alone="too_young"), new=new)
    assert on_record(incident) == {ELLA: "not_known", TOM: "not_known", baby: "seen"}


def test_leaving_without_an_answer_tells_the_sergeant_then_the_supervisor_and_holds_nobody_back(
    cast: Cast, incident: Incident
) -> None:
    answer(cast.officer, incident, seen(ELLA))
    leave(cast, incident)
    assert Unit.objects.get(pk=cast.unit.pk).state == "available"
    (clock,) = clocks(incident, "door")
    with pytest.raises(Refused, match="Officer's answer whether each child was seen"):
        closed(cast, incident)
    for minutes, told in ((14, 0), (2, 1), (15, 1)):
        later(timedelta(minutes=minutes))
        assert watch() == told
    assert list(clock.tellings.order_by("number").values_list("to", flat=True)) == ["sergeant", "contact_supervisor"]
    assert [one.pk for one in standing(cast.sergeant)] == [clock.pk] == [one.pk for one in standing(cast.supervisor)]
    assert not standing(cast.far_supervisor).exists()
    answer(cast.officer, incident, ChildAtDoor(TOM, "no", "at his nan's, mother says"))
    clock.refresh_from_db()
    assert clock.because == "answered"
    assert watch() == 0


def test_nothing_runs_where_all_is_answered_nobody_arrived_or_no_child_is_involved(
    cast: Cast, incident: Incident
) -> None:
    answer(cast.officer, incident, *BOTH)
    leave(cast, incident)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    leave(cast, incident)
    quiet = opened(cast.handler)
    say(cast.handler, quiet, "it was only the wind")
    contact.answer_children(cast.handler, quiet.pk, key=key(), answer="asked_none", given=[])
    attended(cast, quiet)
    leave(cast, quiet)
    assert not Clock.objects.filter(rule="door").exists()


def test_where_no_child_is_on_record_it_asks_whether_there_is_one(cast: Cast) -> None:
    incident = opened(cast.handler)
    attended(cast, incident)
    leave(cast, incident)
    assert clocks(incident, "door")
    answer(
        cast.officer,
        incident,
        whole=VisitAtDoor(no_child="none", no_child_why="one bedroom, no toys, neighbour says none"),
    )
    assert not clocks(incident, "door")
    incident.refresh_from_db()
    assert incident.child == "possible", "it lowers nothing by itself"
    assert not clocks(incident, "ppn")


def test_what_the_room_records_of_the_child_since_is_an_answer_too(cast: Cast, incident: Incident) -> None:
    leave(cast, incident)
    recorded(cast.handler, incident, ELLA, seen="seen")
    assert clocks(incident, "door")
    recorded(cast.handler, incident, TOM, seen="not_seen")
    assert not clocks(incident, "door")


def test_what_is_added_of_a_child_seen_before_does_not_answer_for_the_unit_that_came_since(
    cast: Cast, incident: Incident
) -> None:
    recorded(cast.handler, incident, ELLA, TOM, seen="seen")
    leave(cast, incident)
    _, sent = second_visit(cast, incident)
    given = [ChildGiven(one, f"Child {one[-1]}", 6, False, "at nan's", "", "seen") for one in (ELLA, TOM)]
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=given)
    assert door_queries.owes(sent), "seen stood there before the unit came"
    leave(cast, incident)
    assert clocks(incident, "door")
    recorded(cast.handler, incident, ELLA, TOM, seen="spoken_to")
    assert not clocks(incident, "door")


def test_a_late_answer_of_the_unit_before_does_not_answer_for_the_one_that_came_since(
    cast: Cast, incident: Incident
) -> None:
    then, first = database_now(connection), visit(incident).pk
    leave(cast, incident)
    other, sent = second_visit(cast, incident)
    answer(cast.officer, incident, *BOTH, visit=first, pressed_at=then)
    assert on_record(incident) == {ELLA: "spoken_to", TOM: "seen"}
    assert door_queries.owes(sent)
    answer(other, incident, *BOTH, visit=sent.pk)
    assert not door_queries.owes(sent)


def test_what_is_added_of_a_child_does_not_make_what_stands_of_it_newer(cast: Cast, incident: Incident) -> None:
    recorded(cast.handler, incident, ELLA, seen="seen")
    later(timedelta(hours=1))
    then = database_now(connection)
    later(timedelta(hours=1))
    given = [ChildGiven(ELLA, "Ella Vale", 6, False, "", "", "seen")]
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=given)
    answer(cast.officer, incident, ChildAtDoor(ELLA, "no", "gone out"), pressed_at=then)
    assert on_record(incident)[ELLA] == "not_seen"


def test_of_one_visit_what_was_seen_last_stands_in_whatever_order_it_arrives(cast: Cast, incident: Incident) -> None:
    early = database_now(connection)
    later(timedelta(minutes=30))
    answer(cast.officer, incident, ChildAtDoor(ELLA, "no", "gone out"))
    later(timedelta(minutes=90))
    answer(cast.officer, incident, seen(ELLA, showed="quiet"), pressed_at=early)
    newest = door_queries.answers(incident)[(visit(incident).pk, uuid.UUID(ELLA))]
    assert (newest.seen, newest.version) == ("no", 1)
    record = child_actions.make(cast.vast, incident.pk, uuid.UUID(ELLA), key=key())
    known = child_queries.seen(cast.vast, record.pk)
    assert known is not None
    assert [one.words for one in child_lines.door(known)] == ["Not seen by the officer who went"]
    answer(cast.officer, incident, seen(ELLA))
    newest = door_queries.answers(incident)[(visit(incident).pk, uuid.UUID(ELLA))]
    assert (newest.seen, newest.version) == ("yes", 3)


def test_a_text_sent_again_as_it_stands_is_said_once(cast: Cast, incident: Incident) -> None:
    for _ in range(2):
        answer(cast.officer, incident, seen(ELLA, showed="quiet"), whole=VisitAtDoor(home="cold"))
    said = Entry.objects.filter(incident=incident, source="officer", kind="words").order_by("seq")
    assert [one.text.text for one in said if one.text] == ["quiet", "cold"]
    answer(cast.officer, incident, seen(ELLA, showed="quiet, then crying"))
    assert said.all().count() == 3

"""The officer at the door: what was found of each child, by whose word and when, and who is told where nobody answers."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response.models import Allocation, Unit
from goldthread.safeguarding import child_actions, child_lines, child_queries, door_actions, door_queries
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import standing
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later

ELLA, TOM = (str(uuid.UUID(int=number)) for number in (1, 2))


def recorded(user: Staff, incident: Incident, *children: str, seen: str = "not_known") -> None:
    given = [ChildGiven(one, f"Child {at}", 6, False, "", "", seen) for at, one in enumerate(children)]
    contact.answer_children(user, incident.pk, key=key(), answer="named", given=given)


@pytest.fixture
def incident(cast: Cast) -> Incident:
    """A unit at scene where two children are on record, seen by nobody yet."""
    made = opened(cast.handler)
    say(cast.handler, made, "shouting, kids upstairs")
    graded(cast.handler, made)
    recorded(cast.handler, made, ELLA, TOM)
    attended(cast, made)
    return made


def visit(incident: Incident) -> Allocation:
    return Allocation.objects.filter(incident=incident).latest("id")


def leave(cast: Cast, incident: Incident) -> None:
    response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=visit(incident).pk)


def answer(user: Staff, incident: Incident, *children: ChildAtDoor, **given: Any) -> None:
    given = {"key": key(), "visit": visit(incident).pk, "children": children, **given}
    door_actions.answer(user, incident.pk, **given)


def seen(child: str, **given: str) -> ChildAtDoor:
    return ChildAtDoor(child, "yes", **given)


def on_record(incident: Incident) -> dict[str, str]:
    return {str(one.child): one.seen for one in incident.child_versions.order_by("version")}


def clocks(incident: Incident, rule: str) -> list[Clock]:
    return list(Clock.objects.filter(incident=incident, rule=rule, stopped_at__isnull=True))


BOTH = (seen(ELLA, alone="yes", showed="quiet, kept looking at the door"), seen(TOM, alone="too_young"))


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


def second_visit(cast: Cast, incident: Incident) -> tuple[Staff, Allocation]:
    """Another unit comes an hour after the first has left."""
    other = Staff.objects.create(username="other", name="Other Amber", role="officer", team=cast.officer.team)
    unit = Unit.objects.create(call_sign="NA22", area="North")
    unit.crew.add(other)
    later(timedelta(hours=1))
    sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=unit.pk)
    response.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer")
    return other, sent


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


def test_what_arrives_two_hours_late_keeps_both_times_and_does_not_write_over_what_is_newer(
    cast: Cast, incident: Incident
) -> None:
    then = database_now(connection)
    leave(cast, incident)
    later(timedelta(hours=1))
    recorded(cast.handler, incident, TOM, seen="not_seen")
    later(timedelta(hours=1))
    answer(cast.officer, incident, *BOTH, pressed_at=then)
    one = DoorAnswer.objects.get(child=TOM)
    assert (one.seen_at, one.late, one.seen) == (then, True, "yes")
    assert one.at - one.seen_at > timedelta(hours=2)
    assert on_record(incident) == {ELLA: "spoken_to", TOM: "not_seen"}
    assert Entry.objects.filter(incident=incident, code="door.child", late=True, occurred_at=then).count() == 2
    assert not clocks(incident, "door")


def test_of_two_late_answers_the_one_that_saw_it_later_holds_on_the_child(cast: Cast, incident: Incident) -> None:
    early = database_now(connection)
    later(timedelta(hours=1))
    recent = database_now(connection)
    later(timedelta(hours=1))
    answer(cast.officer, incident, seen(ELLA), pressed_at=early)
    answer(cast.officer, incident, ChildAtDoor(ELLA, "no", "gone out"), pressed_at=recent)
    assert on_record(incident)[ELLA] == "not_seen"
    answer(cast.officer, incident, seen(ELLA), pressed_at=early)
    assert on_record(incident)[ELLA] == "not_seen"


def test_a_phones_wrong_clock_is_not_believed_and_an_impossible_time_is_told(cast: Cast, incident: Incident) -> None:
    now = database_now(connection)
    for wrong in (now + timedelta(days=400), now - timedelta(days=400), datetime.min.replace(tzinfo=now.tzinfo)):
        answer(cast.officer, incident, seen(ELLA), pressed_at=wrong)
    assert all(abs(one.seen_at - now) < timedelta(minutes=1) for one in DoorAnswer.objects.all())
    for wrong in (now + timedelta(hours=1), now - timedelta(hours=1)):
        with pytest.raises(Invalid) as refused:
            answer(cast.officer, incident, seen(ELLA), seen_at=wrong)
        assert set(refused.value.fields) == {"seen_at"}


def test_it_is_taken_after_leaving_and_closing_and_opens_again_on_the_teams_desk(
    cast: Cast, incident: Incident
) -> None:
    then = database_now(connection)
    closed(cast, incident)
    later(timedelta(hours=2))
    answer(cast.officer, incident, *BOTH, pressed_at=then)
    incident.refresh_from_db()
    assert incident.is_open
    assert incident.owner_team == incident.team
    assert on_record(incident) == {ELLA: "not_known", TOM: "not_known"}, (
        "seen before the closing is no answer to what came after"
    )
    assert DoorAnswer.objects.filter(late=True).count() == 2


def test_a_child_not_on_record_told_late_of_a_closed_incident_opens_it_on_the_teams_desk_too(
    cast: Cast, incident: Incident
) -> None:
    closed(cast, incident)
    later(timedelta(hours=2))
    baby = str(uuid.UUID(int=3))
    new = [ChildGiven(baby, "baby", 0, False, "", "", "not_known")]
    answer(cast.officer, incident, seen(baby, alone="too_young"), new=new)
    incident.refresh_from_db()
    assert (incident.is_open, incident.owner, incident.owner_team) == (True, None, incident.team)


def test_a_day_after_leaving_it_is_words_or_on_their_word(cast: Cast, incident: Incident) -> None:
    leave(cast, incident)
    later(timedelta(hours=23, minutes=59))
    answer(cast.officer, incident, seen(ELLA))
    later(timedelta(minutes=2))
    with pytest.raises(Refused, match="sergeant enter it"):
        answer(cast.officer, incident, seen(TOM))
    say(cast.officer, incident, "Tom was well", source="officer")
    answer(cast.sergeant, incident, seen(TOM), told_by=cast.officer.pk)


def test_who_was_not_sent_answers_on_an_officers_word_and_that_is_said(cast: Cast, incident: Incident) -> None:
    for who in (cast.sergeant, cast.supervisor, cast.fim):
        with pytest.raises(Invalid, match="whose word"):
            answer(who, incident, *BOTH)
        with pytest.raises(Invalid, match="sent there"):
            answer(who, incident, *BOTH, told_by=cast.handler.pk)
        answer(who, incident, *BOTH, told_by=cast.officer.pk)
    assert {one.told_by for one in DoorAnswer.objects.all()} == {cast.officer}
    answer(cast.officer, incident, *BOTH, told_by=cast.officer.pk)
    assert DoorAnswer.objects.filter(told_by=None, by=cast.officer).count() == 2


def test_a_sergeant_reaches_what_their_team_was_sent_to_and_nobody_elses(cast: Cast, incident: Incident) -> None:
    assert [one.pk for one in Incident.objects.visible_to(cast.sergeant)] == [incident.pk]
    cast.sergeant.team = cast.handler.team
    cast.sergeant.save()
    assert not Incident.objects.visible_to(cast.sergeant).exists()
    with pytest.raises(NotThere):
        answer(cast.sergeant, incident, *BOTH, told_by=cast.officer.pk)


@pytest.mark.parametrize(
    "who", ["handler", "teammate", "stranger", "dispatcher", "far_supervisor", "investigator", "vast", "qa", "silver", "pcc", "auditor"]
)  # fmt: skip
def test_nobody_else_answers(cast: Cast, incident: Incident, who: str) -> None:
    with pytest.raises(NotThere):
        answer(getattr(cast, who), incident, *BOTH, told_by=cast.officer.pk)


def test_an_officer_who_was_not_sent_does_not(cast: Cast, incident: Incident) -> None:
    other = Staff.objects.create(username="other", name="Other Amber", role="officer", team=cast.officer.team)
    with pytest.raises(NotThere):
        answer(other, incident, *BOTH)
    with pytest.raises(Invalid):
        answer(cast.officer, incident, *BOTH, visit=visit(incident).pk + 1)


def test_the_database_holds_to_why(cast: Cast, incident: Incident) -> None:
    row = {
        "incident": incident,
        "visit": visit(incident),
        "version": 1,
        "seen_at": database_now(connection),
        "by": cast.officer,
    }
    for wrong in ({"seen": "no"}, {"seen": "yes", "alone": "no"}, {"seen": "yes", "told_by": cast.officer}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DoorAnswer(**row, child=ELLA, **wrong).save()


def test_first_on_my_incidents_stands_what_is_not_answered(cast: Cast, incident: Incident) -> None:
    now = database_now(connection)
    for who, there in ((cast.officer, 1), (cast.sergeant, 1), (cast.supervisor, 0), (cast.far_supervisor, 0)):
        assert len(door_queries.waiting(who, now)) == there
    leave(cast, incident)
    later(timedelta(days=3))
    assert len(door_queries.waiting(cast.sergeant, database_now(connection))) == 1, "its clock still runs"
    answer(cast.sergeant, incident, *BOTH, told_by=cast.officer.pk)
    assert not door_queries.waiting(cast.sergeant, now)

"""The officer at the door: what arrives late or after closing, on whose word it is taken, and who may answer."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import door_queries
from goldthread.safeguarding.door_models import DoorAnswer
from goldthread.safeguarding.door_rules import ChildAtDoor
from tests.cast import Cast, closed, say
from tests.response.test_alarms import later
from tests.safeguarding.doors import BOTH, ELLA, TOM, answer, clocks, incident, leave, on_record, recorded, seen, visit

__all__ = ["incident"]


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

"""The Incident Risk Management Meeting from its list to its minutes, and what comes back in the next."""

from __future__ import annotations

import hashlib
import uuid
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Staff
from goldthread.accounts.rank_actions import give_rank
from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Entry, Incident
from goldthread.desk.models import BoardRow
from goldthread.meetings import actions, queries
from goldthread.meetings.deciding_actions import decide, done
from goldthread.meetings.models import Action, Attendance, Decision, Line, Meeting, Minutes
from goldthread.meetings.tasks import watch_each_minute
from goldthread.response import actions as response
from goldthread.response.models import Allocation, Clock, GradePeriod, Transfer
from goldthread.response.request_models import ReviewRequest
from tests.cast import Cast, attended, closed, key, not_seen_at_the_door, say
from tests.response.test_alarms import later
from tests.response.test_requests import with_child


def on_duty(*people: Staff) -> None:
    with acting(None) as act:
        for one in people:
            duty_actions.begin(one, act)


def late_child(cast: Cast, grade: str = "priority") -> Incident:
    incident = with_child(cast, grade)
    later(timedelta(hours=2))
    return incident


def call(user: Staff, because: str = "start", **given: Any) -> Meeting:
    return actions.call(user, "irmm", key=given.pop("key", None) or key(), because=because, **given)


def line(meeting: Meeting, incident: Incident) -> Line:
    return Line.objects.get(meeting=meeting, subject=incident.pk)


def choose(user: Staff, meeting: Meeting, incident: Incident, code: str = "hold", **given: Any) -> Decision:
    found = line(meeting, incident)
    newest = found.decisions.order_by("-id").first()
    kept = {"key": key(), "seen": newest.pk if newest else 0, "words": "Aunt is with her.", **given}
    return decide(user, meeting.pk, found.pk, code=code, **kept)


def shut(cast: Cast, incident: Incident) -> None:
    attended(cast, incident)
    closed(cast, incident)


def told(incident: Incident, code: str) -> list[dict[str, Any]]:
    return [one.data for one in Entry.objects.filter(incident=incident, code=code).order_by("seq")]


def like(incident: Incident, many: int) -> None:
    """As many more open incidents that stand as this one does, written at once."""
    tables: list[type[Any]] = [BoardRow, Clock, GradePeriod]
    rows: dict[type[Any], list[Any]] = {table: [] for table in tables}
    copies = []
    for number in range(many):
        copy = Incident.objects.get(pk=incident.pk) if not number else deepcopy(copies[0])
        copy.pk, copy.reference = uuid.uuid4(), f"AM-LIKE-{number:06d}"
        copies.append(copy)
    Incident.objects.bulk_create(copies)
    for table in tables:
        for row in table.objects.filter(incident=incident):
            for copy in copies:
                made = deepcopy(row)
                made.incident = copy
                if table is not BoardRow:
                    made.pk = None
                rows[table].append(made)
        table.objects.bulk_create(rows[table])


@pytest.fixture
def incident(cast: Cast) -> Incident:
    on_duty(cast.fim, cast.supervisor, cast.dispatcher, cast.handler)
    return late_child(cast)


def test_the_list_says_why_and_is_frozen_with_whoever_is_there(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    found = line(meeting, incident)
    assert found.told["title"] == incident.reference
    assert any("child involved, past target by" in one["words"] for one in found.told["reasons"])
    assert meeting.agenda_sha256 == hashlib.sha256(meeting.agenda.text.encode()).hexdigest()
    assert meeting.frozen["attendance"][0]["name"] == cast.fim.name
    assert {"label": "Open incidents", "value": "1"} in meeting.frozen["heading"]
    say(cast.handler, incident, "she is back home, all well")
    assert meeting.frozen["lines"][0]["title"] == incident.reference
    event = AuditEvent.objects.filter(verb="meeting.call").latest("id")
    assert (event.staff_id, event.duty) == (cast.fim.pk, "collection")


def test_a_decision_stands_with_an_owner_and_a_time_and_on_the_incident(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident, owner=f"staff:{cast.supervisor.pk}", minutes=30)
    (owed,) = queries.mine(cast.supervisor)
    assert (owed.due_at - owed.at, owed.line.subject) == (timedelta(minutes=30), incident.pk)
    (data,) = told(incident, "meeting.decided")
    assert (data["decision"], data["owner"]) == ("hold", cast.supervisor.name)
    event = AuditEvent.objects.filter(verb="meeting.decide").latest("id")
    assert str(incident.pk) in event.subjects


def test_decisions_use_the_actions_that_are_there(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident, "upgrade", given={"grade": "immediate"})
    assert GradePeriod.objects.filter(incident=incident).latest("seq").grade == "immediate"
    choose(cast.fim, meeting, incident, "partner", given={"agency": "Ambulance", "reached": "Control, Jo"})
    assert Transfer.objects.filter(incident=incident).count() == 1
    made = choose(cast.fim, meeting, incident, "deploy", given={"unit": str(cast.unit.pk)})
    assert Allocation.objects.get(incident=incident).unit == cast.unit
    assert made.came_of == "NA21 sent"
    other = late_child(cast)
    second = later_meeting(cast, meeting)
    made = choose(cast.fim, second, other, "deploy", given={"unit": str(cast.unit.pk)})
    assert "not free now" in made.came_of, "what is not free holds nothing up: it is owed"
    assert not Allocation.objects.filter(incident=other).exists()


def later_meeting(cast: Cast, meeting: Meeting) -> Meeting:
    actions.end(cast.fim, meeting.pk)
    return call(cast.fim, "mid")


def test_closing_keeps_to_the_ordinary_rule_and_else_becomes_a_request(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    with pytest.raises(Refused):
        choose(cast.fim, meeting, incident, "close", given={"reason": "attended-resolved"})
    assert not Decision.objects.exists()
    sent = response.allocate(cast.fim, incident.pk, key=key(), unit_id=cast.unit.pk)
    response.record_arrival(cast.fim, incident.pk, key=key(), allocation_id=sent.pk, source="officer")
    response.record_leaving(cast.fim, incident.pk, key=key(), allocation_id=sent.pk)
    not_seen_at_the_door(cast, incident, sent.pk)
    made = choose(cast.fim, meeting, incident, "close", given={"reason": "attended-resolved"})
    assert made.came_of == "A second person is asked to close it"
    assert ReviewRequest.objects.filter(incident=incident, kind="close", decision=None).exists()
    incident.refresh_from_db()
    assert incident.is_open


def test_a_risk_is_accepted_by_a_named_person_and_comes_back_by_itself(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    with pytest.raises(Invalid) as refused:
        choose(cast.fim, meeting, incident, "accept")
    assert set(refused.value.fields) == {"person"}
    choose(cast.fim, meeting, incident, "accept", person=str(cast.supervisor.pk), minutes=20)
    later(timedelta(minutes=25))
    second = later_meeting(cast, meeting)
    found = line(second, incident)
    assert "action" in found.reasons
    assert found.carried == line(meeting, incident)


def test_only_somebody_senior_on_duty_is_named_as_accepting_a_risk(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    on_duty(cast.vast, cast.teammate)
    for person in (cast.handler, cast.dispatcher, cast.vast, cast.teammate, cast.far_supervisor):
        with pytest.raises(Invalid, match="somebody senior who is on duty"):
            choose(cast.fim, meeting, incident, "accept", person=str(person.pk))
    ends_at = database_now(connection) + timedelta(hours=4)
    give_rank(cast.supervisor, cast.teammate.pk, role="contact_supervisor", starts_at=None, ends_at=ends_at, why="Ill.")
    made = choose(cast.fim, meeting, incident, "accept", person=str(cast.teammate.pk))
    assert made.person == cast.teammate, "an acting rank counts as the role"


def test_what_is_done_is_said_in_the_incident_and_does_not_come_back(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident, owner=f"staff:{cast.supervisor.pk}", minutes=5)
    owed = Action.objects.get()
    for words, wrong in ((" ", Invalid), ("x" * 4_001, Invalid)):
        with pytest.raises(wrong):
            done(cast.supervisor, owed.pk, words=words)
    for person in (cast.far_supervisor, cast.pcc, cast.dispatcher):
        with pytest.raises(NotThere):
            done(person, owed.pk, words="Done.")
    done(cast.supervisor, owed.pk, words="Rang her aunt; both are well.\x00")
    (data,) = told(incident, "meeting.action_done")
    assert data["action"] == owed.pk
    with pytest.raises(Stale):
        done(cast.supervisor, owed.pk, words="Again.")
    later(timedelta(minutes=10))
    found = line(later_meeting(cast, meeting), incident)
    assert (found.carried, "action" in found.reasons) == (None, False)


def test_what_was_not_reached_is_owned_by_supervisors_on_duty_in_turn(cast: Cast, incident: Incident) -> None:
    more = [late_child(cast) for _ in range(17)]
    meeting = call(cast.fim)
    tail = Action.objects.filter(line__meeting=meeting)
    assert {one.owner for one in tail} == {cast.supervisor}
    assert tail.count() == 3
    choose(cast.fim, meeting, incident)
    actions.end(cast.fim, meeting.pk)
    owners = {one.line.subject: one.owner for one in Action.objects.filter(decision=None)}
    assert owners == {one.pk: cast.supervisor for one in more}
    with acting(None) as act:
        duty_actions.end(cast.supervisor, act, "signed out")
    second = call(cast.fim, "mid")
    assert line(second, more[0]).carried is not None
    assert "unreached" in line(second, more[0]).reasons
    actions.end(cast.fim, second.pk)
    left = queries.owed("irmm").filter(decision=None)
    assert {one.owner for one in left} == {cast.fim}, "nobody else is on duty"
    assert left.count() == len({one.line.subject for one in left})


def test_a_list_names_five_hundred_and_tells_the_rest_by_number(cast: Cast, incident: Incident) -> None:
    like(incident, 600)
    meeting = call(cast.fim)
    named = set(Line.objects.filter(meeting=meeting).values_list("subject", flat=True))
    rest = meeting.frozen["rest"]
    assert (len(named), rest["number"]) == (500, 101)
    assert {one["code"]: one["number"] for one in rest["reasons"]}["late_child"] == 101
    every = set(Incident.objects.values_list("pk", flat=True))
    assert named | {uuid.UUID(one) for one in rest["subjects"]} == every, "each is named or counted"
    given = set(Action.objects.values_list("line__subject", flat=True))
    assert len(given) == 485
    assert given <= named, "nobody is given what no list names"
    assert not Incident.objects.filter(owner=None, owner_team=None).exists()
    content = actions.end(cast.fim, meeting.pk).content
    assert content["rest"] == {"number": 101, "reasons": rest["reasons"]}
    assert len(content["not_reached"]) == 500
    difference = call(cast.fim, "mid").frozen["difference"]
    assert (difference["new"], difference["gone"]) == ([], []), "who was counted is not new, who was named is not gone"


def test_what_is_under_way_stays_with_its_owner_where_the_next_meeting_does_not_reach_it(
    cast: Cast, incident: Incident
) -> None:
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident, owner=f"staff:{cast.dispatcher.pk}", minutes=45)
    second = later_meeting(cast, meeting)
    assert line(second, incident).carried is None
    actions.end(cast.fim, second.pk)
    (owed,) = queries.owed("irmm")
    assert (owed.owner, owed.line.meeting) == (cast.dispatcher, meeting), "nobody is given longer for it"
    later(timedelta(minutes=50))
    actions.end(cast.fim, call(cast.fim, "mid").pk)
    (owed,) = queries.owed("irmm")
    assert owed.owner == cast.supervisor
    assert "Owed since before and not done: Hold, with the reason: Aunt is with her." in owed.words.shown()


def test_minutes_are_frozen_and_a_second_issue_is_the_same(cast: Cast, incident: Incident) -> None:
    other = late_child(cast)
    meeting = call(cast.fim)
    actions.join(cast.supervisor, meeting.pk)
    choose(cast.fim, meeting, incident, words="<b>Aunt</b> is with her")
    minutes = actions.end(cast.fim, meeting.pk)
    content = minutes.content
    assert minutes.sha256 == hashlib.sha256(minutes.text.text.encode()).hexdigest()
    assert [one["title"] for one in content["lines"]] == [incident.reference]
    assert content["lines"][0]["decision"]["words"] == "<b>Aunt</b> is with her"
    assert content["not_reached"][0]["title"] == other.reference
    assert content["not_reached"][0]["action"]["owner"] == cast.supervisor.name
    assert [one["name"] for one in content["attendance"]] == [cast.fim.name, cast.supervisor.name]
    done(cast.supervisor, Action.objects.filter(decision=None).latest("id").pk, words="Looked.")
    assert actions.end(cast.fim, meeting.pk).pk == minutes.pk
    assert Minutes.objects.get().content == content


def test_the_next_list_says_what_changed(cast: Cast, incident: Incident) -> None:
    gone, meeting = late_child(cast), None
    meeting = call(cast.fim)
    actions.end(cast.fim, meeting.pk)
    sent = response.allocate(cast.fim, gone.pk, key=key(), unit_id=cast.unit.pk)
    response.record_arrival(cast.fim, gone.pk, key=key(), allocation_id=sent.pk, source="officer")
    new = late_child(cast)
    told = call(cast.fim, "mid").frozen["difference"]
    assert (told["new"], told["gone"]) == ([new.reference], [gone.reference])
    assert incident.reference in told["still"]
    assert incident.reference in told["worse"], "not reached last time is one reason more"


def test_there_is_one_open_meeting_of_a_kind(cast: Cast, incident: Incident) -> None:
    first = key()
    meeting = call(cast.fim, key=first)
    assert call(cast.fim, key=first) == meeting, "sent again"
    with pytest.raises(Refused, match=cast.fim.name):
        call(cast.fim)
    assert Meeting.objects.count() == 1


def test_another_takes_the_chair_of_one_who_left(cast: Cast, incident: Incident) -> None:
    second = Staff.objects.create(username="fim-2", name="Fim Second", role="fim", team=cast.fim.team)
    meeting = call(cast.fim)
    with pytest.raises(Refused, match="take the chair"):
        choose(second, meeting, incident)
    with pytest.raises(Refused):
        actions.take_chair(cast.supervisor, meeting.pk)
    actions.leave(cast.fim, meeting.pk)
    actions.take_chair(second, meeting.pk)
    choose(second, meeting, incident)
    with pytest.raises(Refused, match="Fim Second chairs"):
        actions.end(cast.fim, meeting.pk)
    minutes = actions.end(second, meeting.pk)
    chairs = [one["name"] for one in minutes.content["attendance"] if one["part"] == "Chair"]
    assert chairs == [cast.fim.name, "Fim Second"]


def test_a_meeting_that_nobody_ends_ends_itself(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    watch_each_minute(0)
    meeting.refresh_from_db()
    assert meeting.is_open
    later(timedelta(minutes=61))
    watch_each_minute(0)
    watch_each_minute(0)
    meeting.refresh_from_db()
    assert (meeting.is_open, meeting.ended_by) == (False, None)
    assert Minutes.objects.get().content["meeting"]["ended_by"] is None
    assert Action.objects.get().owner == cast.supervisor
    assert not Attendance.objects.filter(left_at=None).exists()
    with pytest.raises(Stale):
        choose(cast.fim, meeting, incident)


def test_a_line_decided_meanwhile_is_stale_and_one_decided_anew_keeps_both(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident)
    with pytest.raises(Stale, match="decided this line meanwhile"):
        choose(cast.fim, meeting, incident, seen=0)
    choose(cast.fim, meeting, incident, "interim", words="Ring the aunt.")
    (owed,) = queries.owed("irmm")
    assert owed.decision.code == "interim"  # type: ignore[union-attr]
    shown = actions.end(cast.fim, meeting.pk).content["lines"][0]["decision"]
    assert (shown["code"], [one["name"] for one in shown["before"]]) == ("interim", ["Hold, with the reason"])


def test_an_incident_that_closes_while_it_is_discussed_is_told(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    shut(cast, incident)
    for code, given in (("upgrade", {"grade": "immediate"}), ("deploy", {"unit": str(cast.unit.pk)})):
        with pytest.raises(Refused, match="closed since"):
            choose(cast.fim, meeting, incident, code, given=given)
    choose(cast.fim, meeting, incident)
    incident.refresh_from_db()
    assert not incident.is_open, "a decision about it does not open it again"


NONE: list[tuple[dict[str, Any], str]] = [
    ({"words": "  "}, "words"),
    ({"words": "x" * 4_001}, "words"),
    ({"code": "no such"}, "code"),
    ({"minutes": 0}, "minutes"),
    ({"minutes": 10**12}, "minutes"),
    ({"owner": "staff:999999"}, "owner"),
    ({"code": "upgrade"}, "grade"),
    ({"code": "upgrade", "given": {"grade": "lower"}}, "grade"),
    ({"code": "escalate", "given": {"to": "the moon"}}, "to"),
    ({"code": "deploy", "given": {"unit": "²"}}, "unit"),
    ({"code": "deploy", "given": {"unit": "9" * 400}}, "unit"),
]


def test_a_decision_that_is_none_changes_nothing(cast: Cast, incident: Incident) -> None:
    meeting = call(cast.fim)
    for given, field in NONE:
        with pytest.raises(Invalid) as refused:
            choose(cast.fim, meeting, incident, **given)
        assert field in refused.value.fields, given
    assert not Decision.objects.exists()
    assert not told(incident, "meeting.decided")


def test_strangers_call_join_and_decide_nothing(cast: Cast, incident: Incident) -> None:
    for person in (cast.supervisor, cast.handler, cast.pcc):
        with pytest.raises(Refused):
            call(person)
    meeting = call(cast.fim)
    for person in (cast.handler, cast.pcc, cast.silver):
        with pytest.raises(NotThere):
            actions.join(person, meeting.pk)
    with pytest.raises(NotThere):
        actions.join(cast.fim, 10**9)
    with pytest.raises(Refused):
        choose(cast.supervisor, meeting, incident)

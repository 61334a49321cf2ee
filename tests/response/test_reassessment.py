"""Living THRIVE: whatever changes asks for the next assessment, says why, waits on a clock, and is answered by a THRIVE alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from goldthread.assessment import actions as assessment
from goldthread.assessment.queries import newest_thrive
from goldthread.assessment.reading import Said
from goldthread.config.errors import NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact import known_actions
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.caller_actions import log_call_back, set_line
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response import alarm_actions, reassess_actions, reassess_rules, request_actions
from goldthread.response.models import Alarm, Allocation, Reassessment
from goldthread.response.reassess_rules import Line
from tests import known_world as world
from tests.cast import Cast, assess, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import WHY, with_child, without_child


def why(incident: Incident) -> list[str]:
    found = Reassessment.objects.filter(incident=incident).first()
    return [one["code"] for one in found.reasons] if found else []


def test_new_words_ask_for_the_next_version_and_a_thrive_answers(cast: Cast) -> None:
    incident = with_child(cast)
    assert why(incident) == [], "the first THRIVE is owed as paperwork"
    assess(cast.handler, incident)
    assert why(incident) == []
    say(cast.teammate, incident, "She rang again, it is quiet now.")
    assert why(incident) == ["words"]
    asked = Reassessment.objects.get(incident=incident)
    assert asked.answer_by - asked.asked_at == timedelta(minutes=10)
    assess(cast.handler, incident)
    assert why(incident) == []
    assert not Alarm.objects.filter(incident=incident, kind="reassess", ended_at=None).exists()


def test_unanswered_it_escalates_once(cast: Cast) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    say(cast.teammate, incident, "She rang again.")
    later(timedelta(minutes=5))
    say(cast.teammate, incident, "And again.")
    assert Alarm.objects.filter(incident=incident, kind="reassess").count() == 1, "more words do not put it off"
    later(timedelta(minutes=6))
    alarm_actions.raise_due()
    alarm = Alarm.objects.get(incident=incident, kind="reassess")
    assert (alarm.raised_at is not None, alarm.ended_at) == (True, None)


def standing(incident: Incident, kind: str) -> Alarm | None:
    return Alarm.objects.filter(incident=incident, kind=kind, raised_at__isnull=False, ended_at=None).first()


@pytest.mark.parametrize("grade", ["immediate", "resolution", ""])
@pytest.mark.parametrize("there", [True, False])
def test_a_first_thrive_that_does_not_come_is_asked_for_and_then_escalates(cast: Cast, grade: str, there: bool) -> None:
    incident = opened(cast.handler)
    if grade:
        graded(cast.handler, incident, grade)
    if there:
        attended(cast, incident)
    later(timedelta(minutes=14))
    say(cast.handler, incident, "He is still here.")
    alarm_actions.raise_due()
    assert why(incident) == [], "help comes first: until then it is owed as paperwork"
    later(timedelta(minutes=2))
    alarm_actions.raise_due()
    assert why(incident) == ["timer"]
    assert Reassessment.objects.get(incident=incident).since == 0
    assert standing(incident, "reassess") is None
    say(cast.teammate, incident, "And again.")
    later(timedelta(minutes=61))
    alarm_actions.raise_due()
    assert standing(incident, "reassess") is not None, "neither words nor a unit's being there put it off"
    assess(cast.handler, incident)
    assert "timer" not in why(incident)
    assert standing(incident, "reassess") is None


def test_a_first_thrive_in_time_is_asked_for_by_nobody(cast: Cast) -> None:
    incident = with_child(cast, "resolution")
    later(timedelta(minutes=10))
    assess(cast.handler, incident)
    later(timedelta(minutes=20))
    alarm_actions.raise_due()
    assert why(incident) == []


def test_what_came_in_writing_is_owed_a_first_thrive_from_when_somebody_has_read_it(cast: Cast) -> None:
    given = Arriving(channel="email", external_id="1", text="my son has not come home from school", area="North")
    incident = receive(None, given, desk=cast.handler.team).incident
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    assert why(incident) == [], "it is owed its first read before"
    response.read_first(cast.handler, incident.pk, key=key())
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    assert why(incident) == ["timer"]


def test_what_was_opened_again_without_a_thrive_is_owed_it_anew(cast: Cast) -> None:
    incident = without_child(cast, "resolution")
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    response.close(cast.handler, incident.pk, key=key(), reason="advice", result="Told what to do.")
    assert why(incident) == []
    say(cast.handler, incident, "He has rung again.")
    assert why(incident) == []
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    assert why(incident) == ["timer"]


@pytest.mark.parametrize(("child", "minutes"), [(True, 30), (False, 60)])
def test_the_timer_is_tighter_where_a_child_is_involved(cast: Cast, child: bool, minutes: int) -> None:
    incident = with_child(cast) if child else without_child(cast)
    assess(cast.handler, incident)
    timer = Alarm.objects.get(incident=incident, kind="timer", ended_at=None)
    later(timedelta(minutes=minutes - 1))
    alarm_actions.raise_due()
    assert "timer" not in why(incident)
    later(timedelta(minutes=2))
    alarm_actions.raise_due()
    assert "timer" in why(incident)
    timer.refresh_from_db()
    assert timer.raised_at is not None


def test_no_timer_runs_while_a_unit_is_there_and_one_does_when_it_has_left(cast: Cast) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    attended(cast, incident)
    assert not Alarm.objects.filter(incident=incident, kind="timer", ended_at=None).exists()
    sent = Allocation.objects.get(incident=incident)
    response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk)
    assert Alarm.objects.filter(incident=incident, kind="timer", ended_at=None).exists()
    assert why(incident) == ["left"], "and the child was not seen"


def test_every_other_trigger_asks(cast: Cast) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    set_line(cast.handler, incident.pk, key=key(), state="dropped")
    log_call_back(cast.handler, incident.pk, key=key(), outcome="no_answer")
    assert why(incident) == ["callback"]
    request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
    assert why(incident) == ["callback", "request"]
    later(timedelta(minutes=13))
    alarm_actions.raise_due()
    assert why(incident) == ["callback", "request", "near"]
    later(timedelta(minutes=4))
    alarm_actions.raise_due()
    assert "breach" in why(incident)


def _answers_children(cast: Cast, incident: Incident, _: pytest.MonkeyPatch) -> None:
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="not_known", given=[])


def _links(cast: Cast, incident: Incident, _: pytest.MonkeyPatch) -> None:
    home, other = world.place(world.street("Larch Road"), "14"), opened(cast.handler)
    for one in (incident, other):
        world.settled_on(cast.handler, one, home)
    known_actions.link(cast.handler, other.pk, key=key(), other_id=incident.pk)


def _opens_again(cast: Cast, incident: Incident, _: pytest.MonkeyPatch) -> None:
    attended(cast, incident)
    closed(cast, incident)
    child = ChildGiven(str(key()), "Mia", 4, False, "inside", "", "not_seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])


def _reads_as_more_serious(cast: Cast, incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    first_look = assessment.read

    def closer_look(said: list[Said], path: str = "fast") -> dict[str, Any]:
        return {**first_look(said), "path": path, "level": "immediate", "at_risk": True}

    monkeypatch.setattr(assessment, "read", closer_look)
    assessment.read_fully(incident.pk)


HAPPENS = {
    "children": (_answers_children, ["children"]),
    "linked": (_links, ["linked"]),
    "reopened": (_opens_again, ["reopened", "children"]),
    "raised": (_reads_as_more_serious, ["raised"]),
}


@pytest.mark.parametrize("code", list(HAPPENS))
def test_the_owner_is_asked_to_assess_again(cast: Cast, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    happens, asks = HAPPENS[code]
    incident = with_child(cast)
    assess(cast.handler, incident)
    happens(cast, incident, monkeypatch)
    assert why(incident) == asks
    newest = newest_thrive(incident)
    assert newest is not None
    assert Reassessment.objects.get(incident=incident).since == newest.version
    later(timedelta(minutes=11))
    alarm_actions.raise_due()
    assert standing(incident, "reassess") is not None
    assess(cast.handler, incident)
    assert why(incident) == []


def test_nothing_new_is_said_only_where_nothing_is(cast: Cast) -> None:
    quiet = without_child(cast)
    with pytest.raises(Refused, match="no THRIVE yet"):
        reassess_actions.review(cast.handler, quiet.pk, key=key())
    assess(cast.handler, quiet)
    reassess_actions.review(cast.teammate, quiet.pk, key=key())
    say(cast.handler, quiet, "He has rung again about the car.")
    with pytest.raises(Refused, match="Something has changed"):
        reassess_actions.review(cast.handler, quiet.pk, key=key())
    child = with_child(cast)
    assess(cast.handler, child)
    with pytest.raises(Refused, match="child is or may be"):
        reassess_actions.review(cast.handler, child.pk, key=key())
    for who in (cast.officer, cast.pcc, cast.vast):
        with pytest.raises((NotThere, Refused)):
            reassess_actions.review(who, quiet.pk, key=key())


def test_a_closed_incident_asks_nothing(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    assess(cast.handler, incident)
    say(cast.handler, incident, "All quiet.")
    attended(cast, incident)
    closed(cast, incident)
    assert why(incident) == []
    assert not Alarm.objects.filter(incident=incident, ended_at=None).exists()


def test_reasons_stand_once_each_in_their_order(cast: Cast) -> None:
    now = opened(cast.handler).opened_at
    lines = [
        Line(3, "words", now),
        Line(4, "mark.answered", now),
        Line(5, "alarm.raised:breach", now),
        Line(6, "words", now),
    ]
    found = reassess_rules.reasons(lines)
    assert [(one.code, one.first, one.last) for one in found] == [("words", 3, 6), ("breach", 5, 5)]
    assert {one.code for one in found} <= set(reassess_rules.triggers())

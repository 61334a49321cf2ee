"""Messages of another incident system: each acts once, in its incident's order, and nothing said in one waits unread."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.actions import add_words
from goldthread.contact.known import group_of
from goldthread.contact.models import Entry, Incident, Particular
from goldthread.integration.message_models import Message, MessageGap, Placed, SystemIncident
from goldthread.integration.message_place_actions import give_up_waiting
from goldthread.response import import_actions
from goldthread.response.models import Alarm, Allocation, Clock, Closing, GradePeriod
from goldthread.supervision.models import Sweep
from tests.cast import Cast, key
from tests.integration.conftest import Program, Programs, problem
from tests.integration.messages_given import RISKY, account, became, give, integrator, told, waited_out, words


@pytest.fixture
def sender(cast: Cast, program: Programs) -> Program:
    return program(account(cast))


def test_an_incident_told_elsewhere_stands_here_read_owned_and_on_record(cast: Cast, sender: Program) -> None:
    acks = give(
        sender, told(1, "opened", caller_phone="07700 900417", area="North"), told(2, text=RISKY), told(3, "grade", grade="1"),
        told(4, "particulars", children={"named": [{"name": "Ada", "age": 3, "seen": "not_seen"}]}),
        told(5, "dispatch", unit=cast.unit.call_sign, state="sent"),
    )  # fmt: skip
    assert became(acks) == ["taken"] * 5
    incident = Incident.objects.get()
    assert {one["incident"] for one in acks} == {incident.reference}
    assert (incident.origin, incident.channel, incident.area, incident.owner_team) == (
        "imported", "999", "North", cast.handler.team,
    )  # fmt: skip
    assert (incident.child, incident.children_answer, incident.opened_by) == ("yes", "named", None)
    period = GradePeriod.objects.get()
    assert (period.grade, period.origin) == ("immediate", "imported")
    assert incident.readings.order_by("-id").first().level == "immediate"
    assert Allocation.objects.get().unit == cast.unit
    assert {one.kind for one in Clock.objects.filter(stopped_at__isnull=True)} == {"attendance"}
    assert Particular.objects.filter(kind="caller_phone").count() == 1
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"messages.give", "incident.open", "entry.add", "grade.chosen", "children.answer", "unit.allocate"} <= verbs


def test_a_message_sent_again_acts_once_and_says_so(cast: Cast, sender: Program) -> None:
    one, two = told(1, "opened"), told(2)
    assert became(give(sender, one, two, two)) == ["taken", "taken", "repeated"]
    again = give(sender, two, one)
    assert became(again) == ["repeated", "repeated"]
    assert again[0]["incident"] == Incident.objects.get().reference
    assert len(words(Incident.objects.get())) == 1
    assert Message.objects.filter(became="repeated", raw__isnull=True).count() == 3


def test_other_content_under_the_same_id_is_told_and_kept_and_not_applied(
    cast: Cast, sender: Program, program: Programs
) -> None:
    give(sender, told(1, "opened"), told(2))
    (ack,) = give(sender, told(2, text=RISKY))
    assert (ack["became"], "kept and not applied" in ack["why"]) == ("other", True)
    assert words(Incident.objects.get()) == ["line 2 of NG-1"]
    (row,) = program(integrator()).get("/messages").json()["messages"]
    assert (row["state"], row["at_risk"], row["level"]) == ("other", True, "immediate")


def test_out_of_order_is_written_in_order(cast: Cast, sender: Program) -> None:
    assert became(give(sender, told(3), told(1, "opened"))) == ["waiting", "taken"]
    assert give(sender, told(4))[0]["wait_for"] == 2
    assert words(Incident.objects.get()) == []
    assert became(give(sender, told(2))) == ["taken"]
    assert words(Incident.objects.get()) == ["line 2 of NG-1", "line 3 of NG-1", "line 4 of NG-1"]
    assert not Message.objects.waiting().exists()
    assert Placed.objects.filter(gap=False).count() == 4


def test_words_that_wait_are_read_at_once_and_told_to_a_supervisor(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened"))
    give(sender, told(3, text="a lost purse"), told(4, text=RISKY))
    incident = Incident.objects.get()
    alarm = Alarm.objects.get(kind="ahead")
    assert (alarm.incident, alarm.ended_at) == (incident, None)
    give(sender, told(2))
    alarm.refresh_from_db()
    assert alarm.ended_at is not None
    assert words(incident)[-1] == RISKY


def test_an_incident_whose_opening_has_not_come_stands_on_the_board_at_once(cast: Cast, sender: Program) -> None:
    (ack,) = give(sender, told(2, text=RISKY))
    incident = Incident.objects.get()
    assert (ack["became"], ack["wait_for"], ack["incident"]) == ("waiting", 1, incident.reference)
    assert (incident.owner_team, incident.child) == (cast.handler.team, "possible")
    assert Alarm.objects.filter(kind="ahead", incident=incident).exists()
    give(sender, told(1, "opened"))
    incident.refresh_from_db()
    assert (incident.channel, words(incident)) == ("999", [RISKY])
    assert Incident.objects.count() == 1


def test_what_does_not_come_is_given_up_and_the_gap_is_told(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened"), told(4), told(6))
    assert give_up_waiting() == 0
    waited_out()
    assert give_up_waiting() == 1
    assert give_up_waiting() == 0
    incident = Incident.objects.get()
    assert words(incident) == ["line 4 of NG-1", "line 6 of NG-1"]
    assert [(one.first, one.last) for one in MessageGap.objects.order_by("first")] == [(2, 3), (5, 5)]
    assert Entry.objects.filter(incident=incident, code="message.gap").count() == 2
    assert set(Placed.objects.filter(gap=True).values_list("message__number", flat=True)) == {4, 6}
    assert became(give(sender, told(7), told(3))) == ["taken", "taken"]
    assert words(incident)[-2:] == ["line 3 of NG-1", "line 7 of NG-1"]
    assert Entry.objects.filter(incident=incident, code="message.behind").count() == 1


def test_a_grade_lowered_there_is_stored_and_alarms_as_outside_the_rule(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened"), told(2, text=RISKY), told(3, "grade", grade="immediate"))
    assert not Alarm.objects.filter(kind="outside").exists()
    give(sender, told(4, "grade", grade="scheduled"))
    assert [one.grade for one in GradePeriod.objects.order_by("seq")] == ["immediate", "scheduled"]
    alarm = Alarm.objects.get(kind="outside")
    assert Placed.objects.get(message__number=4).outside == ["lowered"]
    due = Clock.objects.get(kind="attendance", stopped_at__isnull=True)
    assert due.due_at - due.started_at == timedelta(hours=48)
    add_words(cast.handler, alarm.incident_id, key=key(), source="inference", text="noted")
    alarm.refresh_from_db()
    assert alarm.ended_at is None
    add_words(cast.supervisor, alarm.incident_id, key=key(), source="inference", text="looked at it")
    alarm.refresh_from_db()
    assert alarm.ended_at is not None


def test_an_incident_closed_there_against_the_rule_is_closed_and_alarms(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened"), told(2, text=RISKY), told(3, "grade", grade="immediate"), told(4, "closed"))
    incident = Incident.objects.get()
    closing = Closing.objects.get()
    assert (incident.is_open, closing.origin, closing.reason) == (False, "imported", "told-elsewhere")
    found = Placed.objects.get(message__number=4).outside
    assert {"unattended", "life", "second"} <= set(found)
    assert Alarm.objects.filter(kind="outside", incident=incident, ended_at__isnull=True).exists()
    assert Sweep.objects.filter(incident=incident, kind="imported", ended_at__isnull=True).exists(), (
        "it waits for a review"
    )
    give(sender, told(5, text="she rang again"))
    incident.refresh_from_db()
    assert (incident.is_open, incident.owner_team) == (True, cast.handler.team)


def test_a_closing_that_the_rule_allows_alarms_nobody(cast: Cast, sender: Program) -> None:
    give(
        sender, told(1, "opened"), told(2, text="a lost purse was handed in at the desk"),
        told(3, "particulars", children={"answer": "asked_none"}), told(4, "grade", grade="resolution"),
        told(5, "closed", reason="advice", result="Advice given."),
    )  # fmt: skip
    assert Incident.objects.get().child == "none"
    assert Closing.objects.get().reason == "advice"
    assert not Alarm.objects.filter(kind="outside").exists()


def test_a_clock_five_hours_off_rules_nothing_and_is_told(cast: Cast, sender: Program) -> None:
    now = database_now(connection)
    for ref, hours in (("NG-ahead", 5), ("NG-behind", -5)):
        at = (now + timedelta(hours=hours)).isoformat()
        give(sender, told(1, "opened", ref, at=at), told(2, "words", ref, at=at), told(3, "grade", ref, at=at))
        incident = SystemIncident.objects.get(ref=ref).incident
        for clock in Clock.objects.filter(incident=incident):
            assert abs(clock.started_at - now) < timedelta(minutes=1)
        (line,) = Entry.objects.filter(incident=incident, code="message.clock")
        assert abs(line.data["seconds"] + hours * 3600) < 60
        kept = Message.objects.get(ref=ref, number=1).told_at
        assert kept is not None
        assert abs(kept - datetime.fromisoformat(at)) < timedelta(seconds=1)


def test_incidents_told_to_be_linked_are_one_matter_whichever_comes_first(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened", "A"), told(2, "linked", "A", to="B"))
    give(sender, told(1, "opened", "B"), told(2, "linked", "B", to="A"))
    a, b = (SystemIncident.objects.get(ref=ref).incident for ref in "AB")
    assert {a.pk, b.pk} <= {*group_of(a), a.pk}


def test_children_on_record_stay_where_none_is_told(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened"), told(2, "particulars", children={"named": [{"name": "Ada", "age": 3}]}))
    give(sender, told(3, "particulars", children={"answer": "asked_none"}))
    incident = Incident.objects.get()
    assert (incident.children_answer, incident.child) == ("named", "yes")
    assert Alarm.objects.filter(kind="outside", incident=incident).exists()


def test_a_unit_that_is_not_known_is_made_and_one_elsewhere_stays_there(cast: Cast, sender: Program) -> None:
    give(sender, told(1, "opened", "A"), told(2, "grade", "A"), told(3, "dispatch", "A", unit="ZZ99", state="arrived"))
    a = SystemIncident.objects.get(ref="A").incident
    assert Allocation.objects.get(incident=a).arrived_at is not None
    assert not Clock.objects.filter(incident=a, kind="attendance", stopped_at__isnull=True).exists()
    give(sender, told(1, "opened", "B"), told(2, "dispatch", "B", unit="ZZ99", state="sent"))
    b = SystemIncident.objects.get(ref="B").incident
    assert Entry.objects.get(incident=b, code="unit.elsewhere").data["reference"] == a.reference
    give(
        sender, told(4, "dispatch", "A", unit="ZZ99", state="left"), told(3, "dispatch", "B", unit="ZZ99", state="sent")
    )
    assert Allocation.objects.get(incident=b).left_at is None


def test_another_teams_account_sends_nothing_for_this_system(cast: Cast, sender: Program, program: Programs) -> None:
    give(sender, told(1, "opened"))
    other = Staff.objects.create_user(
        "other", "amber-thread-of-test", name="Other", role="incident_system", team=cast.stranger.team
    )
    (ack,) = give(program(other), told(2, text="forged"))
    assert (ack["became"], "another team's desk" in ack["why"]) == ("unreadable", True)
    assert words(Incident.objects.get()) == []


def test_who_may_not_hand_in_is_refused(cast: Cast, program: Programs) -> None:
    for name, one in {**cast.everybody(), "integrator": integrator()}.items():
        answer = program(one).post("/messages", [told(1, "opened")])
        assert answer.status_code == 403, name
    problem(program(None).post("/messages", [told(1, "opened")]), 401, "no-token")
    assert not Message.objects.exists()


def test_lines_are_taken_as_a_list_is(cast: Cast, sender: Program) -> None:
    body = b"\n".join([json.dumps(told(1, "opened")).encode(), b"not json", json.dumps(told(2)).encode(), b""])
    answer = sender.post("/messages", body, content_type="application/x-ndjson")
    assert became(answer.json()["messages"]) == ["taken", "unreadable", "taken"]


def test_an_error_of_ours_in_one_message_holds_up_nothing(
    cast: Cast, sender: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> tuple[str, ...]:
        raise RuntimeError("broken")

    monkeypatch.setattr(import_actions, "grade_told", broken)
    acks = give(sender, told(1, "opened"), told(2, "grade"), told(3))
    assert became(acks) == ["taken"] * 3
    incident = Incident.objects.get()
    assert words(incident) == ["line 3 of NG-1"]
    assert Message.objects.wanting().get().number == 2
    seqs = list(Entry.objects.filter(incident=incident).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert Alarm.objects.filter(kind="ahead", incident=incident).exists()

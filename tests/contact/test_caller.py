"""Who is on the line, how the line stands, and how they may be reached again."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import choices
from goldthread.contact.actions import answer_children, open_incident
from goldthread.contact.caller_actions import log_call_back, set_line, set_on_line, set_safe_contact
from goldthread.contact.caller_models import CallBack, LineState, OnLine, SafeContact
from goldthread.contact.caller_queries import child_questions, told
from goldthread.contact.caller_rules import BROKEN, Caller, Reachable
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import child_involved
from goldthread.desk.models import BoardRow
from goldthread.response.actions import close
from goldthread.response.grades import closing_reasons
from goldthread.response.models import Clock
from goldthread.response.rules import Closable, may_close
from tests.cast import Cast, assess, attended, closed, graded, key, opened, say


@pytest.fixture
def incident(cast: Cast) -> Incident:
    found = opened(cast.handler, caller_phone="07700 900123")
    graded(cast.handler, found)
    return found


def _close(cast: Cast, incident: Incident) -> None:
    assess(cast.handler, incident)
    close(cast.fim, incident.pk, key=key(), reason="error", result="nobody there")


# No answer never closes.


def test_a_silent_call_closes_only_once_somebody_answered(cast: Cast, incident: Incident) -> None:
    set_line(cast.handler, incident.pk, key=key(), state="silent")
    for outcome in ("no_answer", "engaged", "voicemail", "not_safe"):
        with pytest.raises(Refused, match="No answer never closes"):
            _close(cast, incident)
        log_call_back(cast.handler, incident.pk, key=key(), outcome=outcome, number="07700 900123")
    with pytest.raises(Refused, match="Ring back until somebody answers"):
        _close(cast, incident)
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered", text="Says she sat on the phone.")
    _close(cast, incident)
    incident.refresh_from_db()
    assert not incident.is_open


def test_a_silent_call_closes_once_a_unit_attended(cast: Cast, incident: Incident) -> None:
    set_line(cast.handler, incident.pk, key=key(), state="abandoned")
    attended(cast, incident)
    closed(cast, incident)


def test_a_line_that_drops_again_wants_another_answer(cast: Cast, incident: Incident) -> None:
    set_line(cast.handler, incident.pk, key=key(), state="dropped")
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered")
    set_line(cast.handler, incident.pk, key=key(), state="speaking")
    LineState.objects.create(
        incident=incident, state="dropped", at=database_now(connection) + timedelta(minutes=2)
    )  # fmt: skip
    Incident.objects.filter(pk=incident.pk).update(line="dropped")
    with pytest.raises(Refused, match="No answer never closes"):
        _close(cast, incident)


def test_an_answer_before_the_line_broke_does_not_count(cast: Cast, incident: Incident) -> None:
    early = database_now(connection) - timedelta(hours=1)
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered", at=early)
    set_line(cast.handler, incident.pk, key=key(), state="silent")
    with pytest.raises(Refused, match="No answer never closes"):
        _close(cast, incident)


def test_a_silent_call_entered_afterwards_counts_the_answer_it_had(cast: Cast) -> None:
    came = database_now(connection) - timedelta(hours=3)
    incident = open_incident(cast.handler, incident_id=key(), channel="999", contacted_at=came)
    set_line(cast.handler, incident.pk, key=key(), state="silent")
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered", at=came + timedelta(minutes=10))
    graded(cast.handler, incident)
    _close(cast, incident)


ROOMS = list(itertools.product((True, False), ("yes", "possible", "none"), closing_reasons()))


@pytest.mark.parametrize(("second", "child", "reason"), ROOMS)
def test_no_answer_never_closes_whatever_else_is_so(second: bool, child: str, reason: str) -> None:
    about = Closable(
        True, False, False, second, unanswered=True, needs_second=() if child == "none" else ("nobody has attended",)
    )
    with pytest.raises(Refused, match="No answer never closes"):
        may_close(closing_reasons()[reason], "nobody answers", about)


def test_every_state_but_speaking_is_one_that_wants_an_answer() -> None:
    assert {code for code, _ in choices.LINE} - {"speaking"} == BROKEN


# Attempts to call back.


def test_attempts_are_added_with_both_times_and_read(cast: Cast, incident: Incident) -> None:
    at = database_now(connection) - timedelta(minutes=30)
    own = key()
    for _ in range(2):  # a retry acts once
        log_call_back(
            cast.handler, incident.pk, key=own, outcome="answered", number="07700 900123", at=at, text="kids crying"
        )
    made = CallBack.objects.get(incident=incident)
    assert (made.at, made.by) == (at, cast.handler)
    assert made.recorded_at > at
    assert made.number is not None
    assert made.number.text == "07700 900123"
    assert made.said is not None
    assert made.said.late
    assert made.said.text is not None
    assert made.said.text.text == "kids crying"
    incident.refresh_from_db()
    assert incident.child == "yes", "what was said in it was read"
    told_of = AuditEvent.objects.get(verb="callback.log").detail
    assert "900123" not in told_of


def test_an_attempt_cannot_be_changed(cast: Cast, incident: Incident) -> None:
    log_call_back(cast.handler, incident.pk, key=key(), outcome="no_answer")
    for table in (
        "contact_callback",
        "contact_linestate",
        "contact_online",
        "contact_safecontact",
        "contact_conversation",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET incident_id = incident_id")


def test_words_of_a_call_back_open_a_closed_incident(cast: Cast, incident: Incident) -> None:
    attended(cast, incident)
    closed(cast, incident)
    log_call_back(cast.handler, incident.pk, key=key(), outcome="answered", text="He came back.")
    incident.refresh_from_db()
    assert incident.is_open


# Who is on the line.


def test_a_child_who_calls_is_a_child_involved(cast: Cast, incident: Incident) -> None:
    set_on_line(cast.handler, incident.pk, key=key(), caller=Caller("child", cannot_speak=True))
    incident.refresh_from_db()
    assert (incident.on_line, incident.child, incident.children_answer) == ("child", "yes", "not_asked")
    say(cast.handler, incident, "my cat is on the roof")
    incident.refresh_from_db()
    assert incident.child == "yes", "what is read later does not lower it"
    set_on_line(cast.handler, incident.pk, key=key(), caller=Caller("adult"))
    incident.refresh_from_db()
    assert incident.child == "possible"
    assert [one.who for one in OnLine.objects.order_by("id")] == ["child", "adult"]


def test_language_and_relation_are_kept_apart_from_the_row(cast: Cast, incident: Incident) -> None:
    given = Caller("third_party", interpreter="relative", language="Kurdish Sorani", relation="aunt")
    set_on_line(cast.handler, incident.pk, key=key(), caller=given)
    one = OnLine.objects.get()
    assert (told(one.told, "language"), told(one.told, "relation")) == ("Kurdish Sorani", "aunt")
    assert not AuditEvent.objects.filter(detail__contains="Kurdish").exists()
    assert not Entry.objects.filter(data__icontains="aunt").exists()


def test_a_child_is_asked_only_a_few_things() -> None:
    asked = child_questions(date(2026, 11, 23))
    assert 3 <= len(asked) <= 6
    assert any("Where are you" in question for question in asked)
    assert child_questions(date(2000, 1, 1)) == asked


# Safe contact.


def test_not_safe_to_call_never_lowers_and_makes_it_more_urgent(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "a dent in a parked car, no children here at all")
    answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, incident, "resolution")
    before = BoardRow.objects.get(incident=incident).urgency
    set_safe_contact(cast.handler, incident.pk, key=key(), reachable=Reachable("not_safe"))
    incident.refresh_from_db()
    assert incident.child in {"possible", "yes"}
    assert BoardRow.objects.get(incident=incident).urgency == 3 > before


@pytest.mark.parametrize("read", ["yes", "implied", "no", None])
@pytest.mark.parametrize("answer", ["named", "asked_none", "not_known", "not_asked"])
def test_an_answer_about_the_caller_never_lowers_a_child(answer: str, read: str | None) -> None:
    rank = {"none": 0, "possible": 1, "yes": 2}
    least = rank[child_involved(answer, read)]
    for who, safe in itertools.product(dict(choices.ON_LINE), dict(choices.SAFE_CONTACT)):
        assert rank[child_involved(answer, read, who, safe)] >= least


def test_safe_contact_is_kept_and_stays_on_record(cast: Cast, incident: Incident) -> None:
    given = Reachable("given", "text", "not_safe", "07700 900456", "after 10 at night", "marigold")
    set_safe_contact(cast.handler, incident.pk, key=key(), reachable=given)
    set_safe_contact(cast.teammate, incident.pk, key=key(), reachable=Reachable("not_safe"))
    incident.refresh_from_db()
    assert incident.safe_contact == "not_safe"
    first, second = SafeContact.objects.order_by("id")
    assert told(first.told, "code_word") == "marigold"
    assert second.told is None
    for field in ("07700 900456", "marigold"):
        assert not AuditEvent.objects.filter(detail__contains=field).exists()


@pytest.mark.parametrize(
    ("act", "given", "field"),
    [
        (set_line, {"state": "purple"}, "state"),
        (set_line, {"state": ""}, "state"),
        (log_call_back, {"outcome": "maybe"}, "outcome"),
        (log_call_back, {"outcome": "answered", "number": "9" * 41}, "number"),
        (log_call_back, {"outcome": "answered", "text": "x" * 400_001}, "text"),
        (set_on_line, {"caller": Caller("not_asked")}, "who"),
        (set_on_line, {"caller": Caller("robot")}, "who"),
        (set_on_line, {"caller": Caller("adult", interpreter="parrot")}, "interpreter"),
        (set_on_line, {"caller": Caller("adult", language="x" * 61)}, "language"),
        (set_safe_contact, {"reachable": Reachable("")}, "answer"),
        (set_safe_contact, {"reachable": Reachable("given")}, "number"),
        (set_safe_contact, {"reachable": Reachable("not_safe", method="owl")}, "method"),
        (set_safe_contact, {"reachable": Reachable("not_safe", voicemail="perhaps")}, "voicemail"),
        (set_safe_contact, {"reachable": Reachable("not_safe", code_word="x" * 81)}, "code_word"),
    ],
)
def test_what_cannot_be_kept_is_said(
    cast: Cast, incident: Incident, act: Any, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        act(cast.handler, incident.pk, key=key(), **given)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("act", "given"),
    [
        (set_line, {"state": "silent"}),
        (log_call_back, {"outcome": "no_answer"}),
        (set_on_line, {"caller": Caller("adult")}),
        (set_safe_contact, {"reachable": Reachable("not_safe")}),
    ],
)
def test_only_those_who_may_write_in_it_record_it(
    cast: Cast, incident: Incident, act: Any, given: dict[str, Any]
) -> None:
    for one in (cast.far_dispatcher, cast.far_supervisor, cast.officer, cast.qa, cast.pcc, cast.auditor):
        with pytest.raises(NotThere):
            act(one, incident.pk, key=key(), **given)
    act(cast.dispatcher, incident.pk, key=key(), **given)


# A contact that is entered afterwards.


def test_what_is_owed_counts_from_when_the_contact_came(cast: Cast) -> None:
    came = database_now(connection) - timedelta(hours=2)
    incident = open_incident(cast.handler, incident_id=key(), channel="999", area="North", contacted_at=came)
    assert incident.contacted_at == came
    assert incident.opened_at > came
    assert incident.next_action_at == came + timedelta(minutes=3)
    first = Entry.objects.get(incident=incident, code="incident.opened")
    assert (first.occurred_at, first.late) == (came, True)
    graded(cast.handler, incident, "scheduled")
    assert set(Clock.objects.filter(incident=incident).values_list("started_at", flat=True)) == {came}
    graded(cast.handler, incident, "priority")
    newest = Clock.objects.filter(incident=incident).running()
    assert all(clock.started_at > came for clock in newest), "a later grade's targets count from its choice"


def test_a_contact_of_just_now_is_not_entered_afterwards(cast: Cast) -> None:
    came = database_now(connection) - timedelta(minutes=2)
    incident = open_incident(cast.handler, incident_id=key(), channel="999", contacted_at=came)
    assert incident.contacted_at is None
    with pytest.raises(Invalid) as refused:
        open_incident(cast.handler, incident_id=key(), channel="999", contacted_at=came + timedelta(hours=1))
    assert set(refused.value.fields) == {"contacted_at"}

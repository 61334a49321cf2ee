"""Every action says what it did; a text may be erased by two people and by nothing less."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import RequestFactory

from goldthread.audit import queries
from goldthread.audit.actions import acting, erase, record_consultation
from goldthread.audit.models import AuditEvent, Erasure, Payload
from goldthread.config.errors import Refused

pytestmark = pytest.mark.django_db

REVIEW = "Reviewed: no longer needed for any policing purpose"
POLICY = "the management of police information rules"


def test_the_time_of_an_action_is_the_databases_and_stays_the_same(cast):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_offset SET shift = interval '3 days'")
    with acting(cast.handler) as act:
        assert act.now == act.now
        assert act.now - datetime.now(UTC) > timedelta(days=2)
        event = act.record("alteration", "grade.set", [("incident", 5)])
    event.refresh_from_db()
    assert event.at >= act.now


def test_detail_takes_ids_codes_and_times(cast):
    number = uuid.UUID(int=5)
    with acting(cast.handler) as act:
        event = act.record(
            "alteration", "grade.set", [("incident", 5)], grade="immediate", before=None, child=True,
            due=datetime(2026, 3, 3, tzinfo=UTC), cues=["da-child"], key=number,
        )  # fmt: skip
    assert json.loads(event.detail) == {
        "grade": "immediate", "before": None, "child": True, "due": "2026-03-03T00:00:00+00:00",
        "cues": ["da-child"], "key": str(number),
    }  # fmt: skip


@pytest.mark.parametrize("words", ["he hit the little one", "Ana Lis", "x" * 200, 1.5, object()])
def test_detail_takes_nobodys_words(cast, words):
    with pytest.raises(ValueError, match="ids and codes only"), acting(cast.handler) as act:
        act.record("alteration", "grade.set", [("incident", 5)], note=words)
    assert not AuditEvent.objects.exists()


def test_a_duty_is_one_of_the_six_or_security(cast):
    with pytest.raises(ValueError, match="duties"), acting(cast.handler) as act:
        act.record("reading", "incident.see", [("incident", 5)])


def test_a_request_number_is_kept_only_if_it_is_one(cast):
    for told, kept in (("a1-b2", "a1-b2"), ("Ana Lis, 4 Mill Row", ""), ("x" * 65, "")):
        request = RequestFactory().get("/", headers={"X-Request-ID": told})
        with acting(cast.handler, request=request) as act:
            assert act.record("security", "signed in", []).request_id == kept


def test_an_erased_text_leaves_a_tombstone_and_no_trace(cast):
    payload, other = Payload.objects.keep("Two children heard"), Payload.objects.keep("Stays")
    erasure = erase(cast.auditor, cast.officer, [payload], REVIEW, POLICY)
    payload.refresh_from_db()
    other.refresh_from_db()
    assert payload.erased_at is not None
    day = payload.erased_at
    assert payload.shown() == f"Erased on {day.day} {day:%B %Y} under {POLICY}."
    assert (payload.text, bytes(payload.salt)) == ("", b"")
    assert other.shown() == "Stays"
    event = AuditEvent.objects.get(duty="erasure")
    assert (event.staff_id, event.role) == (22, "auditor")
    assert json.loads(event.subjects) == [["erasure", str(erasure.pk)], ["payload", str(payload.pk)]]
    assert json.loads(event.detail) == {"asked_by": 21, "digests": [bytes(payload.digest).hex()]}


@pytest.mark.parametrize(
    ("asks", "approves", "rationale", "policy", "why"),
    [
        ("auditor", "auditor", REVIEW, POLICY, "A second person"),
        ("handler", "auditor", REVIEW, POLICY, "Only the auditor"),
        ("auditor", "handler", REVIEW, POLICY, "Only the auditor"),
        ("auditor", "officer", "  ", POLICY, "Give the rationale"),
        ("auditor", "officer", REVIEW, "", "Give the rationale"),
    ],
)
def test_an_erasure_needs_two_of_the_right_people_and_a_reason(cast, asks, approves, rationale, policy, why):
    payload = Payload.objects.keep("Two children heard")
    with pytest.raises(Refused, match=why):
        erase(getattr(cast, asks), getattr(cast, approves), [payload], rationale, policy)
    payload.refresh_from_db()
    assert payload.shown() == "Two children heard"
    assert not Erasure.objects.exists()


def test_what_is_erased_already_is_not_erased_again(cast):
    payload = Payload.objects.keep("Two children heard")
    erase(cast.auditor, cast.officer, [payload], REVIEW, POLICY)
    with pytest.raises(Refused, match="nothing to erase"):
        erase(cast.officer, cast.auditor, [payload], REVIEW, "another policy")
    with pytest.raises(Refused, match="nothing to erase"):
        erase(cast.officer, cast.auditor, [], REVIEW, POLICY)
    assert Erasure.objects.count() == 1


def test_the_log_answers_who_saw_an_incident_and_what_a_person_did(cast):
    with acting(cast.handler) as act:
        before = act.now
    record_consultation(cast.handler, "incident.see", [("incident", 5), ("person", 6)])
    record_consultation(cast.stranger, "incident.see", [("incident", 51)])
    record_consultation(
        SimpleNamespace(pk=13, role="supervisor", recorded_as="supervisor"), "incident.see", [("incident", 5)]
    )
    assert list(queries.events_about("incident", 5).values_list("staff_id", flat=True)) == [13, 11]
    assert list(queries.events_about("person", 6).values_list("staff_id", flat=True)) == [11]
    assert not queries.events_about("person", 5).exists()
    assert [event.staff_id for event in queries.events_by(12, before)] == [12]
    assert not queries.events_by(12, before + timedelta(days=1)).exists()


def test_who_saw_an_incident_is_found_by_an_index():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
    assert "audit_event_about" in queries.events_about("incident", 5).order_by().explain()

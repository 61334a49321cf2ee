"""The page at the end of a shift: what one holds, one receiver for all of it, and what is left said."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Duty, Staff
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Entry, Incident
from goldthread.response import handoff_actions
from goldthread.response.models import HandOff, Reassessment
from tests.cast import Cast, assess, key, opened
from tests.response.test_alarms import on_duty
from tests.response.test_requests import with_child, without_child

Browser = Callable[[Staff | None], Client]


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_everything_is_handed_over_and_the_duty_ends(cast: Cast, browser: Browser) -> None:
    on_duty(cast.handler, cast.teammate)
    quiet, child = without_child(cast), with_child(cast)
    client = browser(cast.handler)
    page = text(client.get("/shift/"))
    assert "You own 2 open incidents" in page
    assert "child involved" in page
    sent = {"key": key(), "to": f"staff:{cast.teammate.pk}", "note": "Rings at six."}
    answer = client.post("/shift/end", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/shift/")
    assert set(HandOff.objects.values_list("incident", "to", "at_shift_end")) == {
        (quiet.pk, cast.teammate.pk, True),
        (child.pk, cast.teammate.pk, True),
    }
    after = text(client.get("/shift/"))
    assert "Your shift is ended" in after
    assert "You are not on duty" in after
    assert Incident.objects.filter(owner=cast.handler).count() == 2, "theirs until it is acknowledged"
    client.post("/shift/begin")
    assert Duty.objects.filter(staff=cast.handler, ended_at=None).exists()


def test_without_a_receiver_nothing_is_handed_over_and_what_was_typed_stays(cast: Cast, browser: Browser) -> None:
    on_duty(cast.handler)
    opened(cast.handler)
    answer = browser(cast.handler).post("/shift/end", {"key": key(), "to": "", "note": "Rings at six."})
    assert answer.status_code == 422
    assert "Choose one person or one desk" in text(answer)
    assert "Rings at six." in text(answer)
    assert Duty.objects.filter(staff=cast.handler, ended_at=None).exists()


@pytest.mark.parametrize("to", ["staff:0", "team:abc", "x" * 5000, "staff:999999999999999999999"])
def test_a_receiver_that_is_none_is_named(cast: Cast, browser: Browser, to: str) -> None:
    on_duty(cast.handler)
    opened(cast.handler)
    answer = browser(cast.handler).post("/shift/end", {"key": key(), "to": to})
    assert answer.status_code == 422
    assert not HandOff.objects.exists()


def test_a_child_is_assessed_by_the_new_shift(cast: Cast, browser: Browser) -> None:
    on_duty(cast.handler, cast.teammate)
    quiet, child = without_child(cast), with_child(cast)
    for one in (quiet, child):
        assess(cast.handler, one)
    browser(cast.handler).post("/shift/end", {"key": key(), "to": f"staff:{cast.teammate.pk}"})
    for one in (quiet, child):
        handoff_actions.acknowledge(cast.teammate, one.pk, key=key())
    asked = {one.incident_id: [reason["code"] for reason in one.reasons] for one in Reassessment.objects.all()}
    assert asked[child.pk] == ["handover"]
    assert "handover" not in asked.get(quiet.pk, [])


def test_nothing_new_is_a_line_where_it_may_be_and_a_sentence_where_not(cast: Cast, browser: Browser) -> None:
    quiet, child = without_child(cast), with_child(cast)
    for one in (quiet, child):
        assess(cast.handler, one)
    client = browser(cast.handler)
    assert client.post(f"/incidents/{quiet.pk}/nothing-new", {"key": key()}).status_code == 302
    assert Entry.objects.filter(incident=quiet, code="reviewed.nothing_new").count() == 1
    answer = client.post(f"/incidents/{child.pk}/nothing-new", {"key": key()}, follow=True)
    assert "A child is or may be involved" in text(answer)


def test_who_may(cast: Cast, browser: Browser) -> None:
    for name in ("handler", "teammate", "supervisor", "dispatcher", "fim"):
        assert browser(cast.everybody()[name]).get("/shift/").status_code == 200
    for name in ("officer", "pcc", "vast"):
        assert browser(cast.everybody()[name]).get("/shift/").status_code == 403
        assert browser(cast.everybody()[name]).post("/shift/end", {"key": key()}).status_code == 403
    assert browser(None).get("/shift/").status_code == 302


def test_looking_is_on_record(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    browser(cast.handler).get("/shift/")
    event = AuditEvent.objects.filter(verb="shift.see").latest("id")
    assert json.loads(event.subjects) == [["incident", str(incident.pk)]]

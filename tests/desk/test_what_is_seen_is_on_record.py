"""Every look at a record leaves a consultation that names it, and the auditor finds it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.contact import actions as contact
from goldthread.contact.rules import ChildGiven
from tests.cast import PASSWORD, Cast, attended, graded, key, opened, say

Browser = Callable[[Staff | None], Client]


def _consulted(user: Staff, verb: str) -> set[str]:
    events = AuditEvent.objects.filter(duty="consultation", staff_id=user.pk, verb=verb)
    return {f"{kind} {number}" for event in events for kind, number in json.loads(event.subjects)}


@pytest.mark.parametrize("page", ["incidents", "contact"])
def test_opening_an_incident(cast: Cast, browser: Browser, page: str) -> None:
    incident = opened(cast.handler)
    child = ChildGiven(str(uuid.uuid4()), "Mia", 4, False, "", "", "not_seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])
    browser(cast.teammate).get(f"/{page}/{incident.pk}/")
    assert _consulted(cast.teammate, "incident.see") == {f"incident {incident.pk}", f"child {child.child}"}


def test_asking_to_open_what_stands_is_a_look_at_it(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.stranger)
    answer = browser(cast.handler).post(f"/contact/{incident.pk}/open", {}, headers={"HX-Request": "true"})
    assert incident.reference in answer.text
    assert f"incident {incident.pk}" in _consulted(cast.handler, "incident.see")


def test_a_look_that_was_refused_is_none(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.stranger)
    assert browser(cast.supervisor).get(f"/incidents/{incident.pk}/").status_code == 404
    assert not _consulted(cast.supervisor, "incident.see")


def test_opening_the_board(cast: Cast, browser: Browser) -> None:
    opened(cast.handler)
    browser(cast.fim).get("/board/?child=yes&overdue=on")
    event = AuditEvent.objects.get(verb="board.see")
    assert (event.duty, event.staff_id) == ("consultation", cast.fim.pk)
    assert json.loads(event.detail) == {"page": 1, "filters": ["child", "overdue"]}


def test_a_list(cast: Cast, browser: Browser) -> None:
    mine, other = opened(cast.handler), opened(cast.stranger)
    browser(cast.handler).get("/incidents/")
    assert _consulted(cast.handler, "incident.list") == {f"incident {mine.pk}"}
    assert other.pk != mine.pk


def test_a_search(cast: Cast, browser: Browser) -> None:
    found = [opened(cast.handler), opened(cast.stranger)]
    number = found[0].reference.rsplit("-", 1)[1]
    browser(cast.handler).get("/incidents/find", {"q": number})
    assert f"incident {found[0].pk}" in _consulted(cast.handler, "incident.find")


def test_a_command_is_on_record_with_its_duty(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "help")
    graded(cast.handler, incident)
    attended(cast, incident)
    done = {(event.verb, event.duty) for event in AuditEvent.objects.filter(subjects__contains=str(incident.pk))}
    assert done >= {
        ("incident.open", "collection"),
        ("entry.add", "collection"),
        ("grade.choose", "alteration"),
        ("unit.allocate", "alteration"),
        ("unit.arrive", "alteration"),
    }


def test_a_refused_command_leaves_no_event(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    before = AuditEvent.objects.filter(duty="alteration").count()
    browser(cast.handler).post(f"/incidents/{incident.pk}/grade", {"key": key(), "grade": "no such"})
    assert AuditEvent.objects.filter(duty="alteration").count() == before


def test_the_log_holds_no_word_that_was_said(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler, caller_name="Orla Fenn", caller_phone="07700 900123")
    say(cast.handler, incident, "Mia is upstairs")
    browser(cast.handler).get(f"/incidents/{incident.pk}/")
    browser(cast.handler).get("/incidents/find", {"q": "Orla Fenn"})
    told = " ".join(f"{event.subjects} {event.detail} {event.reason}" for event in AuditEvent.objects.all())
    for words in ("Orla", "Fenn", "07700", "Mia", "upstairs", "Larch"):
        assert words not in told


def test_the_auditor_finds_who_looked(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    browser(cast.teammate).get(f"/incidents/{incident.pk}/")
    client = browser(cast.auditor)
    about = client.get("/audit/", {"kind": "incident", "identity": str(incident.pk)}).text
    assert cast.teammate.name in about
    assert "incident.see" in about
    by = client.get("/audit/", {"by": cast.teammate.username}).text
    assert str(incident.pk) in by
    assert cast.handler.name not in by


def test_the_auditors_look_is_on_record_too(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    browser(cast.auditor).get("/audit/", {"kind": "incident", "identity": str(incident.pk)})
    browser(cast.auditor).get("/audit/", {"by": cast.handler.username})
    assert _consulted(cast.auditor, "audit.see") == {f"incident {incident.pk}", f"staff {cast.handler.pk}"}


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "incident", "identity": "Orla Fenn"},
        {"kind": "incident", "identity": "<script>"},
        {"kind": "incident", "identity": "x" * 61},
        {"kind": "incident", "identity": "👧"},
        {"kind": "no such", "identity": "1"},
        {"by": "nobody"},
        {"by": "x" * 1_000},
        {"by": "' OR 1=1 --"},
        {"page": "9" * 5_000},
    ],
    ids=str,
)
def test_an_odd_question_of_the_auditor_is_answered(cast: Cast, browser: Browser, query: dict[str, str]) -> None:
    opened(cast.handler)
    answer = browser(cast.auditor).get("/audit/", query)
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script type", "").replace("<script src", "")
    if "page" not in query:
        assert "incident.open" not in answer.text, "a question that was not understood is answered as if it were none"


@pytest.mark.parametrize("who", ["pcc", "silver", "fim", "supervisor", "handler", "qa", "vast"])
def test_nobody_else_opens_the_audit(cast: Cast, browser: Browser, who: str) -> None:
    assert browser(cast.everybody()[who]).get("/audit/").status_code == 403


def test_signing_in_and_failing_to_are_on_record(cast: Cast, browser: Browser) -> None:
    client = browser(None)
    client.post("/accounts/login/", {"login": "handler", "password": "wrong"})
    client.post("/accounts/login/", {"login": "handler", "password": PASSWORD})
    client.post("/accounts/logout/")
    verbs = list(AuditEvent.objects.filter(duty="security").order_by("id").values_list("verb", flat=True))
    assert verbs[-3:] == ["signed in", "signed out", "duty.end"]
    assert len(verbs) >= 3


@pytest.mark.parametrize("name", ["login", "password"])
@pytest.mark.parametrize(
    "value",
    ["", "\x00", "a\x00b", "x" * 100_000, "' OR 1=1 --", "👧", "\u202e", "<script>alert('x')</script>"],
    ids=lambda one: repr(one[:12]),
)
def test_a_poisoned_sign_in(cast: Cast, browser: Browser, name: str, value: str) -> None:
    answer = browser(None).post("/accounts/login/", {"login": "handler", "password": "wrong", name: value})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_six_wrong_passwords_lock_the_name_from_that_machine_and_not_from_another(cast: Cast, browser: Browser) -> None:
    client = browser(None)
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": "handler", "password": "wrong"})
    assert answer.status_code == 429
    assert client.post("/accounts/login/", {"login": "handler", "password": PASSWORD}).status_code == 429
    elsewhere = client.post("/accounts/login/", {"login": "handler", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "\x00"]
)
def test_signing_in_leads_nowhere_else(cast: Cast, browser: Browser, to: str) -> None:
    answer = browser(None).post("/accounts/login/", {"login": "handler", "password": PASSWORD, "next": to})
    assert answer.status_code in {302, 400}
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")

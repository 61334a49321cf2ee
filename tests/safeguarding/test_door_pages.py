"""The page at the door: who opens it, what it says, and what becomes of a form that cannot be taken."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.http import HttpResponse

from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Incident
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_rules import VisitAtDoor
from tests.cast import Cast, key, opened
from tests.safeguarding.doors import BOTH, ELLA, TOM, answer, incident, leave, on_record, visit
from tests.supervision.test_pages import Browser, text

__all__ = ["incident"]
SCRIPT = {"Accept": "application/json"}


def form(incident: Incident, **given: Any) -> dict[str, Any]:
    rows = {"child-TOTAL_FORMS": 3, "child-INITIAL_FORMS": 2, "child-0-child": ELLA, "child-1-child": TOM}
    return {"key": key(), "visit": visit(incident).pk, **rows, **given}


def send(browser: Browser, who: Any, incident: Incident, given: dict[str, Any], **headers: str) -> HttpResponse:
    return browser(who).post(f"/safeguarding/door/{incident.pk}/answer", given, headers=headers)  # type: ignore[return-value]


def test_it_opens_for_those_who_answer_and_for_nobody_else(cast: Cast, browser: Browser, incident: Incident) -> None:
    other = opened(cast.stranger, area="South")
    for name, who in cast.everybody().items():
        client = browser(who)
        pages = [client.get(f"/safeguarding/door/{one.pk}/").status_code for one in (incident, other)]
        sent = client.post(f"/safeguarding/door/{incident.pk}/answer", form(incident)).status_code
        expected = {"officer": [200, 404], "sergeant": [200, 404], "supervisor": [200, 404], "fim": [200, 200]}
        expected["far_supervisor"] = [404, 200]
        assert pages == expected.get(name, [403, 403]), name
        assert sent == (403 if name not in expected else 404 if name == "far_supervisor" else 422), name
    assert AuditEvent.objects.filter(verb="door.answer", duty="consultation", subjects__contains=ELLA).exists()


def test_what_was_answered_stands_for_the_officer_and_the_room(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client = browser(cast.officer)
    assert text(client.get("/incidents/")).count("there now") == 1
    assert text(client.get(f"/safeguarding/door/{incident.pk}/")).count("not answered") == 2
    given = {
        "child-0-seen": "yes",
        "child-0-alone": "yes",
        "child-0-showed": "quiet <b>",
        "home": "cold",
        "ppn": "not_yet",
    }
    given |= {"child-1-seen": "no", "child-1-why_not_seen": "at nan's"}
    assert send(browser, cast.officer, incident, form(incident, **given)).status_code == 302
    room = text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))
    for words in (
        "seen spoken to alone.",
        "Why not seen at nan&#x27;s",
        "Home cold",
        "At the door, NA21: child 2 not seen",
        "Officer Amber",
    ):
        assert words.replace("&#x27;", "&#39;") in room or words in room, words
    assert "quiet <b>" not in browser(cast.handler).get(f"/incidents/{incident.pk}/").content.decode()
    assert "there now" not in text(client.get("/incidents/"))
    answer(cast.sergeant, incident, BOTH[1], told_by=cast.officer.pk)
    assert "Sergeant Amber on the word of Officer Amber" in text(client.get(f"/safeguarding/door/{incident.pk}/"))


def test_what_is_not_taken_is_told_with_everything_typed(cast: Cast, browser: Browser, incident: Incident) -> None:
    given = form(incident, **{"child-1-seen": "no", "home": "cold, no food"})
    answered = send(browser, cast.officer, incident, given)
    page = answered.content.decode()
    assert answered.status_code == 422
    assert "Child 2: say why this child was not seen" in text(answered)
    assert "cold, no food" in page
    assert re.search(r'name="child-1-seen"[^>]*value="no" checked', page)
    told = send(browser, cast.officer, incident, given, **SCRIPT)
    assert (told.status_code, "say why" in told.json()["say"]) == (422, True)  # type: ignore[attr-defined]
    assert not DoorVisit.objects.exists()


def test_a_script_sends_the_same_twice_and_it_is_entered_once(cast: Cast, browser: Browser, incident: Incident) -> None:
    given = form(incident, **{"child-0-seen": "yes", "pressed_at": "not a time"})
    for _ in range(2):
        sent = send(browser, cast.officer, incident, given, **SCRIPT)
        assert sent.json() == {"href": f"/safeguarding/door/{incident.pk}/"}  # type: ignore[attr-defined]
    assert DoorAnswer.objects.count() == 1


def test_a_child_not_on_record_is_added_from_the_same_form(cast: Cast, browser: Browser, incident: Incident) -> None:
    given = form(
        incident, **{"child-2-name": "baby", "child-2-age": "0", "child-2-seen": "yes", "child-2-alone": "too_young"}
    )
    for _ in range(2):
        assert send(browser, cast.officer, incident, given).status_code == 302
    assert sorted(on_record(incident).values()) == ["not_known", "not_known", "seen"]
    assert send(browser, cast.officer, incident, form(incident, **{"child-2-name": "cousin"})).status_code == 302
    assert len(on_record(incident)) == 4, "also one of whom only the name is known"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "x"}, {"visit": "x"}, {"visit": ""}, {"visit": "9" * 40}, {"told_by": "9" * 40}, {"seen_at": "yesterday"}, {"child-0-seen": "perhaps"},
        {"child-0-child": "x"}, {"child-TOTAL_FORMS": "x"}, {"child-TOTAL_FORMS": "900"}, {"child-2-age": "seventeen"},
        {"child-2-name": "x", "child-2-age": "-1", "child-2-seen": "yes"}, {"ppn": "lost"}, {"home": "x" * 400_001},
    ],
)  # fmt: skip
def test_what_nobody_could_have_meant_is_a_sentence(
    cast: Cast, browser: Browser, incident: Incident, wrong: dict[str, str]
) -> None:
    given = form(incident, **{"child-0-seen": "yes"}) | wrong
    answered = send(browser, cast.officer, incident, given, **SCRIPT)
    assert answered.status_code == 422
    assert answered.json()["say"]  # type: ignore[attr-defined]
    assert send(browser, cast.officer, incident, given).status_code == 422
    assert not DoorAnswer.objects.exists()


def test_what_is_typed_is_kept_apart_from_the_incidents_own_page(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client = browser(cast.officer)
    typed = {"base": 0, "fields": {"door.home": "cold, no"}, "have": ""}
    kept = client.post(f"/safeguarding/door/{incident.pk}/typing", typed, content_type="application/json")
    assert kept.json()["revision"] == 1
    assert "cold, no" in client.get(f"/safeguarding/door/{incident.pk}/").content.decode()
    assert "cold, no" not in client.get(f"/incidents/{incident.pk}/").content.decode()
    assert "cold, no" not in browser(cast.sergeant).get(f"/safeguarding/door/{incident.pk}/").content.decode()
    again = client.post(f"/safeguarding/door/{incident.pk}/typing", typed, content_type="application/json")
    assert again.json()["elsewhere"]
    far = f"/safeguarding/door/{uuid.uuid4()}/typing"
    assert client.post(far, typed, content_type="application/json").status_code == 404


def test_the_page_of_an_incident_nobody_was_sent_to_says_so(cast: Cast, browser: Browser) -> None:
    assert "No unit has been sent" in text(browser(cast.fim).get(f"/safeguarding/door/{opened(cast.handler).pk}/"))


def test_a_visit_that_owes_an_answer_says_so_on_the_incident(cast: Cast, browser: Browser, incident: Incident) -> None:
    leave(cast, incident)
    page = text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))
    assert "child seen: not answered" in page
    assert "answer whether each child was seen began" in page
    answer(cast.officer, incident, *BOTH, whole=VisitAtDoor(ppn="not_needed", ppn_why="nothing found"))
    assert "child seen: not answered" not in text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))

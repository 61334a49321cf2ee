"""Hand-offs on the incident's page: to whom, what stands unacknowledged, and the answers to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from tests.cast import Cast, key, opened, taken
from tests.response.test_alarms import on_duty

Browser = Callable[[Staff | None], Client]


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def at(incident: Incident, what: str = "") -> str:
    return f"/incidents/{incident.pk}/{what}"


@pytest.fixture
def offered(cast: Cast, browser: Browser) -> Incident:
    """An incident that the handler has handed to a teammate by the page."""
    on_duty(cast.handler, cast.teammate)
    incident = opened(cast.handler)
    sent = {"key": key(), "to": f"staff:{cast.teammate.pk}", "note": "Rings back at six."}
    assert browser(cast.handler).post(at(incident, "hand"), sent).status_code == 302
    return incident


def test_desks_and_people_on_duty_are_offered(cast: Cast, browser: Browser) -> None:
    on_duty(cast.handler, cast.teammate)
    page = text(browser(cast.handler).get(at(opened(cast.handler))))
    assert f'<option value="staff:{cast.teammate.pk}">' in page
    assert f'<option value="staff:{cast.far_dispatcher.pk}">' not in page, "not on duty"
    assert f"{cast.far_dispatcher.team.name}, nobody on duty" in page


def test_the_receiver_acknowledges_and_owns(cast: Cast, browser: Browser, offered: Incident) -> None:
    page = text(browser(cast.teammate).get(at(offered)))
    assert f"Handed to {cast.teammate.name}" in page
    assert "Rings back at six." in page
    assert "Acknowledge, and take it" in page
    browser(cast.teammate).post(at(offered, "hand/answer"), {"key": key(), "answer": "acknowledged"})
    offered.refresh_from_db()
    assert (offered.owner, offered.is_offered) == (cast.teammate, False)


def test_declining_says_why_not_or_is_told_what_is_missing(cast: Cast, browser: Browser, offered: Incident) -> None:
    client = browser(cast.teammate)
    sent = {"key": key(), "answer": "declined", "words": ""}
    whole = client.post(at(offered, "hand/answer"), sent)
    assert whole.status_code == 422
    assert "Write why not" in text(whole), "without scripts too"
    part = client.post(at(offered, "hand/answer"), sent, headers={"HX-Request": "true"})
    assert "Write why not" in text(part)
    client.post(at(offered, "hand/answer"), {**sent, "key": key(), "words": "I am on a call."})
    offered.refresh_from_db()
    assert (offered.owner, offered.is_offered) == (cast.handler, False)


def test_only_the_giver_takes_it_back(cast: Cast, browser: Browser, offered: Incident) -> None:
    answer = browser(cast.teammate).post(at(offered, "hand/back"), {"key": key()})
    assert answer.status_code == 422
    assert "not yours to take back" in text(answer)
    assert "Take back" in text(browser(cast.handler).get(at(offered)))
    browser(cast.handler).post(at(offered, "hand/back"), {"key": key()})
    offered.refresh_from_db()
    assert not offered.is_offered


@pytest.mark.parametrize("who", ["officer", "pcc", "vast"])
@pytest.mark.parametrize("what", ["hand", "hand/answer", "hand/back"])
def test_others_may_not(cast: Cast, browser: Browser, offered: Incident, who: str, what: str) -> None:
    answer = browser(cast.everybody()[who]).post(at(offered, what), {"key": key(), "answer": "acknowledged"})
    assert answer.status_code in {403, 404}
    offered.refresh_from_db()
    assert offered.offered_to == cast.teammate


def test_an_answer_that_is_none_changes_nothing(cast: Cast, browser: Browser, offered: Incident) -> None:
    for given in ({}, {"answer": "x" * 4000}, {"answer": "declined", "words": "y" * 5000}):
        answer = browser(cast.teammate).post(at(offered, "hand/answer"), {"key": key(), **given})
        assert answer.status_code == 422
    offered.refresh_from_db()
    assert offered.offered_to == cast.teammate


def test_who_comes_second_gets_the_form_back_ready_to_take_it_from_the_first(cast: Cast, browser: Browser) -> None:
    incident, client = opened(cast.stranger), browser(cast.handler)
    assert f'name="owner_id" value="{cast.stranger.pk}"' in client.get(f"/incidents/{incident.pk}/").text
    taken(cast.teammate, incident)
    at, given = f"/incidents/{incident.pk}/take", {"key": key(), "owner_id": cast.stranger.pk}
    answer = client.post(at, given, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "Teammate Amber took this" in answer.text
    assert f'name="owner_id" value="{cast.teammate.pk}"' in answer.text
    assert client.post(at, given | {"owner_id": cast.teammate.pk}, headers={"HX-Request": "true"}).status_code == 200
    incident.refresh_from_db()
    assert incident.owner == cast.handler


def test_from_whom_it_was_taken_is_told_on_any_page_until_they_say_they_saw_it(cast: Cast, browser: Browser) -> None:
    incident, client = opened(cast.handler), browser(cast.handler)
    assert client.get("/taken").status_code == 204
    taken(cast.teammate, incident)
    assert 'data-taken="/taken"' in client.get("/board/").text
    told = client.get("/taken")
    assert f"Teammate Amber took {incident.reference} over" in told.text
    mark = told.text.split('data-mark="')[1].split('"')[0]
    assert client.get("/taken", {"have": mark}).status_code == 204, "it stands on their screen already"
    assert client.post("/taken/seen", {"until": "yesterday"}).status_code == 200
    assert client.get("/taken").status_code == 200
    assert client.post("/taken/seen", {"until": mark}).text.strip() == ""
    assert client.get("/taken").status_code == 204

"""The page of units: skills, state and what each is with, within one's area; on duty or off by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.response import actions as response
from tests.cast import Cast, graded, key, opened

Browser = Callable[[Staff | None], Client]


def test_each_unit_of_the_area_with_what_it_is_with(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    page = browser(cast.dispatcher).get("/units/").text
    assert cast.unit.call_sign in page
    assert incident.reference in page
    assert cast.far_unit.call_sign not in page
    assert cast.far_unit.call_sign in browser(cast.fim).get("/units/").text


def test_off_duty_cannot_be_sent_and_back_it_can(cast: Cast, browser: Browser) -> None:
    client = browser(cast.dispatcher)
    for state in ("off", "off", "available"):
        assert client.post(f"/units/{cast.unit.pk}/state", {"state": state}).status_code == 302
        cast.unit.refresh_from_db()
        assert cast.unit.state == state
    assert AuditEvent.objects.filter(verb="unit.state").count() == 2, "what changed nothing is no event"


def test_with_an_incident_it_stays_and_is_told(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    answer = browser(cast.dispatcher).post(f"/units/{cast.unit.pk}/state", {"state": "off"}, follow=True)
    assert "is with an incident" in answer.text
    cast.unit.refresh_from_db()
    assert cast.unit.state == "sent"


@pytest.mark.parametrize("state", ["", "sent", "at_scene", "x" * 9000])
def test_a_state_that_is_none_changes_nothing(cast: Cast, browser: Browser, state: str) -> None:
    answer = browser(cast.dispatcher).post(f"/units/{cast.unit.pk}/state", {"state": state}, follow=True)
    assert "available or off duty" in answer.text
    cast.unit.refresh_from_db()
    assert cast.unit.state == "available"


def test_who_may(cast: Cast, browser: Browser) -> None:
    assert browser(cast.far_dispatcher).post(f"/units/{cast.unit.pk}/state", {"state": "off"}).status_code == 404
    for name in ("handler", "officer", "pcc", "vast"):
        client = browser(cast.everybody()[name])
        assert client.get("/units/").status_code == 403
        assert client.post(f"/units/{cast.unit.pk}/state", {"state": "off"}).status_code == 403
    assert browser(None).get("/units/").status_code == 302
    cast.unit.refresh_from_db()
    assert cast.unit.state == "available"

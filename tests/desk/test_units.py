"""The page of units: skills, state and what each is with, within one's area; on duty or off by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response import unit_actions
from goldthread.response.models import Allocation
from goldthread.web.times import clock
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


# Until when a unit is held.


def sent_for(cast: Cast, committed: timedelta | None = None) -> Incident:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk, committed=committed)
    cast.unit.refresh_from_db()
    return incident


def test_for_how_long_is_said_at_dispatch_and_shown_where_the_next_unit_is_chosen(cast: Cast, browser: Browser) -> None:
    incident, other = opened(cast.handler), opened(cast.handler)
    client = browser(cast.dispatcher)
    given = {"key": key(), "unit": cast.unit.pk, "held": "60"}
    assert client.post(f"/incidents/{incident.pk}/allocate", given).status_code == 302
    assert client.post(f"/incidents/{incident.pk}/allocate", given).status_code == 302, "a retry sends nothing twice"
    cast.unit.refresh_from_db()
    sent = Allocation.objects.get()
    assert cast.unit.committed_until == sent.at + timedelta(hours=1)
    until = clock(cast.unit.committed_until, sent.at)
    assert f"Unit sent: NA21, committed until {until}" in client.get(f"/incidents/{incident.pk}/").text
    assert f"NA21 committed until {until}" in client.get(f"/incidents/{other.pk}/").text
    assert until in client.get("/units/").text


@pytest.mark.parametrize("held", ["", "x", "-5", "61", "9" * 5000])
def test_a_time_that_is_none_never_stands_in_the_way_of_sending(cast: Cast, browser: Browser, held: str) -> None:
    incident = opened(cast.handler)
    given = {"key": key(), "unit": cast.unit.pk, "held": held}
    browser(cast.dispatcher).post(f"/incidents/{incident.pk}/allocate", given)
    cast.unit.refresh_from_db()
    assert (cast.unit.state, cast.unit.committed_until) == ("sent", None)


def test_past_its_time_it_is_overdue_to_be_free_and_free_when_it_leaves(cast: Cast, browser: Browser) -> None:
    incident = sent_for(cast, timedelta(minutes=30))
    client = browser(cast.dispatcher)
    assert "overdue to be free" not in client.get("/units/").text
    unit_actions.set_committed(cast.dispatcher, cast.unit.pk, until=database_now(connection) - timedelta(minutes=1))
    for page in ("/units/", f"/incidents/{incident.pk}/"):
        assert "overdue to be free since" in client.get(page).text
    response.record_leaving(
        cast.dispatcher, incident.pk, key=key(), allocation_id=incident.allocations.get().pk
    )  # fmt: skip
    cast.unit.refresh_from_db()
    assert cast.unit.committed_until is None


def test_a_unit_that_is_held_or_overdue_can_be_sent_all_the_same(cast: Cast, browser: Browser) -> None:
    client = browser(cast.dispatcher)
    for ahead, words in ((1, "committed until"), (-1, "overdue to be free since")):
        until = database_now(connection) + timedelta(hours=ahead)
        unit_actions.set_committed(cast.dispatcher, cast.unit.pk, until=until)
        incident = opened(cast.handler)
        assert f"NA21 · North · taser · {words}" in client.get(f"/incidents/{incident.pk}/").text
        sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
        response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk)


def test_it_is_set_later_and_taken_off_among_the_units(cast: Cast, browser: Browser) -> None:
    incident, client, to = sent_for(cast), browser(cast.dispatcher), f"/units/{cast.unit.pk}/committed"
    assert client.post(to, {"until": "2031-11-23T02:07"}).status_code == 302
    cast.unit.refresh_from_db()
    assert cast.unit.committed_until == datetime(2031, 11, 23, 2, 7, tzinfo=UTC)
    event = AuditEvent.objects.get(verb="unit.commit")
    assert str(incident.pk) in event.subjects
    for wrong, said in (("soon", "Write the date and time"), ("", "Write until when it is held")):
        assert said in client.post(to, {"until": wrong}, follow=True).text
    cast.unit.refresh_from_db()
    assert cast.unit.committed_until is not None
    client.post(to, {"clear": "1"})
    cast.unit.refresh_from_db()
    assert cast.unit.committed_until is None


def test_who_may_say_until_when(cast: Cast, browser: Browser) -> None:
    to, given = f"/units/{cast.unit.pk}/committed", {"until": "2031-11-23T02:07"}
    assert browser(cast.far_dispatcher).post(to, given).status_code == 404
    assert browser(cast.handler).post(to, given).status_code == 403
    unit_actions.set_state(cast.dispatcher, cast.unit.pk, state="off")
    assert "is off duty" in browser(cast.dispatcher).post(to, given, follow=True).text
    cast.unit.refresh_from_db()
    assert cast.unit.committed_until is None

"""Nothing waits without a time: a next step that passes raises an alarm, though no clock of the incident runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardRow
from goldthread.response import actions as response
from goldthread.response import alarm_actions
from goldthread.response.models import Alarm, Clock
from goldthread.response.rules import RELOOK
from tests.cast import Cast, assess, attended, closed, graded, key, opened, say, taken
from tests.response.test_alarms import later, raised

Browser = Callable[[Staff | None], Client]


def looked() -> int:
    """What the watch does: finds what is late, and raises it; how many next steps that are late it raised."""
    late = Alarm.objects.filter(kind="next", raised_at__isnull=False)
    before = late.count()
    alarm_actions.find_late()
    alarm_actions.raise_due()
    return late.count() - before


def standing(incident: Incident) -> bool:
    return Alarm.objects.filter(incident=incident, kind="next", ended_at=None, raised_at__isnull=False).exists()


def test_a_contact_that_nobody_graded_in_time(cast: Cast) -> None:
    incident = opened(cast.handler)
    later(timedelta(minutes=2))
    assert looked() == 0
    later(timedelta(minutes=2))
    assert looked() == 1
    assert looked() == 0, "once"
    assert raised(incident) == ["next"]
    assert "next" in BoardRow.objects.get(pk=incident.pk).needs
    say(cast.handler, incident, "he is back")
    assert standing(incident), "words are no grade"
    graded(cast.handler, incident)
    assert not standing(incident)
    assert "next" not in BoardRow.objects.get(pk=incident.pk).needs


def test_an_attended_incident_without_a_result(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    assert not Clock.objects.filter(incident=incident).running().exists()
    later(RELOOK + timedelta(minutes=1))
    assert looked() >= 1
    assert standing(incident)
    say(cast.officer, incident, "still speaking to them", source="officer")
    assert not standing(incident), "somebody looked"
    later(RELOOK - timedelta(minutes=2))
    assert looked() == 0, "the next look is owed from the last"
    later(timedelta(minutes=4))
    assert looked() == 1
    closed(cast, incident)
    assert not standing(incident)


def test_a_running_clock_has_alarms_of_its_own(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    later(timedelta(hours=3))
    alarm_actions.find_late()
    assert not Alarm.objects.filter(incident=incident, kind="next").exists()


def test_what_the_system_writes_is_nobodys_look(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    owed = Incident.objects.get(pk=incident.pk).next_action_at
    later(RELOOK + timedelta(minutes=1))
    assert looked() == 1
    incident.refresh_from_db()
    assert incident.next_action_at == owed
    assert standing(incident)


def test_a_look_is_nobodys_decision(cast: Cast) -> None:
    """Taking over renews the look and nothing else; a refused command renews nothing."""
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    later(RELOOK + timedelta(minutes=1))
    looked()
    with pytest.raises(Invalid, match="Choose a grade"):
        response.choose_grade(cast.handler, incident.pk, key=key(), code="none", why="")
    assert standing(incident)
    taken(cast.teammate, incident)
    assert not standing(incident)


def test_who_signs_out_owns_what_nobody_on_duty_owns(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    client = browser(cast.handler)
    with acting(cast.handler) as act:
        duty_actions.begin(cast.handler, act)
    alarm_actions.find_orphans()
    assert not Alarm.objects.filter(incident=incident, kind="orphan").exists()
    client.post(reverse("account_logout"))
    assert list(cast.handler.duties.values_list("ended_by", flat=True)) == ["signed out"]
    alarm_actions.find_orphans()
    assert alarm_actions.raise_due() == 1
    assert "orphan" in raised(incident)


def test_what_was_opened_again_is_assessed_and_then_looked_at(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    assess(cast.handler, incident)
    response.close(cast.fim, incident.pk, key=key(), reason="advice", result="Rang back, all quiet.")
    say(cast.handler, incident, "it has begun again")
    later(timedelta(minutes=4))
    looked()
    assert standing(incident)
    incident.refresh_from_db()
    assess(cast.handler, incident, "Heard again, nobody hurt.")
    assert not standing(incident)
    incident.refresh_from_db()
    assert incident.next_action == "result"


def test_a_clock_that_begins_late_takes_the_place_of_the_alarm(cast: Cast) -> None:
    came = database_now(connection) - timedelta(hours=2)
    incident = opened(cast.handler, contacted_at=came)
    looked()
    assert standing(incident)
    graded(cast.handler, incident)
    assert not standing(incident), "its own targets alarm now"


@pytest.mark.parametrize("code", ["scheduled", "priority"])
def test_what_was_opened_again_is_not_hidden_behind_its_clocks(cast: Cast, code: str) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, code)
    attended(cast, incident)
    closed(cast, incident)
    say(cast.handler, incident, "it has begun again")
    assert Clock.objects.filter(incident=incident).running().exists()
    later(timedelta(minutes=4))
    looked()
    assert standing(incident)
    assess(cast.handler, incident, "Heard again.")
    assert not standing(incident)
    incident.refresh_from_db()
    due = Clock.objects.filter(incident=incident).running().order_by("due_at").first()
    assert due is not None
    assert incident.next_action_at == due.due_at

"""Nothing that comes late is left lying in a closed incident."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.desk.models import BoardRow
from goldthread.response import actions as response
from goldthread.response.models import Clock
from tests.cast import Cast, attended, closed, graded, key, opened, say


def _closed(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, "shouting next door")
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    incident.refresh_from_db()
    assert incident.closed_at is not None
    assert not BoardRow.objects.filter(incident=incident).exists()
    assert not Clock.objects.filter(incident=incident).running().exists()
    return incident


def test_late_words_open_it_again_in_the_writers_hands(cast: Cast) -> None:
    incident = _closed(cast)
    say(cast.handler, incident, "the baby is still in there")
    incident.refresh_from_db()
    assert incident.is_open
    assert incident.owner == cast.handler
    assert incident.next_action_at is not None
    assert BoardRow.objects.filter(incident=incident).exists()


def test_the_clocks_of_its_grade_start_anew(cast: Cast) -> None:
    incident = _closed(cast)
    before = database_now(connection)
    say(cast.handler, incident, "the baby is still in there")
    running = {clock.kind: clock for clock in Clock.objects.filter(incident=incident).running()}
    assert set(running) == {"allocation", "attendance"}
    assert all(clock.started_at >= before for clock in running.values())


def test_a_child_recorded_late_opens_it_again(cast: Cast) -> None:
    incident = _closed(cast)
    child = ChildGiven(str(uuid.uuid4()), "Mia", 4, False, "inside", "", "not_seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[child])
    incident.refresh_from_db()
    assert incident.is_open
    assert incident.child == "yes"
    assert BoardRow.objects.filter(incident=incident).exists()


def test_an_answer_without_a_child_leaves_it_closed(cast: Cast) -> None:
    incident = _closed(cast)
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    incident.refresh_from_db()
    assert not incident.is_open


def test_it_may_close_again(cast: Cast) -> None:
    incident = _closed(cast)
    say(cast.handler, incident, "all quiet now")
    attended(cast, incident)
    closed(cast, incident)
    assert incident.closings.count() == 2


def test_what_was_attended_before_is_not_attended_after_it_was_opened_again(cast: Cast) -> None:
    incident = _closed(cast)
    assert BoardRow.objects.count() == 0
    say(cast.handler, incident, "the baby is still in there")
    assert not BoardRow.objects.get(incident=incident).attended
    with pytest.raises(Refused, match="since it was last opened"):
        closed(cast, incident)
    with pytest.raises(Refused, match="its clock runs"):
        response.close(cast.fim, incident.pk, key=key(), reason="advice", result="Seen before.")
    attended(cast, incident)
    assert BoardRow.objects.get(incident=incident).attended
    incident.refresh_from_db()
    assert incident.next_action == "result"


def test_a_child_seen_before_is_not_seen_after_it_was_opened_again(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "shouting next door")
    graded(cast.handler, incident)
    attended(cast, incident)
    mia = ChildGiven(str(uuid.uuid4()), "Mia", 4, False, "inside", "", "seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[mia])
    response.close(cast.dispatcher, incident.pk, key=key(), reason="attended-resolved", result="Seen.")
    say(cast.handler, incident, "she is crying again")
    attended(cast, incident)
    with pytest.raises(Refused, match="no child is on record as seen since it was opened again"):
        response.close(cast.dispatcher, incident.pk, key=key(), reason="attended-resolved", result="Seen.")
    again = replace(mia, where_now="in the kitchen", last_seen_when="just now")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[again])
    response.close(cast.dispatcher, incident.pk, key=key(), reason="attended-resolved", result="Seen again.")
    incident.refresh_from_db()
    assert not incident.is_open


@pytest.mark.parametrize("what", ["grade", "take", "close"])
def test_what_needs_an_open_incident_says_how_to_open_it(cast: Cast, what: str) -> None:
    at = _closed(cast).pk
    commands = {
        "grade": lambda: response.choose_grade(cast.handler, at, key=key(), code="immediate"),
        "take": lambda: response.take_over(cast.handler, at, key=key()),
        "close": lambda: response.close(cast.handler, at, key=key(), reason="advice", result="x"),
    }
    with pytest.raises(Refused, match="Add what is new as an entry"):
        commands[what]()


def test_a_dispatchers_sight_ends_with_the_closing(cast: Cast) -> None:
    at = _closed(cast).pk
    with pytest.raises(NotThere):
        response.allocate(cast.dispatcher, at, key=key(), unit_id=cast.unit.pk)


def test_words_about_an_earlier_time_keep_both_times(cast: Cast) -> None:
    incident = opened(cast.handler)
    earlier = database_now(connection) - timedelta(hours=3)
    entry = contact.add_words(
        cast.handler, incident.pk, key=key(), source="caller", text="heard it at nine", occurred_at=earlier
    )
    assert entry.late
    assert entry.occurred_at == earlier
    assert entry.recorded_at > earlier


@pytest.mark.parametrize(
    "when",
    [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC), datetime(1899, 1, 1, tzinfo=UTC)],
)
def test_a_time_that_cannot_be_is_refused(cast: Cast, when: datetime) -> None:
    incident = opened(cast.handler)
    with pytest.raises(Invalid):
        contact.add_words(cast.handler, incident.pk, key=key(), source="caller", text="x", occurred_at=when)
    assert not incident.entries.filter(kind="words").exists()

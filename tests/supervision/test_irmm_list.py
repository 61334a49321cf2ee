"""When a meeting is proposed, what its list finds, and what measures tell of meetings."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.models import Incident
from goldthread.measures.registry import measure
from goldthread.meetings import actions, queries
from goldthread.meetings.deciding_actions import done
from goldthread.meetings.models import Action, Line, Meeting, Proposal
from goldthread.meetings.tasks import watch_each_minute
from goldthread.response import actions as response
from tests.cast import Cast, graded, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import with_child
from tests.supervision.test_irmm import (
    call,
    choose,
    late_child,
    on_duty,
    shut,
)


@pytest.fixture
def incident(cast: Cast) -> Incident:
    """One with a child, past its target, with people on duty."""
    on_duty(cast.fim, cast.supervisor, cast.dispatcher, cast.handler)
    return late_child(cast)


def test_a_threshold_proposes_a_meeting_once_until_one_is_called(cast: Cast, incident: Incident) -> None:
    watch_each_minute(0)
    assert not Proposal.objects.exists()
    for _ in range(4):
        late_child(cast)
    watch_each_minute(0)
    watch_each_minute(0)
    (proposed,) = queries.proposals(["irmm"])
    assert proposed.words.startswith("5 open incidents with a child are past their target")
    meeting = call(cast.fim, "threshold")
    actions.end(cast.fim, meeting.pk)
    watch_each_minute(0)
    assert not queries.proposals(["irmm"]).exists()
    assert Proposal.objects.get().meeting == meeting
    later(timedelta(minutes=121))
    watch_each_minute(0)
    assert queries.proposals(["irmm"]).count() == 1, "it still holds, and the last meeting is long over"


def test_a_proposal_goes_with_its_reason(cast: Cast, incident: Incident) -> None:
    more = [incident, *(late_child(cast) for _ in range(4))]
    watch_each_minute(0)
    sent = response.allocate(cast.fim, more[0].pk, key=key(), unit_id=cast.unit.pk)
    response.record_arrival(cast.fim, more[0].pk, key=key(), allocation_id=sent.pk, source="officer")
    watch_each_minute(0)
    assert not queries.proposals(["irmm"]).exists()


def test_each_reason_finds_what_it_says(cast: Cast) -> None:
    on_duty(cast.fim, cast.handler)
    found = {}
    found["missing"] = opened(cast.handler)
    say(
        cast.handler, found["missing"], "my daughter aged 14 is missing from her children's home, not seen since school"
    )
    found["da_child"] = opened(cast.handler)
    say(cast.handler, found["da_child"], "he is hitting her again, the kids are upstairs crying")
    found["appointment"] = with_child(cast, "scheduled")
    found["unseen"] = with_child(cast)
    shut(cast, found["unseen"])
    quiet = opened(cast.handler)
    say(cast.handler, quiet, "a bicycle was stolen last night, no children")
    graded(cast.handler, quiet, "resolution")
    meeting = call(cast.fim)
    reasons = {one.subject: set(one.reasons) for one in Line.objects.filter(meeting=meeting)}
    for code, incident in found.items():
        assert code in reasons[incident.pk], code
    assert "missing_care" in reasons[found["missing"].pk]
    assert "repeat" not in reasons[found["missing"].pk]


def test_the_time_since_the_last_meeting_reaches_back_three_days_at_most(cast: Cast) -> None:
    on_duty(cast.fim)
    actions.end(cast.fim, call(cast.fim).pk)
    closed = {hours: with_child(cast) for hours in (80, 20)}
    later(timedelta(days=20))
    shut(cast, closed[80])
    later(timedelta(hours=60))
    shut(cast, closed[20])
    later(timedelta(hours=20))
    on_duty(cast.fim)
    listed = set(Line.objects.filter(meeting=call(cast.fim, "mid")).values_list("subject", flat=True))
    assert closed[20].pk in listed
    assert closed[80].pk not in listed, "that one is the supervisors' queue's"


def test_an_empty_list_is_a_meeting_too(cast: Cast) -> None:
    meeting = call(cast.fim)
    assert meeting.at_line is None
    assert actions.end(cast.fim, meeting.pk).content["lines"] == []
    with pytest.raises(NotThere):
        actions.move(cast.fim, call(cast.fim).pk, 1)


def test_a_reason_that_is_none_or_a_key_of_nothing_calls_nothing(cast: Cast) -> None:
    with pytest.raises(Invalid):
        call(cast.fim, "because I say so")
    with pytest.raises(NotThere):
        actions.call(cast.fim, "no such kind", key=uuid.uuid4(), because="start")
    assert not Meeting.objects.exists()


def test_measures_tell_what_was_decided_done_and_came_back(cast: Cast, incident: Incident) -> None:
    left, kept = late_child(cast), late_child(cast)
    meeting = call(cast.fim)
    choose(cast.fim, meeting, incident, minutes=30, owner=f"staff:{cast.supervisor.pk}")
    choose(cast.fim, meeting, kept, minutes=30, owner=f"staff:{cast.supervisor.pk}")
    done(cast.supervisor, Action.objects.get(line__subject=incident.pk).pk, words="Seen.")
    actions.end(cast.fim, meeting.pk)
    later(timedelta(hours=3))
    actions.end(cast.fim, call(cast.fim, "mid").pk)
    later(timedelta(minutes=1))

    def cases(code: str) -> tuple[set[Any], set[Any]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT goldthread_now()")
            (until,) = cursor.fetchone()
        every, met = measure(code).cases(until - timedelta(days=1), until)
        return {one.pk for one in every}, {one.pk for one in met}

    every = {incident.pk, left.pk, kept.pk}
    assert cases("irmm-decided") == (every, set()), "the second meeting decided nothing"
    assert cases("irmm-done") == (every, {incident.pk})
    assert cases("irmm-carried") == (every, {left.pk, kept.pk})

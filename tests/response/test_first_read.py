"""The clock of a first read runs until a person takes what arrived."""

from __future__ import annotations

from datetime import date

import pytest

from goldthread.config.errors import NotThere, Refused
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.choices import RECEIVED
from goldthread.contact.models import Entry, Incident
from goldthread.response.actions import allocate, choose_grade, close, read_first, take_over
from goldthread.response.first_read import first_read_target
from goldthread.response.models import Clock
from tests.cast import Cast, graded, key


@pytest.fixture
def waiting(cast: Cast) -> Incident:
    given = Arriving(channel="email", external_id="1", text="my son has not come home from school", area="North")
    return receive(None, given, desk=cast.handler.team).incident


def _clock(incident: Incident) -> Clock:
    return Clock.objects.get(incident=incident, kind="first_read")


def test_reading_it_first_stops_the_clock_and_makes_it_one_s_own(cast: Cast, waiting: Incident) -> None:
    read_first(cast.handler, waiting.pk, key=key())
    waiting.refresh_from_db()
    assert (waiting.owner, waiting.owner_team) == (cast.handler, None)
    assert waiting.next_action == "assess"
    assert _clock(waiting).stopped_by == "read"
    assert Entry.objects.filter(incident=waiting, code="contact.read").count() == 1


def test_only_one_of_two_reads_it_first_and_a_retry_acts_once(cast: Cast, waiting: Incident) -> None:
    own = key()
    read_first(cast.handler, waiting.pk, key=own)
    with pytest.raises(Refused, match="Handler Amber has read this already"):
        read_first(cast.teammate, waiting.pk, key=key())
    read_first(cast.handler, waiting.pk, key=own)
    assert Entry.objects.filter(incident=waiting, code="contact.read").count() == 1


def test_taking_over_and_sending_and_grading_are_reading(cast: Cast, waiting: Incident) -> None:
    take_over(cast.teammate, waiting.pk, key=key())
    assert _clock(waiting).stopped_at is not None


def test_nothing_unread_blocks_a_grade_or_a_unit(cast: Cast, waiting: Incident) -> None:
    choose_grade(cast.handler, waiting.pk, key=key(), code="immediate")
    assert _clock(waiting).stopped_by == "read"
    waiting.refresh_from_db()
    assert waiting.next_action == "allocate"
    assert set(Clock.objects.filter(incident=waiting).running().values_list("kind", flat=True)) == {
        "allocation",
        "attendance",
    }


def test_a_unit_may_be_sent_before_anybody_took_it(cast: Cast, waiting: Incident) -> None:
    allocate(cast.dispatcher, waiting.pk, key=key(), unit_id=cast.unit.pk)
    waiting.refresh_from_db()
    assert waiting.owner == cast.dispatcher
    assert _clock(waiting).stopped_at is not None


def test_a_message_that_comes_while_a_unit_is_out_waits_through_its_arrival(cast: Cast, waiting: Incident) -> None:
    from tests.cast import attended

    graded(cast.handler, waiting)
    read = Clock.objects.filter(incident=waiting).unread()
    assert not read.exists()
    receive(None, Arriving("email", "2", "he is home", conversation="1"), desk=cast.handler.team)
    choose_grade(cast.handler, waiting.pk, key=key(), code="immediate")
    assert not read.exists(), "who grades has read"
    receive(None, Arriving("email", "3", "he has gone again", conversation="1"), desk=cast.handler.team)
    graded_clocks = Clock.objects.filter(incident=waiting).running().of_grades().count()
    assert graded_clocks == 2
    attended(cast, waiting)
    waiting.refresh_from_db()
    assert waiting.next_action == "result"


def test_who_does_not_reach_it_cannot_read_it(cast: Cast, waiting: Incident) -> None:
    for one in (cast.far_dispatcher, cast.far_supervisor, cast.officer, cast.pcc, cast.vast, cast.qa):
        with pytest.raises(NotThere):
            read_first(one, waiting.pk, key=key())
    assert Clock.objects.filter(incident=waiting).unread().exists()


def test_an_unread_contact_does_not_close(cast: Cast, waiting: Incident) -> None:
    with pytest.raises(Refused):
        close(cast.fim, waiting.pk, key=key(), reason="error", result="spam")
    assert Clock.objects.filter(incident=waiting).unread().exists()


def test_each_channel_has_a_target_and_an_unknown_one_the_shortest() -> None:
    for channel in RECEIVED:
        assert first_read_target(channel, date(2026, 11, 23)).total_seconds() > 0
    assert first_read_target("999", date(2026, 11, 23)) == first_read_target("chat", date(2026, 11, 23))
    assert first_read_target("email", date(2020, 1, 1)) == first_read_target("email", date(2026, 11, 23))

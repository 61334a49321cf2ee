"""Written contacts arrive: an incident at once, on a desk, read by the reader, waiting for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.assessment import reading
from goldthread.assessment.models import Reading
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.arrival_actions import Received, receive
from goldthread.contact.arrival_rules import LONGEST_ID, MOST_PARTS, Arriving, parts
from goldthread.contact.choices import RECEIVED
from goldthread.contact.models import Entry, Incident
from goldthread.contact.rules import LONGEST_ENTRY
from goldthread.desk.models import BoardRow
from goldthread.response.actions import read_first, take_over
from goldthread.response.models import Clock
from tests.cast import Cast, attended, closed, graded, key, opened, say

SAID = "My sister is 6 and mums boyfriend hits her. He is upstairs with her now. Please dont ring the house."


def arrive(cast: Cast, text: str = SAID, **given: Any) -> Received:
    values = {"channel": "online", "external_id": "form-1", "text": text, **given}
    return receive(None, Arriving(**values), desk=cast.handler.team)


def test_it_opens_an_incident_on_the_desk_with_its_words_read(cast: Cast) -> None:
    incident = arrive(cast, name="Kit", sender="kit@school.example", location="9 Tansy Close").incident

    incident.refresh_from_db()
    assert (incident.channel, incident.origin, incident.child) == ("online", "here", "yes")
    assert (incident.owner, incident.owner_team, incident.opened_by) == (None, cast.handler.team, None)
    assert incident.next_action == "first_read"
    entry = Entry.objects.get(incident=incident, kind="words")
    assert (entry.source, entry.text and entry.text.text) == ("caller", SAID)
    assert Reading.objects.get(incident=incident).level in {"high", "immediate"}
    facts = {one.kind: one.text.text for one in incident.particulars.all()}
    assert facts == {"caller_name": "Kit", "sender": "kit@school.example", "location": "9 Tansy Close"}
    assert AuditEvent.objects.filter(verb="contact.receive", role="system").count() == 1


def test_a_partner_s_words_are_a_partner_s(cast: Cast) -> None:
    incident = arrive(cast, channel="partner").incident
    assert Entry.objects.get(incident=incident, kind="words").source == "partner"


@pytest.mark.parametrize("channel", RECEIVED)
def test_every_channel_has_a_clock(cast: Cast, channel: str) -> None:
    incident = arrive(cast, channel=channel).incident
    clock = Clock.objects.get(incident=incident)
    assert clock.kind == "first_read"
    assert timedelta(minutes=1) < clock.due_at - clock.started_at <= timedelta(minutes=30)
    assert incident.next_action_at == clock.due_at


def test_the_same_message_again_opens_nothing(cast: Cast) -> None:
    first, second = arrive(cast), arrive(cast)
    assert (first.again, second.again) == (False, True)
    assert first.incident == second.incident
    assert Incident.objects.count() == 1
    assert Entry.objects.filter(kind="words").count() == 1


def test_the_same_id_with_other_words_is_not_lost(cast: Cast) -> None:
    first, second = arrive(cast), arrive(cast, "She has stopped crying. Please come.")
    assert not second.again
    assert second.incident == first.incident  # the same conversation
    assert Entry.objects.filter(kind="words").count() == 2


def test_one_id_in_two_channels_is_two_messages(cast: Cast) -> None:
    assert arrive(cast).incident != arrive(cast, channel="email").incident


def test_a_conversation_is_one_incident_whichever_message_comes_first(cast: Cast) -> None:
    now = database_now(connection)
    answer = arrive(cast, "and he has locked the door", external_id="m2", conversation="m1", received_at=now)
    first = arrive(cast, "he is hitting her", external_id="m1", received_at=now - timedelta(minutes=1))

    assert answer.incident == first.incident
    words = Entry.objects.filter(incident=first.incident, kind="words").order_by("seq")
    times = list(words.values_list("occurred_at", flat=True))
    assert sorted(times, reverse=True) == times
    assert Clock.objects.filter(incident=first.incident).unread().count() == 1


def test_a_late_message_opens_a_closed_incident_on_the_desk_unread(cast: Cast) -> None:
    incident = arrive(cast, area="North").incident
    read_first(cast.handler, incident.pk, key=key())
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    again = arrive(cast, "he is back", external_id="form-2", conversation="form-1").incident

    assert again == incident
    assert again.is_open
    assert (again.owner, again.owner_team) == (None, cast.handler.team)
    assert again.next_action == "first_read"
    assert set(Clock.objects.filter(incident=again).running().values_list("kind", flat=True)) >= {"first_read"}


def test_a_message_for_an_owned_incident_waits_for_its_owner_to_read(cast: Cast) -> None:
    incident = arrive(cast).incident
    read_first(cast.handler, incident.pk, key=key())
    again = arrive(cast, "she is bleeding", external_id="form-2", conversation="form-1").incident
    assert again.owner == cast.handler
    assert again.next_action == "first_read"


def test_the_subject_is_read_and_an_empty_message_still_opens_one(cast: Cast) -> None:
    subject = arrive(cast, "", subject="my dad hits me", external_id="1").incident
    empty = arrive(cast, " \r\n ", external_id="2").incident
    assert Entry.objects.get(incident=subject, kind="words").text.text == "my dad hits me"  # type: ignore[union-attr]
    assert not Entry.objects.filter(incident=empty, kind="words").exists()
    assert empty.is_open
    assert empty.child == "possible"
    row = BoardRow.objects.get(incident=empty)
    assert row.urgency == 3, "nothing to read counts as Priority"


def test_a_huge_message_is_kept_whole_in_parts(cast: Cast) -> None:
    text = "a quiet line of words\n" * 30_000 + "my dad hits me"
    incident = arrive(cast, text, channel="email", subject="Help").incident
    kept = [one.text.text for one in Entry.objects.filter(incident=incident, kind="words").order_by("seq") if one.text]
    assert len(kept) == 2
    assert "".join(kept) == "Help\n\n" + text
    assert Reading.objects.filter(incident=incident).latest("id").child == "yes"


def test_parts_lose_nothing_and_fit_whatever_the_text() -> None:
    for text in ("x" * (LONGEST_ENTRY + 1), "ab " * LONGEST_ENTRY, "\n" * 10 + "y" * 900_000):
        found = parts("", text)
        assert "".join(found) == text.strip()
        assert max(map(len, found)) <= LONGEST_ENTRY
        assert len(found) <= MOST_PARTS


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"channel": "999"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": " \x00 ".replace("\x00", "")}, "external_id"),
        ({"external_id": "x" * (LONGEST_ID + 1)}, "external_id"),
        ({"conversation": "x" * (LONGEST_ID + 1)}, "conversation"),
        ({"text": "z" * 2_400_001}, "text"),
        ({"sender": "s" * 321}, "sender"),
        ({"name": "n" * 121}, "name"),
    ],
)
def test_what_cannot_be_taken_in_is_said_and_nothing_is_kept(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        arrive(cast, **given)
    assert set(refused.value.fields) == {field}
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "text", ["a\x00b", "\u202eevil\u202c", "<script>alert(1)</script>", "'; DROP TABLE contact_incident; --", "\ud800"]
)
def test_odd_characters_are_kept_as_far_as_a_database_can(cast: Cast, text: str) -> None:
    incident = arrive(cast, text, subject=text, external_id=f"{text}1").incident
    assert Entry.objects.filter(incident=incident, kind="words").count() == 1


def test_a_message_is_late_from_the_time_it_came(cast: Cast) -> None:
    now = database_now(connection)
    incident = arrive(cast, channel="email", received_at=now - timedelta(hours=2)).incident
    clock = Clock.objects.get(incident=incident)
    assert clock.started_at == now - timedelta(hours=2)
    assert clock.due_at < now
    assert incident.contacted_at == now - timedelta(hours=2)
    assert Entry.objects.get(incident=incident, kind="words").late


@pytest.mark.parametrize("wrong", [timedelta(days=2), timedelta(days=-50_000)])
def test_a_clock_gone_wrong_elsewhere_loses_no_message(cast: Cast, wrong: timedelta) -> None:
    incident = arrive(cast, received_at=database_now(connection) + wrong).incident
    event = Entry.objects.get(incident=incident, code="contact.received")
    assert event.data["doubted"]
    assert abs(event.occurred_at - event.recorded_at) < timedelta(minutes=1)


def test_an_area_the_force_does_not_have_is_no_area(cast: Cast) -> None:
    assert arrive(cast, area="Atlantis", external_id="1").incident.area == ""
    assert arrive(cast, area="South", external_id="2").incident.area == "South"


def test_only_those_whose_role_has_the_verb_let_a_contact_in(cast: Cast) -> None:
    gateway = Staff.objects.create(
        username="gateway", name="Web Forms", role="contact_gateway", team=Team.objects.create(name="Web desk")
    )
    may = {"handler", "teammate", "stranger", "supervisor", "far_supervisor", "fim", "gateway"}
    for name, one in {**cast.everybody(), "gateway": gateway}.items():
        given = Arriving(channel="chat", external_id=name, text="hello")
        if name in may:
            assert receive(one, given).incident.owner_team == one.team
        else:
            with pytest.raises(Refused):
                receive(one, given)


def test_the_system_must_say_whose_desk(cast: Cast) -> None:
    with pytest.raises(Invalid, match="desk"):
        receive(None, Arriving(channel="chat", external_id="1", text="hello"))


def test_it_stands_on_the_board_as_its_words_suggest(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cast import graded as grade_as

    call = opened(cast.handler)
    say(cast.handler, call, "house on fire, kids inside")
    grade_as(cast.handler, call, "immediate")
    quiet = arrive(cast, "Thank you for coming to our fete", external_id="1").incident
    risky = arrive(cast, external_id="2").incident
    monkeypatch.setattr(reading, "reader", reading.NoReader)
    down = arrive(cast, "anything", external_id="3").incident
    rows = {row.incident_id: row for row in BoardRow.objects.all()}

    assert rows[call.pk].urgency == 4
    assert rows[quiet.pk].urgency == 2, "an e-mail in which nothing was noticed stands as Scheduled"
    assert rows[risky.pk].urgency >= 3
    assert (rows[down.pk].urgency, "unread" in rows[down.pk].needs) == (3, True)
    take_over(cast.handler, quiet.pk, key=key())
    assert BoardRow.objects.get(incident=quiet).urgency == 4, "read and not graded: nobody has judged it yet"

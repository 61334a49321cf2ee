"""Police protection: recorded on little, owed until told, seventy-two hours to the minute, and never ended by time alone."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import protection_actions as actions
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.protection_models import ChildMeeting, Protection, ProtectionVersion
from goldthread.safeguarding.protection_presenters import shown
from goldthread.safeguarding.protection_queries import newest
from goldthread.safeguarding.protection_rules import Given
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.response.test_alarms import later
from tests.supervision.test_pages import Browser, text

EDEN = uuid.UUID(int=7)


def with_eden(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, "A girl of nine is alone in the house since yesterday.")
    given = [ChildGiven(str(EDEN), "Eden Marsh", 9, False, "at the house", "neighbour", "seen")]
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=given)
    graded(cast.handler, incident)
    incident.refresh_from_db()
    return incident


@pytest.fixture
def incident(cast: Cast) -> Incident:
    return with_eden(cast)


def now() -> datetime:
    return database_now(connection)


def to(moment: datetime) -> None:
    """Set the clock of demo and test to this moment."""
    later(moment - now())


def take(user: Staff, incident: Incident, at: datetime | None = None, **given: Any) -> Protection:
    return actions.take(user, incident.pk, key=key(), child=str(EDEN), given=Given(taken_at=at or now(), **given))


def owed(held: Protection) -> list[str]:
    return shown(held, newest(held), now())["owed"]


def test_child_and_time_are_enough_and_the_rest_is_owed_until_it_is_told(cast: Cast, incident: Incident) -> None:
    held = take(cast.vast, incident)
    assert len(owed(held)) == 8
    actions.add(cast.vast, held.pk, key=key(), given=Given(initiating="officer", reason="Alone since yesterday."))
    actions.add(
        cast.vast, held.pk, key=key(), given=Given(designated="sergeant", child_told="not_yet", told_why="Asleep.")
    )
    assert owed(held) == [
        "where the child is now", "telling the local authority", "telling the child", "telling the parents",
        "a release plan or an emergency protection order",
    ]  # fmt: skip
    found = shown(held, newest(held), now())
    assert (found["texts"]["reason"], found["texts"]["told_why"]) == ("Alone since yesterday.", "Asleep.")
    with pytest.raises(Invalid, match="taken into police protection"):
        actions.take(cast.vast, incident.pk, key=key(), child="", name="Her brother", given=Given())


def test_a_child_nobody_recorded_yet_is_recorded_with_it(cast: Cast) -> None:
    incident = opened(cast.handler)
    attended(cast, incident)
    held = actions.take(cast.officer, incident.pk, key=key(), name="", given=Given(taken_at=now()))
    incident.refresh_from_db()
    assert (incident.child, incident.children_answer) == ("yes", "named")
    assert incident.child_versions.filter(child=held.child).count() == 1


def test_the_designated_officer_is_another_person_by_rule_and_by_the_database(cast: Cast, incident: Incident) -> None:
    for one, other in (("officer", cast.officer.name), ("PC  Fern ", "pc fern")):
        with pytest.raises(Invalid, match="another person"):
            take(cast.vast, incident, initiating=one, designated=other)
    held = take(cast.vast, incident, initiating="officer")
    with pytest.raises(Invalid, match="another person"):
        actions.add(cast.vast, held.pk, key=key(), given=Given(designated="officer"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtectionVersion(
            protection=held, version=9, taken_at=now(), initiating_is="staff:1", designated_is="staff:1", by=cast.vast,
            words=Payload.objects.keep("{}"),
        ).save()  # fmt: skip


def test_a_form_sent_again_with_more_in_it_makes_no_second_child(cast: Cast) -> None:
    incident, sent, at = opened(cast.handler), key(), now()
    held = actions.take(cast.supervisor, incident.pk, key=sent, name="Amy", given=Given(taken_at=at))
    with pytest.raises(Refused, match=f"as {held.pk}: add to that"):
        actions.take(cast.supervisor, incident.pk, key=sent, name="amy ", given=Given(taken_at=at, reason="Alone."))
    assert incident.child_versions.count() == Protection.objects.count() == 1
    actions.take(cast.supervisor, incident.pk, key=sent, name="Ben", given=Given(taken_at=at))
    assert Protection.objects.count() == 2, "her brother, by the form that the browser went back to"


@pytest.mark.parametrize(
    ("began", "ends"),
    [
        (datetime(2026, 10, 24, 23, 30, tzinfo=LONDON), "27 Oct 2026 22:30"),  # the clocks go back on the 25th
        (datetime(2026, 3, 27, 23, 30, tzinfo=LONDON), "31 Mar 2026 00:30"),  # and forward on the 29th
        (datetime(2028, 2, 27, 12, 0, tzinfo=LONDON), "1 Mar 2028 12:00"),  # over a leap day
    ],
)
def test_it_stops_at_exactly_seventy_two_hours_whatever_the_clocks_on_the_wall_do(
    cast: Cast, browser: Browser, began: datetime, ends: str
) -> None:
    to(began.astimezone(UTC) - timedelta(hours=2))
    incident = with_eden(cast)
    to(began.astimezone(UTC) + timedelta(minutes=10))
    held = take(cast.vast, incident, began)
    clock = running(("protection", held.pk)).get()
    assert clock.due_at == held.lapses_at == began.astimezone(UTC) + timedelta(hours=72)
    steps = []
    for hours in (24, 48, 60, 72):
        for seconds in (-1, 0):
            to(began.astimezone(UTC) + timedelta(hours=hours, seconds=seconds))
            watch()
            steps.append(ClockStep.objects.filter(clock=clock).count())
    assert steps == [0, 1, 1, 2, 2, 3, 3, 5], "each at its second, and at the end the FIM too"
    page = text(browser(cast.vast).get(f"/safeguarding/protection/{held.pk}"))
    assert f"The power ended at {ends}" in page
    assert "no ending is recorded" in page
    held.refresh_from_db()
    assert held.ended_at is None
    assert running(("protection", held.pk)).exists()


def test_an_ending_stops_the_clock_and_a_time_corrected_moves_it(cast: Cast, incident: Incident) -> None:
    held = take(cast.vast, incident)
    actions.add(cast.vast, held.pk, key=key(), given=Given(taken_at=now() - timedelta(hours=2)))
    held.refresh_from_db()
    assert running(("protection", held.pk)).get().due_at == held.lapses_at == held.taken_at + timedelta(hours=72)
    with pytest.raises(Invalid, match="before the child was taken"):
        actions.end(
            cast.vast, held.pk, key=key(), how="released", ended_at=now() - timedelta(hours=3), words="Her aunt."
        )
    with pytest.raises(Invalid, match="to whom"):
        actions.end(cast.vast, held.pk, key=key(), how="released", ended_at=now())
    attended(cast, incident)
    with pytest.raises(Refused, match="Police protection"):
        closed(cast, incident)
    actions.end(cast.vast, held.pk, key=key(), how="released", ended_at=now(), words="Her aunt.")
    assert not running(("protection", held.pk)).exists()
    with pytest.raises(Refused, match="on record already"):
        actions.end(cast.vast, held.pk, key=key(), how="order", ended_at=now())
    with pytest.raises(Invalid, match="not changed any more"):
        actions.add(cast.vast, held.pk, key=key(), given=Given(taken_at=now()))
    assert take(cast.vast, incident).pk != held.pk, "a child may be taken again"


def test_a_day_corrected_moves_the_discussions_clock_that_ran_from_it_and_no_other(
    cast: Cast, incident: Incident
) -> None:
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=LONDON)
    to(friday)
    held = take(cast.vast, incident, friday)
    discussion = running(("child", EDEN)).filter(rule="strategy_discussion")
    typed = discussion.get().due_at
    actions.add(cast.vast, held.pk, key=key(), given=Given(taken_at=friday - timedelta(days=1)))
    assert typed - discussion.get().due_at == timedelta(days=3), "Friday's end, not Monday's"
    assert Clock.objects.filter(about_id=str(EDEN), because="corrected").count() == 1
    actions.end(cast.vast, held.pk, key=key(), how="order", ended_at=now())
    again = take(cast.vast, incident, friday)
    actions.add(cast.vast, again.pk, key=key(), given=Given(taken_at=friday - timedelta(hours=1)))
    assert discussion.get().began_at == friday - timedelta(days=1), "the earlier one is the discussion owed"
    actions.met(
        cast.vast,
        incident.pk,
        key=key(),
        child=str(EDEN),
        kind="strategy",
        held_at=now(),
        outcome="support",
        who="Social care: A. Lund.",
        words="Support.",
    )
    actions.add(cast.vast, again.pk, key=key(), given=Given(taken_at=friday - timedelta(hours=2)))
    assert not discussion.exists(), "held, and not owed again"


def test_it_is_on_record_once_however_often_it_is_sent(cast: Cast, incident: Incident) -> None:
    own, at = key(), now()
    made = [
        actions.take(cast.vast, incident.pk, key=own, child=str(EDEN), given=Given(taken_at=at)).pk for _ in range(2)
    ]
    assert made[0] == made[1]
    with pytest.raises(Refused, match="on record already"):
        take(cast.vast, incident)
    with pytest.raises(Invalid, match="not come yet"):
        actions.take(cast.vast, incident.pk, key=key(), name="A brother", given=Given(taken_at=at + timedelta(hours=1)))
    with pytest.raises(Invalid, match="child of this incident"):
        actions.take(cast.vast, incident.pk, key=key(), child=str(uuid.uuid4()), given=Given(taken_at=at))


def test_a_closed_incident_opens_again(cast: Cast, incident: Incident) -> None:
    attended(cast, incident)
    closed(cast, incident)
    take(cast.vast, incident, reason="Found alone again.")
    incident.refresh_from_db()
    assert incident.is_open


def test_a_discussion_ends_its_clock_and_an_enquiry_starts_the_conferences(cast: Cast, incident: Incident) -> None:
    take(cast.vast, incident)
    about = ("child", EDEN)
    assert running(about).get().rule == "strategy_discussion"
    with pytest.raises(Invalid, match="who was there"):
        met(cast.vast, incident, outcome="enquiry")
    with pytest.raises(Invalid, match="came of it"):
        met(cast.vast, incident, outcome="plan")
    held = met(cast.vast, incident, outcome="enquiry", who="DS Rowan; N. Hale, social care")
    clock = running(about).get()
    assert (clock.rule, clock.began_at) == ("protection_conference", held.held_at)
    met(cast.vast, incident, kind="conference", outcome="not_held", words="Moved to another authority's care.")
    assert not running(about).exists()
    assert ChildMeeting.objects.count() == 2


def met(user: Staff, incident: Incident, kind: str = "strategy", **given: Any) -> ChildMeeting:
    given.setdefault("held_at", now() - timedelta(minutes=5))
    return actions.met(user, incident.pk, key=key(), child=str(EDEN), kind=kind, **given)


SEE = {"vast", "fim", "supervisor", "officer"}


def test_only_those_with_the_incident_in_reach_see_or_record_it(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    attended(cast, incident)
    held = take(cast.vast, incident)
    for name, user in cast.everybody().items():
        client = browser(user)
        page, listed = client.get(f"/safeguarding/protection/{held.pk}"), client.get("/safeguarding/protection")
        assert (page.status_code == 200) == (name in SEE), name
        assert (listed.status_code == 200 and incident.reference in text(listed)) == (name in SEE), name
        sent = client.post(f"/safeguarding/protection/{held.pk}/add", {"key": key(), "where_now": "At the station."})
        assert (sent.status_code == 302) == (name in SEE), name
        if name not in SEE:
            with pytest.raises(NotThere):
                actions.add(user, held.pk, key=key(), given=Given(where_now="Somewhere."))


def test_the_page_keeps_what_was_typed_and_the_incident_shows_it(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client = browser(cast.vast)
    address = f"/safeguarding/protection/take/{incident.pk}"
    assert "Eden Marsh" in text(client.get(address))
    given = {"key": key(), "child": str(EDEN), "taken_at": "31/02/2026 10:00", "reason": "Alone. <b>Cold.</b>"}
    refused = client.post(address, given)
    assert refused.status_code == 422
    assert "Alone. &lt;b&gt;Cold.&lt;/b&gt;" in refused.content.decode()
    sent = client.post(address, {**given, "taken_at": now().astimezone(LONDON).strftime("%d/%m/%Y %H:%M")})
    assert sent.status_code == 302
    held = Protection.objects.get()
    assert "Eden Marsh" in text(client.get(sent["Location"]))
    shown_there = text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))
    assert "In police protection" in shown_there
    late = client.post(
        f"/safeguarding/protection/{held.pk}/end", {"key": key(), "how": "released", "words": "y" * 5000}
    )
    assert late.status_code == 422
    assert "y" * 5000 in late.content.decode()
    assert Clock.objects.filter(stopped_at__isnull=True, rule="police_protection").count() == 1

"""What is handed over, declined, directed or found in an investigation is told to somebody by name, until they have seen to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact import known_actions
from goldthread.contact.models import Incident
from goldthread.investigation import actions, offer_actions, presenters, queries, review_actions
from goldthread.investigation.models import Handover, Investigation, NewsSeen
from goldthread.retention.queries import facts_of
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_queries import running_in, standing
from tests.cast import Cast, graded, key, opened, say
from tests.investigation.scenes import accepted, named, offered, proposed, read, reviewed, soon
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def second_sergeant(cast: Cast) -> Staff:
    """Another supervisor of the Detectives."""
    team = cast.detective_sergeant.team
    return Staff.objects.create(username="ds2", name="Second Sergeant", role="investigation_supervisor", team=team)


def waits_for(user: Staff) -> int:
    """How many the navigation counts for this person."""
    return queries.counted(user, database_now(connection))["count"]


def test_whoever_is_named_to_lead_or_to_review_is_told_until_they_have_read_or_taken_note(cast: Cast) -> None:
    second = second_sergeant(cast)
    incident = named(cast)
    say(cast.handler, incident, "he hit her again")
    one = offer_actions.accept(
        cast.detective_sergeant, offered(cast, incident).pk, key=key(), investigator=cast.investigator.pk, supervisor=second.pk
    )  # fmt: skip
    assert (waits_for(cast.investigator), waits_for(second)) == (1, 1)
    (new,) = queries.news_of(one)
    assert "he hit her again" in [each.text.text for each in new.lines if each.text]
    actions.acknowledge(second, one.pk, key=key(), seen={one.incident_id: 0})
    assert not queries.unnoted(one)
    assert queries.listed(cast.investigator).get().new, "a reviewer's note is not the lead's reading"
    read(one)
    assert (waits_for(cast.investigator), waits_for(second)) == (0, 0)

    actions.assign(second, one.pk, key=key(), investigator=cast.detective_sergeant.pk, supervisor=second.pk)
    one.refresh_from_db()
    assert queries.listed(cast.detective_sergeant).get().new, "to whoever leads it now all is unread"


def test_only_whoever_leads_or_reviews_acknowledges(cast: Cast) -> None:
    one, second = accepted(cast), second_sergeant(cast)
    with pytest.raises(Refused, match="Whoever leads this reads"):
        actions.acknowledge(second, one.pk, key=key(), seen={one.incident_id: 5})
    assert NewsSeen.objects.filter(investigation=one).count() == 1


def test_what_was_linked_before_it_was_accepted_belongs_to_it_and_is_unread(cast: Cast) -> None:
    incident, other, third = named(cast), opened(cast.handler), opened(cast.handler)
    known_actions.link(cast.handler, incident.pk, key=key(), other_id=other.pk)
    known_actions.link(cast.handler, other.pk, key=key(), other_id=third.pk)
    one = accepted(cast, incident)
    read(one)
    assert waits_for(cast.investigator) == 0
    say(cast.handler, third, "he has the car")
    assert waits_for(cast.investigator) == 1
    assert Incident.objects.visible_to(cast.investigator).filter(pk=third.pk).exists()


def test_a_declined_incident_stays_open_and_is_told_until_it_is_offered_anew_or_left_with_a_reason(
    cast: Cast, browser: Browser
) -> None:
    incident = named(cast)
    offer = offered(cast, incident)
    offer_actions.decline(cast.detective_sergeant, offer.pk, key=key(), words="Not ours.")
    assert "inv_declined" in {each.rule for each in running_in(incident).filter(holds=True)}
    later(timedelta(minutes=16))
    watch()
    assert queries.DECLINED in {each.about for each in standing(cast.supervisor)}
    with pytest.raises(Refused, match="A supervisor or the FIM"):
        offer_actions.leave(cast.handler, incident.pk, key=key(), words="It is a neighbours' quarrel.")
    page = browser(cast.supervisor)
    at = f"/investigation/hand/{incident.pk}/"
    assert "Or it is not investigated" in text(page.get(at))
    assert "Or it is not investigated" not in text(browser(cast.handler).get(at))
    refused = page.post(f"{at}leave", {"key": key(), "words": " "})
    assert (refused.status_code, "Write why it is not investigated." in text(refused)) == (422, True)
    assert page.post(f"{at}leave", {"key": key(), "words": "A quarrel about a fence."}).status_code == 302
    assert "A quarrel about a fence." in text(page.get(f"/incidents/{incident.pk}/"))
    assert not running_in(incident).filter(about=queries.DECLINED).exists()
    with pytest.raises(Stale):
        offer_actions.leave(cast.supervisor, incident.pk, key=key(), words="Again.")

    again = offered(cast, incident)
    offer_actions.decline(cast.detective_sergeant, again.pk, key=key(), words="Still not ours.")
    offered(cast, incident)
    assert not running_in(incident).filter(about=queries.DECLINED).exists()


def test_what_is_offered_is_due_by_the_risk_that_it_has_now(cast: Cast) -> None:
    offer = offered(cast, named(cast))
    assert offer.risk == "high"
    assert offer_actions.follow() == 0

    low = opened(cast.handler)
    Incident.objects.filter(pk=low.pk).update(child="none")
    graded(cast.handler, low, "resolution")
    low.refresh_from_db()
    offer = offered(cast, low)
    was = queries.clock_of(queries.ACCEPT, offer.pk)
    assert was is not None
    say(cast.handler, low, "the kids are screaming and he has a knife")
    graded(cast.handler, low, "immediate")
    assert offer_actions.follow() == 1
    now = queries.clock_of(queries.ACCEPT, offer.pk)
    assert now is not None
    assert now.due_at < was.due_at
    assert presenters.offer(offer, soon(0))["risk"] == "High"
    one = accept(cast, offer)
    assert one.risk == "high"
    assert offer_actions.follow() == 0


def accept(cast: Cast, offer: Handover) -> Investigation:
    people = {"investigator": cast.investigator.pk, "supervisor": cast.detective_sergeant.pk}
    return offer_actions.accept(cast.detective_sergeant, offer.pk, key=key(), **people)


def test_a_directed_action_runs_on_a_clock_and_its_owner_sees_it(cast: Cast) -> None:
    one = accepted(cast)
    team = cast.investigator.team
    colleague = Staff.objects.create(username="dc2", name="Second Detective", role="investigator", team=team)
    assert not Investigation.objects.visible_to(colleague).exists()
    item = actions.add_item(
        cast.investigator, one.pk, key=key(), kind="measure", words="See her today.", owner=colleague.pk, due_at=soon(2)
    )
    reviewed(cast.detective_sergeant, one, agrees=False, directs="Ask his sister.", due_at=soon(1))
    assert Investigation.objects.visible_to(colleague).exists()
    first = queries.clock_of(queries.PLAN, one.pk)
    assert first is not None
    assert first.due_at < item.due_at
    later(timedelta(hours=2, minutes=1))
    watch()
    assert queries.PLAN in {each.about for each in standing(cast.detective_sergeant)}
    for each in queries.items_of(one):
        actions.end_item(each.owner, one.pk, each.pk, key=key(), answer="done")
    assert queries.clock_of(queries.PLAN, one.pk) is None
    assert not Investigation.objects.visible_to(colleague).exists()


def test_who_ever_led_it_is_no_second_person_in_it(cast: Cast) -> None:
    second = second_sergeant(cast)
    offer = offered(cast)
    one = offer_actions.accept(
        cast.detective_sergeant, offer.pk, key=key(), investigator=cast.detective_sergeant.pk, supervisor=second.pk
    )
    actions.assign(
        cast.detective_sergeant, one.pk, key=key(), investigator=cast.investigator.pk, supervisor=cast.detective_sergeant.pk
    )  # fmt: skip
    with pytest.raises(Refused, match="lead or led"):
        reviewed(cast.detective_sergeant, one)
    child = queries.children_of(one)[0].child
    with pytest.raises(Refused, match="lead or led"):
        review_actions.cannot_hear(cast.detective_sergeant, one.pk, child, key=key(), why="Too young.")
    reviewed(second, one)


def test_a_child_whom_it_finds_makes_the_incident_one_that_may_involve_a_child(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "somebody scratched a car on the street")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    incident.refresh_from_db()
    assert incident.child == "none"
    one = accept(cast, offered(cast, incident))
    actions.add_child(cast.investigator, one.pk, key=key(), name="Wren", age=7)
    say(cast.handler, incident, "nothing else was damaged")
    incident.refresh_from_db()
    assert incident.child == "possible", "also once something else is read"
    assert "child.named" in facts_of([incident.pk])[incident.pk]


def test_words_of_a_linked_incident_are_shown_to_whoever_reaches_it_and_audited(cast: Cast, browser: Browser) -> None:
    one = accepted(cast)
    other = opened(cast.handler)
    known_actions.link(cast.handler, one.incident_id, key=key(), other_id=other.pk)
    read(one)
    say(cast.handler, other, "he moved in with his sister")
    Incident.objects.filter(pk=other.pk).update(child="none")
    vast, lead = browser(cast.vast), browser(cast.investigator)
    assert "he moved in with his sister" not in text(vast.get(f"/investigation/{one.pk}/"))
    assert "he moved in with his sister" in text(lead.get(f"/investigation/{one.pk}/"))
    event = AuditEvent.objects.filter(verb="investigation.see", staff_id=cast.investigator.pk).latest("pk")
    assert str(other.pk) in event.subjects


def test_a_review_sent_with_the_page_it_was_drawn_on_keeps_a_risk_raised_meanwhile(
    cast: Cast, browser: Browser
) -> None:
    one = accepted(cast)
    reviewed(cast.detective_sergeant, one, risk="medium")
    reviewed(cast.detective_sergeant, one, risk="high")
    page = browser(cast.detective_sergeant)
    given = {"key": key(), "agrees": "yes", "voice": "yes", "words": "Read it.", "risk": ""}
    assert page.post(f"/investigation/{one.pk}/review", given).status_code == 302
    one.refresh_from_db()
    assert one.risk == "high"


def test_an_end_proposed_is_not_confirmed_by_who_once_led_it(cast: Cast) -> None:
    second = second_sergeant(cast)
    one = accepted(cast)
    actions.assign(
        cast.detective_sergeant, one.pk, key=key(), investigator=second.pk, supervisor=cast.detective_sergeant.pk
    )
    assert queries.led(one) >= {second.pk, cast.investigator.pk}
    with pytest.raises(Refused):
        proposed(cast, one)

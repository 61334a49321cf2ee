"""From incident to investigation: it stays the giver's until somebody accepts it, and silence is told up a ladder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.investigation import offer_actions
from goldthread.investigation.models import Handover, HandoverAnswer, Investigation
from goldthread.investigation.queries import offers
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import standing
from tests.cast import Cast, attended, closed, key, opened
from tests.investigation.scenes import accepted, named, offered
from tests.response.test_alarms import later
from tests.response.test_requests import without_child


def test_it_stays_the_givers_and_open_until_it_is_accepted(cast: Cast) -> None:
    incident = named(cast)
    offer = offered(cast, incident)
    incident.refresh_from_db()
    assert (incident.owner, offer.risk) == (cast.handler, "high")
    attended(cast, incident)
    with pytest.raises(Refused, match="Acceptance of the investigation"):
        closed(cast, incident)
    offer_actions.accept(
        cast.detective_sergeant, offer.pk, key=key(), investigator=cast.investigator.pk, supervisor=cast.detective_sergeant.pk
    )  # fmt: skip
    closed(cast, incident)
    assert Incident.objects.get(pk=incident.pk).closed_at is not None


def test_silence_tells_the_investigation_supervisor_then_the_fim(cast: Cast) -> None:
    offer = offered(cast)
    later(timedelta(minutes=59))
    assert watch() == 0
    later(timedelta(minutes=2))
    assert watch() == 1
    assert [one.about_id for one in standing(cast.detective_sergeant)] == [str(offer.pk)]
    assert not standing(cast.fim).exists()
    later(timedelta(minutes=30))
    assert watch() == 1
    assert [one.about_id for one in standing(cast.fim)] == [str(offer.pk)]


def test_the_time_to_accept_goes_by_risk(cast: Cast) -> None:
    offer = offered(cast, without_child(cast, "scheduled"))
    clock = Clock.objects.get(about="inv_offer")
    assert (offer.risk, clock.due_at - clock.began_at) == ("standard", timedelta(hours=8))


def test_acceptance_gives_two_people_sight_and_starts_two_clocks(cast: Cast) -> None:
    incident = named(cast)
    for one in (cast.investigator, cast.detective_sergeant):
        assert not Incident.objects.visible_to(one).exists()
    investigation = accepted(cast, incident)
    for one in (cast.investigator, cast.detective_sergeant):
        assert Incident.objects.visible_to(one).get() == incident
    running = Clock.objects.filter(about_id=str(investigation.pk), stopped_at__isnull=True)
    assert sorted(running.values_list("rule", flat=True)) == ["inv_access", "inv_review_high_first"]
    assert not Clock.objects.filter(about="inv_offer", stopped_at__isnull=True).exists()
    assert AuditEvent.objects.filter(verb="investigation.accept", staff_id=cast.detective_sergeant.pk).exists()


def test_declined_with_a_reason_it_is_back_and_can_be_offered_anew(cast: Cast) -> None:
    incident = named(cast)
    offer = offered(cast, incident)
    with pytest.raises(Invalid, match="Write why not"):
        offer_actions.decline(cast.detective_sergeant, offer.pk, key=key(), words=" \n ")
    offer_actions.decline(cast.detective_sergeant, offer.pk, key=key(), words="Child protection team leads on this.")
    assert not Clock.objects.filter(about="inv_offer", stopped_at__isnull=True).exists()
    assert not Investigation.objects.exists()
    assert offered(cast, incident).pk != offer.pk
    with pytest.raises(Stale, match="has answered this already: declined"):
        offer_actions.decline(cast.detective_sergeant, offer.pk, key=key(), words="Again.")


def test_only_its_owner_a_supervisor_or_the_fim_hands_it_over(cast: Cast) -> None:
    incident = named(cast)
    team = cast.investigator.team_id
    with pytest.raises(Refused, match="Its owner"):
        offer_actions.hand(cast.dispatcher, incident.pk, key=key(), team=team)
    for who in ("stranger", "far_supervisor", "vast", "pcc", "investigator", "officer", "qa", "auditor"):
        with pytest.raises(NotThere):
            offer_actions.hand(getattr(cast, who), incident.pk, key=key(), team=team)
    for who in (cast.supervisor, cast.fim, cast.handler):
        assert offer_actions.hand(who, incident.pk, key=key(), team=team)
        offer_actions.withdraw(who, incident.pk, key=key())
    with pytest.raises(Stale, match="Nothing is offered"):
        offer_actions.withdraw(cast.handler, incident.pk, key=key())


def test_nobody_else_accepts_or_declines(cast: Cast) -> None:
    offer = offered(cast)
    people = {"investigator": cast.investigator.pk, "supervisor": cast.detective_sergeant.pk}
    for who in ("investigator", "handler", "supervisor", "fim", "vast", "pcc", "stranger", "officer"):
        with pytest.raises(NotThere):
            offer_actions.accept(getattr(cast, who), offer.pk, key=key(), **people)
        with pytest.raises(NotThere):
            offer_actions.decline(getattr(cast, who), offer.pk, key=key(), words="No.")
    assert not offers(cast.investigator).exists()
    assert not HandoverAnswer.objects.exists()


def test_an_investigator_accepts_what_is_offered_to_them_and_leads_it(cast: Cast) -> None:
    offer = offered(cast, to=cast.investigator.pk)
    assert (
        [one.pk for one in offers(cast.investigator)]
        == [offer.pk]
        == [one.pk for one in offers(cast.detective_sergeant)]
    )
    both = {"investigator": cast.investigator.pk, "supervisor": cast.investigator.pk}
    with pytest.raises(Invalid, match="Choose a supervisor"):
        offer_actions.accept(cast.investigator, offer.pk, key=key(), **both)
    two = {**both, "supervisor": cast.detective_sergeant.pk}
    with pytest.raises(Invalid, match="not how a crime reference looks"):
        offer_actions.accept(cast.investigator, offer.pk, key=key(), **two, reference="the one at number 4")
    one = offer_actions.accept(cast.investigator, offer.pk, key=key(), **two, reference=" 26/48-1120a ")
    assert (one.investigator, one.crime_reference) == (cast.investigator, "26/48-1120A")
    with pytest.raises(Refused, match="investigates this already"):
        offered(cast, one.incident)


def test_sent_twice_it_is_one_offer_and_one_investigation(cast: Cast) -> None:
    incident, again = named(cast), key()
    made = [offer_actions.hand(cast.handler, incident.pk, key=again, team=cast.investigator.team_id) for _ in range(2)]
    assert made[0] == made[1]
    with pytest.raises(Refused, match="offered to investigation already"):
        offered(cast, incident)
    people = {"investigator": cast.investigator.pk, "supervisor": cast.detective_sergeant.pk}
    took = [offer_actions.accept(cast.detective_sergeant, made[0].pk, key=again, **people) for _ in range(2)]
    assert took[0] == took[1]
    assert (Handover.objects.count(), Investigation.objects.count()) == (1, 1)


def test_nobody_and_a_closed_incident_are_refused(cast: Cast) -> None:
    incident = opened(cast.handler)
    for whom in ({}, {"team": 0}, {"to": cast.handler.pk}, {"team": cast.handler.team_id}):
        with pytest.raises(Invalid, match="Choose a team or a person"):
            offer_actions.hand(cast.handler, incident.pk, key=key(), **whom)
    with pytest.raises(Invalid, match="longer than"):
        offer_actions.hand(cast.handler, incident.pk, key=key(), team=cast.investigator.team_id, note="a" * 10_001)

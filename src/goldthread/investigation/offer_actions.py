"""The verbs of the handover: to offer an incident, to take that back, to accept it or say why not."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from goldthread.accounts.models import Staff
from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.contact.known import force_day, group_of
from goldthread.contact.models import Incident
from goldthread.contact.work import on_incident
from goldthread.investigation import queries, rules
from goldthread.investigation.models import Handover, HandoverAnswer, Investigation, NewsSeen
from goldthread.investigation.shared_actions import SENIOR, Inquiry, Under, involve, kept, on_offer, risk_now, take_in
from goldthread.response.shared_actions import must_be_open
from goldthread.safeguarding.clock_actions import start, stop

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting
    from goldthread.contact.work import Work

HAND, ACCEPT = "investigation.hand", "investigation.accept"


def hand(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    team: int | None = None,
    to: int | None = None,
    note: str = "",
) -> Handover:
    """Offer an open incident to a team of investigators, or to one person; it stays the giver's until they accept.

    Raises ``Refused`` where it is offered or investigated already, or is not this person's to hand over; ``Invalid`` for nobody.
    """
    said = rules.text("note", note)
    with on_incident(user, incident_id, HAND, key, "hand", team, to, said) as work:
        if work.done is not None:
            return Handover.objects.get(pk=int(work.done))
        must_be_open(work)
        rules.may_hand(bool(user.seat.codes & SENIOR), work.incident.owner_id == user.pk)
        if Handover.objects.filter(incident=work.incident).waiting().exists():
            raise Refused(
                "This is offered to investigation already and not accepted yet. Take that back first; nothing was changed."
            )
        running = Investigation.objects.open().filter(incident=work.incident).select_related("investigator").first()
        if running is not None:
            raise Refused(f"{running.investigator.name} investigates this already. Nothing was changed.")
        teams, people = queries.receivers()
        person = next((one for one in people if one.pk == to), None)
        desk = person.team if person else next((one for one in teams if to is None and one.pk == team), None)
        if desk is None:
            raise Invalid({"to": "Choose a team or a person who can take it. Nothing was changed."})
        here = Under(work, user, rules.held_on(force_day(work.now)))
        risk = here.risk()
        offer = Handover(
            incident=work.incident, team=desk, to=person, risk=risk.code, note=kept(said), by=user, at=work.now
        )
        offer.save()
        start(work.act, risk.accept, about=(queries.ACCEPT, offer.pk), incident=work.incident, team=desk)
        _settle_declined(work, user, "offered")
        work.event("inv.offered", risk=risk.code)
        work.involve("author")
        here.finish("alteration", HAND, offer.pk, ("team", desk.pk), offer=offer.pk)
    return offer


def withdraw(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Take an offer back: who made it, a supervisor or the FIM. Raises ``Stale`` where none stands."""
    with on_incident(user, incident_id, HAND, key, "withdraw") as work:
        if work.done is not None:
            return
        offer = Handover.objects.filter(incident=work.incident).waiting().first()
        if offer is None:
            raise Stale("Nothing is offered to investigation now. Nothing was changed; reload to see how it stands.")
        rules.may_hand(bool(user.seat.codes & SENIOR), user.pk in {offer.by_id, work.incident.owner_id})
        HandoverAnswer(handover=offer, answer="withdrawn", by=user, at=work.now).save()
        _answered(work.act, offer, "withdrawn", user)
        work.event("inv.withdrawn")
        work.involve("author")
        Under(work, user, rules.held_on(force_day(work.now))).finish("alteration", HAND, "", offer=offer.pk)


def decline(user: Staff, number: int, *, key: uuid.UUID, words: str) -> None:
    """Say why one does not take it: it stays with the giver, the incident shows the reason, and its supervisor is told, until it is
    offered anew or somebody senior says why it is not investigated.
    """
    said = rules.text("words", words, "Write why not, for whoever handed it over.")
    with on_offer(user, number, ACCEPT, key, "decline", said) as (here, offer):
        if here.done is not None:
            return
        _must_wait(offer)
        HandoverAnswer(handover=offer, answer="declined", words=kept(said), by=user, at=here.now).save()
        _answered(here.work.act, offer, "declined", user)
        start(here.work.act, "inv_declined", about=(queries.DECLINED, offer.pk), incident=here.work.incident)
        here.work.event("inv.declined")
        here.finish("alteration", ACCEPT, "", offer=offer.pk, answer="declined")


def leave(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, words: str) -> None:
    """Say, as somebody senior, why an incident that was declined is not investigated. Raises ``Stale`` where none is declined."""
    said = rules.text("words", words, "Write why it is not investigated.")
    with on_incident(user, incident_id, HAND, key, "leave", said) as work:
        if work.done is not None:
            return
        if not user.seat.codes & SENIOR:
            raise Refused("A supervisor or the FIM says that it is not investigated. Offer it anew, or ask them.")
        if not _settle_declined(work, user, "left"):
            raise Stale("No declined offer waits for this now. Nothing was changed; reload to see how it stands.")
        work.entry("event", "system", code="inv.left", text=kept(said))
        work.involve("author")
        Under(work, user, rules.held_on(force_day(work.now))).finish("alteration", HAND, "", left=True)


def _settle_declined(work: Work, user: Staff, because: str) -> int:
    """End what waits for an answer to declined offers of this incident; returns how many did."""
    declined = HandoverAnswer.objects.filter(handover__incident=work.incident, answer="declined")
    return sum(
        stop(work.act, (queries.DECLINED, pk), because, by=user) for pk in declined.values_list("handover", flat=True)
    )


def follow() -> int:
    """Where an offered incident's risk has risen, let the time to accept it be the shorter one, from when it was offered.

    Returns how many moved. Run every minute; safe to run twice at once.
    """
    moved = 0
    for offer in Handover.objects.waiting().select_related("incident"):
        held = rules.held_on(force_day(offer.at))
        if _accepts_by(offer, held, offer.incident) is None:
            continue
        with on_incident(None, offer.incident_id, HAND) as work:
            risk = _accepts_by(offer, held, work.incident)
            if risk is None or HandoverAnswer.objects.filter(handover=offer).exists():
                continue
            stop(work.act, (queries.ACCEPT, offer.pk), "risen")
            start(
                work.act, risk.accept, about=(queries.ACCEPT, offer.pk), incident=work.incident, team=offer.team, began_at=offer.at
            )  # fmt: skip
            work.event("inv.risen", risk=risk.code)
            moved += 1
    return moved


def _accepts_by(offer: Handover, held: rules.Held, incident: Incident) -> rules.Risk | None:
    """The risk whose clock it should be on; None where it is on it."""
    risk = rules.higher(held.risks, risk_now(held, incident).code, offer.risk)
    running = queries.clock_of(queries.ACCEPT, offer.pk)
    return risk if running is not None and running.rule != risk.accept else None


def accept(
    user: Staff, number: int, *, key: uuid.UUID, investigator: int, supervisor: int, reference: str = ""
) -> Investigation:
    """Take an incident on: from now on it is investigated by one person and reviewed by another of the same team, who both see it.

    An investigator takes what is offered to them and leads it themself. Raises ``Stale`` where it was answered already, ``Invalid``
    for people who cannot.
    """
    with on_offer(user, number, ACCEPT, key, "accept", investigator, supervisor, reference) as (here, offer):
        if here.done is not None:
            return Investigation.objects.get(pk=here.done)
        _must_wait(offer)
        number_kept = rules.crime_reference(reference, here.held.reference)
        leading, senior = people(offer.team_id, investigator, supervisor)
        if not user.can("investigation.review") and leading.pk != user.pk:
            raise Invalid({"investigator": "You take it on yourself. Ask a supervisor to give it to somebody else."})
        HandoverAnswer(handover=offer, answer="accepted", by=user, at=here.now).save()
        _answered(here.work.act, offer, "accepted", user)
        risk = here.risk(offer.risk)
        one = Investigation.objects.create(
            incident=offer.incident, handover=offer, team=offer.team, investigator=leading, supervisor=senior,
            risk=risk.code, crime_reference=number_kept, opened_at=here.now,
        )  # fmt: skip
        inquiry = Inquiry(here.work, user, here.held, one)
        inquiry.start(risk.first, queries.REVIEW)
        inquiry.start("inv_access", queries.ACCESS)
        here.work.event("inv.accepted", risk=risk.code, investigation=str(one.pk), investigator=leading.pk)
        involve(here.work, user, leading, senior)
        matter = [offer.incident_id, *group_of(offer.incident)]
        for incident in Incident.objects.filter(pk__in=matter):  # nothing of it is read yet: an offer shows no words
            NewsSeen(investigation=one, incident=incident, seq=0, by=user, at=here.now).save()
        take_in(inquiry, matter)
        inquiry.told("alteration", ACCEPT, one.pk, offer=offer.pk, investigator=leading.pk, supervisor=senior.pk)
    return one


def people(team: int, investigator: int, supervisor: int) -> tuple[Staff, Staff]:
    """Who leads and who supervises. Raises ``Invalid`` for somebody who cannot, or one person for both."""
    leading, senior = queries.leaders(team)
    first = next((one for one in leading if one.pk == investigator), None)
    second = next((one for one in senior if one.pk == supervisor), None)
    if first is None:
        raise Invalid({"investigator": "Choose an investigator of the team. Nothing was changed."})
    if second is None or second.pk == first.pk:
        raise Invalid({"supervisor": "Choose a supervisor of the team who does not lead it. Nothing was changed."})
    return first, second


def _must_wait(offer: Handover) -> None:
    answer = HandoverAnswer.objects.filter(handover=offer).select_related("by").first()
    if answer is not None:
        raise Stale(
            f"{answer.by.name} has answered this already: {answer.get_answer_display().lower()}. Nothing was changed."
        )


def _answered(act: Acting, offer: Handover, because: str, by: Staff) -> None:
    stop(act, (queries.ACCEPT, offer.pk), because, by=by)

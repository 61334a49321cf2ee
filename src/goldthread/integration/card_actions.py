"""The verbs of a card: asking for one, opening it once, passing with it again, and ending it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_out

from goldthread.accounts.models import Staff
from goldthread.accounts.sessions import signed_in_by
from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.actions import lock_identity
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one
from goldthread.contact.work import command_key
from goldthread.integration import card_rules as rules
from goldthread.integration import card_tokens
from goldthread.integration.card_models import Card

if TYPE_CHECKING:
    from django.http import HttpRequest

ISSUE, SEE = "card.issue", "incident.see"


@dataclass(frozen=True)
class Shown:
    """A card that may be shown now: to whom, of which incident, and the pass it goes on with."""

    card: Card
    staff: Staff
    incident: Incident
    passed: str
    now: datetime


def issue(service: Staff, *, key: uuid.UUID, reference: str, person: str, host: str | None = None) -> Card:
    """Give out an address for the card of one incident, for the member of staff who signs in as ``person``.

    Their own sight and rights hold for all that is done in it, and never the service's. Asked for again with the same key it is the
    same card. Raises ``NotThere`` where that person may not see that incident, ``Invalid`` or ``Refused`` for a host that may not hold it.
    """
    origin = rules.host(host, settings.ENV.card_hosts)
    with acting(service) as act:
        if not service.can(ISSUE):
            raise Refused(f"Your role, {service.seat.name}, may not do this.")
        own = command_key(key, service.pk, "card", reference, person, origin)
        lock_identity(own)
        before = Card.objects.select_related("incident").filter(key=own).first()
        if before is not None:
            return before
        staff = Staff.objects.ranked().select_related("team").filter(username=person.replace("\x00", "")).first()
        seen = Incident.objects.visible_to(staff) if staff is not None else Incident.objects.none()
        incident = seen.filter(reference=reference.replace("\x00", "").strip()).first()
        if staff is None or incident is None:
            raise NotThere(rules.NOT_THERE)
        made = Card.objects.create(
            key=own, incident=incident, staff=staff, issued_by=service, host=origin, issued_at=act.now,
            expires_at=act.now + rules.ADDRESS_LIVES,
        )  # fmt: skip
        act.record("security", ISSUE, [("incident", str(incident.pk)), ("staff", staff.pk), ("card", str(made.pk))])
    return made


def address_of(card: Card) -> str:
    """The path under which a card opens, once."""
    told = card_tokens.Address(card.pk, card.incident.reference, card.staff_id, card.issued_at, card.expires_at)
    return f"/card/{card.incident.reference}/?token={card_tokens.address(told)}"


def open_once(token: str, reference: str) -> Shown:
    """Open a card by its address. Raises ``CardEnded``, and what was tried is on record where it names a card of ours."""
    told = card_tokens.read_address(token)
    if told is None:
        raise rules.CardEnded("unknown")
    with acting(None) as act:
        # Of two who open it at once the second waits here, and finds it used.
        card = _cards().select_for_update(of=("self",)).filter(pk=told.card, staff=told.staff).first()
        if card is None:
            raise rules.CardEnded("unknown")
        why = "other" if reference != told.reference or reference != card.incident.reference else ""
        why = why or rules.first(_standing(card), act.now) or _not_theirs(card.staff, card.incident)
        if not why:
            card.used_at = act.now
            card.save(update_fields=["used_at"])
            _act_as(card, act).record("consultation", "card.see", _about(card))
        else:
            _refused(act, card, why)
    if why:
        raise rules.CardEnded(why)
    return Shown(card, card.staff, card.incident, card_tokens.given(card.pk, act.now), act.now)


def go_on(text: str, reference: str) -> Shown:
    """Who an open card's request comes from, by the pass it shows. Raises ``CardEnded``; what ended it ends it for good."""
    told = card_tokens.read_pass(text)
    if told is None:
        raise rules.CardEnded("unknown")
    with acting(None) as act:
        card = _cards().filter(pk=told.card).first()
        if card is None:
            raise rules.CardEnded("unknown")
        why = "other" if reference != card.incident.reference else rules.later(_standing(card), told.given_at, act.now)
        if not why and (why := _not_theirs(card.staff, card.incident)):
            _end(act, card, why)
    if why:
        raise rules.CardEnded(why)
    return Shown(card, card.staff, card.incident, card_tokens.given(card.pk, act.now), act.now)


def end_of(service: Staff, person: str) -> int:
    """End every card that this service account asked for on behalf of a person, who signed off there; returns how many ran."""
    with acting(service) as act:
        if not service.can(ISSUE):
            raise Refused(f"Your role, {service.seat.name}, may not do this.")
        held = Card.objects.filter(issued_by=service, staff__username=person.replace("\x00", ""))
        return _end_all(act, held)


def signed_out(request: HttpRequest, user: Staff | None, **_: Any) -> None:
    """Who signs out of their last browser here ends their cards too: the next request of each says so."""
    if user is None or signed_in_by(user, but=request.session.session_key):
        return
    with acting(user) as act:
        _end_all(act, Card.objects.filter(staff=user))


def connect() -> None:
    """Connect the listener once, at start."""
    user_logged_out.connect(signed_out, dispatch_uid="goldthread.card.signed_out")


def _cards() -> Any:
    return Card.objects.select_related("incident", "staff__team")


def _standing(card: Card) -> rules.Standing:
    return rules.Standing(card.expires_at, card.used_at, card.ended)


def _not_theirs(staff: Staff, incident: Incident) -> str:
    """Why this person may not see the incident now; empty while they may."""
    if not staff.is_active:
        return "no_access"
    return "" if one(staff, SEE, incident.pk) is not None else "no_sight"


def _end_all(act: Acting, held: Any) -> int:
    found = list(held.filter(ended_at__isnull=True, issued_at__gt=act.now - rules.LIVES - rules.ADDRESS_LIVES))
    for card in found:
        _end(act, card, "signed_off")
    return len(found)


def _end(act: Acting, card: Card, why: str) -> None:
    if Card.objects.filter(pk=card.pk, ended_at__isnull=True).update(ended_at=act.now, ended=why):
        act.record("security", "card.end", [("staff", card.staff_id), ("card", str(card.pk))], why=why)


def _refused(act: Acting, card: Card, why: str) -> None:
    act.record("security", "card.refuse", [("staff", card.staff_id), ("card", str(card.pk))], why=why)


def _act_as(card: Card, act: Acting) -> Acting:
    """The same transaction, with the person whose card it is as the one who acts."""
    return Acting(card.staff.pk, card.staff.recorded_as, act.request_id)


def _about(card: Card) -> list[tuple[str, object]]:
    return [("incident", str(card.incident_id)), ("card", str(card.pk))]

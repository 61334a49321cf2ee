"""The verbs of referrals: to owe one, to send it, to record each leg, to withdraw it, to feed back. Nothing else writes them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from goldthread.audit.canonical import canonical_json
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.upward import announce
from goldthread.contact.known import force_day
from goldthread.contact.work import Work, on_incident
from goldthread.safeguarding import owed_actions as owed
from goldthread.safeguarding import referral_rules as rules
from goldthread.safeguarding.clock_actions import start, stop
from goldthread.safeguarding.link_events import ReferralReached, ReferralSent
from goldthread.safeguarding.owed_finding import OWED
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.partner_queries import terms_of
from goldthread.safeguarding.referral_document import Chosen, content
from goldthread.safeguarding.referral_kinds import Kind, kinds_on
from goldthread.safeguarding.referral_models import Referral, ReferralChild, ReferralLeg
from goldthread.safeguarding.referral_queries import ABOUT, readers, told

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.safeguarding.referral_document import IncidentTold
    from goldthread.safeguarding.referral_kinds import Kinds

MAKES = "referral.make"
THERE_IS_NONE = "There is no such referral, or it is not one that you may see."
CHANGED = "What would leave has changed since you looked at it. Read it again below, then send it; nothing was sent."


def owe(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, kind: str) -> None:
    """Say that a referral to this kind of partner is owed: a clock runs, and the incident stays open, until it is sent.

    Raises ``Invalid`` for a kind there is not, ``NotThere`` out of reach.
    """
    with on_incident(user, incident_id, MAKES, key, "owe", kind) as work:
        if work.done is not None:
            return
        held = _kind(kinds_on(force_day(work.now)), kind)
        owed.begin(work, held)
        work.finish()


def not_owed(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, kind: str, why: str) -> None:
    """Say that a referral is not owed after all, and why. Raises ``Invalid`` without a reason, ``Refused`` where none is owed."""
    kept = rules.leg_words("withdrawn", why)
    with on_incident(user, incident_id, MAKES, key, "not_owed", kind, kept) as work:
        if work.done is not None:
            return
        if not stop(work.act, (f"{OWED}{kind}", incident_id), "not_owed", by=user):
            raise Refused("No such referral is owed now: it was sent, or taken back before.")
        work.entry("event", "system", code="referral.not_owed", data={"kind": kind}, text=Payload.objects.keep(kept))
        work.act.record("alteration", "referral.not_owed", [("incident", str(incident_id))], kind=kind)
        work.finish()


def make(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    contact: int | None,
    children: Collection[str] = (),
    fields: Collection[str] = (),
    basis: str = "",
    concern: str = "",
    staff_answer: str = "",
    told_at: datetime | None = None,
    told_to: str = "",
    previewed: str | None = None,
) -> Referral:
    """Send a referral to a registered contact: what leaves is frozen as it leaves, and its disclosure audited.

    ``children`` are UUIDs of the incident's children, ``fields`` codes of what leaves. ``told_at`` and ``told_to``: where it was
    telephoned before. ``previewed`` is the digest of what the sender saw leave, None where a program sends unseen. The same
    document for the same partner sent again is the referral there is. Raises ``Invalid`` by field, ``Refused`` where what was seen
    is not what would leave, ``NotThere`` out of reach.
    """
    words = rules.concern(concern)
    # The preview's digest is no part of what is told apart: the same form is sent again after it changed.
    what = ("make", contact, sorted(children), sorted(fields), basis, words, staff_answer, told_at, told_to.strip())
    with on_incident(user, incident_id, MAKES, key, *what) as work:
        if work.done is not None:
            return Referral.objects.select_related("incident").get(pk=work.done)
        kinds, stands = kinds_on(force_day(work.now)), told(work.incident)
        to = PartnerContact.objects.select_related("partner").filter(pk=contact or 0).first()
        if to is None:
            raise Invalid({"contact": "Choose whom it goes to: a registered contact."})
        chosen = choose(kinds, stands, to, children, fields, basis, words, staff_answer)
        text, digest = frozen(kinds, stands, chosen)
        if previewed is not None and previewed != digest:
            raise Refused(CHANGED)
        sent_at, name = rules.telephoned(told_at, told_to, work.now)
        same = Referral.objects.filter(incident=work.incident, partner=to.partner, sha256=digest)
        made = same.filter(withdrawn_at__isnull=True).select_related("incident").first()
        if made is None:
            made = _sent(work, chosen, to, text, digest, (sent_at, name))
        owed.end_told(work, made.kind)
        work.finish(made.pk)
    return made


def choose(
    kinds: Kinds,
    stands: IncidentTold,
    to: PartnerContact,
    children: Collection[str],
    fields: Collection[str],
    basis: str,
    concern: str,
    staff_answer: str,
) -> Chosen:
    """What was chosen, checked: for the preview and for the sending alike. Raises ``Invalid`` by field."""
    partner = to.partner
    whom = rules.To(partner.kind, partner.name, str(to), partner.active, to.active)
    kind = _kind(kinds, partner.kind)
    about, leaves = rules.chosen(
        kinds, kind, whom, stands.children, {str(one) for one in children}, fields, basis, staff_answer
    )
    answer = staff_answer if kind.code == "school" else ""
    return Chosen(kind, whom, about, leaves, kinds.bases[basis], rules.concern(concern), answer)


def frozen(kinds: Kinds, stands: IncidentTold, chosen: Chosen) -> tuple[str, str]:
    """All that would leave as one text, and its digest in hexadecimal."""
    text = canonical_json(content(kinds, stands, chosen, settings.ENV.force_name))
    return text, hashlib.sha256(text.encode()).hexdigest()


def _sent(
    work: Work, chosen: Chosen, to: PartnerContact, text: str, digest: str, telephoned: tuple[datetime, str]
) -> Referral:
    assert work.user is not None
    incident, kind = work.incident, chosen.kind
    sent_at, name = telephoned
    payload = Payload.objects.keep(text)
    made = Referral.objects.create(
        incident=incident, number=incident.referrals.count() + 1, kind=kind.code, partner=to.partner, contact=to,
        made_by=work.user, made_at=work.now, began_at=owed.began(work, kind) or sent_at,
        concern=Payload.objects.keep(chosen.concern), basis=chosen.basis.code, fields=list(chosen.fields),
        document=payload, sha256=digest, staff_answer=chosen.staff_answer,
    )  # fmt: skip
    for child in chosen.about:
        ReferralChild(referral=made, child=uuid.UUID(child.child)).save()
    ReferralLeg(
        referral=made, leg="sent", at=work.now, occurred_at=sent_at, by=work.user, by_name=name, contact=to,
        origin="telephone" if name else "here",
    ).save()  # fmt: skip
    start(
        work.act, kind.clock, about=(ABOUT, made.pk), incident=incident, began_at=made.began_at,
        terms=terms_of(to.partner, hold=True) if kind.lessons else None,
    )  # fmt: skip
    announce(ReferralSent(made, work))
    work.event("referral.sent", referral=str(made.pk), number=made.number, kind=kind.code)
    work.involve("author")
    subjects = [("incident", str(incident.pk)), ("referral", str(made.pk)), ("partner", to.partner_id)]
    subjects += [("partner_contact", to.pk), *(("child", one.child) for one in chosen.about)]
    work.act.record(
        "disclosure", "referral.send", subjects,
        fields=list(chosen.fields), basis=chosen.basis.code, sha256=digest, document=payload,
    )  # fmt: skip
    return made


def record_leg(
    user: Staff | None,
    referral_id: uuid.UUID,
    *,
    key: uuid.UUID,
    leg: str,
    by_name: str,
    occurred_at: datetime | None = None,
    words: str = "",
    contact: PartnerContact | None = None,
    origin: str = "telephone",
) -> ReferralLeg:
    """Record a leg on the partner's word: by staff after a telephone call, or with ``user`` None from the partner's own link.

    ``by_name`` names the partner's person. ``occurred_at`` is owed with a telephone call; a link's leg happens now. A leg of the
    same name recorded again corrects the one before. Raises ``Invalid`` by field, ``Refused`` after it was withdrawn.
    """
    if leg not in rules.BY_PARTNER:
        raise Invalid({"leg": "Choose what they told you."})
    name, kept = rules.partners_name(by_name), rules.leg_words(leg, words)
    if (origin == "link") != (user is None):
        raise ValueError("staff record what was telephoned; the link's legs are the partner's own")
    if origin == "telephone" and occurred_at is None:
        raise Invalid({"occurred_at": "Give the time at which they said so or did it."})
    what = ("leg", str(referral_id), leg, name, occurred_at, kept, contact.pk if contact else None)
    with on_incident(user, _incident_of(referral_id), MAKES, key, *what) as work:
        if work.done is not None:
            return ReferralLeg.objects.get(pk=int(work.done))
        referral, legs = _standing(work, referral_id)
        rules.follows(leg, legs)
        at = rules.leg_at(occurred_at, legs["sent"], work.now)
        made = _leg(work, referral, leg, at, name=name, words=kept, contact=contact, origin=origin)
        _clocks_after(work, referral, leg, at)
        work.finish(made.pk)
    return made


def withdraw(user: Staff, referral_id: uuid.UUID, *, key: uuid.UUID, why: str) -> Referral:
    """Withdraw a referral: its clocks end, and what was owed before it was sent is owed again. Where somebody there knows of it,
    a clock runs until they are told.

    Raises ``Invalid`` without a reason, ``Refused`` where it is withdrawn already.
    """
    kept = rules.leg_words("withdrawn", why)
    with on_incident(user, _incident_of(referral_id), MAKES, key, "withdraw", str(referral_id), kept) as work:
        referral, legs = _standing(work, referral_id)
        if work.done is not None:
            return referral
        rules.follows("withdrawn", legs)
        made = _leg(work, referral, "withdrawn", work.now, words=kept)
        referral.withdrawn_at, referral.withdrawn_by, referral.withdrawn_why = work.now, user, made.words
        referral.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
        stop(work.act, (ABOUT, referral.pk), "withdrawn", by=user)
        if any(readers(referral)):
            start(work.act, "referral_withdrawn", about=(ABOUT, referral.pk), incident=work.incident)
        announce(ReferralReached(referral, work, "withdrawn"))
        owed.resume(work, referral.kind)
        work.finish(made.pk)
    return referral


def feed_back(user: Staff, referral_id: uuid.UUID, *, key: uuid.UUID, words: str) -> ReferralLeg:
    """Tell those who worked on the incident what came of it, on its timeline: after a refusal what is done instead, after a
    withdrawal that its readers were told. Raises ``Invalid`` for nothing said.
    """
    kept = rules.leg_words("fed_back", words)
    with on_incident(user, _incident_of(referral_id), MAKES, key, "feed_back", str(referral_id), kept) as work:
        referral, legs = _standing(work, referral_id)
        if work.done is not None:
            return ReferralLeg.objects.get(pk=int(work.done))
        rules.follows("fed_back", legs)
        made = _leg(work, referral, "fed_back", work.now, words=kept)
        for clock in ("referral_declined", "referral_withdrawn"):
            stop(work.act, (ABOUT, referral.pk), "fed_back", rule=clock, by=user)
        work.finish(made.pk)
    return made


def _leg(
    work: Work,
    referral: Referral,
    leg: str,
    at: datetime,
    *,
    name: str = "",
    words: str = "",
    contact: PartnerContact | None = None,
    origin: str = "here",
) -> ReferralLeg:
    made = ReferralLeg(
        referral=referral, leg=leg, at=work.now, occurred_at=at, by=work.user, by_name=name, contact=contact,
        words=Payload.objects.keep(words) if words else None, origin=origin,
    )  # fmt: skip
    made.save()
    work.entry(
        "event", "system", code=f"referral.{leg}", occurred_at=at, text=made.words if leg == "fed_back" else None,
        data={"referral": str(referral.pk), "number": referral.number, "kind": referral.kind},
    )  # fmt: skip
    subjects = [("incident", str(work.incident.pk)), ("referral", str(referral.pk))]
    subjects += [("partner_contact", str(contact.pk))] if contact is not None else []
    duty = "alteration" if leg == "withdrawn" else "collection"
    work.act.record(duty, f"referral.{leg}", subjects, origin=origin)
    return made


def _clocks_after(work: Work, referral: Referral, leg: str, at: datetime) -> None:
    """Stop what this leg was waited for, and start what is waited for next."""
    kind, about = _kind(kinds_on(force_day(referral.made_at)), referral.kind), (ABOUT, referral.pk)
    announce(ReferralReached(referral, work, leg))
    if referral.withdrawn_at is not None:  # it comes out that they had read it
        start(work.act, "referral_withdrawn", about=about, incident=work.incident)
        return
    if leg in kind.stops:
        stop(work.act, about, leg, rule=kind.clock, by=work.user)
    if leg == "declined":
        stop(work.act, about, leg, rule=kind.outcome or kind.clock, by=work.user)
        start(work.act, "referral_declined", about=about, incident=work.incident)
    elif leg == "outcome":
        stop(work.act, about, leg, by=work.user)
    elif leg in {"accepted", *kind.stops}:
        if leg == "accepted":
            stop(work.act, about, leg, rule="referral_declined", by=work.user)
        if kind.outcome and not referral.legs.filter(leg="outcome").exists():
            start(work.act, kind.outcome, about=about, incident=work.incident, began_at=at)


def _kind(kinds: Kinds, code: str) -> Kind:
    if code not in kinds.kinds:
        raise Invalid({"kind": f"Choose a kind of partner: {', '.join(name for _, name in KINDS).lower()}."})
    return kinds.kinds[code]


def _incident_of(referral_id: uuid.UUID) -> uuid.UUID:
    found = Referral.objects.filter(pk=referral_id).values_list("incident", flat=True).first()
    if found is None:
        raise NotThere(THERE_IS_NONE)
    return found


def _standing(work: Work, referral_id: uuid.UUID) -> tuple[Referral, dict[str, datetime]]:
    """The referral of an incident that is held, and when each of its legs happened last."""
    referral = Referral.objects.select_related("incident").get(pk=referral_id, incident=work.incident)
    return referral, dict(referral.legs.order_by("id").values_list("leg", "occurred_at"))

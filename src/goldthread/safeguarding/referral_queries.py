"""Questions of referrals: what of an incident may leave, which are open, and which of them waits for what next."""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.querysets import one as reached
from goldthread.response.models import Allocation
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.link_models import LinkUse
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.referral_document import IncidentTold, read
from goldthread.safeguarding.referral_kinds import INSTEAD
from goldthread.safeguarding.referral_models import Referral, ReferralChild, ReferralLeg
from goldthread.safeguarding.referral_rules import ChildTold, concerns

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.safeguarding.referral_kinds import Kind

ABOUT, SEES = "referral", "referral.see"
SHOWS = [("open", "Open"), ("over", "Over their time"), ("all", "All")]


def told(incident: Incident) -> IncidentTold:
    """What of an incident may leave, as its record stands now."""
    newest = {one.kind: one for one in incident.particulars.select_related("text").order_by("id")}
    arrived = Allocation.objects.filter(incident=incident, arrived_at__isnull=False).order_by("arrived_at").first()

    def text(kind: str) -> str:
        return newest[kind].text.shown() if kind in newest else ""

    return IncidentTold(
        came_at=incident.contacted_at or incident.opened_at,
        place=incident.location.shown() if incident.location is not None else "",
        attended_at=arrived.arrived_at if arrived is not None else None,
        caller=text("caller_name"),
        caller_phone=text("caller_phone"),
        children=tuple(told_of(one) for one in children_of(incident)),
    )


def children_of(incident: Incident) -> list[ChildVersion]:
    """Each child's newest version, in the order first recorded."""
    newest: dict[uuid.UUID, ChildVersion] = {}
    for version in incident.child_versions.select_related("particulars").order_by("id"):
        newest[version.child] = version
    return list(newest.values())


def told_of(version: ChildVersion) -> ChildTold:
    """What of a child may leave."""
    if version.particulars.erased_at is not None:
        return ChildTold(str(version.child), age=version.age, estimated=version.age_estimated, erased=True)
    facts: dict[str, str] = json.loads(version.particulars.text)
    last_seen = ", ".join(filter(None, (facts["last_seen_by"], facts.get("last_seen_when", ""))))
    return ChildTold(
        str(version.child),
        "" if facts["name"] == "unknown" else facts["name"],
        version.age,
        version.age_estimated,
        facts.get("born", ""),
        facts["where_now"],
        last_seen,
        version.get_seen_display(),
    )


def one(user: Staff, referral_id: uuid.UUID) -> Referral | None:
    """A referral with all that its page shows; None where it is out of this person's reach."""
    found = Referral.objects.filter(pk=referral_id)
    held = found.select_related(
        "incident", "partner", "contact", "made_by", "document", "concern", "withdrawn_by", "withdrawn_why"
    ).first()
    return held if held is not None and reached(user, SEES, held.incident_id) is not None else None


def of_incident(incident: Incident) -> QuerySet[Any]:
    """An incident's referrals in their order, each with ``last_leg`` and ``next_due``."""
    return _placed(Referral.objects.filter(incident=incident)).select_related("partner").order_by("number")


def listed(user: Staff, now: datetime, *, show: str = "open", kind: str = "") -> QuerySet[Any]:
    """Referrals in this person's reach, by the clock that runs out next; those on no clock after them, the oldest first.

    Each with ``last_leg``, ``last_at``, and ``next_rule`` and ``next_due`` where a clock runs. Open is what waits on a clock, or has
    neither an outcome nor an end.
    """
    found = _placed(Referral.objects.visible_to(user))
    if kind:
        found = found.filter(kind=kind)
    if show == "over":
        found = found.filter(next_due__lt=now)
    elif show != "all":
        ended = Exists(ReferralLeg.objects.filter(referral=OuterRef("pk"), leg__in=ENDS))
        running = Clock.objects.filter(about=ABOUT, about_id=Cast(OuterRef("pk"), CharField()), stopped_at__isnull=True)
        found = found.filter(Q(Exists(running)) | ~ended)
    return found.order_by(F("next_due").asc(nulls_last=True), "made_at", "pk")


ENDS = ("withdrawn", "outcome", "fed_back")
"""Legs after which nothing more is waited for, unless a clock says otherwise."""


def _placed(found: QuerySet[Any]) -> QuerySet[Any]:
    clocks = Clock.objects.filter(
        about=ABOUT, about_id=Cast(OuterRef("pk"), CharField()), stopped_at__isnull=True
    ).order_by("due_at", "pk")
    last = ReferralLeg.objects.filter(referral=OuterRef("pk")).order_by("-id")
    placed: QuerySet[Any] = found.annotate(
        next_rule=Subquery(clocks.values("rule")[:1]),
        next_due=Subquery(clocks.values("due_at")[:1]),
        next_known=Subquery(clocks.values("known")[:1]),
        last_leg=Subquery(last.values("leg")[:1]),
        last_at=Subquery(last.values("occurred_at")[:1]),
    )
    return placed


def owed(incident: Incident) -> QuerySet[Clock]:
    """The clocks of referrals that are owed in an incident and not sent."""
    return Clock.objects.filter(incident=incident, about__startswith="owed.", stopped_at__isnull=True).order_by(
        "due_at", "pk"
    )


def untold(incident: Incident, kind: Kind) -> list[ChildVersion]:
    """Children of whom their partner of this kind is owed to be told and no referral tells one; none of a kind that has no ages."""
    if kind.ages is None:
        return []
    known = set(ReferralChild.objects.filter(referral__in=_stand(incident, kind)).values_list("child", flat=True))
    return [one for one in children_of(incident) if concerns(kind, one.age) and one.child not in known]


def all_told(incident: Incident, kind: Kind) -> bool:
    """Whether a referral of this kind stands, and nobody is left to be told of."""
    return _stand(incident, kind).exists() and not untold(incident, kind)


def _stand(incident: Incident, kind: Kind) -> QuerySet[Referral]:
    codes = [kind.code, *(code for code, other in INSTEAD.items() if other == kind.code)]
    return Referral.objects.filter(incident=incident, kind__in=codes, withdrawn_at__isnull=True)


def late(now: datetime) -> dict[uuid.UUID, datetime]:
    """Open incidents with a referral that is over its time, sent or only owed, and since when."""
    running = Clock.objects.filter(stopped_at__isnull=True, due_at__lte=now, incident__closed_at__isnull=True)
    over = running.filter(Q(about=ABOUT) | Q(about__startswith="owed.")).order_by("-due_at")
    return {incident: due for incident, due in over.values_list("incident", "due_at") if incident is not None}


def legs(referral: Referral) -> QuerySet[ReferralLeg]:
    """Its legs in the order recorded."""
    return referral.legs.select_related("by", "words", "contact").order_by("id")


def readers(referral: Referral) -> tuple[list[str], list[PartnerContact]]:
    """Who at the partner knows of it: the names of who answered or was told by telephone, and the contacts whose link showed it
    and who have not answered by it.
    """
    said = referral.legs.exclude(by_name="").order_by("id").values_list("by_name", flat=True)
    uses = LinkUse.objects.filter(link__referral=referral, kind__in=("shown", "file"))
    named = referral.legs.filter(origin="link", contact__isnull=False).values("contact")
    opened = PartnerContact.objects.filter(pk__in=uses.values("link__contact")).exclude(pk__in=named)
    return list(dict.fromkeys(said)), list(opened.order_by("pk"))


def left(referral: Referral) -> dict[str, Any]:
    """The document exactly as it left; empty where it was erased."""
    return read("" if referral.document.erased_at is not None else referral.document.text)

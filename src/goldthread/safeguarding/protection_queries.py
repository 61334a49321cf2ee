"""Which protections there are, whose they are, and what is known of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from goldthread.accounts.models import Staff
from goldthread.contact.models import ChildVersion, Incident
from goldthread.safeguarding.protection_models import ChildMeeting, Protection, ProtectionVersion

if TYPE_CHECKING:
    Pair = tuple[uuid.UUID, uuid.UUID]

SEES = "protection.see"


def in_sight(user: Staff, verb: str = SEES) -> QuerySet[Protection]:
    """Those in incidents that this person's verb reaches."""
    return Protection.objects.filter(incident__in=Incident.objects.reached_by(user, verb))


def listed(user: Staff) -> QuerySet[Protection]:
    """Those that run first, the longest of them first; then the others, the last ended first."""
    found = in_sight(user).select_related("incident")
    return found.order_by(F("ended_at").desc(nulls_first=True), "taken_at", "pk")


def running_in(incident: Incident) -> QuerySet[Protection]:
    """Those that run in an incident, the longest first."""
    return Protection.objects.filter(incident=incident, ended_at__isnull=True).order_by("taken_at")


def newest(held: Protection) -> ProtectionVersion | None:
    """What is known of it now."""
    return ProtectionVersion.objects.filter(protection=held).select_related("words", "by").order_by("-version").first()


def newest_of(held: Iterable[Protection]) -> dict[int, ProtectionVersion]:
    """What is known now of each, by its identity."""
    found = ProtectionVersion.objects.filter(protection__in=[one.pk for one in held]).select_related("words")
    rows = found.order_by("protection", "-version").distinct("protection")
    return {one.protection_id: one for one in rows}


def meetings(incident: uuid.UUID, child: uuid.UUID) -> QuerySet[ChildMeeting]:
    """Strategy discussions and conferences about a child, newest first."""
    found = ChildMeeting.objects.filter(incident=incident, child=child).select_related("who", "words", "by")
    return found.order_by("-held_at", "-pk")


def children(pairs: Iterable[Pair]) -> dict[Pair, ChildVersion]:
    """What is known now of children, by incident and child."""
    wanted = set(pairs)
    rows = ChildVersion.objects.filter(
        incident__in={incident for incident, _ in wanted}, child__in={child for _, child in wanted}
    )
    found = rows.select_related("particulars").order_by("incident", "child", "-version").distinct("incident", "child")
    return {(one.incident_id, one.child): one for one in found}


def officer_called(name: str) -> int | None:
    """The account of the one member of staff whose user name or name this is; None for nobody, or for more than one."""
    plain = " ".join(name.split())
    found = list(
        Staff.objects.filter(Q(username__iexact=plain) | Q(name__iexact=plain)).values_list("pk", flat=True)[:2]
    )
    return found[0] if len(found) == 1 else None

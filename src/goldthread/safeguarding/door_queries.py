"""What was answered at the door, and which visits still owe it: the one meaning of *child seen, not answered*."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from goldthread.accounts.models import Staff
from goldthread.contact.models import ChildVersion, Incident, Involvement
from goldthread.contact.querysets import of_incident
from goldthread.response.models import Allocation
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_rules import REPORTS

VERB = "door.answer"
WORDS = ("why_not_seen", "why_not_alone", "showed")
VISIT_WORDS = ("no_child_why", "home", "other", "ppn_why")


def visits(incident: Incident) -> QuerySet[Allocation]:
    """Every time a unit was sent there, newest first, turned back on the way or not."""
    return Allocation.objects.filter(incident=incident).select_related("unit").order_by("-id")


def mine(user: Staff, incident: Incident) -> Allocation | None:
    """The visit that this person's page is about: their own unit's newest, else the newest at which somebody arrived, else the newest."""
    found = list(visits(incident))
    own = set(user.units.values_list("pk", flat=True))
    first = sorted(found, key=lambda one: (one.unit_id not in own, one.arrived_at is None))
    return first[0] if first else None


@of_incident
def _answers(incident: Incident) -> QuerySet[DoorAnswer]:
    found = DoorAnswer.objects.filter(incident=incident)
    told = found.select_related("by", "told_by", *(f"{one}__text__erasure" for one in WORDS))
    return told.order_by("seen_at", "version")


def answers(incident: Incident) -> dict[tuple[int, UUID], DoorAnswer]:
    """What holds of each child, by visit and child: what was seen last, in whatever order it arrived."""
    return {(one.visit_id, one.child): one for one in _answers(incident)}


@of_incident
def _wholes(incident: Incident) -> QuerySet[DoorVisit]:
    found = DoorVisit.objects.filter(visit__incident=incident).select_related(
        "by", "told_by", "ppn_reference__erasure", *(f"{one}__text__erasure" for one in VISIT_WORDS)
    )
    return found.order_by("version")


def wholes(incident: Incident) -> dict[int, DoorVisit]:
    """What holds of each visit as a whole."""
    return {one.visit_id: one for one in _wholes(incident)}


def sent_there(incident: Incident) -> QuerySet[Staff]:
    """Who was sent there, by name."""
    found = Staff.objects.filter(involvements__incident=incident, involvements__part="attending", is_active=True)
    return found.order_by("name", "pk")


def said_anew() -> QuerySet[Any]:
    """Versions of children that say whether the child has been seen, each with ``since``: of when that is.

    One from the door is of when the officer saw it, however late it came. One that adds something else to what stood says nothing of it:
    a form brings along what stands.
    """
    door = DoorAnswer.objects.filter(incident=OuterRef("incident"), child=OuterRef("child"), at=OuterRef("at"))
    stood = ChildVersion.objects.filter(
        incident=OuterRef("incident"),
        child=OuterRef("child"),
        version=OuterRef("version") - 1,
        seen=OuterRef("seen"),
    )
    found = ChildVersion.objects.annotate(door_at=Subquery(door.values("seen_at")[:1]))
    return found.filter(Q(door_at__isnull=False) | ~Exists(stood)).annotate(since=Coalesce("door_at", "at"))


def owing(found: QuerySet[Allocation]) -> QuerySet[Allocation]:
    """Of these visits, those that arrived where a child is or may be involved and *child seen* is not answered for every child on
    record; where none is, whether there is one. What was said anew of a child, of after the unit arrived, is an answer as well.
    """
    answered = DoorAnswer.objects.filter(visit=OuterRef(OuterRef("pk")), child=OuterRef("child"))
    told = said_anew().filter(
        incident=OuterRef("incident"), child=OuterRef("child"), since__gte=OuterRef(OuterRef("arrived_at"))
    ).exclude(seen="not_known")  # fmt: skip
    children = ChildVersion.objects.filter(incident=OuterRef("incident"))
    nobody = DoorVisit.objects.filter(visit=OuterRef("pk")).exclude(no_child="")
    return found.filter(arrived_at__isnull=False).exclude(incident__child="none").filter(
        Exists(children.filter(~Exists(answered), ~Exists(told))) | (~Exists(children) & ~Exists(nobody))
    )  # fmt: skip


@of_incident
def owing_in(incident: Incident) -> QuerySet[Allocation, int]:
    """The numbers of an incident's visits that still owe it."""
    return owing(visits(incident)).values_list("pk", flat=True)


def owes(visit: Allocation) -> bool:
    """Whether this visit still owes it."""
    return owing(Allocation.objects.filter(pk=visit.pk)).exists()


def owes_ppn(visit: Allocation) -> bool:
    """Whether a PPN is still to come: of a child on record where this unit arrived nothing was said of one, here or on a visit since;
    or what was said here is *not yet*.
    """
    own = wholes(visit.incident).get(visit.pk)
    if own is not None and own.ppn:
        return own.ppn == "not_yet"
    if visit.arrived_at is None or not visit.incident.child_versions.exists():
        return False
    said = DoorVisit.objects.filter(visit__incident=visit.incident_id, seen_at__gte=visit.arrived_at)
    return not said.exclude(ppn="").exists()


def waiting(user: Staff, now: datetime) -> QuerySet[Allocation]:
    """Visits of this person, and a sergeant's of their team, in open incidents that owe it, the longest there first.

    A unit is there still, or left within the time in which its officers answer, or its clock runs. Others find the clock.
    """
    running = Clock.objects.filter(about="visit", stopped_at__isnull=True, about_id=Cast(OuterRef("pk"), CharField()))
    sent = Q(staff__team=user.team_id) if "crew" in user.seat.scopes(VERB) else Q(staff=user)
    theirs = Involvement.objects.filter(sent, incident=OuterRef("pk"), part="attending")
    reached = Incident.objects.open().reached_by(user, VERB).filter(Exists(theirs))
    found = Allocation.objects.filter(incident__in=reached)
    recent = Q(left_at__isnull=True) | Q(left_at__gte=now - REPORTS) | Exists(running)
    return owing(found.filter(recent)).select_related("unit", "incident__location").order_by("arrived_at", "pk")

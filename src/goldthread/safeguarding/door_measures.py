"""Measures of the door: whether the children on record where somebody attended were seen, heard alone, and answered for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from goldthread.contact.models import ChildVersion, Incident
from goldthread.measures.registry import Measure, register
from goldthread.response.models import Allocation
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.door_models import DoorAnswer

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
HEARD = ("yes", "too_young")


def _attended(since: datetime, until: datetime) -> QuerySet[Any]:
    """Incidents opened in the window that a unit has left after arriving, with a child on record."""
    over = Allocation.objects.filter(incident=OuterRef("pk"), arrived_at__isnull=False, left_at__isnull=False)
    found = Incident.objects.filter(opened_at__gte=since, opened_at__lt=until)
    return found.filter(Exists(over), Exists(ChildVersion.objects.filter(incident=OuterRef("pk"))))


def _without(answered: QuerySet[Any]) -> Exists:
    """That some child on record has no such answer of any visit."""
    found = answered.filter(incident=OuterRef("incident"), child=OuterRef("child"))
    return Exists(ChildVersion.objects.filter(incident=OuterRef("pk")).filter(~Exists(found)))


def seen(since: datetime, until: datetime) -> Pair:
    """Attended incidents with a child on record; of them those in which each child was seen at the door."""
    found = _attended(since, until)
    return found, found.filter(~_without(DoorAnswer.objects.filter(seen="yes")))


def heard(since: datetime, until: datetime) -> Pair:
    """Attended incidents with a child on record; of them those in which each was seen and spoken to alone, or too young for it."""
    found = _attended(since, until)
    return found, found.filter(~_without(DoorAnswer.objects.filter(seen="yes", alone__in=HEARD)))


def answered(since: datetime, until: datetime) -> Pair:
    """Attended incidents with a child on record; of them those in which no sergeant had to be told that nobody had answered."""
    found = _attended(since, until)
    told = Clock.objects.filter(incident=OuterRef("pk"), rule="door", told__gt=0)
    return found, found.filter(~Exists(told))


def register_all() -> None:
    """Register them; called once at start."""
    of = "Of incidents with a child on record that a unit attended and left,"
    for code, name, definition, cases in [
        ("door-seen", "Every child seen at the door", f"{of} the share in which every child on record was seen by an officer.", seen),
        (
            "door-alone", "Every child spoken to alone",
            f"{of} the share in which every child on record was seen and spoken to alone, or was too young for it.", heard,
        ),
        (
            "door-answered", "Child seen, answered in time",
            f"{of} the share in which *child seen* was answered before the sergeant was told.", answered,
        ),
    ]:  # fmt: skip
        within = "door-seen" if code == "door-alone" else ""
        register(Measure(code, name, definition, MONTH, "up", cases, within=within))

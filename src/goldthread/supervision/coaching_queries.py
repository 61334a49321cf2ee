"""Questions of coaching: whose notes are whose, whom one may be for, and how many are not opened yet."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.assessment.models import ThriveVersion
from goldthread.audit.models import DatabaseNow
from goldthread.config.prepared import Prepared
from goldthread.contact.models import Entry, Incident
from goldthread.contact.querysets import ANY_ID, of_incident
from goldthread.desk.models import Draft
from goldthread.supervision.coaching_models import CoachingNote
from goldthread.supervision.queries import TYPING

READS, LEAVES = "coaching.read", "coaching.leave"


def receivers(incident: Incident, by: Staff) -> list[Staff]:
    """Whom a note about this incident may be for: who opened or owns it or wrote words or a THRIVE in it, and reads such notes."""
    return [one for one in _hands_in(incident) if one.pk != by.pk]


@of_incident
def _hands_in(incident: Incident) -> QuerySet[Staff]:
    mine = OuterRef("pk")
    held = Incident.objects.filter(Q(opened_by=mine) | Q(owner=mine), pk=incident.pk)
    wrote = Entry.objects.filter(incident=incident, kind="words", author=mine)
    assessed = ThriveVersion.objects.filter(incident=incident, author=mine)
    reading = [code for code, role in roles().items() if role.can(READS)]
    found = Staff.objects.filter(Exists(held) | Exists(wrote) | Exists(assessed), is_active=True, role__in=reading)
    return found.order_by("name", "pk")


def notes_to(user: Staff) -> QuerySet[CoachingNote]:
    """Notes for this person, newest first."""
    return _whole(CoachingNote.objects.filter(to=user))


def notes_by(user: Staff) -> QuerySet[CoachingNote]:
    """Notes that this person left, newest first."""
    return _whole(CoachingNote.objects.filter(by=user))


ANY_STAFF = -940_000_001


@lru_cache(maxsize=1)
def _notes_here() -> Prepared[CoachingNote]:
    return Prepared(notes_by(Staff(pk=ANY_STAFF)).filter(incident=ANY_ID), [ANY_STAFF, ANY_ID])


def notes_here(user: Staff, incident: Incident) -> list[CoachingNote]:
    """Notes that this person left about an incident, newest first."""
    return _notes_here().all(user.pk, incident.pk)


def has_left(user: Staff) -> bool:
    """Whether this person has left any note."""
    return CoachingNote.objects.filter(by=user).exists()


def places(user: Staff, notes: Iterable[CoachingNote]) -> dict[uuid.UUID, str]:
    """For each incident of these notes that this person may open, the route under which they do."""
    pks = {one.incident_id for one in notes}
    seen = Incident.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True)
    reviews = Incident.objects.reached_by(user, "supervision.review").filter(pk__in=pks).values_list("pk", flat=True)
    return dict.fromkeys(seen, "desk:incident") | dict.fromkeys(reviews, "supervision:review")


def unread(user: Staff) -> int:
    """How many notes this person has not opened; none is told while they are on a call, which a number would disturb."""
    on_call = Draft.objects.filter(staff=user, at__gt=DatabaseNow() - TYPING).filter(
        incident__in=Incident.objects.filter(line="speaking", closed_at__isnull=True).values("pk")
    )
    return 0 if on_call.exists() else CoachingNote.objects.filter(to=user, seen__isnull=True).count()


def _whole(found: QuerySet[CoachingNote]) -> QuerySet[CoachingNote]:
    return found.select_related(
        "incident", "entry__text", "good", "better", "to", "by", "seen", "answer__words"
    ).order_by("-id")

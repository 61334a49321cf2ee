"""Where the clocks on a child's markers and raises lead, and whose they are: most of them are of no incident that would say so."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from goldthread.contact.models import Incident
from goldthread.safeguarding import clock_views
from goldthread.safeguarding.child_models import ChildMarker, ChildRaise, ChildTie
from goldthread.safeguarding.child_presenters import titles

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


def register_all() -> None:
    """Register all; called once at start."""
    clock_views.PLACES.update(
        child_marker=("safeguarding:child_marker", lambda user: _seen(user, ChildMarker.objects.all())),
        child_raise=("safeguarding:child_raise", lambda user: _seen(user, ChildRaise.objects.all())),
    )
    clock_views.CALLED.update(child_marker=_marked, child_raise=_raised)


def _seen(user: Staff, found: QuerySet[Any]) -> QuerySet[Any]:
    """Those of a child of an incident that this person sees; whose record it is by now says ``clock_views.CALLED``."""
    reach = Incident.objects.reached_by(user, "child.see")
    return found.filter(Exists(ChildTie.objects.filter(record=OuterRef("record"), incident__in=reach)))


def _marked(user: Staff, ids: Collection[str]) -> dict[str, tuple[uuid.UUID, str]]:
    return _called(user, dict(ChildMarker.objects.filter(pk__in=ids).values_list("pk", "record")))


def _raised(user: Staff, ids: Collection[str]) -> dict[str, tuple[uuid.UUID, str]]:
    return _called(user, dict(ChildRaise.objects.filter(pk__in=ids).values_list("pk", "record")))


def _called(user: Staff, records: dict[int, uuid.UUID]) -> dict[str, tuple[uuid.UUID, str]]:
    found = titles(user, set(records.values()))
    return {str(pk): found[record] for pk, record in records.items() if record in found}

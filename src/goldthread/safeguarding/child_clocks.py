"""Where the clocks on a child's markers and raises lead, and whose they are: most of them are of no incident that would say so."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from goldthread.safeguarding import clock_views
from goldthread.safeguarding.child_models import ChildMarker, ChildRaise
from goldthread.safeguarding.child_presenters import titles

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


def register_all() -> None:
    """Register all; called once at start. Whose record it is by now, and so whether it is in sight, says ``CALLED`` alone."""
    clock_views.PLACES.update(
        child_marker=("safeguarding:child_marker", lambda _user: ChildMarker.objects.all()),
        child_raise=("safeguarding:child_raise", lambda _user: ChildRaise.objects.all()),
    )
    clock_views.CALLED.update(child_marker=_marked, child_raise=_raised)


def _marked(user: Staff, ids: Collection[str]) -> dict[str, tuple[uuid.UUID, str]]:
    return _called(user, dict(ChildMarker.objects.filter(pk__in=ids).values_list("pk", "record")))


def _raised(user: Staff, ids: Collection[str]) -> dict[str, tuple[uuid.UUID, str]]:
    return _called(user, dict(ChildRaise.objects.filter(pk__in=ids).values_list("pk", "record")))


def _called(user: Staff, records: dict[int, uuid.UUID]) -> dict[str, tuple[uuid.UUID, str]]:
    found = titles(user, set(records.values()))
    return {str(pk): found[record] for pk, record in records.items() if record in found}

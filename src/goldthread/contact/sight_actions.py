"""Opening records for a reason: those who answer for the force see none by their role, and the few behind a figure when they say why."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.choices import SIGHT_REASONS
from goldthread.contact.models import Incident
from goldthread.contact.querysets import LASTS
from goldthread.contact.sight_models import SightReason
from goldthread.measures.queries import cases

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.measures.registry import Measure

OPENS = "sight.reason"
MOST = 100
"""Records that one reason opens *(ours)*: so many somebody may read, and more is another question."""


def open_behind(user: Staff, one: Measure, which: str, now: datetime, *, reason: str) -> int:
    """Open the newest incidents behind one number of a measure, ``MOST`` at most; how many were not open before. Raises as ``open_for``."""
    newest = cases(one, now, which).order_by("-opened_at").values_list("pk", flat=True)[:MOST]
    return open_for(user, list(newest), reason=reason, measure=one.code, which=which)


def open_for(user: Staff, incidents: Collection[uuid.UUID], *, reason: str, measure: str, which: str) -> int:
    """Open these incidents' records to this person for twelve hours; how many were not open to them before.

    ``measure`` and ``which`` say behind which number they stand. The reason stands in the audit with every incident it opened. Raises
    ``Refused`` without the verb, ``Invalid`` without a reason of the list, for none, or for more than ``MOST``.
    """
    with acting(user) as act:
        if not user.can(OPENS):
            raise Refused(f"Your role, {user.seat.name}, may not do this.")
        if reason not in dict(SIGHT_REASONS):
            raise Invalid({"reason": "Say why you open these records. Nothing was opened."})
        if not 0 < len(incidents) <= MOST:
            raise Invalid({"reason": f"One reason opens from 1 to {MOST} records, and these are {len(incidents)}. Nothing was opened."})  # fmt: skip
        open_now = set(Incident.objects.visible_to(user).filter(pk__in=incidents).values_list("pk", flat=True))
        fresh = [pk for pk in incidents if pk not in open_now]
        SightReason.objects.bulk_create(
            SightReason(incident_id=pk, staff=user, reason=reason, at=act.now) for pk in fresh
        )
        if fresh:
            act.record(
                "consultation", OPENS, [("incident", str(pk)) for pk in fresh], dict(SIGHT_REASONS)[reason],
                measure=measure, which=which, hours=LASTS.seconds // 3600,
            )  # fmt: skip
    return len(fresh)

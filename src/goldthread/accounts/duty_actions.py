"""The verbs of duty: to begin and to end it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from goldthread.accounts.duty_models import Duty
from goldthread.accounts.events import StaffLeft
from goldthread.config.upward import listen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.contrib.sessions.models import Session

    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting

LONGEST = timedelta(hours=16)
"""After so long a duty was forgotten, and counts as ended: a desk is not staffed by somebody who went home *(ours)*."""


def begin(staff: Staff, act: Acting) -> None:
    """Begin somebody's duty, where none runs; in the transaction of what begins it."""
    if not Duty.objects.filter(staff=staff, ended_at__isnull=True).exists():
        Duty.objects.bulk_create([Duty(staff=staff, began_at=act.now)], ignore_conflicts=True)


def end(staff: Staff, act: Acting, by: str) -> int:
    """End somebody's duty; ``by``: handover, signed out, left, forgotten. Returns how many ran."""
    return Duty.objects.filter(staff=staff, ended_at__isnull=True).update(ended_at=act.now, ended_by=by)


def sign_out(staff: Staff, act: Acting, elsewhere: Iterable[Session]) -> int:
    """End somebody's duty and the browsers they are still signed in at; returns how many duties ran."""
    for session in elsewhere:
        session.delete()
    return end(staff, act, "signed out")


def forget(now: datetime) -> int:
    """End the duties that somebody forgot to; returns how many."""
    found = Duty.objects.filter(ended_at__isnull=True, began_at__lt=now - LONGEST)
    return found.update(ended_at=now, ended_by="forgotten")


@listen(StaffLeft)
def leave(event: StaffLeft) -> None:
    """Whoever has no access any more is not on duty."""
    end(event.staff, event.act, "left")

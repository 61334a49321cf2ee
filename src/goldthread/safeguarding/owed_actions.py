"""What is owed to a kind of partner: it ends once whom it concerns is told of, and goes on where that was withdrawn."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.contact.known import force_day
from goldthread.contact.work import Work, on_incident
from goldthread.safeguarding.clock_actions import start, stop
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.concern_finding import REFERRALS, looks
from goldthread.safeguarding.owed_finding import OWED, find, owed_for
from goldthread.safeguarding.referral_kinds import INSTEAD, kinds_on
from goldthread.safeguarding.referral_queries import all_told

if TYPE_CHECKING:
    from goldthread.safeguarding.referral_kinds import Kind


def owe_due() -> int:
    """Let run what is owed by rule; returns in how many incidents. Safe to run twice, and beside those who owe it by hand."""
    with acting(None) as act:
        kinds = [one for one in kinds_on(force_day(act.now)).kinds.values() if one.cues]
        here, back = looks(act.now, REFERRALS)
    owed: set[uuid.UUID] = set()
    for incident, kind in [(incident, one) for one in kinds for incident in find(one, back)]:
        with on_incident(None, incident, "referral.owe") as work:
            if owed_for(work.incident, kind) and begin(work, kind):
                owed.add(incident)
    here.save()
    return len(owed)


def begin(work: Work, kind: Kind) -> bool:
    """Let the clock run of what is owed to this kind, where none does; whether it began."""
    about = (f"{OWED}{kind.code}", work.incident.pk)
    if running(about).exists():
        return False
    start(work.act, kind.owed, about=about, incident=work.incident, began_at=began(work, kind))
    work.event("referral.owed", kind=kind.code)
    work.act.record("collection", "referral.owe", [("incident", str(work.incident.pk))], kind=kind.code)
    return True


def began(work: Work, kind: Kind) -> datetime | None:
    """When the time begins by which it must be told: with what happened, or None for now."""
    came = work.incident.contacted_at or work.incident.opened_at
    return min(came, work.now) if kind.lessons else None


def end_told(work: Work, kind: str) -> None:
    """End what is owed to partners of this kind, or of the one that it stands in for, where nobody is left to be told of."""
    for one in _for(work, kind):
        if all_told(work.incident, one):
            stop(work.act, (f"{OWED}{one.code}", work.incident.pk), "sent", by=work.user)


def resume(work: Work, kind: str) -> None:
    """Let what was owed to them run again from when it began, where the referral that ended it is withdrawn and no other does."""
    for one in _for(work, kind):
        clocks = Clock.objects.filter(about=f"{OWED}{one.code}", about_id=str(work.incident.pk))
        last = clocks.order_by("-pk").first()
        if last is not None and last.because == "sent" and not all_told(work.incident, one):
            start(
                work.act, last.rule, about=(last.about, last.about_id), incident=work.incident, began_at=last.began_at
            )
            work.event("referral.owed", kind=one.code)


def _for(work: Work, kind: str) -> list[Kind]:
    held = kinds_on(force_day(work.now)).kinds
    return [held[code] for code in (kind, INSTEAD.get(kind, "")) if code in held]

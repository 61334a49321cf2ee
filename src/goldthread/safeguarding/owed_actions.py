"""What is owed to a kind of partner: it ends once whom it concerns is told of, and goes on where that was withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldthread.contact.known import force_day
from goldthread.safeguarding.clock_actions import start, stop
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.referral_kinds import INSTEAD, kinds_on
from goldthread.safeguarding.referral_queries import all_told

if TYPE_CHECKING:
    from goldthread.contact.work import Work
    from goldthread.safeguarding.referral_kinds import Kind

OWED = "owed."


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

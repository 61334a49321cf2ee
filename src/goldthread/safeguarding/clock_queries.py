"""Which clocks run, and which of them stand told to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from goldthread.accounts.roles import roles
from goldthread.contact.models import Incident
from goldthread.contact.querysets import of_incident
from goldthread.safeguarding.clock_models import Clock, ClockStep

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


WIDE = frozenset({"child", "all"})
"""Scopes that are force-wide: whoever has one is told by name of every clock that told their role, wherever it runs."""


def running(about: tuple[str, object]) -> QuerySet[Clock]:
    """The clocks that run on a thing, the next to run out first."""
    return Clock.objects.filter(about=about[0], about_id=str(about[1]), stopped_at__isnull=True).order_by("due_at")


def running_in(incident: Incident) -> QuerySet[Clock]:
    """The clocks that run in an incident, whatever they are on, the next to run out first."""
    return Clock.objects.filter(incident=incident, stopped_at__isnull=True).order_by("due_at", "pk")


in_incident = of_incident(running_in)
"""The same, put together once."""


def standing(user: Staff) -> QuerySet[Any]:
    """Clocks that have told this person's role something and still run, in incidents that they may see or at their desk; longest over first.

    Where the role's scope is force-wide, also those out of its sight: else it is told and nobody of it knows. Each with ``told_kind``,
    the last thing that it told them.
    """
    wide = [code for code in user.seat.codes if roles()[code].scope("clock.see") in WIDE]
    named = ClockStep.objects.filter(clock=OuterRef("pk"), to__in=wide)
    mine = ClockStep.objects.filter(clock=OuterRef("pk"), to__in=user.seat.codes).order_by("-number")
    seen = Incident.objects.reached_by(user, "clock.see")
    found = Clock.objects.filter(stopped_at__isnull=True).annotate(told_kind=Subquery(mine.values("kind")[:1]))
    return (
        found.filter(told_kind__isnull=False)
        .filter(Q(incident__in=seen) | Q(incident__isnull=True) | Q(team=user.team_id) | Q(Exists(named)))
        .select_related("incident", "team")
        .order_by("due_at", "pk")
    )


def counted(user: Staff) -> dict[str, int]:
    """How many stand told to this person, and how many of these have run out."""
    found = standing(user)
    return {"count": found.count(), "over": found.exclude(told_kind="warn").count()}

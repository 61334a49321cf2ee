"""Questions about messages: what came today by system, what waits, what could not be read, what was done outside the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from goldthread.clocks.local import LONDON
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.integration.message_models import IncidentSystem, Message, MessageGap, MessageQuerySet
from goldthread.integration.message_rules import limits, off_by
from goldthread.response.models import Alarm

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

LISTS = {
    "wanting": "Not read, not placed",
    "waiting": "Waiting",
    "outside": "Outside the rule",
    "gaps": "Missing",
    "all": "Today",
}
"""The lists of the page, by code."""
MOST_SYSTEMS = 200
"""Systems told one by one; a force has a handful *(ours)*."""


@dataclass(frozen=True)
class SystemToday:
    """A system and what came of it since the day began. ``silent``: nothing for longer than it may be, of one still in use.

    ``off`` in seconds, see ``off_by``.
    """

    code: str
    desk: str
    last_at: datetime | None
    silent: bool
    off: int
    new: int
    repeated: int
    waiting: int
    unreadable: int
    other: int


def day_began(now: datetime) -> datetime:
    """When the force's day began."""
    return datetime.combine(force_day(now), time(), LONDON)


def systems(user: Staff, now: datetime) -> list[SystemToday]:
    """Every system in this person's sight, the one that sent last first; what never sent stands last."""
    found = IncidentSystem.objects.select_related("desk")
    if "all" not in user.seat.scopes("messages.see"):
        found = found.filter(desk=user.team_id)
    codes = [one.code for one in found[:MOST_SYSTEMS]]
    today = Message.objects.filter(system__in=codes, received_at__gte=day_began(now)).order_by().values("system")
    counts = {row["system"]: row for row in today.annotate(
        **{name: Count("pk", filter=Q(became=name)) for name in ("new", "repeated", "unreadable", "other")}
    )}  # fmt: skip
    waiting = dict(Message.objects.waiting().filter(system__in=codes).order_by().values_list("system")
                   .annotate(Count("pk")))  # fmt: skip
    made = []
    for one in found[:MOST_SYSTEMS]:
        last = Message.objects.filter(system=one.code).order_by("-pk").first()
        row: dict[str, Any] = counts.get(one.code, {})
        made.append(
            SystemToday(
                code=one.code,
                desk=one.desk.name,
                last_at=last.received_at if last else None,
                silent=last is not None and limits().silent < now - last.received_at < limits().unused,
                off=off_by(last.told_at, last.received_at, limits().clock) if last and last.told_at else 0,
                waiting=waiting.get(one.code, 0),
                **{name: row.get(name, 0) for name in ("new", "repeated", "unreadable", "other")},
            )
        )
    return sorted(made, key=lambda one: one.last_at or one_long_ago(now), reverse=True)


def one_long_ago(now: datetime) -> datetime:
    """Before anything came."""
    return now.replace(year=1970)


def listed(user: Staff, show: str, now: datetime) -> MessageQuerySet:
    """The messages of a list, those in which a risk to a child was read first, then the newest."""
    found = Message.objects.visible_to(user)
    match show:
        case "waiting":
            found = found.waiting()
        case "wanting":
            found = found.wanting()
        case _:
            found = found.filter(received_at__gte=day_began(now))
    order = ("-pk",) if show == "all" else ("-at_risk", "-pk")
    rows: MessageQuerySet = found.select_related("about__incident", "placed", "settled__by").order_by(*order)
    return rows


def outside(user: Staff) -> QuerySet[Alarm]:
    """What another system did outside the rule and nobody senior has looked at since, in incidents that this person may see.

    Who sees every message sees how many there are, not whose.
    """
    alarms = Alarm.objects.filter(kind="outside", ended_at__isnull=True)
    if "all" in user.seat.scopes("messages.see") and not user.can("incident.see"):
        return alarms.select_related("incident").order_by("-due_at", "-pk")
    mine = Incident.objects.in_scope(user, "incident.see").filter(pk=OuterRef("incident"))
    return alarms.filter(Exists(mine)).select_related("incident").order_by("-due_at", "-pk")


def gaps(user: Staff) -> QuerySet[MessageGap]:
    """Numbers that were waited for and given up, and of which none has come since; the newest first."""
    came = Message.objects.filter(
        about=OuterRef("about"), became="new", number__gte=OuterRef("first"), number__lte=OuterRef("last")
    )
    found = MessageGap.objects.filter(~Exists(came)).select_related("about__incident", "about__system")
    if "all" not in user.seat.scopes("messages.see"):
        found = found.filter(about__system__desk=user.team_id)
    return found.order_by("-pk")


def counts(user: Staff, now: datetime) -> dict[str, int]:
    """How many stand in each list."""
    return {
        "wanting": Message.objects.visible_to(user).wanting().count(),
        "waiting": Message.objects.visible_to(user).waiting().count(),
        "outside": outside(user).count(),
        "gaps": gaps(user).count(),
        "all": Message.objects.visible_to(user).filter(received_at__gte=day_began(now)).count(),
    }


def counted(user: Staff, now: datetime) -> dict[str, int]:
    """What the navigation shows: what wants somebody, and of that what is late: a risk read in it, a gap, a system gone silent."""
    wanting = Message.objects.visible_to(user).wanting()
    risky = (
        wanting.filter(at_risk=True).count() + Message.objects.visible_to(user).waiting().filter(at_risk=True).count()
    )
    silent = sum(one.silent for one in systems(user, now))
    late = risky + outside(user).count() + gaps(user).count() + silent
    return {"count": late + wanting.filter(at_risk=False).count(), "over": late}


def seen(user: Staff, message_id: int) -> Message | None:
    """One message, where this person may open it."""
    found = Message.objects.visible_to(user).filter(pk=message_id)
    one: Message | None = found.select_related("about__incident", "raw__erasure", "placed", "settled__by", "by").first()
    return one


def same_id(message: Message) -> list[Message]:
    """What else came under its id, the oldest first."""
    if not message.external_id:
        return []
    found: Any = Message.objects.filter(system=message.system, external_id=message.external_id).exclude(pk=message.pk)
    return list(found.order_by("pk")[:50])

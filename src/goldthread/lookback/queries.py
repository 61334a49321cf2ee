"""Questions asked of the look-back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from goldthread.accounts.models import Team
from goldthread.lookback.found import Record, record_of
from goldthread.lookback.models import Agreement, Hit, Item, Run
from goldthread.lookback.querysets import ORDER, ItemQuerySet

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CHUNK = 1_000
SHOWN = ("open", "waiting", "owed", "decided", "all")


def known_records(references: Sequence[str], but_for: str) -> dict[Record, int]:
    """For each record elsewhere with one of these references the highest severity of its hits; those of the run ``but_for`` aside."""
    found: dict[Record, int] = {}
    wanted = list(dict.fromkeys(references))
    for at in range(0, len(wanted), CHUNK):
        hits = Hit.objects.filter(incident=None, reference__in=wanted[at : at + CHUNK]).exclude(
            run__source_hash=but_for
        )
        for reference, received_at, severity in hits.values_list("reference", "received_at", "severity"):
            record = record_of(reference, received_at)
            found[record] = max(found.get(record, 0), severity)
    return found


def newest_agreement(team: Team) -> Agreement | None:
    """How many items this team decides in a day, and who agreed to it; None where it never had a run."""
    return Agreement.objects.filter(team=team).select_related("by").order_by("-id").first()


def run_of(source_hash: str) -> Run | None:
    """The run that was made of this source."""
    return Run.objects.filter(source_hash=source_hash).select_related("team", "agreed_by").first()


def desks() -> list[Team]:
    """The teams to whose desk an item can be handed as VAST: those in which a VAST officer works."""
    return list(Team.objects.filter(staff__role="vast_officer", staff__is_active=True).distinct().order_by("name"))


def listed(user: Staff, show: str, at: datetime, reference: str = "") -> ItemQuerySet:
    """The items of one list in this person's sight, highest risk first; a ``reference`` searches all of them."""
    seen = Item.objects.visible_to(user)
    if reference:
        spelled = {
            reference,
            reference.upper(),
            reference.lower(),
        }  # found by the index, as none would be by any spelling
        return seen.filter(hit__reference__in=spelled).order_by(*ORDER)
    match show:
        case "waiting":
            return seen.waiting(at).order_by("release_at", *ORDER)
        case "owed":
            return seen.outcome_owed().order_by("outcome_due_at", *ORDER)
        case "decided":
            return seen.decided().order_by("-decided_at", "pk")
        case "all":
            return seen.order_by(*ORDER)
        case _:
            return seen.released(at).order_by(*ORDER)


def whole(user: Staff, keys: Sequence[uuid.UUID]) -> list[Any]:
    """These items with what a list shows of them, in this order: found after the ordering, which so sorts keys and no words."""
    found = Item.objects.visible_to(user).select_related("hit__run", "owner", "owner_team").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def counts(user: Staff, at: datetime) -> dict[str, int]:
    """How many stand in each list, and how many are past their time."""
    seen = Item.objects.visible_to(user).order_by()
    found: dict[str, int] = seen.aggregate(
        open=Count("pk", filter=Q(state="open", release_at__lte=at)),
        waiting=Count("pk", filter=Q(state="open", release_at__gt=at)),
        owed=Count("pk", filter=Q(state="decided", outcome="", outcome_due_at__isnull=False)),
        decided=Count("pk", filter=Q(state="decided")),
        all=Count("pk"),
    )
    found["over"] = seen.overdue(at).count()
    return found


def counted(user: Staff, at: datetime) -> dict[str, int]:
    """How many items want a decision or an outcome, and how many of them are past their time: for the navigation."""
    seen = Item.objects.visible_to(user)
    return {"count": seen.owed(at).count(), "over": seen.overdue(at).count()}


def after(user: Staff, item: Item, at: datetime) -> Item | None:
    """The item to decide after this one: the next in rank, or the first of all; None where there is no other."""
    others = listed(user, "open", at).exclude(pk=item.pk)
    later = (
        Q(severity__lt=item.severity)
        | Q(severity=item.severity, probability__lt=item.probability)
        | Q(severity=item.severity, probability=item.probability, due_at__gt=item.due_at)
        | Q(severity=item.severity, probability=item.probability, due_at=item.due_at, pk__gt=item.pk)
    )
    found: Item | None = others.filter(later).first() or others.first()
    return found


def runs(user: Staff) -> list[Any]:
    """The runs of queues in this person's sight, newest first, each with how many of its items are there."""
    seen = Run.objects.select_related("team", "agreed_by").annotate(there=Count("found__item")).order_by("-id")
    if user.seat.scope("lookback.see") == "team":
        seen = seen.filter(team=user.team_id)
    return list(seen[:100])


def teams(user: Staff) -> list[Team]:
    """The teams in this person's sight that ever agreed a capacity, by name."""
    seen = Team.objects.filter(pk__in=Agreement.objects.values("team")).order_by("name")
    return list(seen.filter(pk=user.team_id) if user.seat.scope("lookback.see") == "team" else seen)

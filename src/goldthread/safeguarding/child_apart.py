"""What speaks against two children being one, and what was put on one record while it stood for two."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from goldthread.contact.models import Incident
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding.child_models import ChildApart, ChildMarker, ChildMarkerReview, ChildMerge, ChildTie
from goldthread.safeguarding.child_queries import At
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

AGAIN = "Nothing was changed. If they are one all the same, say why and send it again."


@dataclass(frozen=True)
class Meanwhile:
    """Of a merge that was taken back: the other record, and what was set or tied between. A marker that somebody has reviewed since
    the taking back is left out.
    """

    back: ChildMerge
    other: uuid.UUID
    markers: tuple[tuple[ChildMarker, list[ChildMarkerReview]], ...]
    ties: tuple[ChildTie, ...]


def against(user: Staff, some: Collection[At], others: Collection[At]) -> str:
    """That somebody said of one of these and one of those that they are two children, or that one incident has both; empty for neither.

    Who said so is told, and why where this person sees both incidents.
    """
    mine, theirs = set(some), set(others)
    every = {pk for pk, _ in mine | theirs}
    sees = set(Incident.objects.reached_by(user, "child.tie").filter(pk__in=every).values_list("pk", flat=True))
    said = []
    incidents, children = {pk for pk, _ in mine}, {child for _, child in mine}
    rows = ChildApart.objects.filter(
        Q(incident__in=incidents, child__in=children) | Q(other_incident__in=incidents, other_child__in=children)
    )
    for one in rows.select_related("by", "why").order_by("-id"):
        a, b = (one.incident_id, one.child), (one.other_incident_id, one.other_child)
        if (a in mine and b in theirs) or (b in mine and a in theirs):
            why = f": \u201c{one.why.shown()}\u201d" if one.why is not None and {a[0], b[0]} <= sees else "."
            said.append(f"{one.by.name} said on {clock(one.at)} that they are two children{why}")
            break
    for pk in sorted({pk for pk, _ in mine} & {pk for pk, _ in theirs}):
        two = [at for at in mine | theirs if at[0] == pk]
        if len(two) > 1:
            names = sorted(f"{queries.name_of(one)}, {queries.age_of(one)}" for one in queries.newest(two).values())
            reference = Incident.objects.values_list("reference", flat=True).get(pk=pk)
            said.append(
                f"{reference} has them as two: {'; '.join(names)}."
                if pk in sees
                else "An incident out of your sight has them as two."
            )
            break
    return " ".join([*said, AGAIN]) if said else ""


def meanwhile(inside: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, list[Meanwhile]]:
    """For each record in force, given with everything merged into it: merges taken back, with what was set or tied between."""
    rows = list(
        ChildMerge.objects.filter(Q(gone__in=inside) | Q(into__in=inside))
        .select_related("by")
        .order_by("gone", "number")
    )
    began = {(one.gone_id, one.number): one.at for one in rows}
    found: dict[uuid.UUID, list[Meanwhile]] = defaultdict(list)
    backs = [one for one in rows if not one.merged]
    ends = queries.roots({pk for one in backs for pk in (one.gone_id, one.into_id)}) if backs else {}
    for back in reversed(backs):
        if ends[back.gone_id] == ends[back.into_id]:
            continue
        for mine, other in ((back.gone_id, back.into_id), (back.into_id, back.gone_id)):
            if mine in inside:
                since = began[back.gone_id, back.number - 1]
                found[inside[mine]].append(_between(back, since, ends[mine], ends[other]))
    return found


def _between(back: ChildMerge, since: datetime, root: uuid.UUID, other: uuid.UUID) -> Meanwhile:
    both = queries.members([root, other])
    markers = tuple(
        (one, reviews)
        for one, reviews in queries.markers_on(set(both))
        if since <= one.at <= back.at and not (reviews and reviews[0].at > back.at)
        and not (reviews and reviews[0].outcome == "ended")
    )  # fmt: skip
    ties = queries.standing_ties().filter(record__in=both, at__gte=since, at__lte=back.at)
    return Meanwhile(back, other, markers, tuple(ties.select_related("incident").order_by("-id")))

"""Items whose records belong together: as linking tied them, or as our own incidents were settled.

Our own belong together by the places, numbers and people that their searches were settled on.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.contact.known import standing
from goldthread.lookback.choices import TIES
from goldthread.lookback.found import record_of
from goldthread.lookback.models import Hit, Item, Tie, TieWithdrawal

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

SHARED = {"place": "the same place", "phone": "the same number", "person": "the same person"}
"""What our own incidents may have in common, as the item's page says it."""
MOST = 2_000
"""Others that are looked at for one page, the newest first: a call box or a hospital may have more *(ours)*."""
MOST_WITHDRAWN = 12
"""Ties taken back that one page lists *(ours)*."""
Together = dict[uuid.UUID, dict[uuid.UUID, set[str]]]
"""For each item those it belongs together with, and by what."""


def together(user: Staff, items: Sequence[Item]) -> Together:
    """For each of these items the others in this person's sight that belong with it; six queries however many."""
    found: Together = defaultdict(lambda: defaultdict(set))
    _tied(items, found)
    _settled(items, found)
    others = {other for of in found.values() for other in of}
    seen = Item.objects.visible_to(user).filter(pk__in=others)
    records = {one.pk: _record(one) for one in [*seen.select_related("hit"), *items]}
    visible = set(seen.values_list("pk", flat=True))
    return {
        one: {pk: by for pk, by in of.items() if pk in visible and records[pk] != records[one]}
        for one, of in found.items()
    }


def withdrawn(user: Staff, item: Item) -> list[TieWithdrawal]:
    """The ties of this item's groups that somebody took back, of records in this person's sight, newest first."""
    groups = Tie.objects.filter(item=item).values("mark")
    found = TieWithdrawal.objects.filter(tie__mark__in=groups, tie__item__in=Item.objects.visible_to(user).order_by())
    return list(found.select_related("tie__item__hit", "by", "why__erasure").order_by("-id")[:MOST_WITHDRAWN])


def _record(item: Item) -> object:
    """What an item is about: a record that was read graver later has two."""
    hit = item.hit
    return hit.incident_id or record_of(hit.reference, hit.received_at)


def _tied(items: Sequence[Item], found: Together) -> None:
    marks = defaultdict(set)
    standing_ties = Tie.objects.filter(withdrawal__isnull=True)
    for mark, item, kind in standing_ties.filter(item__in=items).values_list("mark", "item_id", "kind"):
        marks[mark].add((item, kind))
    for mark, other in standing_ties.filter(mark__in=marks).order_by("-id").values_list("mark", "item_id")[:MOST]:
        for item, kind in marks[mark]:
            if other != item:
                found[item][other].add(dict(TIES)[kind])


def _settled(items: Sequence[Item], found: Together) -> None:
    """Our own: incidents of items that were settled on one place, number or person."""
    ours: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for one in items:
        if one.hit.incident_id:
            ours[one.hit.incident_id].append(one.pk)
    if not ours:
        return
    values: dict[str, dict[Any, set[uuid.UUID]]] = {kind: defaultdict(set) for kind in SHARED}
    for row in standing().filter(incident__in=ours).values("incident", *SHARED):
        for kind in SHARED:
            if row[kind] is not None:
                values[kind][row[kind]].update(ours[row["incident"]])
    same = Q()
    for kind, of in values.items():
        same |= Q(**{f"{kind}__in": list(of)}) if of else Q()
    if not same:
        return
    others = standing().filter(same, incident__in=Hit.objects.filter(incident__isnull=False).values("incident"))
    rows = list(others.order_by("-id").values("incident", *SHARED)[:MOST])
    held: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)  # a record read graver later has a second item
    found_in = Item.objects.filter(hit__incident__in={row["incident"] for row in rows})
    for incident, pk in found_in.values_list("hit__incident", "pk"):
        held[incident].append(pk)
    for row in rows:
        for other in held[row["incident"]]:
            for kind, words in SHARED.items():
                for item in values[kind].get(row[kind], ()):
                    if other != item:
                        found[item][other].add(words)

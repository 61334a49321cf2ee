"""What is in the hands of those whose access would end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from goldthread.contact.models import Incident


def owned_by(people: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """The open incidents that each of these people owns, as identity and reference, the oldest first; without whoever owns none.

    Once their owner has no access these are nobody's, and alarm until somebody takes them.
    """
    found = defaultdict(list)
    for owner, key, reference in (
        Incident.objects.open()
        .filter(owner__in=people)
        .order_by("opened_at", "pk")
        .values_list("owner", "pk", "reference")
    ):
        found[owner].append((str(key), reference))
    return dict(found)

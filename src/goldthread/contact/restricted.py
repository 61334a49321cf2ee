"""What is known and restricted: who may see it, and what of it gets through to whoever may not, because it protects life.

People, addresses and markers may be restricted, and so is all that hangs on such a person or address. For those without the verb
nothing of it is there: not in a search, a list, a count or a refusal. Questions of ``known`` and ``search`` leave it out unless they are
told otherwise, so that whoever forgets to ask shows too little.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from goldthread.contact.people_models import Marker, Place, Residence
from goldthread.contact.records_rules import settings
from goldthread.contact.search_rules import typed_place

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

VERB = "known.restricted"
WARNING = "A warning is held here. Ring the intelligence desk before anybody goes."
HIDDEN = Q(restricted=True) | Q(person__restricted=True) | Q(place__restricted=True)
"""Of markers: those that only some may see."""


def sees(user: Staff | None) -> bool:
    """Whether this person may see what is restricted; the system itself may not, for what it writes others read."""
    return user is not None and user.is_active and user.can(VERB)


def living(today: date) -> Q:
    """Of residences: that hold on this day, of people whom their source still holds."""
    return Q(ended_at__isnull=True, person__ended_at__isnull=True) & (Q(until__isnull=True) | Q(until__gt=today))


def markers(today: date, *, restricted: bool) -> QuerySet[Marker]:
    """Markers, orders and flags that stand on this day, with what is shown of them; what is to be looked at again soonest first."""
    standing = Marker.objects.filter(Q(until__isnull=True) | Q(until__gte=today), ended_at__isnull=True)
    if not restricted:
        standing = standing.exclude(restricted=True).exclude(person__restricted=True).exclude(place__restricted=True)
    return standing.select_related("person", "place__street", "words").order_by("review_on", "id")


def warned(today: date, *, places: Collection[int] = (), people: Collection[int] = ()) -> bool:
    """Whether a hidden marker of danger stands on these addresses, on whoever lives there, or on these people."""
    lives = Residence.objects.filter(living(today), place__in=places, person=OuterRef("person"))
    on = Q(place__in=places) | Q(person__in=people) | Q(Exists(lives))
    danger = Marker.objects.filter(HIDDEN, on, kind__in=settings()["safety"], ended_at__isnull=True)
    return danger.filter(Q(until__isnull=True) | Q(until__gte=today)).exists()


def warned_at(typed: str, today: date) -> bool:
    """The same of an address as somebody typed it: a restricted address is found by nobody else, and people go there all the same."""
    asked = typed_place(typed)
    if not asked.street:
        return False
    there = Place.objects.filter(street__plain=asked.street, number__iexact=asked.number)
    found = list(there.values_list("pk", flat=True)[:200])
    return bool(found) and warned(today, places=found)

"""Questions about what is known to an incident: what was settled in it, who lives there, and which incidents share it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.clocks.local import LONDON
from goldthread.contact.models import Entry, Incident
from goldthread.contact.people_models import Lookup, MatterLink, Person, Phone, Place, Residence
from goldthread.contact.restricted import living
from goldthread.contact.search_rules import ADULT

YEAR = timedelta(days=365)
"""How far back repeat contact is looked for (domain rule: 12 months)."""
MONTH = timedelta(days=30)
GROUP = 40
"""Incidents of one matter that are shown together *(ours)*."""
SHARED = 1_000
"""Rows of other incidents with the same place, number or person that are looked at, newest first *(ours)*."""


def force_day(at: datetime) -> date:
    """The day it is for the force, by which ages are told."""
    return at.astimezone(LONDON).date()


@dataclass(frozen=True)
class Settled:
    """What an incident's searches were settled on, and the newest row of each kind, absent where not searched."""

    newest: dict[str, Lookup]
    place: Place | None = None
    phone: Phone | None = None
    people: list[Person] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether there is something by which other incidents could be found."""
        return bool(self.place or self.phone or self.people)


def standing(*, restricted: bool = False) -> QuerySet[Lookup]:
    """Lookups that stand on something and were not replaced or withdrawn since; on something restricted only where told so."""
    later = Lookup.objects.filter(incident=OuterRef("incident"), kind=OuterRef("kind"), pk__gt=OuterRef("pk"))
    replaced = later.filter(~Q(kind="person") | Q(person=OuterRef("person")))
    on_something = Q(place__isnull=False) | Q(phone__isnull=False) | Q(person__isnull=False)
    found = Lookup.objects.filter(on_something).exclude(outcome="withdrawn").filter(~Exists(replaced))
    if restricted:
        return found
    # Few are restricted: each set is built once for a query, and looked up in memory for each row.
    hidden = Person.objects.filter(restricted=True), Place.objects.filter(restricted=True)
    return found.exclude(person__in=hidden[0].values("pk")).exclude(place__in=hidden[1].values("pk"))


def settled(incident: Incident, *, restricted: bool = False) -> Settled:
    """What stands on this incident; a search that led to something restricted only where told so, else it was never made."""
    every = (
        Lookup.objects.filter(incident=incident)
        .select_related("place__street", "phone", "person", "typed", "by")
        .order_by("id")
    )
    rows = [one for one in every if restricted or not _hidden(one)]
    newest: dict[str, Lookup] = {row.kind: row for row in rows}
    place, phone = newest.get("place"), newest.get("phone")
    people: dict[int, Person] = {}
    for row in rows:
        if row.person is None:
            continue
        people.pop(row.person.pk, None)
        if row.outcome == "settled":
            people[row.person.pk] = row.person
    return Settled(
        newest,
        place.place if place is not None and place.outcome != "withdrawn" else None,
        phone.phone if phone is not None and phone.outcome != "withdrawn" else None,
        list(people.values()),
    )


def _hidden(row: Lookup) -> bool:
    return any(one is not None and one.restricted for one in (row.person, row.place))


def residents(places: list[int], today: date, *, restricted: bool = False) -> QuerySet[Residence]:
    """Who lives at these addresses on this day, as far as is known; youngest first, unknown ages before all."""
    lives = Residence.objects.filter(living(today), place__in=places)
    if not restricted:
        lives = lives.filter(person__restricted=False)
    return lives.select_related("person", "place__street").order_by(F("person__born").desc(nulls_first=True), "id")


def child_born_after(today: date) -> date:
    """Whoever was born after this day is a child today."""
    try:
        return today.replace(year=today.year - ADULT)
    except ValueError:  # 29 February
        return today.replace(year=today.year - ADULT, day=28)


CHILD_FOUND: list[str] = []
"""Codes of timeline lines by which apps above say that somebody found a child."""


def children_known(incident: Incident, today: date) -> bool:
    """Whether a child is known to live at the settled address, somebody of unknown age being one, or was found since."""
    if Entry.objects.filter(incident=incident, code__in=CHILD_FOUND).exists():
        return True
    child = Q(person__born__gt=child_born_after(today)) | Q(person__born__isnull=True)
    at = standing().filter(incident=incident, kind="place").values("place")
    lives = Residence.objects.filter(living(today), place__in=at, person__restricted=False)
    return lives.filter(child).exists()


class Shared(NamedTuple):
    """That another incident stands on the same thing: ``kind`` says which, ``person`` who where it is a person."""

    incident: uuid.UUID
    kind: str
    person: int | None


def shared(held: Settled, incident: Incident, since: datetime) -> list[Shared]:
    """Other incidents opened since then that stand on the same place, number or person, newest first."""
    same = _same(held)
    if same is None:
        return []
    rows = standing(restricted=True).filter(same, incident__opened_at__gte=since).exclude(incident=incident)
    newest = rows.order_by("-incident__opened_at", "-id").values_list("incident", "kind", "person")
    return [Shared(*row) for row in newest[:SHARED]]


def shares(held: Settled, incident: Incident, other: uuid.UUID) -> bool:
    """Whether the other incident has the same place, number or person, however old it is."""
    same = _same(held)
    return (
        same is not None and standing(restricted=True).filter(same, incident=other).exclude(incident=incident).exists()
    )


def group_of(incident: Incident) -> list[uuid.UUID]:
    """The other incidents linked to this one as the same matter, over as many links as it takes; nearest first."""
    found: dict[uuid.UUID, None] = {incident.pk: None}
    edge = [incident.pk]
    while edge and len(found) <= GROUP:
        reached: dict[uuid.UUID, None] = {}
        for first, second in linked_pairs(edge):
            reached |= {pk: None for pk in (first, second) if pk not in found}
        found |= reached
        edge = list(reached)
    return [pk for pk in found if pk != incident.pk][:GROUP]


def linked_pairs(incidents: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """The standing links of any of these incidents with another as the same matter."""
    rows = MatterLink.objects.filter(Q(first__in=incidents) | Q(second__in=incidents)).order_by("id")
    newest = {(one.first_id, one.second_id): one.linked for one in rows}
    return [pair for pair, linked in newest.items() if linked]


def linked_now(first: uuid.UUID, second: uuid.UUID) -> bool:
    """Whether the pair's newest row says that they are one matter."""
    low, high = sorted((first, second))
    newest = MatterLink.objects.filter(first=low, second=high).order_by("-id").first()
    return newest is not None and newest.linked


def _same(held: Settled) -> Q | None:
    asked: list[Any] = []
    if held.place is not None:
        asked.append(Q(place=held.place))
    if held.phone is not None:
        asked.append(Q(phone=held.phone))
    if held.people:
        asked.append(Q(person__in=held.people))
    if not asked:
        return None
    same = asked[0]
    for one in asked[1:]:
        same |= one
    return same  # type: ignore[no-any-return]

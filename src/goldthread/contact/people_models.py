"""Who and what is known: streets, addresses, people, numbers, who lives where, markers; and what an incident found of it.

Reference data (from here to ``Marker``) are ordinary rows that a load of records changes (``records_actions``): each says where it comes from
(``source``, ``source_key``) and as of when. What was looked up, found and settled in an incident is record and may only
be added. A lawful erasure blanks the reference row; the record keeps its number and no word.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.marker_kinds import marker_kinds

SEARCHED = [("place", "Place"), ("phone", "Number"), ("person", "Name")]
OUTCOMES = [
    ("none", "Searched: no trace"),
    ("found", "Searched: found"),
    ("settled", "Settled"),
    ("withdrawn", "Withdrawn"),
]


class Sourced(models.Model):
    """Where a row comes from and as of when. ``source_key`` is its identity there, empty for what was recorded here.

    ``ended_at``: since when its source holds it no longer. The row stays, for incidents may stand on it.
    """

    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=60, blank=True)
    as_of = models.DateTimeField(db_default=DatabaseNow())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def _once(name: str) -> models.UniqueConstraint:
    """A source's key is one row's."""
    return models.UniqueConstraint(
        fields=["source", "source_key"], condition=~Q(source_key=""), name=f"{name}_key_once"
    )


class Street(Sourced):
    """A street, or a named place such as a school, once for each area it lies in: what a typed place is compared with.

    ``plain`` is the name as ``search_rules.plain_street`` makes it. This table is small; addresses are never compared.
    """

    name = models.CharField(max_length=120)
    plain = models.CharField(max_length=120)
    area = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["plain", "area"], name="street_once")]
        indexes: ClassVar = [
            GinIndex(fields=["plain"], opclasses=["gin_trgm_ops"], fastupdate=False, name="street_trigrams"),
            models.Index(fields=["plain"], opclasses=["text_pattern_ops"], name="street_beginnings"),
        ]

    def __str__(self) -> str:
        return self.name


class Place(Sourced):
    """An address: a number in a street, with a flat where there is one; without a number, the street or place itself.

    ``restricted``: for all but those who may see what is restricted it is as if it were not there.
    """

    street = models.ForeignKey(Street, models.PROTECT, related_name="places", db_index=False)
    number = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    restricted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["street", "number", "unit"], name="place_once")]
        indexes: ClassVar = [
            models.Index(fields=["street"], condition=Q(restricted=True), name="place_restricted"),
        ]

    def __str__(self) -> str:
        house = ", ".join(part for part in (self.unit, self.number) if part)
        return f"{house} {self.street.name}".strip()


class PlaceKey(Sourced):
    """That a source calls an address by this key. One address may have several: of several sources, or entered twice in one."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="keys")
    restricted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "source_key"], name="placekey_once")]


class Person(Sourced):
    """Somebody known by name. ``born`` is null where not known; a name that was erased is empty.

    ``restricted``: for all but those who may see what is restricted they are as if they were not there.
    """

    name = models.CharField(max_length=120, blank=True)
    born = models.DateField(null=True)
    restricted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [_once("person")]
        indexes: ClassVar = [
            # Few are restricted, and each search for a name leaves them out.
            models.Index(fields=["id"], condition=Q(restricted=True), name="person_restricted"),
        ]

    def __str__(self) -> str:
        return self.name or "Name erased"


class NameWord(models.Model):
    """One word of names, such as *kelly*, once for everybody who bears it: what a typed name is compared with."""

    word = models.CharField(max_length=60, unique=True)

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], fastupdate=False, name="nameword_trigrams")
        ]

    def __str__(self) -> str:
        return self.word


class PersonName(models.Model):
    """That a word is part of a person's name."""

    word = models.ForeignKey(NameWord, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="names")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["word", "person"], name="personname_once")]


class Phone(Sourced):
    """A telephone number. ``digits`` is the one form of all its notations (``search_rules.number``); ``shown`` is read."""

    digits = models.CharField(max_length=20, unique=True)
    shown = models.CharField(max_length=30)

    def __str__(self) -> str:
        return self.shown


class PersonPhone(Sourced):
    """That a person is known to use a number."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="phones", db_index=False)
    phone = models.ForeignKey(Phone, models.CASCADE, related_name="people")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "phone", "source"], name="personphone_once"),
            _once("personphone"),
        ]


class Residence(Sourced):
    """That a person lives, or lived, at an address; ``until`` null means still, as of ``as_of``."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="residences")
    place = models.ForeignKey(Place, models.CASCADE, related_name="residences")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [_once("residence")]


SORTS = [("marker", "Marker"), ("order", "Order"), ("flag", "Flag")]


class Marker(Sourced):
    """A warning or need on a person or on an address, with the day by which somebody must look at it again.

    An order (of a court, or bail) has a ``number`` and holds from ``since`` until ``until``, as a flag may. What a later extract
    changes ends (``ended_at``) and a new row stands for it, so that what was known when is still there.
    """

    sort = models.CharField(max_length=6, choices=SORTS, default="marker", db_default="marker")

    person = models.ForeignKey(Person, models.CASCADE, related_name="markers", null=True)
    place = models.ForeignKey(Place, models.CASCADE, related_name="markers", null=True)
    kind = models.CharField(max_length=30)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    number = models.CharField(max_length=60, blank=True, default="", db_default="")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    review_on = models.DateField(null=True)
    restricted = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "sort", "source_key"],
                condition=~Q(source_key="") & Q(ended_at__isnull=True),
                name="marker_key_once",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True, place__isnull=False) | Q(person__isnull=False, place__isnull=True),
                name="marker_on_one",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["source", "sort", "source_key", "-id"], condition=~Q(source_key=""), name="marker_of_key"
            ),
        ]

    @property
    def name(self) -> str:
        """What the kind is called on screen."""
        return marker_kinds().get(self.kind, self.kind)


class Lookup(AppendOnly):
    """One search made in an incident and what came of it; without any row of a kind, that kind is *not searched*.

    ``outcome``: *none* (no trace), *found* (``found`` to choose from), *settled* on one, or a settled one *withdrawn*.
    Of places and numbers the newest row holds; of people each stands until withdrawn. A number without any trace still
    stands on its row, so that the next contact from it finds this one. ``typed`` is what was searched for.
    """

    incident = models.ForeignKey("contact.Incident", models.PROTECT, related_name="lookups", db_index=False)
    kind = models.CharField(max_length=8, choices=SEARCHED)
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    found = models.PositiveIntegerField(default=0)
    typed = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="lookups", null=True, db_index=False)
    phone = models.ForeignKey(Phone, models.PROTECT, related_name="lookups", null=True, db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="lookups", null=True, db_index=False)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(place__isnull=True) | Q(kind="place"))
                & (Q(phone__isnull=True) | Q(kind="phone"))
                & (Q(person__isnull=True) | Q(kind="person")),
                name="lookup_settles_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="settled")
                | Q(place__isnull=False)
                | Q(phone__isnull=False)
                | Q(person__isnull=False),
                name="lookup_settled_on_something",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["incident", "kind", "-id"], name="lookup_newest"),
            # Who else stands on the same since when: a hospital or a school does in thousands, and a month of them is wanted.
            *[
                models.Index(fields=[one, "at"], condition=Q(**{f"{one}__isnull": False}), name=f"lookup_{one}_at")
                for one in ("place", "phone", "person")
            ],
        ]


class MatterLink(AppendOnly):
    """That two incidents are the same matter, or (``linked`` false) are not after all; the newest of a pair holds.

    The pair is kept once: ``first`` has the lower identity.
    """

    first = models.ForeignKey("contact.Incident", models.PROTECT, related_name="links_first")
    second = models.ForeignKey("contact.Incident", models.PROTECT, related_name="links_second")
    linked = models.BooleanField(default=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="matterlink_pair_in_order"),
        ]

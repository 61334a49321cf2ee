"""What the force's records know of its homes: gazetteer, people, numbers, who lives where, markers. Rows for COPY.

``Records.enrol`` takes any number of homes, so that the small force and the large one are known alike. Each home draws
from dice of its own: the same home is known in the same way, however many others there are.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from django.db import models

from goldthread.audit.models import Payload
from goldthread.contact.known import force_day
from goldthread.contact.people_models import (
    Marker,
    NameWord,
    Person,
    PersonName,
    PersonPhone,
    Phone,
    Place,
    Residence,
    Street,
)  # fmt: skip
from goldthread.contact.search_rules import is_child, name_words, number, plain_street
from goldthread.demo.loading import identities
from goldthread.demo.people import Home, places, years
from goldthread.demo.staff import Size

if TYPE_CHECKING:
    from goldthread.demo.writing import Rows

SOURCE = "Records extract"
ORDER: tuple[type[models.Model], ...] = (
    Payload, Street, Place, Person, NameWord, PersonName, Phone, PersonPhone, Residence, Marker,
)  # fmt: skip
"""Tables in an order in which each row's references stand before it."""
VENUES = ("schools", "shops", "parks", "stations", "care", "pubs", "hotels")
OLDEST_EXTRACT, NEWEST_EXTRACT = 400, 1
"""Days before now as of which a row was taken from records."""
REVIEWS = (-120, 300)
"""Days from now on which markers are to be reviewed: about three in ten are overdue."""
OLDER = 10
"""Years from which a child's marker may be of going missing or of exploitation *(ours)*."""


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("known.toml").read_text(encoding="utf-8"))


@dataclass
class Found:
    """Where to find in the records what a story names."""

    places: dict[tuple[str, str], int] = field(default_factory=dict)
    """Addresses by what a caller says and the area, such as ``("14 Larch Road", "North")``."""
    phones: dict[str, int] = field(default_factory=dict)
    """Numbers by their digits."""
    residents: dict[tuple[int, str], int] = field(default_factory=dict)
    """People by the address at which they live and their name."""
    with_children: set[int] = field(default_factory=set)
    """Addresses at which a child is known to live, or somebody whose age is not known."""


def found_in_database(now: datetime) -> Found:
    """What ``Records`` wrote, as it stands at ``now``."""
    found, today = Found(), force_day(now)
    for pk, house, street, area in Place.objects.values_list("id", "number", "street__name", "street__area").iterator():
        found.places[f"{house} {street}".strip(), area] = pk
    found.phones.update(Phone.objects.values_list("digits", "id").iterator())
    living = Residence.objects.filter(until__isnull=True).order_by("id")
    for place, person, name, born in living.values_list(
        "place_id", "person_id", "person__name", "person__born"
    ).iterator():
        found.residents.setdefault((place, name), person)
        if is_child(born, today):
            found.with_children.add(place)
    return found


class Records:
    """The rows of all that is known of a force of one size."""

    def __init__(self, rows: Rows, now: datetime, size: Size = "small") -> None:
        self.rows, self.now, self.today, self._size = rows, now, force_day(now), size
        self._ids = {model: identities(model) for model in ORDER if model is not Payload}
        self._streets: dict[tuple[str, str], int] = {}
        self._words: dict[str, int] = {}
        self._people = 0
        self._places: dict[tuple[str, str], int] = {}
        self._phones: dict[str, int] = {}
        self._gazetteer()

    def enrol(self, homes: Iterable[Home]) -> None:
        """Make these homes and the people in them known."""
        for home in homes:
            self._home(home, random.Random(f"{home.area} {home.address} {home.surname} {home.woman}"))  # noqa: S311

    def _gazetteer(self) -> None:
        dice = random.Random("gazetteer")  # noqa: S311 - a demo's dice
        for area, of in places(self._size).items():
            for name in [*of["streets"], *(venue for kind in VENUES for venue in of[kind])]:
                self._place(dice, name, area, "")
        thrice = _file()["thrice"]
        for area in thrice["areas"]:
            for house in range(1, thrice["numbers"] + 1):
                self._place(dice, thrice["name"], area, str(house))

    def _home(self, home: Home, dice: random.Random) -> None:
        shares = _file()["shares"]
        place = self._place(dice, home.street, home.area, home.address.split(" ")[0])
        eldest = max(years(home.girl_born, self.today), years(home.boy_born, self.today))
        woman, man = (
            self._person(dice, f"{name} {home.surname}", self._adult(dice, eldest)) for name in (home.woman, home.man)
        )
        self._lives(dice, woman, place)
        gone = self.today - timedelta(days=dice.randint(30, 900)) if dice.random() < shares["man_gone"] else None
        self._lives(dice, man, place, until=gone)
        caller = woman if dice.random() < 0.7 else man
        if home.phone:  # of some homes no number is known
            self._uses(dice, caller, home.phone)
        if dice.random() < shares["adult_marker"]:
            self._marker(dice, "adult", person_id=dice.choice((woman, man)))
        if dice.random() < shares["place_marker"]:
            self._marker(dice, "place", place_id=place)
        if dice.random() < shares["children"]:
            self._children(home, dice, place)
        if dice.random() < shares["unknown_age"]:
            self._lives(dice, self._person(dice, f"Sam {home.surname}", None), place)

    def _children(self, home: Home, dice: random.Random, place: int) -> None:
        shares = _file()["shares"]
        for one in home.children(self.today):
            if dice.random() > shares["baby" if one.slot == "baby" else "child"]:
                continue
            child = self._person(dice, f"{one.name} {home.surname}", one.born)
            self._lives(dice, child, place, since=one.born)
            if dice.random() < shares["child_marker"]:
                self._marker(dice, "child" if years(one.born, self.today) >= OLDER else "young", person_id=child)

    def _add(self, model: type[models.Model], dice: random.Random, **values: Any) -> int:
        """A row with an identity, and with its source and age where it has these."""
        pk = next(self._ids[model])
        if model not in {NameWord, PersonName}:
            taken = self.now - timedelta(days=dice.randint(NEWEST_EXTRACT, OLDEST_EXTRACT))
            values |= {"source": SOURCE, "source_key": f"{model.__name__[0]}{pk}", "as_of": taken}
        self.rows.add(model, id=pk, **values)
        return pk

    def _place(self, dice: random.Random, street: str, area: str, house: str) -> int:
        said = f"{house} {street}".strip()
        if (said, area) not in self._places:
            key = (plain_street(street), area)
            if key not in self._streets:
                self._streets[key] = self._add(Street, dice, name=street, plain=key[0], area=area)
            self._places[said, area] = self._add(Place, dice, street_id=self._streets[key], number=house)
        return self._places[said, area]

    def _person(self, dice: random.Random, name: str, born: date | None) -> int:
        pk = self._add(Person, dice, name=name, born=born)
        for word in name_words(name):
            if word not in self._words:
                self._words[word] = self._add(NameWord, dice, word=word)
            self._add(PersonName, dice, word_id=self._words[word], person_id=pk)
        return pk

    def _lives(
        self,
        dice: random.Random,
        person: int,
        place: int,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        self._add(Residence, dice, person_id=person, place_id=place, since=since, until=until)

    def _uses(self, dice: random.Random, person: int, typed: str) -> None:
        asked = number(typed)
        assert asked is not None
        if asked.digits not in self._phones:
            self._phones[asked.digits] = self._add(Phone, dice, digits=asked.digits, shown=asked.shown)
        self._add(PersonPhone, dice, person_id=person, phone_id=self._phones[asked.digits])

    def _marker(self, dice: random.Random, of: str, **on: int) -> None:
        kind, words = dice.choice(list(_file()["markers"][of].items()))
        review = self.today + timedelta(days=dice.randint(*REVIEWS))
        self._add(Marker, dice, kind=kind, words_id=self.rows.keep(dice.choice(words)), review_on=review, **on)

    def _adult(self, dice: random.Random, eldest: int) -> date:
        return self.today - timedelta(days=round((eldest + dice.randint(18, 34)) * 365.25) + dice.randint(2, 360))

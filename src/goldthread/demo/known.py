"""What the force's records know of its homes: gazetteer, people, numbers, who lives where, markers. Rows for COPY.

``Records.enrol`` takes any number of homes, so that the small force and the large one are known alike. Each home draws
from dice of its own: the same home is known in the same way, however many others there are.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
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
from goldthread.demo.people import Home, places

if TYPE_CHECKING:
    from goldthread.demo.rows import Rows

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


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("known.toml").read_text(encoding="utf-8"))


class Records:
    """The rows of all that is known, and where to find in them what a story names."""

    def __init__(self, rows: Rows, now: datetime) -> None:
        self.rows, self.now, self.today = rows, now, force_day(now)
        self._ids = {model: identities(model) for model in ORDER if model is not Payload}
        self._streets: dict[tuple[str, str], int] = {}
        self._words: dict[str, int] = {}
        self._people = 0
        self.places: dict[tuple[str, str], int] = {}
        """Addresses by what a caller says and the area, such as ``("14 Larch Road", "North")``."""
        self.phones: dict[str, int] = {}
        """Numbers by their digits."""
        self.residents: dict[tuple[int, str], int] = {}
        """People by the address at which they live and their name."""
        self.with_children: set[int] = set()
        """Addresses at which a child is known to live."""
        self._gazetteer()

    def enrol(self, homes: Iterable[Home]) -> None:
        """Make these homes and the people in them known."""
        for home in homes:
            self._home(home, random.Random(f"{home.area} {home.address} {home.surname} {home.woman}"))  # noqa: S311

    def _gazetteer(self) -> None:
        dice = random.Random("gazetteer")  # noqa: S311 - a demo's dice
        for area, of in places().items():
            for name in [*of["streets"], *(venue for kind in VENUES for venue in of[kind])]:
                self._place(dice, name, area, "")
        thrice = _file()["thrice"]
        for area in thrice["areas"]:
            for house in range(1, thrice["numbers"] + 1):
                self._place(dice, thrice["name"], area, str(house))

    def _home(self, home: Home, dice: random.Random) -> None:
        shares = _file()["shares"]
        place = self._place(dice, home.street, home.area, home.address.split(" ")[0])
        eldest = max(home.girl_age, home.boy_age)
        woman, man = (
            self._person(dice, f"{name} {home.surname}", self._adult(dice, eldest)) for name in (home.woman, home.man)
        )
        self._lives(dice, woman, place, f"{home.woman} {home.surname}")
        gone = self.today - timedelta(days=dice.randint(30, 900)) if dice.random() < shares["man_gone"] else None
        self._lives(dice, man, place, f"{home.man} {home.surname}", until=gone)
        self._uses(dice, woman if dice.random() < 0.7 else man, home.phone)
        if dice.random() < shares["adult_marker"]:
            self._marker(dice, "adult", person_id=dice.choice((woman, man)))
        if dice.random() < shares["place_marker"]:
            self._marker(dice, "place", place_id=place)
        if dice.random() < shares["children"]:
            self._children(home, dice, place)
        if dice.random() < shares["unknown_age"]:
            self._lives(dice, self._person(dice, f"Sam {home.surname}", None), place, f"Sam {home.surname}")
            self.with_children.add(place)

    def _children(self, home: Home, dice: random.Random, place: int) -> None:
        shares = _file()["shares"]
        ages = [(home.girl, home.girl_age, shares["child"]), (home.boy, home.boy_age, shares["child"])]
        for name, age, share in [*ages, (home.baby, 0, shares["baby"])]:
            if dice.random() > share:
                continue
            born = self.today - (
                _weeks(home.baby_age) if age == 0 else timedelta(days=round(age * 365.25) + dice.randint(2, 355))
            )
            child = self._person(dice, f"{name} {home.surname}", born)
            self._lives(dice, child, place, f"{name} {home.surname}", since=born)
            if is_child(born, self.today):
                self.with_children.add(place)
            if dice.random() < shares["child_marker"]:
                self._marker(dice, "child", person_id=child)

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
        if (said, area) not in self.places:
            key = (plain_street(street), area)
            if key not in self._streets:
                self._streets[key] = self._add(Street, dice, name=street, plain=key[0], area=area)
            self.places[said, area] = self._add(Place, dice, street_id=self._streets[key], number=house)
        return self.places[said, area]

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
        name: str,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        self._add(Residence, dice, person_id=person, place_id=place, since=since, until=until)
        if until is None:
            self.residents.setdefault((place, name), person)

    def _uses(self, dice: random.Random, person: int, typed: str) -> None:
        asked = number(typed)
        assert asked is not None
        if asked.digits not in self.phones:
            self.phones[asked.digits] = self._add(Phone, dice, digits=asked.digits, shown=asked.shown)
        self._add(PersonPhone, dice, person_id=person, phone_id=self.phones[asked.digits])

    def _marker(self, dice: random.Random, of: str, **on: int) -> None:
        kind, words = dice.choice(list(_file()["markers"][of].items()))
        review = self.today + timedelta(days=dice.randint(*REVIEWS))
        self._add(Marker, dice, kind=kind, words_id=self.rows.keep(dice.choice(words)), review_on=review, **on)

    def _adult(self, dice: random.Random, eldest: int) -> date:
        return self.today - timedelta(days=round((eldest + dice.randint(18, 34)) * 365.25) + dice.randint(2, 360))


def _weeks(age: str) -> timedelta:
    """``9 weeks`` or ``4 months`` as a length of time."""
    count, unit = age.split(" ")
    return timedelta(weeks=int(count)) if unit == "weeks" else timedelta(days=int(count) * 30)

"""Homes and the people in them: some call once, a few call again and again. The one source of who lives where.

A home's children have dates of birth, so that names stay and ages advance over the year of the demo.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from typing import Any, Literal, get_args

from goldthread.demo.staff import Size

Band = Literal["toddler", "primary", "teen"]
BANDS: tuple[Band, ...] = get_args(Band)
AGES: dict[Band, tuple[int, int]] = {"toddler": (1, 4), "primary": (5, 10), "teen": (12, 17)}
"""Youngest and oldest age in whole years of the children of a home of each band."""
HOMES = 480
"""Homes for a force of 2,000 incidents, and the fewest of any: about two thirds of them call more than once."""
HOMES_PER_INCIDENT = 0.24
REPEAT: dict[Size, float] = {"small": 0.75, "full": 0.6}
"""How steeply calls gather in few homes: the weight of the n-th home is 1 / n ** REPEAT *(ours)*. In the full force the
first of an area then calls some hundred times a year and most homes once or never."""
BABY = (14, 200)
"""Age in days in which a story may call a child the baby."""
TRIES = 60


@dataclass(frozen=True)
class Child:
    """A child of a home: ``slot`` is the word that stands for them in the templates (girl, boy, baby)."""

    slot: str
    name: str
    born: date


@dataclass(frozen=True)
class Home:
    """A household: where, who, and when its children were born. ``phone`` is empty where the number is withheld."""

    area: str
    street: str
    address: str
    phone: str
    surname: str
    woman: str
    man: str
    band: Band
    girl: str
    girl_born: date
    boy: str
    boy_born: date
    baby: str
    baby_born: date

    def children(self, on: date) -> tuple[Child, ...]:
        """The children who are born by ``on``, the oldest slots first."""
        every = (
            Child("girl", self.girl, self.girl_born),
            Child("boy", self.boy, self.boy_born),
            Child("baby", self.baby, self.baby_born),
        )
        return tuple(one for one in every if one.born <= on)

    def fits(self, band: str, baby: bool, on: date) -> bool:
        """Whether a story of the band can happen here on that day, and one with a baby where ``baby``."""
        youngest, oldest = AGES[self.band] if band else (1, 17)
        ages = (years(self.girl_born, on), years(self.boy_born, on))
        if not all(youngest <= age <= oldest for age in ages):
            return False
        return not baby or BABY[0] <= (on - self.baby_born).days <= BABY[1]


def years(born: date, on: date) -> int:
    """Age in whole years; 0 in the first year and, for the unborn, before it."""
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def weeks(born: date, on: date) -> str:
    """A baby's age as people say it, such as ``9 weeks`` or ``4 months``."""
    days = max(0, (on - born).days)
    return f"{max(1, days // 7)} weeks" if days < 91 else f"{days // 30} months"


@lru_cache(maxsize=2)
def places(size: Size = "small") -> dict[str, dict[str, Any]]:
    """Streets, schools, shops and other places by area, from ``places.toml``."""
    given = _file()
    if size == "small":
        small: dict[str, dict[str, Any]] = given["area"]
        return small
    more, areas = given["more"], given["area"]
    found = {}
    for number, (area, told) in enumerate(areas.items()):
        words = more["words"][number :: len(areas)]
        streets = [kind.format(word) for word in words for kind in more["streets"]]
        found[area] = {**told, "streets": [*told["streets"], *streets]}
        for what, kinds in more["kinds"].items():
            made = (kind.format(words[place % len(words)]) for place, kind in enumerate(kinds * len(words)))
            found[area][what] = list(dict.fromkeys([*told[what], *made]))[: more["places"][what]]
    return found


@lru_cache(maxsize=1)
def names() -> dict[str, list[str]]:
    """Lists of invented people's names: women, men, girls, boys, surnames."""
    found: dict[str, list[str]] = _file()["people"]
    return found


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("places.toml").read_text(encoding="utf-8"))


class Town:
    """Every home, drawn so that a few come up often. The same ``rng`` state and day give the same town.

    ``today`` is the day on which the children have the ages of their home's band: the last of the demo's year.
    """

    def __init__(self, rng: random.Random, today: date, homes: int = HOMES, size: Size = "small") -> None:
        self.places = places(size)
        self.size = size
        self.homes = list(_homes(rng, today, homes, self.places))
        """Those that call most first."""
        self._weights: dict[tuple[str, str], tuple[list[Home], list[float]]] = {}

    def draw(self, rng: random.Random, area: str, band: str, on: date, *, baby: bool = False) -> Home:
        """A home of the area whose children are of the band's ages on that day, any where none is given."""
        if (area, band) not in self._weights:
            fit = [home for home in self.homes if home.area == area and band in {"", home.band}]
            steep = REPEAT[self.size]
            self._weights[area, band] = fit, list(accumulate(1 / (place + 1) ** steep for place in range(len(fit))))
        fit, weights = self._weights[area, band]
        for _ in range(TRIES):
            home = rng.choices(fit, cum_weights=weights)[0]
            if home.fits(band, baby, on):
                return home
        return next((home for home in fit if home.fits(band, baby, on)), fit[0])


def _homes(rng: random.Random, today: date, count: int, where: dict[str, dict[str, Any]]) -> Iterator[Home]:
    """Homes at addresses of their own; each number belongs to one home, and those who call seldom withhold theirs."""
    order = list(range(count))
    rng.shuffle(order)
    taken: set[str] = set()
    numbers = [f"{start}{number:03d}" for start in _file()["drama_numbers"] for number in range(1_000)]
    rng.shuffle(numbers)
    for number in order:
        area = list(where)[number % len(where)]
        band = BANDS[number // len(where) % len(BANDS)]
        yield _home(rng, today, area, band, where[area]["streets"], taken, numbers.pop() if numbers else "")


def _home(
    rng: random.Random, today: date, area: str, band: Band, streets: list[str], taken: set[str], phone: str
) -> Home:
    while (address := f"{rng.randint(1, 140)} {(street := rng.choice(streets))}") in taken:
        pass
    taken.add(address)
    girl, baby = rng.sample(names()["girls"], 2)
    youngest, oldest = AGES[band]

    def born() -> date:
        age = rng.randint(youngest, oldest)
        return _years_before(today, age) - timedelta(days=rng.randrange(365))

    return Home(
        area=area,
        street=street,
        address=address,
        phone=phone,
        surname=rng.choice(names()["surnames"]),
        woman=rng.choice(names()["women"]),
        man=rng.choice(names()["men"]),
        band=band,
        girl=girl,
        girl_born=born(),
        boy=rng.choice(names()["boys"]),
        boy_born=born(),
        baby=baby,
        baby_born=today - timedelta(days=rng.randrange(BABY[0], 365 + BABY[1])),
    )


def _years_before(day: date, count: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - count, day=last)

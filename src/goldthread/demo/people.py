"""Homes and the people in them: some call once, a few call again and again."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from typing import Any, Literal, get_args

Band = Literal["toddler", "primary", "teen"]
BANDS: tuple[Band, ...] = get_args(Band)
AGES: dict[Band, tuple[int, int]] = {"toddler": (1, 4), "primary": (5, 10), "teen": (12, 17)}
"""Youngest and oldest age in whole years of the children of a home of each band."""
HOMES = 480
"""Homes for a force of 2,000 incidents: about two thirds of them call more than once."""
REPEAT = 0.75
"""How steeply calls gather in few homes: the weight of the n-th home is 1 / n ** REPEAT *(ours)*."""


@dataclass(frozen=True)
class Home:
    """A household: where, who, and how old its children are. ``baby_age`` is text, such as ``9 weeks``."""

    area: str
    street: str
    address: str
    phone: str
    surname: str
    woman: str
    man: str
    band: Band
    girl: str
    girl_age: int
    boy: str
    boy_age: int
    baby: str
    baby_age: str


@lru_cache(maxsize=1)
def places() -> dict[str, dict[str, Any]]:
    """Streets, schools, shops and other places by area, from ``places.toml``."""
    found: dict[str, dict[str, Any]] = _file()["area"]
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
    """Every home, drawn so that a few come up often. The same ``rng`` state gives the same town."""

    def __init__(self, rng: random.Random, homes: int = HOMES) -> None:
        self._homes = [_home(rng, number) for number in range(homes)]
        rng.shuffle(self._homes)
        self._weights: dict[tuple[str, str], tuple[list[Home], list[float]]] = {}

    @property
    def homes(self) -> list[Home]:
        """Every home, those that come up most often first."""
        return list(self._homes)

    def draw(self, rng: random.Random, area: str, band: str = "") -> Home:
        """A home of the area, with children of the band where one is given."""
        if (area, band) not in self._weights:
            fit = [home for home in self._homes if home.area == area and band in {"", home.band}]
            self._weights[area, band] = fit, list(accumulate(1 / (place + 1) ** REPEAT for place in range(len(fit))))
        fit, weights = self._weights[area, band]
        return rng.choices(fit, cum_weights=weights)[0]


def _home(rng: random.Random, number: int) -> Home:
    area = list(places())[number % len(places())]
    band = BANDS[number // len(places()) % len(BANDS)]
    street = rng.choice(places()[area]["streets"])
    youngest, oldest = AGES[band]
    girl, baby = rng.sample(names()["girls"], 2)
    return Home(
        area=area,
        street=street,
        address=f"{rng.randint(1, 140)} {street}",
        phone=f"07700 900{rng.randint(0, 999):03d}" if rng.random() < 0.85 else f"01632 960{rng.randint(0, 999):03d}",
        surname=rng.choice(names()["surnames"]),
        woman=rng.choice(names()["women"]),
        man=rng.choice(names()["men"]),
        band=band,
        girl=girl,
        girl_age=rng.randint(youngest, oldest),
        boy=rng.choice(names()["boys"]),
        boy_age=rng.randint(youngest, oldest),
        baby=baby,
        baby_age=rng.choice(["3 weeks", "5 weeks", "7 weeks", "9 weeks", "11 weeks", "4 months", "6 months"]),
    )

"""The templates of ``texts/*.toml``: what callers and officers say, and what a handler makes of it.

``README.md`` tells how a template is written. Reading checks every template, so that a slip in the data stops the start
of the demo with the template's name and not a person's screen.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

from goldthread.demo.people import BANDS, Home, places, weeks, years

RISKS = ("none", "low", "medium", "high", "immediate")
SOURCES = {"caller", "heard", "officer", "partner", "inference"}
GRADES = ("resolution", "scheduled", "priority", "immediate")
"""From the lowest to the most urgent."""
WHEN = {"any", "day", "evening", "night", "school"}
PLACES = {"home": "address", "street": "street", "school": "school", "shop": "shop", "park": "park", "station": "station",
          "care": "care", "pub": "pub", "hotel": "hotel"}  # fmt: skip
_FIELDS = {"name", "words", "later", "risk", "cues", "mentions_child", "grade", "channels", "when", "place", "band", "caller",
           "thrive", "interim", "advice", "why", "why_not_above", "closing", "result", "where", "seen", "weight"}  # fmt: skip
_CHOICE = re.compile(r"<([^<>]*)>")
_SLOT = re.compile(r"\{(\w+)\}")
CHILDREN = ("girl", "boy", "baby")
"""Slots that name a child; those a story uses are the children a handler would record."""


@dataclass(frozen=True)
class Template:
    """One story to be told with many homes.

    ``words`` are ``(source, text)`` pairs said while the contact lasts, ``later`` what the attending officer adds.
    ``risk`` and ``cues`` are the writer's own judgement of it, which no row of the database holds. ``grade`` is the one
    a good handler chooses. ``where`` and ``seen`` say of its children where they are and whether anybody saw them.
    """

    name: str
    theme: str
    words: tuple[tuple[str, str], ...]
    later: tuple[str, ...]
    risk: str
    cues: tuple[str, ...]
    mentions_child: bool
    grade: str
    channels: tuple[str, ...]
    when: str
    place: str
    band: str
    caller: str
    thrive: Mapping[str, str]
    interim: str
    advice: str
    why: str
    why_not_above: str
    closing: str
    result: str
    where: str
    seen: str
    weight: float

    @property
    def at_risk(self) -> bool:
        """Whether a child is at risk in it, as its writer meant it."""
        return bool(self.cues)

    @cached_property
    def children(self) -> tuple[str, ...]:
        """The slots of the children that the words name."""
        said = " ".join(text for _, text in self.words)
        return tuple(slot for slot in CHILDREN if f"{{{slot}}}" in said)

    @cached_property
    def has_baby(self) -> bool:
        """Whether a baby comes up in it, so that it needs a home that has one."""
        return any("{baby" in text for text in self.texts())

    def texts(self) -> list[str]:
        """Every text in it that has slots."""
        words = [text for _, text in self.words]
        told = [self.interim, self.advice, self.why, self.why_not_above, self.result, self.where, self.caller]
        return [*words, *self.later, *self.thrive.values(), *told]


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Every template, in the order of files and of the stories in them.

    Raises ``ValueError`` that names the template and what is wrong with it.
    """
    found: dict[str, Template] = {}
    for file in sorted(resources.files("goldthread.demo").joinpath("texts").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        given = tomllib.loads(file.read_text(encoding="utf-8"))
        for row in given["story"]:
            made = _template(file.name.removesuffix(".toml"), given.get("defaults", {}), row)
            if made.name in found:
                raise ValueError(f"{made.name}: there are two templates of this name")
            found[made.name] = made
    return tuple(found.values())


def _template(theme: str, defaults: dict[str, Any], row: dict[str, Any]) -> Template:
    whole = {**defaults, **row, "thrive": {**defaults.get("thrive", {}), **row.get("thrive", {})}}
    name = str(whole.get("name", f"a story of {theme}"))
    unknown = set(whole) - _FIELDS
    if unknown:
        raise ValueError(f"{name}: unknown fields {sorted(unknown)}")
    words = tuple(_said(name, text) for text in whole["words"])
    made = Template(
        name=name, theme=theme, words=words, later=tuple(whole.get("later", ())), risk=whole.get("risk", "none"),
        cues=tuple(whole.get("cues", ())), mentions_child=bool(whole.get("mentions_child")), grade=whole["grade"],
        channels=tuple(whole["channels"]), when=whole.get("when", "any"), place=whole.get("place", "home"),
        band=whole.get("band", ""), caller=whole.get("caller", ""), thrive=whole["thrive"],
        interim=whole.get("interim", ""), advice=whole.get("advice", ""), why=whole.get("why", ""),
        why_not_above=whole.get("why_not_above", ""), closing=whole.get("closing", ""), result=whole["result"],
        where=whole.get("where", "not known"), seen=whole.get("seen", "not_known"), weight=float(whole.get("weight", 1)),
    )  # fmt: skip
    _check(made)
    return made


def _said(name: str, text: str) -> tuple[str, str]:
    source, _, said = text.partition(": ")
    if source not in SOURCES or not said:
        raise ValueError(f"{name}: words begin with one of {sorted(SOURCES)}, a colon and a space")
    return source, said


def _check(made: Template) -> None:
    wrong = [
        what
        for what, right in (
            ("risk", made.risk in RISKS),
            ("cues go with a risk", bool(made.cues) == (made.risk != "none")),
            ("grade", made.grade in GRADES),
            ("when", made.when in WHEN),
            ("place", made.place in PLACES),
            ("band", made.band in {"", *BANDS}),
            ("an attended grade needs the officer's words", made.grade == "resolution" or bool(made.later)),
            ("thrive", {"threat", "harm", "risk", "investigation", "vulnerability", "engagement"} == set(made.thrive)),
        )
        if not right
    ]
    known = slots(random.Random(0), _NOBODY, places()["North"], _DAY, "12:00", "13:00")  # noqa: S311 - a demo's dice
    unknown = {slot for text in made.texts() for slot in _SLOT.findall(text)} - set(known)
    if wrong or unknown:
        raise ValueError(f"{made.name}: {'; '.join(wrong + [f'unknown slot {slot}' for slot in sorted(unknown)])}")


def slots(rng: random.Random, home: Home, here: Mapping[str, Any], on: date, time: str, earlier: str) -> dict[str, str]:
    """What stands for each ``{slot}`` in one telling: the home's people as old as they are then, the places ``here``."""
    told = {
        name: rng.choice(here[plural])
        for name, plural in (("school", "schools"), ("shop", "shops"), ("park", "parks"), ("station", "stations"),
                             ("care", "care"), ("pub", "pubs"), ("hotel", "hotels"), ("other_street", "streets"))
    }  # fmt: skip
    return {
        **told, "address": home.address, "street": home.street, "area": home.area, "phone": home.phone,
        "surname": home.surname, "woman": home.woman, "man": home.man, "girl": home.girl, "boy": home.boy,
        "baby": home.baby, "girl_age": str(years(home.girl_born, on)), "boy_age": str(years(home.boy_born, on)),
        "baby_age": weeks(home.baby_born, on), "time": time, "earlier": earlier, "number": str(rng.randint(2, 9)),
    }  # fmt: skip


def tell(rng: random.Random, text: str, told: Mapping[str, str]) -> str:
    """The text with one of each ``<this|or that>`` chosen and every ``{slot}`` filled."""
    while "<" in text:
        text = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), text)
    return _SLOT.sub(lambda match: told[match[1]], text)


_DAY = date(2000, 1, 1)
_NOBODY = Home("North", "", "", "", "", "", "", "teen", "", _DAY, "", _DAY, "", _DAY)

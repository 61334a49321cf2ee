"""An edition put together from counts: what it tells of each place, what it withholds, and what must be kept in mind for the next ones.

Two things come of it. ``content`` is what is issued, and holds no withheld count::

    {"shape": 1, "table": "door", "title", "says", "by": "quarter", "number": 3, "until": "2026-09-30", "small": 5,
     "periods": [{"code": "2026-Q3", "name": "July to September 2026"}],
     "rows": [{"measure": "door-seen", "name", "definition", "good": "up",
               "places": [{"period": "2026-Q3" or "total", "state": STATE, "of": 40 or null, "met": 31 or null,
                           "issued": 2, "was": 1 or null}]}]}

``state`` is *told*; *part*: how many count and not how many meet it; *withheld*; or *unknown*, where the query failed. ``issued`` is the
edition that first told the place so, ``was`` the one whose figure that replaced.

``basis`` stays with the force: the true counts by class of cases, what outsiders know by now, and what must not come out, of every
edition so far. The next edition is checked against it.

A figure issued once stands in later editions. It is replaced where the record has changed since by ``small`` or more in some count, and
then only if none of the counts changed by fewer; where one did, the new figure is withheld, since old and new together would tell it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goldthread.commissioner.catalogue import Group, Period, Table
from goldthread.figures.suppression import NOTHING, OF, WHOLE, Form, Hint, Place, Told, less, summed, value, withhold

SHAPE = 1
TOTAL = "total"
STATES = {NOTHING: "withheld", OF: "part", WHOLE: "told"}
Counts = Mapping[str, Mapping[str, tuple[int, int] | None]]
"""For each period's code and each measure's how many cases meet it and how many count; None where it is not known."""


@dataclass(frozen=True)
class Edition:
    """An edition as it would be issued, and what stays with the force."""

    content: dict[str, Any]
    basis: dict[str, Any]


@dataclass(frozen=True)
class Words:
    """What a measure is called in the table, what it counts, and which way is better."""

    name: str
    definition: str
    good: str


@dataclass
class _Memory:
    """What is kept in mind of a group, editions before and this one together."""

    cells: dict[str, int] = field(default_factory=dict)
    structure: list[Form] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)
    kept: list[Form] = field(default_factory=list)
    vintages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Of each period its figures as they were told from edition to edition, the newest last."""

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> _Memory:
        return cls(
            dict(row["cells"]),
            [_form(form) for form in row["structure"]],
            [Told(_form(form), many) for form, many in row["told"]],
            [Hint(tuple(_form(form) for form in forms)) for forms in row["hints"]],
            [_form(form) for form in row["kept"]],
            {period: list(some) for period, some in row["vintages"].items()},
        )

    def plain(self) -> dict[str, Any]:
        return {
            "cells": self.cells,
            "structure": self.structure,
            "told": [[one.form, one.value] for one in dict.fromkeys(self.told)],
            "hints": [one.forms for one in dict.fromkeys(self.hints)],
            "kept": list(dict.fromkeys(self.kept)),
            "vintages": self.vintages,
        }


def compose(
    table: Table,
    periods: Sequence[Period],
    counts: Counts,
    words: Mapping[str, Words],
    *,
    number: int,
    small: int,
    before: Mapping[str, Any] | None = None,
) -> Edition:
    """The edition ``number`` of a table over ``periods``; ``before`` is the basis of the one before it."""
    groups: dict[str, Any] = dict(before["groups"]) if before else {}
    places: dict[str, list[dict[str, Any]]] = {}
    for group in table.groups:
        key = " ".join(group.measures)
        memory = _Memory.read(groups[key]) if key in groups else _Memory()
        places |= _group(group, periods, counts, memory, number, small)
        groups[key] = memory.plain()
    content = {
        "shape": SHAPE,
        "table": table.code,
        "title": table.title,
        "says": table.says,
        "by": table.by,
        "number": number,
        "until": periods[-1].last.isoformat(),
        "small": small,
        "periods": [{"code": one.code, "name": one.name} for one in periods],
        "rows": [
            {
                "measure": code,
                "name": words[code].name,
                "definition": words[code].definition,
                "good": words[code].good,
                "places": places[code],
            }
            for code in table.measures
        ],
    }
    return Edition(content, {"shape": SHAPE, "groups": groups})


def _group(
    group: Group, periods: Sequence[Period], counts: Counts, memory: _Memory, number: int, small: int
) -> dict[str, list[dict[str, Any]]]:
    """The places of a group's measures, in the order of periods, with a total where there are several; adds to what is kept in mind."""
    fresh: list[Place] = []
    secrets: list[Form] = []
    for period in periods:
        of_period = {code: counts[period.code][code] for code in group.measures}
        known = {code: one for code, one in of_period.items() if one is not None}
        classes = group.classes(known) if len(known) == len(of_period) else None
        most = _stands(group, memory, period.code, classes, small)
        if most is None:
            continue
        past = memory.vintages.setdefault(period.code, [])
        was = past[-1]["edition"] if past and past[-1]["cells"] else None
        if classes is None:
            past.append({"edition": number, "was": was, "cells": {}, "levels": {}})
            continue
        cells = {name: f"{period.code}/{number}/{name}" for name in classes}
        memory.cells |= {cells[name]: many for name, many in classes.items()}
        memory.structure += [_at(form, cells) for form in group.structure]
        earlier = [one["cells"] for one in past if one["cells"]]
        for form in _figures(group):
            secrets.append(_at(form, cells))
            secrets += [less(_at(form, cells), _at(form, one)) for one in earlier]
        fresh += [_place(f"{code}@{period.code}", code, [cells], most) for code in group.measures]
        past.append({"edition": number, "was": was, "cells": cells, "levels": {}})
    shown = [memory.vintages[one.code][-1] for one in periods]
    whole = [one["cells"] for one in shown]
    totals = len(periods) > 1 and all(whole)
    if totals:
        fresh += [_place(f"{code}@{TOTAL}", code, whole, WHOLE, total=True) for code in group.measures]
        secrets += [summed(cell for cells in whole for cell, _ in _at(form, cells)) for form in _figures(group)]
    levels = withhold(
        memory.cells, fresh, small=small, structure=memory.structure, told=memory.told, hints=memory.hints, kept=memory.kept,
        secrets=secrets,
    )  # fmt: skip
    memory.kept += [one for one in secrets if 0 < abs(value(one, memory.cells)) < small]
    for place in fresh:
        memory.told += place.told(levels[place.code], memory.cells)
        memory.hints += place.hints(memory.cells, small)
        memory.kept += place.withheld(levels[place.code])
        code, _, period_code = place.code.partition("@")
        if period_code != TOTAL:
            memory.vintages[period_code][-1]["levels"][code] = levels[place.code]
    return {
        code: [
            *(_told(one.code, code, last, memory) for one, last in zip(periods, shown, strict=True)),
            *_total(code, shown, levels, number, memory, totals=totals),
        ]
        for code in group.measures
    }


def _stands(group: Group, memory: _Memory, period: str, now: dict[str, int] | None, small: int) -> int | None:
    """None where a period's figures stand as they were issued; otherwise the most that may be told of the new ones."""
    past = [one["cells"] for one in memory.vintages.get(period, [])]
    if not past:
        return WHOLE
    if now is None:
        return None
    then = [{name: memory.cells[cell] for name, cell in cells.items()} for cells in past if cells]
    changes = [[abs(value(form, now) - value(form, one)) for form in _figures(group)] for one in then]
    if past[-1] and all(change < small for change in changes[-1]):
        return None
    return NOTHING if any(0 < change < small for some in changes for change in some) else WHOLE


def _figures(group: Group) -> list[Form]:
    """Every count of a group that may be small: of each measure, and of what a relation leaves over."""
    found = []
    for code in group.measures:
        met, rest = f"{code}.met", f"{code}.not"
        found += [summed([met, rest]), summed([met]), summed([rest])]
    return found + [summed([one.slack]) for one in group.relations if one.slack]


def _place(code: str, measure: str, cells: Sequence[Mapping[str, str]], most: int, *, total: bool = False) -> Place:
    met = frozenset(one[f"{measure}.met"] for one in cells)
    return Place(code, met | {one[f"{measure}.not"] for one in cells}, met, total=total, most=most)


def _told(period: str, code: str, last: Mapping[str, Any], memory: _Memory) -> dict[str, Any]:
    told = {
        "period": period,
        "state": "unknown",
        "of": None,
        "met": None,
        "issued": last["edition"],
        "was": last["was"],
    }
    if not last["cells"]:
        return told
    return told | _numbers(_place("", code, [last["cells"]], WHOLE), last["levels"][code], memory)


def _total(
    code: str,
    shown: Sequence[Mapping[str, Any]],
    levels: Mapping[str, int],
    number: int,
    memory: _Memory,
    *,
    totals: bool,
) -> list[dict[str, Any]]:
    if len(shown) < 2:
        return []
    told = {"period": TOTAL, "state": "unknown", "of": None, "met": None, "issued": number, "was": None}
    if not totals:
        return [told]
    place = _place("", code, [one["cells"] for one in shown], WHOLE)
    return [told | _numbers(place, levels[f"{code}@{TOTAL}"], memory)]


def _numbers(place: Place, level: int, memory: _Memory) -> dict[str, Any]:
    of, met, _ = (value(form, memory.cells) for form in place.figures)
    return {"state": STATES[level], "of": of if level >= OF else None, "met": met if level == WHOLE else None}


def _at(form: Form, cells: Mapping[str, str]) -> Form:
    """A sum of classes as one of a period's cells."""
    return tuple(sorted((cells[name], times) for name, times in form))


def _form(row: Sequence[Sequence[Any]]) -> Form:
    return tuple((str(cell), int(times)) for cell, times in row)

"""Somebody who holds every edition ever issued of a table and nothing else, and works out what he can. Knows nothing of the code that withholds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

SIGN = re.compile(r"([+-]?)\s*([a-z0-9-]*[a-z0-9])\.(of|met|not)")
MOST = 1_000
FAR = 10_000.0


class Outsider:
    """Reads editions as they were issued (``contents``), and the table's ``relations`` as anybody may who knows the definitions.

    One who is ``blind`` sees which figures are withheld and no count: what even he knows is no figure's doing.
    """

    def __init__(self, contents: Sequence[dict[str, Any]], relations: Sequence[str], *, blind: bool = False) -> None:
        self.blind = blind
        self.names: dict[str, int] = {}
        self.choices: list[int] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        done = set()
        for content in contents:
            for row in content["rows"]:
                shown = [one for one in row["places"] if one["period"] != "total"]
                for one in shown:
                    if one["state"] != "unknown":
                        self._learn(row["measure"], [(one["period"], one["issued"])], one)
                        if (one["period"], one["issued"]) not in done:
                            done.add((one["period"], one["issued"]))
                            for relation in relations:
                                self._relate(relation, one["period"], one["issued"])
                for total in (one for one in row["places"] if one["period"] == "total"):
                    self._learn(row["measure"], [(one["period"], one["issued"]) for one in shown], total)

    def suppose(self, measure: str, where: Sequence[tuple[str, int]], figures: Sequence[str], small: int) -> None:
        """That one of these figures is small, and none of them nothing: what withholding says by itself. ``figures`` are one or two."""
        rows = []
        for figure in figures:
            parts = ("met", "not") if figure == "of" else (figure,)
            rows.append({self._cell(measure, period, issued, part): 1.0 for period, issued in where for part in parts})
        if len(rows) == 1:
            self.rows.append((rows[0], 1, small - 1))
            return
        choice = self.names.setdefault(f"choice {len(self.choices)}", len(self.names))
        self.choices.append(choice)
        for row, turn in zip(rows, (-FAR, FAR), strict=True):
            self.rows.append((row, 1, np.inf))
            self.rows.append(({**row, choice: turn}, -np.inf, small - 1 + max(turn, 0)))

    def suppose_as_withheld(
        self, measure: str, where: Sequence[tuple[str, int]], truth: Mapping[str, int], small: int
    ) -> None:
        """As much as he may know at the very most: of each figure whether it is withheld for being small itself."""
        if 0 < truth["of"] < small:
            self.suppose(measure, where, ["of"], small)
        elif 0 < truth["met"] < small or 0 < truth["not"] < small:
            self.suppose(measure, where, ["met", "not"], small)

    def may_be(self, many: int, *terms: tuple[int, str, str, int, str]) -> bool:
        """Whether a sum may have a value: see ``limits``."""
        wanted = self._wanted(terms)
        row = {int(cell): float(wanted[cell]) for cell in wanted.nonzero()[0]}
        return self._solved(wanted * 0, [*self.rows, (row, many, many)]) is not None

    def limits(self, *terms: tuple[int, str, str, int, str]) -> tuple[int, int]:
        """Between which values a sum lies of ``(times, measure, period, edition that told it first, figure)``."""
        wanted = self._wanted(terms)
        found = []
        for sign in (1, -1):
            way = self._solved(sign * wanted, self.rows)
            assert way is not None, "what was issued cannot be"
            found.append(round(float(wanted @ way)))
        return found[0], found[1]

    def _wanted(self, terms: Sequence[tuple[int, str, str, int, str]]) -> Any:
        for _, measure, period, issued, _figure in terms:
            for part in ("met", "not"):
                self._cell(measure, period, issued, part)
        wanted = np.zeros(len(self.names))
        for times, measure, period, issued, figure in terms:
            for part in ("met", "not") if figure == "of" else (figure,):
                wanted[self._cell(measure, period, issued, part)] += times
        return wanted

    def _solved(self, wanted: Any, rows: Sequence[tuple[dict[int, float], float, float]]) -> Any:
        """A way in which all of it may be, with the least of what is wanted; None where there is none."""
        matrix = np.zeros((len(rows), len(self.names)))
        for number, (row, _, _) in enumerate(rows):
            for cell, times in row.items():
                matrix[number, cell] = times
        rules = LinearConstraint(matrix, [low for _, low, _ in rows], [high for *_, high in rows]) if rows else ()
        most = np.full(len(self.names), float(MOST))
        most[self.choices] = 1
        for presolve in (True, False):  # with it, HiGHS sometimes calls impossible what is not
            told = milp(
                wanted,
                integrality=np.ones(len(self.names)),
                bounds=Bounds(0, most),
                constraints=rules,
                options={"presolve": presolve},
            )
            if told.x is not None:
                return np.rint(told.x)
        return None

    def _learn(self, measure: str, where: Sequence[tuple[str, int]], place: dict[str, Any]) -> None:
        met = [self._cell(measure, period, issued, "met") for period, issued in where]
        rest = [self._cell(measure, period, issued, "not") for period, issued in where]
        if self.blind:
            return
        if place["of"] is not None:
            self.rows.append((dict.fromkeys([*met, *rest], 1), place["of"], place["of"]))
        if place["met"] is not None:
            self.rows.append((dict.fromkeys(met, 1), place["met"], place["met"]))

    def _relate(self, relation: str, period: str, issued: int) -> None:
        sides = re.split(r">?=", relation)
        row: dict[int, float] = {}
        for side, turn in zip(sides, (1, -1), strict=True):
            for sign, measure, figure in SIGN.findall(side):
                for part in ("met", "not") if figure == "of" else (figure,):
                    cell = self._cell(measure, period, issued, part)
                    row[cell] = row.get(cell, 0) + turn * (-1 if sign == "-" else 1)
        self.rows.append((row, 0, np.inf if ">=" in relation else 0))

    def _cell(self, measure: str, period: str, issued: int, part: str) -> int:
        return self.names.setdefault(f"{measure}/{period}/{issued}/{part}", len(self.names))

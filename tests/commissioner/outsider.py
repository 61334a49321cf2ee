"""Somebody who holds every edition ever issued of a table and nothing else, and works out what he can. Knows nothing of the code that withholds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

SIGN = re.compile(r"([+-]?)\s*([a-z0-9-]*[a-z0-9])\.(of|met|not)")
MOST = 3_000


class Outsider:
    """Reads editions as they were issued (``contents``), and the table's ``relations`` as anybody may who knows the definitions."""

    def __init__(self, contents: Sequence[dict[str, Any]], relations: Sequence[str]) -> None:
        self.names: dict[str, int] = {}
        self.rows: list[tuple[dict[int, int], float, float]] = []
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

    def limits(self, *terms: tuple[int, str, str, int, str]) -> tuple[int, int]:
        """Between which values a sum lies of ``(times, measure, period, edition that told it first, figure)``."""
        wanted = np.zeros(len(self.names))
        for times, measure, period, issued, figure in terms:
            for part in ("met", "not") if figure == "of" else (figure,):
                wanted[self._cell(measure, period, issued, part)] += times
        rules = []
        if self.rows:
            matrix = np.zeros((len(self.rows), len(self.names)))
            for number, (row, _, _) in enumerate(self.rows):
                for cell, times in row.items():
                    matrix[number, cell] = times
            rules.append(LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for *_, high in self.rows]))
        found = []
        for sign in (1, -1):
            told = milp(sign * wanted, integrality=np.ones(len(self.names)), bounds=Bounds(0, MOST), constraints=rules)
            assert told.x is not None, told.message
            found.append(round(float(wanted @ np.rint(told.x))))
        return found[0], found[1]

    def _learn(self, measure: str, where: Sequence[tuple[str, int]], place: dict[str, Any]) -> None:
        met = [self._cell(measure, period, issued, "met") for period, issued in where]
        rest = [self._cell(measure, period, issued, "not") for period, issued in where]
        if place["of"] is not None:
            self.rows.append((dict.fromkeys([*met, *rest], 1), place["of"], place["of"]))
        if place["met"] is not None:
            self.rows.append((dict.fromkeys(met, 1), place["met"], place["met"]))

    def _relate(self, relation: str, period: str, issued: int) -> None:
        sides = re.split(r">?=", relation)
        row: dict[int, int] = {}
        for side, turn in zip(sides, (1, -1), strict=True):
            for sign, measure, figure in SIGN.findall(side):
                for part in ("met", "not") if figure == "of" else (figure,):
                    cell = self._cell(measure, period, issued, part)
                    row[cell] = row.get(cell, 0) + turn * (-1 if sign == "-" else 1)
        self.rows.append((row, 0, np.inf if ">=" in relation else 0))

    def _cell(self, measure: str, period: str, issued: int, part: str) -> int:
        return self.names.setdefault(f"{measure}/{period}/{issued}/{part}", len(self.names))

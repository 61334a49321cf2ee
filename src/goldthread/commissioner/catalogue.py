"""What may be published: the tables of ``tables.toml``, their periods, and how the counts of their measures hang together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.config import dated
from goldthread.figures.suppression import Form

MONTHS = {"month": 1, "quarter": 3}
FIGURES = {"of": ("met", "not"), "met": ("met",), "not": ("not",)}
"""The figures of a measure, each by the classes of cases that it adds up: what meets it, and what counts and does not."""
TERM = re.compile(r"([+-]?)\s*([a-z0-9-]*[a-z0-9])\.(of|met|not)")


@dataclass(frozen=True)
class Relation:
    """How counts hang together: a sum of classes, ``measure.met`` and ``measure.not``, is nothing, or where ``slack`` none or more.

    What it is more by is a class of cases of its own, called ``slack``, that no table shows and that may be small.
    """

    form: Form
    slack: str = ""

    @property
    def measures(self) -> set[str]:
        """The measures it is about."""
        return {cell.split(".")[0] for cell, _ in self.form}


@dataclass(frozen=True)
class Group:
    """Measures whose counts hang together by relations, in a chain; one alone where none concerns it."""

    measures: tuple[str, ...]
    relations: tuple[Relation, ...]

    def classes(self, counts: Mapping[str, tuple[int, int]]) -> dict[str, int] | None:
        """How many cases each class holds, from ``(met, of)`` of each measure; None where they do not hang together as they must, and so
        are not known.
        """
        found: dict[str, int] = {}
        for code in self.measures:
            met, of = counts[code]
            found |= {f"{code}.met": met, f"{code}.not": of - met}
        for one in self.relations:
            rest = sum(times * found[cell] for cell, times in one.form)
            if one.slack:
                found[one.slack] = rest
            elif rest:
                return None
        return found if min(found.values()) >= 0 else None

    @property
    def structure(self) -> list[Form]:
        """The sums that are nothing, as everybody knows who knows the definitions."""
        return [(*one.form, (one.slack, -1)) if one.slack else one.form for one in self.relations]


@dataclass(frozen=True)
class Table:
    """One table of the catalogue."""

    code: str
    title: str
    by: str
    periods: int
    says: str
    measures: tuple[str, ...]
    relations: tuple[Relation, ...]

    @property
    def groups(self) -> list[Group]:
        """Its measures by what hangs together, in order."""
        together: list[set[str]] = [{code} for code in self.measures]
        for one in self.relations:
            joined = [some for some in together if some & one.measures]
            together = [some for some in together if not some & one.measures] + [set().union(*joined)]
        groups = [
            Group(
                tuple(code for code in self.measures if code in some),
                tuple(one for one in self.relations if one.measures <= some),
            )
            for some in together
        ]
        return sorted(groups, key=lambda one: self.measures.index(one.measures[0]))


@dataclass(frozen=True)
class Period:
    """A month or quarter, from local midnight to local midnight. ``code`` is such as ``2026-10`` or ``2026-Q4``."""

    code: str
    name: str
    since: datetime
    until: datetime

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until.astimezone(LONDON).date() - timedelta(days=1)


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """The catalogue by code, in order. Raises ``ValueError`` where it cannot be."""
    return read(dated.table("commissioner", "tables.toml")["table"])


def read(rows: Iterable[Mapping[str, Any]]) -> dict[str, Table]:
    """Tables from their rows. Raises ``ValueError`` for a code given twice, a measure that stands twice, and a relation that cannot be read."""
    found: dict[str, Table] = {}
    for row in rows:
        given = {**row, "measures": tuple(row["measures"])}
        made = Table(**{**given, "relations": tuple(_relations(row["relations"], row["measures"]))})
        if made.code in found or made.by not in MONTHS or made.periods < 1:
            raise ValueError(f"tables.toml: {made.code} stands twice, or is not by month or quarter")
        found[made.code] = made
    codes = [code for one in found.values() for code in one.measures]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise ValueError(f"tables.toml: {min(twice)} stands twice")
    return found


def _relations(rows: Iterable[str], measures: Iterable[str]) -> Iterable[Relation]:
    known = set(measures)
    for row in rows:
        greater = ">=" in row
        left, _, right = row.partition(">=" if greater else "=")
        form: dict[str, int] = {}
        for side, sign in ((left, 1), (right, -1)):
            terms = TERM.findall(side)
            if not terms or TERM.sub("", side).strip():
                raise ValueError(f"tables.toml: this relation cannot be read: {row}")
            for minus, code, figure in terms:
                if code not in known:
                    raise ValueError(f"tables.toml: {code} is no measure of its table: {row}")
                for name in FIGURES[figure]:
                    cell = f"{code}.{name}"
                    form[cell] = form.get(cell, 0) + (-sign if minus == "-" else sign)
        kept = tuple(sorted((cell, times) for cell, times in form.items() if times))
        yield Relation(kept, f"more:{row.replace(' ', '')}" if greater else "")


def ended(by: str, now: datetime, count: int) -> list[Period]:
    """The last ``count`` whole months or quarters before *now*, the oldest first."""
    today = now.astimezone(LONDON).date()
    span = MONTHS[by]
    month = (today.year * 12 + today.month - 1) // span * span
    return [_period(by, month - span * back) for back in range(count, 0, -1)]


def up_to(by: str, last: date, count: int) -> list[Period]:
    """The ``count`` months or quarters of which the last ends on ``last``. Raises ``ValueError`` where none ends then."""
    found = ended(by, datetime.combine(last + timedelta(days=1), time(), LONDON), count)
    if found[-1].last != last:
        raise ValueError(f"no {by} ends on {last}")
    return found


def _period(by: str, month: int) -> Period:
    span = MONTHS[by]
    first, after = (date(one // 12, one % 12 + 1, 1) for one in (month, month + span))
    if by == "month":
        code, name = f"{first:%Y-%m}", f"{first:%B %Y}"
    else:
        code = f"{first.year}-Q{first.month // 3 + 1}"
        name = f"{first:%B} to {after - timedelta(days=1):%B %Y}"
    return Period(code, name, datetime.combine(first, time(), LONDON), datetime.combine(after, time(), LONDON))

"""Questions of the Commissioner's tables: what would be issued, what was, and what of it is a measure's figure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from goldthread.audit.canonical import canonical_json
from goldthread.commissioner.catalogue import Period, Table, ended, tables, up_to
from goldthread.commissioner.composing import TOTAL, Counts, Words, compose
from goldthread.commissioner.models import TableEdition, read
from goldthread.config.errors import Invalid
from goldthread.measures.queries import point
from goldthread.measures.registry import SMALL, Measure, measures

NOT_REGISTERED = Words("Not known here", "This force has no such measure.", "")


@dataclass(frozen=True)
class Draft:
    """An edition as it would be issued now. ``sha256`` is of ``text``, and will be that of the edition."""

    table: Table
    number: int
    until: date
    content: dict[str, Any]
    text: str
    sha256: str
    basis: str


@dataclass(frozen=True)
class Standing:
    """A table with its newest edition, and the last period that has ended where no edition tells of it."""

    table: Table
    newest: TableEdition | None
    due: Period | None


@dataclass(frozen=True)
class Published:
    """A measure's figure as an edition tells it. ``state``, ``of`` and ``met`` are those of its place: see ``composing``."""

    table: str
    title: str
    edition: int
    period: str
    state: str
    of: int | None
    met: int | None

    @property
    def share(self) -> float | None:
        """The share, where both counts are told and any case counts."""
        return self.met / self.of if self.met is not None and self.of else None


def draft(table: Table, until: date, now: datetime) -> Draft:
    """What would be issued of a table up to ``until``. Raises ``Invalid`` where that is no end of a period, has not come, or was told of."""
    before = newest(table.code)
    try:
        periods = up_to(table.by, until, table.periods)
    except (ValueError, OverflowError):
        raise Invalid({"until": f"This table is by {table.by}. Give the last day of a {table.by}."}) from None
    if periods[-1].until > now:
        raise Invalid({"until": f"That {table.by} has not ended. Nothing can be told of it yet."})
    if before is not None and until <= before.until:
        raise Invalid({"until": f"Edition {before.number} tells of it already. An edition is never issued anew."})
    known = {one.code: one for one in measures()}
    words = {code: _words(known[code]) if code in known else NOT_REGISTERED for code in table.measures}
    number = before.number + 1 if before else 1
    made = compose(
        table, periods, counted(table, periods, known), words, number=number, small=SMALL,
        before=read(before.basis) if before else None,
    )  # fmt: skip
    text = canonical_json(made.content)
    return Draft(
        table, number, until, made.content, text, hashlib.sha256(text.encode()).hexdigest(), canonical_json(made.basis)
    )


def counted(table: Table, periods: Sequence[Period], known: dict[str, Measure]) -> Counts:
    """Of each period and measure how many cases meet it and how many count; None where the query failed, never zero."""
    return {period.code: {code: _counted(known.get(code), period) for code in table.measures} for period in periods}


def _counted(measure: Measure | None, period: Period) -> tuple[int, int] | None:
    if measure is None:
        return None
    found = point(replace(measure, window=period.until - period.since, timed=None), period.until)
    return None if found.met is None or found.of is None else (found.met, found.of)


def _words(measure: Measure) -> Words:
    return Words(measure.name, measure.definition, measure.good)


def newest(table: str, before: datetime | None = None) -> TableEdition | None:
    """A table's newest edition, or the newest of those issued before a time."""
    found = TableEdition.objects.filter(table=table).select_related("text", "basis").order_by("-number")
    return (found if before is None else found.filter(at__lt=before)).first()


def editions(table: str) -> list[TableEdition]:
    """A table's editions, newest first."""
    return list(TableEdition.objects.filter(table=table).order_by("-number"))


def edition(table: str, number: int) -> TableEdition | None:
    """One edition."""
    return TableEdition.objects.filter(table=table, number=number).select_related("text").first()


def standings(now: datetime) -> list[Standing]:
    """Every table of the catalogue, in its order."""
    found = {}
    for one in TableEdition.objects.order_by("number"):
        found[one.table] = one
    return [_standing(table, found.get(table.code), now) for table in tables().values()]


def _standing(table: Table, newest: TableEdition | None, now: datetime) -> Standing:
    (last,) = ended(table.by, now, 1)
    return Standing(table, newest, last if newest is None or newest.until < last.last else None)


def published(measure: str, before: datetime | None = None) -> Published | None:
    """A measure's figure as published: the last period of the newest edition that tells of it, or of the newest issued before a time.

    None where no table has it, or no edition was issued.
    """
    table = next((one for one in tables().values() if measure in one.measures), None)
    found = newest(table.code, before) if table else None
    rows = found.content.get("rows", []) if found else []
    row = next((one for one in rows if one["measure"] == measure), None)
    if table is None or found is None or row is None:
        return None
    place = [one for one in row["places"] if one["period"] != TOTAL][-1]
    period = next(one for one in found.content["periods"] if one["code"] == place["period"])
    return Published(
        table.code, found.content["title"], found.number, period["name"], place["state"], place["of"], place["met"]
    )

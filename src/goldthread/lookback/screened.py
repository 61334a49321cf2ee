"""A file as ``goldthread screen`` writes it, as a source of hits. It is read twice, so that memory stays small."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import Any

from goldthread.assessment.reading import reader
from goldthread.config.errors import Refused
from goldthread.contact.rules import AHEAD, EARLIEST, tidy
from goldthread.lookback import rules, tables
from goldthread.lookback.choices import LEVELS
from goldthread.lookback.found import READERS, Counts, Found, Light, Plan, choose, one_or_several
from goldthread.lookback.queries import known_records
from goldthread.lookback.tabled import Asked, Columns, columns, lines, moment, parquet_parts, read_into
from goldthread.screening.errors import ScreenError
from goldthread.thrive.lexicon import LexiconError

NOT_KNOWN = "high"
"""The level of a row at risk whose own cannot be read: no item waits longer for a fault of its file *(ours)*."""
LONGEST_REFERENCE = 80
LONGEST_QUOTE = 400
LONGEST_SHOWN = 4_000
"""Characters kept of one thing that was carried, such as a THRIVE."""
AROUND = 160
"""Characters kept before and after a quote, so that it can be judged: no more of the log is copied *(ours)*."""
MOST_QUOTES = 40
MOST_COMPLAINTS = 10_000


class BadRow(Exception):
    """A row that cannot be used; the message is its reason and holds no word of it."""


class ScreenedFile:
    """The file; ``plan`` reads it once, ``found`` again for the rows that were chosen."""

    def __init__(self, path: Path, asked: Asked, now: datetime) -> None:
        self.path, self.asked, self.now = path, asked, now
        self.names, self.needed = tables.names_on(now.date()), tables.needed_on(now.date())
        self.parts = parquet_parts(path)
        if not self.parts and not path.is_file():
            raise Refused(f"There is no file {path}. Nothing was made.")
        try:
            self._plan = self._planned()
        except csv.Error as error:
            raise Refused(f"{path} is not readable as CSV: {error}. Nothing was made.") from None
        except ScreenError as error:
            raise Refused(f"{error} Nothing was made.") from None
        except OSError as error:
            raise Refused(f"Cannot read {path}: {error.strerror or error}. Nothing was made.") from None
        self.choose()

    @property
    def plan(self) -> Plan:
        """What would be made of the file."""
        return self._plan

    def _rows(self) -> Iterator[tuple[int, list[str], Columns]]:
        with closing(lines(self.path)) as rows:
            header = next(rows, None)
            if not header:
                raise Refused(f"{self.path} is empty: it needs a header row. Nothing was made.")
            where = columns(header, self.asked)
            for number, row in enumerate(rows, start=1):
                yield number, row, where

    def _hash(self) -> str:
        """Of the file and of what tells whether a row carried its risk: judged otherwise it is another run."""
        names = [sorted(self.names.grades.items()), sorted(self.names.child_tags), sorted(self.names.yes)]
        digest = hashlib.sha256(json.dumps([astuple(self.asked), names]).encode())
        read_into(digest, self.path)
        return digest.hexdigest()

    def _planned(self) -> Plan:
        self._digest = self._hash()
        plan = Plan("file", tidy(self.path.name)[:200], self._digest)
        seen: dict[str, set[str]] = {name: set() for name in READERS}
        for number, row, where in self._rows():
            plan.counts.rows += 1
            notes: list[str] = []
            try:
                found = self._one(number, row, where, plan.counts, notes)
            except BadRow as error:
                plan.counts.bad += 1
                if len(plan.complaints) < MOST_COMPLAINTS:
                    plan.complaints.append((number, str(error)))
                continue
            if notes and found is not None:
                plan.mended.append((number, "; ".join(notes)))
            for name, values in seen.items():
                if f"gt_{name}" in where.gt and len(values) < 3:
                    values.add(tidy(row[where.gt[f"gt_{name}"]]))
            if found is not None:
                plan.lights.append(found.light)
        plan.read_by = one_or_several(seen)
        return plan

    def choose(self) -> None:
        """Choose anew, by the items that there are by now."""
        plan = self._plan
        choose(plan, known_records([one.reference for one in plan.lights], plan.source_hash))

    def found(self, rows: Collection[int]) -> Iterator[Found]:
        """The hits of these rows, whole, in the file's order."""
        wanted = frozenset(rows)
        for number, row, where in self._rows():
            if number in wanted:
                try:
                    found = self._one(number, row, where, Counts(), [], whole=True)
                except BadRow:
                    found = None
                if found is None:
                    raise Refused(f"{self.path} has changed while it was read. Run the same command again to go on.")
                yield found

    def _one(
        self, number: int, row: list[str], where: Columns, counts: Counts, notes: list[str], *, whole: bool = False
    ) -> Found | None:
        """The row as a hit that was not carried, or None; ``whole`` with its words. Raises ``BadRow``.

        A row at risk is never left out for a cell that cannot be used: what stands in its place goes to ``notes``.
        """
        if len(row) != where.width:
            raise BadRow(f"expected {where.width} fields, found {len(row)}")
        given = {name: row[at] for name, at in where.gt.items()}
        if given["gt_error"]:
            counts.unread += 1
            raise BadRow("it was not read when the file was screened; read it yourself")
        at_risk = _flag(given, "gt_at_risk")
        if not at_risk:
            counts.unread += _flag(given, "gt_abstain")
            not_sure = bool(given.get("gt_doubt"))
            counts.not_sure += not_sure
            if not (not_sure and self.asked.doubtful):
                return None
        counts.hits += at_risk
        level = "low" if given["gt_level"] == "none" else given["gt_level"]
        if level not in LEVELS:
            level = NOT_KNOWN
            notes.append(f"gt_level is not a level of the reader, taken as {level}")
        carried, texts = self._carried(number, row, where, counts)
        why = rules.not_carried(level, carried, self.needed)
        if not why:
            return None
        why = why if at_risk else (rules.NOT_SURE, *why)
        reference = " ".join(tidy(row[where.reference]).split())
        if not reference or len(reference) > LONGEST_REFERENCE:
            notes.append(f"it has {'no' if not reference else 'too long a'} reference, so it stands by its row")
            reference = f"row {number} of {tidy(self.path.name)[:40]}, {self._digest[:8]}"
        findings = _findings(given["gt_findings"], notes)
        share = _share(given["gt_probability"], notes)
        light = Light(number, reference, LEVELS[level], share, self._time(row, where, counts))
        codes = {"child_tag": carried.child_tag, "thrive_child": carried.thrive_child, "severity": carried.severity}
        said = None
        if whole:
            text = row[where.text] if where.text is not None else ""
            said = {"quotes": _quotes(findings, text), **texts}
        return Found(
            light,
            level,
            given.get("gt_adult_vulnerability", "") == "true",
            [{"cue": one["cue"], "assertion": one["assertion"], "score": one["score"]} for one in findings],
            codes,
            why,
            said,
        )

    def _carried(
        self, number: int, row: list[str], where: Columns, counts: Counts
    ) -> tuple[rules.Carried, dict[str, Any]]:
        """What the row's record carried, and the same in its own words."""
        grade = row[where.grade] if where.grade is not None else ""
        severity = self.names.grades.get(tables.plain(grade))
        if grade.strip() and severity is None:
            counts.grades_not_known += 1
            counts.first_grade_not_known = counts.first_grade_not_known or number
        tags = {name: row[at] for name, at in where.tags if row[at].strip()}
        thrive = row[where.thrive] if where.thrive is not None else ""
        texts: dict[str, Any] = {
            "grade": tidy(grade)[:LONGEST_SHOWN],
            "tags": {tidy(name): tidy(value)[:LONGEST_SHOWN] for name, value in tags.items()},
            "thrive": tidy(thrive)[:LONGEST_SHOWN],
            "named": [name for name, at in (("grade", where.grade), ("thrive", where.thrive)) if at is not None]
            + (["tags"] if where.tags else []),
        }
        return rules.Carried(severity, names_child(tags, self.names), says_child(thrive)), texts

    def _time(self, row: list[str], where: Columns, counts: Counts) -> datetime | None:
        if where.time is None or not row[where.time].strip():
            return None
        at = moment(row[where.time].strip())
        if at is None or not self.now - EARLIEST < at < self.now + AHEAD:
            counts.times_not_known += 1
            return None
        return at


def names_child(tags: dict[str, str], names: tables.Names) -> bool:
    """Whether a tag names a child: a whole tag of a cell, or the name of a column that only says yes."""
    for column, cell in tags.items():
        parts = {tables.plain(part) for part in _parted(cell)}
        if parts & names.child_tags or (parts & names.yes and tables.plain(column) in names.child_tags):
            return True
    return False


def says_child(thrive: str) -> bool:
    """Whether the THRIVE's own words name a child, by the reader; *no children* and what it cannot read do not.

    Raises ``Refused`` where there is no reader: a run without it would take every THRIVE for silent.
    """
    if not thrive.strip():
        return False
    try:
        found = reader().read(thrive)
    except LexiconError:
        raise Refused("The reader cannot be loaded, so no THRIVE can be read. Nothing was made.") from None
    return found.child == "yes" and not found.abstain


def _parted(cell: str) -> list[str]:
    for sign in ";|/\n\r\t":
        cell = cell.replace(sign, ",")
    return cell.split(",")


def _flag(given: dict[str, str], name: str) -> bool:
    if given[name] not in {"true", "false"}:
        raise BadRow(f"{name} is neither true nor false")
    return given[name] == "true"


def _share(text: str, notes: list[str]) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        notes.append("gt_probability is no number from 0 to 1, taken as one half")
        return 0.5
    return found


def _findings(text: str, notes: list[str]) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
        kept: list[dict[str, Any]] = [
            {
                "cue": tidy(str(one["cue"]))[:40], "start": int(one["start"]), "end": int(one["end"]), "quote": str(one["quote"]),
                "assertion": tidy(str(one["assertion"]))[:20], "score": float(one["score"]),
            }
            for one in found
        ]  # fmt: skip
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        notes.append("its gt_findings are not what the reader writes, so it stands without a quote")
        return []
    kept = [one for one in kept if abs(one["score"]) <= 1]  # not so for what is no number
    return sorted(kept, key=lambda one: -one["score"])[:MOST_QUOTES]


def _quotes(findings: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The quotes in the findings' order, with the words around them where they stand in ``text`` as they should."""
    made = []
    for one in findings:
        start, end, quote = one["start"], one["end"], one["quote"]
        stands = bool(quote) and 0 <= start < end <= len(text) and text[start:end] == quote
        made.append(
            {
                "cue": one["cue"],
                "assertion": one["assertion"],
                "at": start if stands and len(quote) <= LONGEST_QUOTE else None,
                "quote": tidy(quote)[:LONGEST_QUOTE],
                "before": tidy(text[max(start - AROUND, 0) : start]) if stands else "",
                # Not behind a quote that was cut: the words between would be missing.
                "after": tidy(text[end : end + AROUND]) if stands and len(quote) <= LONGEST_QUOTE else "",
            }
        )
    return made

"""Reading a plan file: its columns, its days in the ways people write them, and what of it is new. Values in, answer or refusal out."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from goldthread.config.errors import Invalid
from goldthread.improvement import entry_rules

COLUMNS = ("recommendation", "reference", "action", "owner", "milestone", "due")
MOST_ROWS, MOST_BYTES, MOST_TOLD = 2_000, 1024 * 1024, 50
"""Rows and bytes of a file, and problems told at once *(ours)*."""
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?[ -](\d{4})", re.ASCII)
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
HOW = "Write it as 2027-03-14, 14/03/2027 or 14 March 2027."


@dataclass(frozen=True)
class Row:
    """A line of the file: an action, with a milestone where one is given."""

    line: int
    recommendation: int
    reference: str
    action: str
    owner: str
    milestone: str
    due: date | None


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a line, counted as a spreadsheet counts, the head being 1."""

    line: int
    says: str


@dataclass(frozen=True)
class Standing:
    """An action as the plan has it: its recommendation's number, its words, its owner's login, and its milestones as words and day."""

    recommendation: int
    words: str
    owner: str
    steps: Collection[tuple[str, date]]


@dataclass
class Entering:
    """An action that the file brings, or adds milestones to. ``new`` says that the plan has none of this reference."""

    reference: str
    recommendation: int
    words: str
    owner: str
    new: bool
    steps: list[tuple[str, date]] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What a file would enter: actions with their new milestones; ``same`` is how many of its lines are there already."""

    actions: list[Entering]
    same: int
    wrong: list[Wrong]

    @property
    def new_actions(self) -> int:
        """How many actions are new."""
        return sum(one.new for one in self.actions)

    @property
    def new_steps(self) -> int:
        """How many milestones are new."""
        return sum(len(one.steps) for one in self.actions)


def decoded(content: bytes) -> str:
    """A file's text. Raises ``Invalid`` for one too large, empty, or not in UTF-8."""
    if len(content) > MOST_BYTES:
        raise Invalid({"file": "The file is larger than 1 MB. Nothing was entered; divide it."})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        says = f"Line {line} is not in UTF-8. Nothing was entered; save the file as CSV UTF-8 and choose it again."
        raise Invalid({"file": says}) from None
    if not text.strip():
        raise Invalid({"file": "The file is empty. Nothing was entered; choose it again."})
    return text


def read(text: str) -> tuple[list[Row], list[Wrong]]:
    """The rows of a file and what is wrong with it, by line. Raises ``Invalid`` where it is no such file at all."""
    given = _lines(text.removeprefix("\ufeff"))
    head = [" ".join(one.lower().replace("_", " ").split()) for one in given[0][1]]
    if sorted(head) != sorted(COLUMNS):
        lacks = [one for one in COLUMNS if one not in head]
        beyond = [one[:40] or "an empty one" for one in head if one not in COLUMNS]
        twice = sorted({one for one in head if one in COLUMNS and head.count(one) > 1})
        says = "The columns are not those of a plan."
        says += f" Missing: {', '.join(lacks)}." if lacks else ""
        says += f" Not known: {', '.join(beyond[:10])}." if beyond else ""
        says += f" Given twice: {', '.join(twice)}." if twice else ""
        raise Invalid({"file": f"{says} Nothing was entered; the head is {', '.join(COLUMNS)}."})
    lines = [(number, cells) for number, cells in given[1:] if any(one.strip() for one in cells)]
    if not lines:
        raise Invalid({"file": "There is no line below the head. Nothing was entered."})
    if len(lines) > MOST_ROWS:
        raise Invalid({"file": f"There are more than {MOST_ROWS:,} lines. Nothing was entered; divide the file."})
    rows: list[Row] = []
    wrong: list[Wrong] = []
    whole = [(number, dict(zip(head, cells, strict=True))) for number, cells in lines if len(cells) == len(head)]
    american = any(_month_first(one["due"]) for _, one in whole)
    for number, cells in lines:
        if len(cells) != len(head):
            wrong.append(Wrong(number, f"It has {len(cells)} cells and not {len(head)}."))
    for number, one in whole:
        try:
            rows.append(_row(number, one, american=american))
        except Invalid as error:
            wrong += [Wrong(number, says) for says in error.fields.values()]
    return rows, sorted(wrong, key=lambda one: one.line)


def _lines(text: str) -> list[tuple[int, list[str]]]:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found, line = [], 1
    try:
        for cells in reader:
            found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        raise Invalid(
            {"file": f"Line {line} cannot be read: a quotation mark is not closed. Nothing was entered."}
        ) from None
    while found and not any(one.strip() for one in found[0][1]):
        found.pop(0)
    if not found:
        raise Invalid({"file": "The file is empty. Nothing was entered; choose it again."})
    return found


def _row(number: int, one: Mapping[str, str], *, american: bool) -> Row:
    wrong: dict[str, str] = {}
    told = one["recommendation"].strip()
    recommendation = int(told) if told.isascii() and told.isdigit() and len(told) <= 3 else 0
    if not recommendation:
        wrong["recommendation"] = "Its recommendation is not a number."
    reference = " ".join(one["reference"].split())
    if not reference:
        wrong["reference"] = "It has no reference: give each action one that stays the same, such as 3.2."
    elif len(reference) > 20:
        wrong["reference"] = "Its reference is longer than 20 characters."
    words = {}
    for name in ("action", "milestone"):
        try:
            words[name] = entry_rules.words(one[name])
        except Invalid:
            wrong[name] = f"Its {name} is longer than {entry_rules.LONGEST:,} characters."
    due = None
    if one["due"].strip():
        try:
            due = day(one["due"], american=american)
        except Invalid as error:
            wrong["due"] = str(error)
        else:
            if not words.get("milestone"):
                wrong["due"] = "It has a day and no milestone."
    elif words.get("milestone"):
        wrong["due"] = "Its milestone has no day."
    if wrong:
        raise Invalid(wrong)
    return Row(number, recommendation, reference, words["action"], one["owner"].strip(), words["milestone"], due)


def day(given: str, *, american: bool = False) -> date:
    """A day written as 2027-03-14, 14/03/2027 or 14 March 2027.

    ``american``: some other day of the file has the month first; then one that could be read both ways is refused, and not guessed.
    Raises ``Invalid``.
    """
    told = " ".join(given.split())
    if found := ISO.fullmatch(told):
        return _made(told, int(found[1]), int(found[2]), int(found[3]))
    if found := WORDS.fullmatch(told):
        months = [place for place, name in enumerate(MONTHS, 1) if name.startswith(found[2].lower())]
        return _made(told, int(found[3]), months[0] if len(months) == 1 else 0, int(found[1]))
    if found := NUMBERS.fullmatch(told):
        first, second = int(found[1]), int(found[3])
        if len(found[4]) == 2:
            raise Invalid({"due": f"The day {told} has a year of two digits and could be several. {HOW}"})
        if american and first <= 12 and second <= 12 and first != second:
            says = f"The day {told} could be read two ways, since other days of this file have the month first. {HOW}"
            raise Invalid({"due": says})
        if first <= 12 < second <= 31:
            raise Invalid({"due": f"The day {told} has the month first. {HOW}"})
        return _made(told, int(found[4]), second, first)
    raise Invalid({"due": f"“{told[:40]}” is no day. {HOW}"})


def _month_first(given: str) -> bool:
    found = NUMBERS.fullmatch(" ".join(given.split()))
    return found is not None and int(found[1]) <= 12 < int(found[3]) <= 31


def _made(told: str, year: int, month: int, number: int) -> date:
    try:
        return entry_rules.day("due", date(year, month, number))
    except Invalid:
        raise Invalid({"due": f"The year of {told} cannot be right. {HOW}"}) from None
    except ValueError:
        raise Invalid({"due": f"There is no such day as {told}. {HOW}"}) from None


def preview(
    rows: list[Row],
    wrong: list[Wrong],
    numbers: Collection[int],
    owners: Collection[str],
    standing: Mapping[str, Standing],
) -> Preview:
    """What the file would enter into a report that has these recommendations, owners (by login) and actions (by reference)."""
    found: dict[str, Entering] = {}
    problems, same = list(wrong), 0
    for row in rows:
        says = _against(row, found.get(row.reference), standing.get(row.reference), numbers, owners)
        if says:
            problems.append(Wrong(row.line, says))
            continue
        held = standing.get(row.reference)
        known = row.reference in found or held is not None
        one = found.setdefault(
            row.reference,
            Entering(row.reference, row.recommendation, held.words if held else row.action, row.owner, held is None),
        )
        step = (row.milestone, row.due) if row.milestone and row.due else None
        if step is None or step in one.steps or (held is not None and step in held.steps):
            same += known
        else:
            one.steps.append(step)
    entering = [one for one in found.values() if one.new or one.steps]
    return Preview(entering, same, sorted(problems, key=lambda one: one.line))


def _against(
    row: Row, before: Entering | None, held: Standing | None, numbers: Collection[int], owners: Collection[str]
) -> str:
    """Why a row cannot be entered; empty where it can."""
    if row.recommendation not in numbers:
        return f"The report has no recommendation {row.recommendation}."
    if row.owner and row.owner not in owners:
        return f"Nobody with the login {row.owner[:60]} may own an action."
    if held is None and before is None:
        return "" if row.action else f"Action {row.reference} is new and has no words."
    words, recommendation = (held.words, held.recommendation) if held else (before.words, before.recommendation)  # type: ignore[union-attr]
    owner = held.owner if held else before.owner  # type: ignore[union-attr]
    where = "in the plan" if held else "on a line above"
    if row.recommendation != recommendation:
        return f"Action {row.reference} is of recommendation {recommendation} {where}."
    if row.action and row.action != words:
        return f"Action {row.reference} reads otherwise {where}."
    if row.owner and row.owner != owner:
        return f"Action {row.reference} has {'another owner' if owner else 'no owner'} {where}."
    return ""

"""A file of attendance, read: what each line says, or every line that is wrong, by its number. No database."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from goldthread.config.errors import Invalid
from goldthread.learning.rules import Was

MOST = 256 * 1024
"""Bytes of a file *(ours)*: a line for each of several thousand people."""
NAMES = {"collar": "who", "collar number": "who", "username": "who", "login": "who", "attended": "attended", "result": "result"}  # fmt: skip
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
RESULTS = {"": "", "passed": "passed", "pass": "passed", "again": "again", "not passed": "again", "failed": "again", "fail": "again"}  # fmt: skip
COLUMNS = "Give the columns collar (or username), attended, and if you like result, in the first line."
TOLD = 10
"""Wrong lines that are named one by one; of the others how many there are."""


@dataclass(frozen=True)
class Line:
    """A line of the file, by its number from 1."""

    number: int
    was: Was


def read(content: bytes) -> list[Line]:
    """What each line says. Raises ``Invalid`` for a file that is empty, too large, in another encoding or with other columns, and
    for lines that say nothing clear, each by its number.
    """
    if not content.strip():
        raise refused("The file is empty: there is nothing in it. Choose it again.")
    if len(content) > MOST:
        raise refused("The file is larger than a register can be (256 KB) and was not read.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise refused(
            "The file is not written in UTF-8, so names in it cannot be told. Save it as CSV UTF-8 and choose it again."
        )
    head = text.split("\n", 1)[0]
    between = next((one for one in ";\t" if one in head and "," not in head), ",")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=between)
    try:
        columns = _columns(next(rows))
        return _lines(rows, columns)
    except csv.Error:
        raise refused(f"Line {rows.line_num} cannot be read as CSV. Nothing was saved.") from None


def refused(sentence: str) -> Invalid:
    """A refusal about the file."""
    return Invalid({"file": sentence})


def wrong_lines(wrong: list[tuple[int, str]]) -> Invalid:
    """A refusal that names each wrong line, the first ones in words."""
    told = " ".join(f"Line {number}: {says}." for number, says in sorted(wrong)[:TOLD])
    more = f" And {len(wrong) - TOLD} more." if len(wrong) > TOLD else ""
    return refused(f"{told}{more} Nothing was saved; put it right and send the whole file again.")


def _columns(head: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, name in enumerate(head):
        meant = NAMES.get(" ".join(name.lower().split()))
        if meant is None:
            raise refused(
                f"There is a column {name.strip()[:40] or 'without a name'} that is not known. {COLUMNS} Nothing was saved."
            )
        if meant in found:
            raise refused(f"Two columns say the same: {name.strip()[:40]}. {COLUMNS} Nothing was saved.")
        found[meant] = place
    if missing := {"who", "attended"} - set(found):
        name = "collar" if "who" in missing else "attended"
        raise refused(f"The column {name} is missing. {COLUMNS} Nothing was saved.")
    return found


def _lines(rows: object, columns: dict[str, int]) -> list[Line]:
    found, wrong, seen = [], [], dict[str, int]()
    for row in rows:  # type: ignore[attr-defined]
        number = rows.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            wrong.append((number, f"it has {len(row)} columns and not {len(columns)}"))
            continue
        who, came = (row[columns[name]].strip() for name in ("who", "attended"))
        result = RESULTS.get(row[columns["result"]].strip().lower()) if "result" in columns else ""
        if not who:
            wrong.append((number, "nobody is named"))
        elif who.casefold() in seen:
            wrong.append((number, f"{who[:60]} stands in line {seen[who.casefold()]} already"))
        elif came.lower() not in YES | NO:
            wrong.append((number, f"attended is {came[:20] or 'empty'} and not yes or no"))
        elif result is None:
            wrong.append((number, f"the result {row[columns['result']].strip()[:20]} is not passed or not passed"))
        elif result and came.lower() in NO:
            wrong.append((number, f"{who[:60]} was not there and has a result"))
        else:
            found.append(Line(number, Was(who, came.lower() in YES, result)))
        seen.setdefault(who.casefold(), number)
    if wrong:
        raise wrong_lines(wrong)
    if not found:
        raise refused("The file has its first line and names nobody. Nothing was saved.")
    return found

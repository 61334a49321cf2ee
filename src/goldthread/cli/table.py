"""A table that an operator hands in: CSV in UTF-8 with a header, read whole before anything is changed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from goldthread.config.errors import Refused

LONGEST_FIELD = 10_000
MOST = 10_000


def table(path: Path, columns: Sequence[str], what: str) -> list[tuple[int, dict[str, str]]]:
    """Each row with its line, its fields tidied; ``what`` a row is called. Raises ``Refused`` with a sentence for what is no such table."""
    from goldthread.contact.rules import tidy

    csv.field_size_limit(LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            rows = csv.DictReader(source)
            if missing := [name for name in columns if name not in (rows.fieldnames or [])]:
                raise Refused(
                    f"{path} has no column {missing[0]}. It needs a header: {', '.join(columns)}. Nothing was changed."
                )
            found = []
            for row in rows:
                if None in row:
                    raise Refused(
                        f"Line {rows.line_num} of {path} has more fields than the header; put ; between several in one field. "
                        "Nothing was changed."
                    )
                found.append((rows.line_num, {name: " ".join(tidy(row.get(name) or "").split()) for name in columns}))
                if len(found) > MOST:
                    raise Refused(f"{path} has more than {MOST:,} {what}s. Nothing was changed.")
    except OSError as error:
        raise Refused(f"Cannot read {path}: {error.strerror or error}. Nothing was changed.") from None
    except (csv.Error, UnicodeDecodeError):
        raise Refused(f"{path} is not readable as CSV in UTF-8. Nothing was changed.") from None
    if not found:
        raise Refused(f"{path} has no {what}. Nothing was changed.")
    return found

"""The verb that ties items together whose records name one person or address, as ``goldthread link`` found them in a table.

A tie shows items to whoever decides one of them; it decides nothing by itself.
"""

from __future__ import annotations

import csv
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.config.errors import Refused
from goldthread.contact.rules import tidy
from goldthread.lookback.found import Record, record_of
from goldthread.lookback.models import Item, Tie
from goldthread.lookback.tabled import lines, moment, parquet_parts, place_of, read_into
from goldthread.screening.errors import ScreenError

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CHUNK = 500
GROUP = "gt_group"


@dataclass
class Tied:
    """What tying came to: ``rows`` read, ``groups`` in which several items stand, ``made`` ties and those ``there`` before.

    ``bad`` rows had no group, no reference or no usable time; ``unclear`` references name several records, which only their day would tell apart.
    """

    rows: int = 0
    bad: int = 0
    unclear: int = 0
    groups: int = 0
    made: int = 0
    there: int = 0


def tie(path: Path, kind: str, reference: str, time: str, by: Staff) -> Tied:
    """Tie the items of each group that ``goldthread link`` found in a table; again and again it makes nothing twice.

    ``reference`` and ``time`` name the columns that name a record and say when it came; with ``time`` empty every reference is one
    record, which whoever has it done, ``by``, answers for. Raises ``Refused``.
    """
    if not parquet_parts(path) and not path.is_file():
        raise Refused(f"There is no file {path}. Nothing was tied.")
    told, digest = Tied(), hashlib.sha256()
    try:
        groups = _groups(path, reference, time, told)
        read_into(digest, path)
    except csv.Error as error:
        raise Refused(f"{path} is not readable as CSV: {error}. Nothing was tied.") from None
    except ScreenError as error:
        raise Refused(f"{error} Nothing was tied.") from None
    except OSError as error:
        raise Refused(f"Cannot read {path}: {error.strerror or error}. Nothing was tied.") from None
    wanted = []
    for group, records in sorted(groups.items()):
        if len(records) > 1:  # one record read twice is no group
            told.groups += 1
            mark = hashlib.sha256(f"{digest.hexdigest()} {kind} {group}".encode()).hexdigest()
            wanted += [(mark, item) for item in sorted(set().union(*records.values()))]
    rows = iter(wanted)
    while chunk := list(islice(rows, CHUNK)):
        _made(kind, chunk, by, told)
    return told


def _made(kind: str, chunk: Sequence[tuple[str, uuid.UUID]], by: Staff, told: Tied) -> None:
    with acting(None) as act:
        marks = {mark for mark, _ in chunk}
        there = set(Tie.objects.filter(mark__in=marks).values_list("mark", "item_id"))
        new = [one for one in chunk if one not in there]
        Tie.objects.bulk_create(Tie(item_id=item, kind=kind, mark=mark, at=act.now) for mark, item in new)
        if new:
            subjects = [("lookback", str(item)) for item in dict.fromkeys(item for _, item in new)]
            act.record("combination", "lookback.tie", [("staff", str(by.pk)), *subjects], kind=kind)
        told.made += len(new)
        told.there += len(chunk) - len(new)


def _groups(path: Path, reference: str, time: str, told: Tied) -> dict[str, dict[Record, set[uuid.UUID]]]:
    """The items of each group of the table, by their records. A row whose time cannot be read names no record."""
    met: dict[str, set[tuple[str, Record | None]]] = defaultdict(set)
    with closing(lines(path)) as rows:
        header = next(rows, None)
        if not header:
            raise Refused(f"{path} is empty: it needs a header row. Nothing was tied.")
        if GROUP not in header:
            raise Refused(f"{path} has no column {GROUP}: it is not what 'goldthread link' writes. Nothing was tied.")
        at, group_at = place_of(header, reference), header.index(GROUP)
        time_at = place_of(header, time) if time else None
        for row in rows:
            told.rows += 1
            whole = len(row) == len(header)
            named = " ".join(tidy(row[at]).split()) if whole else ""
            group = tidy(row[group_at]).strip() if whole else ""
            came = moment(row[time_at].strip()) if time_at is not None and whole else None
            if not named or not group or (time_at is not None and came is None):
                told.bad += 1
                continue
            met[group].add((named, record_of(named, came) if came else None))
    several = {group: records for group, records in met.items() if len(records) > 1}
    items = _items({named for records in several.values() for named, _ in records})
    found: dict[str, dict[Record, set[uuid.UUID]]] = defaultdict(dict)
    unclear = set()
    for group, records in several.items():
        for named, record in records:
            of = items.get(named, {})
            if record is None and len(of) > 1:
                unclear.add(named)
                continue
            for one, keys in of.items():
                if record is None or one == record:
                    found[group][one] = keys
    told.unclear = len(unclear)
    return found


def _items(references: set[str]) -> dict[str, dict[Record, set[uuid.UUID]]]:
    """For each reference its records of other systems, each with its items."""
    found: dict[str, dict[Record, set[uuid.UUID]]] = defaultdict(lambda: defaultdict(set))
    wanted = sorted(references)
    for first in range(0, len(wanted), CHUNK):
        items = Item.objects.filter(hit__incident=None, hit__reference__in=wanted[first : first + CHUNK])
        for pk, named, at in items.values_list("pk", "hit__reference", "hit__received_at"):
            found[named][record_of(named, at)].add(pk)
    return found

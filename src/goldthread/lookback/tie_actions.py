"""The verbs that tie items together whose records name one person or address, as ``goldthread link`` found them in a table,
and that take a tie back which somebody looked at and found wrong.

A tie shows items to whoever decides one of them; it decides nothing by itself.
"""

from __future__ import annotations

import csv
import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.rules import tidy
from goldthread.contact.work import command_key, earlier
from goldthread.lookback.found import Record, record_of
from goldthread.lookback.models import Item, Tie, TieWithdrawal
from goldthread.lookback.rules import NOT_THERE
from goldthread.lookback.tabled import lines, moment, parquet_parts, place_of, read_into
from goldthread.lookback.work import finish
from goldthread.screening.errors import ScreenError

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CHUNK = 500
GROUP = "gt_group"
LONGEST_WHY = 1_000
"""Characters of why a tie was wrong *(ours)*."""


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
    told = Tied()
    with _readable(path, "Nothing was tied."):
        groups = _groups(path, reference, time, told)
        digest = _digest(path)
    wanted = []
    for group, records in sorted(groups.items()):
        if len(records) > 1:  # one record read twice is no group
            told.groups += 1
            wanted += [(_mark(digest, kind, group), item) for item in sorted(set().union(*records.values()))]
    rows = iter(wanted)
    while chunk := list(islice(rows, CHUNK)):
        _made(kind, chunk, by, told)
    return told


def untie(user: Staff, item_id: uuid.UUID, *, other: uuid.UUID, key: uuid.UUID, words: str) -> None:
    """Say that the ``other`` record is not of the person or address that ties it to this one: it leaves that group, for everybody.

    Raises ``NotThere`` where either is out of reach, ``Invalid`` without a reason, ``Refused`` where nothing ties them now.
    """
    why = _why(words)
    with acting(user) as act:
        reached = Item.objects.reached_by(user, "lookback.decide").select_related("hit")
        found = {one.pk: one for one in reached.filter(pk__in=[item_id, other])}
        if len(found) < 2:
            raise NotThere(NOT_THERE)
        hit = found[other].hit
        # A record that was read graver later has two items, which are one record.
        its = {
            *_items({hit.reference}).get(hit.reference, {}).get(record_of(hit.reference, hit.received_at), ()),
            other,
        }
        list(Item.objects.filter(pk__in=its).order_by("pk").select_for_update(of=("self",)))
        own = command_key(key, user.pk, item_id, "lookback.untie", other, why)
        if earlier(own) is not None:
            return
        groups = Tie.objects.filter(item=item_id, withdrawal__isnull=True).values("mark")
        ties = list(Tie.objects.filter(item__in=its, withdrawal__isnull=True, mark__in=groups))
        if not ties:
            raise Refused("Nothing that linking found ties these two any more. Nothing was changed; reload to see.")
        kept = Payload.objects.keep(why)
        for one in ties:
            TieWithdrawal(tie=one, by=user, why=kept, at=act.now).save()
        act.record("alteration", "lookback.untie", [("lookback", str(item_id)), ("lookback", str(other))])
        finish(own, "lookback.untie", user, act.now)


def untie_all(path: Path, kind: str, by: Staff, words: str) -> tuple[int, int]:
    """Take back every tie that was made of this very table; returns how many now and how many had been before. Raises ``Refused``."""
    why = _why(words)
    with _readable(path, "Nothing was changed."), closing(lines(path)) as rows:
        group_at = _group_at(path, next(rows, []), "Nothing was changed.")
        groups = sorted({tidy(row[group_at]).strip() for row in rows if len(row) > group_at})
        digest = _digest(path)
    now = before = 0
    with acting(None) as act:
        kept = Payload.objects.keep(why)
        for first in range(0, len(groups), CHUNK):
            marks = [_mark(digest, kind, group) for group in groups[first : first + CHUNK]]
            found = Tie.objects.filter(mark__in=marks)
            items = sorted(set(found.values_list("item_id", flat=True)))
            list(Item.objects.filter(pk__in=items).order_by("pk").select_for_update(of=("self",)))
            ties = list(found.filter(withdrawal__isnull=True))
            before, now = before + found.count() - len(ties), now + len(ties)
            TieWithdrawal.objects.bulk_create(TieWithdrawal(tie=one, by=by, why=kept, at=act.now) for one in ties)
            if ties:
                subjects = [("lookback", str(item)) for item in dict.fromkeys(one.item_id for one in ties)]
                act.record("alteration", "lookback.untie", [("staff", str(by.pk)), *subjects], kind=kind)
        if not now + before:
            raise Refused(f"Nothing was ever tied of this very table as {kind}. Nothing was changed.")
    return now, before


def _why(words: str) -> str:
    kept = tidy(words).strip()
    if not kept:
        raise Invalid({"words": "Write why these are not the same. Nothing was changed."})
    if len(kept) > LONGEST_WHY:
        raise Invalid({"words": f"At most {LONGEST_WHY:,} characters fit here. Nothing was changed; shorten it."})
    return kept


@contextmanager
def _readable(path: Path, end: str) -> Iterator[None]:
    """Say in a sentence what is wrong with a table; ``end`` says what was not done."""
    if not parquet_parts(path) and not path.is_file():
        raise Refused(f"There is no file {path}. {end}")
    try:
        yield
    except csv.Error as error:
        raise Refused(f"{path} is not readable as CSV: {error}. {end}") from None
    except ScreenError as error:
        raise Refused(f"{error} {end}") from None
    except OSError as error:
        raise Refused(f"Cannot read {path}: {error.strerror or error}. {end}") from None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    read_into(digest, path)
    return digest.hexdigest()


def _mark(digest: str, kind: str, group: str) -> str:
    return hashlib.sha256(f"{digest} {kind} {group}".encode()).hexdigest()


def _group_at(path: Path, header: Sequence[str], end: str) -> int:
    if not header:
        raise Refused(f"{path} is empty: it needs a header row. {end}")
    if GROUP not in header:
        raise Refused(f"{path} has no column {GROUP}: it is not what 'goldthread link' writes. {end}")
    return header.index(GROUP)


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
        header = next(rows, [])
        group_at = _group_at(path, header, "Nothing was tied.")
        at = place_of(header, reference)
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

"""The one verb of records: an extract of another system becomes what is known.

The file is read once, a few thousand lines at a time, into ``RecordStaged``; what is there stays over a stop. Then all of it is taken
in by one transaction of set-based statements (``records_sql``), so that nobody ever searches in half an extract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere, Refused
from goldthread.contact import records_rules as rules
from goldthread.contact import records_sql as sql
from goldthread.contact.known import force_day
from goldthread.contact.records_models import RecordLine, RecordLoad, RecordStaged, RecordStaging
from goldthread.contact.records_read import Read, Written, lines, source, written
from goldthread.screening.errors import ScreenError
from goldthread.screening.tables import listed

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting

VERB = "records.load"
STAGED = 5_000
"""Lines that are put beyond loss at a time *(ours)*."""
LEFT = timedelta(days=2)
"""How long a load that was stopped waits for its file *(ours)*; its lines are about people."""
LOCK = "records.load"
BUSY = "Another extract is being loaded. Nothing was changed; try again when it is through."
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Extract:
    """A file and what it is said to be: ``whole`` says that it holds everything its source has of the kind."""

    path: Path
    name: str
    kind: str
    source: str
    as_of: datetime
    whole: bool = False


def load(
    user: Staff | None, given: Extract, *, yes: bool = False, progress: Progress = lambda _said: None
) -> RecordLoad:
    """Load an extract; ``user`` None is the command line. The same file loaded again changes nothing and answers as before.

    ``yes``: whoever loads it knows that a whole extract ends much of what stands, or lacks columns that the one before had.
    Raises ``Refused`` with a sentence where nothing was loaded; a stop for what the file holds leaves a row that says so.
    """
    if user is not None and not user.can(VERB):
        raise NotThere("Only those who load records may do that. Nothing was loaded.")
    now = database_now(connection)
    kind, named = rules.given(given.kind, given.source, given.as_of, now)
    given = Extract(given.path, " ".join(given.name.split())[-120:], kind, named, given.as_of, given.whole)
    how = written(given.path, given.name)
    with _alone():
        before = _same(given, how)
        if before is not None:
            return before
        try:
            staging, columns = _stage(given, how, now, yes=yes, progress=progress)
            return _take_in(user, given, how, staging, columns, yes=yes, progress=progress)
        except ScreenError as error:
            why = f"{str(error).replace(str(given.path), given.name)} Nothing was loaded."
        except _Stop as error:
            why = str(error)
        _stopped(user, given, how, why)
        raise Refused(why)


class _Stop(Exception):
    """What the file holds stands against loading it."""


def _same(given: Extract, how: Written) -> RecordLoad | None:
    """The load of the very same, where all its lines were used: those refused then may be of use now that more is known."""
    done = RecordLoad.objects.filter(kind=given.kind, source=given.source, outcome="done", refused=0)
    return done.filter(digest=how.digest, as_of=given.as_of, whole=given.whole).first()


def _stage(
    given: Extract, how: Written, now: datetime, *, yes: bool, progress: Progress
) -> tuple[RecordStaging, rules.Columns]:
    """Read the file from where an earlier try stopped, and put each line beyond loss."""
    RecordStaging.objects.filter(at__lt=now - LEFT).delete()
    staging, made = RecordStaging.objects.get_or_create(
        digest=how.digest, kind=given.kind, source=given.source, as_of=given.as_of, whole=given.whole
    )
    newest = None if made else RecordStaged.objects.filter(staging=staging).order_by("-line").first()
    done = newest.line - 1 if newest is not None else 0
    with source(given.path, how) as table:
        try:
            columns = rules.columns(given.kind, table.names, listed(table.names))
            rules.fewer(_columns_before(given), columns.at, yes=yes)
        except Refused as error:
            raise _Stop(str(error)) from None
        if done:
            progress(f"Going on after line {done + 1:,}.")
        rows = lines(table, given.kind, columns, given.as_of, force_day(now), done)
        while held := list(islice(rows, STAGED)):
            _copy(staging, held)
            done += len(held)
            progress(f"{done:,} lines read.")
    if not done:
        raise _Stop(f"{given.name} holds no line. Nothing was loaded; an extract without lines is taken for a mistake.")
    return staging, columns


def _columns_before(given: Extract) -> list[str]:
    done = RecordLoad.objects.filter(kind=given.kind, source=given.source, outcome="done").order_by("-as_of", "-pk")
    return done.values_list("columns", flat=True).first() or []


def _copy(staging: RecordStaging, rows: list[Read]) -> None:
    into = "COPY contact_recordstaged (staging_id, line, key, as_of, values, why) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(into) as copy:
        for one in rows:
            line = one.found
            if line is None:
                copy.write_row((staging.pk, one.line, one.key, None, [], one.why))
            else:
                copy.write_row((staging.pk, one.line, line.key, line.as_of, line.values, ""))


def _take_in(
    user: Staff | None, given: Extract, how: Written, staging: RecordStaging, columns: rules.Columns, *, yes: bool, progress: Progress
) -> RecordLoad:  # fmt: skip
    run: dict[str, Any] = {
        "source": given.source,
        "as_of": given.as_of,
        "staging": staging.pk,
        "born": "born" in columns.at,
    }
    told = how.told(columns.ignored)
    of = sql.STATEMENTS[given.kind]
    progress("Comparing with what is known.")
    with acting(user) as act, connection.cursor() as cursor, sql.whole_sets(cursor):
        cursor.execute(sql.AWAY)
        cursor.execute(sql.ONE, run)
        cursor.execute("ANALYZE one")
        cursor.execute(sql.TAKEN.format(of.find), run)
        cursor.execute("ANALYZE taken")
        cursor.execute(sql.COUNTS)
        counts = dict(cursor.fetchall())
        unread = RecordStaged.objects.filter(staging=staging, key="").count() if given.whole else 0
        ended = _end(cursor, of, run, yes=yes) if given.whole and not unread else 0
        if unread:
            told += (
                f" Nothing was ended: on {unread:,} of its lines no key could be read, so nobody can say what it lacks."
            )
        refused = _refused(cursor, run)
        total = RecordStaged.objects.filter(staging=staging).count()
        if not given.whole and len(refused) == total:
            _raise_unused(refused)
        for step in of.steps:
            cursor.execute(step, run)
        made = _record(
            act, user, given, how, "done", told=told, lines=total, ended=ended, refused=len(refused),
            columns=sorted(columns.at),
            **{name: counts.get(name, 0) for name in ("added", "changed", "same", "late")},
        )  # fmt: skip
        listed_lines = refused[: rules.settings()["lines_listed"]]
        RecordLine.objects.bulk_create([RecordLine(load=made, line=line, why=why) for line, why in listed_lines], 1_000)
        cursor.execute("DELETE FROM contact_recordstaged WHERE staging_id = %s", [staging.pk])
        cursor.execute("DELETE FROM contact_recordstaging WHERE id = %s", [staging.pk])
    progress("Loaded.")
    return made


def _raise_unused(refused: list[tuple[int, str]]) -> None:
    line, why = refused[0]
    raise _Stop(f"No line of the file can be used. Line {line:,}: {why} Nothing was loaded.")


def _end(cursor: Any, of: sql.Statements, run: dict[str, Any], *, yes: bool) -> int:
    """End what a whole extract holds no longer, if that is not too much. Raises ``_Stop``."""
    cursor.execute(f"SELECT count(*) {of.standing}", run)
    standing = cursor.fetchone()[0]
    cursor.execute(sql.MET)
    met = cursor.fetchone()[0]
    cursor.execute(sql.GONE.format(of.standing), run)
    cursor.execute("SELECT count(*) FROM gone")
    ends: int = cursor.fetchone()[0]
    try:
        rules.ending(standing, met, ends, yes=yes)
    except Refused as error:
        raise _Stop(str(error)) from None
    for step in of.end:
        cursor.execute(step, run)
    return ends


def _refused(cursor: Any, run: dict[str, Any]) -> list[tuple[int, str]]:
    """Every line that is not used, with why, in order."""
    found: list[tuple[int, str]] = list(
        RecordStaged.objects.filter(staging=run["staging"]).exclude(why="").values_list("line", "why")
    )
    cursor.execute(sql.TWICE, run)
    found += cursor.fetchall()
    cursor.execute(sql.REFUSED)
    return sorted(found + cursor.fetchall())


def _stopped(user: Staff | None, given: Extract, how: Written, why: str) -> None:
    with acting(user) as act:
        _record(act, user, given, how, "stopped", said=why)


def _record(act: Acting, user: Staff | None, given: Extract, how: Written, outcome: str, **counted: Any) -> RecordLoad:
    made = RecordLoad(
        name=given.name, digest=how.digest, kind=given.kind, source=given.source, as_of=given.as_of, whole=given.whole,
        outcome=outcome, by=user, at=act.now, **counted,
    )  # fmt: skip
    made.save()
    numbers: dict[str, Any] = {name: value for name, value in counted.items() if isinstance(value, int)}
    act.record(
        "alteration" if outcome == "done" else "collection", VERB, [("record-load", made.pk)], kind=given.kind,
        file=how.digest, outcome=outcome, whole=given.whole, **numbers,
    )  # fmt: skip
    return made


@contextmanager
def _alone() -> Iterator[None]:
    """One load at a time: two that wait for each other's rows would both be undone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refused(BUSY)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])

"""What the stream asks of the database for a class of sight, each answer of one snapshot."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.template.loader import render_to_string

from goldthread.accounts.models import Staff
from goldthread.assessment.mode_rules import View
from goldthread.assessment.modes import view
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.desk.models import BoardRow
from goldthread.desk.queries import changed_since, counts, snapshot
from goldthread.desk.rows import rendered, rows
from goldthread.desk.stream.sight import OnBoard, alone, sight_class, standing_for
from goldthread.desk.strip import strip

MOVES = frozenset(
    {
        "area.set",
        "owner.taken",
        "owner.offered",
        "owner.acknowledged",
        "owner.declined",
        "owner.withdrawn",
        "owner.overtaken",
        "unit.allocated",
        "incident.reopened",
        "children.answered",
        "contact.read",
        "contact.received",
    }
)
"""Timeline codes after which an open incident may be in somebody else's sight."""
CHILD_MOVES = frozenset({"children.answered"})
"""Those of them that matter to who sees what involves a child."""
DRAWN = timedelta(seconds=2)
"""Within which a page that took its mark has read its rows."""
BEFORE = timedelta(seconds=10)
"""By how much a timeline's line may be older than the change that it came with."""


def batch(since: str, classes: dict[str, list[int]], here: set[int]) -> tuple[str, dict[str, dict[str, Any]], set[int]]:
    """The new mark, for each class of sight its changed rows, and who of those here is handed something.

    All in one snapshot.
    """
    with _one_snapshot():
        mark = snapshot()
        changed = changed_since(since)
        offers = Incident.objects.open().filter(offered_to__in=here)
        offered = set(offers.values_list("offered_to", flat=True))
        if not changed:
            return mark, {}, offered
        html: dict[View, dict[uuid.UUID, str]] = {}
        told = {}
        for sight, user in _standing({**classes, **{alone(staff_id): [staff_id] for staff_id in offered}}).items():
            seen_as = view(user)
            if seen_as not in html:
                html[seen_as] = _rendered(changed, seen_as)
            told[sight] = {"rows": _changes(changed, seen_now(user, changed), html[seen_as])}
    return mark, told, offered


def missed(
    since: str, sight: str, staff_id: int, had: set[uuid.UUID] | None
) -> tuple[str, dict[str, Any] | None, set[uuid.UUID]]:
    """The new mark, what a class of sight, of which ``staff_id`` is one, missed since theirs, and which rows that puts on their boards.

    What closed meanwhile is told to those who had it. An open incident may have moved out of sight by a change of area
    or owner. ``had`` are those that their boards may have had; where it is None that is not known, and where one may have been on such
    a board None is told instead: its page is to be loaded anew. Raises ``ValueError`` for a bad mark, and where ``staff_id`` is not of
    that class any more.
    """
    with _one_snapshot():
        mark = snapshot()
        changed = changed_since(since)
        user = _one_of(sight, staff_id)
        seen = seen_now(user, changed)
        hidden = {one: at for one, at in changed.items() if one not in seen}
        if had is None and _may_have_moved(hidden, min(changed.values(), default=None), sight):
            return mark, None, set()
        closed = Incident.objects.filter(pk__in=hidden).closed().in_scope(user, "incident.see")
        gone = set(closed.values_list("pk", flat=True)) | (had or set()).intersection(hidden)
        html = _rendered(seen, view(user))
        return mark, {"rows": _changes(seen | gone, seen, html), "strip": _strip(user)}, seen


def handed(staff_id: int) -> tuple[bool, set[uuid.UUID]]:
    """Whether somebody is handed an open incident now, and those that they once were handed and do not see any more."""
    mine = Incident.objects.open().filter(handoffs__to=staff_id).values_list("pk", "offered_to")
    found = dict(mine)
    if not found:
        return False, set()
    user = Staff.objects.ranked().select_related("team").get(pk=staff_id)
    return staff_id in found.values(), set(found) - seen_now(user, found)


def _may_have_moved(hidden: Mapping[uuid.UUID, datetime], first: datetime | None, sight: str) -> bool:
    """Whether one of these open incidents, each with the time of its first change that was missed, has moved out of a class's sight.

    One that was opened by that change stood on no board before it, but on a page that was just being drawn: ``first`` is the time
    of the first change of all that was missed.
    """
    if not hidden or first is None:
        return False
    opened = Incident.objects.filter(pk__in=hidden).open().values_list("pk", "opened_at")
    stood = [one for one, opened_at in opened if opened_at < max(hidden[one], first + DRAWN)]
    codes = MOVES if sight.startswith(("child", "staff")) else MOVES - CHILD_MOVES
    moves = Entry.objects.filter(incident__in=stood, code__in=codes, recorded_at__gte=first - BEFORE)
    return bool(stood) and moves.exists()


def _standing(classes: Mapping[str, Sequence[int]]) -> dict[str, Staff]:
    """For each class one of these who is of it still: the first almost always. A class of which none is any more is left out; all of them
    are ended soon, and resume from their marks."""
    found: dict[str, Staff] = {}
    for some in (slice(1), slice(1, None)):
        asked = {sight: ids[some] for sight, ids in classes.items() if sight not in found}
        people = Staff.objects.ranked().select_related("team").in_bulk({pk for ids in asked.values() for pk in ids})
        for sight, ids in asked.items():
            user = next((people[pk] for pk in ids if pk in people and _is_of(sight, people[pk])), None)
            if user is not None:
                found[sight] = standing_for(sight, user)
    return found


def _one_of(sight: str, staff_id: int) -> Staff:
    user = Staff.objects.ranked().select_related("team").get(pk=staff_id)
    if not _is_of(sight, user):
        raise ValueError("somebody's sight has changed since they joined")
    return standing_for(sight, user)


def _is_of(sight: str, user: Staff) -> bool:
    return user.is_active and (sight == alone(user.pk) or sight_class(user) == sight)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _rendered(wanted: Iterable[uuid.UUID], seen_as: View) -> dict[uuid.UUID, str]:
    now = database_now(connection)
    found = BoardRow.objects.filter(incident__in=wanted)
    return {row["id"]: rendered(row) for row in rows(found, now, seen_as)}


def seen_now(user: Staff, wanted: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these incidents that are open and in somebody's sight."""
    return set(Incident.objects.open().visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True))


def on_board(sight: str, staff_id: int) -> OnBoard:
    """What stands on the boards of a class now. Raises as ``missed`` does."""
    with _one_snapshot():
        mark = snapshot()
        user = _one_of(sight, staff_id)
        return OnBoard(mark, set(Incident.objects.open().visible_to(user).values_list("pk", flat=True)))


def _changes(changed: Iterable[uuid.UUID], seen: set[uuid.UUID], html: dict[uuid.UUID, str]) -> list[dict[str, Any]]:
    """Each changed row as this class may have it: rendered, or gone where it is closed or out of sight."""
    return [
        {"id": str(one), "html": html[one]} if one in seen and one in html else {"id": str(one), "gone": True}
        for one in changed
    ]


def strips(classes: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """The counts above the board, for each class of sight."""
    return {sight: _strip(user) for sight, user in _standing(classes).items()}


def _strip(user: Staff) -> str:
    return render_to_string("desk/_strip.jinja", {"strip": strip(counts(user, database_now(connection)))})

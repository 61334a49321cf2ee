"""What the stream asks of the database for a class of sight, each answer of one snapshot."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
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
from goldthread.desk.stream.sight import OnBoard, alone, standing_for
from goldthread.desk.strip import strip

MOVES = (
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
)
"""Timeline codes after which an open incident may be in somebody else's sight."""
BEFORE = timedelta(seconds=10)
"""By how much a timeline's line may be older than the change that it came with."""


def batch(since: str, classes: dict[str, int], here: set[int]) -> tuple[str, dict[str, dict[str, Any]], set[int]]:
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
        classes = classes | {alone(staff_id): staff_id for staff_id in offered}
        people = Staff.objects.ranked().select_related("team").in_bulk(set(classes.values()))
        batch = {}
        for sight, staff_id in classes.items():
            user = standing_for(sight, people[staff_id])
            seen_as = view(user)
            if seen_as not in html:
                html[seen_as] = _rendered(changed, seen_as)
            batch[sight] = {"rows": _changes(changed, seen_now(user, changed), html[seen_as])}
    return mark, batch, offered


def missed(since: str, sight: str, staff_id: int, had: set[uuid.UUID] | None) -> tuple[str, dict[str, Any] | None]:
    """The new mark and what a class of sight, of which ``staff_id`` is one, missed since theirs; None where only a reload shows it.

    What closed meanwhile is told to those who had it. An open incident may have moved out of sight by a change of area
    or owner. ``had`` are those that their boards may have had; where it is None that is not known any more (the stream was not
    there then), and a page that may have had one is asked to reload.
    """
    with _one_snapshot():
        mark = snapshot()
        changed = changed_since(since)
        user = standing_for(sight, Staff.objects.select_related("team").get(pk=staff_id))
        seen = seen_now(user, changed)
        hidden = {one: at for one, at in changed.items() if one not in seen}
        if had is None and _may_have_moved(hidden):
            return mark, None
        closed = Incident.objects.filter(pk__in=hidden).closed().in_scope(user, "incident.see")
        gone = set(closed.values_list("pk", flat=True)) | (had or set()).intersection(hidden)
        html = _rendered(seen, view(user))
        return mark, {"rows": _changes(seen | gone, seen, html), "strip": _strip(user)}


def _may_have_moved(hidden: Mapping[uuid.UUID, datetime]) -> bool:
    """Whether one of these open incidents, each with the time of its first change that was missed, has moved since.

    One that was opened by that change stood on no board before it.
    """
    if not hidden:
        return False
    opened = Incident.objects.filter(pk__in=hidden).open().values_list("pk", "opened_at")
    stood = [one for one, opened_at in opened if opened_at < hidden[one]]
    moves = Entry.objects.filter(incident__in=stood, code__in=MOVES, recorded_at__gte=min(hidden.values()) - BEFORE)
    return bool(stood) and moves.exists()


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
    return set(Incident.objects.open().visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True))


def is_offered(staff_id: int) -> bool:
    return bool(Incident.objects.open().filter(offered_to=staff_id).exists())


def on_board(sight: str, staff_id: int) -> OnBoard:
    with _one_snapshot():
        mark = snapshot()
        user = standing_for(sight, Staff.objects.select_related("team").get(pk=staff_id))
        return OnBoard(mark, set(Incident.objects.open().visible_to(user).values_list("pk", flat=True)))


def _changes(changed: Iterable[uuid.UUID], seen: set[uuid.UUID], html: dict[uuid.UUID, str]) -> list[dict[str, Any]]:
    """Each changed row as this class may have it: rendered, or gone where it is closed or out of sight."""
    return [
        {"id": str(one), "html": html[one]} if one in seen and one in html else {"id": str(one), "gone": True}
        for one in changed
    ]


def strips(classes: dict[str, int]) -> dict[str, str]:
    people = Staff.objects.ranked().in_bulk(set(classes.values()))
    return {sight: _strip(standing_for(sight, people[staff_id])) for sight, staff_id in classes.items()}


def _strip(user: Staff) -> str:
    return render_to_string("desk/_strip.jinja", {"strip": strip(counts(user, database_now(connection)))})

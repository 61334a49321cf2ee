"""A board row as shown, the same on the page and in the stream."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from goldthread.assessment.models import Reading
from goldthread.contact import choices
from goldthread.contact.models import Entry
from goldthread.desk.marks import STANDING
from goldthread.desk.models import BoardRow
from goldthread.desk.presenters import LEVEL_NAMES, OWED, owner
from goldthread.response.grades import grade
from goldthread.response.models import Clock

WORDS = 12
"""Words of what was said that a row shows, child words first."""


def rows(found: list[BoardRow], now: datetime) -> list[dict[str, Any]]:
    """What each row shows, with four queries however many rows there are."""
    ids = [row.incident_id for row in found]
    readings = {
        one.incident_id: one
        for one in Reading.objects.filter(incident__in=ids).order_by("incident_id", "-id").distinct("incident_id")
    }
    said: dict[Any, dict[int, str]] = {}
    wanted = Entry.objects.filter(incident__in=ids, kind="words", text__erased_at__isnull=True).select_related("text")
    for entry in wanted.order_by("incident_id", "seq"):
        if entry.text is not None:
            said.setdefault(entry.incident_id, {})[entry.seq] = entry.text.text
    clocks = {
        one.incident_id: one
        for one in Clock.objects.filter(incident__in=ids).running().order_by("incident_id", "-due_at")
    }
    return [
        _row(row, readings.get(row.incident_id), said.get(row.incident_id, {}), clocks.get(row.incident_id), now)
        for row in found
    ]


def rendered(shown: dict[str, Any], now: datetime) -> str:
    """One row's HTML."""
    return render_to_string("desk/_row.jinja", {"row": shown, "now": now})


def _row(
    row: BoardRow, reading: Reading | None, said: dict[int, str], clock: Clock | None, now: datetime
) -> dict[str, Any]:
    incident = row.incident
    held = grade(row.grade).name if row.grade else ""
    started = clock.started_at if clock else incident.opened_at
    return {
        "id": incident.pk,
        "reference": incident.reference,
        "order": order_key(row),
        "grade": held,
        "clock": clock.get_kind_display() if clock else "",
        "started_at": started,
        "due_at": row.due_at,
        "elapsed": int((now - started).total_seconds()),
        "target": max(int((row.due_at - started).total_seconds()), 0),
        "attended": row.attended,
        "what": what(reading, said),
        "child": incident.child,
        "children_answer": dict(choices.CHILDREN_ANSWERS)[incident.children_answer],
        "place": incident.location.shown() if incident.location else "",
        "area": incident.area,
        "owner": owner(incident),
        "owed": OWED.get(incident.next_action, incident.next_action),
        "suggests": LEVEL_NAMES.get(row.suggested, "") if held else "",
        "unread": row.unread,
        "why": why(row, now),
    }


def what(reading: Reading | None, said: dict[int, str]) -> str:
    """Twelve words of what was said: the strongest quotes first, then the beginning of the first words."""
    quotes: list[str] = []
    if reading is not None:
        for one in sorted(reading.findings, key=lambda one: -float(one["score"])):
            text = said.get(one["entry"])
            if text is None or one["assertion"] not in STANDING:
                continue
            quote = text[one["start"] : one["end"]]
            if not any(quote in other or other in quote for other in quotes):
                quotes.append(quote)
    words = " … ".join(quotes).split()
    if not words and said:
        words = next(iter(said.values())).split(maxsplit=WORDS + 1)[: WORDS + 1]
    return " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")


def why(row: BoardRow, now: datetime) -> str:
    """Why the row stands where it does, in words."""
    reasons = ["attended" if row.attended else "not graded yet" if not row.grade else "unattended"]
    if row.suggested and row.grade:
        reasons.append("words above grade")
    reasons.append({0: "child involved", 1: "child possible", 2: "asked: none"}[row.child_rank])
    if row.due_at < now and not row.attended:
        reasons.append("over time")
    return ", ".join(reasons)


def order_key(row: BoardRow) -> str:
    """A text that sorts as the board does, for a browser that puts a new row in its place."""
    due = int(row.due_at.timestamp())
    return f"{int(row.attended)}{9 - row.urgency}{row.child_rank}{due:012d}{row.incident_id}"

"""A board row as shown, the same on the page and in the stream."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse

from goldthread.assessment.models import Reading
from goldthread.contact import choices
from goldthread.contact.models import Entry
from goldthread.desk.marks import STANDING
from goldthread.desk.models import BoardRow
from goldthread.desk.presenters import LEVEL_NAMES, OWED, owner
from goldthread.response.grades import grade
from goldthread.response.models import Clock

NOBODY = UUID(int=0)
WORDS = 12
"""Words of what was said that a row shows, child words first."""


def rows(found: list[BoardRow], now: datetime) -> list[dict[str, Any]]:
    """What each row shows, with four queries however many rows there are."""
    ids = [row.incident_id for row in found]
    newest = Reading.objects.filter(incident__in=ids).order_by("incident_id", "-id").distinct("incident_id")
    findings = dict(newest.values_list("incident_id", "findings"))
    said: dict[Any, dict[int, str]] = {}
    words = Entry.objects.filter(incident__in=ids, kind="words", text__erased_at__isnull=True)
    for incident_id, seq, text in words.order_by("seq").values_list("incident_id", "seq", "text__text"):
        said.setdefault(incident_id, {})[seq] = text
    clocks = {
        one.incident_id: one
        for one in Clock.objects.filter(incident__in=ids).running().order_by("incident_id", "-due_at")
    }
    address = reverse("desk:incident", args=[NOBODY])
    return [
        {
            **_row(
                row, findings.get(row.incident_id, []), said.get(row.incident_id, {}), clocks.get(row.incident_id), now
            ),
            "href": address.replace(str(NOBODY), str(row.incident_id)),
        }
        for row in found
    ]


def rendered(shown: dict[str, Any], now: datetime) -> str:
    """One row's HTML."""
    return render_to_string("desk/_row.jinja", {"row": shown, "now": now})


def _row(
    row: BoardRow, findings: list[dict[str, Any]], said: dict[int, str], clock: Clock | None, now: datetime
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
        "what": what(findings, said),
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


def what(findings: list[dict[str, Any]], said: dict[int, str]) -> str:
    """Twelve words of what was said: the strongest quotes first, else the beginning of the first words."""
    quotes: list[str] = []
    for one in sorted(findings, key=lambda one: -float(one["score"])):
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

"""A board row as shown, the same on the page and in the stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.template import engines
from django.template.loader import render_to_string
from django.urls import reverse
from markupsafe import Markup

from goldthread.assessment.mode_rules import View, child_unread
from goldthread.assessment.models import Reading
from goldthread.audit.models import tombstone
from goldthread.contact import choices
from goldthread.contact.caller_rules import BROKEN
from goldthread.contact.models import Entry
from goldthread.desk.marks import STANDING
from goldthread.desk.models import BoardRow
from goldthread.desk.ordering import FIRST, arithmetic, told
from goldthread.desk.presenters import LEVEL_NAMES, OWED
from goldthread.response.grades import grade
from goldthread.response.models import CLOCKS, Clock
from goldthread.web.times import clock

NOBODY = UUID(int=0)
CLOCK_NAMES, ANSWERS, CHANNELS = dict(CLOCKS), dict(choices.CHILDREN_ANSWERS), dict(choices.CHANNELS)
NEEDS_FIRST = {"called": "supervisor called", "orphan": "nobody on duty owns it", "handoff": "hand-off not acknowledged",
               "transfer": "another agency has not answered", "request": "a request unanswered, now the FIM's",
               "unseen": "risk not recognised"}  # fmt: skip
WORDS = 12
"""Words of what was said that a row shows, child words first."""


NEEDED = (
    "incident_id", "grade", "urgency", "suggested", "child_rank", "due_at", "attended", "needs", "first", "score", "parts",
    "assessed", "blind_needs", "blind_first", "blind_score", "blind_parts",
    "incident__reference", "incident__opened_at", "incident__child", "incident__children_answer", "incident__on_line", "incident__area",
    "incident__channel", "incident__line", "incident__safe_contact", "incident__last_seq", "incident__owner_id",
    "incident__next_action", "incident__owner__name", "incident__owner_team__name",
    "incident__offered_to__name", "incident__offered_team__name",
    "incident__location__text", "incident__location__erased_at", "incident__location__erasure__policy",
)  # fmt: skip
"""What a row shows, fetched as plain values: a hundred rows as model instances cost more than their query."""
BAR = "<!--clock-->"
"""Stands in a rendered row for the only thing in it that moves; whatever a person typed is escaped and never reads so."""


def rows(found: QuerySet[BoardRow], now: datetime, view: View) -> list[dict[str, Any]]:
    """What each row shows to whom ``view`` is of, in the order found, with five queries however many rows there are.

    Which rows is asked by itself: joined to all they show, the open ones were looked for among everything ever stored.
    """
    wanted = list(found.values_list("pk", flat=True))
    place = {pk: number for number, pk in enumerate(wanted)}
    asked = BoardRow.objects.filter(pk__in=wanted).order_by()
    rows = sorted(asked.values_list(*NEEDED, named=True), key=lambda row: place[row.incident_id])
    ids = [row.incident_id for row in rows]
    newest = Reading.objects.filter(incident__in=ids).order_by("incident_id", "-id").distinct("incident_id")
    findings = dict(newest.values_list("incident_id", "findings"))
    said: dict[Any, dict[int, str]] = {}
    words = Entry.objects.filter(incident__in=ids, kind="words", text__erased_at__isnull=True)
    for incident_id, seq, text in words.order_by("seq").values_list("incident_id", "seq", "text__text"):
        said.setdefault(incident_id, {})[seq] = text
    running = Clock.objects.filter(incident__in=ids).running().order_by("incident_id", "-due_at")
    clocks = {one: (kind, started) for one, kind, started in running.values_list("incident_id", "kind", "started_at")}
    seen = {row.incident_id: _as_seen(row, findings.get(row.incident_id, []), view) for row in rows}
    address = reverse("desk:incident", args=[NOBODY])
    return [
        {
            **_row(row, seen[row.incident_id], said.get(row.incident_id, {}), clocks, now),
            "href": address.replace(str(NOBODY), str(row.incident_id)),
        }
        for row in rows
    ]


def rendered(shown: dict[str, Any]) -> str:
    """One row's HTML. All but its clock is kept by what it shows, so that a row is rendered once for everybody."""
    still = _rendered(tuple((name, value) for name, value in shown.items() if name != "elapsed"))
    return still if shown["attended"] else still.replace(BAR, _bar(shown), 1)


@lru_cache(maxsize=8192)
def _rendered(shown: tuple[tuple[str, Any], ...]) -> str:
    return render_to_string("desk/_row.jinja", {"row": dict(shown), "clock": Markup(BAR)})  # noqa: S704 - a constant


def _bar(shown: dict[str, Any]) -> str:
    draw = _components().clock_bar
    return str(draw(shown["elapsed"], shown["target"], shown["clock"] or "Next action", shown["started_at"]))


@lru_cache(maxsize=1)
def _components() -> Any:
    return engines["jinja2"].env.get_template("web/components.jinja").module  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Seen:
    """What of a row rests on what was read, as somebody sees it."""

    read: bool
    suggested: str
    needs: list[str]
    first: int
    score: int
    parts: list[Any]
    child: str
    findings: list[dict[str, Any]]


def _as_seen(row: Any, findings: list[dict[str, Any]], view: View) -> Seen:
    if view.shows(row.assessed):
        return Seen(True, row.suggested, row.needs, row.first, row.score, row.parts, row.incident__child, findings)
    child = child_unread(row.incident__children_answer, row.incident__on_line)
    return Seen(False, "", row.blind_needs, row.blind_first, row.blind_score, row.blind_parts, child, [])


def _row(
    row: Any,
    seen: Seen,
    said: dict[int, str],
    clocks: dict[UUID, tuple[str, datetime]],
    now: datetime,
) -> dict[str, Any]:
    kind, started = clocks.get(row.incident_id, ("", row.incident__opened_at))
    held = grade(row.grade).name if row.grade else ""
    elapsed, target = int((now - started).total_seconds()), max(int((row.due_at - started).total_seconds()), 0)
    return {
        "id": row.incident_id,
        "reference": row.incident__reference,
        "order": order_key(row, seen),
        "seq": row.incident__last_seq,
        "channel": row.incident__channel,
        "channel_name": CHANNELS[row.incident__channel],
        "owned": row.incident__owner_id is not None,
        "read": seen.read,
        "suggested": seen.suggested,
        "unread_by_people": row.incident__next_action == "first_read",
        "grade": held,
        "clock": CLOCK_NAMES.get(kind, ""),
        "started_at": started,
        "due": clock(row.due_at, now),
        "elapsed": elapsed,
        "target": target,
        "over": elapsed > target and not row.attended,
        "attended": row.attended,
        "needs": tuple(seen.needs),
        "what": what(seen.findings, said),
        "began": what([], said),
        "child": seen.child,
        "children_answer": ANSWERS[row.incident__children_answer],
        "place": _place(row),
        "area": row.incident__area,
        "owner": row.incident__owner__name or row.incident__owner_team__name or "",
        "offered": row.incident__offered_to__name or row.incident__offered_team__name or "",
        "owed": OWED.get(row.incident__next_action, row.incident__next_action),
        "suggests": LEVEL_NAMES.get(seen.suggested, "") if held or row.incident__next_action == "first_read" else "",
        "why": why(row, seen),
        "sum": arithmetic(seen.parts, held, seen.score),
    }


def _place(row: Any) -> str:
    if row.incident__location__erased_at is None:
        return row.incident__location__text or ""
    return tombstone(row.incident__location__erased_at, row.incident__location__erasure__policy)


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


def why(row: Any, seen: Seen) -> str:
    """Why the row stands where it does, in words."""
    reasons = [NEEDS_FIRST[code] for code in FIRST if code in seen.needs]
    if row.incident__next_action == "first_read":
        reasons.append("not read yet" if not row.grade else "new message not read")
    elif not row.grade:
        reasons.append("not graded yet")
    if seen.suggested and row.grade:
        reasons.append("words above grade")
    if row.incident__line in BROKEN:
        reasons.append(f"{row.incident__line} call")
    if row.incident__safe_contact == "not_safe":
        reasons.append("not safe to call")
    reasons += told(seen.parts)
    return ", ".join(reasons) or "attended" * row.attended or "nothing special"


def order_key(row: Any, seen: Seen) -> str:
    """A text that sorts as the board does, for a browser that puts a new row in its place."""
    return f"{seen.first}{10**10 - seen.score:011d}{int(row.due_at.timestamp()):012d}{row.incident_id}"

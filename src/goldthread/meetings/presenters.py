"""What the meetings' pages show. A template only walks what is handed over here."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from goldthread.meetings import beyond, queries
from goldthread.meetings.kinds import Kind
from goldthread.meetings.minutes import action_told, decision_told, line_told, owner_name
from goldthread.meetings.models import Action, Line, Meeting

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

HIDDEN = {"title": "outside your sight", "words": "", "reasons": [], "known": [], "hidden": True}


def row(meeting: Meeting, kind: Kind) -> dict[str, Any]:
    """A meeting in the list of meetings."""
    return {
        "id": meeting.pk,
        "name": kind.short,
        "because": dict(kind.because).get(meeting.because, meeting.because),
        "opened_at": meeting.opened_at,
        "ended_at": meeting.ended_at,
        "ended_by": meeting.ended_by.name if meeting.ended_by else "",
        "chair": meeting.chair.name,
    }


def lines(meeting: Meeting, kind: Kind, user: Staff) -> list[dict[str, Any]]:
    """The list as this person may see it: each line with what was decided and who owes what."""
    found = queries.lines(meeting)
    reach = beyond.body(kind.code).reached(user, [one.subject for one in found])
    difference = meeting.frozen.get("difference", {})
    new, worse = set(difference.get("new", ())), set(difference.get("worse", ()))
    return [_line(one, kind, one.subject in reach, new, worse) for one in found]


def _line(line: Line, kind: Kind, seen: bool, new: Collection[str], worse: Collection[str]) -> dict[str, Any]:
    made = sorted(line.decisions.all(), key=lambda one: one.pk)
    owed = sorted(line.actions.all(), key=lambda one: one.pk)
    told = line_told(line)
    decision = {**decision_told(made, kind), "at": made[-1].at} if made else None
    common = {
        "id": line.pk,
        "position": line.position,
        "beyond": line.position > kind.lines,
        "decided": made[-1].pk if made else 0,
    }
    if not seen:
        bare = {name: decision[name] for name in ("name", "by", "at")} if decision else None
        return {**common, **HIDDEN, "since": "", "decision": bare, "action": None}
    action = {**action_told(owed[-1]), "due_at": owed[-1].due_at} if owed else None
    title = told["title"]
    since = "worse" if title in worse else "new" if title in new else "still here"
    return {
        **told,
        **common,
        "since": since if line.meeting.previous_id else "",
        "hidden": False,
        "decision": decision,
        "action": action,
    }


def before(line: Line, now: datetime) -> dict[str, Any] | None:
    """What was last owed of this subject by an earlier meeting, unless it was done."""
    earlier = Action.objects.filter(line__subject=line.subject, at__lt=line.meeting.opened_at)
    action = (
        earlier.select_related("owner", "owner_team", "words", "answer__words", "answer__by").order_by("-id").first()
    )
    if action is None or (hasattr(action, "answer") and action.answer.answer == "done"):
        return None
    return {**action_told(action), "due_at": action.due_at, "late": action.due_at < now}


def timer(meeting: Meeting, kind: Kind, now: datetime) -> dict[str, Any]:
    """How much of the meeting's time has gone, and of the line's share of it: for bars that only fill."""
    share = kind.length / kind.lines
    return {
        "opened_at": meeting.opened_at,
        "length": int(kind.length.total_seconds()),
        "gone": min(int((now - meeting.opened_at) / kind.length * 100), 100),
        "left": _left(meeting.opened_at + kind.length - now),
        "line_since": meeting.at_since,
        "line_length": int(share.total_seconds()),
        "ends_by": meeting.ends_by,
    }


def _left(left: timedelta) -> str:
    minutes = int(left.total_seconds()) // 60
    return f"{minutes} min left" if minutes >= 0 else f"{-minutes} min over"


def actions(user: Staff, found: Iterable[Action], now: datetime) -> list[dict[str, Any]]:
    """Actions as their owner sees them: what is owed, what it is about as far as they may see that, and what became of it since."""
    every = list(found)
    became: dict[uuid.UUID, beyond.Now] = {}
    reach: set[uuid.UUID] = set()
    for code in {one.line.meeting.kind for one in every}:
        mine = [one for one in every if one.line.meeting.kind == code]
        reach |= beyond.body(code).reached(user, [one.line.subject for one in mine])
        became |= beyond.body(code).now_of({one.line.subject: one.at for one in mine})
    return [
        {
            "id": one.pk,
            "meeting": one.line.meeting_id,
            "subject": one.line.subject,
            "title": one.line.told.get("title", "erased"),
            "address": became[one.line.subject].address
            if one.line.subject in reach and one.line.subject in became
            else "",
            "changed": became[one.line.subject].changed if one.line.subject in became else "",
            "about": _about(one.line) if one.line.subject in reach else "",
            "owner": owner_name(one),
            "words": one.words.shown(),
            "at": one.at,
            "due_at": one.due_at,
            "late": one.due_at < now,
            "by": one.decision.by.name if one.decision else "",
        }
        for one in every
    ]


def _about(line: Line) -> str:
    told = line.told
    return "; ".join(
        part for part in (told.get("words", ""), *(one["words"] for one in told.get("reasons", []))) if part
    )


def minutes(content: dict[str, Any], kind: Kind, user: Staff) -> dict[str, Any]:
    """Minutes as this person may see them: lines out of their sight keep their place and lose their words."""
    every = [*content.get("lines", []), *content.get("not_reached", [])]
    reach = {str(one) for one in beyond.body(kind.code).reached(user, [uuid.UUID(one["subject"]) for one in every])}
    whole = user.seat.scope("meeting.see") == "all"
    difference = content.get("difference", {})
    return {
        **content,
        "lines": [_kept(one, reach) for one in content.get("lines", [])],
        "not_reached": [_kept(one, reach) for one in content.get("not_reached", [])],
        "difference": {name: titles if whole else [] for name, titles in difference.items()},
        "numbers": {name: len(titles) for name, titles in difference.items()},
        "hidden": sum(one["subject"] not in reach for one in every),
    }


def _kept(line: dict[str, Any], reach: Collection[str]) -> dict[str, Any]:
    if line["subject"] in reach:
        return {**line, "hidden": False}
    decision = line.get("decision")
    bare = (
        {"code": decision["code"], "name": decision["name"], "by": decision["by"], "at": decision["at"], "before": []}
        if decision
        else None
    )
    return {
        "position": line["position"],
        "subject": line["subject"],
        "carried": None,
        **HIDDEN,
        "decision": bare,
        "action": None,
    }

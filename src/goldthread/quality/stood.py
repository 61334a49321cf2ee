"""The record of an incident as it stood at a draw, blind: no name of who handled it, and nothing of what the reader marked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from goldthread.accounts.roles import roles
from goldthread.assessment.elements import elements_on
from goldthread.assessment.models import ThriveVersion
from goldthread.assessment.queries import thrive_text
from goldthread.contact import choices
from goldthread.contact.models import ChildrenAnswer, ChildVersion, Entry, Incident
from goldthread.desk.timeline import EVENTS, line
from goldthread.response.grades import grade
from goldthread.response.models import Clock, GradePeriod, GradeReason

READERS = {"mark.answered", "reader.raised"}
"""Events that tell what the reader found: an assessor reads the words for themselves."""
TOLD = frozenset(EVENTS) - READERS
"""Events shown. Those of apps above the desk name people and are left out."""


class Hands:
    """Who is who without a name: each by their role's name and a letter, the same all through one record."""

    def __init__(self) -> None:
        self._seen: dict[int, str] = {}

    def of(self, staff: Any) -> str:
        """What stands for a person; the system itself has its own word."""
        if staff is None:
            return "system"
        if staff.pk not in self._seen:
            number = len(self._seen)
            letter = (chr(ord("A") + number // 26 - 1) if number > 25 else "") + chr(ord("A") + number % 26)
            self._seen[staff.pk] = f"{roles()[staff.role].name} {letter}"
        return self._seen[staff.pk]


def as_stood(incident: Incident, upto: int, at: datetime) -> dict[str, Any]:
    """What a record held up to line ``upto`` of its timeline and the time ``at``: lines, children, THRIVE versions, grades and clocks."""
    hands = Hands()
    entries = incident.entries.filter(seq__lte=upto).select_related("text__erasure", "author").order_by("seq")
    answer = ChildrenAnswer.objects.filter(incident=incident, at__lte=at).order_by("-id").first()
    return {
        "reference": incident.reference,
        "channel": incident.get_channel_display(),
        "opened_at": incident.opened_at,
        "lines": [_line(one, hands) for one in entries if one.kind == "words" or one.code in TOLD],
        "answer": dict(choices.CHILDREN_ANSWERS)[answer.answer if answer else "not_asked"],
        "children": _children(incident, at),
        "versions": _versions(incident, at, hands),
        "grades": _grades(incident, at, hands),
        "clocks": _clocks(Clock.objects.filter(incident=incident, started_at__lte=at).order_by("id"), at),
    }


def _line(entry: Entry, hands: Hands) -> dict[str, Any]:
    shown = line(entry, [])
    said = "".join(piece.text for piece in shown.pieces)
    return {
        "at": shown.at,
        "late": shown.late,
        "source": shown.source,
        "words": said,
        "what": shown.what,
        "by": hands.of(entry.author),
    }


def _children(incident: Incident, at: datetime) -> list[dict[str, Any]]:
    versions = ChildVersion.objects.filter(incident=incident, at__lte=at).order_by("child", "-version")
    found = []
    for one in versions.distinct("child").select_related("particulars"):
        told = {} if one.particulars.erased_at else json.loads(one.particulars.text)
        age = "age not known" if one.age is None else f"{'about ' if one.age_estimated else ''}{one.age}"
        found.append(
            {
                "name": told.get("name") or ("erased" if one.particulars.erased_at else "name not known"),
                "age": age,
                "where_now": told.get("where_now", ""),
                "last_seen_by": " ".join(one for one in (told.get("last_seen_by"), told.get("last_seen_when")) if one),
                "seen": one.get_seen_display(),
            }
        )
    return found


def _versions(incident: Incident, at: datetime, hands: Hands) -> list[dict[str, Any]]:
    found = ThriveVersion.objects.filter(incident=incident, at__lte=at).select_related("author", "text__erasure")
    rows = []
    for one in found.order_by("version"):
        text = thrive_text(one)
        named = [(each.name, text["elements"].get(each.code, "")) for each in elements_on(one.at.date())]
        named += [("Until police arrive", text["interim"]), ("Advice given", text["advice"])]
        rows.append(
            {
                "version": one.version,
                "at": one.at,
                "by": hands.of(one.author),
                "erased": one.text.shown() if one.text.erased_at else "",
                "elements": [(name, words) for name, words in named if words],
            }
        )
    return rows


def _grades(incident: Incident, at: datetime, hands: Hands) -> list[dict[str, Any]]:
    later: dict[int, GradeReason] = {}
    reasons = GradeReason.objects.filter(period__incident=incident, at__lte=at).order_by("id")
    for reason in reasons.select_related("why__erasure", "why_not_above__erasure"):
        later[reason.period_id] = reason
    periods = GradePeriod.objects.filter(incident=incident, at__lte=at).order_by("seq")
    rows = []
    for one in periods.select_related("by", "why__erasure", "why_not_above__erasure"):
        written = later.get(one.pk)
        why = (written.why if written else None) or one.why
        above = (written.why_not_above if written else None) or one.why_not_above
        rows.append(
            {
                "name": grade(one.grade).name,
                "at": one.at,
                "by": hands.of(one.by),
                "why": why.shown() if why else "",
                "why_not_above": above.shown() if above else "",
            }
        )
    return rows


def _clocks(clocks: Iterable[Clock], at: datetime) -> list[dict[str, Any]]:
    rows = []
    for one in clocks:
        stopped = one.stopped_at if one.stopped_at is not None and one.stopped_at <= at else None
        rows.append(
            {
                "kind": one.get_kind_display(),
                "due_at": one.due_at,
                "stopped_at": stopped,
                "late": (stopped or at) > one.due_at,
            }
        )
    return rows

"""What was asked of a second person in an incident, and what came of it, as its page shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.accounts.queries import on_call_now
from goldthread.accounts.roles import named
from goldthread.desk.record import Record
from goldthread.response import shared_actions as shared
from goldthread.response.grades import closing_reasons, grade, grades_on
from goldthread.response.request_models import ReviewRequest
from goldthread.response.request_rules import reasons
from goldthread.response.senior_actions import RUNG

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


def asked(record: Record, user: Staff, now: datetime) -> list[dict[str, Any]]:
    """Every request, newest first: what for, by whom, why; open ones with what still stands against approving."""
    return [_shown(one, record, user, now) for one in record.requests]


def nobody_senior(record: Record, user: Staff) -> dict[str, Any] | None:
    """Since when nobody who could decide is on duty, and whom to ring; None where somebody is, or nothing is asked."""
    if record.nobody_senior is None or not user.can("oncall.see"):
        return None
    return {"since": record.nobody_senior, "ring": on_call_now_shown(), "outcomes": RUNG}


def on_call_now_shown() -> list[dict[str, Any]]:
    """Who can be rung now."""
    return [{"id": one.pk, "told": one.rung_as, "until": one.ends_at} for one in on_call_now()]


def lower_grades(record: Record | None, now: datetime) -> list[tuple[str, str]]:
    """The grades below the one held, highest first."""
    if record is None or record.held is None:
        return []
    found = sorted(grades_on(now.date()).values(), key=lambda one: -one.severity)
    return [(one.code, one.name) for one in found if one.severity < record.held.severity]


def waits_for(one: ReviewRequest, record: Record) -> str:
    """What stands against approving an open request now, in words; empty where nothing does."""
    newest = record.versions[0] if record.versions else None
    if newest is None or newest.at <= one.at:
        return "a THRIVE made after this request"
    if not shared.knows_all(record.incident, newest):
        return "a THRIVE that knows what was said since"
    return ""


def _shown(one: ReviewRequest, record: Record, user: Staff, now: datetime) -> dict[str, Any]:
    decision = getattr(one, "decision", None)
    answer_by = record.with_fim.get(f"request:{one.pk}", one.answer_by)
    return {
        "id": one.pk,
        "what": _what(one),
        "by": one.by.name,
        "mine": one.by_id == user.pk,
        "at": one.at,
        "reasons": [reasons()[code].name if code in reasons() else code for code in one.reasons],
        "why": one.why.shown() if one.why else "",
        "result": one.result.shown() if one.result else "",
        "until": one.due_at,
        "answer_by": answer_by,
        "late": decision is None and answer_by <= now,
        "open": decision is None,
        "answer": decision.get_answer_display() if decision else "",
        "approved": decision is not None and decision.answer == "approved",
        "decided_by": (
            named(decision.by.name, getattr(one, "decider_acted_as", "")) if decision.by else "the record itself"
        )
        if decision
        else "",
        "decided_at": decision.at if decision else None,
        "words": decision.words.shown() if decision and decision.words else "",
        "waits_for": "" if decision else waits_for(one, record),
    }


def _what(one: ReviewRequest) -> str:
    match one.kind:
        case "downgrade":
            return f"{grade(one.period.grade).name} to {grade(one.grade).name}"
        case "reschedule":
            return "later time"
        case _:
            reason = closing_reasons().get(one.closing_reason)
            return f"closing: {reason.name if reason else one.closing_reason}"

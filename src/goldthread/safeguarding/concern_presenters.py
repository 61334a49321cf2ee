"""What the VAST desk's pages show. A template only walks what is handed over here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.assessment.mode_rules import ALL
from goldthread.assessment.reading import reader
from goldthread.contact.known import force_day
from goldthread.desk.models import BoardRow
from goldthread.desk.rows import rows
from goldthread.response.grades import grade
from goldthread.safeguarding import clock_queries
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding import concern_rules as rules
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.concern_models import (
    ANSWERS,
    RATINGS,
    RESULTS,
    Concern,
    ConcernCall,
    ConcernOpinion,
    ConcernReason,
    ConcernResearch,
)

if TYPE_CHECKING:
    from goldthread.desk.record import Record

SIGNS = {"red": "over", "amber": "near", "green": "plain"}


def rating(code: str) -> dict[str, str]:
    """A rating with its sign."""
    return {"code": code, "words": dict(RATINGS)[code], "sign": SIGNS[code]}


def why(one: ConcernReason) -> str:
    """A reason in words: the cause, and the cue where it is one."""
    told = rules.cause_names().get(one.cause, one.cause)
    label = _cue(one.what)
    return f"{told}: {label}" if label else told


def listed(some: Sequence[Concern], now: datetime) -> list[dict[str, Any]]:
    """Rows of the queue in order; six queries however many there are."""
    keys = [one.pk for one in some]
    shown = {
        one["id"]: one
        for one in rows(BoardRow.objects.filter(pk__in=[each.incident_id for each in some]).order_by("pk"), now, ALL)
    }
    reasons: dict[int, list[ConcernReason]] = {}
    for each in ConcernReason.objects.filter(concern__in=keys).order_by("pk"):
        reasons.setdefault(each.concern_id, []).append(each)
    last: dict[int, ConcernCall] = {}
    for call in ConcernCall.objects.filter(concern__in=keys).order_by("concern", "-pk").distinct("concern"):
        last[call.concern_id] = call
    looked: dict[int, int] = {}
    for concern, _item in ConcernResearch.objects.filter(concern__in=keys).values_list("concern", "item").distinct():
        looked[concern] = looked.get(concern, 0) + 1
    clocks = {
        one.about_id: one
        for one in Clock.objects.filter(about=queries.ABOUT, about_id__in=map(str, keys), stopped_at__isnull=True)
    }
    number = len(rules.set_on(force_day(now)).research)
    return [
        {
            "concern": one,
            "rating": rating(one.rating),
            "row": shown.get(one.incident_id),
            "reasons": shortly(reasons.get(one.pk, [])),
            "clock": _clock(clocks.get(str(one.pk)), now),
            "telephone": _telephone(one, last.get(one.pk), now),
            "looked": f"{looked.get(one.pk, 0)} of {number} looked into",
            "opinion_owed": getattr(one, "opinion_owed", False),
            "outcome": rules.outcome_names().get(one.outcome, ""),
        }
        for one in some
    ]


def concern(one: Concern, record: Record, now: datetime) -> dict[str, Any]:
    """Everything of one concern, for its page."""
    held = rules.set_on(force_day(now))
    done, reasons = queries.done_in(one), queries.reasons(one)
    running = record.once(clock_queries.in_incident) if record.has(Clock) else []
    clock = next((each for each in running if (each.about, each.about_id) == (queries.ABOUT, str(one.pk))), None)
    return {
        "concern": one,
        "rating": rating(one.rating),
        "clock": _clock(clock, now),
        "newest_reason": max((each.pk for each in reasons), default=0),
        "why": [
            {
                "words": why(each),
                "by": each.by.name if each.by else "by rule",
                "at": each.at,
                "said": each.words.shown() if each.words else "",
                "new": one.triaged_at is not None and each.at > one.triaged_at,
            }
            for each in reasons
        ],
        "ratings": [
            {
                **rating(each.rating),
                "by": each.by.name if each.by else "by rule",
                "at": each.at,
                "why": each.words.shown() if each.words else "",
            }
            for each in done.ratings
        ],
        "calls": [_call(each, held, now) for each in done.calls],
        "call_owed": one.is_open and one.rating == "red" and not queries.was_reached(one, done.calls),
        "research": [
            {"item": item, "result": dict(RESULTS)[found.result] if found else "", "found": found}
            for item, found in ((item, done.research.get(item.code)) for item in held.research.values())
        ],
        "opinions": opinions(done.opinions, now),
        "owed": rules.owed(queries.stands(one, done, now)) if one.is_open else [],
        "outcome": rules.outcome_names().get(one.outcome, one.outcome),
    }


def opinions(found: Sequence[ConcernOpinion], now: datetime) -> list[dict[str, Any]]:
    """Second opinions, each with its answer or until when one is owed."""
    running = {
        one.about_id: one.due_at
        for one in Clock.objects.filter(about="opinion", about_id__in=[str(each.pk) for each in found])
    } if found else {}  # fmt: skip
    return [
        {
            "id": one.pk,
            "grade": grade(one.grade).name,
            "words": one.words.shown(),
            "by": one.by.name,
            "at": one.at,
            "answer_by": running.get(str(one.pk)),
            "late": not hasattr(one, "answer") and running.get(str(one.pk), now) < now,
            "answer": {
                "what": dict(ANSWERS)[one.answer.answer].lower(),
                "by": one.answer.by.name,
                "at": one.answer.at,
                "words": one.answer.words.shown() if one.answer.words else "",
            } if hasattr(one, "answer") else None,
        }
        for one in found
    ]  # fmt: skip


def on_incident(record: Record, now: datetime) -> dict[str, Any]:
    """What the incident's own page shows: the newest concern and the second opinions."""
    if not record.has(Concern):
        return {"vast_concern": None, "vast_opinions": [], "vast_referred": 0}
    one = queries.in_incident(record.incident)[0]
    shown = {
        "id": one.pk,
        "rating": rating(one.rating),
        "open": one.is_open,
        "at": one.opened_at if one.closed_at is None else one.closed_at,
        "outcome": rules.outcome_names().get(one.outcome, one.outcome),
        "triaged": one.triaged_at is not None,
    }
    # How often it was referred by hand: the form, which a page keeps as it is while somebody types in it, is a fresh one after each.
    given = opinions(queries.opinions(record.incident), now)
    return {"vast_concern": shown, "vast_opinions": given, "vast_referred": len(queries.by_hand(record.incident))}


def shortly(some: Sequence[ConcernReason]) -> list[str]:
    """Reasons in a list's row: each cause once, with the first three of its cues."""
    cues: dict[str, list[str]] = {}
    for one in some:
        found = cues.setdefault(rules.cause_names().get(one.cause, one.cause), [])
        found.extend(filter(None, [_cue(one.what)]))
    return [f"{told}: {_few(labels)}" if labels else told for told, labels in cues.items()]


def _cue(code: str) -> str:
    return {each.code: each.label for each in reader().cues}.get(code, "")


def _few(labels: list[str]) -> str:
    return ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")


def _clock(one: Clock | None, now: datetime) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "elapsed": (now - one.began_at).total_seconds(),
        "target": (one.due_at - one.began_at).total_seconds(),
        "began_at": one.began_at,
        "due_at": one.due_at,
        "over": one.due_at <= now,
    }


def _telephone(one: Concern, last: ConcernCall | None, now: datetime) -> dict[str, Any] | None:
    """How the telephoning of a Red stands."""
    if one.rating != "red" or not one.is_open:
        return None
    if getattr(one, "reached", False):
        return {"sign": "done", "words": "telephoned"}
    if last is not None and last.next_at is not None:
        return {"sign": "over" if last.next_at <= now else "near", "words": "no answer, try again", "at": last.next_at}
    return {"sign": "over", "words": "not telephoned"}


def _call(one: ConcernCall, held: rules.Set, now: datetime) -> dict[str, Any]:
    desk = held.desks.get(one.desk)
    written = getattr(one, "write_up", None)
    return {
        "id": one.pk,
        "desk": desk.name if desk else one.desk,
        "reached": one.reached.shown() if one.reached else "",
        "at": one.called_at,
        "by": one.by.name,
        "next_at": one.next_at,
        "late": one.next_at is not None and one.next_at <= now,
        "words": written.words.shown() if written else "",
    }

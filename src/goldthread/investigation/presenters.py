"""What investigation's pages show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from goldthread.contact import choices
from goldthread.contact.known import force_day
from goldthread.desk import beyond
from goldthread.investigation import queries, rules
from goldthread.investigation.models import ACCESS, ENDS, KINDS, SEEN, SPOKEN
from goldthread.investigation.shared_actions import risk_now
from goldthread.response.shared_actions import current_grade

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Entry
    from goldthread.investigation.models import Handover, Investigation

LINES = 50
"""New lines of one incident that a page shows; the others stand on the incident's own page *(ours)*."""
ADULT = "Victim, an adult"


def listed(user: Staff, found: list[Investigation], now: datetime) -> list[dict[str, Any]]:
    """The rows of the list."""
    return [
        {
            "one": one,
            "risk": rules.names().get(one.risk, one.risk),
            "due": one.next_due,  # type: ignore[attr-defined]  # annotated
            "late": one.next_due is not None and one.next_due < now,  # type: ignore[attr-defined]
            "review": one.review_due,  # type: ignore[attr-defined]
            "new": one.new and one.is_open,  # type: ignore[attr-defined]
            "note": one.unnoted and one.is_open and one.supervisor_id == user.pk,  # type: ignore[attr-defined]
        }
        for one in found
    ]


def offered(found: list[Handover], now: datetime) -> list[dict[str, Any]]:
    """The offers that wait, each with what is needed to judge it."""
    return [offer(one, now) for one in found]


def offer(one: Handover, now: datetime) -> dict[str, Any]:
    """One offer, before anybody has accepted it: no words of the incident, but those of whoever hands it over."""
    clock = queries.clock_of(queries.ACCEPT, one.pk)
    grade = current_grade(one.incident)
    held = rules.held_on(force_day(now))
    risk = rules.higher(held.risks, risk_now(held, one.incident).code, one.risk)
    return {
        "offer": one,
        "risk": risk.name,
        "due": clock.due_at if clock else None,
        "late": clock is not None and clock.due_at < now,
        "grade": grade.name if grade else "not graded",
        "child": dict(choices.CHILD_INVOLVED)[one.incident.child].lower(),
        "children": one.incident.child_versions.values("child").distinct().count(),
        "note": one.note.shown() if one.note else "",
    }


def page(user: Staff, one: Investigation, now: datetime) -> dict[str, Any]:
    """Everything of one investigation that its page, its print and the API show."""
    children = queries.children_of(one)
    access = queries.access_of(one)
    items = queries.items_of(one)
    ends = queries.ends_of(one)
    tellings = queries.tellings_of(one)
    review = queries.clock_of(queries.REVIEW, one.pk)
    news = [_news(user, each) for each in queries.news_of(one)]
    return {
        "risk": rules.names().get(one.risk, one.risk),
        "children": [_child(each) for each in children],
        "access": [
            {
                "answer": dict(ACCESS)[each.answer],
                "code": each.answer,
                "who": each.who.shown() if each.who else "",
                "words": each.words.shown() if each.words else "",
                "by": each.by.name,
                "at": each.at,
            }
            for each in access
        ],
        "access_due": queries.clock_of(queries.ACCESS, one.pk),
        "items": [_item(each, now) for each in items],
        "review_due": review.due_at if review else None,
        "review_late": review is not None and review.due_at < now,
        "reviews": [
            {
                "number": each.number,
                "agrees": each.agrees,
                "voice": each.voice,
                "words": each.words.shown(),
                "risk": rules.names().get(each.risk, each.risk),
                "by": each.by.name,
                "at": each.at,
            }
            for each in queries.reviews_of(one)
        ],
        "ends": [_end(each) for each in ends],
        "asked": queries.open_end(ends),
        "tellings": [
            {
                "who": next((each.name for each in children if each.child == told.child), ADULT),
                "how": rules.names().get(told.how, told.how),
                "when": told.occurred_at,
                "words": told.words.shown() if told.words else "",
                "by": told.by.name,
                "at": told.at,
            }
            for told in tellings
        ],
        "untold": [] if one.is_open else [each.name if each else ADULT for each in queries.untold(children, tellings)],
        "news": news,
        "read_too": [
            ("incident", str(each["incident"].pk))
            for each in news
            if each["lines"] and each["incident"].pk != one.incident_id
        ],
    }


def told_people(one: Investigation) -> list[tuple[str, str]]:
    """Who may be told an outcome: each child, and an adult victim."""
    return [*((str(each.child), each.name) for each in queries.children_of(one)), ("", ADULT)]


def tomorrow(now: datetime) -> datetime:
    """What a fresh form offers as the time by which something is due."""
    return (now + timedelta(days=1)).replace(second=0, microsecond=0)


def _child(child: queries.Child) -> dict[str, Any]:
    return {
        "child": child.child,
        "name": child.name,
        "age": child.age,
        "found_here": child.found_here,
        "heard": child.heard,
        "kind": child.voices[0].kind if child.voices else "",
        "voices": [
            {
                "version": each.version,
                "kind": each.kind,
                "seen": dict(SEEN)[each.seen],
                "spoken": dict(SPOKEN)[each.spoken],
                "occurred_at": each.occurred_at,
                "by": each.by.name,
                "at": each.at,
                **dict.fromkeys(("said", "behaviour", "wishes", "by_whom", "why"), ""),
                **queries.told(each),
            }
            for each in child.voices
        ],
    }


def _item(one: Any, now: datetime) -> dict[str, Any]:
    end = getattr(one, "end", None)
    return {
        "pk": one.pk,
        "number": one.number,
        "kind": dict(KINDS)[one.kind],
        "code": one.kind,
        "words": one.words.shown(),
        "owner": one.owner.name,
        "due": one.due_at,
        "late": end is None and one.due_at < now,
        "end": dict(ENDS)[end.answer] if end else "",
        "why": end.words.shown() if end and end.words else "",
        "ended_by": end.by.name if end else "",
        "ended_at": end.at if end else None,
    }


def _end(one: Any) -> dict[str, Any]:
    answer = getattr(one, "answer", None)
    return {
        "pk": one.pk,
        "outcome": rules.names().get(one.outcome, one.outcome),
        "words": one.words.shown() if one.words else "",
        "by": one.by.name,
        "at": one.at,
        "answer": answer.answer if answer else "",
        "answered_by": answer.by.name if answer else "",
        "answered_at": answer.at if answer else None,
        "why": answer.words.shown() if answer and answer.words else "",
    }


def _news(user: Staff, one: queries.News) -> dict[str, Any]:
    reaches = type(one.incident).objects.visible_to(user).filter(pk=one.incident.pk).exists()
    return {
        "incident": one.incident,
        "joins": one.joins,
        "seq": one.seq,
        "lines": [_line(each) for each in one.lines[-LINES:]] if reaches else [],
        "more": max(0, len(one.lines) - LINES) if reaches else len(one.lines),
        "reaches": reaches,
    }


def _line(one: Entry) -> dict[str, Any]:
    said = one.text.shown() if one.kind == "words" and one.text else ""
    return {
        "at": one.recorded_at,
        "by": one.author.name if one.author else "the system",
        "source": one.get_source_display(),
        "said": said,
        "event": "" if said else beyond.told(one.code, one.data) or NEWS.get(one.code, "Changed"),
    }


NEWS = {
    "incident.linked": "Linked with another incident as the same matter",
    "incident.unlinked": "No longer linked with another incident",
    "incident.reopened": "The incident was opened again",
    "incident.closed": "The incident was closed",
    "children.answered": "The children question was answered anew",
    "grade.chosen": "A grade was chosen",
}
"""What the lines beside words are called here."""

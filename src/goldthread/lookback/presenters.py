"""What the look-back's pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F

from goldthread.contact.choices import CHILDREN_ANSWERS
from goldthread.lookback import choices
from goldthread.lookback.models import Decision, Hit, Item, Outcome
from goldthread.lookback.querysets import ORDER
from goldthread.lookback.quotes import Said, passages, said_by
from goldthread.lookback.ties import together, withdrawn
from goldthread.response.grades import grade, grades_on

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CUT = 90
"""Characters shown on either side of a quote in the queue."""
IN_QUEUE = 2
"""Quotes of an item shown in the queue; its page has all."""
MOST_TOGETHER = 12
"""Items that belong with one and are listed on its page *(ours)*."""


@dataclass(frozen=True)
class Clock:
    """What runs on an item: ``label`` and its length so far and allowed, in seconds; ``since`` when it began."""

    label: str
    elapsed: float
    target: float
    since: datetime
    due: datetime

    @property
    def over(self) -> bool:
        return self.elapsed > self.target


def clock(item: Item, now: datetime) -> Clock | None:
    """The clock that runs now: of the decision, or of the outcome; None where none does."""
    if item.state == "open" and item.release_at <= now:
        label, since, due = "Decision", item.release_at, item.due_at
    elif item.state == "decided" and item.outcome_due_at and item.decided_at and not item.outcome:
        label, since, due = "Outcome", item.decided_at, item.outcome_due_at
    else:
        return None
    return Clock(label, (now - since).total_seconds(), max((due - since).total_seconds(), 1), since, due)


def owner(item: Item) -> str:
    """Who has it: a person, or a team's desk."""
    if item.owner is not None:
        return item.owner.name
    return f"{item.owner_team.name}, desk" if item.owner_team else ""


def rows(user: Staff, items: Sequence[Item], now: datetime) -> list[dict[str, Any]]:
    """The queue's rows, with how many others in this person's sight belong with each; nine further questions, however many."""
    said, others = said_by([one.hit for one in items]), together(user, items)
    return [{**_row(one, said[one.hit_id], now), "together": len(others.get(one.pk, {}))} for one in items]


def belonging(user: Staff, item: Item, now: datetime) -> dict[str, Any]:
    """The items that belong together with this one, what is to be decided first and the gravest of those, and by what they do."""
    by = together(user, [item]).get(item.pk, {})
    found = Item.objects.visible_to(user).select_related("owner", "owner_team").filter(pk__in=by)
    shown = list(found.order_by(F("decided_at").asc(nulls_first=True), *ORDER)[:MOST_TOGETHER])
    return {
        "found": shown,
        "items": [
            {**_common(one, now), "by": sorted(by[one.pk]), "tied": bool(by[one.pk] & set(dict(choices.TIES).values()))}
            for one in shown
        ],
        "withdrawn": [
            {
                "reference": one.tie.item.hit.reference,
                "kind": one.tie.get_kind_display(),
                "by": one.by.name,
                "at": one.at,
                "why": one.why.shown(),
            }
            for one in withdrawn(user, item)
        ],
        "more": max(len(by) - MOST_TOGETHER, 0),
    }


def _row(item: Item, said: Said, now: datetime) -> dict[str, Any]:
    return {
        **_common(item, now),
        "quotes": said.quotes[:IN_QUEUE],
        "more": max(len(said.quotes) - IN_QUEUE, 0),
        "erased": said.erased,
        "carried": carried_briefly(item.hit, said),
    }


def _common(item: Item, now: datetime) -> dict[str, Any]:
    hit = item.hit
    running = clock(item, now)
    return {
        "id": item.pk,
        "reference": hit.reference,
        "severity": hit.severity,
        "level": choices.SUGGESTS[hit.severity],
        "percent": round(hit.probability * 100),
        "received_at": hit.received_at,
        "ours": hit.incident_id is not None,
        "state": item.state,
        "waits_until": item.release_at if item.state == "open" and item.release_at > now else None,
        "clock": running,
        "over": running is not None and running.over,
        "owner": owner(item),
        "decision": dict(choices.DECISIONS).get(item.decision, ""),
        "decided_at": item.decided_at,
        "outcome": dict(choices.OUTCOMES).get(item.outcome, ""),
        "due_at": item.due_at,
        "why": [choices.WHY[code] for code in hit.why],
    }


def whole(item: Item, now: datetime) -> dict[str, Any]:
    """Everything an item's page shows of it."""
    said = said_by([item.hit])[item.hit_id]
    return {
        **_common(item, now),
        "passages": passages([one for one in said.quotes if not one.set_aside]),
        "aside": passages([one for one in said.quotes if one.set_aside]),
        "erased": said.erased,
        "carried": carried(item.hit, said),
        "adult": item.hit.adult_vulnerability,
        "run": item.hit.run,
        "row": item.hit.row,
        "history": history(item),
    }


def history(item: Item) -> list[dict[str, Any]]:
    """Decisions and outcomes, oldest first, with who and why."""
    shared = ("by", "words__erasure")
    made: list[tuple[datetime, dict[str, Any]]] = []
    for one in Decision.objects.filter(item=item).select_related(*shared, "told__erasure", "handed_to"):
        because = dict(choices.SAFE_BECAUSE).get(one.reason, "")
        handed = f"handed to {one.handed_to.name}" if one.handed_to else ""
        made.append((one.at, _told(one, dict(choices.DECISIONS)[one.kind], because or handed, one.told)))
    made += [
        (found.at, _told(found, f"Outcome: {dict(choices.OUTCOMES)[found.kind].lower()}", "", None))
        for found in Outcome.objects.filter(item=item).select_related(*shared)
    ]
    return [told for _at, told in sorted(made, key=lambda pair: pair[0])]


def _told(one: Decision | Outcome, head: str, more: str, told: Any) -> dict[str, Any]:
    return {
        "at": one.at,
        "by": one.by.name,
        "head": head,
        "more": more,
        "words": one.words.shown() if one.words else "",
        "told": told.shown() if told else "",
    }


def carried(hit: Hit, said: Said) -> list[dict[str, Any]]:
    """What the record carried, line by line, beside what it was taken for; nothing missing reads as there."""
    return _ours(hit) if hit.incident_id else _elsewhere(hit, said)


def carried_briefly(hit: Hit, said: Said) -> dict[str, str]:
    """The same for the queue: the grade in a word, and whether a child was named."""
    named = hit.carried.get("child_tag") or hit.carried.get("thrive_child")
    return {
        "grade": _grade_name(hit) or str(said.kept.get("grade", ""))[:40] or "no grade",
        "child": "child named" if named else "child not named",
    }


def _grade_name(hit: Hit) -> str:
    severity = hit.carried.get("severity")
    if code := hit.carried.get("grade"):
        return grade(code).name
    if severity is None:
        return ""
    names = {one.severity: one.name for one in grades_on(hit.run.at.date()).values()}
    return names.get(severity, "")


def _ours(hit: Hit) -> list[dict[str, Any]]:
    given = hit.carried
    return [
        {"label": "Grade", "value": _grade_name(hit), "missing": "not graded", "sign": ""},
        {
            "label": "Children",
            "value": dict(CHILDREN_ANSWERS).get(given.get("children", ""), ""),
            "missing": "not asked",
            "sign": "child named" if given.get("child_tag") else "child not named",
        },
        {
            "label": "THRIVE",
            "value": f"version {given['thrive']}" if given.get("thrive") else "",
            "missing": "none written",
            "sign": "child named" if given.get("thrive_child") else "child not named",
        },
    ]


def _elsewhere(hit: Hit, said: Said) -> list[dict[str, Any]]:
    kept, given = said.kept, hit.carried
    named = kept.get("named", [])
    not_given = "no column was named for it when the file was taken in"
    grade_known = _grade_name(hit)
    lines = [
        {
            "label": "Grade",
            "value": kept.get("grade", ""),
            "missing": "empty" if "grade" in named else not_given,
            "sign": f"taken as {grade_known}" if grade_known else "not known",
        }
    ]
    for name, value in kept.get("tags", {}).items():
        lines.append({"label": name, "value": value, "missing": "empty", "sign": ""})
    if not kept.get("tags"):
        lines.append({"label": "Tags", "value": "", "missing": "empty" if "tags" in named else not_given, "sign": ""})
    lines[-1]["sign"] = "child named" if given.get("child_tag") else "child not named"
    lines.append(
        {
            "label": "THRIVE",
            "value": kept.get("thrive", ""),
            "missing": "empty" if "thrive" in named else not_given,
            "sign": "child named" if given.get("thrive_child") else "child not named",
        }
    )
    return lines

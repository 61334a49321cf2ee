"""What was found at the door as pages show it, and what is still to be answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.desk import presenters
from goldthread.safeguarding import door_queries as queries
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_rules import ALONE, NO_CHILD, PPN, SEEN

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Entry
    from goldthread.desk.record import Record
    from goldthread.response.models import Allocation
    from goldthread.safeguarding.door_models import Told


def panel(record: Record) -> list[dict[str, Any]]:
    """Each visit that arrived, newest first, with what was found of each child on record: for the incident's own page."""
    arrived = [one for one in reversed(record.allocations) if one.arrived_at is not None]
    if record.incident.child == "none" or not arrived:
        return []
    told = queries.answers(record.incident) if record.has(DoorAnswer) else {}
    wholes = queries.wholes(record.incident) if record.has(DoorVisit) else {}
    owing = set(queries.owing_in(record.incident))
    children = list(zip(record.children, presenters.children(record), strict=True))
    return [
        {
            "unit": one.unit.call_sign,
            "arrived_at": one.arrived_at,
            "left_at": one.left_at,
            "owes": one.pk in owing,
            "children": [
                {"name": shown.name, "age": shown.age, "found": child(told.get((one.pk, version.child)))}
                for version, shown in children
            ],
            "whole": whole(wholes.get(one.pk)),
        }
        for one in arrived
    ]


def child(one: DoorAnswer | None) -> dict[str, Any] | None:
    """What holds of one child; None where nobody has answered."""
    if one is None:
        return None
    return {
        "seen": one.seen,
        "words": dict(SEEN)[one.seen],
        "alone": dict(ALONE).get(one.alone, "Spoken to alone: not answered") if one.seen == "yes" else "",
        "why_not_seen": _text(one.why_not_seen),
        "why_not_alone": _text(one.why_not_alone),
        "showed": _text(one.showed),
        **_told(one),
    }


def whole(one: DoorVisit | None) -> dict[str, Any] | None:
    """What holds of a visit as a whole; None where nobody has answered."""
    if one is None:
        return None
    return {
        "no_child": dict(NO_CHILD).get(one.no_child, ""),
        "no_child_why": _text(one.no_child_why),
        "home": _text(one.home),
        "other": _text(one.other),
        "ppn": one.ppn,
        "ppn_words": dict(PPN).get(one.ppn, ""),
        "ppn_reference": one.ppn_reference.shown() if one.ppn_reference is not None else "",
        "ppn_why": _text(one.ppn_why),
        **_told(one),
    }


def owed(user: Staff, now: datetime) -> list[dict[str, Any]]:
    """The visits within this person's reach that owe an answer, for their first page."""
    return [
        {
            "incident": one.incident,
            "place": one.incident.location.shown() if one.incident.location else "",
            "unit": one.unit.call_sign,
            "arrived_at": one.arrived_at,
            "left_at": one.left_at,
        }
        for one in queries.waiting(user, now)[:MOST]
    ]


MOST = 50
"""Visits that owe an answer, on one page *(ours)*: more than a team's units in a shift."""


def named(one: Allocation) -> str:
    """A visit in a list to choose from."""
    return one.unit.call_sign


def _text(entry: Entry | None) -> str:
    return entry.text.shown() if entry is not None and entry.text is not None else ""


def _told(one: Told) -> dict[str, Any]:
    return {
        "by": one.by.name,
        "told_by": one.told_by.name if one.told_by is not None else "",
        "seen_at": one.seen_at,
        "at": one.at,
        "late": one.late,
        "version": one.version,
    }

"""What an incident still owes, and by when: paperwork, which never holds up help, and calling back who was cut off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.contact.caller_queries import call_back_owed_since
from goldthread.desk.record import Record
from goldthread.response.reassess_rules import first_within

WITHIN = {
    "grade": timedelta(minutes=3),
    "children": timedelta(minutes=5),
    "reason": timedelta(minutes=10),
}
"""How long after opening (reason: after grading) each is owed *(ours)*; a THRIVE by ``reassess.toml``, which also alarms."""
EXPLAIN = timedelta(minutes=15)
"""How long after a target was missed its reason is owed *(ours)*."""
CALL_BACK = timedelta(minutes=5)
"""How long after a call broke, and after each attempt that reached nobody, the next attempt is owed *(ours)*."""
WORDS = {
    "grade": "grade",
    "children": "children",
    "reason": "reason for the grade",
    "thrive": "THRIVE",
    "callback": "reach the caller",
    "delay": "why it is late",
}


@dataclass(frozen=True)
class Owed:
    """One thing owed: its code, what the screen calls it, when it is due, and whether it is done or late."""

    code: str
    words: str
    due_at: datetime
    done: bool
    late: bool


def owed(record: Record, now: datetime) -> list[Owed]:
    """What an incident owes in the order in which it falls due; nothing once it is closed."""
    incident = record.incident
    if not incident.is_open:
        return []
    graded = record.periods[0] if record.periods else None
    done = {
        "grade": graded is not None,
        "children": incident.children_answer != "not_asked",
        "reason": graded is not None and (graded.why is not None or graded.pk in record.explained),
        "thrive": bool(record.versions),
    }
    within = {**WITHIN, "thrive": first_within(now.date())}
    due = {code: incident.opened_at + after for code, after in within.items()}
    if graded is not None:
        due["reason"] = graded.at + WITHIN["reason"]
    if (since := call_back_owed_since(incident)) is not None:
        due["callback"], done["callback"] = since + CALL_BACK, False
    unexplained = [one.due_at for one in record.missed(now) if one.pk not in record.delays]
    if unexplained:
        due["delay"], done["delay"] = min(unexplained) + EXPLAIN, False
    found = [Owed(code, WORDS[code], at, done[code], not done[code] and at < now) for code, at in due.items()]
    return sorted(found, key=lambda one: one.due_at)

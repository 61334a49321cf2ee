"""One child's chronology: every line that any table has of the incidents tied to the record, in order of time.

Each app adds its own by ``register``: a function that is given what the reader sees of the record and answers with lines, by a number of
queries that does not grow with the incidents.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F

from goldthread.accounts.models import Staff
from goldthread.assessment.mode_rules import NOT_READ
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.contact import choices
from goldthread.contact.models import ChildrenAnswer, ChildVersion
from goldthread.lookback import choices as lookback
from goldthread.lookback.models import Item
from goldthread.response.grades import closing_reasons, grade
from goldthread.response.models import Allocation, Closing, GradePeriod
from goldthread.safeguarding.child_queries import Seen, age_of, facts

LONGEST_QUOTE = 160
"""Characters of a quote that a line shows *(ours)*."""
LEVELS = {"none": "no level", "low": "low", "medium": "medium", "high": "high", "immediate": "immediate"}
QUOTES = """
SELECT entry.incident_id, entry.seq, substr(kept.text, asked.start + 1, least(asked.stop - asked.start, %(most)s))
FROM unnest(%(incidents)s::uuid[], %(seqs)s::int[], %(starts)s::int[], %(stops)s::int[]) AS asked(incident, seq, start, stop)
JOIN contact_entry AS entry ON entry.incident_id = asked.incident AND entry.seq = asked.seq
JOIN audit_payload AS kept ON kept.id = entry.text_id AND kept.erased_at IS NULL
"""


@dataclass(frozen=True)
class Line:
    """One line: when, which incident, what in words, by whose word, and where it can be read (the incident's page unless said)."""

    at: datetime
    incident: uuid.UUID
    words: str
    source: str = ""
    quote: str = ""
    href: str = ""
    kind: str = ""


Lines = Callable[[Seen], Iterable[Line]]
_kinds: dict[str, tuple[str, Lines]] = {}


def register(kind: str, name: str, lines: Lines) -> None:
    """Add a kind of line; *name* is what the page calls it. Raises ``ValueError`` where another has the code."""
    if _kinds.get(kind, (name, lines)) != (name, lines):
        raise ValueError(f"two kinds of the chronology are called {kind}")
    _kinds[kind] = (name, lines)


def kinds() -> dict[str, str]:
    """Every kind's name by its code, in the order registered."""
    return {code: name for code, (name, _) in _kinds.items()}


def chronology(seen: Seen) -> list[Line]:
    """Every line of what this reader sees of a record, the newest first."""
    found = [
        Line(one.at, one.incident, one.words, one.source, one.quote, one.href, kind)
        for kind, (_, lines) in _kinds.items()
        for one in lines(seen)
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def opened(seen: Seen) -> Iterable[Line]:
    """Each incident as it was opened."""
    channels = dict(choices.CHANNELS)
    for one in seen.incidents.values():
        yield Line(one.contacted_at or one.opened_at, one.pk, f"Incident opened: {channels[one.channel]}", "record")


def answers(seen: Seen) -> Iterable[Line]:
    """What was answered to the children question, where it was not that children are there."""
    rows = ChildrenAnswer.objects.filter(incident__in=seen.pks).exclude(answer="named").select_related("by")
    for one in rows:
        yield Line(one.at, one.incident_id, f"Children: {one.get_answer_display()}", _who(one.by))


def told(seen: Seen) -> Iterable[Line]:
    """What was told of the child, version by version."""
    for one in seen.versions:
        yield Line(one.at, one.incident_id, _child(one), _who(one.by))


def thrive(seen: Seen) -> Iterable[Line]:
    """THRIVE assessments."""
    for one in ThriveVersion.objects.filter(incident__in=seen.pks).select_related("author"):
        yield Line(one.at, one.incident_id, f"THRIVE {one.version}", _who(one.author))


def grades(seen: Seen) -> Iterable[Line]:
    """The grades that the incidents held."""
    for one in GradePeriod.objects.filter(incident__in=seen.pks).select_related("by"):
        yield Line(one.at, one.incident_id, f"Graded {grade(one.grade).name}", _who(one.by))


def read(seen: Seen) -> Iterable[Line]:
    """What the reader made of all words of each incident, by its newest reading, with the strongest words."""
    newest = Reading.objects.filter(incident__in=seen.pks).order_by("incident", "-id").distinct("incident")
    rows = list(newest.only("incident", "at", "state", "level", "abstain", "findings"))
    strongest = {}
    for one in rows:
        stands = [each for each in one.findings if each["assertion"] != "negated"]
        if stands:
            strongest[one.incident_id] = max(stands, key=lambda each: each["score"])
    quotes = _quotes(strongest)
    for one in rows:
        words = (
            f"Reader was {one.state}: not read"
            if one.state in NOT_READ
            else f"Reader suggests {LEVELS.get(one.level, one.level)}"
        )
        unsure = ", not sure" if one.abstain and one.state not in NOT_READ else ""
        yield Line(one.at, one.incident_id, words + unsure, "reader", quotes.get(one.incident_id, ""))


def attended(seen: Seen) -> Iterable[Line]:
    """Units that arrived, and those that left without having arrived."""
    for one in Allocation.objects.filter(incident__in=seen.pks).select_related("unit"):
        if one.arrived_at is not None:
            by = one.get_arrival_source_display().lower()
            yield Line(one.arrived_at, one.incident_id, f"{one.unit.call_sign} arrived", by)
        elif one.left_at is not None:
            yield Line(one.left_at, one.incident_id, f"{one.unit.call_sign} left without arriving", "record")


def closings(seen: Seen) -> Iterable[Line]:
    """Closings, each with its reason."""
    reasons = closing_reasons()
    for one in Closing.objects.filter(incident__in=seen.pks).select_related("by"):
        reason = reasons[one.reason].name if one.reason in reasons else one.reason
        yield Line(one.at, one.incident_id, f"Closed: {reason}", _who(one.by))


def looked_back(seen: Seen) -> Iterable[Line]:
    """Look-back items of these incidents that the reader may see, and what was decided of them."""
    states, decisions = dict(lookback.STATES), dict(lookback.DECISIONS)
    found = Item.objects.visible_to(seen.user).filter(hit__incident__in=seen.pks).annotate(of=F("hit__incident"))
    for one in found:
        said = decisions.get(one.decision, states[one.state])
        yield Line(
            one.decided_at or one.opened_at, one.of, f"Look-back: {said}", "look-back", href=f"/lookback/{one.pk}/"
        )


def register_all() -> None:
    """Register what the floors below have; called once at start."""
    for kind, name, lines in [
        ("opened", "Incidents", opened),
        ("children", "Children asked", answers),
        ("told", "Told of the child", told),
        ("thrive", "THRIVE", thrive),
        ("grade", "Grades", grades),
        ("reader", "Reader", read),
        ("attended", "Attended", attended),
        ("closed", "Closings", closings),
        ("lookback", "Look-back", looked_back),
    ]:
        register(kind, name, lines)


def _child(one: ChildVersion) -> str:
    if one.particulars.erased_at is not None:
        return one.particulars.shown()
    found = facts(one)
    parts = [found.get("name", "") or "name not known", age_of(one), one.get_seen_display().lower()]
    if found.get("where_now"):
        parts.append(f"now: {found['where_now']}")
    if found.get("last_seen_by"):
        parts.append(
            f"last seen by {', '.join(filter(None, [found['last_seen_by'], found.get('last_seen_when', '')]))}"
        )
    return "; ".join(parts)


def _who(staff: Staff | None) -> str:
    return staff.name if staff is not None else "imported"


def _quotes(strongest: dict[uuid.UUID, dict[str, int]]) -> dict[uuid.UUID, str]:
    if not strongest:
        return {}
    given: dict[str, Any] = {
        "incidents": list(strongest),
        "seqs": [one["entry"] for one in strongest.values()],
        "starts": [one["start"] for one in strongest.values()],
        "stops": [one["end"] for one in strongest.values()],
        "most": LONGEST_QUOTE,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUOTES, given)
        return {incident: text for incident, _seq, text in cursor.fetchall()}

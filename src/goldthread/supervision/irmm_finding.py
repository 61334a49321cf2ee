"""The questions that find what belongs on the list of an Incident Risk Management Meeting, each over all incidents at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from goldthread.assessment.queries import cue_states, mark_answers_of
from goldthread.meetings.queries import owed
from goldthread.supervision.finding import REPEAT, UNSEEN
from goldthread.supervision.irmm_rules import Found, Set
from goldthread.supervision.queries import CLOSED_SCORE

KIND = "irmm"
ONCE = frozenset({"lowered", "unseen"})
"""Reasons that are found in the time since the meeting before alone: who was not reached with one keeps it until somebody has looked."""
ALSO: dict[str, Callable[[datetime], Mapping[uuid.UUID, datetime]]] = {}
"""Reasons that floors above find, with since when: their code in ``irmm.toml`` and the question. Filled at start."""
CUES = ("missing", "care", "da-child")
FACTS = f"""
WITH late AS (
    SELECT incident_id, min(due_at) AS since FROM response_clock
    WHERE stopped_at IS NULL AND due_at <= %(now)s GROUP BY incident_id
), lowered AS (
    SELECT period.incident_id FROM response_gradeperiod AS period
    WHERE period.at > %(since)s AND period.severity < (
        SELECT severity FROM response_gradeperiod AS before
        WHERE before.incident_id = period.incident_id AND before.seq = period.seq - 1)
    UNION SELECT incident_id FROM response_clock WHERE stopped_by = 'put_off' AND stopped_at > %(since)s
), far AS (
    SELECT DISTINCT incident_id FROM response_clock
    WHERE kind = 'attendance' AND stopped_at IS NULL AND due_at - started_at >= make_interval(secs => %(far)s)
)
SELECT incident.id, board.score, coalesce(incident.contacted_at, incident.opened_at), incident.child,
       late.since, 'reassess' = ANY(board.needs), lowered.incident_id IS NOT NULL,
       far.incident_id IS NOT NULL, board.attended, {REPEAT}
FROM contact_incident AS incident LEFT JOIN desk_boardrow AS board ON board.incident_id = incident.id
LEFT JOIN late ON late.incident_id = incident.id LEFT JOIN lowered ON lowered.incident_id = incident.id
LEFT JOIN far ON far.incident_id = incident.id
WHERE incident.closed_at IS NULL AND incident.opened_at <= %(now)s
"""  # noqa: S608 - our own conditions
MARKED = """
SELECT incident.id, (SELECT coalesce(jsonb_agg(found), '[]') FROM jsonb_array_elements(reading.findings) AS found
                     WHERE found->>'cue' = ANY(%(cues)s))
FROM contact_incident AS incident CROSS JOIN LATERAL (
    SELECT findings FROM assessment_reading WHERE incident_id = incident.id ORDER BY id DESC LIMIT 1
) AS reading
WHERE incident.closed_at IS NULL AND incident.child <> 'none'
  AND reading.findings @? '$[*].cue ? (@ == "missing" || @ == "da-child")'
"""
CLOSED = f"""
SELECT incident.id, incident.closed_at FROM contact_incident AS incident
WHERE incident.closed_at > %(since)s AND incident.closed_at <= %(now)s AND incident.child <> 'none' AND {UNSEEN}
"""  # noqa: S608 - our own conditions


def find(held: Set, since: datetime, now: datetime) -> list[Found]:
    """Every incident with a reason to stand on the list; six queries however many there are, and one for each reason from above.

    A cue stands that nobody has answered *not so*; whoever answered before a new fact came has not answered it.
    """
    standing = _standing()
    found = [_open(row, standing.get(row[0], frozenset())) for row in _rows(FACTS, held, since, now)]
    at = {one.incident: one for one in found}
    for incident, closed in _rows(CLOSED, held, since, now):
        at[incident] = Found(incident, {"unseen"}, {"unseen": closed}, CLOSED_SCORE)
    for code, also in ALSO.items():
        for incident, began in also(now).items():
            other = at.get(incident, Found(incident, (), {}, CLOSED_SCORE))
            at[incident] = Found(incident, {*other.reasons, code}, {**other.since, code: began}, other.score)
    owing = owed(KIND).values_list("line__subject", "decision", "due_at", "line__reasons")
    for incident, decision, due, reasons in owing:
        code = "action" if decision is not None else "unreached"
        before = at.get(incident, Found(incident, (), {}, CLOSED_SCORE))
        if code == "unreached":
            before = replace(before, reasons={*before.reasons, *ONCE.intersection(reasons)})
        # What is not due yet is under way; what was not reached, and has no other reason any more, is its owner's to look at.
        if (code == "action" and due > now) or (code == "unreached" and not before.reasons):
            continue
        oldest = min(before.since.get(code, due), due)
        at[incident] = Found(incident, {*before.reasons, code}, {**before.since, code: oldest}, before.score)
    return [one for one in at.values() if one.reasons]


def numbers(some: Iterable[Found]) -> dict[str, int]:
    """How many have each reason."""
    told: dict[str, int] = {}
    for one in some:
        for code in one.reasons:
            told[code] = told.get(code, 0) + 1
    return told


def _open(row: tuple[Any, ...], cues: frozenset[str]) -> Found:
    incident, score, opened, child, late, rethrive, lowered, far, attended, repeat = row
    may = child != "none"
    holds = {
        "late_child": may and late is not None,
        "rethrive": bool(rethrive),
        "lowered": lowered,
        "missing": "missing" in cues,
        "missing_care": {"missing", "care"} <= cues,
        "da_child": "da-child" in cues and not attended,
        "repeat": repeat,
        "appointment": may and far,
    }
    return Found(
        incident,
        {code for code, so in holds.items() if so},
        {"missing": opened, **({"late_child": late} if late else {})} if may else {},
        score or 0,
    )


def _standing() -> dict[uuid.UUID, frozenset[str]]:
    """The cues in question that stand in each open incident, by what people have answered."""
    with connection.cursor() as cursor:
        cursor.execute(MARKED, {"cues": list(CUES)})
        read = cursor.fetchall()
    answers = mark_answers_of([incident for incident, _ in read])
    return {
        incident: frozenset(
            one.cue
            for one in cue_states(findings, answers.get(incident, {}))
            if one.wants or (one.answered is not None and one.answered.answer != "not_so")
        )
        for incident, findings in ((incident, json.loads(told)) for incident, told in read)
    }


def _rows(query: str, held: Set, since: datetime, now: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"now": now, "since": since, "far": held.far.total_seconds()})
        return list(cursor.fetchall())

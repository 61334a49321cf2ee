"""What opens a concern by rule: questions over all open incidents at once, each asked every minute."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from goldthread.assessment.models import Reading
from goldthread.assessment.queries import cue_states, mark_answers_of
from goldthread.response.models import Closing
from goldthread.safeguarding.concern_models import ConcernLook
from goldthread.safeguarding.concern_rules import Reason, Set, said

if TYPE_CHECKING:
    from goldthread.assessment.marking import Answered, Finding

HERE = """(SELECT id FROM contact_incident WHERE closed_at IS NULL
    UNION SELECT incident_id FROM response_closing WHERE id > %(closing)s AND at > %(since)s
    UNION SELECT incident_id FROM assessment_reading WHERE id > %(reading)s AND at > %(since)s
) AS here JOIN contact_incident AS incident ON incident.id = here.id"""
"""What is open, and what closed or was read to its end before anybody looked: what was said there counts all the same. Never everything
ever stored."""
CONCERNS, REFERRALS = 1, 2
"""The rules that look, each with a look of its own that was finished last."""
BEFORE, EARLIER = timedelta(minutes=15), 500
"""A look goes back so far behind the beginning of the one before, and over so many of the closings and readings that it saw at most,
since some are written before others and committed after them *(ours)*."""
SAID = f"""
SELECT incident.id, reading.id, reading.level, reading.findings,
       coalesce((SELECT max(known_seq) FROM safeguarding_concern WHERE incident_id = incident.id), 0)
FROM {HERE} CROSS JOIN LATERAL (
    SELECT id, level, child, at_risk, findings FROM assessment_reading WHERE incident_id = incident.id ORDER BY id DESC LIMIT 1
) AS reading
WHERE incident.child <> 'none' AND reading.at_risk AND reading.child IN ('yes', 'implied')
  AND reading.level = ANY(%(levels)s)
  AND NOT EXISTS (SELECT 1 FROM safeguarding_concern AS had WHERE had.incident_id = incident.id AND had.reading >= reading.id)
"""  # noqa: S608 - our own conditions
GRADED = f"""
SELECT incident.id FROM {HERE}
WHERE incident.children_answer = 'named'
  AND (SELECT severity FROM response_gradeperiod WHERE incident_id = incident.id ORDER BY seq DESC LIMIT 1) >= %(least)s
  AND NOT EXISTS (SELECT 1 FROM safeguarding_concern AS had WHERE had.incident_id = incident.id)
"""  # noqa: S608 - our own conditions
TOLD = """NOT EXISTS (SELECT 1 FROM safeguarding_concernreason AS why JOIN safeguarding_concern AS had ON had.id = why.concern_id
    WHERE had.incident_id = {incident} AND why.cause = '{cause}' AND why.what = decided.id::text)"""
LOOKED_BACK = f"""
SELECT hit.incident_id, decided.id, decided.words_id FROM lookback_item AS item
JOIN lookback_hit AS hit ON hit.id = item.hit_id
CROSS JOIN LATERAL (SELECT id, words_id FROM lookback_decision WHERE item_id = item.id ORDER BY seq DESC LIMIT 1) AS decided
WHERE item.state = 'decided' AND item.outcome = '' AND item.outcome_due_at IS NOT NULL AND item.decision = 'vast'
  AND hit.incident_id IS NOT NULL AND {TOLD.format(incident="hit.incident_id", cause="lookback")}
"""  # noqa: S608 - our own conditions
DECIDED = f"""
SELECT line.subject, decided.id, decided.words_id FROM meetings_decision AS decided
JOIN meetings_line AS line ON line.id = decided.line_id
JOIN contact_incident AS incident ON incident.id = line.subject
WHERE decided.code = 'vast' AND decided.at > goldthread_now() - interval '7 days'
  AND {TOLD.format(incident="line.subject", cause="meeting")}
"""  # noqa: S608 - our own conditions
RAISED = f"""
SELECT newest.incident, decided.id, NULL FROM safeguarding_childraise AS decided
CROSS JOIN LATERAL (SELECT (decided.incidents ->> 0)::uuid AS incident) AS newest
WHERE NOT EXISTS (SELECT 1 FROM safeguarding_childraiseanswer WHERE raised_id = decided.id)
  AND {TOLD.format(incident="newest.incident", cause="raised")}
"""  # noqa: S608 - our own conditions
"""Raises of a child that nobody has answered, each for the newest incident that was counted: with that one they were enough."""


@dataclass(frozen=True)
class Found:
    """An incident with reasons for a concern: the payload of the words that came with them, and the reading they rest on."""

    incident: uuid.UUID
    reasons: tuple[Reason, ...]
    words: uuid.UUID | None = None
    reading: int = 0


def looks(now: datetime, rule: int) -> tuple[ConcernLook, dict[str, Any]]:
    """What a rule's look that begins now will have been once it is finished, kept then and not before; and how far back it goes."""
    here = _beginning(now, rule)
    last = ConcernLook.objects.filter(pk=rule).first() or here
    return here, {"closing": last.closing - EARLIER, "reading": last.reading - EARLIER, "since": last.began_at - BEFORE}


def _beginning(now: datetime, rule: int) -> ConcernLook:
    closing, reading = (
        model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in (Closing, Reading)
    )
    return ConcernLook(pk=rule, began_at=now, closing=closing, reading=reading)


def find(held: Set, here: dict[str, Any]) -> Iterator[Found]:
    """Every incident with a reason that stands on no concern yet, the most certain sources first. ``here``: how far back, by ``looks``."""
    for cause, query in (("meeting", DECIDED), ("lookback", LOOKED_BACK), ("raised", RAISED)):
        for incident, decision, words in rows(query):
            yield Found(incident, (Reason(cause, str(decision)),), words)
    yield from _read(held, here)
    for (incident,) in rows(GRADED, least=held.least, **here):
        yield Found(incident, (Reason(held.graded),))


def _read(held: Set, here: dict[str, Any]) -> Iterator[Found]:
    """By what was said. A cue counts that nobody has answered *not so*, said since an earlier concern ended."""
    found = [
        (incident, reading, level, json.loads(findings), known)
        for incident, reading, level, findings, known in rows(SAID, levels=list(held.said), **here)
    ]
    answers = mark_answers_of([row[0] for row in found])
    for incident, reading, level, findings, known in found:
        new = [one for one in findings if one["entry"] > known]
        reasons = said(level, standing(new, answers.get(incident, {})), held)
        if reasons:
            yield Found(incident, tuple(reasons), reading=reading)


def standing(findings: Sequence[Finding], answers: dict[str, Answered]) -> set[str]:
    """The cues of these findings that nobody has answered *not so*."""
    return {
        one.cue
        for one in cue_states(findings, answers)
        if one.wants or (one.answered is not None and one.answered.answer != "not_so")
    }


def rows(query: str, **given: Any) -> list[tuple[Any, ...]]:
    """What a question of the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(cursor.fetchall())

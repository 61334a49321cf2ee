"""Questions asked of readings and assessments."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from goldthread.assessment.marking import Answered, CueState, Finding, states
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.reading import Said, reader
from goldthread.contact.models import Entry, Incident

SAID = """
SELECT entry.seq, kept.text FROM contact_entry AS entry JOIN audit_payload AS kept ON kept.id = entry.text_id
WHERE entry.incident_id = %s AND entry.kind = 'words' AND entry.source <> 'system' ORDER BY entry.seq
"""


def said_in(incident: Incident) -> list[Said]:
    """Everything anybody said in the incident, in order, as the reader is given it."""
    with connection.cursor() as cursor:
        cursor.execute(SAID, [incident.pk])
        return [Said(seq, text) for seq, text in cursor.fetchall()]


def newest_reading(incident: Incident) -> Reading | None:
    """What the reader found last; None where nothing has been said yet."""
    return Reading.objects.filter(incident=incident).order_by("-id").first()


def newest_thrive(incident: Incident) -> ThriveVersion | None:
    """The assessment that holds now."""
    return ThriveVersion.objects.filter(incident=incident).select_related("author", "text").order_by("-version").first()


def thrive_text(version: ThriveVersion) -> dict[str, Any]:
    """The version's texts: ``{"elements": {code: text}, "interim": str, "advice": str}``; erased ones are empty."""
    if version.text.erased_at is not None:
        return {"elements": {}, "interim": "", "advice": ""}
    found: dict[str, Any] = json.loads(version.text.text)
    return found


def words_by_seq(incident: Incident) -> dict[int, Entry]:
    """The entries that hold words, by sequence number."""
    return {entry.seq: entry for entry in incident.entries.filter(kind="words").select_related("text")}


ANSWERS = """
SELECT DISTINCT ON (given.cue) given.cue, given.answer, given.reason, given.facts::text, who.initials, given.at
FROM assessment_markanswer AS given LEFT JOIN accounts_staff AS who ON who.id = given.by_id
WHERE given.incident_id = %s ORDER BY given.cue, given.id DESC
"""


def mark_answers(incident_id: uuid.UUID) -> dict[str, Answered]:
    """The newest answer to each cue of the incident."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, [incident_id])
        return {
            cue: Answered(answer, reason, frozenset(json.loads(facts)), by or "", at)
            for cue, answer, reason, facts, by, at in cursor.fetchall()
        }


def cue_states(findings: Sequence[Finding], answers: dict[str, Answered]) -> list[CueState]:
    """Every cue of these findings with its answer, in the order in which they are shown."""
    return states(findings, answers, _critical().__contains__)


def _critical() -> frozenset[str]:
    return frozenset(one.code for one in reader().cues if one.critical)

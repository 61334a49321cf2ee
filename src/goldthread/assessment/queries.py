"""Questions asked of readings and assessments."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from goldthread.assessment.marking import Answered, CueState, Finding, states
from goldthread.assessment.models import MarkAnswer, Reading, ThriveVersion
from goldthread.assessment.reading import Said, reader
from goldthread.contact.models import Entry, Incident

NEWEST = """
SELECT * FROM assessment_reading WHERE incident_id = %(incident)s AND (%(path)s = '' OR path = %(path)s) ORDER BY id DESC LIMIT 1
"""
SAID = """
SELECT entry.seq, kept.text FROM contact_entry AS entry JOIN audit_payload AS kept ON kept.id = entry.text_id
WHERE entry.incident_id = %(incident)s AND entry.kind = 'words' AND entry.source <> 'system' ORDER BY entry.seq
"""


def said_in(incident: Incident) -> list[Said]:
    """Everything anybody said in the incident, in order, as the reader is given it."""
    with connection.cursor() as cursor:
        cursor.execute(SAID, {"incident": incident.pk})
        return [Said(seq, text) for seq, text in cursor.fetchall()]


def newest_reading(incident: Incident, path: str = "") -> Reading | None:
    """What the reader found last, on that path where one is named; None where nothing has been said yet."""
    found: Iterable[Reading] = Reading.objects.raw(NEWEST, {"incident": incident.pk, "path": path})
    return next(iter(found), None)


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
SELECT DISTINCT ON (given.cue) given.cue, given.answer, given.reason, given.facts, who.initials, given.at
FROM assessment_markanswer AS given LEFT JOIN accounts_staff AS who ON who.id = given.by_id
WHERE given.incident_id = %(incident)s ORDER BY given.cue, given.id DESC
"""


def mark_answers(incident_id: uuid.UUID) -> dict[str, Answered]:
    """The newest answer to each cue of the incident."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_rows(ANSWERS)}", {"incident": incident_id})
        return _answers(cursor.fetchone()[0])


def mark_answers_of(incidents: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Answered]]:
    """What ``mark_answers`` gives for each of many incidents, by one question; those without an answer are left out."""
    newest = MarkAnswer.objects.filter(incident__in=incidents).order_by("incident", "cue", "-id")
    found: dict[uuid.UUID, dict[str, Answered]] = {}
    for one in newest.distinct("incident", "cue").select_related("by"):
        by = one.by.initials if one.by else ""
        found.setdefault(one.incident_id, {})[one.cue] = Answered(
            one.answer, one.reason, frozenset(one.facts), by, one.at
        )
    return found


def _rows(query: str) -> str:
    """A query as one JSON value that stands as a column of another, so that one question to the database asks both."""
    return f"(SELECT coalesce(json_agg(one), '[]')::text FROM ({query}) AS one)"  # noqa: S608 - our own queries


SAID_AND_ANSWERS = f"{_rows(SAID)}, {_rows(ANSWERS)}"
"""Two columns for a statement that has ``%(incident)s``; ``said_and_answers`` reads them."""


def said_and_answers(said: str, answers: str) -> tuple[list[Said], dict[str, Answered]]:
    """What ``said_in`` and ``mark_answers`` give, from the columns of ``SAID_AND_ANSWERS``."""
    return [Said(one["seq"], one["text"]) for one in json.loads(said)], _answers(answers)


def _answers(rows: str) -> dict[str, Answered]:
    return {
        one["cue"]: Answered(
            one["answer"],
            one["reason"],
            frozenset(one["facts"]),
            one["initials"] or "",
            datetime.fromisoformat(one["at"]),
        )
        for one in json.loads(rows)
    }


def cue_states(findings: Sequence[Finding], answers: dict[str, Answered]) -> list[CueState]:
    """Every cue of these findings with its answer, in the order in which they are shown."""
    return states(findings, answers, critical_cues().__contains__)


def critical_facts(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """The threats to life in these findings: the cue and the facts that an answer to it has to know."""
    return {one.cue: sorted(one.facts) for one in cue_states(findings, {}) if one.critical}


def critical_cues() -> frozenset[str]:
    """The cues that say that life may be at stake."""
    return frozenset(one.code for one in reader().cues if one.critical)

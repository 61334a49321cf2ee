"""What programs were told that they wrote, against what stands in the record and in the audit.

A write is told by three words: the audit's verb for it, its incident, and what was written (the words to the letter, the
children's answer, the grade, the reason of a closing, the channel of a contact).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from soak.kills import LostError


class Write(NamedTuple):
    """One write, as it was acknowledged or as it is found."""

    verb: str
    incident: str
    what: str


KINDS = {
    "incident.open": ("contact", "channel"),
    "entry.add": ("entry of words", "text"),
    "children.answer": ("answer about children", "answer"),
    "grade.choose": ("grade", "grade"),
    "incident.close": ("closing", "reason"),
    "particular.set": ("fact", "kind"),
}
"""By the audit's verb, how a kind is called, and the field that tells what was written."""

OURS = """
WITH ours AS (
    SELECT incident.id, incident.channel, incident.origin FROM contact_incident AS incident
    JOIN audit_payload AS place ON place.id = incident.location_id WHERE place.text LIKE '% Soak Row'
)
"""
STANDS = f"""{OURS}
SELECT 'incident.open', id::text, channel FROM ours
UNION ALL SELECT 'entry.add', entry.incident_id::text, kept.text
    FROM contact_entry AS entry JOIN audit_payload AS kept ON kept.id = entry.text_id
    WHERE entry.kind = 'words' AND kept.text ~ '^S[0-9]+-'
UNION ALL SELECT 'children.answer', ours.id::text, given.answer
    FROM contact_childrenanswer AS given JOIN ours ON ours.id = given.incident_id
UNION ALL SELECT 'grade.choose', ours.id::text, held.grade
    FROM response_gradeperiod AS held JOIN ours ON ours.id = held.incident_id
UNION ALL SELECT 'incident.close', ours.id::text, ended.reason
    FROM response_closing AS ended JOIN ours ON ours.id = ended.incident_id
UNION ALL SELECT 'particular.set', ours.id::text, fact.kind
    FROM contact_particular AS fact JOIN ours ON ours.id = fact.incident_id
    WHERE ours.origin = 'imported' -- where a person opens a contact, its place is part of that write
"""
"""Rows of the record, wherever in it the words may have come to stand."""
AUDITED = f"""{OURS}
SELECT replace(event.verb, 'grade.chosen', 'grade.choose'), -- told by another system, and chosen by a person
       about.incident, coalesce(kept.text, event.detail->>'channel', event.detail->>'answer',
                                event.detail->>'grade', event.detail->>'kind', event.reason)
FROM (SELECT verb, reason, subjects::jsonb AS subjects, detail::jsonb AS detail FROM audit_event
      WHERE verb IN ({", ".join(f"'{verb}'" for verb in KINDS)}, 'grade.chosen')) AS event
CROSS JOIN LATERAL (SELECT subject->>1 AS incident FROM jsonb_array_elements(event.subjects) AS subject
                    WHERE subject->>0 = 'incident') AS about
LEFT JOIN audit_payload AS kept ON kept.id = (event.detail->'text'->>'payload')::uuid
WHERE (about.incident IN (SELECT id::text FROM ours) OR kept.text ~ '^S[0-9]+-')
    AND (event.verb <> 'particular.set' OR event.detail->>'origin' = 'imported')
"""


class Reading(Protocol):
    """A cursor of the database, Django's or psycopg's."""

    def execute(self, query: Any, /) -> Any: ...
    def fetchall(self) -> list[Any]: ...


def compared(reading: Reading, told: Iterable[Write]) -> Counter[str]:
    """How many writes of each kind stand as acknowledged, each once and with its audit event. Raises ``LostError``."""
    found = []
    for asked in (STANDS, AUDITED):
        reading.execute(asked)
        found.append([Write(*row) for row in reading.fetchall()])
    return exactly(told, *found)


def exactly(told: Iterable[Write], stands: Iterable[Write], audited: Iterable[Write]) -> Counter[str]:
    """As ``compared``, of lists. Raises ``LostError`` where a write is missing, there twice, or was never acknowledged.

    What was refused must not stand either: a program that is told so sends it anew.
    """
    said = Counter(told)
    wrong = [
        sentence
        for where, found in (("in the record", Counter(stands)), ("in the audit", Counter(audited)))
        for sentence in _differ(said, found, where)
    ]
    if wrong:
        raise LostError("; ".join(wrong))
    return Counter(one.verb for one in said)


def _differ(said: Counter[Write], found: Counter[Write], where: str) -> Iterable[str]:
    more = found - said
    for what, which in (
        ("acknowledged and not", list(said - found)),
        ("more than once", [one for one in more if one in said]),
        ("though never acknowledged", [one for one in more if one not in said]),
    ):
        for verb, (name, _) in KINDS.items():
            if mine := [one for one in which if one.verb == verb]:
                shown = ", ".join(f"{one.what!r} of {one.incident}" for one in mine[:5])
                yield f"{name} {what} {where}, {len(mine):,} times: {shown}"

"""What each kind of sweep looks for, as conditions over ``incident`` and its ``board`` row, ``goldthread_now()`` being now.

``FOUND`` is when a kind is found, ``HOLDS`` when what was found is still so. ``after`` is how long it must have stood.
"""

from __future__ import annotations

OPEN = "incident.closed_at IS NULL"
OLD = "incident.opened_at <= goldthread_now() - %(after)s::interval"
MAY = "incident.child <> 'none'"
LATE = """EXISTS (SELECT 1 FROM response_clock AS late WHERE late.incident_id = incident.id
    AND late.stopped_at IS NULL AND late.due_at <= goldthread_now() - %(after)s::interval)"""
UNSEEN = """NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT ON (child) seen FROM contact_childversion
        WHERE incident_id = incident.id
        AND at > coalesce((SELECT at FROM response_closing WHERE incident_id = incident.id ORDER BY id DESC OFFSET 1 LIMIT 1), '-infinity')
        ORDER BY child, version DESC) AS newest
    HAVING count(*) > 0 AND bool_and(seen IN ('seen', 'spoken_to')))"""
"""Since the closing before this one no child is on record as seen, or not every one."""
DRAWN = "('x' || substr(md5(incident.id::text), 1, 8))::bit(32)::bigint < %(share)s::float * 4294967296"
"""Drawn by the incident's identity, which nobody chose: the same incident is drawn or not however often it is looked at."""
REPEAT = """(SELECT count(DISTINCT other.incident_id) FROM contact_lookup AS mine
    JOIN contact_lookup AS other ON (other.place_id = mine.place_id OR other.phone_id = mine.phone_id
                                     OR other.person_id = mine.person_id)
    JOIN contact_incident AS earlier ON earlier.id = other.incident_id
    WHERE mine.incident_id = incident.id AND other.incident_id <> incident.id
      AND mine.outcome <> 'withdrawn' AND other.outcome <> 'withdrawn'
      AND earlier.opened_at >= goldthread_now() - interval '30 days' AND other.at >= goldthread_now() - interval '30 days'
      AND NOT EXISTS (SELECT 1 FROM contact_lookup AS later WHERE later.incident_id = mine.incident_id
          AND later.kind = mine.kind AND later.id > mine.id AND (mine.kind <> 'person' OR later.person_id = mine.person_id))
      AND NOT EXISTS (SELECT 1 FROM contact_lookup AS later WHERE later.incident_id = other.incident_id
          AND later.kind = other.kind AND later.id > other.id AND (other.kind <> 'person' OR later.person_id = other.person_id))
    ) >= 2"""
"""Two others of the last thirty days stand on the same place, number or person: with this one, three."""
SILENT = """EXISTS (SELECT 1 FROM supervision_question AS asked JOIN supervision_review AS back ON back.id = asked.review_id
    WHERE back.incident_id = incident.id AND asked.answer_by <= goldthread_now()
      AND NOT EXISTS (SELECT 1 FROM supervision_questionanswer AS said WHERE said.question_id = asked.id))"""
REVIEWED = """EXISTS (SELECT 1 FROM supervision_review AS looked WHERE looked.incident_id = incident.id
    AND looked.child IN ('yes', incident.child)
    AND looked.at > coalesce((SELECT max(at) FROM response_closing WHERE incident_id = incident.id), '-infinity'))"""
"""Somebody has looked since it was last closed, and knew as much of a child."""
IMPORTED = f"""(EXISTS (SELECT 1 FROM (SELECT origin, severity, decision_id, lag(severity) OVER (ORDER BY seq) AS before
        FROM response_gradeperiod WHERE incident_id = incident.id) AS held
    WHERE held.origin = 'imported' AND held.severity < held.before AND held.decision_id IS NULL)
    OR EXISTS (SELECT 1 FROM response_closing AS shut WHERE shut.incident_id = incident.id AND shut.origin = 'imported'
        AND shut.decision_id IS NULL AND ({UNSEEN} OR NOT EXISTS (SELECT 1 FROM response_allocation AS sent
            WHERE sent.incident_id = incident.id AND sent.arrived_at <= shut.at)))
    OR EXISTS (SELECT 1 FROM response_clock AS late JOIN response_gradeperiod AS held ON held.id = late.period_id
        WHERE late.incident_id = incident.id AND late.kind = 'attendance' AND held.origin = 'imported'
        AND late.stopped_at > late.due_at))"""  # noqa: S608 - our own query
"""Another system lowered the grade, closed it unattended or with no child on record as seen, or attended late, by no decision made here."""

RESCUE = """EXISTS (SELECT 1 FROM response_alarm AS told WHERE told.incident_id = incident.id AND told.kind = 'unseen'
    AND told.raised_at IS NOT NULL AND told.ended_at IS NULL)"""
"""A risk in the words that nobody had recognised in time, and nobody has since."""

HOLDS = {
    "rescue": RESCUE,
    "marks": f"{OPEN} AND 'marks' = ANY(board.needs)",
    "overdue": f"{OPEN} AND {LATE}",
    "discordant": f"{OPEN} AND board.suggested <> '' AND board.grade <> ''",
    "not_asked": f"{OPEN} AND incident.children_answer = 'not_asked'",
    "reader_off": f"{OPEN} AND 'unread' = ANY(board.needs)",
    "repeat": OPEN,
    "child": f"{OPEN} AND {MAY}",
    "asked_none": "incident.children_answer = 'asked_none'",
    "imported": f"{MAY} AND {IMPORTED}",
    "silent": f"{OPEN} AND {SILENT}",
    "unseen": f"NOT ({OPEN}) AND {MAY} AND {UNSEEN}",
}
FOUND = {
    **{code: f"{holds} AND {OLD}" for code, holds in HOLDS.items()},
    "rescue": RESCUE,
    "overdue": HOLDS["overdue"],
    "silent": HOLDS["silent"],
    "repeat": f"{OPEN} AND {OLD} AND {REPEAT}",
    "child": f"{HOLDS['child']} AND {OLD} AND NOT {REVIEWED}",
    "asked_none": f"{OPEN} AND {OLD} AND incident.children_answer = 'asked_none' AND {DRAWN}",
    "imported": f"{OPEN} AND {HOLDS['imported']}",
}
AT_CLOSING = {
    "unseen": HOLDS["unseen"],
    "asked_none": f"incident.children_answer = 'asked_none' AND {DRAWN}",
    "imported": HOLDS["imported"],
}
"""Found in the transaction that closes, however short it was open: nothing closed is looked for again."""
BY_TIME = tuple(code for code in FOUND if code != "unseen")

ADD = """
INSERT INTO supervision_sweep (incident_id, kind, weight, found_at, ended_by)
SELECT incident.id, %(kind)s::text, %(weight)s::float, goldthread_now(), ''
FROM contact_incident AS incident LEFT JOIN desk_boardrow AS board ON board.incident_id = incident.id
WHERE {one} NOT EXISTS (
    SELECT 1 FROM supervision_sweep AS before LEFT JOIN supervision_review AS told ON told.id = before.review_id
    WHERE before.incident_id = incident.id AND before.kind = %(kind)s::text AND (
        before.ended_at IS NULL
        OR before.again_at > goldthread_now() AND NOT (%(anew)s::boolean AND EXISTS (
            SELECT 1 FROM contact_entry AS said
            WHERE said.incident_id = incident.id AND said.kind = 'words' AND said.seq > told.seen))
        AND NOT (%(kind)s::text = 'overdue' AND EXISTS (
            SELECT 1 FROM response_clock AS late WHERE late.incident_id = incident.id
                AND late.stopped_at IS NULL AND late.due_at <= goldthread_now() AND late.due_at > told.at))
        AND NOT EXISTS (
            SELECT 1 FROM contact_entry AS again
            WHERE again.incident_id = incident.id AND again.code = 'incident.reopened' AND again.recorded_at > before.ended_at)
    )
) AND {found}
FOR UPDATE OF incident SKIP LOCKED
ON CONFLICT DO NOTHING
RETURNING incident_id
"""
"""What rests does so until its time, new words where the kind says so, a target that passed since, or a re-opening. An incident that somebody
acts on just now is looked at in the next minute."""
END = """
WITH over AS (
    SELECT sweep.id FROM supervision_sweep AS sweep JOIN contact_incident AS incident ON incident.id = sweep.incident_id
    LEFT JOIN desk_boardrow AS board ON board.incident_id = incident.id
    WHERE sweep.ended_at IS NULL AND sweep.kind = %(kind)s::text AND ({holds}) IS NOT TRUE
    FOR UPDATE OF incident SKIP LOCKED
)
UPDATE supervision_sweep SET ended_at = goldthread_now(), ended_by = 'gone'
WHERE id IN (SELECT id FROM over) AND ended_at IS NULL RETURNING incident_id
"""

"""What must hold of the record, whoever wrote it: run at the end of the seed, whose COPY goes round the actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

SHOWN = 5
"""Offenders named for each broken rule."""

# Each rule: what is wrong, and a query that gives the incidents (or other things) of which it is true. %(now)s is given.
RULES: tuple[tuple[str, str], ...] = (
    (
        "entries are not numbered 1 to the incident's last",
        """SELECT i.reference FROM contact_incident i LEFT JOIN contact_entry e ON e.incident_id = i.id
           GROUP BY i.id HAVING count(e.id) <> i.last_seq OR coalesce(min(e.seq), 0) <> 1 OR max(e.seq) <> i.last_seq""",
    ),
    (
        "words have no first reading, more than one, or more than one full reading",
        """SELECT i.reference FROM contact_entry e JOIN contact_incident i ON i.id = e.incident_id
           LEFT JOIN assessment_reading r ON r.entry_id = e.id AND r.incident_id = e.incident_id
           WHERE e.kind = 'words' AND e.source <> 'system' GROUP BY e.id, i.reference
           HAVING count(r.id) FILTER (WHERE r.path <> 'full') <> 1 OR count(r.id) FILTER (WHERE r.path = 'full') > 1""",
    ),
    (
        "open without exactly one owner, a next action and a time for it",
        """SELECT reference FROM contact_incident WHERE closed_at IS NULL
           AND (num_nonnulls(owner_id, owner_team_id) <> 1 OR next_action IN ('', 'none') OR next_action_at IS NULL)""",
    ),
    (
        "open without a row on the board, or closed with one",
        """SELECT i.reference FROM contact_incident i LEFT JOIN desk_boardrow b ON b.incident_id = i.id
           WHERE (i.closed_at IS NULL) <> (b.incident_id IS NOT NULL)""",
    ),
    (
        "a grade that sends a unit has no allocation clock or no attendance clock, another has one",
        """SELECT i.reference FROM response_gradeperiod p JOIN contact_incident i ON i.id = p.incident_id
           LEFT JOIN response_clock c ON c.period_id = p.id AND c.incident_id = p.incident_id
           WHERE NOT EXISTS (SELECT FROM response_allocation a WHERE a.incident_id = i.id AND a.at < p.at)
           GROUP BY p.id, i.reference
           HAVING count(DISTINCT c.kind) <> CASE WHEN p.grade = 'resolution' THEN 0 ELSE 2 END
               OR (count(DISTINCT c.kind) <> count(c.id) AND NOT EXISTS
                   (SELECT FROM contact_entry e WHERE e.incident_id = p.incident_id AND e.code = 'incident.reopened'))""",
    ),
    (
        "an ended grade still has a running clock",
        """SELECT i.reference FROM response_clock c JOIN response_gradeperiod p ON p.id = c.period_id
           JOIN contact_incident i ON i.id = c.incident_id WHERE c.stopped_at IS NULL AND EXISTS
           (SELECT FROM response_gradeperiod n WHERE n.incident_id = p.incident_id AND n.seq > p.seq)""",
    ),
    (
        "grades are not numbered from 1, or a later one is lower though a child may be involved and no second person decided so",
        """SELECT i.reference FROM (SELECT incident_id, origin, severity, seq, decision_id,
               lag(severity) OVER held AS before, row_number() OVER held AS number
               FROM response_gradeperiod WINDOW held AS (PARTITION BY incident_id ORDER BY seq)) p
           JOIN contact_incident i ON i.id = p.incident_id
           WHERE p.seq <> p.number OR (p.severity < p.before AND p.origin = 'here'
              AND p.decision_id IS NULL AND i.child <> 'none')""",
    ),
    (
        "closed without a closing of that time, or with a running clock or a unit still there",
        """SELECT reference FROM contact_incident i WHERE closed_at IS NOT NULL AND (
           NOT EXISTS (SELECT FROM response_closing c WHERE c.incident_id = i.id AND c.at = i.closed_at)
           OR EXISTS (SELECT FROM response_clock c WHERE c.incident_id = i.id AND c.stopped_at IS NULL)
           OR EXISTS (SELECT FROM response_allocation a WHERE a.incident_id = i.id AND a.left_at IS NULL))""",
    ),
    (
        "closed unattended by the person who opened or owned it, with a child involved or possibly",
        """SELECT i.reference FROM contact_incident i JOIN response_closing c ON c.incident_id = i.id AND c.at = i.closed_at
           JOIN accounts_staff s ON s.id = c.by_id
           WHERE i.child <> 'none' AND NOT EXISTS
           (SELECT FROM response_allocation a WHERE a.incident_id = i.id AND a.arrived_at IS NOT NULL)
           AND (c.by_id IN (i.opened_by_id, i.owner_id) OR s.role NOT IN ('contact_supervisor', 'fim'))""",
    ),
    (
        "times are not in order: opened, then entries as numbered, then closed and what was made of that, none ahead of now",
        """SELECT DISTINCT i.reference FROM contact_incident i JOIN
           (SELECT incident_id, recorded_at, code, lag(recorded_at) OVER (PARTITION BY incident_id ORDER BY seq) AS before
            FROM contact_entry) e ON e.incident_id = i.id
           WHERE e.recorded_at < coalesce(e.before, i.opened_at) OR e.recorded_at > %(now)s
              OR (e.recorded_at > coalesce(i.closed_at, %(now)s)
                  AND e.code <> 'review.made' AND split_part(e.code, '.', 1) NOT IN
                      ('meeting', 'clock', 'concern', 'referral', 'link', 'child', 'missing', 'protection', 'inv'))""",
    ),
    (
        "a clock stopped before it started, or a unit arrived before it was sent or left before it arrived",
        """SELECT reference FROM contact_incident i WHERE
           EXISTS (SELECT FROM response_clock c WHERE c.incident_id = i.id AND c.stopped_at < c.started_at)
           OR EXISTS (SELECT FROM response_allocation a WHERE a.incident_id = i.id
                      AND (a.arrived_at < a.at OR a.left_at < coalesce(a.arrived_at, a.at)))""",
    ),
    (
        "a finding quotes what is not in its entry",
        """SELECT DISTINCT i.reference FROM assessment_reading r JOIN contact_incident i ON i.id = r.incident_id
           CROSS JOIN jsonb_to_recordset(r.findings) AS f(entry int, "start" int, "end" int)
           LEFT JOIN contact_entry e ON e.incident_id = r.incident_id AND e.seq = f.entry AND e.kind = 'words'
           LEFT JOIN audit_payload p ON p.id = e.text_id
           WHERE p.id IS NULL OR (p.erased_at IS NULL
                 AND NOT (f."start" >= 0 AND f."start" < f."end" AND f."end" <= char_length(p.text)))""",
    ),
    (
        "children are said to be recorded and none is, or the answer is not the newest one given",
        """SELECT i.reference FROM contact_incident i LEFT JOIN LATERAL
           (SELECT answer FROM contact_childrenanswer a WHERE a.incident_id = i.id ORDER BY id DESC LIMIT 1) a ON true
           WHERE i.children_answer <> coalesce(a.answer, 'not_asked') OR (i.children_answer = 'named'
           AND NOT EXISTS (SELECT FROM contact_childversion c WHERE c.incident_id = i.id))""",
    ),
    (
        "a THRIVE claims to have read more than there was",
        """SELECT i.reference FROM assessment_thriveversion t JOIN contact_incident i ON i.id = t.incident_id
           WHERE t.read_up_to >= i.last_seq""",
    ),
    (
        "somebody wrote, opened, owns or attended and is not on record as involved",
        """SELECT DISTINCT i.reference FROM (
             (SELECT id AS incident_id, opened_by_id AS staff, 'opener' AS part FROM contact_incident
              WHERE opened_by_id IS NOT NULL
              UNION ALL SELECT id, owner_id, 'owner' FROM contact_incident WHERE owner_id IS NOT NULL
              UNION ALL SELECT incident_id, author_id, 'author' FROM contact_entry
              WHERE kind = 'words' AND author_id IS NOT NULL
              UNION ALL SELECT a.incident_id, m.staff_id, 'attending' FROM response_allocation a
              JOIN response_unit_crew m USING (unit_id))
             EXCEPT SELECT incident_id, staff_id, part FROM contact_involvement) missing
           JOIN contact_incident i ON i.id = missing.incident_id""",
    ),
    (
        "a search is not in the timeline, or the timeline tells of one that was not made",
        """SELECT i.reference FROM contact_incident i
           LEFT JOIN (SELECT incident_id, count(*) AS made FROM contact_lookup GROUP BY 1) l ON l.incident_id = i.id
           LEFT JOIN (SELECT incident_id, count(*) AS told FROM contact_entry
                      WHERE code = 'known.searched' GROUP BY 1) e ON e.incident_id = i.id
           WHERE coalesce(l.made, 0) <> coalesce(e.told, 0)""",
    ),
    (
        "asked: none stands unquestioned though a child is known to live at the address",
        """SELECT DISTINCT i.reference FROM contact_incident i
           JOIN LATERAL (SELECT place_id, outcome FROM contact_lookup l WHERE l.incident_id = i.id AND l.kind = 'place'
                         ORDER BY id DESC LIMIT 1) l ON l.outcome = 'settled'
           JOIN contact_residence r ON r.place_id = l.place_id AND (r.until IS NULL OR r.until > %(now)s)
                AND r.as_of <= coalesce(i.closed_at, %(now)s)
           JOIN contact_person p ON p.id = r.person_id AND (p.born IS NULL OR p.born > %(now)s - interval '17 years')
           WHERE i.child = 'none'""",
    ),
    (
        "a person whom no search finds, since no word of the name is known",
        """SELECT p.id FROM contact_person p WHERE p.name <> ''
           AND NOT EXISTS (SELECT FROM contact_personname n WHERE n.person_id = p.id)""",
    ),
    (
        "somebody was born in the future or lived at an address before their birth",
        """SELECT p.id FROM contact_person p LEFT JOIN contact_residence r ON r.person_id = p.id
           WHERE p.born > %(now)s OR r.since < p.born""",
    ),
    (
        "a number is kept in another form than the one by which it is found",
        """SELECT id FROM contact_phone WHERE digits !~ '^[+]?[0-9]{3,}$'""",
    ),
    (
        "two incidents have one reference, or a day's last number is below one given",
        """SELECT reference FROM contact_incident GROUP BY reference HAVING count(*) > 1
           UNION ALL SELECT i.reference FROM contact_incident i
           LEFT JOIN contact_dailynumber d ON d.day = to_date(split_part(i.reference, '-', 2), 'YYMMDD')
           WHERE d.last IS NULL OR split_part(i.reference, '-', 3)::int > d.last""",
    ),
    (
        "a concern's rating is not its newest one, or it ended without triage, with a clock, a line or an opinion still owed",
        """SELECT i.reference FROM safeguarding_concern c JOIN contact_incident i ON i.id = c.incident_id
           WHERE c.rating IS DISTINCT FROM
               (SELECT rating FROM safeguarding_concernrating r WHERE r.concern_id = c.id ORDER BY r.id DESC LIMIT 1)
           OR NOT EXISTS (SELECT FROM safeguarding_concernreason r WHERE r.concern_id = c.id)
           OR (c.closed_at IS NOT NULL AND (c.triaged_at IS NULL OR c.closed_at < c.triaged_at
               OR EXISTS (SELECT FROM safeguarding_clock k WHERE k.about = 'concern' AND k.about_id = c.id::text AND k.stopped_at IS NULL)
               OR EXISTS (SELECT FROM safeguarding_concerncall w LEFT JOIN safeguarding_concernwriteup u ON u.call_id = w.id
                          WHERE w.concern_id = c.id AND w.reached_id IS NOT NULL AND u.id IS NULL)
               OR EXISTS (SELECT FROM safeguarding_concernopinion o LEFT JOIN safeguarding_concernanswer a ON a.opinion_id = o.id
                          WHERE o.concern_id = c.id AND a.id IS NULL)))""",
    ),
    (
        "a clock of safeguarding ended before it began, told other steps than it has told, or has nothing to tell next and should",
        """SELECT coalesce(i.reference, k.id::text) FROM safeguarding_clock k LEFT JOIN contact_incident i ON i.id = k.incident_id
           WHERE k.stopped_at < k.began_at OR k.began_at > %(now)s OR k.stopped_at > %(now)s
           OR k.told <> (SELECT count(*) FROM safeguarding_clockstep t WHERE t.clock_id = k.id)
           OR (k.next_at IS NOT NULL) <> (k.stopped_at IS NULL AND k.told < jsonb_array_length(k.steps))""",
    ),
    (
        "a referral left without its first leg or its disclosure on record, for another partner's contact, or about a child of elsewhere",
        """SELECT i.reference FROM safeguarding_referral r JOIN contact_incident i ON i.id = r.incident_id
           JOIN safeguarding_partnercontact p ON p.id = r.contact_id
           WHERE p.partner_id <> r.partner_id
           OR NOT EXISTS (SELECT FROM safeguarding_referralleg l WHERE l.referral_id = r.id AND l.leg = 'sent')
           OR (r.withdrawn_at IS NOT NULL) <>
               EXISTS (SELECT FROM safeguarding_referralleg l WHERE l.referral_id = r.id AND l.leg = 'withdrawn')
           OR NOT EXISTS (SELECT FROM audit_event e WHERE e.verb = 'referral.send'
                          AND audit_about(e.subjects) @> ARRAY['referral:' || r.id::text])
           OR EXISTS (SELECT FROM safeguarding_referralchild c WHERE c.referral_id = r.id AND NOT EXISTS
                      (SELECT FROM contact_childversion v WHERE v.incident_id = r.incident_id AND v.child = c.child))""",
    ),
    (
        "a child is tied to a record who is not of that incident, or a record was never tied to any",
        """SELECT i.reference FROM safeguarding_childtie t JOIN contact_incident i ON i.id = t.incident_id WHERE NOT EXISTS
           (SELECT FROM contact_childversion v WHERE v.incident_id = t.incident_id AND v.child = t.child)
           UNION ALL SELECT r.id::text FROM safeguarding_childrecord r
           WHERE NOT EXISTS (SELECT FROM safeguarding_childtie t WHERE t.record_id = r.id)""",
    ),
    (
        "an answer at the door is of another incident's visit or of no child of it, or of before the unit was sent",
        """SELECT i.reference FROM safeguarding_dooranswer d JOIN contact_incident i ON i.id = d.incident_id
           JOIN response_allocation a ON a.id = d.visit_id
           WHERE a.incident_id <> d.incident_id OR d.seen_at < a.at OR NOT EXISTS
           (SELECT FROM contact_childversion v WHERE v.incident_id = d.incident_id AND v.child = d.child AND v.at = d.at)""",
    ),
    (
        "closed while a clock waited for the answer of its visit",
        """SELECT i.reference FROM safeguarding_clock k JOIN contact_incident i ON i.id = k.incident_id
           WHERE k.about = 'visit' AND i.closed_at < coalesce(k.stopped_at, 'infinity')""",
    ),
    (
        "a unit's state is not what its allocations say",
        """SELECT u.call_sign FROM response_unit u
           LEFT JOIN response_allocation a ON a.unit_id = u.id AND a.left_at IS NULL
           WHERE u.state NOT IN ('off', CASE WHEN a.id IS NULL THEN 'available'
                                        WHEN a.arrived_at IS NULL THEN 'sent' ELSE 'at_scene' END)""",
    ),
)

_COUNTS = """
SELECT (SELECT count(*) FROM contact_incident), (SELECT count(*) FROM contact_incident WHERE closed_at IS NULL),
       (SELECT count(*) FROM contact_entry WHERE kind = 'words'), (SELECT count(*) FROM assessment_reading),
       (SELECT count(*) FROM assessment_reading WHERE state = 'down'), (SELECT count(*) FROM assessment_reading WHERE abstain AND state = 'read')
"""


class Broken(Exception):
    """The record breaks its own rules. ``problems`` has a sentence for each rule, with the first offenders."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The record breaks its rules:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Report:
    """What was looked at. ``down`` readings failed and ``abstained`` ones gave no answer; neither reads as safe."""

    incidents: int
    open: int
    words: int
    readings: int
    down: int
    abstained: int

    def __str__(self) -> str:
        said = f"{self.incidents:,} incidents, {self.open:,} of them open; {self.words:,} entries of words, each read"
        if self.down:
            said += f"; THE READER FAILED ON {self.down:,} OF {self.readings:,} READINGS"
        return said + (f"; on {self.abstained:,} it abstained" if self.abstained else "")


def check(now: datetime) -> Report:
    """Prove every rule on the whole record as it stands at ``now``. Raises ``Broken`` with what does not hold."""
    problems = []
    with connection.cursor() as cursor:
        for wrong, query in RULES:
            cursor.execute(query, {"now": now})
            found = [str(row[0]) for row in cursor.fetchall()]
            if found:
                shown = ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else "")
                problems.append(f"{wrong}: {shown}")
        if problems:
            raise Broken(problems)
        cursor.execute(_COUNTS)
        return Report(*cursor.fetchone())

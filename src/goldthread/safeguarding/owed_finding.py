"""What is owed to partners by rule: one question over all open incidents, asked every minute."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from goldthread.assessment.queries import mark_answers_of
from goldthread.contact.models import Incident
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.concern_finding import HERE, rows, standing
from goldthread.safeguarding.referral_queries import untold
from goldthread.safeguarding.referral_rules import concerns

if TYPE_CHECKING:
    from goldthread.safeguarding.referral_kinds import Kind

OWED = "owed."
SAID = f"""
SELECT incident.id, reading.findings FROM {HERE} CROSS JOIN LATERAL (
    SELECT findings FROM assessment_reading WHERE incident_id = incident.id ORDER BY id DESC LIMIT 1
) AS reading
WHERE incident.children_answer = 'named' AND jsonb_path_exists(reading.findings, '$[*].cue ? (@ == $cues[*])', %(cues)s::jsonb)
  AND NOT EXISTS (SELECT 1 FROM safeguarding_clock WHERE incident_id = incident.id AND about = %(about)s AND stopped_at IS NULL)
"""  # noqa: S608 - our own conditions


def find(kind: Kind, here: dict[str, Any]) -> Iterator[uuid.UUID]:
    """Incidents in which what was said owes a referral to this kind, and nothing that is owed runs yet. ``here``: how far back."""
    found = [
        (incident, json.loads(findings))
        for incident, findings in rows(
            SAID, cues=json.dumps({"cues": list(kind.cues)}), about=f"{OWED}{kind.code}", **here
        )
    ]
    answers = mark_answers_of([incident for incident, _ in found])
    said = [
        incident
        for incident, findings in found
        if not standing(findings, answers.get(incident, {})).isdisjoint(kind.cues)
    ]
    for one in Incident.objects.filter(pk__in=said):  # looked at before any is locked: most were told of already
        if owed_for(one, kind):
            yield one.pk


def owed_for(incident: Incident, kind: Kind) -> bool:
    """Whether a child is recorded of whom nobody told this kind of partner, nor said since the child came that none is owed."""
    clocks = Clock.objects.filter(about=f"{OWED}{kind.code}", about_id=str(incident.pk), because="not_owed")
    said = clocks.aggregate(last=Max("stopped_at"))["last"]
    if said is None:
        return bool(untold(incident, kind))
    before = incident.child_versions.filter(at__lte=said)
    known = {one.child for one in before if concerns(kind, one.age)}
    return any(one.child not in known for one in untold(incident, kind))

"""What must hold of an incident after each command of the random walk, whoever did what; asked of the rows alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection

from goldthread.accounts.duty_models import Duty
from goldthread.accounts.models import Staff
from goldthread.assessment.models import ThriveVersion
from goldthread.audit.models import AuditEvent
from goldthread.contact.known import group_of
from goldthread.contact.models import Entry, Incident
from goldthread.response.models import Alarm, Allocation, Clock, Closing, GradePeriod, HandOff, ReviewRequest, Transfer
from goldthread.response.reassess_models import Reassessment
from goldthread.response.shared_actions import critical_unanswered
from tests.response.walk import COMMANDS

SENIOR = {"contact_supervisor", "fim"}
HOLDERS = {"call_handler", "dispatcher", "contact_supervisor", "fim"}
NOTHING_HERE = {"error", "duplicate"}
NEVER_ALONE = {"no-resources", "other-agency", "caller-request"}


STANDING = """
SELECT (SELECT count(*) FROM response_gradeperiod WHERE incident_id = %(id)s),
       (SELECT count(*) FROM response_closing WHERE incident_id = %(id)s),
       (SELECT count(*) FROM response_clock WHERE incident_id = %(id)s AND stopped_by = 'put_off'),
       EXISTS (SELECT FROM response_allocation WHERE incident_id = %(id)s AND arrived_at > coalesce(
           (SELECT max(at) FROM response_closing WHERE incident_id = %(id)s), '-infinity')),
       EXISTS (SELECT FROM desk_boardrow WHERE incident_id = %(id)s),
       (SELECT coalesce(max(id), 0) FROM audit_event),
       array(SELECT kind FROM response_clock WHERE incident_id = %(id)s AND stopped_at IS NULL
                 AND kind IN ('first_read', 'attendance')
             UNION ALL SELECT 'unit on its way' FROM response_allocation
                 WHERE incident_id = %(id)s AND arrived_at IS NULL AND left_at IS NULL
             UNION ALL SELECT 'hand-off' FROM response_handoff AS one WHERE incident_id = %(id)s
                 AND NOT EXISTS (SELECT FROM response_handoffanswer WHERE handoff_id = one.id)
             UNION ALL SELECT 'transfer' FROM response_transfer AS one WHERE incident_id = %(id)s
                 AND NOT EXISTS (SELECT FROM response_transferanswer WHERE transfer_id = one.id)
             UNION ALL SELECT 'supervisor called' FROM response_supervisorcall AS one WHERE incident_id = %(id)s
                 AND NOT EXISTS (SELECT FROM response_supervisoranswer WHERE call_id = one.id))
"""
"""All of it by one question: the walk asks it before and after every command."""


@dataclass(frozen=True)
class Standing:
    """An incident as it stands between two commands; ``still`` is what is open in it, which nobody may close over."""

    incident: Incident
    periods: int
    closings: int
    put_off: int
    attended: bool
    on_board: bool
    last_event: int
    still: list[str]

    @property
    def child(self) -> bool:
        return self.incident.child != "none"


def standing(incident: Incident) -> Standing:
    """Take down how it stands."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"id": incident.pk})
        return Standing(Incident.objects.get(pk=incident.pk), *cursor.fetchone())


def hold(before: Standing, name: str, who: Staff, *, accepted: bool) -> None:
    """All of it, of the incident that the command was sent to."""
    now = standing(before.incident)
    _on_record(before, now, name, who, accepted=accepted)
    _one_owner(now)
    if now.periods > before.periods:
        _no_grade_fell_but_by_the_rule(before)
    if now.put_off > before.put_off and before.child:
        second_person(before, Clock.objects.get(incident=now.incident, kind="attendance", stopped_at=None).decision)
    if now.closings > before.closings:
        _closed_over_nothing(before, now.incident)


def _on_record(before: Standing, now: Standing, name: str, who: Staff, *, accepted: bool) -> None:
    """An accepted command has its line on the timeline and its event in the audit; a refused one has left nothing."""
    command, at = COMMANDS[name], now.incident
    if not accepted:
        # An end of shift may hand over some and say what is left; the watch tells what it raised.
        leaves = command.verb in {"", "duty.end"}
        assert leaves or (at.last_seq, now.last_event) == (before.incident.last_seq, before.last_event)
        return
    lines = list(Entry.objects.filter(incident=at, seq__gt=before.incident.last_seq).order_by("seq"))
    assert [one.seq for one in lines] == list(range(before.incident.last_seq + 1, at.last_seq + 1)), "a line is lost"
    author = None if name == "write again" else who.pk
    recorded = AuditEvent.objects.filter(id__gt=before.last_event, verb__in=command.verb.split(), staff_id=author)
    subjects = [json.loads(one.subjects) for one in recorded]
    assert subjects, f"no event of {command.verb}"
    if command.line:
        told = [one.author_id for one in lines if (one.code or one.kind) in command.line.split()]
        assert author in told, f"no line of {command.line}"
        assert any(["incident", str(at.pk)] in one for one in subjects)


def _one_owner(now: Standing) -> None:
    """Exactly one owner and, while it is open, one next action with its time, and a row on the board."""
    incident = now.incident
    assert (incident.owner_id is None) != (incident.owner_team_id is None)
    assert now.on_board == (incident.closed_at is None)
    assert incident.is_offered == ("hand-off" in now.still)
    if incident.closed_at is None:
        assert incident.next_action_at is not None
        assert incident.next_action != "none"


def _no_grade_fell_but_by_the_rule(before: Standing) -> None:
    periods = list(GradePeriod.objects.filter(incident=before.incident).order_by("seq"))
    for higher, lower in pairwise(periods[max(before.periods - 1, 0) :]):
        if lower.severity >= higher.severity:
            continue
        if before.child:
            second_person(before, lower.decision)
            assert lower.decision.request.severity <= lower.severity
        _knew_all(before.incident, lower.decision.thrive if lower.decision else _newest(before.incident))


def second_person(before: Standing, decision: Any) -> None:
    """A yes by somebody senior who neither asked nor owned nor assessed, on a THRIVE made after they were asked."""
    assert decision is not None
    request, thrive = decision.request, decision.thrive
    assert decision.answer == "approved"
    assert decision.by.role in SENIOR
    assert decision.by_id not in {request.by_id, before.incident.owner_id, thrive.author_id}
    assert thrive.at > request.at
    assert request.kind == "close" or set(request.reasons) - NEVER_ALONE
    _knew_all(before.incident, thrive)


def _newest(incident: Incident) -> ThriveVersion | None:
    return ThriveVersion.objects.filter(incident=incident).order_by("-version").first()


def _knew_all(incident: Incident, thrive: ThriveVersion | None) -> None:
    assert thrive is not None
    assert not incident.entries.filter(kind="words", seq__gt=thrive.read_up_to).exists()


def _closed_over_nothing(before: Standing, incident: Incident) -> None:
    """Nothing was open in it at that moment, and nothing is left running in it; with a child a second person closed it."""
    closing = Closing.objects.filter(incident=incident).order_by("-id")[0]
    no_unit_owed = closing.reason in NOTHING_HERE
    owed = set(before.still) - ({"attendance"} if no_unit_owed else set())
    assert not owed, f"closed over {', '.join(sorted(owed))}"
    assert not critical_unanswered(incident), "a reader that was down meanwhile makes no difference"
    assert closing.reason != "duplicate" or group_of(incident)
    assert not Clock.objects.filter(incident=incident, stopped_at=None).exists()
    assert not ReviewRequest.objects.filter(incident=incident, decision=None).exists()
    assert not Allocation.objects.filter(incident=incident, left_at=None).exists()
    alarms = Alarm.objects.filter(incident=incident, ended_at=None)
    assert not alarms.exclude(kind="orphan").exists(), "that nobody owned it ends with the next look of the watch"
    if not before.child:
        return
    newest = dict(incident.child_versions.order_by("id").values_list("child", "seen"))
    seen = bool(newest) and set(newest.values()) <= {"seen", "spoken_to"}
    if closing.decision is not None:
        second_person(before, closing.decision)
    elif not (before.attended and seen):
        thrive = _newest(incident)
        assert closing.by is not None
        assert closing.by.role in SENIOR
        assert closing.by_id not in {incident.opened_by_id, before.incident.owner_id, thrive and thrive.author_id}


def overdue_alarms(incident: Incident, now: datetime) -> None:
    """Once the watch has looked, whatever is late has an alarm that stands, and a closed incident has none."""
    incident = Incident.objects.get(pk=incident.pk)
    open_alarms = Alarm.objects.filter(incident=incident, ended_at=None)
    if incident.closed_at is not None:
        assert not open_alarms.exists()
        return
    assert incident.next_action_at is not None
    clocks = Clock.objects.filter(incident=incident, stopped_at=None)
    asked = HandOff.objects.filter(incident=incident, answer=None)
    hands = Staff.objects.filter(pk__in=Duty.objects.filter(ended_at=None).values("staff"), role__in=HOLDERS)
    owners = hands.filter(pk=incident.owner_id) | hands.filter(team=incident.owner_team_id)
    due = {
        "breach": clocks.filter(due_at__lte=now).exists(),
        "handoff": asked.filter(answer_by__lte=now).exists(),
        "transfer": Transfer.objects.filter(incident=incident, answer=None, answer_by__lte=now).exists(),
        "request": ReviewRequest.objects.filter(incident=incident, decision=None, answer_by__lte=now).exists(),
        "reassess": Reassessment.objects.filter(incident=incident, answer_by__lte=now).exists(),
        "next": incident.next_action_at <= now and (incident.next_action == "assess" or not clocks.exists()),
        "orphan": not owners.exists() and not asked.filter(answer_by__gt=now).exists(),
    }
    raised = set(open_alarms.exclude(raised_at=None).values_list("kind", flat=True))
    assert {kind for kind, late in due.items() if late} <= raised

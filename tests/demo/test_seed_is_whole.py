"""The seed writes what the actions would have written, whole or not at all, and once."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.assessment.actions import write_thrive
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.queries import newest_thrive
from goldthread.assessment.rules import Draft
from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import Entry, Incident
from goldthread.demo import plan as plans
from goldthread.demo import seed as seeding
from goldthread.demo import steps
from goldthread.demo.check import Broken, check
from goldthread.demo.generate import stories
from goldthread.demo.live import enter
from goldthread.demo.seed import SEED, seed
from goldthread.demo.staff import DEMO_PASSWORD, DEMO_USERS
from goldthread.desk.models import BoardRow
from goldthread.response.actions import allocate, choose_grade, close, record_arrival, record_leaving, take_over
from goldthread.response.models import Allocation, Unit
from goldthread.safeguarding.clock_actions import stop
from goldthread.supervision.actions import agree, answer_question, give_back, upgrade
from goldthread.supervision.models import Question
from goldthread.supervision.queries import newest_find
from tests.cast import answered


def test_what_is_written_passes_every_check(small_force: datetime) -> None:
    report = check(small_force)

    assert (report.incidents, report.open) == (120, 14)
    assert report.readings == report.words > 150
    assert report.down == 0
    assert BoardRow.objects.count() == 14


def test_every_demo_user_can_sign_in_and_no_other_staff_can(small_force: datetime) -> None:
    demo = Staff.objects.filter(username__in=[username for username, *_ in DEMO_USERS])

    assert demo.count() == len(DEMO_USERS)
    assert demo.get(username="hmicfrs").check_password(DEMO_PASSWORD)
    assert not any(one.has_usable_password() for one in Staff.objects.exclude(pk__in=demo))


def test_the_demo_users_find_work_on_their_first_pages(small_force: datetime) -> None:
    found = Incident.objects.open()
    for username in ("handler", "dispatcher", "dispatcher-south", "supervisor", "fim", "vast"):
        assert found.visible_to(Staff.objects.get(username=username)).exists(), username


def test_openings_and_closings_are_in_the_audit_with_the_time_they_are_said_to_have_had(small_force: datetime) -> None:
    opened, closed = (AuditEvent.objects.filter(verb=verb) for verb in ("incident.open", "incident.close"))
    first = Incident.objects.earliest("opened_at")
    told = json.loads(opened.get(subjects__contains=str(first.pk)).detail)

    assert (opened.count(), closed.count()) == (120, 106)
    assert datetime.fromisoformat(told["stated_at"]) == first.opened_at


def test_a_second_seed_does_nothing(small_force: datetime) -> None:
    said: list[str] = []
    seed(small_force, count=500, open_count=10, progress=said.append)

    assert Incident.objects.count() == 120
    assert said == []


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ("UPDATE contact_incident SET last_seq = last_seq + 1 WHERE closed_at IS NULL", "numbered"),
        ("DELETE FROM desk_boardrow", "board"),
        ("UPDATE response_clock SET stopped_at = NULL WHERE stopped_by = 'dispatcher'", "running clock"),
        ("UPDATE response_unit SET state = 'sent' WHERE state = 'available'", "state"),
        ("UPDATE contact_dailynumber SET last = 0", "reference"),
        ("UPDATE response_allocation SET left_at = at - interval '1 hour' WHERE left_at IS NOT NULL", "before"),
        ("UPDATE contact_incident SET children_answer = 'named' WHERE children_answer = 'not_asked'", "children"),
        ("UPDATE safeguarding_concern SET triaged_at = NULL WHERE closed_at IS NOT NULL", "without triage"),
        ("UPDATE safeguarding_clock SET told = told + 1 WHERE stopped_at IS NOT NULL", "told other steps"),
        ("UPDATE response_allocation SET at = at + interval '3 days'", "at the door"),
        (
            "UPDATE safeguarding_clock SET stopped_at = stopped_at + interval '1 day' WHERE about = 'visit'",
            "of its visit",
        ),
        (
            "UPDATE safeguarding_referral SET contact_id = (SELECT max(id) FROM safeguarding_partnercontact)",
            "another partner",
        ),
    ],
)
def test_the_check_finds_a_broken_record(small_force: datetime, breaks: str, told: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(breaks)
        assert cursor.rowcount > 0
    with pytest.raises(Broken, match=told):
        check(small_force)


def test_the_seed_writes_what_the_actions_write(small_force: datetime) -> None:
    """Each story is done again through the actions, as its people, and gives the same record but for times and keys."""
    told = [one for one in stories(SEED, small_force, 120, 14) if one.state == "closed"][:22]
    looked_at = {
        step.answer: replace(one, id=uuid.uuid4(), reference=f"260101-9{sum(map(ord, step.answer)):04}")
        for one in stories(SEED, small_force, 2_000, 30)
        for step in one.steps
        if one.state == "closed" and isinstance(step, steps.Reviewed)
    }
    assert set(looked_at) == {"agreed", "raised", "returned"}
    plan = plans.recorded()
    assert plan is not None
    told = [replace(one, id=uuid.uuid4(), reference=f"260101-8{place:03}") for place, one in enumerate(told)]
    bare = replace(seeding.known_in_database(plan), watch=None)  # of safeguarding test_safeguarding_of_the_year tells
    seeding.write(bare, [*told, *looked_at.values()])
    written = {one.pk: one for one in Incident.objects.all()}
    for story in [*told, *looked_at.values()]:
        again = uuid.uuid4()
        for before, step, after in zip((None, *story.steps), story.steps, (*story.steps[1:], None), strict=False):
            if not (isinstance(after, steps.Reviewed) and after.answer == "raised"):  # raising is the review
                do(story, again, step, before)
            if isinstance(step, steps.Left):  # of what its officers answered test_safeguarding_of_the_year tells
                with acting(None) as act:
                    for about in ("visit", "ppn"):
                        stop(act, (about, Allocation.objects.get(incident=again).pk), "history")

        assert _trace(Incident.objects.get(pk=again)) == _trace(written[story.id]), story.template


def _second(step: steps.Closed, incident: uuid.UUID) -> Staff:
    """The supervisor on duty, or a FIM where that one had a hand in it."""
    found, author = Incident.objects.get(pk=incident), newest_thrive(Incident.objects.get(pk=incident))
    hands = {found.opened_by_id, found.owner_id, author.author_id if author else None}
    seniors = [Staff.objects.get(username=step.second), *Staff.objects.filter(role="fim")]
    return next(one for one in seniors if one.pk not in hands)


def do(story: steps.Story, incident: uuid.UUID, step: steps.Step, before: steps.Step | None) -> None:
    """Take one step of a story by its action, as the year's people."""
    user, key = Staff.objects.get(username=step.by), uuid.uuid4()
    sent = Allocation.objects.filter(incident=incident, left_at__isnull=True).first()
    match step:
        case steps.Taken():
            take_over(user, incident, key=key, holder=Incident.objects.get(pk=incident).owner_id)
        case steps.Sent():
            allocate(
                user, incident, key=key, unit_id=Unit.objects.filter(state="available", area=story.area).latest("pk").pk
            )
        case steps.Arrived() if sent:
            record_arrival(user, incident, key=key, allocation_id=sent.pk, source=step.source)
        case steps.Left() if sent:
            record_leaving(user, incident, key=key, allocation_id=sent.pk)
        case steps.Closed():
            answered(user, Incident.objects.get(pk=incident))
            try:
                close(user, incident, key=key, reason=step.reason, result=step.result)
            except Refused:
                version = ThriveVersion.objects.filter(incident=incident).count()
                write_thrive(user, incident, key=key, draft=Draft({"risk": step.result}, "", "", version))
                close(_second(step, incident), incident, key=key, reason=step.reason, result=step.result)
        case steps.Assessed():
            version = ThriveVersion.objects.filter(incident=incident).count()
            write_thrive(user, incident, key=key, draft=Draft(dict(step.elements), step.interim, step.advice, version))
        case steps.Said() if step.source == "officer":
            crew = Unit.objects.get(allocations=sent).crew.first()
            _enter(story, incident, steps.Said(step.at, crew.username if crew else "", step.source, step.text))
        case steps.Reviewed() | steps.Replied():
            _look(user, incident, step, before)
        case steps.Graded():
            choose_grade(user, incident, key=key, code=step.grade, why=step.why, why_not_above=step.why_not_above)
        case _:
            _enter(story, incident, step)


def _look(user: Staff, incident: uuid.UUID, step: steps.Step, before: steps.Step | None) -> None:
    found = Incident.objects.get(pk=incident)
    shown: Any = {
        "key": uuid.uuid4(), "seen": found.last_seq, "found": newest_find(found), "began_at": database_now(connection),
    }  # fmt: skip
    match step:
        case steps.Replied():
            asked = Question.objects.get(review__incident=incident, answer__isnull=True)
            answer_question(user, asked.pk, key=shown["key"], incident_id=incident, words=step.text)
        case steps.Reviewed(answer="raised") if isinstance(before, steps.Graded):
            assert upgrade(user, incident, code=before.grade, why=before.why, **shown) is not None
        case steps.Reviewed(answer="returned"):
            give_back(user, incident, words=step.words, **shown)
        case steps.Reviewed():
            agree(user, incident, words=step.words, **shown)


def _enter(story: steps.Story, incident: uuid.UUID, step: steps.Step) -> None:
    enter(incident, step, area=story.area, channel=story.channel)


def _trace(incident: Incident) -> dict[str, Any]:
    """What the record says, without times, keys and which of the area's units it was."""
    entries = Entry.objects.filter(incident=incident).select_related("text").order_by("seq")
    attended = {"unit.allocated", "unit.arrived", "unit.left"}
    return {
        "entries": [
            (one.seq, one.kind, one.source, one.code, one.text.text if one.text else "", one.late,
             None if one.source == "officer" else one.author_id,
             {name: value for name, value in one.data.items() if name != ("unit" if one.code in attended else "kinds")})
            for one in entries
        ],
        "readings": [(one.entry.seq, one.state, one.child, one.level, one.findings)
                     for one in Reading.objects.filter(incident=incident).select_related("entry").order_by("id")],
        "thrive": [(one.version, one.author_id, one.read_up_to, one.text.text, one.reading.entry.seq if one.reading else 0)
                   for one in ThriveVersion.objects.filter(incident=incident).order_by("version")],
        "grades": [(one.seq, one.grade, one.severity, one.by_id, one.why and one.why.text, one.why_not_above and one.why_not_above.text)
                   for one in incident.grade_periods.order_by("seq")],
        "clocks": sorted((one.period.seq, one.kind, one.stopped_by, one.due_at - one.started_at) for one in incident.clocks.all()),
        "children": [(str(one.age), one.seen, one.particulars.text, one.by_id) for one in incident.child_versions.order_by("id")],
        "reviews": [(one.answer, one.words and one.words.text, one.seen, one.child, one.thrive and one.thrive.version,
                     one.period and one.period.seq, one.by_id) for one in incident.reviews.order_by("id")],
        "questions": [(one.to_id, one.answer.words.text, one.answer.by_id)
                      for one in Question.objects.filter(review__incident=incident).order_by("id")],
        "answers": [(one.answer, one.by_id) for one in incident.children_answers.order_by("id")],
        "particulars": [(one.kind, one.text.text, one.by_id) for one in incident.particulars.order_by("id")],
        "involved": sorted(
            (one.staff_id, one.part) for one in incident.involvements.exclude(staff__role__in=["officer", "sergeant"])
        ),
        "attended": [(one.by_id, one.arrived_at is not None, one.arrival_source, one.left_at is not None) for one in incident.allocations.order_by("id")],
        "closings": [(one.by_id, one.reason, one.result.text) for one in incident.closings.all()],
        "incident": (incident.channel, incident.area, incident.team_id, incident.opened_by_id, incident.owner_id, incident.child,
                     incident.children_answer, incident.last_seq, incident.next_action, incident.closed_at is not None),
    }  # fmt: skip

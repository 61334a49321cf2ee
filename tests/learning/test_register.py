"""The register: all of it or nothing, a file read once, each wrong line named; and who holds what from it until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.learning import actions, queries, register_actions, rules
from goldthread.learning.models import AttendanceFile, CourseAttendance
from goldthread.learning.rules import Was
from goldthread.learning.views import today
from tests.cast import Cast
from tests.learning.scenes import COURSE, held, planned, trainer
from tests.quality.scenes import lead

FILE = b"collar,attended,result\r\nhandler,yes,passed\r\nTEAMMATE,no,\r\nstranger,yes,not passed\r\n"


def states(cast: Cast, user: Staff, course: str = COURSE) -> dict[str, str]:
    return {one.staff.username: one.state for one in queries.due(user, today(), course=course)}


def test_a_file_says_who_was_there_and_the_same_bytes_are_not_read_twice_for_any_cohort(cast: Cast) -> None:
    made = planned(cast, days=-5)
    file = register_actions.read_file(trainer(cast), made.pk, content=FILE)
    found = {one.staff.username: (one.attended, one.result) for one in queries.attendance(made)}
    assert found == {"handler": (True, "passed"), "teammate": (False, ""), "stranger": (True, "again")}
    for cohort in (made, planned(cast, days=-3)):
        with pytest.raises(Stale, match=f"This very file was read .* by {trainer(cast).name}.*{file.sha256[:12]}"):
            register_actions.read_file(trainer(cast), cohort.pk, content=FILE)
    assert (AttendanceFile.objects.count(), CourseAttendance.objects.count()) == (1, 3)
    event = AuditEvent.objects.get(verb="learning.keep", duty="collection", detail__contains=file.sha256)
    assert f'["staff","{cast.handler.pk}"]' in event.subjects


def test_unknown_people_are_named_by_line_and_nothing_is_half_done(cast: Cast) -> None:
    made = planned(cast, days=-5)
    with pytest.raises(Invalid) as told:
        register_actions.read_file(
            trainer(cast), made.pk, content=b"collar,attended\nhandler,yes\nnobody,yes\nnor-she,no\n"
        )
    assert "Line 3: nobody here has the collar number or login nobody. Line 4:" in told.value.fields["file"]
    with pytest.raises(Invalid, match="nobody"):
        register_actions.register(
            trainer(cast), made.pk, rows=[Was("handler", attended=True), Was("nobody", attended=True)]
        )
    assert not CourseAttendance.objects.exists()
    assert not AttendanceFile.objects.exists(), "put right, the file may be sent again"


def test_what_stands_is_not_kept_twice_and_what_was_corrected_holds(cast: Cast) -> None:
    made = held(cast, [cast.handler, cast.teammate])
    again = [Was("handler", attended=True), Was("teammate", attended=False)]
    assert [one.staff for one in register_actions.register(trainer(cast), made.pk, rows=again)] == [cast.teammate]
    assert states(cast, trainer(cast)) | {"handler": "held", "teammate": "never"} == states(cast, trainer(cast))
    assert CourseAttendance.objects.count() == 3


def test_there_is_no_register_before_it_begins_or_once_it_was_called_off(cast: Cast) -> None:
    ahead = planned(cast, days=1)
    with pytest.raises(Refused, match="not begun"):
        register_actions.register(trainer(cast), ahead.pk, rows=[Was("handler", attended=True)])
    off = planned(cast, days=-1)
    actions.call_off(trainer(cast), off.pk, words="Snow.")
    with pytest.raises(Refused, match="called off"):
        register_actions.read_file(trainer(cast), off.pk, content=FILE)


def test_who_left_since_was_there_all_the_same(cast: Cast) -> None:
    Staff.objects.filter(pk=cast.handler.pk).update(is_active=False)
    made = held(cast, [cast.handler])
    assert [one.staff for one in queries.attendance(made)] == [cast.handler]


def test_somebody_holds_a_course_from_its_last_day_for_its_months_and_not_without_passing(cast: Cast) -> None:
    months = rules.courses_on(today()).courses[COURSE].months
    long_ago = -31 * months - 5
    held(cast, [cast.handler], days=long_ago)
    assert states(cast, trainer(cast))["handler"] == "expired"
    held(cast, [cast.handler], days=-10)
    held(cast, [cast.teammate], days=-30 * months + 20)
    made = planned(cast, days=-2)
    register_actions.register(trainer(cast), made.pk, rows=[Was("stranger", attended=True, result="again")])
    found = states(cast, trainer(cast))
    assert (found["handler"], found["teammate"], found["stranger"]) == ("held", "soon", "never")
    until = queries.holding(today())[cast.handler.pk, COURSE]
    assert until == rules.held_until(today() - timedelta(days=10), months), "the newer counts"


def test_those_due_stand_first_and_the_booked_with_their_day(cast: Cast) -> None:
    ahead = planned(cast, days=4)
    actions.book(trainer(cast), ahead.pk, staff=[cast.handler.pk])
    held(cast, [cast.teammate])
    found = queries.due(trainer(cast), today(), course=COURSE)
    assert found[-1].staff == cast.teammate
    assert {one.staff: one.booked for one in found}[cast.handler] == ahead.starts
    due = queries.due(trainer(cast), today(), course=COURSE, state="due")
    assert cast.teammate not in {one.staff for one in due}
    counts = {(one["course"], one["team"]): (one["never"], one["held"]) for one in queries.counted(found)}
    assert counts[COURSE, "Team A"] == (3, 1), "handler, supervisor and FIM never held it, the teammate does"


def test_a_supervisor_sees_their_own_team_a_trainer_all_and_nobody_else_anybody(cast: Cast) -> None:
    teams = {one.staff.team.name for one in queries.due(cast.supervisor, today())}
    assert teams == {"Team A"}
    assert {one.staff.team.name for one in queries.due(cast.far_supervisor, today())} == {"Team B"}
    every = {one.staff.username for one in queries.due(trainer(cast), today())}
    assert {"handler", "stranger", "officer", "dispatcher"} <= every
    assert {one.staff.username for one in queries.due(cast.fim, today())} == every
    for user in (cast.handler, cast.qa, cast.silver, cast.pcc, cast.auditor, lead(cast)):
        assert queries.due(user, today()) == [], user
    Staff.objects.filter(pk=cast.supervisor.pk).update(is_active=False)
    cast.supervisor.refresh_from_db()
    assert queries.due(cast.supervisor, today()) == []


def test_a_person_sees_what_they_owe_and_what_they_hold_besides(cast: Cast) -> None:
    held(cast, [cast.handler], course="child-seen-heard")
    found = {one.course.code: one.state for one in queries.of_person(cast.handler, today())}
    assert found == {COURSE: "never", "child-first-contact": "never", "child-seen-heard": "held"}

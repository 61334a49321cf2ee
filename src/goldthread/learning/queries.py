"""Questions of learning: needs, cohorts and who is in them, who holds what until when, who is due; and what a cohort changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.learning import rules
from goldthread.learning.effects import CohortEffect as CohortEffect  # what boards and plans ask stands here
from goldthread.learning.effects import effects as effects
from goldthread.learning.effects import unreckoned as unreckoned
from goldthread.learning.models import Booking, Cohort, CourseAttendance, LearningNeed, LearningNeedStep
from goldthread.quality.uses import Made

if TYPE_CHECKING:
    from django.db.models import QuerySet

DUE = "learning.due"


@dataclass(frozen=True)
class Need:
    """A need as it stands: the course that meets it, empty where none is named yet, and the step that closed it."""

    need: LearningNeed
    course: str
    closed: LearningNeedStep | None
    cohorts: int


@dataclass(frozen=True)
class Due:
    """One person and one course that they must hold, or hold: until when, and in which state; ``booked`` for the day it next begins."""

    staff: Staff
    course: rules.Course
    until: date | None
    state: str
    booked: date | None


@dataclass(frozen=True)
class Room:
    """A cohort with who has a place, who waits, and what its register says of each."""

    cohort: Cohort
    placed: list[Booking]
    waiting: list[Booking]
    attendance: dict[int, CourseAttendance]


def needs(*, open_only: bool = False) -> list[Need]:
    """Every need as it stands, those without a course first, those closed last; within that the newest first."""
    steps: dict[int, list[LearningNeedStep]] = {}
    for step in LearningNeedStep.objects.select_related("words__erasure", "by").order_by("id"):
        steps.setdefault(step.need_id, []).append(step)
    planned = Counter(Cohort.objects.filter(called_off_at__isnull=True).values_list("need", flat=True))
    rows = LearningNeed.objects.select_related("words__erasure", "team", "by", "theme__title__erasure").order_by("-id")
    found = [_need(one, steps.get(one.pk, []), planned[one.pk]) for one in rows]
    kept = [one for one in found if one.closed is None] if open_only else found
    return sorted(kept, key=lambda one: (one.closed is not None, bool(one.course)))


def need(need_id: int) -> Need | None:
    """One need as it stands."""
    one = LearningNeed.objects.filter(pk=need_id).first()
    if one is None:
        return None
    return _need(one, list(one.steps.order_by("id")), one.cohorts.filter(called_off_at__isnull=True).count())


def _need(one: LearningNeed, steps: list[LearningNeedStep], planned: int) -> Need:
    course = next((step.course for step in reversed(steps) if step.course), one.course)
    closed = steps[-1] if steps and not steps[-1].course else None
    return Need(one, course, closed, planned)


def of_theme(theme: int) -> list[Made]:
    """The needs that were made of a theme, for its page."""
    found = LearningNeed.objects.filter(theme=theme).order_by("id").values_list("pk", flat=True)
    return [Made(f"Learning need {pk}", f"/learning/needs/#need-{pk}") for pk in found]


def cohorts() -> QuerySet[Cohort]:
    """Every cohort, the one that begins last first."""
    return Cohort.objects.select_related("trainer", "why__erasure").order_by("-starts", "-id")


def coming(today: date) -> list[Room]:
    """Cohorts that are not over and not called off, the next first, each with who is in it."""
    found = cohorts().filter(ends__gte=today, called_off_at__isnull=True).order_by("starts", "id")
    return [room(one) for one in found]


def unregistered(today: date) -> list[Cohort]:
    """Cohorts that are over, and of which no register was kept: nobody in them is known to hold the course."""
    found = cohorts().filter(ends__lt=today, called_off_at__isnull=True, attendance__isnull=True)
    return list(found.order_by("starts", "id"))


def booked(cohort: Cohort) -> QuerySet[Booking]:
    """Bookings of a cohort that stand, in the order in which they came."""
    return Booking.objects.filter(cohort=cohort, end__isnull=True).select_related("staff__team").order_by("id")


def attendance(cohort: Cohort) -> list[CourseAttendance]:
    """What the register says of each person: the newest of each."""
    found = CourseAttendance.objects.filter(cohort=cohort).order_by("staff", "-id").distinct("staff")
    return list(found.select_related("staff__team"))


def room(cohort: Cohort) -> Room:
    """A cohort with who is in it."""
    bookings = {one.pk: one for one in booked(cohort)}
    placed, waiting = rules.divided(list(bookings), cohort.places)
    return Room(
        cohort, [bookings[pk] for pk in placed], [bookings[pk] for pk in waiting],
        {one.staff_id: one for one in attendance(cohort)},
    )  # fmt: skip


def holding(today: date) -> dict[tuple[int, str], date]:
    """Until which day each person holds each course that ended by today, by their number and the course's code, from the registers."""
    newest = (
        CourseAttendance.objects.filter(cohort__ends__lte=today)
        .order_by("cohort", "staff", "-id")
        .distinct("cohort", "staff")
    )
    rows = newest.values_list("staff", "cohort__course", "cohort__ends", "attended", "result")
    found: dict[tuple[int, str], date] = {}
    for staff, code, ended, attended, result in rows:
        course = rules.courses_on(ended).courses.get(code)
        if not attended or result == "again" or course is None:
            continue
        until = rules.held_until(ended, course.months)
        found[staff, code] = max(until, found.get((staff, code), until))
    return found


def due(user: Staff, today: date, *, team: int | None = None, course: str = "", state: str = "") -> list[Due]:
    """Of the people whom this user may see, each with each course that they must hold: those who never held it, or whose time ran out,
    first. ``team``, ``course`` and ``state`` choose among them.
    """
    people = _whom(user).select_related("team")
    if team is not None:
        people = people.filter(team=team)
    found = [one for one in owed(people.order_by("team__name", "name"), today) if course in {"", one.course.code}]
    order = [code for code, _ in rules.STATES]
    return sorted(
        (one for one in found if state in {"", one.state} or (state == "due" and one.state != "held")),
        key=lambda one: order.index(one.state),
    )


def of_person(person: Staff, today: date) -> list[Due]:
    """The courses that somebody must hold, and those that they hold besides."""
    found = owed(Staff.objects.filter(pk=person.pk), today)
    must = {one.course.code for one in found}
    known = rules.courses_on(today)
    besides = [
        Due(person, known.courses[code], until, rules.state(until, today, known.soon), None)
        for (staff, code), until in holding(today).items()
        if staff == person.pk and code not in must and code in known.courses
    ]
    return found + besides


def bookings_of(person: Staff, today: date) -> list[tuple[Booking, int]]:
    """What somebody is booked for and is not over, each with their place in the waiting list, none for those with a place."""
    own = Booking.objects.filter(
        staff=person, end__isnull=True, cohort__ends__gte=today, cohort__called_off_at__isnull=True
    )
    found = []
    for one in own.select_related("cohort__trainer").order_by("cohort__starts", "id"):
        before = Booking.objects.filter(cohort=one.cohort, end__isnull=True, id__lte=one.pk).count()
        found.append((one, max(before - one.cohort.places, 0)))
    return found


def counted(rows: list[Due]) -> list[dict[str, Any]]:
    """How many people are in which state, by course and team."""
    counts: dict[tuple[str, str, int], Counter[str]] = {}
    for one in rows:
        key = (one.course.code, one.staff.team.name, one.staff.team_id)
        counts.setdefault(key, Counter())[one.state] += 1
    order = list(dict.fromkeys(code for code, _, _ in counts))
    return [
        {"course": code, "name": rules.named(code), "team": team, "team_id": pk, **{name: some[name] for name, _ in rules.STATES}}
        for (code, team, pk), some in sorted(counts.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
    ]  # fmt: skip


def trainers() -> list[Staff]:
    """Who may hold a cohort."""
    return [one for one in Staff.objects.ranked().filter(is_active=True).order_by("name") if one.can("learning.keep")]


def _whom(user: Staff) -> QuerySet[Staff]:
    """Whose courses this user may see by name."""
    scopes = user.seat.scopes(DUE) if user.is_active else ()
    active = Staff.objects.filter(is_active=True)
    if "all" in scopes:
        return active
    return active.filter(team=user.team_id) if "team" in scopes else active.none()


def owed(people: QuerySet[Staff], today: date) -> list[Due]:
    """Each of these people with each course that they must hold. Who asks sees to it whose names are shown."""
    known, held = rules.courses_on(today), holding(today)
    next_booked: dict[tuple[int, str], date] = {}
    ahead = Q(cohort__ends__gte=today, cohort__called_off_at__isnull=True, end__isnull=True)
    rows = Booking.objects.filter(ahead).annotate(course=F("cohort__course"), on=F("cohort__starts"))
    for staff, course, on in rows.order_by("-on").values_list("staff", "course", "on"):
        next_booked[staff, course] = on
    found = []
    for person in people:
        for course in known.owed_by(person.role):
            until = held.get((person.pk, course.code))
            state = rules.state(until, today, known.soon)
            found.append(Due(person, course, until, state, next_booked.get((person.pk, course.code))))
    return found

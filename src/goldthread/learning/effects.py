"""What each cohort changed, from quality's scored records and from measures that tell whose incident it was: as groups, never a person's."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.db import DatabaseError, transaction
from django.db.models import Count, Max

from goldthread.accounts.models import Staff
from goldthread.config.logs import log
from goldthread.figures.effects import Effect, Group, NotYet, Seen, effect
from goldthread.learning import rules
from goldthread.learning.models import Cohort, CohortPoint, CourseAttendance
from goldthread.measures.registry import measure, measures
from goldthread.quality.finding import of_period
from goldthread.quality.results import Result, results

if TYPE_CHECKING:
    from django.db.models import QuerySet

NOT_KNOWN = "not_known"
FINDS = {
    "quality.good": "Records that are good",
    "quality.no_critical": "Records with no critical fail",
}
SETTLED = timedelta(days=90)
"""After the last day that is compared, in which records of it are still scored, and scores disputed *(ours)*: from then on an effect stands."""
EDGE = 0.05
"""No group is told to have met something in fewer than so many of its records, nor in all but so few *(ours)*."""
NOT_YET = {
    "few_trained": "only {number} of those who were trained opened incidents that were looked at, and it takes {people}",
    "few_untrained": "only {number} of the same roles are not trained yet, and it takes {people} to compare with",
    "few_before": "one of the groups has only {number} records before it, and it takes {records}",
    "few_after": "one of the groups has only {number} records after it, and it takes {records}",
    "few_both": "in teams where some were trained and some were not, only {number} of a group have records before and after, and it takes {people}",
    "few_ways": "so few of each team were left untrained, or trained, that chance cannot be ruled out: {number} ways to choose them",
    NOT_KNOWN: "the measure's query failed",
}
"""Why an effect cannot be told yet, in words."""


@dataclass(frozen=True)
class Outcome:
    """One thing that a course is meant to change: by how much it did, or why that cannot be told yet in ``why``; ``good`` is the better way."""

    code: str
    name: str
    good: str
    effect: Effect | None
    why: str

    @property
    def verdict(self) -> Literal["better", "worse", "open", "not_yet"]:
        """Whether the limits leave out that nothing changed, and on which side."""
        if self.effect is None:
            return "not_yet"
        up = self.good != "down"
        if self.effect.low > 0:
            return "better" if up else "worse"
        if self.effect.high < 0:
            return "worse" if up else "better"
        return "open"


@dataclass(frozen=True)
class CohortEffect:
    """A cohort that was held, and its outcomes as they were reckoned ``at`` a time. ``before`` and ``after`` are the first and last days
    compared; ``trained`` who attended.
    """

    cohort: Cohort
    name: str
    trained: int
    before: tuple[date, date]
    after: tuple[date, date]
    outcomes: list[Outcome]
    at: datetime


def effects() -> list[CohortEffect]:
    """Of each cohort with a register what it changed, as it was last reckoned, the newest cohort first."""
    newest = CohortPoint.objects.order_by("cohort", "-id").distinct("cohort").select_related("cohort__trainer")
    return [_shown(one) for one in sorted(newest, key=lambda one: (one.cohort.starts, one.cohort_id), reverse=True)]


def unreckoned() -> int:
    """How many cohorts have a register and wait for the hour's job to reckon them for the first time."""
    return held().filter(points__isnull=True).count()


def held() -> QuerySet[Cohort]:
    """Cohorts with a register."""
    return Cohort.objects.filter(attendance__isnull=False, called_off_at__isnull=True).distinct()


def due(cohort: Cohort, last: CohortPoint | None, day: date) -> bool:
    """Whether a cohort is reckoned anew: never yet, a query failed, a register that decides who is compared was changed, or a day has
    passed in which its records may have.
    """
    if last is None or not last.known or last.state != _state(cohort, day):
        return True
    settled = cohort.ends + timedelta(days=rules.courses_on(cohort.starts).window) + SETTLED
    return last.day < day and last.day <= settled


def reckoned(cohort: Cohort, day: date) -> CohortPoint:
    """A cohort's effect from the records and registers as they are, not kept yet."""
    known = rules.courses_on(cohort.starts)
    before, after = _compared(cohort, day)
    state = _state(cohort, day)
    trained, blocks = _pool(cohort, known, after[1])
    course = known.courses.get(cohort.course)

    def told(code: str, good: str, seen: list[Seen] | None) -> dict[str, Any]:
        found: Effect | NotYet | None = None
        if seen is not None:
            found = effect(
                seen, trained, blocks, f"{cohort.seed}.{code}", fewest_people=known.fewest_people, fewest_records=known.fewest_records
            )  # fmt: skip
        if isinstance(found, Effect):
            return {"code": code, "good": good, "effect": asdict(_of_nobody(found))}
        why, number = (found.why, found.number) if found is not None else (NOT_KNOWN, 0)
        return {"code": code, "good": good, "why": why, "number": number}

    scored = [(False, one) for one in results(*before)] + [(True, one) for one in results(*after)]
    outcomes = [told(code, "up", _of_quality(scored, code)) for code in FINDS]
    codes = {one.code: one for one in measures()}
    meant = [code for code in course.measures if code in codes] if course is not None else []
    outcomes += [told(code, codes[code].good, _of_measure(code, before, after, blocks)) for code in meant]
    failed = any(one.get("why") == NOT_KNOWN for one in outcomes)
    return CohortPoint(
        cohort=cohort, day=day, state=state, trained=len(trained), outcomes=json.loads(json.dumps(outcomes)), known=not failed,
    )  # fmt: skip


def _shown(point: CohortPoint) -> CohortEffect:
    known = rules.courses_on(point.cohort.starts)
    names = FINDS | {one.code: one.name for one in measures()}

    def outcome(one: dict[str, Any]) -> Outcome:
        name = names.get(one["code"], one["code"])
        if "effect" in one:
            pairs = {group: tuple(Group(**each) for each in one["effect"][group]) for group in ("trained", "untrained")}
            return Outcome(one["code"], name, one["good"], Effect(**{**one["effect"], **pairs}), "")
        says = NOT_YET[one["why"]]
        says = says.format(number=f"{one['number']:,}", people=known.fewest_people, records=known.fewest_records)
        return Outcome(one["code"], name, one["good"], None, says)

    return CohortEffect(
        point.cohort, rules.named(point.cohort.course), point.trained, *_compared(point.cohort, point.day),
        [outcome(one) for one in point.outcomes], point.taken_at,
    )  # fmt: skip


def _compared(cohort: Cohort, day: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The first and last days before a cohort and after it that are compared on a day."""
    length = timedelta(days=rules.courses_on(cohort.starts).window)
    one = timedelta(days=1)
    after = (cohort.ends + one, min(cohort.ends + length, max(day, cohort.ends + one)))
    return (cohort.starts - length, cohort.starts - one), after


def _state(cohort: Cohort, day: date) -> int:
    """The newest line of the registers that decide who is compared; see ``_pool``."""
    until = _compared(cohort, day)[1][1]
    lines = CourseAttendance.objects.filter(cohort__course=cohort.course, cohort__starts__lte=until)
    return int(lines.aggregate(newest=Max("pk"))["newest"] or 0)


def _of_nobody(one: Effect) -> Effect:
    """The effect with no group's share below ``EDGE`` or above its counterpart: where all or none of a group met something, it would
    tell of each of them.
    """

    def held(pair: tuple[Group, Group]) -> tuple[Group, Group]:
        before, after = (replace(each, share=min(max(each.share, EDGE), 1 - EDGE)) for each in pair)
        return before, after

    return replace(one, trained=held(one.trained), untrained=held(one.untrained))


def _pool(cohort: Cohort, known: rules.Courses, until: date) -> tuple[set[int], dict[int, str]]:
    """Who was trained in a cohort, and of everybody compared the block: role and team.

    Compared are those who attended and those who must hold the course and do not hold it yet when what is compared ends. Whoever held it
    when the cohort began is in neither group: they were trained before.
    """
    newest = (
        CourseAttendance.objects.filter(cohort__course=cohort.course)
        .order_by("cohort", "staff", "-id")
        .distinct("cohort", "staff")
    )
    course = known.courses.get(cohort.course)
    months = course.months if course is not None else 0
    trained: set[int] = set()
    others: set[int] = set()
    earlier: set[int] = set()
    for staff, number, starts, ends, attended in newest.values_list(
        "staff", "cohort", "cohort__starts", "cohort__ends", "attended"
    ):
        if not attended:
            continue
        if number == cohort.pk:
            trained.add(staff)
        elif starts <= until and rules.held_until(ends, months) >= cohort.starts:
            (earlier if starts < cohort.starts else others).add(staff)
    trained -= earlier
    must = course.must if course is not None else frozenset()
    people = Staff.objects.filter(pk__in=trained) | Staff.objects.filter(role__in=must)
    left_out = earlier | (others - trained)
    blocks = {pk: f"{role} {team}" for pk, role, team in people.values_list("pk", "role", "team") if pk not in left_out}
    return trained, blocks


def _of_quality(scored: Iterable[tuple[bool, Result]], code: str) -> list[Seen]:
    return [
        Seen(
            one.handler, after, float(one.good if code == "quality.good" else one.no_critical), 1 / one.chance,
            labels=(f"assessor {one.assessor}", f"stratum {one.stratum}", f"round {one.round}"),
        )
        for after, one in scored
    ]  # fmt: skip


def _of_measure(
    code: str, before: tuple[date, date], after: tuple[date, date], people: Collection[int]
) -> list[Seen] | None:
    """Each person's share in both periods, of the cases that they opened; None where the query failed."""
    found = []
    try:
        with transaction.atomic():
            for is_after, days in ((False, before), (True, after)):
                of, met = (
                    dict(each.order_by().values_list("opened_by").annotate(cases=Count("pk")))
                    for each in measure(code).cases(*of_period(*days))
                )
                found += [
                    Seen(one, is_after, met.get(one, 0) / number, float(number), number)
                    for one, number in of.items()
                    if one in people
                ]
    except DatabaseError as error:
        log().error("a measure's query failed", where=code, error=type(error).__name__)
        return None
    return found

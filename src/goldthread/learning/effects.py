"""What each cohort changed, from quality's scored records and from measures that tell whose incident it was: as groups, never a person's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.contact.known import force_day
from goldthread.figures.effects import Effect, NotYet, Seen, effect
from goldthread.learning import rules
from goldthread.learning.models import Cohort, CourseAttendance
from goldthread.measures.registry import measure, measures
from goldthread.quality.finding import of_period
from goldthread.quality.results import Result, results

FINDS = {
    "good": "Records that are good",
    "no_critical": "Records with no critical fail",
}
NOT_YET = {
    "few_trained": "only {number} of those who were trained opened incidents that were looked at, and it takes {people}",
    "few_untrained": "only {number} of the same roles are not trained yet, and it takes {people} to compare with",
    "few_before": "one of the groups has only {number} records before it, and it takes {records}",
    "few_after": "one of the groups has only {number} records after it, and it takes {records}",
    "few_both": "in teams where some were trained and some were not, only {number} of a group have records before and after, and it takes {people}",
    "few_ways": "so few of each team were left untrained, or trained, that chance cannot be ruled out: {number} ways to choose them",
    "not_known": "the measure's query failed",
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
    """A cohort that was held, and its outcomes. ``before`` and ``after`` are the first and last days compared; ``trained`` who attended."""

    cohort: Cohort
    name: str
    trained: int
    before: tuple[date, date]
    after: tuple[date, date]
    outcomes: list[Outcome]


def effects(today: date | None = None) -> list[CohortEffect]:
    """Of each cohort with a register what it changed, the newest first. A cohort of fewer than five is told without how many they were."""
    day = today or force_day(database_now(connection))
    held = Cohort.objects.filter(attendance__isnull=False, called_off_at__isnull=True).select_related("trainer")
    return [_of(one, day) for one in held.distinct().order_by("-starts", "-id")]


def _of(cohort: Cohort, today: date) -> CohortEffect:
    known = rules.courses_on(cohort.starts)
    length = timedelta(days=known.window)
    before = (cohort.starts - length, cohort.starts - timedelta(days=1))
    after = (cohort.ends + timedelta(days=1), min(cohort.ends + length, max(today, cohort.ends + timedelta(days=1))))
    trained, blocks = _pool(cohort, known, after[1])
    course = known.courses.get(cohort.course)

    def told(code: str, name: str, good: str, seen: list[Seen] | None) -> Outcome:
        found: Effect | NotYet | None = None
        if seen is not None:
            found = effect(
                seen, trained, blocks, f"{cohort.seed}.{code}", fewest_people=known.fewest_people, fewest_records=known.fewest_records
            )  # fmt: skip
        if isinstance(found, Effect):
            return Outcome(code, name, good, found, "")
        why, number = (found.why, found.number) if found is not None else ("not_known", 0)
        says = NOT_YET[why].format(number=f"{number:,}", people=known.fewest_people, records=known.fewest_records)
        return Outcome(code, name, good, None, says)

    scored = [(False, one) for one in results(*before)] + [(True, one) for one in results(*after)]
    outcomes = [told(f"quality.{code}", name, "up", _of_quality(scored, code)) for code, name in FINDS.items()]
    codes = {one.code: one for one in measures()}
    for code in course.measures if course is not None else ():
        if code in codes:
            seen = _of_measure(code, before, after, blocks)
            outcomes.append(told(code, codes[code].name, codes[code].good, seen))
    return CohortEffect(cohort, rules.named(cohort.course), len(trained), before, after, outcomes)


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
    trained, others, earlier = set(), set(), set()
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
            one.handler, after, float(one.good if code == "good" else one.no_critical), 1 / one.chance,
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

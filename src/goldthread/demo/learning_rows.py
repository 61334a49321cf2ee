"""What was learned: the cohorts whose gain is planted in ``rounds.toml`` with their registers, two older ones, and a theme that became a need.

Rows as the actions leave them where they lie in the past; what is of now goes through the actions.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.clocks.local import LONDON
from goldthread.config.dated import table
from goldthread.config.errors import Invalid
from goldthread.contact.known import force_day
from goldthread.demo.rounds import cohorts, weekday
from goldthread.learning import actions
from goldthread.learning.models import Booking, Cohort, CourseAttendance
from goldthread.quality import theme_actions
from goldthread.quality.models import QualityRound, QualityTheme
from goldthread.quality.rates import wholes


def learn(rng: random.Random, now: datetime) -> int:
    """Write what was learned; how many people were registered. For the seed's one transaction, after the year was scored."""
    trainer = Staff.objects.filter(role="trainer", is_active=True).order_by("pk").first()
    lead = Staff.objects.filter(role="qa_lead", is_active=True).order_by("pk").first()
    if trainer is None or lead is None:
        return 0
    held, told = table("demo", "learning.toml"), 0
    for one in held["cohort"]:
        people = Staff.objects.filter(role__in=one["roles"], is_active=True).order_by("username")
        some = people.filter(team__name=one["team"]) if one["team"] else people
        on = weekday(force_day(now - timedelta(days=one["days_ago"])))
        told += _held(rng, trainer, one["course"], one["place"], on, list(some), held["absent"])
    for each in cohorts(now):
        members = list(Staff.objects.filter(pk__in=each.members).order_by("username"))
        told += _held(rng, trainer, each.course, each.place, each.on, members, 0.0)
    _of_now(rng, trainer, lead, now, held)
    return told


def _held(
    rng: random.Random, trainer: Staff, course: str, place: str, on: date, people: Sequence[Staff], absent: float
) -> int:
    planned, registered = (
        datetime.combine(on + timedelta(days=day), time(hour, 10), LONDON) for day, hour in ((-21, 9), (0, 17))
    )
    cohort = Cohort.objects.create(
        course=course, starts=on, ends=on, place=place, trainer=trainer, places=max(len(people), 1),
        seed=f"{rng.getrandbits(128):032x}", key=_key(rng), by=trainer, at=planned,
    )  # fmt: skip
    Booking.objects.bulk_create(Booking(cohort=cohort, staff=one, by=trainer, at=planned) for one in people)
    came = [rng.random() >= absent for _ in people]
    CourseAttendance.objects.bulk_create(
        CourseAttendance(cohort=cohort, staff=one, attended=there, result="passed" if there else "", by=trainer, at=registered)
        for one, there in zip(people, came, strict=True)
    )  # fmt: skip
    with acting(trainer) as act:
        subjects = [("learning-cohort", str(cohort.pk)), *(("staff", str(one.pk)) for one in people)]
        act.record("collection", actions.KEEP, subjects, rows=len(people), stated_at=registered.isoformat())
    return len(people)


def _of_now(rng: random.Random, trainer: Staff, lead: Staff, now: datetime, held: dict[str, Any]) -> None:
    """The theme, the need, and the cohort that is planned for it with more booked than it has places."""
    theme, need, coming = held["theme"], held["need"], held["coming"]
    made = _theme(rng, lead, theme)
    entered = actions.enter_need(
        trainer, key=_key(rng), words=need["words"], roles=need["roles"], course=need["course"], theme=made.pk if made else None
    )  # fmt: skip
    on = weekday(force_day(now + timedelta(days=coming["days"])))
    cohort = actions.plan_cohort(
        trainer, key=_key(rng), course=need["course"], starts=on, ends=on, place=coming["place"], places=coming["places"], need=entered.pk
    )  # fmt: skip
    first = Staff.objects.filter(role="call_handler", is_active=True).order_by("team__name", "username")
    some = list(first.exclude(team__name="Contact Team A").values_list("pk", flat=True)[: coming["booked"]])
    for one in some:
        actions.book(trainer, cohort.pk, staff=[one])


def _theme(rng: random.Random, lead: Staff, theme: dict[str, str]) -> QualityTheme | None:
    newest = next((one for one in QualityRound.objects.order_by("-id") if wholes(one) is not None), None)
    if newest is None:
        return None
    try:
        return theme_actions.make(lead, key=_key(rng), round_id=newest.pk, **theme)
    except Invalid:  # every record of the round meets it
        return None


def _key(rng: random.Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)

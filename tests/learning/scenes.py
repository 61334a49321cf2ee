"""What learning's tests begin with: a trainer, people enough to compare, cohorts that were held, and scored records by the dozen."""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.learning import actions, queries, register_actions
from goldthread.learning.effect_actions import take_effects
from goldthread.learning.models import Cohort
from goldthread.learning.rules import Was
from goldthread.learning.views import today
from goldthread.quality.models import QualityRecord, QualityRound, QualityScore, QualityStratum, QualityTask
from tests.cast import Cast, key
from tests.quality.rate_scenes import NO, YES
from tests.quality.scenes import FORM, lead, person

COURSE = "thrive-refresher"


def trainer(cast: Cast) -> Staff:
    """The trainer."""
    return Staff.objects.filter(username="trainer").first() or person(cast, "trainer", "trainer")


def planned(cast: Cast, *, days: int = 0, length: int = 0, places: int = 4, course: str = COURSE) -> Cohort:
    """A cohort that begins so many days from now."""
    starts = today() + timedelta(days=days)
    return actions.plan_cohort(
        trainer(cast), key=key(), course=course, starts=starts, ends=starts + timedelta(days=length), place="Room 2", places=places,
    )  # fmt: skip


def held(cast: Cast, people: Collection[Staff], *, days: int = -10, course: str = COURSE) -> Cohort:
    """A cohort that was held for these people, with its register."""
    made = planned(cast, days=days, course=course)
    rows = [Was(one.username, attended=True) for one in people]
    register_actions.register(trainer(cast), made.pk, rows=rows)
    return made


def handlers(number: int, teams: Sequence[str] = ("Team A", "Team B")) -> list[Staff]:
    """So many more handlers, in these teams in turn."""
    found = [Team.objects.get(name=one) for one in teams]
    return [
        Staff.objects.create(
            username=f"learns-{place}", name=f"Learner {place} Ash", role="call_handler", team=found[place % len(found)], password="x"
        )
        for place in range(number)
    ]  # fmt: skip


def told() -> list[queries.CohortEffect]:
    """What cohorts changed, as the hour's job reckons it now."""
    take_effects(database_now(connection))
    return queries.effects()


def scored(
    cast: Cast, people: Sequence[Staff], on: date, good: dict[int, float], each: int = 4, *, seed: int = 1
) -> QualityRound:
    """A round of records that these people opened about a day, each good with the chance given for whoever opened it."""
    rng = random.Random(seed)
    made = QualityRound(since=on, until=on, form=dict(FORM.kept), seed="s", open=0, key=key(), by=lead(cast))
    made.save()
    stratum = QualityStratum(round=made, code="rest", population=10 * len(people) * each, drawn=len(people) * each)
    stratum.save()
    at = datetime.combine(on, time(12), LONDON)
    for person_ in people:
        for _ in range(each):
            incident = incident_of(person_, at)
            record = QualityRecord(stratum=stratum, incident=incident, upto=1, chance=0.1)
            record.save()
            task = QualityTask.objects.create(record=record, place=1, assessor=cast.qa, taken_at=at)
            met = rng.random() < good[person_.pk]
            answers: dict[str, Any] = YES if met else NO
            QualityScore(
                task=task, answers=answers, critical=[], result="good" if met else "inadequate", by=cast.qa, key=key()
            ).save()
    return made


def incident_of(user: Staff, at: datetime) -> Incident:
    """An incident as a row, opened by somebody at a time long past: no story is needed to count it."""
    return Incident.objects.create(
        id=uuid.uuid4(), reference=f"L-{uuid.uuid4().hex[:12]}", channel="999", area="North", opened_at=at, opened_by=user, team=user.team,
        children_answer="asked_none", owner=user, next_action="x", next_action_at=at + timedelta(days=900),
    )  # fmt: skip

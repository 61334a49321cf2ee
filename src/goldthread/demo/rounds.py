"""Twelve months of quality assurance: rounds drawn month by month, scored by assessors who differ, answered by handlers.

Rows as the actions leave them, the named exception that the seed is; scores go through the rules of ``quality``. What a cohort gained
is planted here, in the answers, and nowhere told: the page of effects has to find it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Max

from goldthread.accounts.models import Staff
from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.clocks.local import LONDON
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.contact.models import Entry, Incident
from goldthread.demo.staff import Size
from goldthread.figures.draws import draw
from goldthread.quality import rules
from goldthread.quality.actions import DRAW, SCORE
from goldthread.quality.feedback_actions import ANSWER
from goldthread.quality.finding import of_period, population
from goldthread.quality.models import (
    QualityFeedback,
    QualityRecord,
    QualityReply,
    QualityRound,
    QualityRuling,
    QualityScore,
    QualityStratum,
    QualityTask,
)

MONTHS = 12
UNDER_WAY = timedelta(days=25)
"""For so long after it was drawn a round is still being scored."""
PART = timedelta(days=19)
"""From the first to the last day of a round drawn within a month."""


@dataclass(frozen=True)
class Cohort:
    """A course held for some handlers, and what it gave them: see the head of ``rounds.toml``."""

    course: str
    place: str
    on: date
    members: frozenset[int]
    gains: float
    at: frozenset[str]


def cohorts(now: datetime) -> list[Cohort]:
    """The year's cohorts, with the handlers in each."""
    handlers = list(
        Staff.objects.filter(role="call_handler", is_active=True).order_by("username").values_list("pk", flat=True)
    )
    return [
        Cohort(
            one["course"], one["place"], weekday(force_day(now - timedelta(days=one["days_ago"]))),
            frozenset(handlers[one["turn"] :: one["of"]]), one["gains"], frozenset(one["at"]),
        )
        for one in _held()["cohort"]
    ]  # fmt: skip


def score_the_year(rng: random.Random, now: datetime, size: Size) -> int:
    """Write the rounds of the last months, the newest still under way; how many records were scored. For the seed's one transaction."""
    lead = Staff.objects.filter(role="qa_lead", is_active=True).order_by("pk").first()
    assessors = list(Staff.objects.filter(role="qa_assessor", is_active=True).order_by("pk"))
    if lead is None or len(assessors) < 2:
        return 0
    year = _Year(rng, now, lead, assessors, cohorts(now), _held()["numbers"][size])
    first = force_day(now).replace(day=1)
    months: list[tuple[date, date]] = []
    for _ in range(MONTHS):
        until = first - timedelta(days=1)
        first = until.replace(day=1)
        months.append((first, until))
    scored = sum(year.round(since, until) for since, until in reversed(months))
    newest = max(QualityRound.objects.values_list("at", "until"), default=None)
    if (
        newest is not None and newest[0] + UNDER_WAY <= now
    ):  # the month's end: assessors have the running month's first part
        since = newest[1] + timedelta(days=1)
        scored += year.round(since, since + PART)
    return scored


class _Year:
    """Who works in quality assurance, and the dice."""

    def __init__(
        self, rng: random.Random, now: datetime, lead: Staff, assessors: Sequence[Staff], trained: Sequence[Cohort], numbers: dict[str, int]
    ) -> None:  # fmt: skip
        self.rng, self.now, self.lead, self.assessors = rng, now, lead, assessors
        self.trained, self.numbers, self.held = trained, numbers, _held()
        self.form = rules.form_on(force_day(now))
        handlers = Staff.objects.filter(role="call_handler").order_by("username").values_list("pk", flat=True)
        skills: list[float] = self.held["skill"]
        self.skill = {pk: skills[place % len(skills)] for place, pk in enumerate(handlers)}
        self.strict = {
            one.pk: self.held["strict"][place % len(self.held["strict"])] for place, one in enumerate(assessors)
        }

    def round(self, since: date, until: date) -> int:
        """Draw, score and answer one month; nothing where it would have been drawn only after now, or holds no closed incident."""
        drawn_at = datetime.combine(until + timedelta(days=self.held["draws"]), time(9, 20), LONDON)
        if drawn_at >= self.now:
            return 0
        start, end = of_period(since, until)
        late = set(
            Incident.objects.closed().filter(opened_at__gte=start, opened_at__lt=end, closed_at__gt=drawn_at).values_list("pk", flat=True)
        )  # fmt: skip
        members = {
            code: [(pk, last) for pk, last in some if pk not in late]
            for code, some in population(self.form, since, until).items()
        }
        seed = f"{self.rng.getrandbits(128):032x}"
        some = {code: draw(members[code], self.numbers.get(code, 0), f"{seed}.{code}") for code in self.form.strata}
        if not any(some.values()):
            return 0
        opened = Incident.objects.filter(opened_at__gte=start, opened_at__lt=end)
        made = QualityRound(
            since=since, until=until, form=dict(self.form.kept), seed=seed, open=opened.open().count() + len(late),
            key=self._key(), by=self.lead, at=drawn_at,
        )  # fmt: skip
        made.save()
        return self._records(made, members, some, drawn_at)

    def _records(self, made: QualityRound, members: dict[str, Any], some: dict[str, Any], drawn_at: datetime) -> int:
        strata = QualityStratum.objects.bulk_create(
            QualityStratum(round=made, code=code, population=len(members[code]), drawn=len(some[code]))
            for code in self.form.strata
        )
        drawn = [pk for each in some.values() for pk, _ in each]
        stood = dict(
            Entry.objects.filter(incident__in=drawn, recorded_at__lte=drawn_at).values_list("incident").annotate(Max("seq"))
        )  # fmt: skip
        records = QualityRecord.objects.bulk_create(
            QualityRecord(
                stratum=stratum, incident_id=pk, upto=stood.get(pk, last),
                chance=len(some[stratum.code]) / len(members[stratum.code]),
            )
            for stratum in strata
            for pk, last in some[stratum.code]
        )  # fmt: skip
        with acting(self.lead) as act:
            subjects = [("quality-round", str(made.pk)), *(("incident", str(pk)) for pk in drawn)]
            act.record("collection", DRAW, subjects, drawn=len(drawn), stated_at=drawn_at.isoformat())
        twice = rules.doubled([one.pk for one in records], self.form.double, made.seed)
        incidents = Incident.objects.select_related("opened_by").in_bulk(drawn)
        newest = drawn_at + UNDER_WAY > self.now
        return sum(
            self._record(one, incidents[one.incident_id], drawn_at, twice=one.pk in twice, newest=newest)
            for one in records
        )

    def _record(
        self, record: QualityRecord, incident: Incident, drawn_at: datetime, *, twice: bool, newest: bool
    ) -> int:
        rng = self.rng
        able = [one for one in self.assessors if one.pk != incident.opened_by_id]
        chosen = rng.sample(able, len(able))
        scored = 0
        for place in (1, 2) if twice else (1,):
            at = drawn_at + timedelta(days=rng.uniform(*self.held["scores"]), minutes=place)
            if at >= self.now or (newest and rng.random() >= self.held["scored"]):
                QualityTask.objects.create(record=record, place=place)
                continue
            scored += 1
            first = self._score(record, incident, chosen[place - 1], place, at)
            if place == 1 and self._answered(record, incident, first, chosen, at):
                scored += 1
        return scored

    def _score(
        self, record: QualityRecord, incident: Incident, assessor: Staff, place: int, at: datetime
    ) -> QualityScore:
        task = QualityTask.objects.create(
            record=record, place=place, assessor=assessor, taken_at=at - timedelta(minutes=self.rng.uniform(8, 30))
        )
        answers = self._answers(incident, assessor)
        fails = ["child_not_recorded"] if answers["children"] == "no" and self.rng.random() < self.held["fails"] else []
        result = rules.result(self.form, answers, fails)
        words = self.held["words"]["critical" if fails else result]
        said = self.rng.choice(words) if fails or result == "unscorable" or self.rng.random() < 0.6 else ""
        made = QualityScore(
            task=task, answers=answers, critical=fails, result=result, should_be="",
            words=Payload.objects.keep(said) if said else None, by=assessor, key=self._key(), at=at,
        )  # fmt: skip
        made.save()
        with acting(assessor) as act:
            self._noted(act, SCORE, record, at, task=task.pk, score=made.pk)
        return made

    def _answers(self, incident: Incident, assessor: Staff) -> dict[str, str]:
        """What this assessor finds: the handler's skill, what a course gave them by then, and the assessor's own strictness."""
        rng, held, handler = self.rng, self.held, incident.opened_by_id
        day = force_day(incident.opened_at)
        found = {}
        for one in self.form.questions:
            if rng.random() < held["na"].get(one.code, 0) or (
                one.code in held["with_child"] and incident.child != "yes"
            ):
                found[one.code] = "na"
                continue
            gains = sum(
                each.gains for each in self.trained if handler in each.members and day > each.on and one.code in each.at
            )
            yes = held["easy"][one.code] + self.skill.get(handler or 0, 0.0) + gains - self.strict[assessor.pk]
            low = rng.random() < held["partly"]
            found[one.code] = "yes" if rng.random() < yes else "partly" if low else "no"
        return found

    def _answered(
        self, record: QualityRecord, incident: Incident, score: QualityScore, chosen: Sequence[Staff], at: datetime
    ) -> bool:
        """Put the first score before the handler, who answers or does not; whether the record was scored again."""
        rng, handler = self.rng, incident.opened_by
        if handler is None or not handler.is_active or not handler.can(ANSWER):
            return False
        told = QualityFeedback(score=score, to=handler, answer_by=at + timedelta(days=self.form.answer_days), at=at)
        told.save()
        replies = self.held["replies"]
        said = rng.choices(list(replies), weights=list(replies.values()))[0]
        replied_at = at + timedelta(days=rng.uniform(0.3, self.form.answer_days - 0.2))
        if said == "none" or replied_at >= self.now:
            return False
        words = rng.choice(self.held["words"]["disputes"]) if said == "disputes" else ""
        reply = QualityReply(
            feedback=told, reply=said, words=Payload.objects.keep(words) if words else None, at=replied_at
        )
        reply.save()
        with acting(handler) as act:
            self._noted(act, ANSWER, record, replied_at, feedback=told.pk, reply=said)
        ruled_at = replied_at + timedelta(days=rng.uniform(0.5, 4))
        if said == "agrees" or ruled_at >= self.now:
            return False
        return self._ruled(record, incident, reply, score, chosen, ruled_at)

    def _ruled(
        self, record: QualityRecord, incident: Incident, reply: QualityReply, score: QualityScore, chosen: Sequence[Staff], at: datetime
    ) -> bool:  # fmt: skip
        again = len(chosen) > 2 and self.rng.random() < self.held["again"]
        words = self.rng.choice(self.held["words"]["scored_again" if again else "stands"])
        QualityRuling(
            reply=reply, ruling="again" if again else "stands", words=Payload.objects.keep(words), scored_by=score.by,
            by=self.lead, at=at,
        ).save()  # fmt: skip
        with acting(self.lead) as act:
            self._noted(act, DRAW, record, at, ruling="again" if again else "stands")
        if not again:
            return False
        scored_at = at + timedelta(days=self.rng.uniform(0.5, 3))
        if scored_at >= self.now:
            QualityTask.objects.create(record=record, place=3)
            return False
        self._score(record, incident, chosen[2], 3, scored_at)
        return True

    def _noted(self, act: Acting, verb: str, record: QualityRecord, at: datetime, **detail: Any) -> None:
        subjects = [("incident", str(record.incident_id)), ("quality-record", str(record.pk))]
        act.record("collection", verb, subjects, stated_at=at.isoformat(), **detail)

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)


def weekday(day: date) -> date:
    """That day, or the Friday before where it is at a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _held() -> dict[str, Any]:
    return table("demo", "rounds.toml")

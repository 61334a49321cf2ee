"""The invented force's improvement plan: seven recommendations without a text, their figures from the force's own history.

Rows as the actions leave them, at the times at which somebody would have entered them: the named exception that the seed is. No figure
is made up: a target is taken from the series' own values, so that the story told of it is the one that they tell.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.clocks.local import LONDON
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.demo.staff import Size
from goldthread.improvement import rules
from goldthread.improvement.figure_rules import Bound, apart
from goldthread.improvement.frame import KEEP
from goldthread.improvement.models import (
    ActionMark,
    ActionNeed,
    ActionOwner,
    Evidence,
    FigureSeen,
    Milestone,
    MilestoneDone,
    MilestoneDue,
    OwnerView,
    PlanAction,
    PlanReport,
    PlanReportVersion,
    PlanSignature,
    ProgressNote,
    QaConfirmation,
    Recommendation,
    RecommendationDue,
    RecommendationFigure,
    RecommendationOwner,
    StateChange,
)
from goldthread.measures.models import StoredPoint
from goldthread.measures.queries import point
from goldthread.measures.registry import measures
from goldthread.measures.series import Series, Value, all_series
from goldthread.measures.weeks import ended
from goldthread.quality.models import QualityRound
from goldthread.quality.rates import wholes

SCORED = timedelta(days=24, hours=9, minutes=20)
"""How long after its days a round of the demo is scored whole; a week's point is taken within minutes."""


@dataclass(frozen=True)
class Chosen:
    """The figure of a story, what it is held to, and the value that was newest when it was believed met."""

    series: Series
    values: list[Value]
    bound: Bound
    then: Value | None = None


def told_at(series: Series, value: Value) -> datetime:
    """When a board or the plan could see a value."""
    return value.until + (SCORED if series.code.startswith("quality.") else timedelta(minutes=11))


def enter_the_plan(now: datetime, size: Size = "small") -> int:
    """Write the plan; how many recommendations it has. For the seed's one transaction, after the year's rounds. Nothing without its people."""
    people = {one.username: one for one in Staff.objects.filter(username__in=("programme", "gold", "gold-b"))}
    if len(people) < 3:
        return 0
    return _Writing(now, people, table("demo", "improvement.toml"), size).write()


class _Writing:
    def __init__(self, now: datetime, people: dict[str, Staff], held: dict[str, Any], size: Size) -> None:
        self.weeks: int = held["weeks"][size]
        self.now, self.today, self.people, self.held = now, force_day(now), people, held
        self.keeper = people["programme"]
        self.seen: set[str] = set()

    def write(self) -> int:
        wanted = {code for one in self.held["recommendation"] for code in one["figures"]}
        self._points(wanted | set(self.held["kept"]))
        self.series = {one.code: one for one in all_series() if one.code in wanted}
        entered = self._at(12 - self.held["published"])
        report = PlanReport(key=self._key("report"), by=self.keeper, at=entered)
        report.save()
        facts = {name: self.held[name] for name in ("name", "source", "kind")}
        published = self.today - timedelta(days=self.held["published"])
        PlanReportVersion(report=report, **facts, published_on=published, by=self.keeper, at=entered).save()
        for number, one in enumerate(self.held["recommendation"], 1):
            self._recommendation(report, number, one, entered)
        return len(self.held["recommendation"])

    def _points(self, codes: set[str]) -> None:
        """What each week's measure was, kept as of its end, as the job would have kept it."""
        for one in measures():
            if one.code in codes:
                for until in ended(self.now, self.weeks):
                    found = point(one, until)
                    if found.met is not None and found.of is not None:
                        StoredPoint(
                            code=one.code, since=found.since, until=until, met=found.met, of=found.of, timed=found.timed,
                            median=found.median, p90=found.p90, taken_at=until + timedelta(minutes=7),
                        ).save_once()  # fmt: skip

    def _recommendation(self, report: PlanReport, number: int, one: dict[str, Any], entered: datetime) -> None:
        made = Recommendation(report=report, number=number, key=self._key("r", number), by=self.keeper, at=entered)
        made.save()
        state = StateChange(recommendation=made, state="progress", why="entered", by=self.keeper, at=entered)
        state.save()
        bound_at = entered + timedelta(days=8)
        due_on = self.today + timedelta(days=one["due"])
        RecommendationDue(recommendation=made, due_on=due_on, by=self.keeper, at=bound_at).save()
        owner = self.people.get(one["owner"])
        if owner is not None:
            RecommendationOwner(recommendation=made, owner=owner, by=self.keeper, at=bound_at).save()
        chosen = self._chosen(one)
        if chosen is not None:
            RecommendationFigure(recommendation=made, **vars(chosen.bound), by=self.keeper, at=bound_at).save()
            self._seen(chosen, bound_at)
            self._states(made, state, one, chosen, owner)
        for place, each in enumerate(one["action"], 1):
            self._action(report, made, f"{number}.{place}", each, bound_at)
        for place, each in enumerate(one.get("evidence", ()), 1):
            self._evidence(made, (number, place), each)
        if owner is not None and "view" in one:
            OwnerView(
                recommendation=made, rag=one["view"], words=Payload.objects.keep(one["says"]), by=owner, at=self._at(-4)
            ).save()
        with acting(self.keeper) as act:
            subjects = [("plan-recommendation", made.pk), ("plan-report", report.pk)]
            act.record("collection", KEEP, subjects, number=number, stated_at=entered)

    def _chosen(self, one: dict[str, Any]) -> Chosen | None:
        """The first of the story's figures that bears it out; else the first that has any value, held to a little more than it is."""
        told = [(self.series[code], self.series[code].values()) for code in one["figures"] if code in self.series]
        known = [(series, values) for series, values in told if values and values[-1].share is not None]
        pick = {"fell": fell, "holds": holds, "worse": worse, "closed": holds}.get(one["story"])
        for series, values in known if pick else ():
            found = pick(series, values) if pick else None
            if found is not None:
                return found
        return plain(*known[0], more=0 if one["story"] == "closed" else 4) if known else None

    def _seen(self, chosen: Chosen, bound_at: datetime) -> None:
        if chosen.series.code in self.seen:
            return
        self.seen.add(chosen.series.code)
        for value in chosen.values:
            at = max(told_at(chosen.series, value), bound_at)
            FigureSeen(
                code=chosen.series.code,
                until=value.until,
                share=value.share,
                n=value.n,
                late=value.late,
                at=min(at, self.now),
            ).save()

    def _states(
        self, made: Recommendation, state: StateChange, one: dict[str, Any], chosen: Chosen, owner: Staff | None
    ) -> None:
        if one["story"] == "closed":
            day = self.today + timedelta(days=one["closed"])
            StateChange(
                recommendation=made, state="closed", why="closed", day=day, reference=one["reference"], by=self.keeper,
                at=self._at(one["closed"] + 2),
            ).save()  # fmt: skip
            return
        if chosen.then is None or owner is None:
            return
        confirmed_at = told_at(chosen.series, chosen.then) + timedelta(days=1)
        if not self._confirmed(state, chosen.then, confirmed_at):
            return
        board = next(each for each in self.people.values() if each.role == owner.role and each.pk != owner.pk)
        signed_at = confirmed_at + timedelta(hours=26)
        PlanSignature(state=state, board=False, by=owner, at=signed_at).save()
        believed_at = signed_at + timedelta(hours=27)
        PlanSignature(state=state, board=True, owner_was=owner, by=board, at=believed_at).save()
        self._change(made, chosen, chosen.then, "believed", "earned", believed_at, board)
        if one["story"] == "fell":
            since = [each for each in chosen.values if told_at(chosen.series, each) > believed_at]
            missed = next(each for each in since if not chosen.bound.meets(each.share or 0))
            fell_at = told_at(chosen.series, missed) + timedelta(minutes=9)
            self._change(made, chosen, missed, "progress", "fell_back", min(fell_at, self.now), None)

    def _change(
        self, made: Recommendation, chosen: Chosen, value: Value, state: str, why: str, at: datetime, by: Staff | None
    ) -> None:
        StateChange(
            recommendation=made, state=state, why=why, code=chosen.series.code, until=value.until, share=value.share, n=value.n,
            target=chosen.bound.target, by=by, at=at,
        ).save()  # fmt: skip

    def _confirmed(self, state: StateChange, value: Value, at: datetime) -> bool:
        """Name the newest finished round by then and its best rate; whether that confirms by the rules."""
        using = rules.settings_on(force_day(at))
        for one in QualityRound.objects.filter(until__lt=force_day(value.until)).order_by("-until")[:3]:
            told = {code: rate for code, rate in (wholes(one) or {}).items() if rate is not None}
            code = max(told, key=lambda each: told[each].share, default="")
            if code and told[code].share * 100 >= using.confirms:
                rate = told[code]
                QaConfirmation(
                    state=state, round=one, rate=code, share=rate.share, low=rate.low, high=rate.high, n=rate.n, by=self.keeper,
                    at=at,
                ).save()  # fmt: skip
                return True
        return False

    def _action(
        self, report: PlanReport, made: Recommendation, reference: str, one: dict[str, Any], at: datetime
    ) -> None:
        action = PlanAction(
            recommendation=made, report=report, reference=reference, words=Payload.objects.keep(one["words"]),
            key=self._key("a", reference), by=self.keeper, at=at,
        )  # fmt: skip
        action.save()
        owner = self.people.get(one["owner"])
        if owner is not None:
            ActionOwner(action=action, owner=owner, by=self.keeper, at=at).save()
        for place, (words, due, reached) in enumerate(one["milestones"]):
            step = Milestone(
                action=action,
                words=Payload.objects.keep(words),
                key=self._key("m", reference, place),
                by=self.keeper,
                at=at,
            )
            step.save()
            MilestoneDue(milestone=step, due_on=self._day(due), by=self.keeper, at=at).save()
            if reached:
                MilestoneDone(
                    milestone=step, day=self._day(reached), by=self.keeper, at=max(self._at(reached + 1), at)
                ).save()
        if "needs" in one:
            other = PlanAction.objects.get(report=report, reference=f"{made.number}.{one['needs']}")
            ActionNeed(action=action, other=other, holds=True, by=self.keeper, at=at).save()
        for place, (words, day) in enumerate(one["notes"]):
            ProgressNote(
                action=action, words=Payload.objects.keep(words), key=self._key("n", reference, place), by=owner or self.keeper,
                at=self._at(day),
            ).save()  # fmt: skip
        if "done" in one:
            ActionMark(
                action=action,
                mark="done",
                day=self._day(one["done"]),
                by=owner or self.keeper,
                at=self._at(one["done"] + 1),
            ).save()

    def _evidence(self, made: Recommendation, number: tuple[int, int], one: dict[str, Any]) -> None:
        Evidence(
            recommendation=made, version=1, words=Payload.objects.keep(one["words"]),
            sha256=hashlib.sha256(one["words"].encode()).hexdigest(), true_on=self._day(one["true"]),
            received_on=self._day(one["received"]), expires_on=self._day(one["expires"]) if "expires" in one else None,
            key=self._key("e", *number), by=self.keeper, at=self._at(one["received"] + 1),
        ).save()  # fmt: skip

    def _day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def _at(self, days: int) -> datetime:
        return min(datetime.combine(self._day(days), time(10, 40), LONDON), self.now)

    def _key(self, *what: object) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"demo plan {what}")


def _shares(series: Series, values: Sequence[Value]) -> list[tuple[Value, float]]:
    """Values of periods that share no cases, newest first, up to the first that is not known."""
    found = []
    for one in apart(values, series.window):
        if not isinstance(one, Value) or one.share is None:
            break
        found.append((one, one.share))
    return found


def fell(series: Series, values: list[Value]) -> Chosen | None:
    """Held to what it met in two of three periods, the one before the newest among them, and meets no more; None where it fell nowhere."""
    periods = _shares(series, values)
    if len(periods) < 4:
        return None
    newest, before = periods[0][1], periods[1][1]
    able = [
        bound
        for percent in range(math.floor(before * 100), math.floor(newest * 100), -1)
        for bound in [Bound(series.code, percent / 100, "up", 2, 3)]
        if not bound.meets(newest) and sum(bound.meets(share) for _, share in periods[1:4]) >= 2
    ]
    return Chosen(series, values, able[len(able) // 2], periods[1][0]) if able else None


def holds(series: Series, values: list[Value]) -> Chosen | None:
    """Held to what it met all through the last four periods; None where there are not so many, or they would say little."""
    periods = _shares(series, values)[:4]
    since = periods[-1][0].until if periods else None
    kept = [one.share or 0 for one in values if since is not None and one.until >= since]
    percent = math.floor(min(kept, default=0) * 100)
    if len(periods) < 4 or percent < 50:
        return None
    return Chosen(series, values, Bound(series.code, percent / 100, "up", 3, 3), periods[1][0])


def worse(series: Series, values: list[Value]) -> Chosen | None:
    """Held to the best that it was, which it is three points below by now; None where it is not."""
    periods = _shares(series, values)
    best = math.floor(max((share for _, share in periods), default=0) * 100)
    if not periods or best - periods[0][1] * 100 < 3:
        return None
    return Chosen(series, values, Bound(series.code, best / 100, "up", 2, 3))


def plain(series: Series, values: list[Value], *, more: int) -> Chosen:
    """Held to so many points more than it is."""
    share = values[-1].share or 0
    return Chosen(series, values, Bound(series.code, min(math.floor(share * 100) + more, 99) / 100, "up", 2, 3))

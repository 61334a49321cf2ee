"""The verbs of the register: reports, recommendations with their texts, dates, owners and figures, and the owner's view."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.actions import lock_identity
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.improvement import entry_rules, rules
from goldthread.improvement.frame import KEEP, OWN, hold, planning, there
from goldthread.improvement.models import (
    OwnerView,
    PlanReport,
    PlanReportVersion,
    Recommendation,
    RecommendationDue,
    RecommendationFigure,
    RecommendationOwner,
    RecommendationText,
    StateChange,
)
from goldthread.improvement.seen import known, told_now
from goldthread.improvement.state_actions import see

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting

RECOMMENDATION, REPORT = "plan-recommendation", "plan-report"


def add_report(
    user: Staff, *, key: uuid.UUID, name: str, source: str, kind: str, published_on: date, recommendations: int = 0
) -> PlanReport:
    """Enter a report, with so many recommendations without a text. The same sent twice is one. Raises ``Refused``, ``Invalid``."""
    with planning(user, KEEP) as act:
        own = command_key(key, user.pk, "report", name, source, kind, published_on, recommendations)
        lock_identity(own)
        before = PlanReport.objects.filter(key=own).first()
        if before is not None:
            return before
        today = force_day(act.now)
        facts = entry_rules.report(name, source, kind, published_on, today, rules.settings_on(today))
        if not 0 <= recommendations <= entry_rules.MOST_AT_ONCE:
            raise Invalid({"recommendations": f"Give a number up to {entry_rules.MOST_AT_ONCE}. Nothing was saved."})
        if _same(facts):
            raise Invalid({"name": "A report of this name, published that day, is entered already. Nothing was saved."})
        made = PlanReport(key=own, by=user, at=act.now)
        made.save()
        PlanReportVersion(report=made, **facts, by=user, at=act.now).save()
        for number in range(1, recommendations + 1):
            _recommend(act, user, made, number, uuid.uuid5(own, str(number)))
        act.record("collection", KEEP, [(REPORT, made.pk)], recommendations=recommendations)
    return made


def correct_report(user: Staff, report: int, *, name: str, source: str, kind: str, published_on: date) -> PlanReport:
    """Correct what a report is called, who published it or when; what was entered before stands. Raises ``NotThere``, ``Invalid``."""
    with planning(user, KEEP) as act:
        found = there(PlanReport, report)
        today = force_day(act.now)
        facts = entry_rules.report(name, source, kind, published_on, today, rules.settings_on(today))
        last = found.versions.order_by("-at", "-pk").first()
        if last is not None and all(getattr(last, field) == value for field, value in facts.items()):
            return found
        entry_rules.not_after_comments(
            published_on, found.comments.order_by("number").values_list("day", flat=True).last()
        )
        PlanReportVersion(report=found, **facts, by=user, at=act.now).save()
        act.record("alteration", KEEP, [(REPORT, found.pk)])
    return found


def add_recommendation(
    user: Staff, report: int, *, key: uuid.UUID, number: int, due_on: date | None = None
) -> Recommendation:
    """Enter one more recommendation of a report. The same sent twice is one. Raises ``NotThere``, ``Invalid`` for a number taken or out of reason."""
    with planning(user, KEEP) as act:
        found = there(PlanReport, report)
        own = command_key(key, user.pk, report, "recommendation", number, due_on)
        before = Recommendation.objects.filter(key=own).first()
        if before is not None:
            return before
        if not 1 <= number <= entry_rules.MOST_NUMBER:
            raise Invalid({"number": f"Give its number, from 1 to {entry_rules.MOST_NUMBER}. Nothing was saved."})
        if Recommendation.objects.filter(report=found, number=number).exists():
            raise Invalid({"number": f"Recommendation {number} of this report is entered already. Nothing was saved."})
        if due_on is not None:
            entry_rules.day("due_on", due_on)
        made = _recommend(act, user, found, number, own)
        if due_on is not None:
            RecommendationDue(recommendation=made, due_on=due_on, by=user, at=act.now).save()
        act.record("collection", KEEP, [(RECOMMENDATION, made.pk), (REPORT, found.pk)], number=number)
    return made


def _recommend(act: Acting, user: Staff, report: PlanReport, number: int, key: uuid.UUID) -> Recommendation:
    made = Recommendation(report=report, number=number, key=key, by=user, at=act.now)
    made.save()
    StateChange(recommendation=made, state="progress", why="entered", by=user, at=act.now).save()
    return made


def enter_text(user: Staff, recommendation: int, *, words: str) -> RecommendationText:
    """Enter or correct a recommendation's text; every version before stands. Raises ``NotThere``, ``Invalid``."""
    kept = entry_rules.words(words, "Enter the text as it was published.")
    with planning(user, KEEP) as act:
        found = there(Recommendation, recommendation)
        last = found.texts.select_related("words").order_by("-at", "-pk").first()
        if last is not None and last.words.text == kept:
            return last
        made = RecommendationText(recommendation=found, words=Payload.objects.keep(kept), by=user, at=act.now)
        made.save()
        duty = "collection" if last is None else "alteration"
        act.record(duty, KEEP, [(RECOMMENDATION, found.pk)], text=made.words)
    return made


def set_due(user: Staff, recommendation: int, *, due_on: date | None) -> RecommendationDue:
    """Enter by when it is to be met, as published, or that no date was. Raises ``NotThere``, ``Invalid``."""
    if due_on is not None:
        entry_rules.day("due_on", due_on)
    with planning(user, KEEP) as act:
        found = there(Recommendation, recommendation)
        last = found.dues.order_by("-at", "-pk").first()
        if last is not None and last.due_on == due_on:
            return last
        made = RecommendationDue(recommendation=found, due_on=due_on, by=user, at=act.now)
        made.save()
        act.record("alteration", KEEP, [(RECOMMENDATION, found.pk)], due_on=due_on)
    return made


def set_owner(user: Staff, recommendation: int, *, owner: int) -> RecommendationOwner:
    """Give it to a chief officer. Raises ``NotThere``, ``Invalid`` for somebody who may own nothing."""
    with planning(user, KEEP) as act:
        found = there(Recommendation, recommendation)
        whom = may_own(owner)
        last = found.owners.order_by("-at", "-pk").first()
        if last is not None and last.owner_id == whom.pk:
            return last
        made = RecommendationOwner(recommendation=found, owner=whom, by=user, at=act.now)
        made.save()
        act.record("alteration", KEEP, [(RECOMMENDATION, found.pk), ("staff", whom.pk)])
    return made


def may_own(number: int) -> Staff:
    """Somebody who may own a part of the plan. Raises ``Invalid`` for anybody else."""
    whom = Staff.objects.filter(pk=number).first()
    if whom is None or not whom.can(OWN):
        raise Invalid(
            {
                "owner": "This person is not here any more, or may own nothing of the plan. Nothing was saved; choose another."
            }
        )
    return whom


def bind(
    user: Staff, recommendation: int, *, code: str, target: float, good: str, held: int, periods: int
) -> RecommendationFigure:
    """Bind a figure to a recommendation, with the share that is asked and in how many periods. Its values so far are seen at once.

    Raises ``NotThere``, ``Invalid``, and ``Refused`` once the force believes it met: then its figure is not changed any more.
    """
    with planning(user, KEEP) as act:
        found = there(Recommendation, recommendation)
        series = known()
        held_to = entry_rules.bound(code, series, target, good, held, periods)
        if state_of(found).state != "progress":
            raise Refused("The figure is changed only while it is in progress. Nothing was saved; re-open it first.")
        last = found.figures.order_by("-at", "-pk").first()
        if last is not None and vars(held_to) == {name: getattr(last, name) for name in vars(held_to)}:
            return last
        made = RecommendationFigure(recommendation=found, **vars(held_to), by=user, at=act.now)
        made.save()
        if (told := told_now(series[code])) is not None:
            see(act, code, told)
        act.record("alteration", KEEP, [(RECOMMENDATION, found.pk)], code=code, held=held, periods=periods)
    return made


def say_view(user: Staff, recommendation: int, *, rag: str, words: str) -> OwnerView:
    """Say as its owner how one sees it. Raises ``NotThere``, ``Refused`` for anybody else, ``Invalid`` without a reason."""
    kept = entry_rules.words(words, "Write why, in a sentence.")
    if rag not in dict(rules.RAGS):
        raise Invalid({"rag": "Choose red, amber or green. Nothing was saved."})
    with planning(user, OWN) as act:
        found = there(Recommendation, recommendation)
        if user.pk != owner_of(found):
            raise Refused("Only its owner says how they see it. Nothing was saved.")
        last = found.views.select_related("words").order_by("-at", "-pk").first()
        if (
            last is not None
            and (last.rag, last.words.text, last.by_id) == (rag, kept, user.pk)
            and force_day(last.at) == force_day(act.now)
        ):
            return last
        made = OwnerView(recommendation=found, rag=rag, words=Payload.objects.keep(kept), by=user, at=act.now)
        made.save()
        act.record("collection", OWN, [(RECOMMENDATION, found.pk)], rag=rag)
    return made


def owner_of(one: Recommendation) -> int | None:
    """Who owns it now, by number."""
    last = one.owners.order_by("-at", "-pk").first()
    return None if last is None else last.owner_id


def state_of(one: Recommendation) -> StateChange:
    """The state that stands."""
    return one.states.order_by("-at", "-pk")[0]


def _same(facts: dict[str, object]) -> bool:
    named = {name: facts[name] for name in ("name", "published_on")}
    hold(PlanReport, 0)
    last = {one.report_id: one for one in PlanReportVersion.objects.order_by("at", "pk")}
    return any(all(getattr(one, name) == value for name, value in named.items()) for one in last.values())

"""The plan as it stands, or as it stood at the end of any day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.clocks.statutory import Calendar, run
from goldthread.contact.known import force_day
from goldthread.improvement import figure_rules, rules
from goldthread.improvement.action_queries import doings
from goldthread.improvement.evidence_queries import proofs
from goldthread.improvement.history import OWN, grouped, newest, person, ranked, until
from goldthread.improvement.models import (
    CommentsPublished,
    OwnerView,
    PlanReport,
    PlanReportVersion,
    PlanSignature,
    QaConfirmation,
    Recommendation,
    RecommendationDue,
    RecommendationFigure,
    RecommendationOwner,
    RecommendationText,
    StateChange,
)
from goldthread.improvement.seen import figures
from goldthread.improvement.told import (
    CommentsSaid,
    Confirmation,
    Doing,
    Figure,
    Note,
    Person,
    Plan,
    Proof,
    Recommended,
    Reported,
    Signature,
    State,
    View,
    standing,
)


def plan(as_at: date | None = None) -> Plan:
    """The plan now, or as it stood at the end of a day: what was entered later is not in it.

    Names and accounts are today's; whether an owner left is known of today alone, and is not said of a past day. Texts that were erased
    since are told as erased.
    """
    now = database_now(connection)
    if as_at is None or as_at >= force_day(now):
        return _plan(now, force_day(now), past=False)
    return _plan(datetime.combine(as_at + timedelta(days=1), time(), LONDON), as_at, past=True)


def recommended(number: int) -> tuple[Plan, Reported, Recommended] | None:
    """One recommendation as it stands, with its report and the plan; None where there is none."""
    whole = plan()
    for report in whole.reports:
        for one in report.recommendations:
            if one.id == number:
                return whole, report, one
    return None


def action(number: int) -> tuple[Plan, Reported, Recommended, Doing] | None:
    """One action as it stands, with what it belongs to; None where there is none."""
    whole = plan()
    for report in whole.reports:
        for one in report.recommendations:
            for doing in one.actions:
                if doing.id == number:
                    return whole, report, one, doing
    return None


def owners() -> list[Staff]:
    """Who may own a recommendation or an action, by name."""
    return [one for one in Staff.objects.ranked().filter(is_active=True).order_by("name", "pk") if one.can(OWN)]


def _plan(at: datetime, today: date, *, past: bool) -> Plan:
    upto = at if past else at + timedelta(days=1)  # what is written in this very moment is in it
    using = rules.settings_on(today)
    told = _Told(at, upto, today, past, using)
    versions = grouped(until(PlanReportVersion.objects.all(), upto), lambda one: one.report_id)
    by_report = grouped(told.recommendations(), lambda one: one.report)
    said = grouped(until(CommentsPublished.objects.select_related("words__erasure"), upto), lambda one: one.report_id)
    reports = [
        _report(versions[one.pk], by_report[one.pk], said[one.pk], using, today)
        for one in until(PlanReport.objects.all(), upto)
        if versions[one.pk]
    ]
    return Plan(at, today, past, sorted(reports, key=lambda one: (one.published_on, one.id), reverse=True))


def _report(
    versions: list[Any], found: list[Recommended], rows: list[Any], using: rules.Settings, today: date
) -> Reported:
    last = versions[-1]
    kind = using.kinds.get(last.kind) or rules.Kind(last.kind, last.kind, False)
    on = comments_on(last.published_on, using) if kind.comments else None
    said = [_said(one, on) for one in rows] if on else []
    return Reported(
        last.report_id, last.name, last.source, kind, last.published_on, len(versions), on,
        (on - today).days if on and standing(said) is None else None,
        using.comments.source, said, sorted(found, key=lambda one: one.number),
    )  # fmt: skip


def _said(one: CommentsPublished, on: date) -> CommentsSaid:
    late = max((one.day - on).days, 0) if one.day else 0
    why = one.words.shown() if one.words else ""
    return CommentsSaid(one.number, one.day, one.place, one.letter, late, why, one.office, one.on_word, one.at)


def comments_on(published_on: date, using: rules.Settings) -> date:
    """The last day for the Commissioner's comments on a report published on that day."""
    due = run(using.comments, datetime.combine(published_on, time(12), LONDON), Calendar()).due_at
    return due.astimezone(LONDON).date() - timedelta(days=1)


class _Told:
    """What each recommendation is put together from, looked up once for all of them."""

    def __init__(self, at: datetime, upto: datetime, today: date, past: bool, using: rules.Settings) -> None:
        self.at, self.today, self.past, self.using = at, today, past, using
        own = lambda one: one.recommendation_id  # noqa: E731 - the same way for each of the tables
        self.rows = list(until(Recommendation.objects.all(), upto))
        self.texts = grouped(until(RecommendationText.objects.select_related("words__erasure", "by"), upto), own)
        self.dues = newest(until(RecommendationDue.objects.all(), upto), "recommendation_id")
        self.owners = newest(
            until(RecommendationOwner.objects.prefetch_related(ranked("owner")), upto), "recommendation_id"
        )
        self.bounds = newest(until(RecommendationFigure.objects.all(), upto), "recommendation_id")
        self.views = newest(until(OwnerView.objects.select_related("words__erasure", "by"), upto), "recommendation_id")
        states = StateChange.objects.select_related("words__erasure", "by")
        self.states = grouped(until(states, upto), own)
        self.confirmed = newest(until(QaConfirmation.objects.select_related("by"), upto), "state_id")
        self.signed = grouped(
            until(PlanSignature.objects.prefetch_related(ranked("by")), upto), lambda one: one.state_id
        )
        self.figures = figures(self.bounds, upto)
        self.actions = doings(upto, today, past=past)
        self.proofs = proofs(upto, today)

    def recommendations(self) -> list[Recommended]:
        return [self._one(row) for row in self.rows if self.states[row.pk]]

    def _one(self, row: Recommendation) -> Recommended:
        pk, using = row.pk, self.using
        texts = [Note(one.words.shown(), one.by.name, one.at) for one in self.texts[pk]]
        owner = person(self.owners[pk].owner, past=self.past) if pk in self.owners else None
        figure, window = self.figures.get(pk, (None, timedelta(0)))
        due_on = self.dues[pk].due_on if pk in self.dues else None
        states = [_state(one) for one in self.states[pk]]
        state = states[-1]
        standing = _standing(figure, window, self.at, using)
        claim = next(one for one in reversed(states) if one.state == "progress")  # the first always is
        confirmation = _confirmation(self.confirmed.get(claim.id))
        signatures = [_signature(one) for one in self.signed[claim.id]]
        actions, evidence = self.actions.get(pk, []), self.proofs.get(pk, [])
        colour, reasons = rules.colour(
            facts(state.state, texts, due_on, figure, standing, owner, actions, evidence, self.today), self.today, using
        )
        earned = rules.Earned(
            standing, figure.bound if figure else None, confirmation is not None,
            any(not one.board for one in signatures), any(one.board for one in signatures),
        )  # fmt: skip
        return Recommended(
            pk, row.report_id, row.number, texts[-1].words if texts else None, texts, due_on,
            (due_on - self.today).days if due_on else None, owner, figure, standing, colour, reasons,
            _view(self.views.get(pk)), state, states, confirmation, signatures,
            rules.missing(earned) if state.state == "progress" else [], actions, evidence,
        )  # fmt: skip


def facts(
    state: str, texts: list[Note], due_on: date | None, figure: Figure | None, standing: figure_rules.Standing,
    owner: Person | None, actions: list[Doing], evidence: list[Proof], today: date,
) -> rules.Facts:  # fmt: skip
    """What the colour is reckoned from."""
    counting = [one for one in evidence if not one.why_not]
    return rules.Facts(
        state=state, has_text=bool(texts), due_on=due_on, figure=standing, bound=figure.bound if figure else None,
        owned=owner is not None and not owner.gone, actions=sum(one.mark != "dropped" for one in actions),
        unowned=sum(one.unowned for one in actions), milestones_late=[days for one in actions for days in one.late],
        evidence=len(counting), expired=sum(one.expired for one in evidence), unsound=sum(bool(one.unsound) for one in evidence),
        expires=[(one.expires_on - today).days for one in counting if one.expires_on],
    )  # fmt: skip


def _standing(figure: Figure | None, window: timedelta, at: datetime, using: rules.Settings) -> figure_rules.Standing:
    if figure is None:
        return figure_rules.standing(None, [], window, at, timedelta(0))
    if not figure.known:
        return figure_rules.Standing("unknown", why="There is no such figure any more, so it is not known.")
    grace = using.grace_of(figure.bound.code)
    return figure_rules.standing(figure.bound, figure.values, window, at, grace)


def _state(one: StateChange) -> State:
    return State(
        one.pk, one.state, one.why, one.at, one.by.name if one.by else "", one.day, one.reference, one.code, one.until,
        one.share, one.n, one.target, one.words.shown() if one.words else "",
    )  # fmt: skip


def _view(one: OwnerView | None) -> View | None:
    return None if one is None else View(one.rag, one.words.shown(), one.by.name, one.at)


def _confirmation(one: QaConfirmation | None) -> Confirmation | None:
    if one is None:
        return None
    return Confirmation(one.round_id, one.rate, one.share, one.low, one.high, one.n, one.by.name, one.at)


def _signature(one: PlanSignature) -> Signature:
    return Signature(one.board, one.by_id, one.by.name, one.by.seat.name, one.at)

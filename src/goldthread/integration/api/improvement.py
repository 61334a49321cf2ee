"""Operations of the improvement plan: reading it, the register, and what is said of a recommendation."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.improvement import actions, presenters, queries, rules, state_actions
from goldthread.improvement.frame import BOARD, KEEP, OWN, REGISTER, SEE
from goldthread.improvement.pages import fresh
from goldthread.improvement.told import Doing, Proof, Recommended, Reported
from goldthread.integration.api import answers_improvement as answers
from goldthread.integration.api.fields import LARGEST_ID, Day, Key, Shown
from goldthread.integration.api.given_improvement import (
    NewReportGiven,
    PlanCloseGiven,
    PlanConfirmGiven,
    PlanDayGiven,
    PlanDueGiven,
    PlanFigureGiven,
    PlanOwnerGiven,
    PlanViewGiven,
    PlanWordsGiven,
    RecommendationGiven,
    ReportGiven,
)
from goldthread.integration.api.operations import operation

router = Router(tags=["Improvement plan"])
S = TypeVar("S", bound=Shown)
RecommendationId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The recommendation, by the `id` that the plan gave.")
]
ReportId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The report, by the `id` that the register gave.")]
AT = "/plan/recommendations/{int:recommendation_id}"


@operation(
    router, "GET", "/plan", SEE, "consultation", answers={200: answers.PlanShown}, summary="Read the improvement plan"
)
def read_plan(
    request: HttpRequest,
    as_at: Annotated[Day | None, Query(description="As it stood at the end of this day; now without it.")] = None,
) -> answers.PlanShown:
    """Every recommendation with its figure, actions, evidence and states. That this user saw them is put on record."""
    if as_at is None:
        fresh()
    whole = queries.plan(as_at)
    record_consultation(staff(request), SEE, presenters.subjects(*whole.recommendations), as_at=as_at)
    return answers.PlanShown(today=whole.today, past=whole.past, reports=[_report(one) for one in whole.reports])


@operation(
    router,
    "GET",
    AT,
    SEE,
    "consultation",
    answers={200: answers.PlanRecommendationShown},
    summary="Read a recommendation",
)
def read_plan_recommendation(
    request: HttpRequest, recommendation_id: RecommendationId
) -> answers.PlanRecommendationShown:
    """One recommendation as it stands now. That this user saw it is put on record."""
    fresh()
    found = queries.recommended(recommendation_id)
    if found is None:
        raise NotThere(rules.NOT_THERE)
    record_consultation(staff(request), SEE, presenters.subjects(found[2]))
    return recommendation(found[2])


@operation(
    router,
    "GET",
    "/plan/register",
    REGISTER,
    "consultation",
    answers={200: answers.RegisterShown},
    summary="Read the register",
)
def read_plan_register(request: HttpRequest) -> answers.RegisterShown:
    """Every report with its recommendations and their evidence. That this user saw them is put on record."""
    fresh()
    whole = queries.plan()
    record_consultation(staff(request), REGISTER, presenters.subjects(*whole.reports))
    return answers.RegisterShown(reports=[_registered(one) for one in whole.reports])


@operation(
    router, "POST", "/plan/reports", KEEP, "collection", answers={201: answers.PlanMade}, summary="Enter a report"
)
def add_plan_report(request: HttpRequest, key: Key, given: NewReportGiven) -> Status[answers.PlanMade]:
    """Enters it once, with its recommendations without a text. Refused (422) where one of this name and day is entered already."""
    return made(actions.add_report(staff(request), key=key, **given.model_dump()))


@operation(
    router, "POST", "/plan/reports/{int:report_id}/correction", KEEP, "alteration",
    answers={201: answers.PlanMade}, summary="Correct a report",
)  # fmt: skip
def correct_plan_report(request: HttpRequest, report_id: ReportId, given: ReportGiven) -> Status[answers.PlanMade]:
    """What was entered before is kept. The same sent again changes nothing."""
    return made(actions.correct_report(staff(request), report_id, **given.model_dump()))


@operation(
    router, "POST", "/plan/reports/{int:report_id}/recommendations", KEEP, "collection",
    answers={201: answers.PlanMade}, summary="Enter a recommendation",
)  # fmt: skip
def add_plan_recommendation(
    request: HttpRequest, report_id: ReportId, key: Key, given: RecommendationGiven
) -> Status[answers.PlanMade]:
    """One more of the report, without a text. Refused (422) where its number is entered already."""
    return made(actions.add_recommendation(staff(request), report_id, key=key, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{AT}/text",
    KEEP,
    "collection",
    answers={201: answers.PlanMade},
    summary="Enter a recommendation's text",
)
def enter_plan_text(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanWordsGiven,
) -> Status[answers.PlanMade]:
    """The text as published. Every version before is kept; the same sent again is no other version."""
    return made(actions.enter_text(staff(request), recommendation_id, words=given.words))


@operation(
    router,
    "POST",
    f"{AT}/due",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Enter a recommendation's day",
)
def set_plan_due(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanDueGiven,
) -> Status[answers.PlanMade]:
    """By when it is to be met, as published; the day before is kept."""
    return made(actions.set_due(staff(request), recommendation_id, due_on=given.due_on))


@operation(
    router,
    "POST",
    f"{AT}/owner",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Give a recommendation an owner",
)
def set_plan_owner(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanOwnerGiven,
) -> Status[answers.PlanMade]:
    """Refused (422) for somebody who left, or may own nothing of the plan."""
    return made(actions.set_owner(staff(request), recommendation_id, owner=given.owner))


@operation(router, "POST", f"{AT}/figure", KEEP, "alteration", answers={201: answers.PlanMade}, summary="Bind a figure")
def bind_plan_figure(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanFigureGiven,
) -> Status[answers.PlanMade]:
    """Which series it is judged by, and what is asked of it. Refused (409) unless it is in progress."""
    return made(actions.bind(staff(request), recommendation_id, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{AT}/view",
    OWN,
    "collection",
    answers={201: answers.PlanMade},
    summary="Say how its owner sees it",
)
def say_plan_view(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanViewGiven,
) -> Status[answers.PlanMade]:
    """A colour and why, dated, beside what is reckoned. Refused (409) for anybody but its owner."""
    return made(actions.say_view(staff(request), recommendation_id, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{AT}/confirmation",
    KEEP,
    "collection",
    answers={201: answers.PlanMade},
    summary="Confirm by a round of quality",
)
def confirm_plan_figure(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanConfirmGiven,
) -> Status[answers.PlanMade]:
    """Names a finished round and one of its rates. Refused (409) where the round does not confirm."""
    return made(state_actions.confirm(staff(request), recommendation_id, **given.model_dump()))


@operation(
    router, "POST", f"{AT}/signature", OWN, "alteration", answers={201: answers.PlanMade}, summary="Sign as its owner"
)
def sign_plan_recommendation(request: HttpRequest, recommendation_id: RecommendationId) -> Status[answers.PlanMade]:
    """That it is believed met. Refused (409) for anybody but its owner, and while figure or confirmation are missing."""
    return made(state_actions.sign(staff(request), recommendation_id))


@operation(
    router, "POST", f"{AT}/board", BOARD, "alteration", answers={201: answers.PlanMade}, summary="Sign for the board"
)
def sign_plan_for_board(request: HttpRequest, recommendation_id: RecommendationId) -> Status[answers.PlanMade]:
    """With this the force believes it met. Refused (409) for the owner who signed, and while anything is missing."""
    return made(state_actions.sign_for_board(staff(request), recommendation_id))


@operation(
    router,
    "POST",
    f"{AT}/submission",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Enter a submission to HMICFRS",
)
def submit_plan_recommendation(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanDayGiven,
) -> Status[answers.PlanMade]:
    """Refused (409) for what the force does not believe met."""
    return made(state_actions.submit(staff(request), recommendation_id, day=given.day))


@operation(
    router,
    "POST",
    f"{AT}/closing",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Enter HMICFRS's closing",
)
def close_plan_recommendation(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanCloseGiven,
) -> Status[answers.PlanMade]:
    """Only HMICFRS closes: its day and reference are needed. It re-opens by itself where its figure falls back later."""
    return made(state_actions.close(staff(request), recommendation_id, **given.model_dump()))


@operation(
    router,
    "POST",
    f"{AT}/reopening",
    KEEP,
    "alteration",
    answers={201: answers.PlanMade},
    summary="Re-open a recommendation",
)
def reopen_plan_recommendation(
    request: HttpRequest,
    recommendation_id: RecommendationId,
    given: PlanWordsGiven,
) -> Status[answers.PlanMade]:
    """By hand, with why. Refused (409) where it is in progress."""
    return made(state_actions.reopen(staff(request), recommendation_id, words=given.words))


def made(row: Any) -> Status[answers.PlanMade]:
    """What an operation that entered something answers."""
    return Status(201, answers.PlanMade(id=row.pk))


def only(shape: type[S], one: object, **more: Any) -> S:
    """A shape from a thing's own values of the same names, but for those given."""
    return shape(**{name: getattr(one, name) for name in shape.model_fields if name not in more} | more)


def _person(one: object | None) -> answers.PlanPersonShown | None:
    return None if one is None else only(answers.PlanPersonShown, one)


def doing(one: Doing) -> answers.PlanActionShown:
    """An action."""
    return only(
        answers.PlanActionShown, one, owner=_person(one.owner),
        milestones=[only(answers.PlanMilestoneShown, each) for each in one.steps],
        notes=[only(answers.PlanNoteShown, each) for each in one.notes],
    )  # fmt: skip


def _evidence(some: list[Proof]) -> list[answers.PlanEvidenceShown]:
    return [only(answers.PlanEvidenceShown, one) for one in some]


def recommendation(one: Recommended) -> answers.PlanRecommendationShown:
    """A recommendation."""
    figure = None
    if one.figure is not None:
        figure = answers.PlanFigureShown(
            **vars(one.figure.bound), name=one.figure.name, definition=one.figure.definition, known=one.figure.known,
            values=[only(answers.PlanValueShown, each) for each in one.figure.values],
        )  # fmt: skip
    return only(
        answers.PlanRecommendationShown, one, owner=_person(one.owner), figure=figure,
        texts=[only(answers.PlanNoteShown, each) for each in one.texts],
        standing=only(answers.PlanStandingShown, one.standing),
        view=None if one.view is None else only(answers.PlanViewShown, one.view),
        state=only(answers.PlanStateShown, one.state),
        states=[only(answers.PlanStateShown, each) for each in one.states],
        confirmation=None if one.confirmation is None else only(answers.PlanConfirmationShown, one.confirmation),
        signatures=[only(answers.PlanSignatureShown, each) for each in one.signatures],
        actions=[doing(each) for each in one.actions], evidence=_evidence(one.evidence),
    )  # fmt: skip


def _report(one: Reported) -> answers.PlanReportShown:
    found = [recommendation(each) for each in one.recommendations]
    return only(answers.PlanReportShown, one, kind=one.kind.code, recommendations=found)


def _registered(one: Reported) -> answers.RegisterReportShown:
    found = [
        only(
            answers.RegisterRecommendationShown, each,
            state=only(answers.PlanStateShown, each.state), evidence=_evidence(each.evidence),
        )
        for each in one.recommendations
    ]  # fmt: skip
    return only(answers.RegisterReportShown, one, kind=one.kind.code, recommendations=found)

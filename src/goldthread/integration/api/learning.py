"""Operations of learning: courses, needs, one's own courses, who is due, and what cohorts changed."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.figures.effects import Effect, Group
from goldthread.integration.api import answers_learning as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.learning import actions, queries, rules
from goldthread.learning.effects import CohortEffect
from goldthread.learning.standing import Counted, standing
from goldthread.learning.views import DUE, KEEP, OWN, SEE, today
from goldthread.measures.registry import SMALL

router = Router(tags=["Learning"])
PAGE = 50
NeedId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The need, by the `id` that the list gave.")]
Id = Annotated[int, Whole(1, LARGEST_ID)]
Due = Annotated[str, Coded.of([("", "Any"), ("due", "Due"), *rules.STATES])]


class LearningNeedGiven(Given):
    """What some people have to learn."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"words": "Ask where each child is.", "roles": ["call_handler"]}]}
    )
    words: str = Field(max_length=rules.LONGEST, description="What has to be learned; names nobody.")
    roles: list[Annotated[str, Field(max_length=40)]] = Field(description="Whose need it is, by role.")
    team: Id | None = Field(None, description="Of one team alone.")
    course: str = Field("", max_length=40, description="The course that meets it, where one does.")
    theme: Id | None = Field(None, description="The theme of quality that it comes from.")


class LearningStepGiven(Given):
    """What is settled of a need: one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"course": "thrive-refresher"}]})
    course: str = Field("", max_length=40, description="The course that meets it.")
    words: str = Field("", max_length=rules.LONGEST, description="Why it is closed.")


@operation(
    router, "GET", "/learning/courses", OWN, "consultation", answers={200: answers.CourseList}, summary="List courses",
)  # fmt: skip
def list_courses(request: HttpRequest) -> answers.CourseList:  # noqa: ARG001 - every operation takes its request
    """The courses in force today, and the roles that must hold each."""
    found = rules.courses_on(today()).courses.values()
    return answers.CourseList(
        courses=[
            answers.CourseShown(code=one.code, name=one.name, minutes=one.minutes, months=one.months, must=sorted(one.must))
            for one in found
        ]
    )  # fmt: skip


@operation(
    router, "GET", "/learning/needs", SEE, "consultation",
    answers={200: answers.LearningNeedList}, summary="List learning needs",
)  # fmt: skip
def list_learning_needs(request: HttpRequest) -> answers.LearningNeedList:
    """Every need as it stands, those that no course meets first, those closed last."""
    found = queries.needs()
    record_consultation(staff(request), SEE, [("learning-need", str(each.need.pk)) for each in found])
    return answers.LearningNeedList(
        needs=[
            answers.LearningNeedShown(
                id=each.need.pk, words=each.need.words.shown(), roles=each.need.roles, team=each.need.team_id, theme=each.need.theme_id,
                course=each.course, cohorts=each.cohorts, at=each.need.at,
                closed=each.closed.words.shown() if each.closed and each.closed.words else "",
            )
            for each in found
        ]
    )  # fmt: skip


@operation(
    router, "POST", "/learning/needs", KEEP, "collection",
    answers={201: answers.LearningMade}, summary="Enter a learning need",
)  # fmt: skip
def enter_learning_need(request: HttpRequest, key: Key, given: LearningNeedGiven) -> Status[answers.LearningMade]:
    """Keeps what some people have to learn, from a theme of quality where one is named."""
    return Status(201, answers.LearningMade(id=actions.enter_need(staff(request), key=key, **given.model_dump()).pk))


@operation(
    router, "POST", "/learning/needs/{int:need_id}/steps", KEEP, "alteration",
    answers={201: answers.LearningMade}, summary="Settle a learning need",
)  # fmt: skip
def settle_learning_need(
    request: HttpRequest, need_id: NeedId, given: LearningStepGiven
) -> Status[answers.LearningMade]:
    """Names the course that meets it, or closes it with why. Refused (409) once it is closed."""
    made = actions.settle_need(staff(request), need_id, course=given.course, words=given.words)
    return Status(201, answers.LearningMade(id=made.pk))


@operation(
    router, "GET", "/learning/due", DUE, "consultation", answers={200: answers.DueList}, summary="List who is due",
)  # fmt: skip
def list_due(
    request: HttpRequest,
    page: PageNumber = 1,
    course: Annotated[str, Query(max_length=40, description="Of this course alone.")] = "",
    state: Annotated[Due, Query(description="In this state alone.")] = "",
) -> answers.DueList:
    """Each person whom this user may see, with each course that they must hold, fifty to a page."""
    user = staff(request)
    pages = Paginator(queries.due(user, today(), course=course, state=state), PAGE)
    here: list[queries.Due] = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(user, DUE, sorted({("staff", str(each.staff.pk)) for each in here}))
    return answers.DueList(
        page=page, pages=pages.num_pages, total=pages.count,
        due=[
            answers.DueShown(
                id=each.staff.pk, username=each.staff.username, name=each.staff.name, role=each.staff.role, team=each.staff.team.name,
                course=each.course.code, until=each.until, state=each.state, booked=each.booked,
            )
            for each in here
        ],
    )  # fmt: skip


@operation(
    router, "GET", "/learning/mine", OWN, "consultation", answers={200: answers.OwnLearning}, summary="Read one's own courses",
)  # fmt: skip
def read_own_learning(request: HttpRequest) -> answers.OwnLearning:
    """What this user holds until when, what they owe, and what they are booked for."""
    user, day = staff(request), today()
    record_consultation(user, OWN, [("staff", str(user.pk))])
    return answers.OwnLearning(
        courses=[
            answers.OwnCourse(course=each.course.code, name=each.course.name, until=each.until, state=each.state)
            for each in queries.of_person(user, day)
        ],
        bookings=[
            answers.OwnBooking(
                cohort=one.cohort_id, course=one.cohort.course, starts=one.cohort.starts, ends=one.cohort.ends,
                place=one.cohort.place, waits=waits,
            )
            for one, waits in queries.bookings_of(user, day)
        ],
    )  # fmt: skip


@operation(
    router, "GET", "/learning/effects", SEE, "consultation",
    answers={200: answers.EffectList}, summary="Read what cohorts changed",
)  # fmt: skip
def read_effects(request: HttpRequest, page: PageNumber = 1) -> answers.EffectList:
    """Those trained against those not yet trained, before and after, as groups of five or more; nobody's own figure.

    Fifty cohorts to a page.
    """
    pages = Paginator(queries.effects(), PAGE)
    found: list[CohortEffect] = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(staff(request), SEE, [("learning-cohort", str(each.cohort.pk)) for each in found])
    return answers.EffectList(
        page=page, pages=pages.num_pages, total=pages.count, waiting=queries.unreckoned(), effects=[_effect(each) for each in found],
    )  # fmt: skip


@operation(
    router, "GET", "/learning/standing", SEE, "none", answers={200: answers.StandingList}, summary="Read how many are due by role and team",
)  # fmt: skip
def read_learning_standing(request: HttpRequest) -> answers.StandingList:  # noqa: ARG001 - the same for all who may ask
    """How many hold what they must, and how many are due, by role and team in groups of five or more; nobody's name."""
    return answers.StandingList(
        courses=[
            answers.CourseStanding(
                course=each.course.code, name=each.course.name, next=each.next,
                counted=answers.DueCounted(**_counted(each.counted)) if each.counted else None,
                groups=[answers.DueGroup(roles=list(one.roles), team=one.team, **_counted(one.counted)) for one in each.groups],
            )
            for each in standing(today())
        ]
    )  # fmt: skip


def _counted(one: Counted) -> dict[str, Any]:
    return {**vars(one), "due": one.due}


def _effect(one: CohortEffect) -> answers.CohortEffectShown:
    return answers.CohortEffectShown(
        cohort=one.cohort.pk, course=one.cohort.course, starts=one.cohort.starts, ends=one.cohort.ends,
        before_since=one.before[0], before_until=one.before[1], after_since=one.after[0], after_until=one.after[1],
        reckoned_at=one.at, trained=one.trained if one.trained >= SMALL else None,
        outcomes=[
            answers.EffectOutcome(
                code=each.code, name=each.name, verdict=each.verdict, why=each.why,
                effect=_figure(each.effect) if each.effect is not None else None,
            )
            for each in one.outcomes
        ],
    )  # fmt: skip


def _figure(one: Effect) -> answers.EffectShown:
    def group(each: Group) -> answers.EffectGroup:
        return answers.EffectGroup(**vars(each))

    return answers.EffectShown(
        difference=one.difference, low=one.low, high=one.high, p=one.p, n=one.n, trained_before=group(one.trained[0]),
        trained_after=group(one.trained[1]), untrained_before=group(one.untrained[0]), untrained_after=group(one.untrained[1]),
    )  # fmt: skip

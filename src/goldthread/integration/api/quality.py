"""Operations of quality: taking, reading and scoring drawn records, and the rounds that draw them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.figures.rates import Rate
from goldthread.integration.api import answers_quality as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Day, Given, Key, PageNumber, Shown, Whole
from goldthread.integration.api.operations import operation
from goldthread.quality import actions, queries, rules
from goldthread.quality.models import QualityRound, QualityScore, QualityTask
from goldthread.quality.rates import of_round
from goldthread.quality.stood import as_stood

router = Router(tags=["Quality"])
PAGE = 50
SCORE, DRAW, RATES = actions.SCORE, actions.DRAW, "quality.rates"
RoundId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The round, by the `id` that the list gave.")]
TaskId = Annotated[
    int, Path(ge=1, le=LARGEST_ID, description="The record, by the `id` that taking it or the list gave.")
]


class ScoreGiven(Given):
    """What was found."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answers": {"information": "yes", "children": "partly"}, "words": "As said."}]}
    )
    answers: dict[str, Annotated[str, Coded.of(rules.ANSWERS)]] = Field(
        description="An answer to each of the record's `questions`, by code."
    )
    critical: list[str] = Field([], description="Critical fails that were found, by code.")
    should_be: str = Field("", max_length=20, description="The grade that was right, where another was.")
    words: str = Field(
        "", max_length=rules.LONGEST, description="Needed for a critical fail, and where nothing applies."
    )


class RoundGiven(Given):
    """What to draw."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"since": "2026-10-01", "until": "2026-10-31", "numbers": {"child": 20}}]}
    )
    since: Day = Field(description="The first day on which incidents were opened.")
    until: Day = Field(description="The last, that day included. It has ended.")
    numbers: dict[str, Annotated[int, Whole(0, rules.MOST)]] = Field(description="How many of each stratum, by code.")


@operation(
    router, "GET", "/quality/records", SCORE, "consultation",
    answers={200: answers.QualityTaskList}, summary="List records to score",
)  # fmt: skip
def list_quality_records(request: HttpRequest, page: PageNumber = 1) -> answers.QualityTaskList:
    """Records that this user has taken: those not scored yet first, then the newest score, fifty to a page."""
    user = staff(request)
    found = [*queries.held(user), *queries.scored(user)]
    pages = Paginator(found, PAGE)
    here: list[QualityTask] = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(user, SCORE, [("incident", str(each.record.incident_id)) for each in here])
    return answers.QualityTaskList(
        page=page, pages=pages.num_pages, total=pages.count, waiting=queries.waiting(user),
        records=[
            answers.QualityTaskBrief(
                id=each.pk, incident=each.record.incident_id, reference=each.record.incident.reference,
                taken_at=each.taken_at, result=each.score.result if hasattr(each, "score") else "",
            )
            for each in here if each.taken_at is not None
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/quality/records", SCORE, "alteration",
    answers={200: answers.QualityTaken}, summary="Take the next record to score",
)  # fmt: skip
def take_quality_record(request: HttpRequest) -> answers.QualityTaken:
    """The one that this user holds, or else the next that is free and none of their own work."""
    found = actions.take_next(staff(request))
    return answers.QualityTaken(id=None if found is None else found.pk)


@operation(
    router, "GET", "/quality/records/{int:task_id}", SCORE, "consultation",
    answers={200: answers.QualityRecordShown}, summary="Read a record to score",
)  # fmt: skip
def read_quality_record(request: HttpRequest, task_id: TaskId) -> answers.QualityRecordShown:
    """The record as it stood when it was drawn, blind, with its form and what this user found. That they saw it is put on record."""
    user = staff(request)
    task = queries.one(user, task_id)
    if task is None:
        raise NotThere(rules.NOT_THERE)
    record, held = task.record, task.record.stratum.round
    record_consultation(user, SCORE, [("incident", str(record.incident_id)), ("quality-task", str(task.pk))])
    form, stood = rules.made(held.form), as_stood(record.incident, record.upto, held.at)
    return answers.QualityRecordShown(
        id=task.pk,
        as_at=held.at,
        **{name: stood[name] for name in ("reference", "channel", "opened_at")},
        lines=[answers.QualityLine(**_only(answers.QualityLine, one)) for one in stood["lines"]],
        children_answer=stood["answer"],
        children=[answers.QualityChild(**one) for one in stood["children"]],
        versions=[_version(one) for one in stood["versions"]],
        grades=[answers.QualityGrade(**one) for one in stood["grades"]],
        clocks=[answers.QualityClock(**one) for one in stood["clocks"]],
        questions=[answers.QualityQuestion(**_only(answers.QualityQuestion, vars(one))) for one in form.questions],
        critical=dict(form.critical),
        score=scored(task.score) if hasattr(task, "score") else None,
    )


@operation(
    router, "POST", "/quality/records/{int:task_id}/score", SCORE, "collection",
    answers={201: answers.QualityScoreMade}, summary="Score a record",
)  # fmt: skip
def score_quality_record(
    request: HttpRequest, task_id: TaskId, key: Key, given: ScoreGiven
) -> Status[answers.QualityScoreMade]:
    """Keeps the score once. Refused (409) where it was scored before, and for own work; 422 names each question left open."""
    made = actions.score(staff(request), task_id, key=key, **given.model_dump())
    return Status(201, answers.QualityScoreMade(id=made.pk, result=made.result))


@operation(
    router, "POST", "/quality/records/{int:task_id}/back", SCORE, "alteration",
    answers={204: None}, summary="Put a record back",
)  # fmt: skip
def put_back_quality_record(request: HttpRequest, task_id: TaskId) -> Status[None]:
    """It waits for another assessor. Refused (409) where it is scored."""
    actions.put_back(staff(request), task_id)
    return Status(204, None)


@operation(
    router, "GET", "/quality/rounds", DRAW, "consultation", answers={200: answers.QualityRoundList}, summary="List rounds",
)  # fmt: skip
def list_quality_rounds(request: HttpRequest) -> answers.QualityRoundList:
    """Every round with its strata and how far it is, newest first."""
    found = queries.rounds()
    record_consultation(staff(request), DRAW, [("quality-round", str(each.round.pk)) for each in found])
    return answers.QualityRoundList(
        rounds=[
            answers.QualityRoundShown(
                id=each.round.pk, since=each.round.since, until=each.round.until, at=each.round.at, open=each.round.open,
                form=rules.made(each.round.form).name, records=each.records, tasks=each.tasks, scored=each.scored, taken=each.taken,
                strata=[answers.QualityStratumShown.model_validate(one) for one in queries.strata(each.round)],
            )
            for each in found
        ]
    )  # fmt: skip


@operation(
    router, "POST", "/quality/rounds", DRAW, "collection", answers={201: answers.QualityRoundMade}, summary="Draw a round",
)  # fmt: skip
def draw_quality_round(request: HttpRequest, key: Key, given: RoundGiven) -> Status[answers.QualityRoundMade]:
    """Draws from incidents opened on these days and closed by now; within a stratum each is as likely as any other."""
    since: date = given.since
    made = actions.draw_round(staff(request), key=key, since=since, until=given.until, numbers=given.numbers)
    return Status(201, answers.QualityRoundMade(id=made.pk))


@operation(
    router, "GET", "/quality/rounds/{int:round_id}/rates", RATES, "consultation",
    answers={200: answers.QualityRates}, summary="Read a round's rates",
)  # fmt: skip
def read_quality_rates(request: HttpRequest, round_id: RoundId) -> answers.QualityRates:
    """Design-weighted rates of the whole period and of each stratum, with limits, and the agreement of two assessors. Nobody's record."""
    found = QualityRound.objects.filter(pk=round_id).first()
    if found is None:
        raise NotThere("There is no such round.")
    record_consultation(staff(request), RATES, [("quality-round", str(found.pk))])
    told = of_round(found)
    return answers.QualityRates(
        id=found.pk, since=found.since, until=found.until, drawn=told.drawn, scored=told.records,
        rates=[
            answers.QualityRateRow(
                code=row.code, section=row.section, says=row.says, whole=_rate(row.whole),
                strata={name: _rate(one) for name, one in row.strata.items()},
            )
            for row in told.rows
        ],
        agreement=answers.QualityAgreement(**vars(told.agreement)) if told.agreement else None,
    )  # fmt: skip


def _rate(one: Rate | None) -> answers.QualityRate | None:
    return None if one is None else answers.QualityRate(**vars(one))


def _only(model: type[Shown], given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in model.model_fields}


def _version(one: dict[str, Any]) -> answers.QualityVersion:
    told = [answers.QualityElement(name=name, words=words) for name, words in one["elements"]]
    return answers.QualityVersion(version=one["version"], at=one["at"], by=one["by"], elements=told)


def scored(one: QualityScore) -> answers.QualityScored:
    """A score as the API tells it."""
    return answers.QualityScored(
        answers=one.answers, critical=one.critical, result=one.result, should_be=one.should_be,
        words=one.words.shown() if one.words else "", at=one.at,
    )  # fmt: skip

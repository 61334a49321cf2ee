"""What the API answers about quality."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.quality.rules import ANSWERS, REPLIES, RESULTS, RULINGS


class QualityTaskBrief(Shown):
    """A record to score, or scored, by whoever asks."""

    id: int
    incident: UUID
    reference: str
    taken_at: datetime
    result: Annotated[str, Coded.of([("", "Not scored yet"), *RESULTS])]


class QualityTaskList(Listed):
    """A page of records that whoever asks has taken, those not scored yet first."""

    waiting: int = Field(description="How many scorings they hold or may take.")
    records: list[QualityTaskBrief]


class QualityTaken(Shown):
    """The record that is theirs to score next."""

    id: int | None = Field(description="Null where none waits that they may score.")


class QualityLine(Shown):
    """A line of the timeline, by whom without a name."""

    at: datetime
    source: str
    by: str = Field(description="A role and a letter that stands for one person all through the record.")
    words: str = Field(description="Somebody's words; empty for what the system recorded.")
    what: str = Field(description="What the system recorded, or what stands where words were erased.")


class QualityChild(Shown):
    """A child as known then."""

    name: str
    age: str
    where_now: str
    last_seen_by: str
    seen: str


class QualityElement(Shown):
    """What was written to one element."""

    name: str
    words: str


class QualityVersion(Shown):
    """A THRIVE version."""

    version: int
    at: datetime
    by: str
    elements: list[QualityElement] = Field(description="Elements left empty are not among them.")


class QualityGrade(Shown):
    """A grade that it held."""

    name: str
    at: datetime
    by: str
    why: str
    why_not_above: str


class QualityClock(Shown):
    """A target."""

    kind: str
    due_at: datetime
    stopped_at: datetime | None
    late: bool


class QualityQuestion(Shown):
    """A question of the form, with what each answer means."""

    code: str
    section: str
    asks: str
    yes: str
    partly: str
    no: str


class QualityScored(Shown):
    """What was found."""

    answers: dict[str, Annotated[str, Coded.of(ANSWERS)]]
    critical: list[str]
    result: Annotated[str, Coded.of(RESULTS)]
    should_be: str = Field(description="The grade that was right; empty where the one chosen was.")
    words: str
    at: datetime


class QualityRecordShown(Shown):
    """A record as it stood at the draw, without names and without what the reader marked, beside its form."""

    id: int
    reference: str
    as_at: datetime
    channel: str
    opened_at: datetime
    lines: list[QualityLine]
    children_answer: str
    children: list[QualityChild]
    versions: list[QualityVersion]
    grades: list[QualityGrade]
    clocks: list[QualityClock]
    questions: list[QualityQuestion]
    critical: dict[str, str] = Field(description="The form's critical fails by code.")
    score: QualityScored | None


class QualityScoreMade(Shown):
    """A score that was kept."""

    id: int
    result: Annotated[str, Coded.of(RESULTS)]


class QualityStratumShown(Shown):
    """One stratum of a round."""

    code: str
    name: str
    population: int
    drawn: int
    scored: int


class QualityRoundShown(Shown):
    """A round and how far it is."""

    id: int
    since: date
    until: date
    at: datetime
    form: str
    open: int = Field(description="Incidents of these days that were open when it was drawn, and are in no stratum.")
    records: int
    tasks: int
    scored: int
    taken: int
    strata: list[QualityStratumShown]


class QualityRoundList(Shown):
    """Every round, newest first."""

    rounds: list[QualityRoundShown]


class QualityRoundMade(Shown):
    """A round that was drawn."""

    id: int


class QualityRate(Shown):
    """A share of all records of the period to which it applies, from 0 to 1, each stratum by its size."""

    share: float
    low: float = Field(description="With `high` the limits within which it lies with 95 % certainty.")
    high: float
    n: int = Field(description="How many scored records it rests on.")
    covered: float = Field(description="The share of the period's records that lies in strata of which any is scored.")


class QualityRateRow(Shown):
    """One rate."""

    code: str = Field(description="`good`, `critical` (without a critical fail), or a question of the form.")
    section: str
    says: str
    whole: QualityRate | None = Field(
        description="Null where fewer than five records are scored, or it applies to none."
    )
    strata: dict[str, QualityRate | None] = Field(
        description="By stratum; null where too few are scored to show it, or none."
    )


class QualityAgreement(Shown):
    """Krippendorff's alpha of two assessors: 1 is full agreement, 0 what chance gives."""

    alpha: float
    low: float
    high: float
    n: int = Field(description="Records scored twice.")


class QualityRates(Shown):
    """What a round says of the whole period."""

    id: int
    since: date
    until: date
    drawn: int
    scored: int
    rates: list[QualityRateRow]
    agreement: QualityAgreement | None = Field(description="Null where it cannot be told.")


class QualityFeedbackShown(Shown):
    """A score of a record, what whoever opened the incident said to it, and what the QA lead said to a dispute."""

    id: int
    reference: str
    answer_by: datetime
    score: QualityScored
    reply: Annotated[str, Coded.of([("", "Not answered yet"), *REPLIES])]
    reply_words: str
    ruling: Annotated[str, Coded.of([("", "None"), *RULINGS])]
    ruling_words: str


class QualityFeedbackList(Listed):
    """A page of feedback."""

    feedback: list[QualityFeedbackShown]


class QualityAnswered(Shown):
    """An answer that was kept."""

    id: int

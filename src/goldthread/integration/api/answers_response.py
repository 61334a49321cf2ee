"""What the API answers about response: grades, targets, units, requests, and who was asked to act."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from goldthread.integration.api.fields import Coded, Shown
from goldthread.response.models import ARRIVAL_SOURCES, CLOCKS
from goldthread.response.request_models import ANSWERS, KINDS
from goldthread.response.transfer_models import THRESHOLDS, TRANSFER_ANSWERS

CLOCK_STATES = [
    ("running", "running"),
    ("met", "what it waited for came"),
    ("regraded", "another grade was chosen"),
    ("put_off", "a later time was agreed"),
    ("closed", "the incident was closed"),
]


class Clock(Shown):
    """A target that runs."""

    kind: Annotated[str, Coded.of(CLOCKS)]
    started_at: datetime
    due_at: datetime
    over: bool = Field(description="Whether its time has passed.")


class GradeHeld(Shown):
    """A grade the incident holds or held."""

    grade: str = Field(description="The grade's code.", examples=["priority"])
    name: str = Field(description="The grade in words.", examples=["Priority"])
    at: datetime
    by: str = Field(description="Who chose it.")
    why: str | None = Field(description="Why; null while the reason is still owed.")
    why_not_above: str | None = Field(description="Why not the grade above; null while it is still owed.")


class GradeClock(Shown):
    """A target that a grade set. Each grade the incident held has its own, so that no figure mixes the first with the last."""

    kind: Annotated[str, Coded.of(CLOCKS)]
    started_at: datetime
    due_at: datetime
    state: Annotated[str, Coded.of(CLOCK_STATES)]
    met_at: datetime | None = Field(
        description="When a unit was sent, or arrived; null while that is awaited, and where it ended otherwise."
    )
    arrival_source: Annotated[str, Coded.of(ARRIVAL_SOURCES)] | None = Field(
        description="By whose word a unit arrived; null for other clocks, and where none did."
    )
    stopped_at: datetime | None = Field(description="When it stopped, whatever stopped it; null while it runs.")
    missed: bool = Field(description="Whether it ran past its time, met later or not.")


class GradePeriod(GradeHeld):
    """A grade the incident held, with the targets it set."""

    clocks: list[GradeClock] = Field(description="Its clocks, in the order started; none where it set no target.")


class Next(Shown):
    """What is owed next in an open incident."""

    what: str = Field(description="Its code: assess, allocate, arrive, result.", examples=["assess"])
    words: str = Field(description="The same in words.")
    by: datetime = Field(description="By when.")


class Allocated(Shown):
    """A unit sent to the incident."""

    id: int = Field(description="Give this to record that it arrived or left.")
    unit: str = Field(description="The call sign.", examples=["NA21"])
    sent_at: datetime
    arrived_at: datetime | None
    arrival_source: Annotated[str, Coded.of(ARRIVAL_SOURCES)] | None = Field(description="By whose word it arrived.")
    left_at: datetime | None


class RequestShown(Shown):
    """What somebody asked of a second, senior person, and the answer."""

    id: int
    kind: Annotated[str, Coded.of(KINDS)]
    grade: str | None = Field(description="The lower grade asked for.")
    due_at: datetime | None = Field(description="The later time asked for.")
    closing_reason: str | None = Field(description="The reason for closing asked for.")
    reasons: list[str] = Field(description="Why, as codes.")
    why: str = Field(description="Why, in words; for a closing its result.")
    by: str
    at: datetime
    answer_by: datetime = Field(
        description="From then on it is with the FIM; before it where no supervisor on duty could decide."
    )
    waits_for: str = Field(
        description="What stands against approving it now; empty where nothing does, or it is answered."
    )
    answer: Annotated[str, Coded.of(ANSWERS)] | None = Field(description="Null while it is open.")
    answered_by: str | None
    answered_at: datetime | None
    words: str = Field(description="What was said with the answer.")


class Asked(Shown):
    """A request made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"request": 17, "answer_by": "2026-11-23T02:24:00Z"}]})
    request: int | None = Field(
        description="Give this to decide or withdraw it; null where nobody else had to be asked."
    )
    answer_by: datetime | None


class HandedOver(Shown):
    """A hand-off made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer_by": "2026-11-23T02:14:00Z"}]})
    answer_by: datetime = Field(description="From then on its silence alarms.")


class Transferred(Shown):
    """A transfer made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"transfer": 3, "answer_by": "2026-11-23T02:24:00Z"}]})
    transfer: int = Field(description="Give this to record their answer.")
    answer_by: datetime = Field(description="From then on their silence alarms.")


class Offered(Shown):
    """A hand-off that nobody has acknowledged yet."""

    to: str
    by: str
    at: datetime
    note: str
    answer_by: datetime


class TransferShown(Shown):
    """Another force or agency that was asked to act."""

    id: int
    agency: str
    reached: str
    what: str
    threshold: Annotated[str, Coded.of(THRESHOLDS)]
    by: str
    at: datetime
    answer_by: datetime
    answer: Annotated[str, Coded.of(TRANSFER_ANSWERS)] | None = Field(description="Null while they have not answered.")
    words: str
    answered_at: datetime | None


class Missed(Shown):
    """A target that was missed."""

    kind: Annotated[str, Coded.of(CLOCKS)]
    due_at: datetime
    stopped_at: datetime | None
    reasons: list[str] = Field(description="Why, as codes; empty where nobody has said yet.")
    why: str = Field(description="Why, in words; empty where nobody has said yet.")
    by: str | None = Field(description="Who said why last; null where nobody has.")
    at: datetime | None = Field(description="When they said it; null where nobody has.")


class AskedAgain(Shown):
    """That the incident wants its next THRIVE."""

    since: int = Field(description="The version that is out of date; 0 where none is written yet.")
    reasons: list[str] = Field(description="Why, as codes, in the order in which they came.")
    answer_by: datetime

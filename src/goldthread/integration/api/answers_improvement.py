"""What the API answers about the improvement plan."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from goldthread.improvement.figure_rules import GOOD
from goldthread.improvement.rules import COLOURS, MARKS, RAGS, STATES, UNSOUND, WHYS
from goldthread.integration.api.fields import Coded, Shown


class PlanPersonShown(Shown):
    """An owner."""

    id: int
    name: str
    office: str
    gone: bool = Field(description="They left or own nothing any more: nobody owns it, and it needs a new owner.")


class PlanValueShown(Shown):
    """A figure's value for a period; null where it is not known, never zero."""

    until: datetime
    share: float | None
    n: int | None
    late: bool = Field(description="Taken more than a day after the period's end.")
    restated: bool
    first: float | None = Field(description="What was told first, where it was restated.")


class PlanFigureShown(Shown):
    """The figure that a recommendation is judged by."""

    code: str
    name: str
    definition: str
    target: float
    good: Annotated[str, Coded.of(GOOD)]
    held: int = Field(description="In how many of the last `periods` it has to meet the target.")
    periods: int
    known: bool = Field(description="False where there is no such series any more.")
    values: list[PlanValueShown] = Field(description="Oldest first.")


class PlanStandingShown(Shown):
    """How the figure stands."""

    status: Annotated[
        str, Coded.of([("met", "Met"), ("missed", "Missed"), ("unknown", "Not known"), ("none", "None bound")])
    ]
    held: int = Field(description="Of the last `of` periods that share no cases so many met the target.")
    of: int
    holds: bool
    why: str = Field(description="Why it is not known; empty where it is.")


class PlanViewShown(Shown):
    """The owner's view."""

    rag: Annotated[str, Coded.of(RAGS)]
    words: str
    by: str
    at: datetime


class PlanStateShown(Shown):
    """A state it came into, and why; the figure's particulars where it rests on one."""

    state: Annotated[str, Coded.of(STATES)]
    why: Annotated[str, Coded.of(WHYS)]
    at: datetime
    by: str = Field(description="Empty where it re-opened by itself.")
    day: date | None
    reference: str
    code: str
    until: datetime | None
    share: float | None
    n: int | None
    target: float | None
    words: str


class PlanConfirmationShown(Shown):
    """A round of quality that confirms it, with its rate and the rate's limits."""

    round: int
    rate: str
    share: float
    low: float
    high: float
    n: int
    by: str
    at: datetime


class PlanSignatureShown(Shown):
    """A signature, the owner's or the board's."""

    board: bool
    by: str
    office: str
    at: datetime


class PlanNoteShown(Shown):
    """Words that somebody entered: a version of a text, or progress."""

    words: str
    by: str
    at: datetime


class PlanMilestoneShown(Shown):
    """A milestone."""

    id: int
    words: str
    due_on: date
    first_due: date | None = Field(description="The first day, where it was moved.")
    moved: str = Field(description="Why it was moved.")
    done_on: date | None
    late: int = Field(description="Days by which it is late, or was reached late.")


class PlanActionShown(Shown):
    """An action."""

    id: int
    recommendation: int
    reference: str
    words: str
    owner: PlanPersonShown | None
    mark: Annotated[str, Coded.of(MARKS)]
    day: date | None
    why: str
    milestones: list[PlanMilestoneShown]
    needs: list[str] = Field(description="References of actions that it waits for.")
    waits: list[str] = Field(description="Those of them that are not done yet.")
    notes: list[PlanNoteShown] = Field(description="Progress, newest first.")


class PlanEvidenceShown(Shown):
    """The newest version of a piece of evidence."""

    id: int
    version: int
    words: str
    file_name: str = Field(description="Empty where the sentence is the evidence.")
    sha256: str
    true_on: date
    received_on: date
    expires_on: date | None
    by: str
    at: datetime
    unsound: Annotated[str, Coded.of([("", "What was received"), *UNSOUND])]
    why_not: str = Field(description="Why it does not count; empty where it does.")


class PlanRecommendationShown(Shown):
    """A recommendation as it stands, or stood."""

    id: int
    report: int
    number: int
    text: str | None = Field(description="Null: to be entered by the force.")
    texts: list[PlanNoteShown] = Field(description="Every version, oldest first.")
    due_on: date | None
    days_left: int | None
    owner: PlanPersonShown | None
    figure: PlanFigureShown | None
    standing: PlanStandingShown
    colour: Annotated[str, Coded.of(COLOURS)] = Field(description="As reckoned.")
    reasons: list[str]
    view: PlanViewShown | None
    state: PlanStateShown
    states: list[PlanStateShown] = Field(description="Oldest first.")
    confirmation: PlanConfirmationShown | None
    signatures: list[PlanSignatureShown]
    missing: list[str] = Field(description="What is missing before the force may believe it met.")
    actions: list[PlanActionShown]
    evidence: list[PlanEvidenceShown]


class PlanReportShown(Shown):
    """A report and its recommendations."""

    id: int
    name: str
    source: str
    kind: str
    published_on: date
    comments_on: date | None = Field(
        description="The last day for the Commissioner's comments; null where none are owed."
    )
    comments_left: int | None = Field(description="In days; null where none are owed, and once they are published.")
    comments_published_on: date | None
    comments_late: int | None = Field(description="By how many days they were published late; null while they are not.")
    recommendations: list[PlanRecommendationShown]


class PlanShown(Shown):
    """The whole plan."""

    today: date = Field(description="The day whose end it is told for, or today.")
    past: bool
    reports: list[PlanReportShown]


class RegisterRecommendationShown(Shown):
    """A recommendation in the register, with its evidence."""

    id: int
    number: int
    text: str | None = Field(description="Null: to be entered by the force.")
    due_on: date | None
    state: PlanStateShown
    evidence: list[PlanEvidenceShown]


class RegisterReportShown(Shown):
    """A report in the register."""

    id: int
    name: str
    source: str
    kind: str
    published_on: date
    comments_on: date | None
    comments_published_on: date | None
    comments_late: int | None
    recommendations: list[RegisterRecommendationShown]


class RegisterShown(Shown):
    """Every report, newest first."""

    reports: list[RegisterReportShown]


class PlanMade(Shown):
    """Something that was entered."""

    id: int


class PlanImportLine(Shown):
    """What is wrong with a line."""

    line: int
    says: str


class PlanImportShown(Shown):
    """What a plan file enters, or would enter."""

    actions: int
    milestones: int
    same: int = Field(description="Lines that are there already.")
    wrong: list[PlanImportLine] = Field(description="While there is one, nothing is entered.")


class PlanContactShown(Shown):
    """Where somebody is written to."""

    staff: int
    name: str
    mail: str = Field(description="Empty: nowhere.")


class PlanContacts(Shown):
    """The plan's people."""

    people: list[PlanContactShown]

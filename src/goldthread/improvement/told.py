"""The plan as it is told: values only, with nothing left to look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from goldthread.improvement.figure_rules import Bound, Standing
from goldthread.improvement.rules import COLOURS, STATES, WHYS, Kind


@dataclass(frozen=True)
class Person:
    """Somebody of the plan. ``office`` is their role's name, for those who are told no names; ``gone`` that they left or own no more."""

    id: int
    name: str
    office: str
    gone: bool


@dataclass(frozen=True)
class ValueTold:
    """A figure's value as it was told last; ``first`` is what was told first, where that was another: it was restated."""

    until: datetime
    share: float | None
    n: int | None
    late: bool
    first: float | None
    restated: bool


@dataclass(frozen=True)
class Figure:
    """The figure that a recommendation is judged by. ``known`` says that there is still such a series; ``values`` come oldest first."""

    bound: Bound
    name: str
    definition: str
    address: str
    known: bool
    values: list[ValueTold]


@dataclass(frozen=True)
class View:
    """The owner's view."""

    rag: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class State:
    """A state it came into. ``share``, ``n`` and ``target`` are of the figure ``code`` at ``until``, where it rests on one."""

    id: int
    state: str
    why: str
    at: datetime
    by: str
    day: date | None
    reference: str
    code: str
    until: datetime | None
    share: float | None
    n: int | None
    target: float | None
    words: str

    @property
    def name(self) -> str:
        """The state in words."""
        return dict(STATES)[self.state]

    @property
    def because(self) -> str:
        """Why, in words."""
        return dict(WHYS)[self.why]


@dataclass(frozen=True)
class Confirmation:
    """A round of quality that confirms it, with its rate."""

    round: int
    rate: str
    share: float
    low: float
    high: float
    n: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Signature:
    """Who signed, for the board or as the owner."""

    board: bool
    by_id: int
    by: str
    office: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """A milestone. ``late`` is by how many days it is late, or was reached late; ``first_due`` where it was moved."""

    id: int
    words: str
    due_on: date
    first_due: date | None
    moved: str
    done_on: date | None
    late: int


@dataclass(frozen=True)
class Note:
    """A progress note."""

    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Doing:
    """An action. ``needs`` are the references of those it waits for, ``waits`` of those among them that are not done."""

    id: int
    recommendation: int
    reference: str
    words: str
    owner: Person | None
    mark: str
    day: date | None
    why: str
    steps: list[Step]
    needs: list[str]
    waits: list[str]
    notes: list[Note]

    @property
    def open(self) -> bool:
        """Whether it is to be done still."""
        return self.mark == "open"

    @property
    def unowned(self) -> bool:
        """Whether it is open and nobody owns it, or the owner left."""
        return self.open and (self.owner is None or self.owner.gone)

    @property
    def late(self) -> list[int]:
        """By how many days each milestone not reached is late."""
        return [one.late for one in self.steps if one.done_on is None and one.late > 0] if self.open else []

    @property
    def due_on(self) -> date | None:
        """Its last milestone's day."""
        return max((one.due_on for one in self.steps), default=None)


@dataclass(frozen=True)
class Proof:
    """A version of a piece of evidence. ``why_not`` says why it does not count; empty where it does."""

    id: int
    version: int
    words: str
    file: str
    file_name: str
    sha256: str
    true_on: date
    received_on: date
    expires_on: date | None
    by: str
    at: datetime
    unsound: str
    expired: bool
    why_not: str
    older: list[Proof]


@dataclass(frozen=True)
class Recommended:
    """One recommendation as it stands: ``text`` None means *to be entered by the force*. ``colour`` is reckoned, ``view`` is the owner's.

    ``confirmation`` and ``signatures`` are those of the time it was last in progress: what *believed met* rests on, or is to rest on.
    """

    id: int
    report: int
    number: int
    text: str | None
    texts: list[Note]
    due_on: date | None
    days_left: int | None
    owner: Person | None
    figure: Figure | None
    standing: Standing
    colour: str
    reasons: list[str]
    view: View | None
    state: State
    states: list[State]
    confirmation: Confirmation | None
    signatures: list[Signature]
    missing: list[str]
    actions: list[Doing]
    evidence: list[Proof]

    @property
    def colour_name(self) -> str:
        """The colour's word."""
        return dict(COLOURS)[self.colour]

    @property
    def unowned(self) -> bool:
        """Whether nobody owns it, or the owner left."""
        return self.owner is None or self.owner.gone

    @property
    def fell_back(self) -> bool:
        """Whether it stands re-opened by its figure."""
        return self.state.state == "progress" and self.state.why == "fell_back"

    @property
    def alarmed(self) -> bool:
        """Whether any of its evidence is not what was received."""
        return any(one.unsound for one in self.evidence)

    @property
    def counting(self) -> list[Proof]:
        """Evidence that counts."""
        return [one for one in self.evidence if not one.why_not]


@dataclass(frozen=True)
class CommentsSaid:
    """That the Commissioner's comments were published; no ``day`` where that was taken back. ``late`` is by how many days."""

    number: int
    day: date | None
    place: str
    letter: str
    late: int
    why: str
    office: str
    on_word: bool
    at: datetime


def standing(said: Sequence[CommentsSaid]) -> CommentsSaid | None:
    """What was said last of the comments' publication, where it was not taken back."""
    return said[-1] if said and said[-1].day else None


class Commented:
    """What a report has by what was said of the publication of the Commissioner's comments on it."""

    comments_said: Sequence[CommentsSaid]

    @property
    def published(self) -> CommentsSaid | None:
        """That they were published, where it stands."""
        return standing(self.comments_said)

    @property
    def comments_published_on(self) -> date | None:
        """On which day; None while they are not."""
        return self.published.day if self.published else None

    @property
    def comments_late(self) -> int | None:
        """By how many days late; None while they are not."""
        return self.published.late if self.published else None


@dataclass(frozen=True)
class Reported(Commented):
    """A report and its recommendations. ``comments_on`` is the last day for the Commissioner's comments, where they are owed.

    ``comments_left`` is in days, and None once they are published, when the clock stands. ``comments_said`` is what was said of that, oldest first.
    """

    id: int
    name: str
    source: str
    kind: Kind
    published_on: date
    versions: int
    comments_on: date | None
    comments_left: int | None
    comments_source: str
    comments_said: list[CommentsSaid]
    recommendations: list[Recommended]


@dataclass(frozen=True)
class Plan:
    """The whole plan at ``at``, the end of ``today`` where it was asked for as at a date."""

    at: datetime
    today: date
    past: bool
    reports: list[Reported]

    @property
    def recommendations(self) -> list[Recommended]:
        """Every recommendation, by report and number."""
        return [one for report in self.reports for one in report.recommendations]

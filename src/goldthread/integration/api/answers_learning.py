"""What the API answers about themes and learning."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.learning.rules import RESULTS, STATES

VERDICTS = [
    ("better", "Changed for the better"),
    ("worse", "Changed for the worse"),
    ("open", "A change cannot be told from none"),
    ("not_yet", "Cannot be told yet"),
]


class ThemeRecord(Shown):
    """A record that shows a theme, which whoever asks may see."""

    reference: str
    address: str = Field(description="The page on which they may.")


class ThemeUse(Shown):
    """Something that came of a theme, or a step that whoever asks may take."""

    words: str
    address: str


class ThemeBrief(Shown):
    """A theme: what a round found and somebody takes up."""

    id: int
    title: str
    round: int
    question: str = Field(description="A question of the round's form, `good` or `critical`; empty where it rests on one record.")  # fmt: skip
    share: float | None = Field(description="The question's weighted rate when the theme was made; null where it could not be told.")  # fmt: skip
    low: float | None
    high: float | None
    n: int | None
    records: int = Field(description="How many records show it.")
    at: datetime
    closed: bool


class ThemeList(Listed):
    """A page of themes, those open first."""

    themes: list[ThemeBrief]


class ThemeWhole(ThemeBrief):
    """A theme with why it was taken up, what came of it, and those of its records that whoever asks may see."""

    why: str
    seen: list[ThemeRecord]
    came_of: list[ThemeUse]
    offered: list[ThemeUse]
    end: str = Field(description="Why it was closed; empty while it is open.")


class ThemeMade(Shown):
    """A theme that was made or closed."""

    id: int


class CourseShown(Shown):
    """A course that is in force."""

    code: str
    name: str
    minutes: int
    months: int = Field(description="For how long it is held, from its cohort's last day.")
    must: list[str] = Field(description="Roles that must hold it.")


class CourseList(Shown):
    """The courses in force today."""

    courses: list[CourseShown]


class LearningNeedShown(Shown):
    """What some people have to learn."""

    id: int
    words: str
    roles: list[str]
    team: int | None
    theme: int | None
    course: str = Field(description="The course that meets it; empty while none is named.")
    cohorts: int
    at: datetime
    closed: str = Field(description="Why it was closed; empty while it is open.")


class LearningNeedList(Shown):
    """Every need, those without a course first, those closed last."""

    needs: list[LearningNeedShown]


class LearningMade(Shown):
    """What was kept."""

    id: int


class CohortShown(Shown):
    """A cohort."""

    id: int
    course: str
    starts: date
    ends: date
    place: str
    trainer: str
    places: int
    called_off: str = Field(description="Why it was called off; empty where it was not.")
    booked: int = Field(description="Who has a place.")
    waiting: int
    registered: int = Field(description="Of how many people a register says whether they were there.")


class CohortList(Listed):
    """A page of cohorts, the last first."""

    cohorts: list[CohortShown]


class CohortPerson(Shown):
    """Somebody in a cohort: booked, in its register, or both."""

    id: int
    username: str
    name: str
    team: str
    place: int | None = Field(description="Their number among those booked; null where they are not.")
    waits: bool
    attended: bool | None = Field(description="Null where no register says so.")
    result: Annotated[str, Coded.of(RESULTS)]


class CohortWhole(CohortShown):
    """A cohort with everybody in it."""

    people: list[CohortPerson]


class LearningKept(Shown):
    """How many bookings, or lines of a register, were new; of a file how many lines it has."""

    kept: int


class DueShown(Shown):
    """One person and one course that they must hold."""

    id: int
    username: str
    name: str
    role: str
    team: str
    course: str
    until: date | None = Field(description="The last day on which they hold it; null where they never did.")
    state: Annotated[str, Coded.of(STATES)]
    booked: date | None = Field(description="The day on which the next cohort they are booked for begins.")


class DueList(Listed):
    """A page of people and courses, those who never held it first."""

    due: list[DueShown]


class OwnCourse(Shown):
    """A course that whoever asks must hold, or holds."""

    course: str
    name: str
    until: date | None
    state: Annotated[str, Coded.of(STATES)]


class OwnBooking(Shown):
    """What whoever asks is booked for."""

    cohort: int
    course: str
    starts: date
    ends: date
    place: str
    waits: int = Field(description="Their number among those who wait; none with a place.")


class OwnLearning(Shown):
    """One's own courses."""

    courses: list[OwnCourse]
    bookings: list[OwnBooking]


class EffectGroup(Shown):
    """A group at one time, never fewer than five people."""

    share: float = Field(
        description="From 0.05 to 0.95: beyond that it is told no closer, so that it is of nobody alone."
    )
    n: int = Field(description="Records.")
    people: int


class EffectShown(Shown):
    """By how much those trained changed more than those not yet trained: a difference of shares."""

    difference: float
    low: float = Field(description="With `high` the limits within which it lies with 95 % certainty.")
    high: float
    p: float = Field(description="How often chance alone gives as much, for two sides.")
    n: int = Field(description="Records that it rests on.")
    trained_before: EffectGroup
    trained_after: EffectGroup
    untrained_before: EffectGroup
    untrained_after: EffectGroup


class EffectOutcome(Shown):
    """One thing that a course is meant to change."""

    code: str
    name: str
    verdict: Annotated[str, Coded.of(VERDICTS)]
    effect: EffectShown | None = Field(description="Null where it cannot be told yet.")
    why: str = Field(description="Why it cannot be told yet; empty where it can.")


class CohortEffectShown(Shown):
    """What a cohort changed."""

    cohort: int
    course: str
    starts: date
    ends: date
    before_since: date
    before_until: date
    after_since: date
    after_until: date
    trained: int | None = Field(description="How many were trained; null for fewer than five.")
    reckoned_at: datetime = Field(description="When it was reckoned from the records; that is done each night.")
    outcomes: list[EffectOutcome]


class EffectList(Shown):
    """Every cohort with a register that was reckoned, the newest first."""

    page: int
    pages: int
    total: int
    waiting: int = Field(description="Cohorts with a register that are not reckoned yet; that is done within the hour.")
    effects: list[CohortEffectShown]


class DueCounted(Shown):
    """How many people must hold a course, and how they stand."""

    people: int
    due: int = Field(description="Those who never held it, whose time ran out, or whose time runs out soon.")
    never: int
    expired: int
    soon: int
    booked: int = Field(description="Of those who are due.")
    first: date | None = Field(description="When the next of those who hold it holds it no more.")


class DueGroup(DueCounted):
    """Of one role, or of several that are counted as one since they are few; of one team, or of all."""

    roles: list[str]
    team: str = Field(description="Empty for all teams.")


class CourseStanding(Shown):
    """A course and how those stand who must hold it."""

    course: str
    name: str
    next: date | None = Field(description="The first day of its next cohort.")
    counted: DueCounted | None = Field(description="Null where fewer than five people must hold it.")
    groups: list[DueGroup]


class StandingList(Shown):
    """Every course that somebody must hold."""

    courses: list[CourseStanding]

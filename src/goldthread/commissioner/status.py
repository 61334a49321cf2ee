"""What the Commissioner's office is told of the plan, as at a date: states, dates and offices, and figures as they were published.

Nothing that is reckoned from the record of the day is in it: no colour, no live figure, no reason that names one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from goldthread.clocks.local import LONDON
from goldthread.commissioner.queries import Published, published
from goldthread.improvement.queries import plan
from goldthread.improvement.told import Commented, CommentsSaid, Person, Recommended, Reported

NOBODY, LEFT = "nobody yet", "nobody: the owner left"


@dataclass(frozen=True)
class FigureTold:
    """The figure by which a recommendation is judged, its target as a share, and what was published of it; None where nothing was."""

    name: str
    target: float
    good: str
    published: Published | None


@dataclass(frozen=True)
class Line:
    """A recommendation. ``text`` None means that the force has not entered it. ``office`` owns it; people are not named."""

    number: int
    text: str | None
    state: str
    state_name: str
    because: str
    since: date
    reference: str
    due_on: date | None
    days_left: int | None
    office: str
    figure: FigureTold | None


@dataclass(frozen=True)
class ReportTold(Commented):
    """A report and its recommendations. ``comments_on`` is the last day of the Commissioner's comments, where they are owed.

    ``comments_left`` is None once they are published; ``comments_said`` is what was said of that, oldest first.
    """

    id: int
    name: str
    source: str
    published_on: date
    comments_on: date | None
    comments_left: int | None
    lines: list[Line]
    comments_said: Sequence[CommentsSaid] = ()


@dataclass(frozen=True)
class Status:
    """The plan as at a day; ``past`` where that was asked for."""

    today: date
    past: bool
    reports: list[ReportTold]


def status(as_at: date | None = None) -> Status:
    """The plan now, or as it stood at the end of a day, with what had been published by then."""
    found = plan(as_at)
    before = datetime.combine(found.today + timedelta(days=1), time(), LONDON) if found.past else None
    return Status(found.today, found.past, [_report(one, before) for one in found.reports])


def _report(one: Reported, before: datetime | None) -> ReportTold:
    lines = [line(each, before) for each in one.recommendations]
    return ReportTold(
        one.id, one.name, one.source, one.published_on, one.comments_on, one.comments_left, lines, one.comments_said
    )


def line(one: Recommended, before: datetime | None = None) -> Line:
    """A recommendation as the office is told of it; with what was published before a time, where one is given."""
    figure = one.figure
    told = (
        FigureTold(figure.name, figure.bound.target, figure.bound.good, published(figure.bound.code, before))
        if figure
        else None
    )
    since = one.state.day or one.state.at.astimezone(LONDON).date()
    return Line(
        one.number, one.text, one.state.state, one.state.name, one.state.because, since, one.state.reference,
        one.due_on, one.days_left, _office(one.owner), told,
    )  # fmt: skip


def _office(owner: Person | None) -> str:
    if owner is None:
        return NOBODY
    return LEFT if owner.gone else owner.office

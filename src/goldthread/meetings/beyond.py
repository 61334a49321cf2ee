"""What a kind of meeting is about, from the app above that knows its subjects: registered at start."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.meetings.rules import Candidate, Rest

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.meetings.models import Action, Line, Meeting

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Agenda:
    """What there is to go through: the candidates in their order, figures to stand above them as pairs of label and value, and who
    has a reason beside those that are named."""

    heading: tuple[tuple[str, str], ...]
    candidates: tuple[Candidate, ...]
    rest: Rest = field(default_factory=Rest)


@dataclass(frozen=True)
class Deciding:
    """One decision on the way: what is to be carried out, by whom, under which key; ``given`` are the fields it needs or may have."""

    user: Staff
    line: Line
    code: str
    name: str
    words: str
    given: Mapping[str, str]
    key: uuid.UUID
    due_at: datetime
    owner: str


@dataclass(frozen=True)
class Came:
    """What a decision did there and then, in a sentence without particulars, and whether something is still owed of it."""

    words: str = ""
    owed: bool = True


@dataclass(frozen=True)
class Now:
    """What has become of a subject: where its page is, and what changed since the time asked about, in words; empty for nothing."""

    address: str
    changed: str


@dataclass(frozen=True)
class Body:
    """One kind's own part.

    ``agenda(user, before, now, most)`` builds the list, ``before`` being the meeting before or None, and names ``most`` at most.
    ``carry_out`` does what a decision does to its subject, and may refuse. ``done`` tells the subject that an action is done, and with what words.
    ``reached(user, subjects)`` are those that this person may see; ``teams`` whose each one is, by team; ``owner_of`` who owns
    it, as ``staff:3`` or ``team:3``; ``now_of(since)`` what became of each subject since its time. ``choices(user, subject, now)`` are the
    answers to each field that has a list. ``template`` shows a subject in the meeting, from ``values(user, subject)``.
    """

    kind: str
    agenda: Callable[[Staff, Meeting | None, datetime, int], Agenda]
    carry_out: Callable[[Deciding], Came]
    done: Callable[[Staff, Action, str], None]
    reached: Callable[[Staff, Iterable[uuid.UUID]], set[uuid.UUID]]
    teams: Callable[[Iterable[uuid.UUID]], dict[uuid.UUID, int | None]]
    owner_of: Callable[[uuid.UUID], str]
    now_of: Callable[[Mapping[uuid.UUID, datetime]], dict[uuid.UUID, Now]]
    choices: Callable[[Staff, uuid.UUID, datetime], dict[str, Pairs]]
    broken: Callable[[datetime], Pairs]
    """Rules that call for a meeting and are broken now: pairs of the rule's code and why, in a sentence."""
    labels: Mapping[str, str]
    """What each field is called on the page."""
    template: str
    values: Callable[[Staff, uuid.UUID], dict[str, Any]]
    subject: str
    """What a subject is called in the audit."""
    queue: tuple[str, str] | None
    """Where what waits beside meetings stands: the verb of whoever may see it, and the route; None where nothing does."""
    noun: str = "an incident"
    """What a line is about, on a page."""
    style: str = ""
    """A style sheet that its lines need on a page."""
    ended: str = "Done, and said in the incident."
    """What a page says once an action is done."""
    nobody: str = "Whoever owns the incident"
    """Whose an action is where no owner is chosen, on a page."""


_bodies: dict[str, Body] = {}


def register(body: Body) -> None:
    """Give a kind its part; called once at start."""
    _bodies[body.kind] = body


def body(kind: str) -> Body:
    """The part of a kind. Raises ``KeyError`` where no app has given any."""
    return _bodies[kind]


def bodies() -> dict[str, Body]:
    """Every part, by kind."""
    return dict(_bodies)

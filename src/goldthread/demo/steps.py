"""What happens in a story, step by step: values alone, which the seed turns into rows and the live demo into actions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """Something that ``by`` (a username) does at a time."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Opened(Step):
    """The contact begins; ``searched`` are the kinds (phone, place, person) that the handler looks up in what is known."""

    location: str
    caller_name: str
    caller_phone: str
    searched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said(Step):
    """Somebody's words are written down."""

    source: str
    text: str


@dataclass(frozen=True)
class Child:
    """A child as recorded; ``age`` in whole years, None where unknown."""

    child: uuid.UUID
    name: str
    age: int | None
    where_now: str
    last_seen_by: str
    seen: str


@dataclass(frozen=True)
class Answered(Step):
    """The children question gets its answer."""

    answer: str
    children: tuple[Child, ...]


@dataclass(frozen=True)
class Assessed(Step):
    """A THRIVE version is written: ``elements`` are pairs of code and text."""

    elements: tuple[tuple[str, str], ...]
    interim: str
    advice: str


@dataclass(frozen=True)
class Graded(Step):
    """A grade is chosen."""

    grade: str
    why: str
    why_not_above: str


@dataclass(frozen=True)
class Taken(Step):
    """Somebody makes the incident their own."""


@dataclass(frozen=True)
class Sent(Step):
    """A unit, by its call sign, is sent."""

    unit: str


@dataclass(frozen=True)
class Arrived(Step):
    """The unit arrives, by the word of ``source``."""

    unit: str
    source: str


@dataclass(frozen=True)
class Left(Step):
    """The unit leaves."""

    unit: str


@dataclass(frozen=True)
class Reviewed(Step):
    """A senior person has looked: ``agreed``, ``raised`` (their grade is the step before) or ``returned`` with a question.

    ``began`` is when they had it before them.
    """

    answer: str
    words: str
    began: datetime


@dataclass(frozen=True)
class Replied(Step):
    """The owner answers the question."""

    text: str


@dataclass(frozen=True)
class Closed(Step):
    """The incident is closed: by ``second`` where the rules ask for a second person, else by ``by``."""

    second: str
    reason: str
    result: str


@dataclass(frozen=True)
class Story:
    """One incident from its first contact on. ``risk`` and ``cues`` are its writer's judgement and are stored nowhere.

    ``state`` says how far it has come: ``closed``, or one of ``handling.OPEN_STATES``.
    """

    id: uuid.UUID
    reference: str
    template: str
    theme: str
    risk: str
    cues: tuple[str, ...]
    state: str
    area: str
    channel: str
    steps: tuple[Step, ...]

    @property
    def opened_at(self) -> datetime:
        """When it began."""
        return self.steps[0].at

    @property
    def words(self) -> list[str]:
        """Everything said in it."""
        return [step.text for step in self.steps if isinstance(step, Said)]

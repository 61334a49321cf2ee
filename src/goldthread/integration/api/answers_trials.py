"""What the API answers of the reader's modes and trials: groups, never an incident."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from goldthread.assessment.mode_rules import MODES
from goldthread.integration.api.fields import Coded, Shown

Mode = Annotated[str, Coded.of(MODES)]


class TeamStands(Shown):
    """How the reader stands to one team now."""

    team: int = Field(description="The team's `id`.")
    name: str
    mode: Mode
    since: datetime | None = Field(description="Since when; null where nobody ever set a mode.")
    switch: bool = Field(description="Whether it is the kill switch's.")


class Change(Shown):
    """A change of mode that has been made."""

    id: int
    team: int | None = Field(description="The team's `id`; null for everybody.")
    mode: Mode
    switch: bool = Field(description="Whether it is the kill switch's.")
    since: datetime = Field(description="From when it holds.")
    why: str
    by: str = Field(description="Empty where an operator or the service did it.")


class MissesCounted(Shown):
    """Risks that nobody recognised in time, and of them those that a senior person then acted on."""

    of: list[str] = Field(description="The mode as the words came; in a trial the engine and the lexicon that read.")
    misses: int
    rescues: int


class Stands(Shown):
    """How the reader stands, what will change, and what was missed."""

    thrown: Change | None = Field(description="The kill switch as it was thrown; null where it is not.")
    owed: int = Field(description="How many incidents hold words that were not read, and are read once it is on again.")
    teams: list[TeamStands]
    ahead: list[Change] = Field(description="Changes that have not begun, the soonest first.")
    counted: list[MissesCounted]


class Start(Shown):
    """A team's place in a trial."""

    place: int = Field(description="From 1, in the order of the start.")
    team: int
    name: str
    mode: Mode
    starts: datetime
    withdrawn: bool = Field(description="Whether it was taken back before it began.")


class Engine(Shown):
    """An engine that read in a trial, from when on."""

    since: datetime
    engine: str
    lexicon: str
    model: str | None


class TrialShown(Shown):
    """A trial with who starts when, the engines that read, and what was missed by each."""

    id: int
    name: str
    asks: str
    seed: int | None = Field(description="The seed by which the order was drawn; null where the starts were entered.")
    planned: datetime
    ended: datetime | None
    starts: list[Start]
    engines: list[Engine]
    counted: list[MissesCounted]


class TrialBrief(Shown):
    """A trial in the list."""

    id: int
    name: str
    teams: int
    planned: datetime
    ended: datetime | None


class Trials(Shown):
    """Every trial, those that run first."""

    trials: list[TrialBrief]


class ReaderChanged(Shown):
    """What was made, by its `id`."""

    id: int

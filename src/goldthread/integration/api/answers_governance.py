"""What the API answers about figures over time and packs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from goldthread.governance.printed import STATES
from goldthread.integration.api.fields import Coded, Listed, Shown

State = Annotated[str, Coded.of(STATES.items())]


class BrokenRule(Shown):
    """A rule of the control chart that a value completes."""

    rule: str
    word: str
    side: Annotated[str, Coded.of([("up", "Above"), ("down", "Below")])]
    way: Annotated[str, Coded.of([("worse", "For the worse"), ("better", "For the better"), ("changed", "Neither")])]


class FigureNow(Shown):
    """A figure as of now, by the same query as its page and its cases."""

    since: datetime | None
    until: datetime
    share: float | None = Field(description="From 0 to 1; null where there is no case to divide by.")
    n: int | None
    met: int | None = Field(description="Of `n`; null where the share is weighted.")


class FigureBrief(Shown):
    """A figure and how it stands against chance."""

    code: str
    name: str
    state: State
    now: list[BrokenRule] = Field(description="Rules broken at its end.")
    read: int = Field(description="Values that share no cases.")
    needed: int = Field(description="Such values below which no limits are told.")


class FigureList(Shown):
    """Every figure, those that changed first."""

    figures: list[FigureBrief]


class FigureValue(Shown):
    """A value of a figure's history. What is not known is null, never zero."""

    until: datetime
    share: float | None
    n: int | None
    met: int | None
    low: float | None = Field(description="The lower 95 % limit of the share itself, where its source reckons one.")
    high: float | None
    late: bool = Field(description="Taken more than a day after `until`.")
    read: bool = Field(
        description="Whether rules about several values read it: it shares no cases with the one before."
    )
    centre: float | None
    lower: float | None = Field(description="The chart's lower limit; null where none is told yet.")
    upper: float | None
    broken: list[BrokenRule]


class FigureNote(Shown):
    """What was noted on a figure's history."""

    number: int
    day: date
    words: str
    anew: bool = Field(description="Whether limits are reckoned anew from that day.")
    by: str
    at: datetime


class FigureStretch(Shown):
    """Values that are judged by the same limits."""

    since: datetime | None
    told: bool = Field(description="Whether it has limits: they take `needed` values that share no cases.")


class FigureWhole(FigureBrief):
    """A figure's history, judged."""

    definition: str
    good: str = Field(description="Which way is better: `up`, `down`, or neither.")
    window_days: int
    address: str = Field(description="The page of its definition.")
    kind: Annotated[str, Coded.of([("p", "p' chart of counted cases"), ("xmr", "XmR chart")])]
    figure: FigureNow | None = Field(description="Null where nothing is known now.")
    stretches: list[FigureStretch]
    waiting: list[datetime] = Field(description="From when new limits were asked for that have too few values yet.")
    values: list[FigureValue]
    notes: list[FigureNote]


class FigureNoted(Shown):
    """That it was noted."""

    id: int


class PackBrief(Shown):
    """A pack as it was issued."""

    id: int
    board: str
    number: int
    by: str
    at: datetime
    sha256: str


class PackList(Listed):
    """A page of packs, the newest first."""

    packs: list[PackBrief]


class PackShown(PackBrief):
    """A pack with what it says."""

    content: dict[str, Any] = Field(
        description="As it was frozen, in the shape that `docs/decisions/0055-packs.md` tells."
    )


class PackDraft(Shown):
    """What would be issued now."""

    board: str
    seen: int = Field(description="To be sent with issuing it: the number of the board's newest pack, 0 for none.")
    content: dict[str, Any]

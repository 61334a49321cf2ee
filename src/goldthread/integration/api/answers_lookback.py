"""What the API answers about look-back items."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.lookback import choices

DECIDED = [("", "Not decided"), *(one for one in choices.DECISIONS if one[0] != "undone")]


class ItemBrief(Shown):
    """A look-back item in a list."""

    id: UUID
    reference: str = Field(description="The record's own reference.")
    incident: UUID | None = Field(description="The incident, where it is one of ours.")
    received_at: datetime | None = Field(description="When the record came; null where that is not known.")
    suggests: Annotated[str, Coded.of([(code, code) for code in choices.LEVELS])] = Field(
        description="The level that the words suggest."
    )
    probability: float = Field(description="The reader's likelihood that a child is at risk, 0 to 1.")
    why: list[Annotated[str, Coded.of(choices.WHY.items())]] = Field(description="What the record did not carry.")
    owner: str = Field(description="Whose it is: a person or a desk.")
    release_at: datetime = Field(description="From when the agreed capacity has room for it; it may be decided before.")
    due_at: datetime = Field(description="By when it is to be decided.")
    decision: Annotated[str, Coded.of(DECIDED)]
    decided_at: datetime | None
    outcome: Annotated[str, Coded.of([("", "None recorded"), *choices.OUTCOMES])]
    outcome_due_at: datetime | None = Field(description="By when an outcome is owed; null where none is.")


class Items(Listed):
    """A page of look-back items."""

    items: list[ItemBrief]


class ItemQuote(Shown):
    """Words an item rests on."""

    cue: str
    label: str = Field(description="The cue in words.")
    quote: str
    before: str = Field(description="The words before it, as far as they are kept.")
    after: str = Field(description="The words behind it, as far as they are kept.")
    assertion: str = Field(description="How they are meant.")


class ItemHistory(Shown):
    """A decision or an outcome."""

    at: datetime
    by: str
    what: str
    because: str
    words: str
    told: str = Field(description="Who was told, of a record elsewhere.")


class ItemTogether(Shown):
    """Another item in this user's sight that belongs together with this one."""

    id: UUID
    reference: str
    suggests: Annotated[str, Coded.of([(code, code) for code in choices.LEVELS])]
    by: list[str] = Field(description="By what, in words: the same person, address, place or number.")


class ItemShown(ItemBrief):
    """A look-back item."""

    quotes: list[ItemQuote] = Field(description="Those that stand first; then those denied, past or about others.")
    erased: str = Field(description="What stands where words were erased; else empty.")
    history: list[ItemHistory] = Field(description="Oldest first.")
    together: list[ItemTogether] = Field(description="What is undecided first; at most twelve.")
    together_more: int = Field(description="How many more belong together with it.")
    mark: str = Field(description="What the item is just now: send it back as `seen` with a command.")

"""What the API answers about what is issued to the Commissioner."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from goldthread.integration.api.fields import Coded, Shown

STATES = [
    ("told", "Both counts are told"),
    ("part", "How many count is told, and how many of them met it is withheld"),
    ("withheld", "Both are withheld"),
    ("unknown", "Not known"),
]


class PublishedBrief(Shown):
    """A table of the catalogue, and its newest edition."""

    table: str = Field(description="The table's code.", examples=["first-contact"])
    title: str
    says: str
    by: str = Field(description="By what its periods go: `month` or `quarter`.", examples=["month"])
    number: int | None = Field(description="The newest edition; null where none was issued.")
    until: date | None = Field(description="The last day of which that tells.")
    issued_at: datetime | None
    due: date | None = Field(description="The last day of a period that has ended and of which no edition tells.")


class PublishedList(Shown):
    """The catalogue: nothing else is published."""

    tables: list[PublishedBrief]


class PublishedPeriod(Shown):
    """A month or quarter."""

    code: str = Field(examples=["2026-10"])
    name: str = Field(examples=["October 2026"])


class PublishedPlace(Shown):
    """One measure in one period."""

    period: str = Field(description="The period's `code`, or `total`.", examples=["2026-10"])
    state: Annotated[str, Coded.of(STATES)]
    of: int | None = Field(description="How many cases count; null where that is withheld or not known.")
    met: int | None = Field(description="How many of them meet it; null where that is withheld or not known.")
    issued: int = Field(description="The edition that first told it so.")
    was: int | None = Field(description="The edition whose figure it replaces, where it does.")


class PublishedRow(Shown):
    """A measure."""

    measure: str = Field(examples=["children-asked"])
    name: str
    definition: str
    good: str = Field(description="Which way is better: `up`, `down`, or neither.", examples=["up"])
    places: list[PublishedPlace]


class PublishedContent(Shown):
    """What an edition tells, as frozen."""

    model_config = ConfigDict(extra="ignore")
    table: str = Field(examples=["first-contact"])
    title: str
    says: str
    by: str = Field(examples=["month"])
    number: int
    until: date
    small: int = Field(description="Counts from 1 to one less than this are withheld.", examples=[5])
    periods: list[PublishedPeriod]
    rows: list[PublishedRow]


class PublishedEdition(Shown):
    """An edition as issued."""

    sha256: str = Field(description="SHA-256 of the frozen canonical JSON.")
    issued_at: datetime
    office: str = Field(description="In which role it was issued.")
    content: PublishedContent | None = Field(description="Null where its text was erased.")


class PublishedDraft(Shown):
    """An edition as it would be issued now."""

    sha256: str = Field(description="Give this as `seen` to issue exactly this.")
    until: date
    content: PublishedContent


class PublishedMade(Shown):
    """An edition that was issued."""

    number: int
    sha256: str

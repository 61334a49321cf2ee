"""What the API answers of loads of records and of restricted warnings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from goldthread.contact.people_models import SORTS
from goldthread.contact.records_models import OUTCOMES
from goldthread.contact.records_rules import KINDS
from goldthread.integration.api.fields import Coded, Listed, Shown

KIND_NAMES = [(code, one.name) for code, one in KINDS.items()]


class RecordLoadShown(Shown):
    """One extract that was loaded, or stopped, and what came of it."""

    id: int
    name: str = Field(description="The file's name.")
    digest: str = Field(description="The file's SHA-256, in hex.")
    kind: Annotated[str, Coded.of(KIND_NAMES)]
    source: str
    as_of: datetime
    whole: bool = Field(description="Whether it held everything of its kind.")
    outcome: Annotated[str, Coded.of(OUTCOMES)]
    said: str = Field(description="Why it was stopped; else empty.")
    told: str = Field(description="How the file was read, and which columns were left aside.")
    lines: int
    added: int
    changed: int
    same: int = Field(description="Lines that say what stood already.")
    late: int = Field(description="Lines older than what stands; they changed nothing.")
    ended: int = Field(description="Rows that a whole extract held no longer.")
    refused: int = Field(description="Lines that could not be used.")
    at: datetime
    by: str = Field(description="Who loaded it; empty for the command line.")


class RecordLoads(Listed):
    """Loads, the newest first."""

    loads: list[RecordLoadShown]


class RecordLineShown(Shown):
    """A line that was not used."""

    line: int = Field(description="Its number in the file; the header is line 1.")
    why: str


class RecordLines(Listed):
    """Lines of one load that were not used, in order."""

    load: RecordLoadShown
    refusals: list[RecordLineShown]


class RestrictedShown(Shown):
    """A restricted marker, order or flag."""

    id: int
    sort: Annotated[str, Coded.of(SORTS)]
    name: str = Field(description="Its kind in words.")
    on: str = Field(description="The person or the address that it is on.")
    words: str
    number: str
    since: date | None
    until: date | None
    review_on: date | None
    source: str
    as_of: datetime
    old: bool


class RestrictedList(Listed):
    """Restricted markers, orders and flags that stand."""

    markers: list[RestrictedShown]

"""What the API answers of what is known: how each search stands, and what was found, with source and as of when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from goldthread.contact import choices
from goldthread.contact.people_models import OUTCOMES, SEARCHED, SORTS
from goldthread.integration.api.answers import REFERENCE
from goldthread.integration.api.answers_reading import Mark
from goldthread.integration.api.fields import Coded, Shown

STATES = [("not_searched", "Not searched"), *OUTCOMES]
TOGETHER = [
    ("rising", "Graver than before"),
    ("unseen", "A child spoken of and never seen"),
    ("pattern", "The same told again"),
    ("together", "Several concerns that are one together"),
    ("often", "Often in 30 days"),
]
WHOSE = [("your team", "taken by this user's team"), ("another team", "taken by another team")]
CHOICE = Field(description="Its identity, whose first word says what it is.", examples=["place-12"])


class Told(Shown):
    """Base of what an outside source, or a call, has told."""

    source: str = Field(description="Where this comes from; `contact` means that it was recorded on a call.")
    as_of: datetime = Field(description="As of when.")


class Aged(Told):
    """What is told with how old it is."""

    old: bool = Field(description="Whether that is long ago, by the force's measure: it may hold no more.")
    ended_at: datetime | None = Field(description="Since when its source holds it no longer; null while it does.")


class KnownPerson(Aged):
    """Somebody known to live at a place or to use a number."""

    choice: str = CHOICE
    name: str = Field(description="As it stands in the source; where it was erased, that it was.")
    age: int | None = Field(description="In whole years; null means *not known*.")
    child: bool = Field(description="Whether they count as a child; somebody of unknown age does.")


class KnownMarker(Aged):
    """A marker, an order or a flag on an address or on a person."""

    sort: Annotated[str, Coded.of(SORTS)]
    name: str = Field(description="Its kind in words.")
    words: str
    about: str = Field(description="On whom it is; empty for the address itself.")
    number: str = Field(description="The number of an order; empty for what has none.")
    since: date | None = Field(description="From which day it holds; null where its source does not say.")
    until: date | None = Field(description="Its last day; null where its source does not say.")
    review_on: date | None = Field(
        description="The day by which it is to be reviewed; null where its source gives none."
    )
    overdue: bool = Field(description="Whether that day has passed: it may hold no more.")


class KnownIncident(Shown):
    """Another incident. Out of this user's sight, only when, the grade, whether it is open and whose it is are told."""

    in_sight: bool = Field(description="Whether this user may see it; what is null or empty otherwise is not *none*.")
    opened_at: datetime
    grade: str = Field(description="The grade in words, or `not graded`.")
    open: bool
    whose: Annotated[str, Coded.of(WHOSE)]
    id: UUID | None = None
    reference: str | None = Field(None, examples=REFERENCE.examples)
    result: str = Field("", description="Why it was closed, in words; empty while it is open.")
    child: Annotated[str, Coded.of(choices.CHILD_INVOLVED)] | None = None
    children_answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)] | None = None
    words: str = Field("", description="How the first words begin.")
    why: str = Field("", description="What it shares, in words, where it may be the same matter.")


class Repeat(Shown):
    """Other contact from the same place, number or person."""

    year: int = Field(description="Other incidents in 12 months.")
    month: int = Field(description="Of these, in 30 days.")
    often: bool = Field(description="Whether that is often, this contact counted: three in 30 days.")
    open: int = Field(description="How many of them are open.")
    newest: KnownIncident | None


class Card(Aged):
    """One place, number or person that was settled on, with what is known of it."""

    choice: str = CHOICE
    title: str = Field(description="The address, the number or the name.")
    note: str = Field(description="What tells it apart from others of the name.")
    warning: str = Field(description="Where a warning is held that this user may not read: whom to ring. Else empty.")
    repeat: Repeat | None
    lives: bool = Field(description="Whether the people below live there; else they use the number.")
    children: list[KnownPerson] = Field(description="Empty means that none is known, which is no sign of safety.")
    adults: list[KnownPerson]
    markers: list[KnownMarker]


class Choice(Told):
    """One of what a search found, to choose from."""

    choice: str = CHOICE
    name: str
    note: str = Field(description="What tells it apart from others of the name.")
    area: str


class Searched(Shown):
    """How one kind of search stands."""

    kind: Annotated[str, Coded.of(SEARCHED)]
    state: Annotated[str, Coded.of(STATES)] = Field(
        description="`not_searched` means that nobody has looked; `none` that somebody looked and there was no trace."
    )
    say: str = Field(description="The same in words that a person is to be shown.")
    typed: str = Field(description="What was searched for last.")
    at: datetime | None = Field(description="When; null where nobody has looked.")
    by: str = Field(description="Who looked, by initials.")
    choose: list[Choice] = Field(description="What was found and not settled on yet.")
    cards: list[Card] = Field(description="What was settled on.")
    warning: str = Field(description="Where a warning is held of the place as it was typed: whom to ring. Else empty.")


class LinkedChild(Shown):
    """A child recorded in a linked incident."""

    child: UUID
    name: str = Field(description="`unknown` where it is not known.")
    age: str = Field(description="In words.", examples=["about 4"])
    where_now: str
    last_seen_by: str = Field(description="By whom, and when.")
    seen: Annotated[str, Coded.of(choices.SEEN)]
    at: datetime = Field(description="When this was recorded.")


class Linked(Shown):
    """An incident of the same matter, with its children and its strongest words where it is in sight."""

    incident: KnownIncident
    children: list[LinkedChild]
    quotes: list[Mark]


class Conflict(Shown):
    """Children are known at the address and the answer to *Children?* was none or not known: ask again."""

    answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)]
    children: list[KnownPerson]


class TogetherQuote(Shown):
    """Words of another incident in this user's sight."""

    incident: UUID
    reference: str = REFERENCE
    at: datetime
    quote: str


class Together(Shown):
    """What this incident and earlier ones of 12 months say together. It adds; nothing is lowered by it."""

    code: Annotated[str, Coded.of(TOGETHER)]
    say: str = Field(description="In a sentence.")
    quotes: list[TogetherQuote] = Field(description="The words that it rests on, newest first.")


class KnownShown(Shown):
    """What is known to one incident."""

    searched: list[Searched] = Field(description="Place, number and name, each with how its search stands.")
    conflict: Conflict | None
    together: list[Together] = Field(
        description="What earlier contacts of the same place, number or people add, the gravest first."
    )
    linked: list[Linked] = Field(description="Incidents said to be the same matter, nearest first.")
    compared: bool = Field(
        description="Whether there was anything to compare by. Where false, an empty `matters` means *not searched*."
    )
    matters: list[KnownIncident] = Field(
        description="Incidents of 12 months that may be the same matter, likeliest first: open ones, then closed ones."
    )


class SearchMade(Shown):
    """A search that was made, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "place", "state": "found", "found": 2}]})
    kind: Annotated[str, Coded.of(SEARCHED)]
    state: Annotated[str, Coded.of(OUTCOMES)]
    found: int = Field(description="How many there are to choose from, or that a number has a trace in.")

"""What the API answers: the shapes of an incident's record, described once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from goldthread.contact import choices
from goldthread.integration.api.answers_reading import NAMED_LEVELS, Mark, Noticed, Reader
from goldthread.integration.api.answers_response import (
    Allocated,
    AskedAgain,
    Clock,
    GradeHeld,
    GradePeriod,
    Missed,
    Next,
    Offered,
    RequestShown,
    TransferShown,
)
from goldthread.integration.api.fields import Coded, Shown

REFERENCE = Field(description="The number people say and write.", examples=["AM-261123-0417"])


class Ribbon(Shown):
    """The THRIVE ribbon: what stands above every page of the incident."""

    grade: GradeHeld | None = Field(description="The grade held; null means *not graded yet*.")
    clocks: list[Clock] = Field(description="Running clocks, earliest due first.")
    words_suggest: Annotated[str, Coded.of(NAMED_LEVELS)] | None = Field(
        description="The level the words suggest where it is above the grade; null where it is not above, or not read."
    )
    child: Annotated[str, Coded.of(choices.CHILD_INVOLVED)] = Field(
        description="Whether a child is involved; `possible` until it is known."
    )
    children_answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)] = Field(
        description="The answer to *Children?*; `not_asked` is not *none*."
    )
    children_count: int
    thrive_version: int | None = Field(description="The newest THRIVE version; null where none is written.")
    entries_since_thrive: int | None = Field(description="Entries of words since that version.")
    reader: Reader
    strongest: list[Mark] = Field(description="The strongest marks that want an answer; at most three.")
    owner: str = Field(description="Who owns it: a person or a team's desk.")
    owner_id: int | None = Field(description="The person who owns it; null where a desk does.")
    next: Next | None = Field(description="What is owed next; null once it is closed.")


class Particular(Shown):
    """A fact of the contact that may be corrected."""

    kind: Annotated[str, Coded.of(choices.PARTICULARS)]
    text: str | None = Field(description="As it holds now; null means *not known*.")
    at: datetime | None


class Child(Shown):
    """A child as known now."""

    child: UUID = Field(description="Give this to say more of the same child.")
    name: str = Field(description="`unknown` where it is not known.")
    age: int | None = Field(description="In whole years; null means *not known*.")
    age_estimated: bool
    born: date | None = Field(description="Date of birth; null means *not known*.")
    where_now: str
    last_seen_by: str
    last_seen_when: str = Field(description="When, in the speaker's words.")
    version: int = Field(description="Send it with what is said of the child next.")
    seen: Annotated[str, Coded.of(choices.SEEN)]
    at: datetime = Field(description="When this was recorded.")
    erased: bool = Field(description="Whether the particulars were lawfully erased; `name` then says when and why.")


class Thrive(Shown):
    """One THRIVE version, never overwritten."""

    version: int
    at: datetime
    author: str
    elements: dict[str, str] = Field(description="Texts by the element's code; an element left out was not written.")
    interim: str = Field(description="What may happen until police arrive.")
    advice: str = Field(description="Advice given.")
    read_up_to: int = Field(description="`seq` of the last entry its author had before them.")
    erased: bool = Field(description="Whether its texts were lawfully erased.")


class Disagreement(Shown):
    """Where the words suggest more than the grade held."""

    held: str
    suggested: str
    quotes: list[Mark]


class IncidentShown(Shown):
    """An incident's record as its page shows it; the timeline is asked for page by page."""

    id: UUID
    reference: str = REFERENCE
    channel: Annotated[str, Coded.of(choices.CHANNELS)]
    area: str = Field(description="Empty while it is not known: it then stands on every area's board.")
    opened_at: datetime
    closed_at: datetime | None = Field(description="Null while it is open.")
    last_seq: int = Field(description="`seq` of the newest line of the timeline.")
    ribbon: Ribbon
    particulars: list[Particular]
    children: list[Child]
    noticed: Noticed
    disagreement: Disagreement | None
    thrive: list[Thrive] = Field(description="Every version, newest first.")
    grades: list[GradePeriod] = Field(description="Every grade it held, newest first, each with its targets.")
    allocations: list[Allocated]
    requests: list[RequestShown] = Field(description="What was asked of a second person, newest first.")
    offered: Offered | None = Field(
        description="What was handed over and nobody has acknowledged; null where nothing was."
    )
    transfers: list[TransferShown] = Field(
        description="Other forces and agencies that were asked to act, newest first."
    )
    missed: list[Missed] = Field(description="Targets that were missed, oldest first.")
    reassess: AskedAgain | None = Field(description="What asks for the next THRIVE; null where nothing does.")


class Line(Shown):
    """One line of the timeline."""

    seq: int = Field(description="Its number, in the order recorded.")
    kind: Annotated[str, Coded.of(choices.ENTRY_KINDS)]
    source: Annotated[str, Coded.of(choices.SOURCES)]
    text: str = Field(description="Somebody's words to the letter, or what the system recorded in words.")
    code: str = Field(description="What the system recorded, as a code; empty for words.")
    occurred_at: datetime = Field(description="When it happened, as the person gave it.")
    recorded_at: datetime = Field(description="When it was recorded, as the database had it.")
    late: bool = Field(description="Whether it was entered late.")
    author: str
    erased: bool = Field(description="Whether the words were lawfully erased; `text` then says when and why.")


class Timeline(Shown):
    """Lines of the timeline in the order recorded."""

    lines: list[Line]
    last_seq: int = Field(description="`seq` of the newest line there is now.")
    more: bool = Field(description="Whether there are lines after these; ask again with `after` the last `seq` here.")


class Opened(Shown):
    """An incident opened, now or by an earlier try with the same key."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60", "reference": "AM-261123-0417"}]}
    )
    id: UUID
    reference: str = REFERENCE


class Added(Shown):
    """An entry added, now or by an earlier try with the same key."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "seq": 4,
                    "occurred_at": "2026-11-23T02:07:00Z",
                    "recorded_at": "2026-11-23T02:07:12.031Z",
                    "late": False,
                }
            ]
        }
    )
    seq: int = Field(description="Its number in the timeline.")
    occurred_at: datetime
    recorded_at: datetime
    late: bool = Field(description="Whether it is shown as entered late.")


class Written(Shown):
    """A THRIVE version written, now or by an earlier try with the same key."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "at": "2026-11-23T02:09:41.502Z"}]})
    version: int = Field(description="Give this as `based_on` for the next.")
    at: datetime

"""Operations on the reader: replaying what it said, its record, and its figures by group."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from goldthread.accounts.routes import staff
from goldthread.assessment.models import STATES
from goldthread.assessment.replay_rules import OUTCOMES
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api.fields import LARGEST_ID, Coded, Shown
from goldthread.integration.api.operations import operation
from goldthread.measures.registry import measure
from goldthread.trials import record_queries
from goldthread.trials import replay_queries as replays
from goldthread.trials.groups import cuts
from goldthread.trials.groups_rules import Group
from goldthread.trials.measures import MEASURES

router = Router(tags=["The reader"])


class ReplayDifference(Shown):
    """One thing that is not as it was."""

    what: str = Field(description="What differs.", examples=["level"])
    then: str = Field(
        description="As it was stored; empty where it was not there. Codes and numbers.", examples=["high"]
    )
    now: str = Field(description="As it is now; empty where it is not there. Codes and numbers.", examples=["medium"])


class ReplayShown(Shown):
    """One stored reading, and what became of making it again."""

    id: int = Field(description="The reading.")
    incident: UUID
    reference: str = Field(description="The incident's reference.", examples=["AM-260619-0012"])
    entry: int = Field(description="The number of the last entry that it read.")
    at: datetime = Field(description="When it was made.")
    state: Annotated[str, Coded.of(STATES)]
    path: str = Field(description="The path on which it was made; empty where nothing was read.", examples=["full"])
    level: str = Field(examples=["high"])
    probability: float = Field(description="Its likelihood that a child is at risk, 0 to 1.")
    outcome: Annotated[str, Coded.of(OUTCOMES)]
    told: str = Field(description="The same in a sentence, and why where it cannot be replayed.")
    differences: list[ReplayDifference] = Field(description="The first of them.")
    more: int = Field(description="How many more there are.")


class Replays(Shown):
    """Stored readings made again, the newest first."""

    same: int
    in_part: int
    differs: int
    cannot: int
    readings: list[ReplayShown]


class GroupShown(Shown):
    """A figure of one group: `met` of `of` cases; both null where withheld."""

    name: str = Field(examples=["5 to 11"])
    met: int | None = Field(description="Cases that meet the measure; null where a small number would be told.")
    of: int | None = Field(description="Cases that count; null where a small number would be told.")


class CutShown(Shown):
    """The same cases, parted one way."""

    name: str = Field(examples=["Youngest child"])
    groups: list[GroupShown]


class ReaderFigures(Shown):
    """One measure of the reader, by group."""

    code: str
    name: str
    definition: str
    all: GroupShown
    cuts: list[CutShown]


class RecordField(Shown):
    """One field of the record."""

    name: str
    text: str
    force: bool = Field(description="Whether the force has something to enter here.")


class RecordSection(Shown):
    """A section of the record."""

    title: str
    items: list[RecordField]


class RecordFigure(Shown):
    """A measure of the reader, as the record tells it."""

    code: str
    name: str
    until: datetime | None = Field(description="The end of its window; null where none was kept yet.")
    met: int | None = Field(description="Null where it is withheld, not known or not kept yet.")
    of: int | None = Field(description="Null where it is withheld, not known or not kept yet.")
    withheld: bool = Field(description="Whether a small number would be told.")


class ModeCount(Shown):
    """How many teams the reader stands to in one mode."""

    mode: str = Field(description="The mode, in words.")
    teams: int


class ReaderRecord(Shown):
    """The transparency record with what runs here."""

    engine: str = Field(description="Empty where nothing can be read.")
    lexicon: str = Field(description="Empty where nothing can be read.")
    model: str | None = Field(description="Null where the full path is off.")
    as_measured: bool = Field(description="Whether the measured results are of the versions that run.")
    off_since: datetime | None = Field(description="Since when the kill switch is thrown; null where it is not.")
    modes: list[ModeCount]
    figures: list[RecordFigure]
    sections: list[RecordSection]


@operation(
    router, "GET", "/reader/record", record_queries.VERB, "none", answers={200: ReaderRecord}, summary="Read the reader's record",
)  # fmt: skip
def read_reader_record(request: HttpRequest) -> ReaderRecord:
    """The sections of the Algorithmic Transparency Recording Standard and ALGO-CARE, put together from what runs here and from measured
    results, with the modes and measures as they stand. No incident stands in it.
    """
    found = record_queries.record(staff(request), database_now(connection))
    return ReaderRecord(
        engine=found.running.engine if found.running else "",
        lexicon=found.running.lexicon if found.running else "",
        model=found.running.model if found.running else None,
        as_measured=found.as_measured,
        off_since=found.thrown_since,
        modes=[ModeCount(mode=words, teams=count) for words, count in found.modes],
        figures=[
            RecordFigure(
                code=one.code,
                name=one.name,
                until=one.until,
                met=one.group.met if one.group else None,
                of=one.group.of if one.group else None,
                withheld=one.group is not None and one.group.of is None,
            )
            for one in found.figures
        ],
        sections=[
            RecordSection(
                title=one.title,
                items=[RecordField(name=each.name, text=each.text, force=each.force) for each in one.items],
            )
            for one in found.sections
        ],
    )


@operation(
    router, "GET", "/reader/figures/{str:code}", "trials.see", "none", answers={200: ReaderFigures}, summary="Read a figure of the reader by group",
)  # fmt: skip
def read_reader_figures(
    request: HttpRequest,  # noqa: ARG001 - the same for all who may ask
    code: Annotated[
        str, Path(max_length=40, description="A measure of the reader, by its code, such as `reader-missed`.")
    ],
) -> ReaderFigures:
    """A measure of the reader by mode, age of the youngest child, channel, language, area and engine. Small numbers, and those from which one
    could be reckoned, are withheld.
    """
    if code not in {one[0] for one in MEASURES}:
        raise NotThere("There is no such measure of the reader.")
    one = measure(code)
    whole, parts = cuts(one, database_now(connection))
    return ReaderFigures(
        code=code,
        name=one.name,
        definition=one.definition,
        all=_group(whole),
        cuts=[CutShown(name=part.name, groups=[_group(each) for each in part.groups]) for part in parts],
    )


def _group(one: Group) -> GroupShown:
    return GroupShown(name=one.name, met=one.met, of=one.of)


@operation(
    router, "GET", "/reader/replays", replays.VERB, "consultation", answers={200: Replays}, summary="Replay stored advice",
)  # fmt: skip
def replay_readings(
    request: HttpRequest,
    incident: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=replays.LONGEST_REFERENCE,
            pattern=r"\S",
            description="Of this incident alone, by its reference.",
        ),
    ] = None,
    last: Annotated[int, Query(ge=1, le=replays.MOST, description="How many.")] = 20,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Of those only what was made before this reading.")
    ] = None,
) -> Replays:
    """Makes stored readings again from the words that they were made of, on the same path, and says of each whether it is
    the same, or why it cannot be made here. The newest first, of incidents that this user reaches. Nobody's words are told. That this
    user saw them is put on record.
    """
    user = staff(request)
    rows = replays.replay(user, list(replays.asked_for(user, incident or "", before)[:last]))
    return Replays(**replays.counted(rows), readings=[_shown(one) for one in rows])


def _shown(row: replays.Row) -> ReplayShown:
    one, told = row.reading, row.replay
    return ReplayShown(
        id=one.pk,
        incident=one.incident_id,
        reference=one.incident.reference,
        entry=one.entry.seq,
        at=one.at,
        state=one.state,
        path=one.path,
        level=one.level,
        probability=one.probability,
        outcome=told.outcome,
        told=told.told,
        differences=[ReplayDifference(what=each.what, then=each.then, now=each.now) for each in told.differences],
        more=told.more,
    )

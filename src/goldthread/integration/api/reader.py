"""Operations on the reader: replaying what it said."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from goldthread.accounts.routes import staff
from goldthread.assessment.models import STATES
from goldthread.assessment.replay_rules import OUTCOMES
from goldthread.integration.api.fields import LARGEST_ID, Coded, Shown
from goldthread.integration.api.operations import operation
from goldthread.trials import replay_queries as replays

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

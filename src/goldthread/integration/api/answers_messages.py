"""What the API answers about messages of other systems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.integration.message_presenters import STATES

ACKS = [
    ("taken", "Taken, and written in its incident"),
    ("waiting", "Taken, and waits for an earlier one"),
    ("repeated", "The same was taken before"),
    ("other", "Another message was taken under this id; this one was kept and not applied"),
    ("unreadable", "Kept, and not understood"),
]


class MessageAck(Shown):
    """What became of one message."""

    id: str = Field(description="Its own id; empty where that could not be read.")
    became: Annotated[str, Coded.of(ACKS)]
    why: str = Field(description="What is wrong and where, or which fields were passed over; else empty.")
    wait_for: int | None = Field(description="The number that it waits for.")
    incident: str = Field(description="The reference of the incident here; empty where there is none.")
    incident_id: UUID | None


class MessageAcks(Shown):
    """What became of each message, in the order sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "messages": [
                        {
                            "id": "n-000017", "became": "taken", "why": "", "wait_for": None, "incident": "AM-261123-0417",
                            "incident_id": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60",
                        }
                    ]
                }
            ]
        }
    )  # fmt: skip
    messages: list[MessageAck]


class SystemShown(Shown):
    """A system and what came of it since the day began."""

    code: str
    desk: str = Field(description="The team on whose desk its incidents stand.")
    last_at: datetime | None = Field(description="When its last message came.")
    silent: bool = Field(description="Whether that is longer ago than it may be.")
    off: int = Field(
        description="By how many seconds its time is behind ours, negative where ahead; 0 where it is as ours."
    )
    new: int = Field(description="Messages taken.")
    repeated: int
    waiting: int = Field(description="Messages that wait now, whenever they came.")
    unreadable: int
    other: int = Field(description="Messages with other content under an id that was taken.")


class SystemsToday(Shown):
    """Every system in sight."""

    systems: list[SystemShown]


class MessageShown(Shown):
    """A message."""

    id: int
    system: str
    external_id: str = Field(description="Its own id.")
    ref: str = Field(description="The incident in its system.")
    number: int | None
    kind: str
    told_at: datetime | None = Field(description="When it happened by its system's time.")
    received_at: datetime = Field(description="When it came here, from which every target runs.")
    state: Annotated[str, Coded.of(STATES.items())]
    why: str = Field(description="What is wrong with it and where.")
    wait_for: int | None = Field(description="The number that it waits for.")
    level: str = Field(
        description="What the reader found in words that were read apart from their incident; `unread` where it could not."
    )
    at_risk: bool = Field(description="Whether those words say that a child may be at risk.")
    incident: str = Field(description="The reference of the incident here.")
    incident_id: UUID | None = Field(description="The incident, for who may open it.")
    gap: bool = Field(description="Whether it was placed though earlier ones are missing.")
    outside: list[str] = Field(description="What it did outside the rule, in words.")
    settled: str = Field(description="Why it wants nothing more, and who said so.")
    size: int = Field(description="Bytes as it came.")


class MessageWhole(MessageShown):
    """A message with its content."""

    content: str = Field(description="As it came, in one form; after an erasure the sentence that stands there.")


class Messages(Listed):
    """A page of messages."""

    messages: list[MessageShown]

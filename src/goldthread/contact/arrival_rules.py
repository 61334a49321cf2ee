"""Decisions about contacts that arrive in writing: values in, what is kept or a refusal out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from goldthread.config.errors import Invalid
from goldthread.contact.choices import RECEIVED
from goldthread.contact.rules import AHEAD, EARLIEST, LATE, LONGEST_ENTRY, short, tidy

MOST_PARTS = 12
"""Entries that one message may fill, each of ``LONGEST_ENTRY`` characters *(ours)*."""
LONGEST_MESSAGE = MOST_PARTS * LONGEST_ENTRY // 2
"""Characters of one message: its parts are cut where there is a space, so that not all of them are full *(ours)*."""
LONGEST_AREA = 40
LONGEST_ID = 998
"""Characters of a sender system's id: a line of an e-mail's head has at most so many (RFC 5322)."""
NAMESPACE = uuid.UUID("8f3b6a52-0c7d-4a55-9d1e-2f6c3f0a7b11")
"""Under which ids of other systems become ours."""
LIMITS = {"name": 120, "phone": 40, "sender": 320, "location": 200}


@dataclass(frozen=True)
class Arriving:
    """A contact as its channel hands it over. ``external_id`` is the message's own id there.

    ``conversation`` is the id of the first message of its conversation, empty where it is the first.
    ``received_at`` is when it came in by the sending system's word; None: now.
    """

    channel: str
    external_id: str
    text: str
    conversation: str = ""
    subject: str = ""
    sender: str = ""
    name: str = ""
    phone: str = ""
    location: str = ""
    area: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True)
class Kept:
    """A contact as it will be kept: its words in ``parts``, its facts by kind of particular."""

    parts: list[str]
    facts: dict[str, str]
    conversation: uuid.UUID
    message: uuid.UUID


def kept(given: Arriving) -> Kept:
    """What of a contact will be kept. Raises ``Invalid`` where it has no channel or id, or is too much.

    An empty message is kept as one without words: it may be a cry for help that went wrong.
    """
    if given.channel not in RECEIVED:
        raise Invalid({"channel": f"Contacts arrive by one of {', '.join(RECEIVED)}. Nothing was saved."})
    message = tidy(given.external_id).strip()
    if not message:
        raise Invalid(
            {
                "external_id": "Give the message its own id, so that a second delivery opens nothing twice. Nothing was saved."
            }
        )
    conversation = tidy(given.conversation).strip() or message
    for name, text in (("external_id", message), ("conversation", conversation)):
        if len(text) > LONGEST_ID:
            raise Invalid({name: f"This id is longer than {LONGEST_ID} characters. Nothing was saved."})
    facts = {name: short(getattr(given, name), name, limit) for name, limit in LIMITS.items()}
    return Kept(
        parts(given.subject, given.text),
        {"caller_name": facts["name"], "caller_phone": facts["phone"], "sender": facts["sender"], "location": facts["location"]},
        uuid.uuid5(NAMESPACE, f"{given.channel}\n{conversation}"),
        uuid.uuid5(NAMESPACE, f"{given.channel}\n{message}"),
    )  # fmt: skip


def parts(subject: str, text: str) -> list[str]:
    """The words in pieces that an entry holds, cut at a line or a space where there is one; none for an empty message.

    The subject stands first: it is read like the rest. Raises ``Invalid`` for more than ``MOST_PARTS`` pieces.
    """
    head, body = " ".join(tidy(subject).split()), tidy(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    left = f"{head}\n\n{body}" if head and body else head or body
    if len(left) > LONGEST_MESSAGE:
        raise Invalid(
            {
                "text": f"This message has {len(left):,} characters and {LONGEST_MESSAGE:,} can be taken in. "
                "Nothing was saved; send it in parts, each with its own id and the same conversation."
            }
        )
    found = []
    while len(left) > LONGEST_ENTRY:
        cut = max(left.rfind("\n", LONGEST_ENTRY // 2, LONGEST_ENTRY), 0) or left.rfind(
            " ", LONGEST_ENTRY // 2, LONGEST_ENTRY
        )
        cut = cut if cut > 0 else LONGEST_ENTRY
        found.append(left[:cut])
        left = left[cut:]
    found.append(left)
    return [part for part in found if part.strip()]


def came_at(received_at: datetime | None, now: datetime) -> tuple[datetime, bool, bool]:
    """When it came, whether that is entered late, and whether the sending system's time was not believed.

    A contact is never refused for its clock: a time to come, or a hundred years past, counts as now.
    """
    if received_at is None:
        return now, False, False
    if received_at > now + AHEAD or received_at < now - EARLIEST:
        return now, False, True
    at = min(received_at, now)
    return at, now - at > LATE, False

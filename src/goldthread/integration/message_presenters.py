"""What the pages of messages, and the API, show of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from goldthread.contact.models import Incident
from goldthread.integration.message_models import BECAME, SETTLED, Message
from goldthread.integration.message_queries import SystemToday
from goldthread.integration.message_shown import differs
from goldthread.response.import_rules import AGAINST

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

LONGEST_SHOWN = 20_000
"""Characters of a message's content on its page *(ours)*; the API tells all that is kept."""
STATES = {**dict(BECAME), "waiting": "Waits", "placed": "Placed", "failed": "Not placed: our error"}


def state(message: Message) -> str:
    """What became of it by now, as a code of ``STATES``."""
    if message.became != "new":
        return message.became
    placed = getattr(message, "placed", None)
    return "waiting" if placed is None else "failed" if placed.failed else "placed"


def row(message: Message, may_open: set[Any]) -> dict[str, Any]:
    """A message in a list; ``may_open`` are the incidents whose page this person may open."""
    settled = getattr(message, "settled", None)
    incident = message.about.incident if message.about else None
    placed = getattr(message, "placed", None)
    return {
        "id": message.pk,
        "system": message.system,
        "external_id": message.external_id,
        "ref": message.ref,
        "number": message.number,
        "kind": message.kind,
        "told_at": message.told_at,
        "received_at": message.received_at,
        "state": state(message),
        "words": STATES[state(message)],
        "why": message.why,
        "wait_for": message.about.reached + 1 if message.about and state(message) == "waiting" else None,
        "level": message.level,
        "at_risk": message.at_risk,
        "incident": incident.reference if incident else "",
        "incident_id": incident.pk if incident and incident.pk in may_open else None,
        "gap": bool(placed and placed.gap),
        "outside": [AGAINST.get(code, code) for code in placed.outside] if placed else [],
        "settled": f"{dict(SETTLED)[settled.because]}, {settled.by.name}" if settled else "",
        "size": message.size,
    }


def rows(user: Staff, messages: Sequence[Message]) -> list[dict[str, Any]]:
    """The rows of a list."""
    may_open = openable(user, {one.about.incident_id for one in messages if one.about})
    return [row(one, may_open) for one in messages]


def openable(user: Staff, incidents: set[Any]) -> set[Any]:
    """Which of these incidents this person may open."""
    return set(Incident.objects.visible_to(user).filter(pk__in=incidents).values_list("pk", flat=True))


def told_off(one: SystemToday) -> str:
    """By how much a system's times differ, in words; empty where they do not."""
    return differs(one.off) if one.off else ""


def content(message: Message) -> str:
    """The message as it came, or a tombstone; empty for a repeated one."""
    return message.raw.shown() if message.raw is not None else ""

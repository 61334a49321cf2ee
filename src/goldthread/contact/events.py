"""What first contact announces to the floors above, inside the transaction that made it so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting
    from goldthread.contact.models import Entry, Incident


@dataclass(frozen=True)
class IncidentOpened:
    """A new incident stands; its first words may come in the same transaction, after this."""

    incident: Incident
    act: Acting


@dataclass(frozen=True)
class WordsAdded:
    """Somebody's words were added: they want reading."""

    incident: Incident
    entry: Entry
    text: str
    act: Acting


@dataclass(frozen=True)
class ChildrenAnswered:
    """The children question has a new answer."""

    incident: Incident
    answer: str
    act: Acting


@dataclass(frozen=True)
class KnownSettled:
    """What is known to the incident has changed: an address, a number or a person was settled or withdrawn."""

    incident: Incident
    act: Acting


@dataclass(frozen=True)
class CallerKnown:
    """Who is on the line, or how they may be reached, has a new answer."""

    incident: Incident
    act: Acting


@dataclass(frozen=True)
class ChildInvolved:
    """Whether a child is involved has another answer, in ``incident.child``."""

    incident: Incident
    act: Acting


@dataclass(frozen=True)
class LineAdded:
    """The timeline of an incident has a line of what was done, in a code and ids; never a person's words."""

    incident: Incident
    entry: Entry
    act: Acting


@dataclass(frozen=True)
class ContactReceived:
    """A written contact arrived and waits to be read first by a person; ``at`` is when it came by its sender's word."""

    incident: Incident
    at: datetime
    act: Acting


@dataclass(frozen=True)
class IncidentReopened:
    """Late words opened a closed incident again."""

    incident: Incident
    act: Acting


@dataclass(frozen=True)
class IncidentChanged:
    """Something that screens show has changed; announced once, last in every command."""

    incident: Incident
    act: Acting

"""One way through: the frame in which every action on an incident runs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import NotThere, Refused
from goldthread.config.upward import announce
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Command, Entry, Incident, Involvement

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.models import Payload

NOT_THERE = "There is no such incident, or it is not one that you may see."


@dataclass
class Work:
    """An incident locked for one command by one person.

    ``done`` is the result a command with the same key left earlier, in which case the action returns it and writes
    nothing; None when this is the first time.
    """

    act: Acting
    incident: Incident
    user: Staff | None
    key: uuid.UUID | None
    verb: str
    done: str | None = None

    @property
    def now(self) -> datetime:
        """The time of this command, from the database."""
        return self.act.now

    def entry(
        self,
        kind: str,
        source: str,
        *,
        text: Payload | None = None,
        code: str = "",
        data: dict[str, Any] | None = None,
        occurred_at: datetime | None = None,
        late: bool = False,
    ) -> Entry:
        """Append one line to the timeline, with the next number."""
        self.incident.last_seq += 1
        return Entry.objects.create(
            incident=self.incident,
            seq=self.incident.last_seq,
            kind=kind,
            source=source,
            text=text,
            code=code,
            data=data or {},
            occurred_at=occurred_at or self.now,
            recorded_at=self.now,
            author=self.user,
            late=late,
        )

    def event(self, code: str, **data: Any) -> Entry:
        """Append what the system did: a code with ids and codes, never a person's words."""
        return self.entry("event", "system", code=code, data=data)

    def involve(self, part: str, staff: Staff | None = None) -> None:
        """Remember that ``staff`` (the actor unless given) has to do with this incident."""
        who = staff or self.user
        if who is not None:
            Involvement.objects.bulk_create(
                [Involvement(incident=self.incident, staff=who, part=part)], ignore_conflicts=True
            )

    def owe(self, next_action: str, at: datetime) -> None:
        """Set what is owed next and by when."""
        self.incident.next_action, self.incident.next_action_at = next_action, at

    def own(self, *, staff: Staff | None = None, team_id: int | None = None) -> None:
        """Hand the incident to one person or one team's desk."""
        self.incident.owner, self.incident.owner_team_id = staff, team_id
        if staff is not None:
            self.involve("owner", staff)

    def finish(self, result: object = "") -> None:
        """Remember the command's key with its result, so that a retry finds it."""
        if self.key is not None:
            Command.objects.create(
                key=self.key, verb=self.verb, staff=self.user, incident=self.incident, result=str(result), at=self.now
            )


def earlier(key: uuid.UUID | None, verb: str, user: Staff | None, incident_id: uuid.UUID | None) -> str | None:
    """The result left under this key, or None. Raises ``Refused`` when the key was used for something else."""
    if key is None:
        return None
    command = Command.objects.filter(key=key).first()
    if command is None:
        return None
    same = command.verb == verb and command.staff_id == (user.pk if user else None)
    if not same or (incident_id is not None and command.incident_id != incident_id):
        raise Refused(
            "This was sent with a key that was already used for something else. Nothing was saved; send it again."
        )
    return command.result


@contextmanager
def on_incident(user: Staff | None, incident_id: uuid.UUID, verb: str, key: uuid.UUID | None = None) -> Iterator[Work]:
    """Lock the incident for a command, save it and announce the change at the end; all in one transaction.

    ``user`` None is the system itself. Raises ``NotThere`` where the incident is absent or out of the verb's reach.
    """
    with acting(user) as act:
        reach = Incident.objects.all() if user is None else Incident.objects.reached_by(user, verb)
        incident = reach.select_for_update(of=("self",)).filter(pk=incident_id).first()
        if incident is None:
            raise NotThere(NOT_THERE)
        work = Work(act, incident, user, key, verb, earlier(key, verb, user, incident_id))
        yield work
        if work.done is None:
            incident.save()
            announce(IncidentChanged(incident, act))

"""One way through: the frame in which every action on an incident runs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import Closed, NotThere
from goldthread.config.upward import announce
from goldthread.contact.events import IncidentChanged, LineAdded
from goldthread.contact.models import Command, Entry, Incident, Involvement
from goldthread.contact.querysets import one

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.models import Payload

NOT_THERE = "There is no such incident, or it is not one that you may see."
CLOSED = (
    "This incident was closed, and with that it left your sight. Nothing was changed; where something is new, have a contact "
    "opened for it."
)


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
        line = self.entry("event", "system", code=code, data=data)
        announce(LineAdded(self.incident, line, self.act))
        return line

    def involve(self, part: str, staff: Staff | None = None) -> None:
        """Remember that ``staff`` (the actor unless given) has to do with this incident."""
        who = staff or self.user
        if who is not None:
            Involvement(incident=self.incident, staff=who, part=part).save_once()

    def owe(self, next_action: str, at: datetime) -> None:
        """Set what is owed next and by when."""
        self.incident.next_action, self.incident.next_action_at = next_action, at

    def own(self, *, staff: Staff | None = None, team_id: int | None = None) -> None:
        """Hand the incident to one person or one team's desk."""
        self.incident.owner, self.incident.owner_team_id = staff, team_id
        self.offer()
        if staff is not None:
            self.involve("owner", staff)

    def offer(self, *, to: Staff | None = None, team_id: int | None = None) -> None:
        """Hand the incident to one person or desk, who own it once they acknowledge; neither takes the offer back."""
        self.incident.offered_to, self.incident.offered_team_id = to, team_id

    def finish(self, result: object = "") -> None:
        """Remember the command's key with its result, so that a retry finds it."""
        if self.key is not None:
            Command.objects.create(
                key=self.key, verb=self.verb, staff=self.user, incident=self.incident, result=str(result), at=self.now
            )


def command_key(key: uuid.UUID, *what: object) -> uuid.UUID:
    """The key of one command: the form's key together with who sends what to which incident.

    A form sent again as it was is the same command and acts once. One that was changed in between, because the first
    answer was lost on the way, is another command: what was added to it is never taken for done.
    """
    return uuid.uuid5(key, json.dumps(what, default=str))


def earlier(key: uuid.UUID | None) -> str | None:
    """The result that a command with this key left, or None."""
    if key is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT result FROM contact_command WHERE key = %s", [key])
        found = cursor.fetchone()
    return None if found is None else str(found[0])


@contextmanager
def on_incident(
    user: Staff | None, incident_id: uuid.UUID, verb: str, key: uuid.UUID | None = None, *what: object
) -> Iterator[Work]:
    """Lock the incident for a command, save it and announce the change at the end; all in one transaction.

    ``user`` None is the system itself. ``what`` is the command's name and every value it was given: with ``key`` it
    tells a retry from another command. Raises ``NotThere`` where the incident is absent or out of the verb's reach, and
    ``Closed`` where it was in reach until it was closed: somebody may have done so while this person's page was open.
    """
    with acting(user) as act:
        own_key = None if key is None else command_key(key, user.pk if user else None, incident_id, verb, *what)
        incident = one(user, verb, incident_id, lock=True)
        # Another's command may have held it while an acting rank ended: what that gave ends with it.
        if incident is not None and user is not None and user.acts_as and user.look_again():
            incident = one(user, verb, incident_id, lock=True)
        if incident is None:
            # What took it out of reach may be this very command, whose answer was lost: closing does so to who sees what is open.
            incident = Incident.objects.filter(pk=incident_id).first() if earlier(own_key) is not None else None
        if incident is None and one(user, verb, incident_id, closed_too=True) is not None:
            raise Closed(CLOSED)
        if incident is None:
            raise NotThere(NOT_THERE)
        work = Work(act, incident, user, own_key, verb, earlier(own_key))
        yield work
        if work.done is None:
            incident.save()
            announce(IncidentChanged(incident, act))

"""The verb by which written contacts arrive: an incident at once, on a team's desk, to be read first by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldthread.accounts.queries import areas
from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid, Refused
from goldthread.config.upward import announce
from goldthread.contact import arrival_rules
from goldthread.contact.actions import lock_identity, next_reference, particular, reopen, say
from goldthread.contact.arrival_models import Conversation
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.events import ContactReceived, IncidentChanged, IncidentOpened
from goldthread.contact.models import Incident
from goldthread.contact.work import Work, command_key, earlier

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team
    from goldthread.audit.actions import Acting


@dataclass(frozen=True)
class Received:
    """What became of a contact: its incident; ``again`` where this very message was there already."""

    incident: Incident
    again: bool


def receive(user: Staff | None, given: Arriving, *, desk: Team | None = None) -> Received:
    """Take a written contact in. ``user`` None is the system; ``desk`` is the team that owns it, the user's unless given.

    It opens an incident, or joins the one of its conversation and opens that again where it is closed. The same message
    delivered again does nothing; one with the same id and other words is another message, since nothing said may be lost.
    Raises ``Invalid`` for what has no channel, no id, no desk, or is too much.
    """
    if user is not None and not user.can("contact.receive"):
        raise Refused(f"Your role, {user.seat.name}, does not take contacts into the inbox.")
    team = desk or (user.team if user is not None else None)
    if team is None:
        raise Invalid({"desk": "Say which team's desk the contact is for. Nothing was saved."})
    kept = arrival_rules.kept(given)
    key = command_key(kept.message, kept.parts, sorted(kept.facts.items()))
    with acting(user) as act:
        # Whatever belongs to one conversation waits here for its turn, so that two messages cannot open two incidents.
        lock_identity(kept.conversation)
        done = earlier(key)
        if done is not None:
            return Received(Incident.objects.get(pk=done), again=True)
        at, late, doubted = arrival_rules.came_at(given.received_at, act.now)
        found = Conversation.objects.filter(key=kept.conversation).first()
        if found is None:
            incident = _open(act, user, given, team)
            incident.contacted_at = at if late else None
            Conversation.objects.create(key=kept.conversation, incident=incident, at=act.now)
        else:
            incident = Incident.objects.select_for_update(of=("self",)).get(pk=found.incident_id)
        work = Work(act, incident, user, key, "contact.receive")
        if found is None:
            work.involve("opener")
        if not incident.is_open:
            reopen(work, "late words", desk=team)
        data = {"channel": given.channel, "empty": not kept.parts, "doubted": doubted}
        work.entry("event", "system", code="contact.received", data=data, occurred_at=at, late=late)
        for kind, text in kept.facts.items():
            if text:
                particular(work, kind, text)
        subjects = [("incident", str(incident.pk))]
        act.record("collection", "contact.receive", subjects, channel=given.channel)
        if found is None:
            announce(IncidentOpened(incident, act))
        for part in kept.parts:
            say(work, "partner" if given.channel == "partner" else "caller", part, at)
        announce(ContactReceived(incident, at, act))
        incident.save()
        work.finish(incident.pk)
        announce(IncidentChanged(incident, act))
    return Received(incident, again=False)


def _open(act: Acting, user: Staff | None, given: Arriving, team: Team) -> Incident:
    # An area that the force does not have is as good as none: the incident then stands on every area's board.
    area = given.area if given.area in areas() else team.area
    return Incident.objects.create(
        reference=next_reference(act.now),
        opened_at=act.now,
        channel=given.channel,
        area=area,
        team=team,
        opened_by=user,
        owner_team=team,
        next_action="first_read",
        next_action_at=act.now,
    )

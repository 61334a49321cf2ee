"""The verb by which another incident system's messages come in: each is kept, told what became of it, and acts once.

Messages of one incident are placed together; a few incidents share a transaction, so that a list costs few commits and nobody else
waits long for an incident. What fails together is tried one by one: no message holds up another.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError

from goldthread.assessment.reading import Said, read
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.logs import log
from goldthread.config.prepared import Prepared
from goldthread.contact.import_actions import VERB, Opening, importing
from goldthread.integration import message_rules as rules
from goldthread.integration.message_came_rules import Came
from goldthread.integration.message_models import (
    SETTLED,
    IncidentSystem,
    Message,
    MessageSettled,
    SystemIncident,
    known_ids,
)
from goldthread.integration.message_place_actions import lock, meet, place, waiting_of
from goldthread.integration.message_rules import Told

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team
    from goldthread.audit.actions import Acting

TOGETHER = 20
"""Messages placed in one transaction, but that those of one incident in a list stay together *(ours)*."""
DEADLOCK = "40P01"
Group = tuple[tuple[str, str], list[tuple[int, Came]]]


@dataclass(frozen=True)
class Ack:
    """What became of a message: taken, waiting (for the number ``wait_for``), repeated, other, or unreadable with ``why``."""

    id: str
    became: str
    why: str = ""
    wait_for: int | None = None
    incident: str = ""
    incident_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Found:
    """What the reader found in words apart from an incident: a level, ``unread`` where it could not, and whether a child is at risk."""

    level: str = ""
    at_risk: bool = False


def take(user: Staff | None, given: Sequence[Came], *, desk: Team | None = None) -> list[Ack]:
    """Take messages in, and say of each what became of it, in their order.

    ``user`` is the system's account, whose team's desk its incidents stand on; None is an operator's import for ``desk``.
    Raises ``Refused`` for a role that may not, ``Invalid`` without a desk.
    """
    if user is not None and not user.can(VERB):
        raise Refused(f"Your role, {user.seat.name}, does not hand in messages of another system.")
    team = desk or (user.team if user is not None else None)
    if team is None:
        raise Invalid({"desk": "Say which team's desk the incidents stand on. Nothing was saved."})
    acks: dict[int, Ack] = {}
    for pack in _packs(given):
        acks.update(_safely(user, team, pack))
    unreadable = [(at, one) for at, one in enumerate(given) if one.told is None]
    if unreadable:
        with acting(user) as act:
            acks.update({at: _keep_unreadable(act, user, one) for at, one in unreadable})
            act.record("collection", VERB, [], unreadable=len(unreadable))
    return [acks[at] for at in range(len(given))]


def settle(user: Staff, message_id: int, *, because: str) -> Message:
    """Say why a message that is listed wants nothing more; a second time changes nothing. Raises ``NotThere`` and ``Invalid``."""
    if because not in dict(SETTLED):
        raise Invalid({"because": "Choose why it wants nothing more. Nothing was changed."})
    with acting(user) as act:
        message: Message | None = Message.objects.visible_to(user).filter(pk=message_id).first()
        if message is None or not user.can("messages.settle"):
            raise NotThere("There is no such message, or it is not one that you may see.")
        if MessageSettled.objects.filter(message=message).exists():
            return message
        if not Message.objects.filter(pk=message_id).wanting().exists():
            raise Refused("This message wants nothing. Nothing was changed.")
        MessageSettled(message=message, because=because, by=user, at=act.now).save()
        act.record("alteration", "messages.settle", [("message", message.pk)], because=because)
    return message


def _packs(given: Sequence[Came]) -> Iterator[list[Group]]:
    """Readable messages by their incident, in one order for everybody, a few incidents at a time."""
    groups: dict[tuple[str, str], list[tuple[int, Came]]] = {}
    for at, one in enumerate(given):
        if one.told is not None:
            groups.setdefault((one.told.system, one.told.ref), []).append((at, one))
    pack: list[Group] = []
    for key in sorted(groups):
        if pack and sum(len(ones) for _, ones in pack) + len(groups[key]) > TOGETHER:
            yield pack
            pack = []
        pack.append((key, groups[key]))
    if pack:
        yield pack


def _safely(user: Staff | None, team: Team, pack: list[Group], *, careful: bool = False) -> dict[int, Ack]:
    """Take a pack in; one by one and carefully where that fails. Raises the database's errors where it is away."""
    try:
        with acting(user) as act:
            return _together(act, user, team, pack, careful=careful)
    except (OperationalError, InterfaceError) as error:
        if getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
            raise
        log().warning("messages are taken in one by one", part="messages", error="deadlock")
    except Exception as error:  # noqa: BLE001 - one message that we have an error in must hold up no other
        log().error("messages could not be taken in together", part="messages", error=type(error).__name__)
        if careful:
            ((_, [(at, one)]),) = pack
            why = "It could not be taken in, by an error on our side that is in the log. Send it again once that is mended."
            with acting(user) as act:
                return {at: _keep_unreadable(act, user, one, why)}
    found: dict[int, Ack] = {}
    for key, ones in pack:
        for each in ones:
            found.update(_safely(user, team, [(key, [each])], careful=True))
    return found


def _together(act: Acting, user: Staff | None, team: Team, pack: list[Group], *, careful: bool) -> dict[int, Ack]:
    """Take in a pack: each incident of it under its lock, so that its order is kept."""
    acks: dict[int, Ack] = {}
    systems: dict[str, IncidentSystem] = {}
    for (code, ref), _ in pack:
        lock(code, ref)
        if code not in systems:
            found = IncidentSystem.objects.select_related("desk")
            systems[code], _made = found.get_or_create(code=code, defaults={"desk": team})
    # Asked once everything is locked: what another sender had of these incidents has committed.
    before = {
        (code, one.external_id): one.raw.text
        for code in systems
        for one in known_ids(code, [_told(one).id for (sender, _), ones in pack if sender == code for _, one in ones])
        if one.raw is not None
    }
    for (code, ref), ones in pack:
        if systems[code].desk_id != team.pk:
            why = (
                "The incidents of this system stand on another team's desk, and only that team's accounts send for it."
            )
            acks.update({at: _keep_unreadable(act, user, one, why) for at, one in ones})
            continue
        about = _about().first(code, ref)
        fresh: list[tuple[int, Came]] = []
        again: dict[int, Ack] = {}
        for at, one in ones:
            key = code, _told(one).id
            if key not in before:
                before[key] = one.raw
                fresh.append((at, one))
                continue
            # What was erased since cannot be compared any more: it is the same as far as anybody can know.
            again[at] = _keep_again(act, user, about, one, same=before[key] in ("", one.raw))
        if fresh:
            acks.update(_take_new(user, systems[code], about, ref, fresh, careful=careful))
        elif again:
            act.record("collection", VERB, [], repeated=len(again))
        acks.update(again)
    return acks


@lru_cache(maxsize=1)
def _about() -> Prepared[SystemIncident]:
    code, ref = "any system", "any incident of it"
    found = SystemIncident.objects.filter(system=code, ref=ref).select_related("incident")
    return Prepared(found, [code, ref])


def _take_new(
    user: Staff | None,
    system: IncidentSystem,
    about: SystemIncident | None,
    ref: str,
    fresh: list[tuple[int, Came]],
    *,
    careful: bool,
) -> dict[int, Ack]:
    told = [_told(one) for _, one in fresh]
    opening = next((one for one in told if one.kind == "opened"), told[0])
    first = Opening(
        desk=system.desk,
        channel=opening.body.get("channel", rules.CARELESS),
        area=opening.body.get("area", ""),
        system=system.code,
        told_at=opening.at,
    )
    with importing(user, about.incident_id if about else None, first) as work:
        if about is None:
            about = SystemIncident.objects.create(system=system, ref=ref, incident=work.incident)
            meet(work, about)
        pending = waiting_of(about)
        numbers = [*(message.number for message, _ in pending), *(one.number for one in told)]
        now = set(rules.ready(about.reached, [number for number in numbers if number is not None]))
        made = []
        for (at, came), one in zip(fresh, told, strict=True):
            found = Found() if one.number in now else _read(came.words)
            message = _keep(
                work.act, user, "new", came, about=about, system=one.system, external_id=one.id, ref=one.ref,
                number=one.number, kind=one.kind, to=one.body.get("to", ""), told_at=one.at, found=found,
            )  # fmt: skip
            made.append((at, message, one))
        work.act.record(
            "collection", VERB, [("incident", str(work.incident.pk)), *(("message", one.pk) for _, one, _ in made)]
        )
        place(work, about, [*pending, *((message, one) for _, message, one in made)], careful=careful)
    incident: dict[str, Any] = {"incident": work.incident.reference, "incident_id": work.incident.pk}
    return {
        at: Ack(one.id, "taken", rules.told_of(one.passed), **incident)
        if one.number in now
        else Ack(one.id, "waiting", rules.told_of(one.passed), wait_for=about.reached + 1, **incident)
        for at, message, one in made
    }


def _keep_again(act: Acting, user: Staff | None, about: SystemIncident | None, came: Came, *, same: bool) -> Ack:
    told = _told(came)
    why = "" if same else "Another message was taken under this id. This one was kept and not applied."
    found = Found() if same else _read(came.words)
    _keep(
        act, user, "repeated" if same else "other", came, about=about, system=told.system, external_id=told.id, ref=told.ref,
        number=told.number, kind=told.kind, told_at=told.at, why=why, found=found,
    )  # fmt: skip
    known: dict[str, Any] = {"incident": about.incident.reference, "incident_id": about.incident_id} if about else {}
    return Ack(told.id, "repeated" if same else "other", why, **known)


def _keep_unreadable(act: Acting, user: Staff | None, came: Came, why: str = "") -> Ack:
    """Keep what cannot be read, as far as it can: it is listed, and its words are read all the same."""
    told = came.told
    known = came.known if told is None else vars(told)
    system, ref = known.get("system", ""), known.get("ref", "")
    about = SystemIncident.objects.filter(system=system, ref=ref).first() if system and ref else None
    _keep(
        act, user, "unreadable", came, about=about, system=system, external_id=known.get("id", ""), ref=ref,
        number=known.get("number"), kind=known.get("kind", ""), told_at=known.get("at"), why=why or came.why,
        found=_read(came.words),
    )  # fmt: skip
    return Ack(known.get("id", ""), "unreadable", why or came.why)


def _keep(act: Acting, user: Staff | None, became: str, came: Came, *, found: Found, **given: object) -> Message:
    message = Message(
        became=became,
        size=came.size,
        raw=None if became == "repeated" else Payload.objects.keep(came.raw),
        received_at=act.now,
        level=found.level,
        at_risk=found.at_risk,
        by=user,
        **given,
    )
    message.save()
    return message


def _read(words: str) -> Found:
    """Read words at once that do not stand in their incident yet: nothing said about a child waits unread."""
    if not words.strip():
        return Found()
    found = read([Said(0, words)])
    if found["state"] == "down":
        return Found("unread", at_risk=True)
    return Found(found["level"], found["at_risk"])


def _told(came: Came) -> Told:
    if came.told is None:
        raise TypeError("only what can be read is taken in")
    return came.told

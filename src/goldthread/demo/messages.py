"""Written contacts for the demo: told from ``texts/messages``, taken in by the action like any other."""

from __future__ import annotations

import random
import tomllib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from goldthread.accounts.models import Team
from goldthread.clocks.local import LONDON
from goldthread.contact.arrival_actions import Received, receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.choices import RECEIVED
from goldthread.demo.people import Town
from goldthread.demo.shifts import Rota
from goldthread.demo.staff import force
from goldthread.demo.storybook import slots, tell

AGAIN = 0.5
"""How often a message that may be followed by a second one is."""
LONG_AGO = {"chat": 2.0, "counter": 6.0, "partner": 12.0, "social": 25.0, "online": 20.0, "email": 45.0}
"""Minutes that a message of the seed may have waited at most, by channel: a few are over their clock."""


@dataclass(frozen=True)
class Message:
    """One message to be told with many homes; every text may have slots."""

    name: str
    channel: str
    text: str
    again: str = ""
    band: str = ""
    place: str = ""
    name_of: str = ""
    sender: str = ""
    phone: str = ""
    subject: str = ""


@lru_cache(maxsize=1)
def messages() -> tuple[Message, ...]:
    """Every message. Raises ``ValueError`` that names one with a channel by which nothing arrives."""
    folder = resources.files("goldthread.demo").joinpath("texts", "messages")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    found = [Message(**row) for one in files for row in tomllib.loads(one.read_text(encoding="utf-8"))["message"]]
    for message in found:
        if message.channel not in RECEIVED:
            raise ValueError(f"{message.name}: nothing arrives by {message.channel}")
    return tuple(found)


def arrive(
    rng: random.Random,
    town: Town,
    now: datetime,
    *,
    waited: float = 0.0,
    message: Message | None = None,
    rota: Rota | None = None,
) -> Received:
    """Let one message arrive that came ``waited`` of its channel's longest wait ago; now and then a second one follows it.

    It comes to the desk of the contact team on duty by ``rota``, that of the town's force unless given.
    """
    chosen = message or rng.choice(messages())
    area = rng.choice(list(town.places))
    came = now - timedelta(minutes=LONG_AGO[chosen.channel] * waited)
    on = came.astimezone(LONDON).date()
    home = town.draw(rng, area, chosen.band, on, baby="{baby" in chosen.text)
    told = slots(rng, home, town.places[area], on, f"{came:%H:%M}", f"{came - timedelta(hours=1):%H:%M}")
    own = str(uuid.uuid4())
    given: dict[str, Any] = {
        "name": tell(rng, chosen.name_of, told),
        "sender": chosen.sender,
        "phone": tell(rng, chosen.phone, told),
        "subject": chosen.subject,
        "location": told[chosen.place] if chosen.place else "",
        "area": area if rng.random() < 0.7 else "",  # what comes in writing often does not say
    }
    people = force(town.size)
    relief = (rota or people.rota).relief(now)
    team = next(one.team for one in people.people if one.role == "call_handler" and one.relief == relief)
    desk = Team.objects.get(name=team)
    first = Arriving(chosen.channel, own, tell(rng, chosen.text, told).strip(), received_at=came, **given)
    done = receive(None, first, desk=desk)
    if chosen.again and rng.random() < AGAIN:
        receive(
            None, Arriving(chosen.channel, f"{own}-2", tell(rng, chosen.again, told), own, received_at=now), desk=desk
        )
    return done


def wait_in_the_inbox(rng: random.Random, town: Town, now: datetime, count: int, *, rota: Rota | None = None) -> None:
    """Let ``count`` messages wait, of as many kinds as there are, some of them over their clock."""
    for number, message in enumerate(rng.sample(messages(), min(count, len(messages())))):
        arrive(rng, town, now, waited=(number + 1) / count, message=message, rota=rota)

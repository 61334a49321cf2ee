"""When a THRIVE card opens in another system's page and when it is over: values in, answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.config.dated import table
from goldthread.config.errors import Invalid, Refused

SET = table("integration", "card.toml")
ADDRESS_LIVES = timedelta(seconds=SET["address_seconds"])
IDLE = timedelta(minutes=SET["idle_minutes"])
LIVES = timedelta(hours=SET["hours"])

AGAIN = "Have the incident shown again in your incident system: it asks for a new card."
ENDED = {
    "unknown": ("This card does not open", f"Its address is not whole, or was never given out. {AGAIN}"),
    "other": ("This card does not open", f"It was asked for another incident. {AGAIN}"),
    "late": ("This card was not opened in time", f"Its address opens for a short time only. {AGAIN}"),
    "used": ("This card was opened before", f"Each address opens once. {AGAIN}"),
    "over": ("This card is over", f"It was left alone too long, or your shift is over. {AGAIN}"),
    "signed_off": ("This card is over", f"You signed off. {AGAIN}"),
    "no_access": ("This card is over", "Your access has ended. Speak to your supervisor."),
    "no_sight": (
        "This card is over",
        "The incident is not one that you may see any more. Open your own incidents instead.",
    ),
    "not_yours": ("This card may not do that", "Your role may not do this. Nothing was saved. Ask your supervisor."),
}
"""Why a card opens nothing, or is over: a heading, and what to do."""
NO_HOST = "No incident system may hold the card: GOLDTHREAD_CARD_HOSTS names none. Tell the service desk."
NOT_THERE = "There is nobody of that name who may see an incident of that reference. Nothing was given out."


class CardEnded(Refused):
    """The card opens nothing. ``why`` is a code of ``ENDED``."""

    def __init__(self, why: str) -> None:
        super().__init__(". ".join(ENDED[why]))
        self.why = why


@dataclass(frozen=True)
class Standing:
    """How a card stands: when its address was given and used, when it was last asked for, and what of it has ended."""

    expires_at: datetime
    used_at: datetime | None
    ended: str


def first(standing: Standing, now: datetime) -> str:
    """Why the address opens nothing, as a code of ``ENDED``; empty where it opens now."""
    if standing.used_at is not None:
        return "used"
    return standing.ended or ("late" if now >= standing.expires_at else "")


def later(standing: Standing, asked_at: datetime, now: datetime) -> str:
    """Why a card that was opened is over; empty while it is not. ``asked_at`` is when it was given its newest pass."""
    if standing.used_at is None:
        return "unknown"
    if standing.ended:
        return standing.ended
    return "over" if now >= asked_at + IDLE or now >= standing.used_at + LIVES else ""


def host(given: str | None, allowed: str) -> str:
    """The origin whose page will hold the card, of those allowed. Raises ``Refused`` where there is none, ``Invalid`` for another."""
    hosts = [one for one in allowed.split(",") if one]
    if not hosts:
        raise Refused(NO_HOST)
    if given is None and len(hosts) == 1:
        return hosts[0]
    wanted = (given or "").strip().rstrip("/").lower()
    if wanted not in hosts:
        raise Invalid(
            {
                "host": "Give the origin of the page that will hold the card, one of those that GOLDTHREAD_CARD_HOSTS names."
            }
        )
    return wanted

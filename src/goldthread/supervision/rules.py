"""Who may review what, and what each answer needs: values in, answer or refusal out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.config.errors import Invalid, Refused
from goldthread.response.request_rules import LONGEST_WORDS, SENIOR

LONGEST_DELAY = timedelta(hours=4)
"""For how long one review may let a delay stand; then somebody senior looks again *(ours)*."""
ANSWER_WITHIN = timedelta(minutes=15)
"""How long an owner has to answer a supervisor's question, as for a request *(ours)*."""


@dataclass(frozen=True)
class Reviewing:
    """Who reviews, and whose the incident and its assessment are (ids of staff)."""

    role: str
    reviewer: int
    owner: int | None
    author: int | None


def may_review(about: Reviewing) -> None:
    """Raise ``Refused`` unless who reviews is senior and neither owns the incident nor wrote its newest THRIVE."""
    if about.role not in SENIOR:
        raise Refused("Only a contact supervisor or the FIM reviews. Nothing was changed.")
    if why := not_yours(about):
        raise Refused(f"{why} Nothing was changed; a higher grade is never held up by this.")


def not_yours(about: Reviewing) -> str:
    """Why a senior person may not review this one, in a sentence; empty where they may."""
    if about.reviewer == about.owner:
        return "You own this incident, so a second person reviews it."
    if about.reviewer == about.author:
        return "You wrote its newest THRIVE, so a second person reviews it."
    return ""


def words(text: str, *, needed: str = "") -> str:
    """The reviewer's words as they will be kept. Raises ``Invalid`` where they are ``needed``, or too many."""
    kept = text.replace("\x00", "").strip()
    if len(kept) > LONGEST_WORDS:
        raise Invalid({"words": f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
    if needed and not kept:
        raise Invalid({"words": needed})
    return kept


def until(given: datetime | None, now: datetime, *, late: bool) -> datetime:
    """Until when a delay may stand. Raises ``Refused`` where nothing is late, ``Invalid`` for a time that is none."""
    if not late:
        raise Refused("No target of this incident has passed, so there is no delay to bear. Nothing was changed.")
    if given is None:
        raise Invalid({"until": "Write until when, as 24/11/2026 16:30. It comes back to this desk then."})
    if given <= now:
        raise Invalid({"until": "That time is past. Nothing was changed; check date and time."})
    if given > now + LONGEST_DELAY:
        hours = int(LONGEST_DELAY.total_seconds() // 3600)
        raise Invalid({"until": f"A delay stands for {hours} hours at most, then somebody looks again. Choose sooner."})
    return given


def began(told: datetime | None, now: datetime) -> datetime:
    """When the reviewer began, as their page had it; never after now, and now where it is not known."""
    return min(told, now) if told is not None else now

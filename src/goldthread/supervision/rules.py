"""Who may review what, and what each answer needs: values in, answer or refusal out."""

from __future__ import annotations

from datetime import datetime, timedelta

from goldthread.config.errors import Invalid, Refused
from goldthread.response.request_rules import LONGEST_WORDS, SENIOR

LONGEST_DELAY = timedelta(hours=4)
"""For how long one review may let a delay stand; then somebody senior looks again *(ours)*."""
ANSWER_WITHIN = timedelta(minutes=15)
"""How long an owner has to answer a supervisor's question, as for a request *(ours)*."""


def may_review(role: str, reviewer: int, hands: frozenset[int]) -> None:
    """Raise ``Refused`` unless who reviews is senior and has no hand in the incident: see ``queries.hands_in``."""
    if role not in SENIOR:
        raise Refused("Only a contact supervisor or the FIM reviews. Nothing was changed.")
    if why := not_yours(reviewer, hands):
        raise Refused(f"{why} Nothing was changed; a higher grade is never held up by this.")


def not_yours(reviewer: int, hands: frozenset[int]) -> str:
    """Why a senior person may not review this one, in a sentence; empty where they may."""
    if reviewer in hands:
        return (
            "You have a hand in this incident: you opened, own, assessed, answered for its children, asked for something in it or closed it. "
            "So a second person reviews it."
        )
    return ""


def seen(given: int, last: int) -> int:
    """The last line seen, which must be there. Raises ``Invalid``."""
    if not 0 <= given <= last:
        raise Invalid({"seen": "This page does not fit the incident. Nothing was changed; load it again."})
    return given


def words(text: str, *, needed: str = "") -> str:
    """The reviewer's words as they will be kept. Raises ``Invalid`` where they are ``needed``, or too many."""
    kept = text.replace("\x00", "").strip()
    if len(kept) > LONGEST_WORDS:
        raise Invalid({"words": f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
    if needed and not kept:
        raise Invalid({"words": needed})
    return kept


def until(minutes: int | None, now: datetime, *, late: bool, asked: bool) -> datetime:
    """Until when a delay may stand. Raises ``Refused`` where nothing is late or a later time is asked for, ``Invalid`` for no time."""
    if not late:
        raise Refused("No target of this incident has passed, so there is no delay to bear. Nothing was changed.")
    if asked:
        raise Refused("A later time is asked for here. Approve or refuse that; nothing was changed.")
    if minutes is None or minutes < 1:
        raise Invalid({"minutes": "Choose for how long. It comes back to this desk then."})
    if timedelta(minutes=minutes) > LONGEST_DELAY:
        hours = int(LONGEST_DELAY.total_seconds() // 3600)
        raise Invalid({"minutes": f"A delay stands for {hours} hours at most, then somebody looks again."})
    return now + timedelta(minutes=minutes)


def began(told: datetime | None, now: datetime) -> datetime:
    """When the reviewer began, as their page had it; never after now, and now where it is not known."""
    return min(told, now) if told is not None else now

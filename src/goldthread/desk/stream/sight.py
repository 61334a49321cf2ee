"""Classes of sight: who sees the same on the board, and what their boards have on them."""

from __future__ import annotations

import uuid
from copy import copy
from dataclasses import dataclass, field

from goldthread.accounts.models import Staff
from goldthread.assessment.modes import view

NOBODY = -1
"""A key that no person has."""
MOST_LEFT = 20_000
"""Rows gone from a class's boards that are remembered, for boards that come back: some hours of a night *(ours)*."""


def sight_class(user: Staff) -> str:
    """The class of sight this person's board belongs to: whose incidents, and with what was read of which."""
    seen = view(user).code
    return f"{_by_scope(user)}{f' {seen}' if seen else ''}"


def _by_scope(user: Staff) -> str:
    match user.seat.scopes("incident.see"):
        case ("live",) | ("open",) | ("all",):
            return "open"
        case ("area",):
            return f"area:{user.area}:{user.team_id}"
        case ("team",):
            return f"team:{user.team_id}"
        case ("child",):
            return "child"
        case _:  # also who acts in a senior role for a time, and sees by both
            return alone(user.pk)


def alone(staff_id: int) -> str:
    """The class of one person by themselves."""
    return f"staff:{staff_id}"


def standing_for(sight: str, user: Staff) -> Staff:
    """Who is asked for what a class sees: one of it, but not what that one was handed."""
    if sight.partition(" ")[0] == alone(user.pk):
        return user
    user.acts_as  # noqa: B018 - asked of this person, since nobody has a rank
    nobody = copy(user)
    nobody.pk = NOBODY
    return nobody


@dataclass
class OnBoard:
    """What a class of sight has on its boards, and what went from them, each as of which mark, since the mark ``since``.

    A row is only ever taken from those who had it.
    """

    since: str
    here: set[uuid.UUID]
    left: dict[uuid.UUID, str] = field(default_factory=dict)

    def take(self, one: uuid.UUID, mark: str) -> None:
        """A row that was there is gone as of ``mark``."""
        if len(self.left) >= MOST_LEFT:
            self.left.clear()
            self.since = mark
        self.here.discard(one)
        self.left[one] = mark

    def had(self, mark: str) -> set[uuid.UUID] | None:
        """All that a board with this mark may have had on it; None where it is older than what is known here."""
        if not after(mark, self.since):
            return None
        return self.here | {one for one, gone in self.left.items() if not after(mark, gone)}


def after(mark: str, other: str) -> bool:
    """Whether the snapshot ``mark`` shows all that the snapshot ``other`` shows: it was taken no earlier.

    What was under way in both, for however long and in whatever database of the server, says nothing of their order.
    """
    (_, end, under_way), (_, other_end, other_under_way) = mark.split(":"), other.split(":")
    still_hidden = {one for one in under_way.split(",") if one and int(one) < int(other_end)}
    return int(end) >= int(other_end) and still_hidden <= set(other_under_way.split(","))

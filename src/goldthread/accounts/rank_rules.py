"""Who may act in a senior role, until when, given by whom: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.accounts.roles import acting, roles
from goldthread.config.errors import Invalid, Refused

LONGEST = timedelta(hours=16)
"""An acting rank covers a shift, and no longer than the longest duty *(ours)*; a longer cover is a change of role. The database holds
the same."""
AHEAD = timedelta(days=28)
"""How far ahead one may be given, as for a rota *(ours)*."""
LONGEST_WHY = 400
"""Characters of a reason *(ours)*."""


@dataclass(frozen=True)
class Giving:
    """Who gives an acting rank to whom: identities, own roles, and teams."""

    giver: int
    giver_role: str
    giver_team: int
    staff: int
    staff_name: str
    staff_role: str
    staff_team: int
    active: bool


def may_give(role: str, about: Giving) -> None:
    """Raise ``Refused`` or ``Invalid`` unless the matrix lets this giver have this person act in ``role``. Their own roles count alone."""
    rank = acting().get(role)
    if rank is None:
        raise Invalid({"role": f"Choose a role to act in: {', '.join(acting())}. Nothing was changed."})
    if about.giver_role not in rank.given_by:
        raise Refused(
            f"{rank.name} is given by {_either(rank.given_by)}, by their own role and not by an acting one. Nothing was changed."
        )
    if about.giver == about.staff:
        raise Refused("Nobody gives an acting rank to themselves. Ask another; nothing was changed.")
    if not about.active:
        raise Invalid({"staff": f"{about.staff_name} has no access any more. Nothing was changed."})
    if about.staff_role not in rank.who:
        raise Invalid(
            {
                "staff": f"{rank.name} can be {_either(rank.who)}, and {about.staff_name} is neither. Nothing was changed."
            }
        )
    if roles()[about.giver_role].scope("rank.give") == "team" and about.giver_team != about.staff_team:
        raise Invalid({"staff": f"{about.staff_name} is in another team. Ask the FIM; nothing was changed."})


def may_end(user: int, user_role: str, user_team: int, role: str, staff: int, staff_team: int) -> None:
    """Raise ``Refused`` unless it is the person's own to lay down, or this user's to have given."""
    if user == staff:
        return
    given_by = acting()[role].given_by if role in acting() else ()
    far = roles()[user_role].scope("rank.give") == "team" and user_team != staff_team
    if user_role not in given_by or far:
        raise Refused(f"This is ended by who acts, or by {_either(given_by)} who could give it. Nothing was changed.")


def window(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """From when until when, as it will be kept; no start is from now. Raises ``Invalid``."""
    start = now if starts_at is None else starts_at
    if start < now:
        raise Invalid({"starts_at": "That is in the past. Leave it empty to begin now; nothing was changed."})
    if start > now + AHEAD:
        raise Invalid({"starts_at": f"That is more than {AHEAD.days} days ahead. Check the date; nothing was changed."})
    if ends_at is None:
        raise Invalid({"ends_at": "Write until when. No acting rank is without an end; nothing was changed."})
    if ends_at <= start:
        raise Invalid({"ends_at": "That is not after it begins. Check date and time; nothing was changed."})
    if ends_at > start + LONGEST:
        hours = int(LONGEST.total_seconds() // 3600)
        raise Invalid(
            {
                "ends_at": f"An acting rank lasts {hours} hours at most. Give another then, or have the role changed; nothing was changed."
            }
        )
    return start, ends_at


def why(text: str) -> str:
    """The reason as it will be kept. Raises ``Invalid`` for none, or too long a one."""
    kept = " ".join(text.replace("\x00", "").split())
    if not kept:
        raise Invalid({"why": "Write why, in a few words. Nothing was changed."})
    if len(kept) > LONGEST_WHY:
        raise Invalid(
            {"why": f"This is {len(kept):,} characters and {LONGEST_WHY} fit. Shorten it; nothing was changed."}
        )
    return kept


def _either(codes: Iterable[str]) -> str:
    return " or ".join(f"a {roles()[one].name}" for one in codes)

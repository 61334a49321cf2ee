"""What a line of the on-call list needs: values in, answer or refusal out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.accounts.roles import acting, on_call, roles
from goldthread.config.errors import Invalid

LONGEST = timedelta(days=14)
"""How long one line may last *(ours)*: a number that stands for longer is not looked at again."""
AHEAD = timedelta(days=92)
"""How far ahead a line may begin *(ours)*."""
NUMBER = re.compile(r"\+?[0-9][0-9 ]{3,18}", re.ASCII)


@dataclass(frozen=True)
class Line:
    """One line as entered: a login, a role's code, times and a number."""

    login: str
    role: str
    starts_at: datetime | None
    ends_at: datetime | None
    telephone: str


@dataclass(frozen=True)
class Kept:
    """A line as it will be kept."""

    role: str
    starts_at: datetime
    ends_at: datetime
    telephone: str


def kept(line: Line, name: str, own_role: str, active: bool, now: datetime) -> Kept:
    """The line as it will be kept, for the person named. Raises ``Invalid`` with every field that is wrong."""
    wrong: dict[str, str] = {}
    if not active:
        wrong["login"] = f"{name} has no access any more."
    if line.role not in on_call():
        wrong["role"] = f"One is on call as {', '.join(on_call())}."
    elif own_role != line.role and own_role not in (acting()[line.role].who if line.role in acting() else ()):
        wrong["role"] = f"{name} is a {roles()[own_role].name} and cannot be on call as {roles()[line.role].name}."
    if line.starts_at is None:
        wrong["starts_at"] = "Write from when."
    elif line.starts_at > now + AHEAD:
        wrong["starts_at"] = f"That is more than {AHEAD.days} days ahead. Check the date."
    if line.ends_at is None:
        wrong["ends_at"] = "Write until when."
    elif line.ends_at <= now:
        wrong["ends_at"] = "That is over already. Check the date."
    elif line.starts_at is not None and line.ends_at <= line.starts_at:
        wrong["ends_at"] = "That is not after it begins. Check date and time."
    elif line.starts_at is not None and line.ends_at - line.starts_at > LONGEST:
        wrong["ends_at"] = f"One line lasts {LONGEST.days} days at most. Write several."
    number = " ".join(line.telephone.split())
    if not NUMBER.fullmatch(number):
        wrong["telephone"] = "Write the telephone number in digits and spaces, with + before a country's code."
    if wrong:
        raise Invalid(wrong)
    assert line.starts_at is not None
    assert line.ends_at is not None
    return Kept(line.role, line.starts_at, line.ends_at, number)

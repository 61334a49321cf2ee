"""What may be lowered, put off or closed, by whom: values in, answer or refusal out."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.response.grades import Grade

SENIOR = ("contact_supervisor", "fim")
"""Roles that count as the second, senior person; the database's check names the same."""
LONGEST_WORDS = 4_000
"""Characters of a reason or an answer *(ours)*."""


@dataclass(frozen=True)
class Reason:
    """A reason for a lower grade or a later time; one that may not stand ``alone`` needs another beside it."""

    code: str
    name: str
    alone: bool


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.response").joinpath("requests.toml").read_text(encoding="utf-8"))


def answer_within() -> timedelta:
    """How long a supervisor has to answer, before the FIM is asked."""
    return timedelta(minutes=_file()["answer_within"])


def longest_put_off() -> timedelta:
    """How far from now a later time may lie."""
    return timedelta(days=_file()["longest_put_off"])


@lru_cache(maxsize=1)
def reasons() -> dict[str, Reason]:
    """Every reason by code, in the file's order."""
    return {row["code"]: Reason(**row) for row in _file()["reason"]}


@dataclass(frozen=True)
class Words:
    """Why something is asked: codes of ``reasons`` and the asker's words, as they will be kept."""

    reasons: tuple[str, ...]
    why: str


@lru_cache(maxsize=1)
def delays() -> dict[str, Reason]:
    """Every reason for a missed target by code, in the file's order."""
    text = resources.files("goldthread.response").joinpath("delays.toml").read_text(encoding="utf-8")
    return {row["code"]: Reason(**row) for row in tomllib.loads(text)["reason"]}


def reasoned(codes: Sequence[str], why: str, known: dict[str, Reason] | None = None) -> Words:
    """The reasons as they will be kept; ``known`` are those of a request unless given.

    Raises ``Invalid`` for none, unknown ones, or such as never stand alone.
    """
    known = reasons() if known is None else known
    kept = tuple(one for one in known if one in codes)
    if not kept or set(codes) - set(known):
        raise Invalid({"reasons": "Choose at least one reason from the list. Nothing was changed."})
    if not any(known[one].alone for one in kept):
        named = " or ".join(known[one].name.lower() for one in kept)
        raise Invalid(
            {
                "reasons": f"'{named[0].upper()}{named[1:]}' is never the only reason: it says nothing about the risk. "
                "Choose another reason beside it. Nothing was changed."
            }
        )
    if not why:
        raise Invalid({"why": "Write it in a sentence: what is known, and how it is known."})
    return Words(kept, why)


def lower(new: Grade | None, held: Grade | None) -> Grade:
    """The lower grade asked for. Raises ``Invalid`` or ``Refused`` where it is none, or no grade is held."""
    if new is None:
        raise Invalid({"grade": "Choose which grade it should be."})
    if held is None:
        raise Refused("There is no grade yet. Choose one first; nothing was changed.")
    if new.severity >= held.severity:
        raise Invalid({"grade": f"{new.name} is not below {held.name}. A higher grade needs no request: choose it."})
    return new


def later(due: datetime | None, running: datetime | None, now: datetime) -> datetime:
    """The later time asked for. Raises ``Invalid`` or ``Refused`` where there is no clock or the time is none."""
    if running is None:
        raise Refused("No attendance is awaited here, so there is no time to put off. Nothing was changed.")
    if due is None:
        raise Invalid({"due_at": "Write until when, as 24/11/2026 16:30."})
    if due <= max(running, now):
        raise Invalid({"due_at": "That is no later than it is due already. Nothing was changed; check date and time."})
    if due > now + longest_put_off():
        raise Invalid(
            {"due_at": f"That is more than {longest_put_off().days} days ahead. Nothing was changed; check the date."}
        )
    return due


def must_know_all(thrive_knows_all: bool, *, what: str) -> None:
    """Raise ``Refused`` where the newest THRIVE was written before the newest words, or there is none."""
    if not thrive_knows_all:
        raise Refused(
            f"{what} needs a THRIVE that knows everything said so far. Write one, then send this again; "
            "what you wrote is still here. A higher grade needs none."
        )


@dataclass(frozen=True)
class Deciding:
    """What approving looks at: who decides and who asked, owns and assessed (ids), and what the THRIVE is of.

    ``fresh``: the newest THRIVE was made after the request. ``knows_all``: nobody has said anything since it.
    ``same_grade``: the grade is still the one held when it was asked. ``inspector``: it is an inspector's alone, and
    ``is_inspector`` says whether who decides is one.
    """

    senior: bool
    decider: int
    requester: int
    owner: int | None
    author: int | None
    fresh: bool
    knows_all: bool
    same_grade: bool
    inspector: bool = False
    is_inspector: bool = False


def may_decide(about: Deciding) -> None:
    """Raise ``Refused`` unless who decides is senior, and neither asked, owns nor assessed."""
    if not about.senior:
        raise Refused("Only a contact supervisor or the FIM decides this. Nothing was changed.")
    if about.decider == about.requester:
        raise Refused("You asked for this yourself, so a second person decides it. Nothing was changed.")
    if about.decider == about.owner:
        raise Refused(
            "You own this incident, so a second person decides. Hand it over first, or ask the FIM; nothing was changed."
        )
    if about.decider == about.author:
        raise Refused("You wrote the newest THRIVE, so a second person decides. Ask the FIM; nothing was changed.")


def may_approve(about: Deciding) -> None:
    """Raise ``Refused`` or ``Stale`` where approving is against the rule; refusing a request needs only ``may_decide``."""
    may_decide(about)
    if about.inspector and not about.is_inspector:
        raise Refused(
            "A child is missing, and below Scheduled that is the FIM's to decide, as the inspector. Nothing was changed; "
            "you may refuse, or leave it to the FIM."
        )
    if not about.same_grade:
        raise Stale(
            "The grade has changed since this was asked. Nothing was changed; refuse it, or have it asked anew."
        )
    if not about.fresh:
        raise Refused(
            "There is no THRIVE made after this request yet, so it cannot be approved. The grade stays; "
            "ask the owner for one. You may refuse now."
        )
    if not about.knows_all:
        raise Stale(
            "Something was said after the newest THRIVE. Nothing was changed; read it, and have a THRIVE written that knows it."
        )


@dataclass(frozen=True)
class Ending:
    """What closing looks at beside what every closing does: whether a second person is needed, and why.

    ``again``: it was closed before and opened again; ``attended`` and ``seen`` are then of what happened since.
    """

    child: str
    attended: bool
    seen: bool
    lowered: bool
    discordant: bool
    again: bool = False

    @property
    def second_needed_for(self) -> list[str]:
        """Why one person may not close this alone; empty where one may. Only where a child is or may be involved."""
        if self.child == "none":
            return []
        since = " since it was opened again" if self.again else ""
        why = {
            f"nobody has attended{since}": not self.attended,
            f"no child is on record as seen{since}": not self.seen,
            "its grade was lowered or its time put off": self.lowered,
            "the words suggest more than the grade": self.discordant,
        }
        return [words for words, holds in why.items() if holds]

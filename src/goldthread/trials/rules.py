"""Decisions about trials: who starts when, and what is kept of that. Values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.assessment.mode_rules import Mode, mode
from goldthread.config.errors import Invalid
from goldthread.contact.rules import short, tidy
from goldthread.figures.draws import draw

LONGEST_NAME = 120
LONGEST_ASKS = 2_000
"""Characters of what a trial asks *(ours)*."""
AHEAD = timedelta(days=730)
"""How far ahead a team may start *(ours)*."""
SEEDS = 2**53
"""Seeds are below this, so that every program that reads one has the same number."""


@dataclass(frozen=True)
class Start:
    """One team's place in a trial, counted from 1, and when its mode begins."""

    place: int
    team: int
    at: datetime


@dataclass(frozen=True)
class Plan:
    """A trial as it will be kept: ``seed`` null where the starts were entered."""

    name: str
    asks: str
    mode: Mode
    seed: int | None
    starts: tuple[Start, ...]


def drawn(teams: Sequence[int], seed: int) -> list[int]:
    """The teams in an order drawn by this seed: the same whoever draws it again, and in whatever order they were given."""
    known = sorted(set(teams))
    return draw(known, len(known), str(seed))


def staggered(
    teams: Sequence[int], first: datetime | None, every_days: int | None, seed: int, now: datetime
) -> list[Start]:
    """The starts of teams drawn by lot, one after the other from ``first`` on. Raises ``Invalid``."""
    if not teams:
        raise Invalid({"teams": "Choose at least one team. Nothing was planned."})
    if first is None:
        raise Invalid({"first": "Write when the first team starts. Nothing was planned."})
    if every_days is None or not 0 <= every_days <= 365:
        raise Invalid({"every_days": "Write how many days lie between two starts, from 0 to 365. Nothing was planned."})
    order = drawn(teams, seed)
    starts = [
        Start(place, team, first + timedelta(days=every_days * (place - 1))) for place, team in enumerate(order, 1)
    ]
    _in_time(starts, now, "first")
    return starts


def entered(given: Mapping[int, datetime], now: datetime) -> list[Start]:
    """The starts as somebody entered them, the soonest first. Raises ``Invalid``."""
    if not given:
        raise Invalid({"teams": "Write a start for at least one team, or have the order drawn. Nothing was planned."})
    order = sorted(given.items(), key=lambda one: (one[1], one[0]))
    starts = [Start(place, team, at) for place, (team, at) in enumerate(order, 1)]
    _in_time(starts, now, "teams")
    return starts


def plan(name: str, asks: str, given: str, seed: int | None, starts: Sequence[Start]) -> Plan:
    """The trial as it will be kept. Raises ``Invalid``."""
    kept = short(name, "name", LONGEST_NAME, needed="Give the trial a name. Nothing was planned.")
    question = tidy(asks).strip()
    if not question:
        raise Invalid({"asks": "Write what the trial asks, in a sentence. Nothing was planned."})
    if len(question) > LONGEST_ASKS:
        raise Invalid(
            {"asks": f"This is {len(question):,} characters and {LONGEST_ASKS:,} fit. Nothing was planned; shorten it."}
        )
    return Plan(kept, question, mode(given), seed, tuple(starts))


def seed(given: int | None, fresh: int) -> int:
    """The seed to draw by: the one given, else a fresh one. Raises ``Invalid``."""
    if given is None:
        return fresh
    if not 0 <= given < SEEDS:
        raise Invalid({"seed": f"A seed is a whole number from 0 to {SEEDS - 1}. Leave it empty for a fresh one."})
    return given


def _in_time(starts: Sequence[Start], now: datetime, field: str) -> None:
    if any(one.at < now for one in starts):
        raise Invalid({field: "A start lies in the past. Nothing was planned; check the time."})
    if any(one.at > now + AHEAD for one in starts):
        raise Invalid({field: "A start lies more than two years ahead. Nothing was planned; check the date."})

"""How a recommendation stands: what is missing before it is believed met, its colour and why. Values in, answer out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.clocks.statutory import Rule
from goldthread.config import dated
from goldthread.config.errors import Refused
from goldthread.improvement.figure_rules import NEAR_ENOUGH, Bound, Standing

RAGS = [("red", "Red"), ("amber", "Amber"), ("green", "Green")]
COLOURS = [*RAGS, ("unknown", "Not known")]
STATES = [
    ("progress", "In progress"),
    ("believed", "Force believes met"),
    ("submitted", "Submitted"),
    ("closed", "Closed by HMICFRS"),
]
WHYS = [
    ("entered", "Entered"),
    ("earned", "Its figure held, a round of quality confirmed it, owner and board signed"),
    ("sent", "Submitted to HMICFRS"),
    ("closed", "HMICFRS closed it"),
    ("fell_back", "Its figure fell back"),
    ("withdrawn", "The force re-opened it"),
]
MARKS = [("done", "Done"), ("dropped", "Dropped"), ("open", "Open again")]
UNSOUND = [
    ("changed", "What is stored is not what was received: its hash differs"),
    ("unreadable", "The file cannot be opened, so its hash cannot be checked"),
    ("erased", "Its text or file was erased"),
]
NOT_THERE = "There is no such thing in the plan."


@dataclass(frozen=True)
class Kind:
    """A kind of report, and whether the Commissioner's comments on it are owed."""

    code: str
    name: str
    comments: bool


@dataclass(frozen=True)
class Settings:
    """What the plan reckons with on a day; see ``improvement.toml``."""

    soon_days: int
    late_days: int
    points: float
    expiring_days: int
    confirms: float
    confirms_days: int
    grace: Mapping[str, int]
    kinds: Mapping[str, Kind]
    comments: Rule

    def grace_of(self, code: str) -> timedelta:
        """How late a series' next value may be before it is not known, by the longest beginning of its code that is named."""
        return timedelta(days=self.grace[max((one for one in self.grace if code.startswith(one)), key=len)])


def _made(row: Mapping[str, Any]) -> Settings:
    kinds = {one["code"]: Kind(**one) for one in row["kind"]}
    rest = {name: value for name, value in row.items() if name not in {"from", "kind", "comments"}}
    return Settings(**rest, kinds=kinds, comments=Rule.read(row["comments"]))


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Settings]]:
    return dated.sets("improvement", "improvement.toml", _made)


def settings_on(day: date) -> Settings:
    """What is in force on a day."""
    return dated.on(_sets(), day)


@dataclass(frozen=True)
class Earned:
    """What *force believes met* asks for, and what of it is there."""

    figure: Standing
    bound: Bound | None
    confirmed: bool
    owner_signed: bool
    board_signed: bool


def missing(one: Earned) -> list[str]:
    """What is still missing before the force may believe it met, in order; empty where nothing is."""
    found = []
    if one.bound is None:
        found.append("No figure is bound to it.")
    elif not one.figure.holds:
        asked = "1 period" if one.bound.periods == 1 else f"{one.bound.periods} periods"
        if one.figure.status == "unknown":
            found.append(one.figure.why)
        elif one.figure.status == "missed":
            found.append("Its figure misses its target in the newest period.")
        else:
            found.append(
                f"Its figure met its target in {one.figure.held} of the last {asked}; {one.bound.held} are asked."
            )
    if not one.confirmed:
        found.append("No finished round of quality confirms it.")
    if not one.owner_signed:
        found.append("Its owner has not signed.")
    if not one.board_signed:
        found.append("The board has not signed.")
    return found


def may_sign_as_owner(user: int, owner: int | None, one: Earned) -> None:
    """Raise ``Refused`` where this person does not own it, or figure or confirmation are missing."""
    if user != owner:
        raise Refused("Only the owner of this recommendation signs for it. Nothing was signed.")
    _only(one, 2)


def may_sign_for_board(user: int, owner_signed: int | None, one: Earned) -> None:
    """Raise ``Refused`` before the owner has signed, for the owner themselves, and where figure or confirmation are missing."""
    if user == owner_signed:
        raise Refused("You signed as its owner, so somebody else signs for the board. Nothing was signed.")
    _only(one, 3)


def _only(one: Earned, may_lack: int) -> None:
    last = ["Its owner has not signed.", "The board has not signed."][may_lack - 2 :]
    if lacks := [each for each in missing(one) if each not in last]:
        raise Refused(f"{' '.join(lacks)} Nothing was signed.")


def may_confirm(share: float | None, ended: date | None, today: date, using: Settings) -> None:
    """Raise ``Refused`` where a round of quality does not confirm: unfinished, its rate not told or too low, or its days too long ago."""
    if ended is None:
        raise Refused(
            "This round is not scored whole, so it confirms nothing yet. Nothing was saved; name a finished one."
        )
    if share is None:
        raise Refused("This round tells no such rate: too few of its records are scored. Nothing was saved.")
    if (today - ended).days > using.confirms_days:
        raise Refused(
            f"This round's days ended more than {using.confirms_days} days ago. Nothing was saved; name a newer one."
        )
    if share * 100 < using.confirms - NEAR_ENOUGH:
        raise Refused(
            f"This round's rate is {share * 100:.1f} %, and {using.confirms:g} % are asked. It does not confirm; nothing was saved."
        )


NEXT = {
    "submitted": {"believed"},
    "closed": {"progress", "believed", "submitted"},
    "progress": {"believed", "submitted", "closed"},
}
"""From which states somebody may bring a recommendation into each; *believed* is earned by signatures alone."""


def may_become(state: str, now: str) -> None:
    """Raise ``Refused`` where a recommendation may not go from ``now`` to ``state``."""
    if now in NEXT[state]:
        return
    if state == "submitted":
        raise Refused("Only what the force believes met is submitted. Nothing was saved.")
    name = dict(STATES)[now]
    raise Refused(f"It is {name[0].lower()}{name[1:]} already. Nothing was saved.")


@dataclass(frozen=True)
class Facts:
    """What a colour is reckoned from. ``milestones_late`` and ``expires`` are in days; ``evidence`` counts what counts today."""

    state: str
    has_text: bool
    due_on: date | None
    figure: Standing
    bound: Bound | None
    owned: bool
    actions: int
    unowned: int
    milestones_late: Collection[int]
    evidence: int
    expired: int
    unsound: int
    expires: Collection[int]


def colour(facts: Facts, today: date, using: Settings) -> tuple[str, list[str]]:
    """Its colour, one of ``COLOURS``, and each reason in a sentence, the gravest first.

    What is wrong for certain is red whatever is not known; without that, a figure not known makes the whole *not known*, never green.
    """
    found = [
        *_of_dates(facts, today, using),
        *_of_figure(facts, using),
        *_of_evidence(facts, using),
        *_of_people(facts),
    ]
    order = [code for code in ("red", "unknown", "amber") if any(level == code for level, _ in found)]
    said = [says for code in order for level, says in found if level == code]
    return (
        (order[0], said) if order else ("green", ["Its figure meets its target, nothing is late, and evidence counts."])
    )


def _of_dates(facts: Facts, today: date, using: Settings) -> list[tuple[str, str]]:
    found = []
    if facts.due_on is not None and facts.state in {"progress", "believed"}:
        left = (facts.due_on - today).days
        if left < 0:
            found.append(("red", f"Its date passed {_days(-left)} ago and it is not submitted."))
        elif left <= using.soon_days and facts.state == "progress":
            found.append(
                ("amber", f"Its date is in {_days(left)} and it is not believed met." if left else "Its date is today.")
            )
    if facts.milestones_late:
        worst, number = max(facts.milestones_late), len(facts.milestones_late)
        says = f"{number} {'milestone is' if number == 1 else 'milestones are'} late, by {_days(worst)} at most."
        found.append(("red" if worst >= using.late_days else "amber", says))
    return found


def _of_figure(facts: Facts, using: Settings) -> list[tuple[str, str]]:
    figure, bound = facts.figure, facts.bound
    if bound is None or figure.status in {"none", "unknown"} or figure.newest is None or figure.newest.share is None:
        return [("unknown", figure.why)]
    if figure.status == "missed":
        short = bound.short(figure.newest.share)
        level = "red" if short >= using.points - NEAR_ENOUGH else "amber"
        return [
            (
                level,
                f"Its figure is {figure.newest.share * 100:.1f} %, {max(short, 0.1):.1f} points short of {bound.target * 100:g} %.",
            )
        ]
    if not figure.holds:
        return [
            (
                "amber",
                f"Its figure met its target in {figure.held} of the last {figure.of}; {bound.held} of {bound.periods} are asked.",
            )
        ]
    return []


def _of_evidence(facts: Facts, using: Settings) -> list[tuple[str, str]]:
    found = []
    if facts.unsound:
        what = "A piece of evidence is" if facts.unsound == 1 else f"{facts.unsound} pieces of evidence are"
        found.append(("red", f"{what} not what was received, and does not count: hash alarm."))
    if not facts.evidence:
        found.append(("amber", "Its evidence has expired." if facts.expired else "No evidence is entered that counts."))
    elif facts.expired:
        found.append(("amber", f"{facts.expired} of its evidence has expired."))
    soon = [days for days in facts.expires if days <= using.expiring_days]
    if soon:
        found.append(("amber", f"Evidence expires in {_days(min(soon))}."))
    return found


def _of_people(facts: Facts) -> list[tuple[str, str]]:
    found = []
    if not facts.has_text:
        found.append(("amber", "Its text is not entered."))
    if not facts.owned:
        found.append(("amber", "Nobody owns it."))
    if not facts.actions and facts.state == "progress":
        found.append(("amber", "No action is entered for it."))
    if facts.unowned:
        found.append(("amber", f"{facts.unowned} of its actions {'has' if facts.unowned == 1 else 'have'} no owner."))
    return found


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"

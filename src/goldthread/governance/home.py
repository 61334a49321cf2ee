"""What stands behind *Governance*: each page that a board's people go to, with what it says today in a line or two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from goldthread.contact.known import force_day
from goldthread.governance import learned, queries, rules
from goldthread.governance.agendas import agendas_on
from goldthread.governance.drawing import day, percent
from goldthread.governance.learned_words import due_words
from goldthread.governance.printed import STATES
from goldthread.governance.told import iso
from goldthread.learning.models import Cohort
from goldthread.learning.queries import needs
from goldthread.measures.registry import measures
from goldthread.measures.series import all_series
from goldthread.web.times import ago, clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

Line = tuple[str, str, str]
"""The kind of a sign, empty for none, the words in it, and those beside it."""


@dataclass(frozen=True)
class Card:
    """One page: its name, where it is, its key, and what it says today."""

    title: str
    address: str
    key: str
    lines: list[Line]


@dataclass(frozen=True)
class Place:
    """A page as it may stand on the hub: the verb that it asks, the name of its route, its key, and what finds its lines."""

    group: str
    verb: str
    route: str
    title: str
    key: str
    lines: Callable[[Staff, datetime], list[Line]]


def cards(user: Staff, now: datetime) -> dict[str, list[Card]]:
    """By group the pages that this person may open."""
    found: dict[str, list[Card]] = {}
    for one in PLACES:
        if user.can(one.verb):
            found.setdefault(one.group, []).append(Card(one.title, reverse(one.route), one.key, one.lines(user, now)))
    return found


def _figures(_user: Staff, _now: datetime) -> list[Line]:
    judged = queries.every()
    signs = {"worse": "over", "changed": "near", "better": "done", "unknown": "open"}
    counted = [(sign, sum(one.state == state for one in judged), STATES[state]) for state, sign in signs.items()]
    told = [(sign, f"{number:,} {words}", "") for sign, number, words in counted if number]
    return [*told, ("", "", f"{len(judged):,} figures are kept")]


def _measures(_user: Staff, _now: datetime) -> list[Line]:
    return [("", "", f"{len(measures()):,} measures: what each counts, week by week")]


def _rates(_user: Staff, _now: datetime) -> list[Line]:
    found = []
    for one in all_series():
        known = [value for value in one.values() if value.share is not None] if one.code in RATES else []
        if known:
            words = f"{one.name}: {percent(known[-1].share)}, n = {known[-1].n:,}, days before {day(iso(known[-1].until) or '')}"
            found.append(("", "", words))
    return found or [("", "", "No round is scored whole yet")]


def _themes(_user: Staff, now: datetime) -> list[Line]:
    found, known = learned.themes_told(now), agendas_on(force_day(now))
    idle = sum(not one["came_of"] and datetime.fromisoformat(one["at"]) + known.idle <= now for one in found)
    told = [("near", f"{idle:,}", f"of which nothing came in {known.idle.days} days")] if idle else []
    return [*told, ("", "", f"{len(found):,} open")]


def _due(_user: Staff, now: datetime) -> list[Line]:
    found = [_course(one["name"], one["counted"]) for one in learned.due_told(now)]
    return found or [("", "", "Nobody must hold a course")]


def _course(name: str, counted: dict[str, Any] | None) -> Line:
    if counted is None or not counted["due"]:
        return "", "", f"{name}: {due_words(counted)}"
    sign = "over" if counted["never"] + counted["expired"] else "near"
    return sign, f"{counted['due']:,} of {counted['people']:,} due", name


def _needs(_user: Staff, _now: datetime) -> list[Line]:
    found = needs(open_only=True)
    bare = sum(not one.course for one in found)
    return [*([("near", f"{bare:,}", "that no course meets")] if bare else []), ("", "", f"{len(found):,} open")]


def _cohorts(_user: Staff, _now: datetime) -> list[Line]:
    held = Cohort.objects.filter(attendance__isnull=False, called_off_at__isnull=True).distinct()
    newest = held.order_by("-ends").first()
    if newest is None:
        return [("", "", "No cohort has a register yet")]
    number = held.count()
    return [
        (
            "",
            "",
            f"{number:,} {'has' if number == 1 else 'have'} a register, the newest of {day(newest.ends.isoformat())}",
        )
    ]


def _packs(user: Staff, now: datetime) -> list[Line]:
    found = []
    for one in rules.packs().values():
        newest = queries.packs(user).filter(board=one.board).first()
        if newest is not None:
            found.append(("", "", f"{one.name} {newest.number}, {clock(newest.at, now)}, {ago(newest.at, now)}"))
    return found or [("", "", "None was issued yet")]


RATES = ("quality.good", "quality.critical")
PLACES = (
    Place("What happens", rules.SEE, "governance:list", "Figures over time", "f", _figures),
    Place("What happens", "measures.see", "measures:list", "Measures", "s", _measures),
    Place("What is found", "quality.rates", "quality:newest", "Rates of quality", "q", _rates),
    Place("What is found", "quality.themes", "quality:themes", "Themes of quality", "h", _themes),
    Place("What is learned", "learning.see", "learning:standing", "Due by role and team", "d", _due),
    Place("What is learned", "learning.see", "learning:needs", "Learning needs", "n", _needs),
    Place("What is learned", "learning.see", "learning:effects", "What cohorts changed", "c", _cohorts),
    Place("What was told", rules.READ, "governance:packs", "Packs", "p", _packs),
)

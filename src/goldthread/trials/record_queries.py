"""What a running service adds to the record: how the reader stands now, what it reads with, and its measures. No incident, no team's name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from goldthread.assessment.mode_rules import MODES
from goldthread.assessment.replay import versions
from goldthread.assessment.replay_rules import Versions
from goldthread.clocks.local import LONDON
from goldthread.measures.models import StoredPoint
from goldthread.measures.queries import point
from goldthread.measures.registry import measure
from goldthread.trials import queries
from goldthread.trials.groups_rules import Group, told
from goldthread.trials.measured import Measured, measured
from goldthread.trials.measures import MEASURES
from goldthread.trials.record import Section, facts, sections

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

VERB = "reader.record"
BESIDE = ("read-in-full", "read-surely")
"""Measures of the desk that tell of the reader as well."""


@dataclass(frozen=True)
class Figure:
    """One measure as it is told here: over ``window`` up to ``until``; ``group`` None where its query failed or nothing was kept yet."""

    code: str
    name: str
    definition: str
    window: timedelta
    until: datetime | None
    group: Group | None


@dataclass(frozen=True)
class Record:
    """The record as it stands. ``modes`` counts teams by mode; ``running`` is None where nothing can be read; ``live`` whether figures are of now."""

    sections: list[Section]
    results: Measured
    running: Versions | None
    as_measured: bool
    thrown_since: datetime | None
    modes: list[tuple[str, int]]
    figures: list[Figure]
    live: bool


def record(user: Staff, now: datetime) -> Record:
    """The record for this person. Who does not see measures is told them as they were kept at a week's end, so that nothing comes out by
    asking again and again; small numbers are withheld from everybody.
    """
    running, results, thrown = versions("full"), measured(), queries.thrown()
    stand = Counter(one.mode for one in queries.teams())
    known = facts(
        running.model if running else None,
        results,
        second=bool(settings.ENV.second_reader),
        day=now.astimezone(LONDON).date(),
    )
    live = user.can("measures.see")
    return Record(
        sections(known),
        results,
        running,
        running is not None and (running.model, running.lexicon) == (results.model, results.lexicon),
        None if thrown is None else thrown.since,
        [(words, stand[code]) for code, words in MODES],
        [_now(code, now) if live else _kept(code) for code in (*(one[0] for one in MEASURES), *BESIDE)],
        live,
    )


def _now(code: str, now: datetime) -> Figure:
    one = measure(code)
    found = point(one, now)
    group = None if found.met is None or found.of is None else told(one.name, found.met, found.of)
    return Figure(code, one.name, one.definition, one.window, now, group)


def _kept(code: str) -> Figure:
    one = measure(code)
    found = StoredPoint.objects.filter(code=code).order_by("-until").first()
    group = None if found is None else told(one.name, found.met, found.of)
    return Figure(code, one.name, one.definition, one.window, found.until if found else None, group)

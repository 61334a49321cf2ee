"""What was issued to the Commissioner in the year, by the actions: a quarter's editions, and the letter of section 55 by its day."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.clocks.local import LONDON
from goldthread.commissioner import letter_actions, letter_queries, queries
from goldthread.commissioner.actions import issue
from goldthread.commissioner.catalogue import Period, ended, tables
from goldthread.commissioner.drafting import CHIEF, OPENING
from goldthread.commissioner.letter_queries import Frozen
from goldthread.improvement.queries import plan

Key = Callable[[], uuid.UUID]
Due = tuple[datetime, Callable[[], int]]


def due_of_the_office(held: dict[str, Any], people: dict[str, Staff], now: datetime, key: Key) -> list[Due]:
    """What is to be issued and when, with what does so when the clock stands there and says how much was issued."""
    force, office = people[held["by"]], people[held["office"]]
    found: list[Due] = []
    for quarter in ended("quarter", now, held["quarters"]):
        at = datetime.combine(quarter.last + timedelta(days=held["after"]), time(11, 30), LONDON)
        found.append((at, partial(_editions, force, held["tables"], quarter, at, key)))
    for report in plan().reports:
        if report.comments_on is not None:
            for step, do in (("put", _put), ("chief", _written), ("issued", _issued)):
                day = report.published_on + timedelta(days=held[step])
                at = datetime.combine(day, time(15, 5), LONDON)
                found.append((at, partial(do, force, office, report.id, held, key)))
    return found


def _editions(force: Staff, codes: list[str], quarter: Period, at: datetime, key: Key) -> int:
    for code in codes:
        seen = queries.draft(tables()[code], quarter.last, at).sha256
        issue(force, code, key=key(), until=quarter.last, seen=seen)
    return len(codes)


def _put(force: Staff, _office: Staff, report: int, _held: dict[str, Any], key: Key) -> int:
    letter_actions.put(force, report, key=key(), seen=_frozen(letter_queries.drafted(report)).sha256)
    return 0


def _written(force: Staff, office: Staff, report: int, held: dict[str, Any], key: Key) -> int:
    letter_actions.write(force, report, key=key(), part=CHIEF, words=held["chief_words"], seen=0)
    letter_actions.write(office, report, key=key(), part=OPENING, words=held["opening_words"], seen=0)
    return 0


def _issued(_force: Staff, office: Staff, report: int, _held: dict[str, Any], key: Key) -> int:
    found = letter_queries.one(report)
    assert found is not None
    assert found.draft is not None
    letter_actions.issue(office, report, key=key(), seen=letter_queries.composed(found.draft).sha256)
    return 1


def _frozen(found: Frozen | None) -> Frozen:
    assert found is not None
    return found

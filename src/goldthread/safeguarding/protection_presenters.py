"""Protections as their pages, the incident's page and the API show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from goldthread.contact.models import ChildVersion, Incident
from goldthread.desk.presenters import child_facts
from goldthread.desk.record import Record
from goldthread.safeguarding import protection_queries as queries
from goldthread.safeguarding import protection_rules as rules
from goldthread.safeguarding.child_rules import named
from goldthread.safeguarding.protection_models import ChildMeeting, Protection, ProtectionVersion
from goldthread.web.times import clock


def called(version: ChildVersion | None) -> str:
    """A child as lists name it: name and age, as far as they are known."""
    if version is None:
        return "A child"
    if version.particulars.erased_at is not None:
        return version.particulars.shown()
    name = named(child_facts(version)["name"])
    age = "age not known" if version.age is None else f"{'about ' if version.age_estimated else ''}{version.age}"
    return f"{name or 'Name not known'}, {age}"


def choices(incident: Incident) -> list[tuple[str, str]]:
    """The children of an incident, to choose one from."""
    return [(str(one.child), called(one)) for one in Record(incident, None).children]


def shown(held: Protection, version: ProtectionVersion | None, now: datetime, child: str = "") -> dict[str, Any]:
    """One protection as known now. ``state``: *running*, *over* (the power has ended and no ending is recorded), or *ended*."""
    texts: dict[str, str] = {}
    erased = version is not None and version.words.erased_at is not None
    if version is not None and not erased:
        texts = {name: text for name, text in json.loads(version.words.text).items() if text}
    state = "ended" if held.ended_at is not None else "over" if now >= held.lapses_at else "running"
    return {
        "id": held.pk,
        "child": held.child,
        "called": child,
        "incident": held.incident,
        "taken_at": held.taken_at,
        "lapses_at": held.lapses_at,
        "lapses": clock(held.lapses_at),  # with its day, whatever day it is
        "state": state,
        "elapsed_s": (min(now, held.ended_at or now) - held.taken_at).total_seconds(),
        "length_s": (held.lapses_at - held.taken_at).total_seconds(),
        "texts": texts,
        "erased": version.words.shown() if version is not None and erased else "",
        "authority_at": version.authority_at if version is not None and texts.get("authority") else None,
        "child_told": version.get_child_told_display() if version is not None else "",
        "parents_told": version.get_parents_told_display() if version is not None else "",
        "plan": version.get_plan_display() if version is not None else "",
        "owed": rules.owed(
            texts,
            child_told=version.child_told if version is not None else "",
            parents_told=version.parents_told if version is not None else "",
            plan=version.plan if version is not None else "",
            ended=held.ended_at is not None,
        ),
        "ended_at": held.ended_at,
        "ended_how": held.get_ended_how_display(),
        "ended_words": held.ended_words.shown() if held.ended_words is not None else "",
        "ended_late": held.ended_at is not None and held.ended_at > held.lapses_at,
    }


def rows(held: Iterable[Protection], now: datetime) -> list[dict[str, Any]]:
    """Several, each with the child's name, by three questions however many there are."""
    these = list(held)
    known, named = queries.newest_of(these), queries.children((one.incident_id, one.child) for one in these)
    return [shown(one, known.get(one.pk), now, called(named.get((one.incident_id, one.child)))) for one in these]


def met(one: ChildMeeting) -> dict[str, Any]:
    """A strategy discussion or conference."""
    return {
        "kind": one.get_kind_display(),
        "held_at": one.held_at,
        "outcome": one.get_outcome_display(),
        "who": one.who.shown() if one.who is not None else "",
        "words": one.words.shown() if one.words is not None else "",
        "by": one.by.name,
    }

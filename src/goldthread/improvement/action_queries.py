"""Actions with their owners, milestones, what they wait for and what was noted, as they stood."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from goldthread.improvement.history import person, ranked, until
from goldthread.improvement.models import (
    ActionMark,
    ActionNeed,
    ActionOwner,
    Milestone,
    MilestoneDone,
    MilestoneDue,
    PlanAction,
    ProgressNote,
)
from goldthread.improvement.told import Doing, Note, Step


def doings(upto: datetime, today: date, *, past: bool) -> dict[int, list[Doing]]:
    """The actions of each recommendation, in the order of their references."""
    rows = list(until(PlanAction.objects.select_related("words__erasure"), upto))
    owners = {one.action_id: one.owner for one in until(ActionOwner.objects.prefetch_related(ranked("owner")), upto)}
    marks = {one.action_id: one for one in until(ActionMark.objects.select_related("words__erasure"), upto)}
    pairs = {(one.action_id, one.other_id): one.holds for one in until(ActionNeed.objects.all(), upto)}
    notes: dict[int, list[Note]] = defaultdict(list)
    for one in until(ProgressNote.objects.select_related("words__erasure", "by"), upto):
        notes[one.action_id].append(Note(one.words.shown(), one.by.name, one.at))
    steps = _steps(upto, today)
    references = {one.pk: one.reference for one in rows}
    open_now = {one.pk for one in rows if one.pk not in marks or marks[one.pk].mark == "open"}
    found: dict[int, list[Doing]] = defaultdict(list)
    for row in rows:
        mark = marks.get(row.pk)
        others = sorted(other for (one, other), holds in pairs.items() if holds and one == row.pk)
        owner = person(owners[row.pk], past=past) if row.pk in owners else None
        found[row.recommendation_id].append(
            Doing(
                row.pk, row.recommendation_id, row.reference, row.words.shown(), owner, mark.mark if mark else "open",
                mark.day if mark else None, mark.words.shown() if mark and mark.words else "", steps[row.pk],
                [references[one] for one in others if one in references],
                [references[one] for one in others if one in open_now], notes[row.pk][::-1],
            )
        )  # fmt: skip
    return {pk: sorted(some, key=lambda one: natural(one.reference)) for pk, some in found.items()}


def natural(reference: str) -> list[tuple[int, int | str]]:
    """References as people order them: *2* before *10*."""
    parts = re.findall(r"\d+|[^\W\d]+", reference.lower())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _steps(upto: datetime, today: date) -> dict[int, list[Step]]:
    dues: dict[int, list[Any]] = defaultdict(list)
    for one in until(MilestoneDue.objects.select_related("words__erasure"), upto):
        dues[one.milestone_id].append(one)
    done = {one.milestone_id: one.day for one in until(MilestoneDone.objects.all(), upto)}
    found: dict[int, list[Step]] = defaultdict(list)
    for row in until(Milestone.objects.select_related("words__erasure"), upto):
        if not (some := dues[row.pk]):
            continue
        last, on = some[-1], done.get(row.pk)
        late = max(((on or today) - last.due_on).days, 0)
        moved = last.words.shown() if len(some) > 1 and last.words else ""
        first = some[0].due_on if len(some) > 1 else None
        found[row.action_id].append(Step(row.pk, row.words.shown(), last.due_on, first, moved, on, late))
    for each in found.values():
        each.sort(key=lambda one: (one.due_on, one.id))
    return found

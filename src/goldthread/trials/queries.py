"""Questions of trials: how the reader stands to every team, what will change, and what each trial shows. Groups, never an incident."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Func, Min, Q, QuerySet, TextField

from goldthread.accounts.models import Team
from goldthread.assessment.models import ModeChange, Unread
from goldthread.trials.models import Assignment, EngineChange, Miss, Trial


@dataclass(frozen=True)
class TeamStands:
    """How the reader stands to one team now, and since when; ``since`` None where nobody ever set a mode."""

    team: Team
    mode: str
    since: datetime | None
    switch: bool


@dataclass(frozen=True)
class Counted:
    """Misses, and of them those that a senior person rescued; ``what`` is the mode, or the engine and lexicon, that they are of."""

    what: tuple[str, ...]
    misses: int
    rescues: int


def teams() -> list[TeamStands]:
    """Every team by name."""
    stands = Func(F("pk"), function="assessment_reader_mode", output_field=TextField())
    found = []
    for team in Team.objects.annotate(stands=stands).order_by("name"):
        told = json.loads(team.stands)
        since = datetime.fromisoformat(told["since"]) if told.get("since") else None
        found.append(TeamStands(team, told["mode"], since, bool(told.get("switch"))))
    return found


def changes(now: datetime, *, ahead: bool, most: int = 50) -> QuerySet[ModeChange]:
    """Changes that have not begun, the soonest first; or those that have, the newest first."""
    found = ModeChange.objects.select_related("team", "why", "by", "assignment__trial")
    if ahead:
        return found.filter(since__gt=now, withdrawn=None).order_by("since", "pk")[:most]
    return found.filter(since__lte=now, withdrawn=None).order_by("-since", "-pk")[:most]


def thrown() -> ModeChange | None:
    """The kill switch as it was thrown; None where it is not."""
    last = ModeChange.objects.filter(switch=True).select_related("why", "by").order_by("-since", "-pk").first()
    return last if last is not None and last.mode == "off" else None


def owed() -> int:
    """How many incidents hold words that were not read."""
    return Unread.objects.count()


def trials() -> QuerySet[Any]:
    """Every trial, those that run first, then the newest."""
    found = Trial.objects.select_related("ended__by", "by").annotate(
        teams=Count("assignments"),
        is_ended=Q(ended__isnull=False),
        first=Min("assignments__change__since", filter=Q(assignments__change__withdrawn=None)),
    )
    return found.order_by(F("ended__at").desc(nulls_first=True), "-pk")


def assignments(trial: Trial) -> list[Assignment]:
    """The teams of a trial in the order of their start."""
    found = trial.assignments.select_related("team", "change__withdrawn")
    return list(found.order_by("place"))


def engines(trial: Trial) -> list[EngineChange]:
    """With which engine it began and went on, the first first."""
    return list(EngineChange.objects.filter(trial=trial).order_by("pk"))


def by_mode() -> list[Counted]:
    """Misses and rescues of every team, by how the reader stood to whoever took the words."""
    return _counted(Miss.objects.all(), "mode")


def by_engine(trial: Trial) -> list[Counted]:
    """Misses and rescues of a trial's teams since each began and until it ended, by the engine that read."""
    until = Q(said_at__lt=trial.ended.at) if hasattr(trial, "ended") else Q()
    of = Q(pk__in=[])
    for one in trial.assignments.filter(change__withdrawn=None).select_related("change"):
        of |= Q(team=one.team_id, said_at__gte=one.change.since)
    return _counted(Miss.objects.filter(of & until), "reading__engine", "reading__lexicon")


def _counted(found: QuerySet[Miss], *what: str) -> list[Counted]:
    rows = found.order_by(*what).values_list(*what).annotate(count=Count("pk"), rescued=Count("rescue"))
    return [Counted(tuple(str(each) for each in row[:-2]), row[-2], row[-1]) for row in rows]

"""Questions of meetings: which sit, what stands on a list, who owes what."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from goldthread.accounts.models import Staff
from goldthread.accounts.rank_models import of_roles
from goldthread.meetings.kinds import Kind
from goldthread.meetings.models import Action, Attendance, Decision, Line, Meeting, Proposal
from goldthread.meetings.rules import Stood


def joined_kinds(user: Staff, kinds: Mapping[str, Kind]) -> list[str]:
    """The kinds whose meetings this person may be in and whose minutes they may read."""
    return [code for code, kind in kinds.items() if user.seat.codes & kind.join and user.can("meeting.see")]


def meetings(user: Staff, kinds: Mapping[str, Kind]) -> QuerySet[Meeting]:
    """Meetings that this person may see, newest first."""
    found = Meeting.objects.filter(kind__in=joined_kinds(user, kinds))
    return found.select_related("chair", "called_by", "ended_by", "words", "previous").order_by("-opened_at")


def newest(kind: str) -> Meeting | None:
    """The newest meeting of a kind, sitting or ended."""
    return Meeting.objects.filter(kind=kind).select_related("agenda").order_by("-opened_at").first()


def stood(meeting: Meeting | None) -> dict[uuid.UUID, Stood]:
    """Every subject on a meeting's list with why."""
    if meeting is None:
        return {}
    return {
        one.subject: Stood(one.told.get("title", "erased"), frozenset(one.reasons), one.points)
        for one in Line.objects.filter(meeting=meeting).select_related("text").order_by("position")
    }


def stood_unnamed(meeting: Meeting | None) -> set[uuid.UUID]:
    """The subjects that had a reason in a meeting and were not named on its list."""
    return {uuid.UUID(one) for one in meeting.frozen.get("rest", {}).get("subjects", ())} if meeting else set()


def places(meeting: Meeting) -> list[tuple[int, int, bool]]:
    """The list as number, position and whether it is decided, in its order; one query."""
    decided = Exists(Decision.objects.filter(line=OuterRef("pk")))
    found = Line.objects.filter(meeting=meeting).annotate(decided=decided).order_by("position")
    return list(found.values_list("pk", "position", "decided"))


def lines(meeting: Meeting, wanted: Iterable[int] | None = None) -> list[Line]:
    """The list in its order, of it the lines ``wanted`` by number where they are given, each with its decisions and actions; as
    many queries however long it is."""
    found = Line.objects.filter(meeting=meeting).select_related("text", "carried", "meeting").order_by("position")
    found = found if wanted is None else found.filter(pk__in=list(wanted))
    return list(
        found.prefetch_related(
            "decisions__words",
            "decisions__by",
            "decisions__person",
            "actions__owner",
            "actions__owner_team",
            "actions__words",
            "actions__answer__words",
            "actions__answer__by",
        )
    )


def undecided(meeting: Meeting) -> QuerySet[Line]:
    """Lines of which nothing is decided, in their order."""
    found = Line.objects.filter(meeting=meeting)
    return found.filter(~Exists(Decision.objects.filter(line=OuterRef("pk")))).order_by("position")


def left(meeting: Meeting) -> list[Line]:
    """Lines of which nothing is decided and that nobody was given to look at yet."""
    given = Action.objects.filter(line=OuterRef("pk"), decision__isnull=True)
    return list(undecided(meeting).filter(~Exists(given)))


def present(meeting: Meeting) -> list[Attendance]:
    """Who is in it now, the chair first."""
    found = Attendance.objects.filter(meeting=meeting, left_at__isnull=True).select_related("staff")
    return list(found.order_by("part", "joined_at", "id"))


def owed(kind: str = "") -> QuerySet[Action]:
    """Actions that nobody has ended, of a kind of meeting or of all, the soonest due first."""
    found = Action.objects.filter(answer__isnull=True)
    found = found.filter(line__meeting__kind=kind) if kind else found
    return found.select_related("line__meeting", "line__text", "words", "owner", "owner_team", "decision__by").order_by(
        "due_at", "id"
    )


def unfinished(kind: str, now: datetime, subjects: Iterable[uuid.UUID]) -> dict[uuid.UUID, Line]:
    """Of these subjects those with an action past its time or of a line that no meeting reached, each with the newest such line."""
    found = Action.objects.filter(answer__isnull=True, line__meeting__kind=kind, line__subject__in=list(subjects))
    back = found.filter(Q(due_at__lte=now) | Q(decision__isnull=True)).select_related("line").order_by("id")
    return {one.line.subject: one.line for one in back}


def mine(user: Staff) -> QuerySet[Action]:
    """What this person owes, or their team does."""
    return owed().filter(Q(owner=user) | Q(owner_team=user.team_id))


def of_subject(subject: uuid.UUID) -> QuerySet[Action]:
    """What is owed of one subject."""
    return owed().filter(line__subject=subject)


def on_duty(roles: Iterable[str]) -> dict[int, list[int]]:
    """Who of these roles is on duty, by team, each team's in the order of their names."""
    found: dict[int, list[int]] = {}
    for team, pk in _here(roles).values_list("team", "pk"):
        found.setdefault(team, []).append(pk)
    return found


def may_own(kind: Kind) -> dict[str, Any]:
    """Whom an action may be given to: people on duty whose role may owe one, and the teams these are of; where the kind is not of
    people on duty, everybody of those roles, by name."""
    here = list(_here(kind.owe, duty=kind.duty).select_related("team"))
    teams = {one.team_id: one.team for one in here}
    return {"people": here, "teams": sorted(teams.values(), key=lambda one: one.name) if kind.duty else []}


def may_accept(kind: Kind) -> list[Staff]:
    """Who may be named as answering for an accepted risk: senior people, on duty where the kind is of such."""
    return list(_here(kind.accept, duty=kind.duty).select_related("team"))


def _here(codes: Iterable[str], *, duty: bool = True) -> QuerySet[Staff]:
    """Whoever is on duty in one of these roles, their own or the one they act in, by name; without ``duty`` everybody of the roles."""
    found = Staff.objects.ranked().filter(of_roles(list(codes)), is_active=True)
    if duty:
        found = found.filter(duties__isnull=False, duties__ended_at__isnull=True)
    return found.order_by("name", "pk")


def somebody(codes: Iterable[str]) -> bool:
    """Whether anybody is on duty in one of these roles."""
    return _here(codes).exists()


def proposals(kinds: Iterable[str]) -> QuerySet[Proposal]:
    """Meetings that are proposed and not called, the oldest first."""
    return Proposal.objects.filter(kind__in=list(kinds), ended_at__isnull=True).order_by("at", "id")


def newest_decision(meeting: Meeting) -> int:
    """The newest decision of a meeting; 0 for none."""
    found = Decision.objects.filter(line__meeting=meeting).order_by("-id").values_list("pk", flat=True).first()
    return found or 0

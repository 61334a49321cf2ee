"""Questions the desk asks: the board in order, its counts, an incident with all that its page shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import DataError, connection
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from goldthread.assessment.mode_rules import View
from goldthread.assessment.modes import view
from goldthread.config.errors import NotThere
from goldthread.contact.models import Incident, Involvement
from goldthread.contact.querysets import one
from goldthread.contact.work import NOT_THERE
from goldthread.desk.models import BoardRow

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.querysets import IncidentQuerySet

PAGE = 100
ORDER = ("first", "-score", "due_at", "incident_id")
"""What somebody must take before all else; then by score; earliest due first: see ``ordering``."""
BLIND_CHILD = Case(
    When(Q(incident__children_answer="named") | Q(incident__on_line="child"), then=Value("yes")),
    default=Value("possible"),
)
"""``mode_rules.child_unread`` as the database has it."""


class SeenAs:
    """A board row's columns as somebody sees them: with what was read, as if nothing had been, or with it where their team has assessed."""

    def __init__(self, view: View) -> None:
        self._read = Q(assessed__contains=[view.team])
        self._of = view.of

    def __call__(self, name: str) -> Any:
        """The column of this name, as an expression."""
        read: Any = F("incident__child" if name == "child" else name)
        blind: Any = BLIND_CHILD if name == "child" else Value("") if name == "suggested" else F(f"blind_{name}")
        if self._of == "all":
            return read
        return blind if self._of == "none" else Case(When(self._read, then=read), default=blind)

    def told(self, found: QuerySet[BoardRow], *names: str) -> QuerySet[Any]:
        """The rows with these columns as ``seen_*``, to filter and count by."""
        return found.alias(**{f"seen_{name}": self(name) for name in names})

    def order(self) -> tuple[Any, ...]:
        """The board's order as they see it."""
        return ORDER if self._of == "all" else (self("first").asc(), self("score").desc(), "due_at", "incident_id")


NEEDS = (
    "called",
    "senior",
    "orphan",
    "offered",
    "handoff",
    "asked",
    "request",
    "assess",
    "reassess",
    "next",
    "sent_on",
    "transfer",
    "asks",
    "question",
    "outside",
    "ahead",
    "why",
    "marks",
    "unread",
    "unseen",
)
"""What the board counts and filters by: see ``BoardRow``."""


@dataclass(frozen=True)
class Filters:
    """What the person asked the board to show; empty means everything in their sight.

    ``area`` and ``team`` are whose board it is seen as; the rest picks among what stands on that.
    """

    area: str = ""
    team: int = 0
    grade: str = ""
    child: str = ""
    owner: str = ""
    overdue: bool = False
    needs: str = ""


def board(user: Staff, filters: Filters, now: datetime) -> QuerySet[BoardRow]:
    """Open incidents in this person's sight, in the board's order."""
    incidents, seen = standing_on(user, filters), SeenAs(view(user))
    if filters.owner == "me":
        incidents = incidents.filter(owner=user)
    if filters.owner == "team":
        incidents = incidents.filter(Q(owner__team=user.team_id) | Q(owner_team=user.team_id))
    found = seen.told(BoardRow.objects.filter(incident__in=incidents), "child", "needs")
    if filters.child:
        found = found.filter(seen_child=filters.child)
    if filters.grade:
        found = found.filter(grade="" if filters.grade == "none" else filters.grade)
    if filters.needs:
        found = found.filter(seen_needs__contains=[filters.needs])
    if filters.overdue:
        found = found.filter(due_at__lt=now, attended=False)
    return found.order_by(*seen.order())


def standing_on(user: Staff, whose: Filters) -> IncidentQuerySet:
    """What stands on the board of an area's dispatchers or of a team, of what this person may see: a view never widens sight."""
    found = Incident.objects.open().visible_to(user)
    if whose.area:
        found = found.filter(Q(area__in=[whose.area, ""]) | Q(offered_team__area=whose.area))
    if whose.team:
        of = ("team", "owner_team", "owner__team", "offered_team")
        found = found.filter(reduce(or_, (Q(**{name: whose.team}) for name in of)))
    return found


@dataclass(frozen=True)
class Boards:
    """Whose boards somebody may see theirs as: areas by name, teams by key and name."""

    areas: list[str]
    teams: list[tuple[int, str]]


def boards(user: Staff) -> Boards:
    """The areas and teams of the open incidents in this person's sight."""
    seen = Incident.objects.open().visible_to(user).order_by()
    names = [f"{one}{part}" for one in ("team", "owner_team", "owner__team") for part in ("", "__name")]
    found = set(seen.values_list("area", *names).distinct())
    teams = {(name, pk) for _, *rest in found for pk, name in zip(rest[::2], rest[1::2], strict=True) if pk}
    return Boards(sorted({row[0] for row in found if row[0]}), [(pk, name) for name, pk in sorted(teams)])


def waits(user: Staff, whose: Filters) -> QuerySet[BoardRow]:
    """Open incidents that nobody has attended, the one longest over its time, or nearest to it, first."""
    found = BoardRow.objects.filter(incident__in=standing_on(user, whose), attended=False)
    return found.order_by("due_at", "incident_id")


def counts(user: Staff, now: datetime, whose: Filters = Filters()) -> dict[str, int]:
    """The strip above the board, over all rows of it in this person's sight."""
    rows = SeenAs(view(user)).told(
        BoardRow.objects.filter(incident__in=standing_on(user, whose)), "child", "needs", "suggested"
    )
    found: dict[str, int] = rows.aggregate(
        open=Count("pk"),
        **{code: Count("pk", filter=Q(seen_needs__contains=[code])) for code in NEEDS},
        ungraded=Count("pk", filter=Q(grade="")),
        child_over=Count("pk", filter=Q(seen_child="yes", due_at__lt=now, attended=False)),
        over=Count("pk", filter=Q(due_at__lt=now, attended=False)),
        not_asked=Count("pk", filter=Q(incident__children_answer="not_asked")),
        words_above=Count("pk", filter=~Q(seen_suggested="") & ~Q(grade="")),
        first_read=Count("pk", filter=Q(incident__next_action="first_read")),
    )
    return found


SHOWN = ("location", "owner", "owner_team", "team", "opened_by")
"""What of an incident's own its page names."""


def seen(user: Staff, incident_id: uuid.UUID) -> Incident:
    """The incident, if this person may read it. Raises ``NotThere``, the same for absent and for out of sight."""
    found = one(user, "incident.see", incident_id, beside=SHOWN)
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def own(user: Staff) -> QuerySet[Incident]:
    """Incidents this person opened, wrote in, owned or attended and may see; open ones first, newest first.

    Who sees what units of their team were sent to answers for those too.
    """
    mine = Involvement.objects.filter(incident=OuterRef("pk"))
    own = Q(staff=user)
    if "crew" in user.seat.scopes("incident.see"):
        own |= Q(part="attending", staff__team=user.team_id)
    found: QuerySet[Incident] = Incident.objects.visible_to(user).filter(Exists(mine.filter(own)))
    return found.select_related("location", "owner", "owner_team", "board_row").order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at"
    )


def asked_of(user: Staff) -> dict[str, int]:
    """In how many open incidents that this person owns now a supervisor's question waits, and in how many over its time."""
    found: dict[str, int] = BoardRow.objects.filter(incident__owner=user, needs__contains=["asks"]).aggregate(
        count=Count("pk"), over=Count("pk", filter=Q(needs__contains=["question"]))
    )
    return found


def snapshot() -> str:
    """The database's snapshot now, as text: the mark from which a stream resumes without skipping a late commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        row = cursor.fetchone()
    return str(row[0])


def changed_since(mark: str) -> dict[uuid.UUID, datetime]:
    """Incidents whose changes have committed since the snapshot ``mark``, each with the time of the first of them.

    Raises ``ValueError`` for a mark that is not a snapshot.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "SELECT incident_id, min(at) FROM desk_boardchange "
                "WHERE xid >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, %s::pg_snapshot) "
                "GROUP BY incident_id",
                [mark, mark],
            )
        except DataError as error:
            raise ValueError("not a snapshot") from error
        return dict(cursor.fetchall())

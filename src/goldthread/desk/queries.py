"""Questions the desk asks: the board in order, its counts, an incident with all that its page shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import DataError, connection
from django.db.models import Count, F, Q, QuerySet

from goldthread.config.errors import NotThere
from goldthread.contact.models import Incident
from goldthread.contact.work import NOT_THERE
from goldthread.desk.models import BoardRow

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

PAGE = 100
ORDER = ("first", "-score", "due_at", "incident_id")
"""What somebody must take before all else; then by score; earliest due first: see ``ordering``."""

NEEDS = (
    "called",
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
    "why",
    "marks",
    "unread",
)
"""What the board counts and filters by: see ``BoardRow``."""


@dataclass(frozen=True)
class Filters:
    """What the person asked the board to show; empty means everything in their sight."""

    area: str = ""
    grade: str = ""
    child: str = ""
    owner: str = ""
    overdue: bool = False
    needs: str = ""


def board(user: Staff, filters: Filters, now: datetime) -> QuerySet[BoardRow]:
    """Open incidents in this person's sight, in the board's order."""
    incidents = Incident.objects.open().visible_to(user)
    if filters.area:
        incidents = incidents.filter(area=filters.area)
    if filters.child:
        incidents = incidents.filter(child=filters.child)
    if filters.owner == "me":
        incidents = incidents.filter(owner=user)
    if filters.owner == "team":
        incidents = incidents.filter(Q(owner__team=user.team_id) | Q(owner_team=user.team_id))
    found = BoardRow.objects.filter(incident__in=incidents)
    if filters.grade:
        found = found.filter(grade="" if filters.grade == "none" else filters.grade)
    if filters.needs:
        found = found.filter(needs__contains=[filters.needs])
    if filters.overdue:
        found = found.filter(due_at__lt=now, attended=False)
    return found.order_by(*ORDER)


def waits(user: Staff) -> QuerySet[BoardRow]:
    """Open incidents that nobody has attended, the one longest over its time, or nearest to it, first."""
    found = BoardRow.objects.filter(incident__in=Incident.objects.open().visible_to(user), attended=False)
    return found.order_by("due_at", "incident_id")


def counts(user: Staff, now: datetime) -> dict[str, int]:
    """The strip above the board, over all rows in this person's sight."""
    found: dict[str, int] = BoardRow.objects.filter(incident__in=Incident.objects.open().visible_to(user)).aggregate(
        open=Count("pk"),
        **{code: Count("pk", filter=Q(needs__contains=[code])) for code in NEEDS},
        ungraded=Count("pk", filter=Q(grade="")),
        child_over=Count("pk", filter=Q(incident__child="yes", due_at__lt=now, attended=False)),
        over=Count("pk", filter=Q(due_at__lt=now, attended=False)),
        not_asked=Count("pk", filter=Q(incident__children_answer="not_asked")),
        words_above=Count("pk", filter=~Q(suggested="") & ~Q(grade="")),
        first_read=Count("pk", filter=Q(incident__next_action="first_read")),
    )
    return found


def seen(user: Staff, incident_id: uuid.UUID) -> Incident:
    """The incident, if this person may read it. Raises ``NotThere``, the same for absent and for out of sight."""
    found = (
        Incident.objects.visible_to(user)
        .select_related("location", "owner", "owner_team", "team", "opened_by")
        .filter(pk=incident_id)
        .first()
    )
    if not isinstance(found, Incident):
        raise NotThere(NOT_THERE)
    return found


def own(user: Staff) -> QuerySet[Incident]:
    """Incidents this person opened, wrote in, owned or attended and may see; open ones first, newest first."""
    found: QuerySet[Incident] = Incident.objects.visible_to(user).filter(involvements__staff=user).distinct()
    return found.select_related("location", "owner", "owner_team").order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at"
    )


def snapshot() -> str:
    """The database's snapshot now, as text: the mark from which a stream resumes without skipping a late commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        row = cursor.fetchone()
    return str(row[0])


def changed_since(mark: str) -> set[uuid.UUID]:
    """Incidents whose changes have committed since the snapshot ``mark``.

    Raises ``ValueError`` for a mark that is not a snapshot.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "SELECT DISTINCT incident_id FROM desk_boardchange "
                "WHERE xid >= pg_snapshot_xmin(%s::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, %s::pg_snapshot)",
                [mark, mark],
            )
        except DataError as error:
            raise ValueError("not a snapshot") from error
        return {row[0] for row in cursor.fetchall()}

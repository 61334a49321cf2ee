"""Questions of supervision: the queue, what stands in one incident, what is owed."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Min, OuterRef, Q, QuerySet

from goldthread.accounts.models import Staff
from goldthread.accounts.rank_models import acts_as, of_roles
from goldthread.accounts.roles import roles
from goldthread.audit.models import DatabaseNow
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.desk.models import Draft
from goldthread.response.models import SupervisorCall
from goldthread.response.request_models import ReviewRequest
from goldthread.response.senior_queries import with_fim_at
from goldthread.supervision.kinds import set_on
from goldthread.supervision.models import ListeningNote, Question, Review, Sweep

CLOSED_SCORE = 4_000
"""Where a closed incident stands among open ones: as a Priority without anything else *(ours)*."""


WHY = """
WITH every AS (
    SELECT id, incident_id, kind AS code, NULL AS request, weight, found_at AS at, false AS late
    FROM supervision_sweep WHERE ended_at IS NULL
    UNION ALL
    SELECT id, incident_id, 'request', kind, CASE WHEN fim_at <= %s THEN %s ELSE %s END, at, fim_at <= %s
    FROM ({requests}) AS asked (id, incident_id, kind, at, fim_at)
    UNION ALL
    SELECT id, incident_id, 'called', NULL, %s, at, false FROM ({calls}) AS calls (id, incident_id, at)
), whole AS (
    SELECT incident_id, max(weight) AS weight, bool_or(code = 'called') AS called, bool_or(late) AS late, min(at) AS since
    FROM every GROUP BY incident_id
), lines AS MATERIALIZED (
    SELECT whole.*, whole.weight * coalesce(board.score, %s) AS rank
    FROM whole LEFT JOIN desk_boardrow AS board ON board.incident_id = whole.incident_id
    WHERE whole.incident_id IN ({reach})
)
"""
LINES = """
, numbers AS (
    SELECT '' AS code, count(*) AS number FROM lines
    UNION ALL
    SELECT code, count(*) FROM (SELECT DISTINCT incident_id, code FROM every) AS one JOIN lines USING (incident_id) GROUP BY code
), page AS (
    SELECT * FROM lines WHERE %s = '' OR incident_id IN (SELECT incident_id FROM every WHERE code = %s)
    ORDER BY rank DESC, since, incident_id LIMIT %s OFFSET %s
), reasons AS (
    SELECT incident_id, array_agg(code ORDER BY id) FILTER (WHERE code NOT IN ('request', 'called')) AS kinds,
           array_agg(request ORDER BY id) FILTER (WHERE code = 'request') AS requests
    FROM every JOIN page USING (incident_id) GROUP BY incident_id
)
SELECT told.numbers, page.incident_id, rank, kinds, requests, called, late, since
FROM (SELECT jsonb_object_agg(code, number) AS numbers FROM numbers) AS told
LEFT JOIN page ON true LEFT JOIN reasons ON reasons.incident_id = page.incident_id
ORDER BY rank DESC, since, page.incident_id
"""
"""Reasons are put together for the page alone: for five thousand incidents it would take most of the time."""
ONWARDS = """
, places AS (SELECT incident_id, row_number() OVER (ORDER BY rank DESC, since, incident_id) AS place FROM lines)
SELECT incident_id FROM places WHERE incident_id <> %s
ORDER BY place < coalesce((SELECT place FROM places WHERE incident_id = %s), 0), place LIMIT %s OFFSET %s
"""


@dataclass(frozen=True)
class Waiting:
    """An incident that wants a senior person, and why: ``kinds`` of sweeps, ``requests`` by kind; ``since`` the oldest of these.

    ``rank`` is its place on the board times the greatest weight of its reasons: higher stands first.
    """

    incident: uuid.UUID
    rank: float
    kinds: tuple[str, ...]
    requests: tuple[str, ...]
    called: bool
    late: bool
    since: datetime


class Page(NamedTuple):
    """What waits, and how many wait for each reason by its code; under "" all of them, each once."""

    lines: list[Waiting]
    numbers: dict[str, int]


def waiting(user: Staff, now: datetime, only: str = "", *, start: int = 0, most: int | None = None) -> Page:
    """What waits in this person's reach, the riskiest first: at most ``most`` from ``start`` on. One query.

    ``only``: those with this reason, a kind of sweep, ``request`` or ``called``; the numbers are of all.
    """
    query, given = _why(user, now)
    with connection.cursor() as cursor:
        cursor.execute(query + LINES, [*given, only, only, most, start])
        rows = cursor.fetchall()
    lines = [
        Waiting(incident, rank, tuple(kinds or ()), tuple(requests or ()), called, late, since)
        for _numbers, incident, rank, kinds, requests, called, late, since in rows
        if incident is not None
    ]
    return Page(lines, json.loads(rows[0][0]))


def onwards(user: Staff, now: datetime, came: uuid.UUID, *, start: int, most: int) -> list[uuid.UUID]:
    """What waits behind an incident, and round from the first where it waits not or no more; without it. One query."""
    query, given = _why(user, now)
    with connection.cursor() as cursor:
        cursor.execute(query + ONWARDS, [*given, came, came, most, start])
        return [incident for (incident,) in cursor.fetchall()]


def counted(user: Staff, now: datetime) -> dict[str, int]:
    """How many wait in this person's reach, of these those over their time, and in how many a supervisor is called now."""
    asked = ReviewRequest.objects.filter(decision__isnull=True)
    calls = SupervisorCall.objects.filter(answer__isnull=True).values("incident")
    found = Sweep.objects.filter(ended_at__isnull=True).values("incident")
    every = found.union(asked.values("incident"), calls)
    told: dict[str, int] = (
        Incident.objects.reached_by(user, "supervision.review")
        .filter(pk__in=every)
        .aggregate(
            count=Count("pk"),
            over=Count("pk", filter=Q(pk__in=with_fim_at(asked).filter(fim_at__lte=now).values("incident"))),
            called=Count("pk", filter=Q(pk__in=calls)),
        )
    )
    return told


def _why(user: Staff, now: datetime) -> tuple[str, list[Any]]:
    """The reasons in this person's reach, one row each, as the beginning of a query, and what it is given."""
    held = set_on(force_day(now))
    asked = with_fim_at(ReviewRequest.objects.filter(decision__isnull=True)).values_list(
        "id", "incident", "kind", "at", "fim_at"
    )
    requests, asks = asked.query.sql_with_params()
    calls, called = (
        SupervisorCall.objects.filter(answer__isnull=True).values_list("id", "incident", "at").query.sql_with_params()
    )
    try:
        reach, reached = Incident.objects.reached_by(user, "supervision.review").values("pk").query.sql_with_params()
    except EmptyResultSet:
        reach, reached = "SELECT NULL::uuid", ()
    query = WHY.format(requests=requests, calls=calls, reach=reach)  # our own conditions
    return query, [
        now,
        held.late_request_weight,
        held.request_weight,
        now,
        *asks,
        held.call_weight,
        *called,
        CLOSED_SCORE,
        *reached,
    ]


def open_sweeps(incident: Incident) -> QuerySet[Sweep]:
    """What sweeps found in it and nobody has answered, the weightiest first."""
    return Sweep.objects.filter(incident=incident, ended_at__isnull=True).order_by("-weight", "id")


def newest_find(incident: Incident) -> int:
    """The newest find there is in it, answered or not: what a page shows it sends back, so that a later one is not answered unseen."""
    return Sweep.objects.filter(incident=incident).order_by("-id").values_list("id", flat=True).first() or 0


def hands_in(incident: Incident) -> frozenset[int]:
    """Whoever has a hand in the incident as it stands: opened it, owns it, wrote its newest THRIVE or children's answer, asked, closed it."""
    thrive = incident.thrive_versions.order_by("-version").values_list("author", flat=True).first()
    answer = incident.children_answers.order_by("-id").values_list("by", flat=True).first()
    closed = incident.closings.order_by("-id").values_list("by", flat=True).first()
    asked = ReviewRequest.objects.filter(incident=incident, decision__isnull=True).values_list("by", flat=True)
    found = {incident.opened_by_id, incident.owner_id, thrive, answer, closed, *asked}
    return frozenset(one for one in found if one is not None)


def open_questions(incident: Incident) -> QuerySet[Question]:
    """Questions of supervisors in it that nobody has answered, oldest first."""
    found = Question.objects.filter(review__incident=incident, answer__isnull=True)
    return found.select_related("review__words", "review__by", "to", "to_team").order_by("id")


def reviews_of(incident: Incident) -> QuerySet[Review]:
    """Every review of it, newest first, with questions and their answers."""
    acted = acts_as(OuterRef("by"), OuterRef("at"))
    found = (
        Review.objects.filter(incident=incident)
        .annotate(acted_as=acted)
        .select_related("by", "words", "thrive", "period", "question__answer__words", "question__answer__by")
    )
    return found.prefetch_related("sweeps").order_by("-id")


def notes_of(incident: Incident) -> QuerySet[ListeningNote]:
    """What senior people noted while they listened, newest first."""
    return ListeningNote.objects.filter(incident=incident).select_related("by", "words").order_by("-id")


TYPING = timedelta(seconds=90)
"""How old the last key of somebody who is on a call may be *(ours)*."""


def team_now(user: Staff) -> list[dict[str, Any]]:
    """Whoever is on duty and may own incidents in this person's reach with what they hold, by team and name; three queries however many there are.

    A supervisor of a team reaches that team, the FIM everybody. Holdings count only incidents that this person may review.
    """
    may_hold = [code for code, role in roles().items() if role.can("owner.take")]
    on_duty = Staff.objects.ranked().filter(
        of_roles(may_hold), is_active=True, duties__isnull=False, duties__ended_at__isnull=True
    )
    if user.seat.scope("supervision.review") == "team":
        on_duty = on_duty.filter(team=user.team_id)
    people: dict[int, dict[str, Any]] = {
        one.pk: {
            "id": one.pk, "name": one.name, "role": one.seat.name, "team": one.team.name, "calls": [],
            "holds": 0, "child": 0, "over": 0, "oldest": None, "marks": 0,
        }
        for one in on_duty.select_related("team").order_by("team__name", "name", "pk")
    }  # fmt: skip
    reach = Incident.objects.reached_by(user, "supervision.review").open()
    held = reach.filter(owner__in=people).values("owner").order_by().annotate(
        holds=Count("pk"),
        child=Count("pk", filter=Q(child="yes")),
        over=Count("pk", filter=Q(board_row__due_at__lte=DatabaseNow(), board_row__attended=False)),
        marks=Count("pk", filter=Q(board_row__needs__contains=["marks"])),
        oldest=Min("opened_at", filter=Q(board_row__attended=False)),
    )  # fmt: skip
    for row in held:
        people[row.pop("owner")].update(row)
    typed = Draft.objects.filter(staff__in=people, at__gt=DatabaseNow() - TYPING)
    live = {one: (staff, at) for staff, one, at in typed.values_list("staff", "incident", "at")}
    calls = reach.filter(pk__in=live, line="speaking").order_by("reference")
    for one in calls.values("id", "reference", "board_row__needs"):
        staff, at = live[one["id"]]
        marks = "marks" in (one["board_row__needs"] or ())
        people[staff]["calls"].append({"id": one["id"], "reference": one["reference"], "at": at, "marks": marks})
    return list(people.values())

"""Who could decide what was asked: the people on duty whom it reaches, and whom no rule keeps from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from goldthread.accounts.models import Staff
from goldthread.accounts.rank_models import of_roles
from goldthread.accounts.roles import roles
from goldthread.assessment.models import ThriveVersion
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.response import request_rules
from goldthread.response import shared_actions as shared
from goldthread.response.alarm_models import Alarm
from goldthread.response.grades import severity_of
from goldthread.response.request_models import ReviewRequest

VERB = "request.decide"
FIM = "fim"


def deciders(requests: Collection[ReviewRequest]) -> dict[int, list[Staff]]:
    """For each request who is on duty and could decide it, by the request's identity; an empty list where nobody could.

    One query for each person on duty who decides anything, however many requests there are: by the same sight and the same rule
    as the decision itself, so that nobody is counted on whom it would refuse. What only an inspector approves is the FIM's.
    """
    incidents = {one.incident_id for one in requests}
    deciding = [code for code, role in roles().items() if role.can(VERB)]
    here = Staff.objects.ranked().filter(
        of_roles(deciding), is_active=True, duties__ended_at__isnull=True, duties__isnull=False
    )
    found: dict[int, list[Staff]] = {one.pk: [] for one in requests}
    if not incidents:
        return found
    newest = ThriveVersion.objects.filter(incident__in=incidents).order_by("incident", "-version").distinct("incident")
    authors = dict(newest.values_list("incident", "author"))
    for person in here.order_by("pk"):
        reached = Incident.objects.reached_by(person, VERB).filter(pk__in=incidents)
        near = set(reached.values_list("pk", flat=True))
        for one in requests:
            if one.incident_id in near and _may(person, one, authors.get(one.incident_id)):
                found[one.pk].append(person)
    return found


def _may(person: Staff, request: ReviewRequest, author: int | None) -> bool:
    if person.seat.code != FIM and inspector_only(request):
        return False
    about = request_rules.Deciding(
        senior=person.seat.code in request_rules.SENIOR,
        decider=person.pk,
        requester=request.by_id,
        owner=request.incident.owner_id,
        author=author,
        fresh=True,
        knows_all=True,
        same_grade=True,
    )
    try:
        request_rules.may_decide(about)
    except Refused:
        return False
    return True


def inspector_only(request: ReviewRequest) -> bool:
    """Whether an inspector alone may approve it: a lower grade that sends nobody where a child is missing."""
    low = request.kind == "downgrade" and (request.severity or 0) < severity_of("medium")
    return low and shared.missing_child(request.incident)


def with_fim_at(requests: QuerySet[ReviewRequest]) -> QuerySet[Any]:
    """The same requests with ``fim_at``, when each goes to the FIM: its alarm's time, which may come before ``answer_by``."""
    named = requests.annotate(alarm=Concat(Value("request:"), Cast("pk", CharField())))
    due = Alarm.objects.filter(kind="request", source=OuterRef("alarm")).values("due_at")[:1]
    return named.annotate(fim_at=Coalesce(Subquery(due), "answer_by"))

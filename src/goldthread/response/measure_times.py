"""How long things took in the incidents that measures of response count.

Each function gives the incidents with ``took``. What still goes on has its time up to ``until``; null is for what never began, or
ended without what it was waited for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least

from goldthread.assessment.models import ThriveVersion
from goldthread.contact.models import Entry
from goldthread.response.models import Alarm, Allocation, Closing, GradePeriod


def orphans() -> QuerySet[Any]:
    """Of an incident, each time that nobody on duty owned it and it was told."""
    return Alarm.objects.filter(incident=OuterRef("pk"), kind="orphan", raised_at__isnull=False)


def to_first_thrive(cases: QuerySet[Any], until: datetime) -> QuerySet[Any]:
    """From opening to the first THRIVE; of those closed without one, until they closed."""
    first = ThriveVersion.objects.filter(incident=OuterRef("pk"), version=1).values("at")
    found: QuerySet[Any] = cases.annotate(took=_length(F("opened_at"), Subquery(first), F("closed_at"), _at(until)))
    return found


def between_thrives(cases: QuerySet[Any], until: datetime) -> QuerySet[Any]:
    """The longest time from a THRIVE to the next, to a unit's arrival or to closing, whatever came first."""
    own = {"incident": OuterRef("incident")}
    after = ThriveVersion.objects.filter(**own, version=OuterRef("version") + 1).values("at")
    closed = Closing.objects.filter(**own, at__gt=OuterRef("at")).order_by("at").values("at")[:1]
    came = Allocation.objects.filter(**own, arrived_at__gt=OuterRef("at")).order_by("arrived_at").values("arrived_at")
    written = ThriveVersion.objects.filter(incident=OuterRef("pk"), at__lt=until)
    return _longest(cases, written, _length(F("at"), Subquery(after), Subquery(closed), Subquery(came[:1]), _at(until)))


def to_reassessment(cases: QuerySet[Any], until: datetime) -> QuerySet[Any]:
    """The longest time from the line that asked for the next THRIVE until it was answered."""
    first = Func(OuterRef("source"), Value(":"), Value(3), function="split_part")
    line = Entry.objects.filter(incident=OuterRef("incident"), seq=Cast(first, IntegerField())).values("recorded_at")
    asked = Alarm.objects.filter(incident=OuterRef("pk"), kind="reassess")
    return _longest(cases, asked, _length(Subquery(line), F("ended_at"), _at(until)))


def unowned(cases: QuerySet[Any], until: datetime) -> QuerySet[Any]:
    """How long nobody on duty owned it, all times together."""
    each = orphans().filter(due_at__lt=until).order_by().values("incident")
    added = each.annotate(took=Sum(_length(F("due_at"), F("ended_at"), _at(until)))).values("took")
    found: QuerySet[Any] = cases.annotate(took=Subquery(added))
    return found


def to_arrival(grade: str, cases: QuerySet[Any], until: datetime) -> QuerySet[Any]:
    """From the first unit sent under this grade to the first arrival after; null where nobody came and nobody is on the way."""
    own = {"incident": OuterRef("incident")}
    held = GradePeriod.objects.filter(**own, at__lte=OuterRef("at")).order_by("-seq").values("grade")[:1]
    first = GradePeriod.objects.filter(**own, seq=1).values("grade")  # sent before anybody graded
    came = Allocation.objects.filter(**own, arrived_at__gte=OuterRef("at")).order_by("arrived_at").values("arrived_at")
    way = Allocation.objects.filter(**own, arrived_at__isnull=True, left_at__isnull=True)
    sent = Allocation.objects.filter(incident=OuterRef("pk"), at__lt=until).annotate(
        held=Coalesce(Subquery(held), Subquery(first)),
        came=Subquery(came[:1]),
        took=Case(When(Q(came__isnull=False) | Exists(way), then=_length(F("at"), F("came"), _at(until)))),
    )
    found: QuerySet[Any] = cases.annotate(
        took=Subquery(sent.filter(held=grade).order_by("at", "pk").values("took")[:1])
    )
    return found


def _at(moment: datetime) -> Value:
    return Value(moment, DateTimeField())


def _length(start: Any, *ends: Any) -> ExpressionWrapper[Any]:
    """From ``start`` to the first of the ``ends`` that there is: PostgreSQL's LEAST passes over null."""
    return ExpressionWrapper(Least(*ends) - start, DurationField())


def _longest(cases: QuerySet[Any], spells: QuerySet[Any], length: Any) -> QuerySet[Any]:
    begun = spells.annotate(took=length).filter(took__gte=timedelta(0)).order_by("-took")
    found: QuerySet[Any] = cases.annotate(took=Subquery(begun.values("took")[:1]))
    return found

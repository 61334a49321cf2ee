"""Which of the things that stand on few incidents stand on this one: one question, instead of one for each display that finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.db.models import Exists, Model, OuterRef

from goldthread.contact.caller_models import CallBack
from goldthread.contact.models import Incident
from goldthread.contact.querysets import of_incident
from goldthread.response.models import (
    Alarm,
    DelayExplanation,
    GradeReason,
    HandOff,
    Reassessment,
    SupervisorCall,
    Transfer,
)
from goldthread.response.request_models import ReviewRequest

Rows = type[Model]
_path: dict[Rows, str] = {
    **dict.fromkeys((Alarm, CallBack, HandOff, Reassessment, ReviewRequest, SupervisorCall, Transfer), "incident"),
    DelayExplanation: "clock__incident",
    GradeReason: "period__incident",
}


def may_stand(rows: Rows, path: str = "incident") -> None:
    """Ask for these rows too, which name their incident by ``path``; called once at start, by the app whose display shows them."""
    _path[rows] = path


def standing_on(incident: Incident) -> frozenset[Rows]:
    """Of the rows registered, those of which the incident has any, whatever has become of them."""
    found = _standing()(incident)
    return frozenset(rows for rows, there in zip(_path, found[0], strict=True) if there) if found else frozenset()


@lru_cache(maxsize=1)
def _standing() -> Callable[[Incident], list[tuple[bool, ...]]]:
    """Put together at the first question, when every app has registered its own."""
    there = [Exists(rows._default_manager.filter(**{path: OuterRef("pk")})) for rows, path in _path.items()]
    return of_incident(lambda incident: Incident.objects.filter(pk=incident.pk).order_by().values_list(*there))

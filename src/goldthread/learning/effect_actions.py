"""Reckoning what cohorts changed, and keeping it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from goldthread.contact.known import force_day
from goldthread.learning import effects
from goldthread.learning.models import Cohort, CohortPoint


def take_effects(now: datetime) -> int:
    """Reckon each cohort whose effect may be another than the one kept; returns how many were kept. Safe to run twice, also at once.

    It tells groups of five or more and no case, so nobody's record is collected by it.
    """
    day = force_day(now)
    return sum(_take(one, now) for one in effects.held().order_by("pk") if effects.due(one, _last(one), day))


def _take(cohort: Cohort, now: datetime) -> int:
    """Each in its own transaction: what one needs of the machine holds no other back."""
    day = force_day(now)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(72622, %s)", [cohort.pk % 2**31])
        last = _last(cohort)
        if not effects.due(cohort, last, day):
            return 0
        made = effects.reckoned(cohort, day)
        if last is not None and all(
            getattr(last, name) == getattr(made, name) for name in ("day", "state", "outcomes")
        ):  # a query that fails every hour says so once
            return 0
        made.taken_at = now
        made.save()
    return 1


def _last(cohort: Cohort) -> CohortPoint | None:
    return CohortPoint.objects.filter(cohort=cohort).order_by("-id").first()

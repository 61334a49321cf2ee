"""Rows that are only added, read as of a time: what held then is the newest of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet

from goldthread.accounts.models import Staff
from goldthread.improvement.told import Person

T = TypeVar("T")
OWN = "plan.own"


def until(rows: QuerySet[Any], upto: datetime) -> QuerySet[Any]:
    """Those added before ``upto``, in the order in which they were."""
    return rows.filter(at__lt=upto).order_by("at", "pk")


def newest(rows: Iterable[Any], by: str) -> dict[int, Any]:
    """The last of each, of rows in the order in which they were added."""
    return {getattr(row, by): row for row in rows}


def grouped(rows: Iterable[T], by: Callable[[T], int]) -> dict[int, list[T]]:
    """Rows by what they belong to, in their order."""
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return found


def ranked(field: str) -> Prefetch[Any, Any, Any]:
    """People of a field, each with the role they act in now, for rows of which ``person`` is asked."""
    return Prefetch(field, Staff.objects.ranked())


def person(one: Staff, *, past: bool = False) -> Person:
    """Somebody as the plan tells them. Whether they left is known of today alone."""
    return Person(one.pk, one.name, one.seat.name, not past and not one.can(OWN))

"""The look-back's measures: what is left, what is late, and what the decisions and outcomes come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from goldthread.lookback.models import Item
from goldthread.measures.registry import Measure, register

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
YEAR = timedelta(days=366)
ADDRESS = "/look-back/{}/"


def still_open(since: datetime, until: datetime) -> Pair:
    """Items made in the window; of them those without a decision that stands, waiting ones included."""
    made = Item.objects.filter(opened_at__gte=since, opened_at__lt=until)
    return made, made.filter(state="open")


def overdue(since: datetime, until: datetime) -> Pair:
    """Items made in the window in which a decision or an outcome is owed now; of them those past their time."""
    owed = Item.objects.filter(opened_at__gte=since, opened_at__lt=until).owed(until)
    return owed, Item.objects.filter(pk__in=owed.values("pk")).overdue(until)


def decided_in_time(since: datetime, until: datetime) -> Pair:
    """Items decided in the window, or not decided though their time has run out in it; of them those decided in time."""
    decided = Q(state="decided", decided_at__gte=since, decided_at__lt=until)
    over = decided | Q(state="open", due_at__gte=since, due_at__lt=until)
    return Item.objects.filter(over), Item.objects.filter(decided, decided_at__lte=F("due_at"))


def _decided_as(kind: str) -> Callable[[datetime, datetime], Pair]:
    def cases(since: datetime, until: datetime) -> Pair:
        decided = Item.objects.filter(state="decided", decided_at__gte=since, decided_at__lt=until)
        return decided, decided.filter(decision=kind)

    return cases


def confirmed(since: datetime, until: datetime) -> Pair:
    """Items made in the window that have an outcome; of them those in which the risk was confirmed and acted on."""
    known = Item.objects.filter(opened_at__gte=since, opened_at__lt=until).exclude(outcome="")
    return known, known.filter(outcome="confirmed")


def register_all() -> None:
    """Register the look-back's measures; called once at start."""
    decided = "Of look-back items decided, the share"
    shares = safe, vast, reopened = [_decided_as(kind) for kind in ("safe", "vast", "reopen")]
    for code, name, definition, good, window, cases in [
        (
            "lookback-open",
            "Look-back items still open",
            "Of look-back items made in the last 366 days, the share without a decision, those that wait for capacity included. Lower is better.",
            "down",
            YEAR,
            still_open,
        ),
        (
            "lookback-overdue",
            "Look-back items overdue",
            "Of look-back items of the last 366 days in which a decision or an outcome is owed now, the share past its time. Lower is better.",
            "down",
            YEAR,
            overdue,
        ),
        (
            "lookback-in-time",
            "Look-back decided in time",
            "Of look-back items decided, or past their time undecided, the share decided in time. A decision undone counts by the one that stands.",
            "up",
            MONTH,
            decided_in_time,
        ),
        (
            "lookback-safe",
            "Look-back: safe",
            f"{decided} decided safe, with a reason.",
            "neither",
            MONTH,
            safe,
        ),
        ("lookback-vast", "Look-back: to VAST", f"{decided} handed to VAST.", "neither", MONTH, vast),
        (
            "lookback-reopened",
            "Look-back: re-opened",
            f"{decided} opened again.",
            "neither",
            MONTH,
            reopened,
        ),
        (
            "lookback-confirmed",
            "Look-back: risk confirmed",
            "Of look-back items of the last 366 days with an outcome on record, the share in which the risk was confirmed and acted on.",
            "neither",
            YEAR,
            confirmed,
        ),
    ]:
        shared = "lookback-decided" if cases in shares else ""
        register(Measure(code, name, definition, window, good, cases, "lookback", ADDRESS, shared))

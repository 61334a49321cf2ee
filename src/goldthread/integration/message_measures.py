"""Measures of messages: what came in, what could not be read, and what stood in its incident late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from goldthread.integration.message_models import Message
from goldthread.integration.message_rules import limits
from goldthread.measures.registry import Measure, register

Pair = tuple[QuerySet[Any], QuerySet[Any]]
WEEK = timedelta(days=7)
ADDRESS = "/messages/{}/"


def came_in(since: datetime, until: datetime) -> Pair:
    """Messages that came in the window, repeated ones left out; of them those that were taken."""
    found = _came(since, until)
    return found, found.filter(became="new")


def refused(since: datetime, until: datetime) -> Pair:
    """The same; of them those that could not be read, or came under another's id."""
    found = _came(since, until)
    return found, found.filter(became__in=["unreadable", "other"])


def late(since: datetime, until: datetime) -> Pair:
    """Messages taken in the window; of them those that stood in their incident late by their own time, or stand in none yet so long."""
    taken = _came(since, until).filter(became="new")
    most = limits().late
    placed = Q(placed__at__gt=F("told_at") + most)
    waits = Q(placed__isnull=True, received_at__lt=until - most)
    return taken, taken.filter(placed | waits)


def _came(since: datetime, until: datetime) -> QuerySet[Any]:
    return Message.objects.filter(received_at__gte=since, received_at__lt=until).exclude(became="repeated")


def register_all() -> None:
    """Register them; called once at start."""
    seconds = int(limits().late.total_seconds())
    for code, name, definition, good, cases in [
        (
            "messages-in",
            "Messages of other systems taken in",
            "Of messages that other incident systems handed in, repeated ones left out, the share that was taken: read, and applied in its "
            "incident or waiting to be.",
            "up",
            came_in,
        ),
        (
            "messages-refused",
            "Messages of other systems refused",
            "Of the same messages, the share that could not be read, or came with other content under an id that was taken.",
            "down",
            refused,
        ),
        (
            "messages-late",
            "Messages of other systems late",
            f"Of messages taken, the share that stood in its incident more than {seconds} seconds after its own time, or waits so long. A "
            "system whose clock is behind ours counts as late.",
            "down",
            late,
        ),
    ]:  # fmt: skip
        register(Measure(code, name, definition, WEEK, good, cases, subject="message", address=ADDRESS))

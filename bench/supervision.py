"""The supervisor's desk and an Incident Risk Management Meeting with 5,000 open incidents: queue, review, list, the chair's page."""

from __future__ import annotations

import uuid
from time import perf_counter
from typing import TYPE_CHECKING

from bench.figures import CannotMeasureError, Result, Row, milliseconds
from bench.pages import rows_of
from bench.world import World

if TYPE_CHECKING:
    from goldthread.meetings.models import Meeting

CALLS = 3
BUILT = 2.0
"""Seconds for a list that is built and frozen."""


def run(world: World) -> Result:
    """Fill and measure."""
    import goldthread.config.wsgi  # noqa: F401 - lists are built in a process that has loaded what one of the pages' has
    from bench.filling import session_cookie
    from goldthread.meetings.models import Line
    from goldthread.supervision.queries import waiting
    from goldthread.supervision.sweep_actions import sweep

    chair = world.filled.writers[0]
    found = sum(sweep().values())
    calls, ends, meeting = _meetings(world)
    lines = Line.objects.filter(meeting=meeting).count()
    rest = meeting.frozen["rest"]["number"]
    queue = waiting(chair, meeting.opened_at).lines
    pages = {
        "the queue": "/supervision/",
        "the number in the navigation": "/supervision/count",
        "one to review, the first": f"/supervision/{queue[0].incident}/",
        "one to review, the hundredth": f"/supervision/{queue[99].incident}/",
        "a meeting, as its chair": f"/meetings/{meeting.pk}/",
    }
    rows = rows_of((name, path, session_cookie(chair)) for name, path in pages.items())
    slowest = max(calls)
    rows += [
        Row(
            f"a list of {lines + rest:,}, {lines:,} of them by name, built and frozen",
            milliseconds(slowest),
            "",
            "",
            "<= 2 s",
            slowest <= BUILT,
        ),
        Row("a meeting ended, its minutes frozen", milliseconds(max(ends))),
    ]
    return Result(
        f"supervision: {len(world.filled.incidents):,} open incidents, one visitor who sees all of them",
        rows,
        [
            f"{found:,} finds of one sweep wait in {len(queue):,} incidents. Seeing a page is an audited, durable write; {world.disk}.",
            f"Lists: the slowest of {CALLS}, by the action that the page calls; what is past the fifteenth line is given out at once.",
        ],
    )


def _meetings(world: World) -> tuple[list[float], list[float], Meeting]:
    """How long each calling and each ending took, and a meeting that sits. Raises ``CannotMeasureError``."""
    from goldthread.accounts import duty_actions
    from goldthread.audit.actions import acting
    from goldthread.config.errors import Refused
    from goldthread.meetings.actions import call, end

    chair = world.filled.writers[0]
    with acting(None) as act:
        for one in (chair, *(one for one in world.filled.listeners if one.role == "contact_supervisor")):
            duty_actions.begin(one, act)
    calls: list[float] = []
    ends: list[float] = []
    try:
        while True:
            began = perf_counter()
            meeting = call(chair, "irmm", key=uuid.uuid4(), because="start")
            calls.append(perf_counter() - began)
            if len(calls) == CALLS:
                return calls, ends, meeting
            began = perf_counter()
            end(chair, meeting.pk)
            ends.append(perf_counter() - began)
    except Refused as error:
        raise CannotMeasureError(str(error)) from None

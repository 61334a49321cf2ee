"""The full reading that follows every word said, a moment after the fast one stood with it."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from goldthread.assessment import actions, mode_actions

AGAIN = RetryStrategy(max_attempts=7, exponential_wait=3)
"""After 3, 9, 27 s and so on, for almost an hour in all: a database that is away comes back *(ours)*."""


@app.task(name="assessment.read_fully", retry=AGAIN)
def read_fully(incident: str) -> None:
    """Read everything said in the incident on the full path; safe to run twice, and nothing where it stands already."""
    actions.read_fully(uuid.UUID(incident))


@app.periodic(cron="* * * * *", periodic_id="assessment-catch-up")
@app.task(name="assessment.catch_up", queueing_lock="assessment.catch_up", lock="assessment.catch_up")
def catch_up(timestamp: int = 0) -> None:  # noqa: ARG001 - the minute it was due
    """Read what was not read while the reader was off, once it is on again by whatever way; safe to run twice."""
    mode_actions.catch_up()

"""The full reading that follows every word said, a moment after the fast one stood with it."""

from __future__ import annotations

import uuid

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from goldthread.assessment import actions

AGAIN = RetryStrategy(max_attempts=7, exponential_wait=3)
"""After 3, 9, 27 s and so on, for almost an hour in all: a database that is away comes back *(ours)*."""


@app.task(name="assessment.read_fully", retry=AGAIN)
def read_fully(incident: str) -> None:
    """Read everything said in the incident on the full path; safe to run twice, and nothing where it stands already."""
    actions.read_fully(uuid.UUID(incident))

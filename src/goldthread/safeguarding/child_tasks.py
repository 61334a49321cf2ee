"""The look for children who may be one, a moment after they were recorded."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from goldthread.assessment.tasks import AGAIN
from goldthread.safeguarding.child_likeness_actions import suggest


@app.task(name="safeguarding.child_likeness", retry=AGAIN)
def look_for_likeness(incident: str) -> None:
    """Suggest pairs of children of this incident and others; safe to run twice."""
    suggest(uuid.UUID(incident))

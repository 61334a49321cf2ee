"""The full reading that follows every word said, a moment after the fast one stood with it."""

from __future__ import annotations

import uuid

from procrastinate.contrib.django import app

from goldthread.assessment import actions


@app.task(name="assessment.read_fully")
def read_fully(incident: str) -> None:
    """Read everything said in the incident on the full path; safe to run twice, and nothing where it stands already."""
    actions.read_fully(uuid.UUID(incident))

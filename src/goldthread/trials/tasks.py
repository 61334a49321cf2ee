"""The trials' periodic job, safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.trials import actions


@app.periodic(cron="* * * * *", periodic_id="trials-engines")
@app.task(name="trials.engines", queueing_lock="trials.engines", lock="trials.engines")
def engines(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Note where another engine reads in a trial."""
    actions.note_engines()

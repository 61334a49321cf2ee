"""Supervision's periodic job, safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.supervision.sweep_actions import sweep


@app.periodic(cron="* * * * *", periodic_id="supervision-sweep")
@app.task(name="supervision.sweep", queueing_lock="supervision.sweep", lock="supervision.sweep")
def sweep_each_minute(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Look for what wants a senior person."""
    found = sweep()
    if found:
        log().info("sweeps found", part="jobs", **found)

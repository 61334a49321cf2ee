"""Retention's hourly job, safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.retention.due_actions import fall_due, take_in


@app.periodic(cron="41 * * * *", periodic_id="retention-due")
@app.task(name="retention.due", queueing_lock="retention.due", lock="retention.due")
def make_due(timestamp: int) -> None:  # noqa: ARG001 - the hour it was due
    """Put on the list what falls due."""
    take_in()
    if put := fall_due():
        log().info("retention reviews fell due", part="jobs", count=put)

"""Meetings' periodic job, safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.meetings.actions import end_forgotten, propose


@app.periodic(cron="* * * * *", periodic_id="meetings-watch")
@app.task(name="meetings.watch", queueing_lock="meetings.watch", lock="meetings.watch")
def watch_each_minute(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """End what nobody ended, and propose a meeting where a rule is broken."""
    ended, proposed = end_forgotten(), propose()
    if ended or proposed:
        log().info("meetings watched", part="jobs", ended=ended, proposed=proposed)

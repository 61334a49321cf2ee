"""The outbox's jobs, each safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.notices import actions


@app.task(name="notices.send")
def send(notice: int) -> None:
    """Try one notice as soon as it is written; what fails is found again by its own time."""
    actions.send_one(notice)


@app.periodic(cron="* * * * *", periodic_id="notices-send-due")
@app.task(name="notices.send_due", queueing_lock="notices.send_due", lock="notices.send_due")
def send_due(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Try what is due: what failed before, and what a dead worker left."""
    sent = actions.send_due()
    if sent:
        log().info("notices sent", part="jobs", count=sent)

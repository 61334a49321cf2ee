"""The plan's periodic jobs, each safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.improvement import evidence_actions, state_actions, telling_actions


@app.periodic(cron="11 * * * *", periodic_id="improvement-look")
@app.task(name="improvement.look", queueing_lock="improvement.look", lock="improvement.look")
def look(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """See every bound figure, re-open what fell back, and tell what passed."""
    state_actions.look()
    told = telling_actions.tell_what_waits()
    if told:
        log().info("the plan's people were told", part="jobs", count=told)


@app.periodic(cron="37 * * * *", periodic_id="improvement-check")
@app.task(name="improvement.check", queueing_lock="improvement.check", lock="improvement.check")
def check(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Check that evidence is what was received, and tell where it is not."""
    if evidence_actions.check_all():
        telling_actions.tell_what_waits()

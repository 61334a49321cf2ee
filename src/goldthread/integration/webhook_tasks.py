"""The webhooks' jobs, in a queue of their own: a system that hangs keeps nothing waiting but itself. Each is safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.integration import webhook_send_actions as actions

QUEUE = "webhooks"


@app.task(name="webhooks.send", queue=QUEUE)
def send(delivery: int) -> None:
    """Try one delivery; what fails orders its own next try."""
    actions.send_one(delivery)


@app.task(name="webhooks.wake", queue=QUEUE)
def wake(delivery: int) -> None:
    """Order the next try of a delivery, now that it is due."""
    actions.wake(delivery)


@app.periodic(cron="* * * * *", periodic_id="webhooks-take-up")
@app.task(name="webhooks.take_up", queueing_lock="webhooks.take_up", lock="webhooks.take_up")
def take_up(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Take up again what a killed worker left."""
    found = actions.take_up()
    if found:
        log().info("webhooks taken up again", part="jobs", count=found)

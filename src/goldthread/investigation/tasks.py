"""Investigation's job of every minute, safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.investigation.offer_actions import follow


@app.periodic(cron="* * * * *", periodic_id="investigation-offers")
@app.task(name="investigation.offers", queueing_lock="investigation.offers", lock="investigation.offers")
def follow_offers(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Let what is offered be accepted in the time of the risk it has now."""
    if moved := follow():
        log().info("offers of investigation are due sooner", part="jobs", count=moved)

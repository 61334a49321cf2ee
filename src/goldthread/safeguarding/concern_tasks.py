"""The VAST desk's periodic job, safe to run twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.config.logs import log
from goldthread.safeguarding.concern_actions import open_due
from goldthread.safeguarding.owed_actions import owe_due


@app.periodic(cron="* * * * *", periodic_id="safeguarding-concerns")
@app.task(name="safeguarding.concerns", queueing_lock="safeguarding.concerns", lock="safeguarding.concerns")
def open_each_minute(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Open what the rule says, and let run what is owed by rule."""
    opened, owed = open_due(), owe_due()
    if opened:
        log().info("concerns opened", part="jobs", count=opened)
    if owed:
        log().info("referrals owed", part="jobs", count=owed)

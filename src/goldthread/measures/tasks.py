"""The measures' periodic job, safe to run twice."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.measures.actions import take_points


@app.periodic(cron="7 * * * *", periodic_id="measures-take-points")
@app.task(name="measures.take_points", queueing_lock="measures.take_points", lock="measures.take_points")
def take(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due; every run takes what is missing
    """Take the points of weeks that have ended; after Monday midnight that is the first run of the week."""
    taken = take_points(database_now(connection))
    if taken:
        log().info("points of measures taken", part="measures", count=taken)

"""Learning's periodic job, safe to run twice."""

from __future__ import annotations

from django.db import connection
from procrastinate.contrib.django import app

from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.learning.effect_actions import take_effects


@app.periodic(cron="23 * * * *", periodic_id="learning-take-effects")
@app.task(name="learning.take_effects", queueing_lock="learning.take_effects", lock="learning.take_effects")
def take(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due; every run reckons what may have changed
    """Reckon what cohorts changed: all of them in the first hour of a day, later those whose register was kept or put right since."""
    taken = take_effects(database_now(connection))
    if taken:
        log().info("effects of cohorts reckoned", part="learning", count=taken)

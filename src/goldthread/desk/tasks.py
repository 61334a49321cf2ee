"""The desk's periodic jobs, each safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from procrastinate.contrib.django import app

from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.desk.models import BoardChange

KEPT = timedelta(days=1)
"""How long changes stand for streams that resume; a board left open longer reloads instead *(ours)*."""


@app.periodic(cron="17 * * * *", periodic_id="desk-forget-changes")
@app.task(name="desk.forget_changes", queueing_lock="desk.forget_changes", lock="desk.forget_changes")
def forget_changes(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Drop changes that no stream resumes from any more."""
    dropped, _ = BoardChange.objects.filter(at__lt=database_now(connection) - KEPT).delete()
    log().info("old board changes dropped", part="jobs", count=dropped)

"""The desk's periodic jobs, each safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from procrastinate.contrib.django import app

from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.desk import fallback
from goldthread.desk.ending_actions import tell_of_ending
from goldthread.desk.models import BoardChange, Draft
from goldthread.desk.sealing import SnapshotError

KEPT = timedelta(days=1)
"""How long changes stand for streams that resume; a board left open longer reloads instead *(ours)*."""

DRAFTS_KEPT = timedelta(days=30)
"""How long what was typed and not sent stands; long after any shift *(ours)*."""


@app.periodic(cron="17 * * * *", periodic_id="desk-forget-changes")
@app.task(name="desk.forget_changes", queueing_lock="desk.forget_changes", lock="desk.forget_changes")
def forget_changes(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Drop changes that no stream resumes from any more."""
    dropped, _ = BoardChange.objects.filter(at__lt=database_now(connection) - KEPT).delete()
    log().info("old board changes dropped", part="jobs", count=dropped)


@app.periodic(cron="*/5 * * * *", periodic_id="desk-snapshot")
@app.task(name="desk.snapshot", queueing_lock="desk.snapshot", lock="desk.snapshot")
def write_snapshot(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Write the board's snapshot for the operator. What fails is said in the log and tried again in five minutes."""
    try:
        if fallback.write(settings.ENV) is None:
            return
    except (SnapshotError, Error) as error:
        said = str(error) if isinstance(error, SnapshotError) else type(error).__name__
        log().error("no snapshot of the board was written", part="desk", error=said)
        return
    log().info("snapshot of the board written", part="desk")


@app.periodic(cron="23 3 * * *", periodic_id="desk-forget-drafts")
@app.task(name="desk.forget_drafts", queueing_lock="desk.forget_drafts", lock="desk.forget_drafts")
def forget_drafts(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Drop what was typed and never sent, once nobody will come back for it."""
    dropped, _ = Draft.objects.filter(at__lt=database_now(connection) - DRAFTS_KEPT).delete()
    log().info("old drafts dropped", part="jobs", count=dropped)


@app.periodic(cron="41 * * * *", periodic_id="desk-tokens-ending")
@app.task(name="desk.tokens_ending", queueing_lock="desk.tokens_ending", lock="desk.tokens_ending")
def tokens_ending(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Tell those who answer for programs which tokens end."""
    told = tell_of_ending()
    if told:
        log().info("owners of tokens were told", part="jobs", count=told)

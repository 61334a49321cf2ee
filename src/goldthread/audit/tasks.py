"""The minute's checkpoint, as a periodic job."""

from __future__ import annotations

from django.conf import settings
from django.db import Error
from procrastinate.contrib.django import app

from goldthread.audit import checkpoints
from goldthread.audit.keys import CheckpointError
from goldthread.config.logs import log


@app.periodic(cron="* * * * *", periodic_id="audit-checkpoint")
@app.task(name="audit.checkpoint", queue="audit", queueing_lock="audit.checkpoint", lock="audit.checkpoint")
def write_checkpoint(timestamp: int) -> None:  # noqa: ARG001 - the minute it was due; every run writes what is new
    """Write what is new since the last checkpoint. What fails is said in the log and tried again next minute."""
    try:
        written = checkpoints.write(settings.ENV)
    except (CheckpointError, Error) as error:
        said = str(error) if isinstance(error, CheckpointError) else type(error).__name__
        log().error("no audit checkpoint was written", part="audit", error=said)
        return
    if written is not None:
        log().info("audit checkpoint written", part="audit", count=written.number)

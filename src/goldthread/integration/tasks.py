"""The queue's own upkeep."""

from __future__ import annotations

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app

from goldthread.config.logs import log

RETIRED_AFTER_HOURS = 72


@app.periodic(cron="* * * * *", periodic_id="integration-retry-stalled")
@app.task(name="integration.retry_stalled", queueing_lock="integration.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Put jobs whose worker died back in the queue; every job is safe to run again. Finished ones go after three days."""
    manager = context.app.job_manager
    stalled = await manager.get_stalled_jobs()
    for job in stalled:
        await manager.retry_job(job)
    await manager.delete_old_jobs(nb_hours=RETIRED_AFTER_HOURS, include_failed=settings.ENV.mode != "production")
    if stalled:
        log().warning("stalled jobs were put back", part="jobs", count=len(list(stalled)))

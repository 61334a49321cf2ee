"""The queue's own upkeep."""

from __future__ import annotations

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from goldthread.config.logs import log

RETIRED_AFTER_HOURS = 72
MOST_ATTEMPTS = 5
"""Times that a job whose worker died is tried: what kills its worker each time would keep all others waiting *(ours)*."""


@app.periodic(cron="* * * * *", periodic_id="integration-retry-stalled")
@app.task(name="integration.retry_stalled", queueing_lock="integration.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the minute it was due
    """Put jobs whose worker died back in the queue, a few times; every job is safe to run again. Finished ones go after three days."""
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs())
    back = [job for job in stalled if job.attempts < MOST_ATTEMPTS]
    for job in back:
        await manager.retry_job(job)
    for job in stalled:
        if job not in back:
            await manager.finish_job(job, Status.FAILED, delete_job=False)
            log().error("a job was given up", part="jobs", job=job.id)
    await manager.delete_old_jobs(nb_hours=RETIRED_AFTER_HOURS, include_failed=settings.ENV.mode != "production")
    if back:
        log().warning("stalled jobs were put back", part="jobs", count=len(back))

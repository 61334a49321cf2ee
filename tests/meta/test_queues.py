"""Every queue has a worker that takes from it."""

from __future__ import annotations

from procrastinate.contrib.django import app

from goldthread.cli.steps import QUEUES
from goldthread.integration.webhook_tasks import QUEUE


def test_every_tasks_queue_has_a_worker() -> None:
    asked = {task.queue for task in app.tasks.values() if not task.name.startswith("builtin:")}
    assert asked == {*QUEUES, QUEUE}
    assert QUEUE not in QUEUES

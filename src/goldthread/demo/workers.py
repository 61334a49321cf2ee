"""What a worker process of the full force runs. Imports nothing of Django's models, which a new process must set up first."""

from __future__ import annotations

import signal
from datetime import datetime

from goldthread.config.workers import end_with_parent
from goldthread.demo.steps import Story


def begin() -> None:
    """Make a worker ready: Django of its own, Ctrl-C left to its parent, no life after it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    import django

    django.setup()


def write_chunk(number: int, told: list[Story], told_for: datetime) -> None:
    """``full.write_chunk`` in this process."""
    from goldthread.demo import full

    full.write_chunk(number, told, told_for)

"""What safeguarding holds against closing: a clock that still runs."""

from __future__ import annotations

from collections.abc import Iterable

from goldthread.config.upward import answers
from goldthread.response.events import MayClose
from goldthread.safeguarding.clock_queries import running_in
from goldthread.safeguarding.clock_rules import names


@answers(MayClose)
def clocks(asked: MayClose) -> Iterable[str]:
    """An incident stays open while a clock runs that holds it."""
    for one in running_in(asked.incident).filter(holds=True):
        yield f"A safeguarding clock still runs: {names().get(one.rule, one.rule)}. Do what it waits for, then close."

"""What holds an investigation from ending beside itself: safeguarding that is still open in its incident."""

from __future__ import annotations

from collections.abc import Iterable

from goldthread.config.upward import answers
from goldthread.investigation.events import MayEnd
from goldthread.safeguarding.clock_queries import running_in
from goldthread.safeguarding.clock_rules import names


@answers(MayEnd)
def safeguarding(asked: MayEnd) -> Iterable[str]:
    """It goes on while a clock runs that holds its incident."""
    for one in running_in(asked.investigation.incident).filter(holds=True):
        yield f"Safeguarding is still open: {names().get(one.rule, one.rule)}. Do what it waits for first."

"""What supervision holds against closing: a question that nobody has answered."""

from __future__ import annotations

from collections.abc import Iterable

from goldthread.config.upward import answers
from goldthread.response.events import MayClose
from goldthread.supervision.queries import open_questions


@answers(MayClose)
def questions(asked: MayClose) -> Iterable[str]:
    """A supervisor's question is answered before the incident closes."""
    if open_questions(asked.incident).exists():
        yield "A supervisor's question has not been answered. Answer it, then close."

"""What supervision shows on an incident's own page: questions that wait for its owner, and its lines of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.desk import beyond
from goldthread.supervision.models import ANSWERS
from goldthread.supervision.presenters import asked_here

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register both; called once at start."""
    beyond.display("supervision/_questions.jinja", _questions)
    beyond.line("review.made", lambda data: f"Reviewed: {dict(ANSWERS)[data['answer']].lower()}")
    beyond.line("question.answered", lambda _data: "A supervisor's question answered")


def _questions(_user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    return {"supervisor_asks": asked_here(record, now)}

"""What the record of a child shows on an incident's own page: that there is one, and what may be done about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.audit.actions import record_consultation
from goldthread.desk import beyond
from goldthread.safeguarding import (
    child_chronology,
    child_clocks,
    child_likeness_actions,
    child_lines,
    child_measures,
    child_raise_actions,
)
from goldthread.safeguarding.child_presenters import here

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_child() -> None:
    """Register all; called once at start. That the actions' modules are loaded here registers their listeners."""
    assert child_likeness_actions.answered is not None
    assert child_raise_actions.closed is not None
    child_chronology.register_all()
    child_lines.register_all()
    child_measures.register_all()
    child_clocks.register_all()
    beyond.display("safeguarding/_child-records.jinja", _records)
    beyond.line("child.tied", lambda _data: "A child tied to their record across incidents")
    beyond.line("child.untied", lambda _data: "A child's tie to a record taken back: not the same child")
    beyond.line(
        "child.raised", lambda data: f"{data['count']} concerns below the threshold raise this child: VAST told"
    )


def _records(user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    incident = record.incident
    if not record.children or not record.reached(user, "child.known"):
        return {}
    rows = here(user, incident, record.children, now)
    if marked := [one["marker"].pk for row in rows for one in row["markers"]]:
        record_consultation(
            user, "child.known", [("incident", str(incident.pk)), *(("child_marker", pk) for pk in marked)]
        )
    return {
        "child_records": rows,
        "child_may_see": user.can("child.see"),
        "child_may_tie": user.can("child.tie"),
    }

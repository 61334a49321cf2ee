"""What safeguarding shows on an incident's own page: its clocks, and its lines of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.accounts.roles import roles
from goldthread.desk import beyond
from goldthread.desk.standing import may_stand
from goldthread.safeguarding import child_shown, concern_shown, door_shown, link_shown, protection_shown, referral_shown
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import in_incident
from goldthread.safeguarding.clock_rules import names
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record

TOLD = {"warn": "time is running out", "due": "time has run out", "ladder": "time has run out and it still waits"}
"""What a step of a clock says after the name of what it waits for."""


def show_all() -> None:
    """Register all; called once at start."""
    may_stand(Clock)
    beyond.display("safeguarding/_clocks.jinja", _clocks)
    beyond.below("safeguarding/_leads.jinja")
    beyond.line("clock.told", _told)
    beyond.line("clock.planned", _planned)
    door_shown.show_all()
    concern_shown.show_all()
    referral_shown.show_all()
    link_shown.show_all()
    protection_shown.show_all()
    child_shown.show_child()


def _clocks(_user: Staff, record: Record, _now: datetime) -> dict[str, Any]:
    found = record.once(in_incident) if record.has(Clock) else []
    return {
        "safeguarding_clocks": [
            {
                "name": referral_shown.clock_name(one),
                "began_at": one.began_at,
                "due_at": one.due_at,
                "known": one.known,
            }
            for one in found
            if record.shown.readings or not concern_shown.of_reader(one.about)
        ]
    }


def _told(data: dict[str, Any]) -> str:
    role = roles().get(data["to"])
    whom = role.name if role is not None else data["to"]
    return f"{names().get(data['rule'], data['rule'])}: {TOLD[data['kind']]}; {whom} told"


def _planned(data: dict[str, Any]) -> str:
    due = clock(datetime.fromisoformat(data["due_at"]))
    return f"{names().get(data['rule'], data['rule'])}: school terms corrected, time runs out at {due}"

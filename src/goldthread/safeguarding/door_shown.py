"""What stands of the door elsewhere: on the incident's page, on its timeline, and above one's own incidents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.desk import beyond, drafts
from goldthread.desk.standing import may_stand
from goldthread.safeguarding import door_presenters
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_queries import VERB
from goldthread.safeguarding.door_rules import ALONE, NO_CHILD, PPN, SEEN

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    may_stand(DoorAnswer)
    may_stand(DoorVisit, "visit__incident")
    beyond.display("safeguarding/_door.jinja", _panel)
    beyond.line("door.child", _child)
    beyond.line("door.visit", _visit)
    beyond.above_own("safeguarding/_door-owed.jinja", VERB, _owed)
    beyond.beside_own(VERB, "safeguarding:door", "At the door")


def _panel(user: Staff, record: Record, _now: datetime) -> dict[str, Any]:
    return {
        "door_visits": door_presenters.panel(record),
        "door_may": bool(record.allocations) and record.reached(user, VERB),
    }


def _owed(user: Staff, now: datetime) -> dict[str, Any]:
    return {"door_owed": door_presenters.owed(user, now), "door_key": drafts.browser_key(user)}


def _child(data: dict[str, Any]) -> str:
    told = [f"child {data['child']} {dict(SEEN)[data['seen']].lower()}"]
    told += [dict(ALONE)[data["alone"]].lower()] if data["alone"] else []
    return f"{_at(data)}: {', '.join(told)}"


def _visit(data: dict[str, Any]) -> str:
    told = [dict(NO_CHILD)[data["no_child"]].lower()] if data["no_child"] else []
    told += [f"PPN {dict(PPN)[data['ppn']].lower()}"] if data["ppn"] else []
    return f"{_at(data)}: {', '.join(told) or 'the visit described'}"


def _at(data: dict[str, Any]) -> str:
    return f"At the door, {data['unit']}{', on an officer’s word' if data['on_word'] else ''}"

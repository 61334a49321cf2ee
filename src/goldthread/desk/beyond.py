"""What apps above the desk put on an incident's page: displays, and words for their lines of the timeline. Registered at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record

Values = Callable[["Staff", "Record", datetime], dict[str, Any]]
_displays: dict[str, Values] = {}
_lines: dict[str, Callable[[dict[str, Any]], str]] = {}


def display(template: str, values: Values) -> None:
    """Show *template* on every incident's page, with these values; its root carries an id, as the desk's own displays do."""
    _displays[template] = values


def line(code: str, words: Callable[[dict[str, Any]], str]) -> None:
    """Say what an event of the timeline with this code was, from its data."""
    _lines[code] = words


def displays() -> tuple[str, ...]:
    """The templates, in the order registered."""
    return tuple(_displays)


def values(user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    """What all of them show of one incident."""
    return {name: value for one in _displays.values() for name, value in one(user, record, now).items()}


def told(code: str, data: dict[str, Any]) -> str | None:
    """The words for an event; None where no app has any."""
    return _lines[code](data) if code in _lines else None

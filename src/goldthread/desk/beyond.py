"""What apps above the desk put on an incident's page: displays, and words for their lines of the timeline. Registered at start."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.desk.record import Record

Values = Callable[["Staff", "Record", datetime], dict[str, Any]]
_displays: dict[str, Values] = {}
_below: list[str] = []
_above: dict[str, tuple[str, Callable[[Staff, datetime], dict[str, Any]]]] = {}
_beside: list[tuple[str, str, str]] = []
_lines: dict[str, Callable[[dict[str, Any]], str]] = {}
_by_reader: dict[str, Callable[[dict[str, Any]], bool]] = {}


def display(template: str, values: Values) -> None:
    """Show *template* on every incident's page, with these values; its root carries an id, as the desk's own displays do."""
    _displays[template] = values


def below(template: str) -> None:
    """Show *template*, of the displays' values, below what is asked and known of the children: what may be done next, not what stands."""
    _below.append(template)


def line(code: str, words: Callable[[dict[str, Any]], str]) -> None:
    """Say what an event of the timeline with this code was, from its data."""
    _lines[code] = words


def by_reader(code: str, when: Callable[[dict[str, Any]], bool] = lambda _data: True) -> None:
    """Say that lines with this code, where the service itself writes them, tell what it read: they are shown to whom readings are."""
    _by_reader[code] = when


def is_by_reader(code: str, data: dict[str, Any]) -> bool:
    """Whether a line that nobody wrote tells what was read."""
    return code in _by_reader and _by_reader[code](data)


def displays(but: Container[str] = ()) -> tuple[str, ...]:
    """The templates of what stands, in the order registered, ``but`` these."""
    return tuple(one for one in _displays if one not in but)


def lower() -> tuple[str, ...]:
    """Those shown below, in the order registered."""
    return tuple(_below)


def values(user: Staff, record: Record, now: datetime, but: Container[str] = ()) -> dict[str, Any]:
    """What all of them show of one incident, ``but`` those of these templates."""
    shown = [one for template, one in _displays.items() if template not in but]
    return {name: value for one in shown for name, value in one(user, record, now).items()}


def told(code: str, data: dict[str, Any]) -> str | None:
    """The words for an event; None where no app has any."""
    return _lines[code](data) if code in _lines else None


def above_own(template: str, verb: str, values: Callable[[Staff, datetime], dict[str, Any]]) -> None:
    """Show *template* above one's own incidents, with these values, to those who may do ``verb``."""
    _above[template] = (verb, values)


def beside_own(verb: str, route: str, words: str) -> None:
    """Beside each of one's own incidents lead to ``route``, a page about that incident, for those who may do ``verb``."""
    _beside.append((verb, route, words))


def own(user: Staff, now: datetime) -> dict[str, Any]:
    """What stands above and beside this person's own incidents."""
    mine = {template: values for template, (verb, values) in _above.items() if user.can(verb)}
    found = {name: value for values in mine.values() for name, value in values(user, now).items()}
    return {"above": list(mine), "beside": [one[1:] for one in _beside if user.can(one[0])], **found}

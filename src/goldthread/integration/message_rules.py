"""What a message of another incident system says, or why it cannot be read: values in, a message or a sentence out.

Facts are never refused: what is not described is passed over and named, a word that has no counterpart here becomes the most
careful one. Unreadable is only what does not say whose it is, where it belongs and in which order, or holds nothing of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated
from goldthread.contact.choices import CHANNELS, CHILDREN_ANSWERS, SEEN, SOURCES
from goldthread.contact.rules import LONGEST_ENTRY, MOST_CHILDREN, ChildGiven, tidy
from goldthread.response.grades import closing_reasons, grades_on

MOST_FIELDS = 200
"""Fields of one message; a message that is none of ours may have a hundred thousand *(ours)*."""
MOST_NAMED = 5
"""Fields passed over that are named one by one *(ours)*."""
LONGEST_NAME = 40
CARELESS = "partner"
"""The channel of an incident whose opening has not come, or names none that there is."""
SYSTEM = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
COMMON = ("system", "id", "incident", "number", "at", "kind")
FACTS = ("location", "caller_name", "caller_phone", "area")
FIELDS: dict[str, tuple[str, ...]] = {
    "opened": (*FACTS, "channel", "text", "source", "grade", "why"),
    "words": ("text", "source"),
    "particulars": (*FACTS, "children"),
    "grade": ("grade", "why"),
    "dispatch": ("unit", "state"),
    "closed": ("reason", "result"),
    "reopened": (),
    "linked": ("to",),
}
"""What each kind of message may hold beside what all of them have."""
STATES = ("sent", "arrived", "left")


class UnreadableMessage(Exception):
    """Why a message cannot be read, and at which field; ``known`` is what could be read of it all the same."""

    def __init__(self, why: str, where: str = "", known: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{where}: {why}" if where else why)
        self.known = dict(known or {})


@dataclass(frozen=True)
class Told:
    """A message that can be read. ``body`` holds the fields of its kind, as they will be used; ``passed`` those passed over."""

    system: str
    id: str
    ref: str
    number: int
    at: datetime
    kind: str
    body: dict[str, Any] = field(default_factory=dict)
    passed: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Everything in it that a person may have said, for the reader."""
        return words_in(self.body)


@dataclass(frozen=True)
class Limits:
    """``messages.toml``: how long things may wait, and their words for ours."""

    wait: timedelta
    late: timedelta
    clock: timedelta
    silent: timedelta
    unused: timedelta
    grades: dict[str, str]
    channels: dict[str, str]
    closings: dict[str, str]


@lru_cache(maxsize=1)
def limits() -> Limits:
    """What is in force. Raises ``ValueError`` where the file names a grade, channel or reason that there is not."""
    row = dated.table("integration", "messages.toml")
    found = Limits(
        wait=timedelta(seconds=row["wait_seconds"]),
        late=timedelta(seconds=row["late_seconds"]),
        clock=timedelta(seconds=row["clock_seconds"]),
        silent=timedelta(minutes=row["silent_minutes"]),
        unused=timedelta(days=row["unused_days"]),
        grades=row["grades"],
        channels=row["channels"],
        closings=row["closings"],
    )
    for name, given, known in (
        ("grades", found.grades, set(grades_on(date.max))),
        ("channels", found.channels, set(dict(CHANNELS))),
        ("closings", found.closings, set(closing_reasons())),
    ):
        if unknown := set(given.values()) - known:
            raise ValueError(f"messages.toml: {name} names {min(unknown)}, which there is not")
    return found


def message(given: Any) -> Told:
    """A message as it is understood. Raises ``UnreadableMessage`` with a sentence that says what is wrong and where."""
    if not isinstance(given, dict):
        raise UnreadableMessage("it is not an object of names and values")
    if len(given) > MOST_FIELDS:
        raise UnreadableMessage(f"it has {len(given):,} fields, and at most {MOST_FIELDS} are taken")
    known: dict[str, Any] = {}
    wrong: list[UnreadableMessage] = []
    # What can be read of one that is wrong is told with it, so that whoever looks it through knows whose it is.
    for name, read in _COMMON.items():
        try:
            known[name] = read(given)
        except UnreadableMessage as error:
            wrong.append(error)
    try:
        body = {} if wrong else _BODIES[known["kind"]](given)
    except UnreadableMessage as error:
        wrong.append(error)
    if wrong:
        wrong[0].known = known
        raise wrong[0]
    kind = known["kind"]
    passed = tuple(sorted(str(name) for name in given if name not in {*COMMON, *FIELDS[kind]}))
    return Told(**known, body=body, passed=passed)


def told_of(passed: Sequence[str]) -> str:
    """The fields that were passed over, in a sentence; empty for none."""
    if not passed:
        return ""
    named = ", ".join(repr(tidy(one)[:LONGEST_NAME]) for one in passed[:MOST_NAMED])
    more = f" and {len(passed) - MOST_NAMED:,} more" if len(passed) > MOST_NAMED else ""
    return f"Passed over, since this kind has no such field: {named}{more}."


def ready(reached: int, waiting: Iterable[int]) -> list[int]:
    """Of numbers that wait those that may be placed now, in order: what follows ``reached`` without a gap, and whatever came behind it."""
    found, at = [], reached
    for number in sorted(waiting):
        if number > at + 1:
            break
        found.append(number)
        at = max(at, number)
    return found


def missing(reached: int, waiting: Iterable[int]) -> list[tuple[int, int]]:
    """The gaps before and between numbers that wait, as first and last of each."""
    found, at = [], reached
    for number in sorted(waiting):
        if number > at + 1:
            found.append((at + 1, number - 1))
        at = max(at, number)
    return found


def off_by(told_at: datetime, received_at: datetime, most: timedelta) -> int:
    """By how many seconds the told time differs from ours, negative where it lies ahead; 0 where that is within ``most``."""
    seconds = int((received_at - told_at).total_seconds())
    return seconds if abs(seconds) > most.total_seconds() else 0


def words_in(value: Any) -> str:
    """Every text in a value, one to a line, at most as many characters as one entry holds."""
    found: list[str] = []
    stack, left = [value], LONGEST_ENTRY
    while stack and left > 0:
        one = stack.pop()
        if isinstance(one, str):
            found.append(tidy(one)[:left])
            left -= len(one)
        elif isinstance(one, dict):
            stack += reversed(one.values())
        elif isinstance(one, list | tuple):
            stack += reversed(one)
        elif isinstance(one, ChildGiven):
            stack.append([one.name, one.where_now, one.last_seen_by])
    return "\n".join(found)


def _text(given: Mapping[str, Any], name: str, limit: int, *, needed: bool = False) -> str:
    value = given.get(name, "")
    value = "" if value is None else value
    if not isinstance(value, str):
        raise UnreadableMessage("it is to be text, in quotation marks", name)
    kept = tidy(value).strip()
    if needed and not kept:
        raise UnreadableMessage("it is missing", name)
    if len(kept) > limit:
        raise UnreadableMessage(f"it has {len(kept):,} characters, and at most {limit:,} fit", name)
    if limit <= 200 and "\ufffd" in kept and needed:
        raise UnreadableMessage("it holds a character that is none", name)
    return kept


def _system(given: Mapping[str, Any]) -> str:
    found = _text(given, "system", 40, needed=True).lower()
    if not SYSTEM.fullmatch(found):
        raise UnreadableMessage("it is to be a code of letters, digits, dots, dashes and underlines", "system")
    return found


def _number(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31 - 1:
        raise UnreadableMessage("it is to be a whole number from 1, in the order of the incident's messages", "number")
    return value


def _moment(value: Any) -> datetime:
    if isinstance(value, str) and MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise UnreadableMessage("it is to be a time with its zone, such as 2026-11-23T02:07:00Z", "at")


def _kind(given: Mapping[str, Any]) -> str:
    kind = _text(given, "kind", 20, needed=True)
    if kind not in FIELDS:
        raise UnreadableMessage(f"there is no such kind; there are {', '.join(FIELDS)}", "kind")
    return kind


def _facts(given: Mapping[str, Any]) -> dict[str, Any]:
    # Too much is kept in the message and cut in the incident: an incident is never held up by a long place.
    facts = {name: _text(given, name, LONGEST_ENTRY) for name in FACTS}
    area = facts.pop("area")
    return {"facts": facts, "area": area}


def _source(given: Mapping[str, Any]) -> str:
    found = _text(given, "source", LONGEST_ENTRY)
    return found if found in dict(SOURCES) and found != "system" else "caller"


def _opened(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = _text(given, "channel", LONGEST_ENTRY).lower()
    channel = limits().channels.get(asked, asked)
    text = _text(given, "text", LONGEST_ENTRY)
    grade = _grade(given) if given.get("grade") not in (None, "") else None
    return {
        **_facts(given),
        "channel": channel if channel in dict(CHANNELS) else CARELESS,
        "text": text,
        "source": _source(given),
        **(grade or {}),
    }


def _words(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": _text(given, "text", LONGEST_ENTRY, needed=True), "source": _source(given)}


def _particulars(given: Mapping[str, Any]) -> dict[str, Any]:
    found = _facts(given)
    children = given.get("children")
    if children is not None:
        found["children"] = _children(children)
    if children is None and not any([*found["facts"].values(), found["area"]]):
        raise UnreadableMessage(f"it tells none of {', '.join((*FACTS, 'children'))}")
    return found


def _children(given: Any) -> tuple[str, list[ChildGiven]]:
    if not isinstance(given, dict):
        raise UnreadableMessage("it is to be an object with an answer, and the children named", "children")
    answer, named = _text(given, "answer", 40), given.get("named") or []
    if not isinstance(named, list) or len(named) > MOST_CHILDREN:
        raise UnreadableMessage(f"it is to be a list of at most {MOST_CHILDREN} children", "children.named")
    if named:
        answer = "named"
    if answer not in dict(CHILDREN_ANSWERS) or answer == "not_asked" or (answer == "named" and not named):
        raise UnreadableMessage(
            "it is to be asked_none, not_known, or named with the children named", "children.answer"
        )
    return answer, [_child(one, at) for at, one in enumerate(named)]


def _child(given: Any, at: int) -> ChildGiven:
    if not isinstance(given, dict):
        raise UnreadableMessage("it is to be an object of names and values", f"children.named.{at}")
    age, seen = given.get("age"), _text(given, "seen", 40)
    # An age that is none of a child's is not taken: where age is unknown, they are treated as a child.
    known = isinstance(age, int) and not isinstance(age, bool) and 0 <= age <= 17
    name = _text(given, "name", LONGEST_ENTRY)[:120]
    return ChildGiven(
        child=_text(given, "id", 200) or name or str(at),
        name=name,
        age=age if known else None,
        age_estimated=given.get("age_estimated") is True,
        where_now=_text(given, "where_now", LONGEST_ENTRY)[:200],
        last_seen_by=_text(given, "last_seen_by", LONGEST_ENTRY)[:200],
        seen=seen if seen in dict(SEEN) else "not_known",
    )


def _grade(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = _text(given, "grade", 40, needed=True).lower()
    code = limits().grades.get(asked, asked)
    if code not in grades_on(date.max):
        raise UnreadableMessage("there is no such grade here, and messages.toml names none for it", "grade")
    return {"grade": code, "why": _text(given, "why", LONGEST_ENTRY)}


def _dispatch(given: Mapping[str, Any]) -> dict[str, Any]:
    state = _text(given, "state", 20, needed=True).lower()
    if state not in STATES:
        raise UnreadableMessage(f"it is to be {', '.join(STATES[:-1])} or {STATES[-1]}", "state")
    return {"unit": " ".join(_text(given, "unit", 20, needed=True).split()), "state": state}


def _closed(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = _text(given, "reason", LONGEST_ENTRY).lower()
    return {"reason": limits().closings.get(asked, asked), "result": _text(given, "result", LONGEST_ENTRY)}


_COMMON: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "system": _system,
    "id": lambda given: _text(given, "id", 200, needed=True),
    "ref": lambda given: _text(given, "incident", 120, needed=True),
    "number": lambda given: _number(given.get("number")),
    "at": lambda given: _moment(given.get("at")),
    "kind": _kind,
}
_BODIES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "opened": _opened,
    "words": _words,
    "particulars": _particulars,
    "grade": _grade,
    "dispatch": _dispatch,
    "closed": _closed,
    "reopened": lambda _given: {},
    "linked": lambda given: {"to": _text(given, "to", 120, needed=True)},
}

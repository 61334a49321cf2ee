"""How messages come: the bytes of a request or a line, as messages that can be read and what cannot, each kept. No database.

A message bomb costs a sentence: nesting, numbers of thousands of digits, NaN, a hundred thousand fields, no UTF-8.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

from goldthread.contact.rules import tidy
from goldthread.integration.message_rules import Told, UnreadableMessage, message, words_in

MOST_MESSAGES = 500
"""Messages in one request *(ours)*."""
LARGEST = 2_000_000
"""Bytes of one request, or of one line *(ours)*."""
KEPT = 100_000
"""Characters kept of what could not be read: enough to see what is wrong *(ours)*."""


@dataclass(frozen=True)
class Came:
    """A message as it came: ``raw`` is its content in one form, ``told`` what it says, or None with ``why`` it cannot be read.

    ``size`` in bytes. ``known`` is what could be read of one that is unreadable; ``words`` are everything a person may have said in it.
    """

    raw: str
    size: int
    told: Told | None
    why: str = ""
    known: dict[str, Any] = field(default_factory=dict)
    words: str = ""


def parsed(text: str) -> Any:
    """The JSON value of a text. Raises ``UnreadableMessage``: for NaN, a name given twice, nesting that is too deep, and no JSON."""
    try:
        return json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_no_constant)
    except RecursionError:
        raise UnreadableMessage("it is nested too deeply") from None
    except ValueError:  # among them a number of thousands of digits
        raise UnreadableMessage("it is not JSON") from None


def canonical(value: Any) -> str:
    """A message's content in one form, so that the same content is the same text. Raises ``UnreadableMessage``."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    except (ValueError, RecursionError):
        raise UnreadableMessage("it is nested too deeply") from None


def came(value: Any, size: int) -> Came:
    """One value of a list, as it came."""
    try:
        raw = canonical(value)
        told = message(value)
    except UnreadableMessage as error:
        words = words_in(value)
        try:
            raw = canonical(value)[:KEPT]
        except UnreadableMessage:
            raw = words[:KEPT]
        return Came(raw, size, None, f"{str(error)[:1].upper()}{str(error)[1:]}.", error.known, words)
    return Came(raw, size, told, words=told.words)


def came_text(given: bytes) -> Came:
    """One line, as it came."""
    try:
        text = given.decode("utf-8-sig")
    except UnicodeDecodeError:
        return unread(given, "It is not UTF-8.")
    if len(given) > LARGEST:
        return unread(given, f"It has {len(given):,} bytes, and a message has at most {LARGEST:,}.")
    try:
        value = parsed(text)
    except UnreadableMessage as error:
        return unread(given, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    return came(value, len(given))


def unread(given: bytes, why: str) -> Came:
    """What is no message at all: kept as far as anybody can look it through, and read as words."""
    text = tidy(given[: 4 * KEPT].decode("utf-8", "backslashreplace"))[:KEPT]
    return Came(text, len(given), None, why, words=text)


def came_in(body: bytes, *, lines: bool) -> list[Came]:
    """The messages of a request: one to a line, or a JSON list, or one object. Raises ``UnreadableMessage`` for too many."""
    if lines:
        found = [came_text(line) for line in body.splitlines() if line.strip()]
        return _not_too_many(found)
    try:
        value = parsed(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return [unread(body, "It is not UTF-8.")]
    except UnreadableMessage as error:
        return [unread(body, f"{str(error)[:1].upper()}{str(error)[1:]}.")]
    values = value if isinstance(value, list) else [value]
    return [came(one, len(body) // len(values)) for one in _not_too_many(values)]


def _not_too_many(found: list[Any]) -> list[Any]:
    if len(found) > MOST_MESSAGES:
        raise UnreadableMessage(f"There are {len(found):,} messages, and at most {MOST_MESSAGES} are taken at once")
    return found


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableMessage("a field is given twice, so it is not clear which holds")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")

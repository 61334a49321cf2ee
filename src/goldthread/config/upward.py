"""The two ways a lower floor speaks to a higher one: ``announce`` and ``ask``.

``announce(event)`` calls every listener in the same transaction; a listener that fails rolls the whole back.
``ask(question)`` collects the blockers that higher apps registered. A question that cannot be answered because an
answerer failed counts as blocked: it fails closed. It is never put before an upgrade, an allocation or a dispatch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from goldthread.config.logs import log

E = TypeVar("E")
Q = TypeVar("Q")

_listeners: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
_last: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
_answerers: dict[type[Any], list[Callable[[Any], Iterable[str]]]] = defaultdict(list)


@dataclass(frozen=True)
class Blocker:
    """One reason why the thing asked about may not happen yet, in words a user can act on."""

    why: str


@dataclass(frozen=True)
class ServiceStarts:
    """A process is about to serve pages: what takes long to load is loaded now, not while the first caller waits."""


def listen(event: type[E], *, last: bool = False) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register the decorated function for events of exactly this class.

    ``last``: told after all others, whichever was imported first; for what shows what the others have written.
    """

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        if listener not in (*_listeners[event], *_last[event]):
            (_last if last else _listeners)[event].append(listener)
        return listener

    return register


def announce(event: object) -> None:
    """Tell every listener, those that asked to be last at the end, inside the caller's transaction; errors propagate."""
    for listener in (*_listeners[type(event)], *_last[type(event)]):
        listener(event)


def answers(question: type[Q]) -> Callable[[Callable[[Q], Iterable[str]]], Callable[[Q], Iterable[str]]]:
    """Register the decorated function to answer questions of exactly this class with reasons that block."""

    def register(answerer: Callable[[Q], Iterable[str]]) -> Callable[[Q], Iterable[str]]:
        if answerer not in _answerers[question]:
            _answerers[question].append(answerer)
        return answerer

    return register


def ask(question: object) -> list[Blocker]:
    """Every blocker there is; empty means that nothing stands against it. A failing answerer blocks."""
    found: list[Blocker] = []
    for answerer in _answerers[type(question)]:
        try:
            found += [Blocker(why) for why in answerer(question)]
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the answer is "not yet"
            log().error("an answerer failed", error=type(error).__name__, where=answerer.__qualname__)
            found.append(
                Blocker("A check that must be made first could not be made. Try again, or call the supervisor.")
            )
    return found

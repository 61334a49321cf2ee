"""The two ways to speak upward: told in the same transaction, and asked in a way that fails closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from goldthread.config import upward
from goldthread.config.upward import announce, answers, ask, listen


@dataclass(frozen=True)
class Rang:
    """An event of these tests."""

    times: int


@dataclass(frozen=True)
class RangLoudly(Rang):
    """A kind of it."""


@dataclass(frozen=True)
class MayRing:
    """A question of these tests."""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    for kind in (Rang, RangLoudly):
        upward._listeners.pop(kind, None)
    upward._answerers.pop(MayRing, None)


def test_listeners_hear_in_the_order_registered() -> None:
    heard: list[str] = []
    listen(Rang)(lambda event: heard.append(f"first {event.times}"))
    listen(Rang)(lambda event: heard.append(f"second {event.times}"))
    announce(Rang(2))
    assert heard == ["first 2", "second 2"]


def test_a_listener_registered_twice_hears_once() -> None:
    heard: list[Rang] = []

    def listener(event: Rang) -> None:
        heard.append(event)

    listen(Rang)(listener)
    listen(Rang)(listener)
    announce(Rang(1))
    assert len(heard) == 1


def test_only_events_of_exactly_that_class_are_heard() -> None:
    heard: list[Rang] = []
    listen(Rang)(heard.append)
    announce(RangLoudly(1))
    assert not heard


def test_an_event_nobody_listens_to_is_no_error() -> None:
    announce(Rang(1))


def test_a_failing_listener_stops_the_announcement() -> None:
    heard: list[Rang] = []

    def failing(event: Rang) -> None:
        raise RuntimeError("a floor above fell over")

    listen(Rang)(failing)
    listen(Rang)(heard.append)
    with pytest.raises(RuntimeError, match="fell over"):
        announce(Rang(1))
    assert not heard


def test_nothing_in_the_way_is_an_empty_answer() -> None:
    answers(MayRing)(lambda question: [])
    assert ask(MayRing()) == []


def test_every_blocker_is_collected() -> None:
    answers(MayRing)(lambda question: ["It is night."])
    answers(MayRing)(lambda question: ["The bell is away.", "The rope is gone."])
    assert [one.why for one in ask(MayRing())] == ["It is night.", "The bell is away.", "The rope is gone."]


def test_a_failing_answerer_blocks_and_the_others_are_still_heard() -> None:
    def failing(question: MayRing) -> list[str]:
        raise RuntimeError("cannot look")

    answers(MayRing)(failing)
    answers(MayRing)(lambda question: ["It is night."])
    found = [one.why for one in ask(MayRing())]
    assert len(found) == 2
    assert "could not be made" in found[0]
    assert found[1] == "It is night."


def test_an_answerer_that_fails_half_way_blocks() -> None:
    def failing(question: MayRing) -> Iterator[str]:
        yield from ()
        raise RuntimeError("cannot look further")

    answers(MayRing)(failing)
    assert "could not be made" in ask(MayRing())[0].why

"""The words for what messages leave on an incident's timeline."""

from __future__ import annotations

from typing import Any

from goldthread.desk import beyond
from goldthread.integration.message_models import BECAME
from goldthread.response.import_rules import AGAINST

STATES = {"sent": "sent", "arrived": "arrived", "left": "left"}
BECAME_WORDS = dict(BECAME)


def length(seconds: int) -> str:
    """A difference of clocks in words."""
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"


def differs(seconds: int) -> str:
    """By how much the times of a system's messages lie off ours, and what may be why."""
    if seconds < 0:
        return f"times {length(-seconds)} ahead of ours: its clock"
    return f"times {length(seconds)} before ours: late, or its clock"


def clock(data: dict[str, Any]) -> str:
    """That a system's times are not ours, and what follows."""
    return f"{data['system']}: {differs(int(data['seconds']))}. Targets run from when its messages came here"


def outside(data: dict[str, Any]) -> str:
    """What another system did that the rule does not allow here."""
    return f"Outside the rule: {'; '.join(AGAINST.get(code, code) for code in data['what'])}"


def register_all() -> None:
    """Register the lines; called once at start."""
    beyond.line("outside.rule", outside)
    beyond.line("message.clock", clock)
    beyond.line("message.waits", lambda data: (
        f"{data['system']}: message {data['number']} came early and waits for number {data['wait_for']}"
    ))  # fmt: skip
    beyond.line("message.gap", lambda data: (
        f"{data['system']}: message{_numbers(data['first'], data['last'])} did not come. What follows stands without"
    ))  # fmt: skip
    beyond.line("message.behind", lambda data: f"{data['system']}: message {data['number']} came after later ones")
    beyond.line("message.failed", lambda data: (
        f"{data['system']}: message {data['number']} could not be written here. Read it under Messages"
    ))  # fmt: skip
    beyond.line("unit.told", lambda data: f"Unit {STATES.get(data['state'], data['state'])} elsewhere: {data['unit']}")
    beyond.line("unit.elsewhere", lambda data: (
        f"Unit {STATES.get(data['state'], data['state'])} elsewhere: {data['unit']}, which stands with {data['reference']} here"
    ))  # fmt: skip


def _numbers(first: int, last: int) -> str:
    return f" {first}" if first == last else f"s {first} to {last}"

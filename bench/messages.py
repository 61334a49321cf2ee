"""Messages of another incident system: 10,000 in lists, cut off in the middle and sent on; beside one message a request."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.world import World

SENDERS = 2
"""Systems that send beside each other, as the pages have two workers."""
MESSAGES, LIST = 10_000, 100
SINGLE = 600
"""Messages of each sender that come one by one."""


def run(world: World) -> Result:
    """Measure."""
    from goldthread.accounts.actions import add_staff, issue_token
    from goldthread.audit.models import AuditEvent
    from goldthread.integration.message_models import Message, Placed

    tokens = []
    for number in range(SENDERS):
        name = f"bench-system-{number}"
        add_staff(name, "amber-thread-of-bench", name=name, role="incident_system", team=f"Bench desk {number}")
        tokens.append(issue_token(name)[0])
    share = MESSAGES // SENDERS
    began = datetime.now(UTC).isoformat()
    half = share // LIST // 2
    before = AuditEvent.objects.count()
    # The first run is cut off: its last list was taken, and its sender never heard so. The second begins with that list again.
    parts = [
        _send(tokens, "lists", share, LIST, began, 0, half),
        _send(tokens, "lists", share, LIST, began, half - 1, None),
    ]
    events = AuditEvent.objects.count() - before
    seconds = sum(one["seconds"] for one in parts)
    became = {
        name: sum(one["became"].get(name, 0) for one in parts)
        for name in ("taken", "waiting", "repeated", "unreadable", "other")
    }
    new = Message.objects.filter(became="new").count()
    if new != became["taken"] + became["waiting"] or became["other"]:
        raise CannotMeasureError(f"{became} were acknowledged and {new} are there")
    placed = Placed.objects.filter(failed=False).count()
    took = [one for part in parts for one in part["took"]]
    middle = AuditEvent.objects.count()
    single = _send(tokens, "single", SINGLE, 1, began, 0, None)
    alone = AuditEvent.objects.count() - middle
    rate, single_rate = sum(became.values()) / seconds, len(single["took"]) / single["seconds"]
    return Result(
        f"messages: {MESSAGES:,} of {SENDERS} invented incident systems in lists of {LIST}, cut off in the middle and sent on",
        [
            Row("messages a second", f"{rate:,.0f} /s", f"{single_rate:,.0f} /s", f"{rate / single_rate:.1f}x"),
            Row("audit events a second", f"{events / seconds:,.0f} /s", f"{alone / single['seconds']:,.0f} /s",
                f"{events / seconds / (alone / single['seconds']):.1f}x"),
            Row("a list, p50", milliseconds(percentile(took, 0.50)), milliseconds(percentile(single["took"], 0.50))),
            Row("a list, p99", milliseconds(percentile(took, 0.99)), milliseconds(percentile(single["took"], 0.99))),
            Row("taken", f"{new:,}", "", "", "each once", True),
            Row("  in their incidents", f"{placed:,}"),
            Row("repeated, unreadable", f"{became['repeated']:,}, {became['unreadable']:,}"),
        ],
        [
            f"Each message is kept, placed in its order, read, audited and announced; {world.disk}.",
            "Through the API's whole way but the socket; senders, readers and database share the cores.",
            "Reference: one message to a request, by the same senders, after it.",
            "What is taken and in no incident waits for a message that was broken on the way; it is given up after a minute.",
        ],
    )  # fmt: skip


def _send(
    tokens: list[str], system: str, messages: int, together: int, began: str, since: int, until: int | None
) -> dict[str, Any]:
    """What all senders measured together."""
    senders = []
    try:
        for number, token in enumerate(tokens):
            given = {
                "system": f"{system}-{number}", "token": token, "messages": messages, "list": together, "from": since, "to": until,
                "seed": number + 1, "began": began,
            }  # fmt: skip
            sender = subprocess.Popen(
                [sys.executable, "-m", "bench.messages_side"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            senders.append(sender)
            _tell(sender, json.dumps(given))
        for sender in senders:
            if _line(sender) != "ready\n":
                raise CannotMeasureError("a sender did not start; what it said stands above")
        for sender in senders:
            _tell(sender, "go")
        told = [json.loads(_line(sender)) for sender in senders]
    finally:
        for sender in senders:
            sender.kill()
            sender.communicate()
    became: dict[str, int] = {}
    for one in told:
        for name, count in one["became"].items():
            became[name] = became.get(name, 0) + count
    return {
        "seconds": max(one["ended"] for one in told) - min(one["began"] for one in told),
        "took": [each for one in told for each in one["took"]],
        "became": became,
    }


def _tell(sender: subprocess.Popen[str], line: str) -> None:
    assert sender.stdin is not None
    sender.stdin.write(line + "\n")
    sender.stdin.flush()


def _line(sender: subprocess.Popen[str]) -> str:
    assert sender.stdout is not None
    line = sender.stdout.readline()
    if not line:
        raise CannotMeasureError("a sender ended; what it said stands above")
    return line

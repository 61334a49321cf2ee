"""Messages of another incident system from a process of its own, through the API's whole way but the socket.

``python -m bench.messages_side``: one JSON line in, "ready" out; after a line "go", one JSON line with what was measured.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from typing import Any

import django

django.setup()

from django.test import Client  # noqa: E402 - Django must be set up first
from tools.sample_system import day, sent  # noqa: E402

from goldthread.assessment.reading import reader  # noqa: E402

ADDRESS = "/api/v1/messages"


def main() -> None:
    """Read ``{"system", "token", "messages", "list", "from"}``: lists of so many, the first ``from`` lists left out, and send them."""
    given = json.loads(sys.stdin.readline())
    came = sent(day(given["messages"], seed=given["seed"], began=datetime.fromisoformat(given["began"])), given["seed"])
    lines = [one.line.replace(b'"nightingale"', json.dumps(given["system"]).encode()) for one in came]
    lists = [b"\n".join(lines[at : at + given["list"]]) for at in range(0, len(lines), given["list"])]
    reader()
    client = Client(headers={"host": "localhost", "Authorization": f"Bearer {given['token']}"})
    _send(client, b"")
    print("ready", flush=True)
    sys.stdin.readline()
    began, took, became = time.monotonic(), [], {}
    for body in lists[given["from"] : given["to"]]:
        start = time.monotonic()
        for one in _send(client, body):
            became[one["became"]] = became.get(one["became"], 0) + 1
        took.append(time.monotonic() - start)
    print(json.dumps({"began": began, "ended": time.monotonic(), "took": took, "became": became}), flush=True)


def _send(client: Client, body: bytes) -> list[dict[str, Any]]:
    answer = client.post(ADDRESS, body, content_type="application/x-ndjson")
    if answer.status_code != 200:
        raise SystemExit(f"the answer was {answer.status_code}: {answer.content[:300]!r}")
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


if __name__ == "__main__":
    main()

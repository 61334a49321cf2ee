"""Changes incidents at a steady pace from a process of its own, and between them sends bare notifications.

``python -m bench.changes_side``: one JSON line in, "ready" out; after a line "go", one JSON line with what was measured.
All times are of the machine's monotonic clock, which every process shares.
"""

from __future__ import annotations

import json
import random
import sys
import time
import uuid

import django
import psycopg

django.setup()

from bench.texts import log  # noqa: E402 - Django must be set up first
from goldthread.accounts.models import Staff  # noqa: E402
from goldthread.assessment.reading import reader  # noqa: E402
from goldthread.contact.actions import add_words  # noqa: E402

CHANNEL = "bench_bare"


def main() -> None:
    """Read ``{"pace": a second, "staff": id, "dsn": ..., "incidents": [...]}``: each incident is changed once, in order.

    Answers with ``{"changes": {incident: when committed}, "round_trips": [seconds]}``.
    """
    given = json.loads(sys.stdin.readline())
    staff = Staff.objects.get(pk=given["staff"])
    dice = random.Random(len(given["incidents"]))
    reader()
    changes: dict[str, float] = {}
    trips: list[float] = []
    with psycopg.connect(given["dsn"], autocommit=True) as one, psycopg.connect(given["dsn"], autocommit=True) as other:
        other.execute(f"LISTEN {CHANNEL}")
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        for number, incident in enumerate(given["incidents"]):
            _wait_until(began + number / given["pace"])
            add_words(staff, uuid.UUID(incident), key=uuid.uuid4(), source="caller", text=log(dice, 40))
            changes[incident] = time.monotonic()
            _wait_until(began + (number + 0.5) / given["pace"])
            sent = time.monotonic()
            one.execute(f"NOTIFY {CHANNEL}")
            if not list(other.notifies(timeout=5, stop_after=1)):
                raise SystemExit("a notification was not heard in 5 s")
            trips.append(time.monotonic() - sent)
    print(json.dumps({"changes": changes, "round_trips": trips}))


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


if __name__ == "__main__":
    main()

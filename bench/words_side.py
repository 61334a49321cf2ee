"""Writes from a process of its own, as one worker of the pages does: several threads, each with its connection.

``python -m bench.words_side``: one JSON line in, "ready" out; after a line "go", one JSON line with what was measured.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import django
import psycopg

django.setup()

from bench.texts import log  # noqa: E402 - Django must be set up first
from goldthread.accounts.models import Staff  # noqa: E402
from goldthread.assessment.reading import reader  # noqa: E402
from goldthread.contact.actions import add_words  # noqa: E402

Once = Callable[[], object]


def main() -> None:
    """Read ``{"what": "words"|"bare", "threads", "seconds", "seed", "dsn", "staff": [...], "incidents": [...]}``."""
    given = json.loads(sys.stdin.readline())
    kind = words if given["what"] == "words" else bare
    work: list[list[float]] = [[] for _ in range(given["threads"])]
    wrong: list[BaseException] = []
    warm = threading.Barrier(given["threads"] + 1)
    go = threading.Event()

    def loop(number: int) -> None:
        try:
            once = kind(given, number)
            once()  # the connection is made and every statement was seen once
            warm.wait()
            go.wait()
            until = time.monotonic() + given["seconds"]
            while (began := time.monotonic()) < until:
                once()
                work[number].append(time.monotonic() - began)
        except BaseException as error:
            wrong.append(error)
            warm.abort()
            raise

    threads = [threading.Thread(target=loop, args=(number,)) for number in range(given["threads"])]
    for thread in threads:
        thread.start()
    warm.wait()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    go.set()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"a write failed: {wrong[0]}")
    print(json.dumps({"began": began, "ended": time.monotonic(), "took": [one for mine in work for one in mine]}))


def words(given: dict[str, Any], number: int) -> Once:
    """Somebody's words to an incident of this thread's own share, through the action, read and audited."""
    reader()
    dice = random.Random(given["seed"] * 100 + number)
    staff = Staff.objects.get(pk=given["staff"][number % len(given["staff"])])
    share: Sequence[str] = given["incidents"][number :: given["threads"]]
    return lambda: add_words(
        staff, uuid.UUID(dice.choice(share)), key=uuid.uuid4(), source="caller", text=log(dice, 40)
    )


def bare(given: dict[str, Any], number: int) -> Once:
    """One row of one column, committed."""
    connection = psycopg.connect(given["dsn"], autocommit=True)
    return lambda: connection.execute("INSERT INTO bench_bare VALUES (%s)", [number])


if __name__ == "__main__":
    main()

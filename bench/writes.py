"""Durable audited writes, against bare commits of the same threads; and then whether the audit's chain is whole."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import psycopg

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.world import World

PROCESSES, THREADS = 2, 4
"""Eight threads, in two processes as the pages have two workers."""
SECONDS = 10
TARGET_RATE, TARGET_P99 = 300, 0.250


def run(world: World) -> Result:
    """Measure."""
    from goldthread.contact.models import Command

    with psycopg.connect(world.urls.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS bench_bare (n bigint)")
    before = Command.objects.count()
    rate, took = _write(world, "words")
    kept = Command.objects.count() - before
    acknowledged = len(took) + PROCESSES * THREADS  # each thread's first is not timed
    bare_rate, bare_took = _write(world, "bare")
    if kept != acknowledged:
        raise CannotMeasureError(f"{acknowledged} writes were acknowledged and {kept} are there")
    events = _audited()
    p99, bare_p99 = percentile(took, 0.99), percentile(bare_took, 0.99)
    return Result(
        f"writes: words added through the action, {PROCESSES * THREADS} threads for {SECONDS} s",
        [
            Row("durable audited writes", f"{rate:,.0f} /s", f"{bare_rate:,.0f} /s", f"{rate / bare_rate:.3f}",
                f">= {TARGET_RATE} /s", rate >= TARGET_RATE),
            Row("  p50", milliseconds(percentile(took, 0.50)), milliseconds(percentile(bare_took, 0.50))),
            Row("  p99", milliseconds(p99), milliseconds(bare_p99), f"{p99 / bare_p99:,.1f}x", "<= 250 ms", p99 <= TARGET_P99),
            Row("acknowledged and there", f"{kept:,} of {acknowledged:,}", "", "", "all", True),
            Row("audit events, chain whole", f"{events:,}", "", "", "all", True),
        ],
        [
            f"Each write locks the incident, keeps and reads the words, audits, projects and announces; {world.disk}.",
            f"{PROCESSES} processes of {THREADS} threads, as many as the pages' workers; writers and database share the cores.",
            "Reference: INSERT and COMMIT into a table of one column by the same threads, after it.",
            "The target is for 30 minutes.",
        ],
    )  # fmt: skip


def _write(world: World, what: str) -> tuple[float, list[float]]:
    """Writes a second over all processes, and how long each took."""
    filled = world.filled
    given = {
        "what": what, "threads": THREADS, "seconds": SECONDS, "dsn": world.urls.owner_url,
        "staff": [one.pk for one in filled.writers],
    }  # fmt: skip
    writers = []
    try:
        for number in range(PROCESSES):
            share = [str(one) for one in filled.incidents[number::PROCESSES]]
            writers.append(_started({**given, "seed": number, "incidents": share}))
        for writer in writers:
            if _line(writer) != "ready\n":
                raise CannotMeasureError("a writer did not start; what it said stands above")
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        told: Sequence[dict[str, Any]] = [json.loads(_line(writer)) for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    took = [one for mine in told for one in mine["took"]]
    return len(took) / (max(one["ended"] for one in told) - min(one["began"] for one in told)), took


def _started(given: dict[str, Any]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.words_side"]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert writer.stdin is not None
    writer.stdin.write(json.dumps(given) + "\n")
    writer.stdin.flush()
    return writer


def _line(writer: subprocess.Popen[str]) -> str:
    assert writer.stdout is not None
    line = writer.stdout.readline()
    if not line:
        raise CannotMeasureError("a writer ended; what it said stands above")
    return line


def _audited() -> int:
    """How many events the audit's chains hold, every one verified. Raises ``CannotMeasureError`` when one is wrong."""
    from goldthread.audit import stored, verify

    wrong: list[verify.Problem] = []
    with stored.snapshot() as log:
        result = verify.verify(log.shards(), [], wrong.append)
        wrong += log.problems()
    if wrong:
        raise CannotMeasureError(f"the audit has {len(wrong)} faults after it, the first: {wrong[0]}")
    return result.after

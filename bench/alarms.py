"""How soon what falls due is told: alarms one by one, and all at once as after an outage."""

from __future__ import annotations

import threading
import time

import psycopg

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.world import World

SPREAD = 1_000
"""Alarms that fall due one after the other."""
OVER = 10.0
"""Seconds over which they do."""
PATIENCE = 600.0
TARGET = 5.0

WAITING = (
    "SELECT count(*) FROM response_alarm WHERE raised_at IS NULL AND ended_at IS NULL AND due_at <= goldthread_now()"
)
TO_COME = """
UPDATE response_alarm SET raised_at = NULL, ended_at = NULL,
    due_at = goldthread_now() + interval '3 seconds' + random() * %s * interval '1 second'
WHERE id IN (SELECT max(id) FROM response_alarm GROUP BY incident_id ORDER BY 1 LIMIT %s) RETURNING id
"""
LAGS = "SELECT extract(epoch FROM raised_at - due_at)::float FROM response_alarm WHERE id = ANY(%s)"


def run(world: World) -> Result:
    """Measure."""
    from goldthread.response import alarm_loop

    with psycopg.connect(world.urls.admin_url, autocommit=True) as admin:
        stop = threading.Event()
        burst = _count(admin)
        if burst < SPREAD:
            raise CannotMeasureError(f"only {burst:,} alarms are due at the beginning")
        began = time.perf_counter()
        watching = threading.Thread(target=alarm_loop.watch, args=(stop,), daemon=True)
        watching.start()
        try:
            _until_none(admin)
            took = time.perf_counter() - began
            ids = [pk for (pk,) in admin.execute(TO_COME, [OVER, SPREAD]).fetchall()]
            time.sleep(3.0 + OVER)
            _until_none(admin)
            lags = [lag for (lag,) in admin.execute(LAGS, [ids]).fetchall()]
        finally:
            stop.set()
            watching.join(30)
    if any(lag is None for lag in lags) or len(lags) != SPREAD:
        raise CannotMeasureError("an alarm that fell due was not raised")
    p50, p99 = percentile(lags, 0.50), percentile(lags, 0.99)
    return Result(
        f"alarms: one watcher, {SPREAD:,} alarms over {OVER:.0f} s, then what an outage left",
        [
            Row("from due to raised, p50", milliseconds(p50)),
            Row("  p99", milliseconds(p99), "", "", "<= 5 s", p99 <= TARGET),
            Row("  the slowest", milliseconds(max(lags))),
            Row(f"{burst:,} due at once", f"{burst / took:,.0f} /s", "", "", "all", True),
        ],
        [
            f"Each is a line on its incident's timeline, a reassessment asked, and a board row placed anew; {world.disk}."
        ],
    )


def _count(admin: psycopg.Connection) -> int:
    row = admin.execute(WAITING).fetchone()
    return int(row[0]) if row else 0


def _until_none(admin: psycopg.Connection) -> None:
    until = time.monotonic() + PATIENCE
    while _count(admin):
        if time.monotonic() > until:
            raise CannotMeasureError("alarms that are due are not raised")
        time.sleep(0.1)

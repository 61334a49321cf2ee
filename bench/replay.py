"""How many stored readings are replayed a second, on each path, of a force of 5,000 open incidents; and that each is the same."""

from __future__ import annotations

from time import perf_counter

from bench.figures import CannotMeasureError, Result, Row
from bench.world import World

FAST, FULL = 1_000, 300
"""Readings of each path; the full one takes some hundredths of a second each."""


def run(world: World) -> Result:  # noqa: ARG001 - its database is the one that this process is connected to
    """Store full readings of some incidents, forget what was read, and replay."""
    from goldthread.assessment import actions
    from goldthread.assessment.reading import reader, reads_fully
    from goldthread.trials import replay_queries as queries

    if not reads_fully():
        raise CannotMeasureError("the full path is off here")
    stored = queries.asked_for(None)
    rows = [_row("fast path", FAST, list(stored.filter(path="fast")[:FAST]))]
    for incident in dict.fromkeys(stored.filter(path="fast").values_list("incident", flat=True)[: 3 * FULL]):
        actions.read_fully(incident)
    reader().forget()
    rows.append(_row("full path", FULL, list(stored.filter(path="full")[:FULL])))
    return Result("replay: stored readings made again, one process", rows)


def _row(path: str, wanted: int, readings: list[object]) -> Row:
    from goldthread.trials import replay_queries as queries

    if len(readings) < wanted:
        raise CannotMeasureError(f"the force has {len(readings):,} readings of the {path}, not {wanted:,}")
    began = perf_counter()
    found = queries.replay(None, readings)  # type: ignore[arg-type]
    took = perf_counter() - began
    same = queries.counted(found)["same"]
    return Row(
        f"{path}, {len(readings):,} readings", f"{len(readings) / took:,.0f} a second", "", f"{same:,} the same", "all the same",
        same == len(readings),
    )  # fmt: skip

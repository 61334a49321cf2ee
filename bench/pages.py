"""Single pages as one visitor meets them, each beside a page that does nothing on the same server."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from bench.figures import Row, milliseconds, percentile
from bench.served import Visitor, free_address, instead, part, served, visit

SECONDS, BARE_SECONDS, TURNS = 3.0, 1.0, 3
FEWEST, LONGEST = 30, 60.0
"""Answers of which the 95th in a hundred is told: a slow page is visited for longer, up to a minute."""
TARGET = 0.200


def rows_of(pages: Iterable[tuple[str, str, str]]) -> list[Row]:
    """A row for each page (name, path, cookie of who asks). Raises ``CannotMeasureError`` where one does not answer."""
    where, bare_where = free_address(), free_address()
    ours, theirs = part("pages", where), instead(part("pages", bare_where), "bench.bare:application", "bare")
    rows = []
    with served([ours, theirs]):
        for name, path, cookie in pages:
            one, idle = [Visitor(where.port, path, cookie)], [Visitor(bare_where.port, "/")]
            try:
                size = len(one[0].get())
                visit(one, 1.0)
                took = list(chain.from_iterable(visit(one, SECONDS) for _ in range(TURNS)))
                while len(took) < FEWEST and sum(took) < LONGEST:
                    took += visit(one, SECONDS)
                visit(idle, 0.5)
                reference = percentile(visit(idle, BARE_SECONDS), 0.50)
            finally:
                one[0].close()
                idle[0].close()
            p50, p95 = percentile(took, 0.50), percentile(took, 0.95)
            rows.append(
                Row(
                    f"{name} ({size / 1024:,.0f} KiB)", f"p50 {milliseconds(p50)}, p95 {milliseconds(p95)}", milliseconds(reference),
                    f"{p50 / reference:.0f}", "p95 <= 200 ms", p95 <= TARGET,
                )
            )  # fmt: skip
    return rows

"""The board's page with 5,000 open incidents, against a page that does nothing on the same server."""

from __future__ import annotations

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.served import Visitor, free_address, instead, part, served, visit
from bench.world import World

TOGETHER = 4
"""Visitors at once: one for each of the four worker processes of two cores."""
TURNS = 3
BOARD_SECONDS, BARE_SECONDS, ALONE_SECONDS = 4.0, 2.0, 4.0
TARGET = 0.200


def run(world: World) -> Result:
    """Measure."""
    from bench.filling import session_cookie
    from goldthread.contact.models import Incident

    stored = Incident.objects.count()
    where, bare_where = free_address(), free_address()
    cookie = session_cookie(world.filled.dispatcher)
    pages, bare = part("pages", where), instead(part("pages", bare_where), "bench.bare:application", "bare")
    with served([pages, bare]):
        ours = [Visitor(where.port, "/board/", cookie) for _ in range(TOGETHER)]
        theirs = [Visitor(bare_where.port, "/") for _ in range(TOGETHER)]
        try:
            size = _is_the_board(ours[0].get(), len(world.filled.incidents))
            visit(ours, 3.0)  # both workers have their templates compiled
            visit(theirs, 1.0)
            took: list[float] = []
            bare_took: list[float] = []
            for _ in range(TURNS):
                took += visit(ours, BOARD_SECONDS)
                bare_took += visit(theirs, BARE_SECONDS)
            alone = visit(ours[:1], ALONE_SECONDS)
        finally:
            for one in (*ours, *theirs):
                one.close()
    rate, bare_rate = len(took) / (TURNS * BOARD_SECONDS), len(bare_took) / (TURNS * BARE_SECONDS)
    p50, p95 = percentile(took, 0.50), percentile(took, 0.95)
    return Result(
        f"board: /board/ with {len(world.filled.incidents):,} open incidents, seen by one who sees all of them",
        [
            Row(
                f"pages, {TOGETHER} visitors at once",
                f"{rate:,.0f} /s",
                f"{bare_rate:,.0f} /s",
                f"{rate / bare_rate:.3f}",
            ),
            Row("  p50", milliseconds(p50), milliseconds(percentile(bare_took, 0.50))),
            Row("  p95", milliseconds(p95), milliseconds(percentile(bare_took, 0.95)), "", "<= 200 ms", p95 <= TARGET),
            Row("one visitor, p50", milliseconds(percentile(alone, 0.50))),
            Row("one visitor, p95", milliseconds(percentile(alone, 0.95))),
        ],
        [
            f"A page is {size / 1024:,.0f} KiB with 100 rows and counts over all; seeing it is an audited, durable write.",
            f"granian as 'goldthread serve' starts it; visitors on the same cores; {world.disk}.",
            "Reference: a Django page that answers 'ok' without session or database, same server options, in turns.",
            f"The target is for ten million incidents stored; here {stored:,} are.",
        ],
    )


def _is_the_board(page: bytes, open_count: int) -> int:
    """The page's size. Raises ``CannotMeasureError`` for another page."""
    if b"data-mark=" not in page or page.count(b"<tr") < 100 or f"{open_count}".encode() not in page.replace(b",", b""):
        raise CannotMeasureError("the page that answered is not the board with 100 rows")
    return len(page)

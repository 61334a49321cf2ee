"""The look-back's queue with 20,000 items, through the page that a safeguarding officer opens."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from itertools import chain
from pathlib import Path

from bench.bulk import COMMAND
from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.served import Visitor, free_address, instead, part, served, visit
from bench.texts import CUED, logs
from bench.world import World

ITEMS, SCREENED = 20_000, 22_000
"""Items of the queue, and the logs screened for them: not each is at risk."""
WORDS = 60
A_DAY = 10_000
SECONDS, BARE_SECONDS, TURNS = 3.0, 1.0, 3
TARGET = 0.200
PAGES = {
    "the first page, riskiest first": "/look-back/",
    "every item, the two hundredth page": "/look-back/?show=all&page=200",
    "one reference": "/look-back/?q=L-19000",
    "the number in the navigation": "/look-back/count",
}


def run(world: World) -> Result:
    """Fill and measure."""
    from bench.filling import session_cookie

    officer, made = _filled()
    where, bare_where = free_address(), free_address()
    cookie = session_cookie(officer)
    pages, bare = part("pages", where), instead(part("pages", bare_where), "bench.bare:application", "bare")
    rows = []
    with served([pages, bare]):
        theirs = [Visitor(bare_where.port, "/")]
        visit(theirs, 1.0)
        for name, path in PAGES.items():
            ours = [Visitor(where.port, path, cookie)]
            if b"look-back" not in ours[0].get() and not path.endswith("count"):
                raise CannotMeasureError(f"{path} did not answer with the look-back's page")
            visit(ours, 1.0)
            took = list(chain.from_iterable(visit(ours, SECONDS) for _ in range(TURNS)))
            idle = visit(theirs, BARE_SECONDS)
            p50, p95 = percentile(took, 0.50), percentile(took, 0.95)
            reference = percentile(idle, 0.50)
            rows.append(
                Row(
                    name, f"p50 {milliseconds(p50)}, p95 {milliseconds(p95)}", milliseconds(reference),
                    f"{p50 / reference:.0f}", "p95 <= 200 ms", p95 <= TARGET,
                )
            )  # fmt: skip
            ours[0].close()
        theirs[0].close()
    return Result(
        f"lookback: a queue of {made:,} items, one visitor",
        rows,
        [
            f"Made by 'goldthread screen' and the look-back's own action from invented logs of {WORDS} words.",
            f"All are released, half are over their time; {world.disk}. Seeing a page is an audited, durable write.",
        ],
    )


def _filled() -> tuple[object, int]:
    """An officer of the desk, and how many items there are. Raises ``CannotMeasureError``."""
    from django.contrib.auth.hashers import make_password
    from django.db import connection

    from goldthread.accounts.models import Staff, Team
    from goldthread.clocks.db import database_now
    from goldthread.lookback.actions import make
    from goldthread.lookback.models import Item
    from goldthread.lookback.screened import ScreenedFile
    from goldthread.lookback.tabled import Asked

    desk = Team.objects.create(name="Look-back desk")
    by, officer = (
        Staff.objects.create(username=name, name=name.title(), initials="B", role=role, team=desk, password=make_password(None))
        for name, role in (("lookback.lead", "fim"), ("lookback.officer", "vast_officer"))
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        now = database_now(connection)
        plan = ScreenedFile(_screened(Path(folder)), Asked("ref", text="text"), now)
        made = make(by, desk, A_DAY, plan).made
    if made < ITEMS:
        raise CannotMeasureError(f"only {made:,} of {SCREENED:,} logs became items")
    Item.objects.update(release_at=now - timedelta(hours=3))
    halfway = Item.objects.order_by("pk").values_list("pk", flat=True)[: made // 2]
    Item.objects.filter(pk__in=list(halfway)).update(due_at=now - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return officer, made


def _screened(folder: Path) -> Path:
    source, target = folder / "logs.csv", folder / "screened.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ref", "text"])
        writer.writerows((f"L-{at}", text) for at, text in enumerate(logs(SCREENED, WORDS, CUED)))
    command = [sys.executable, "-c", COMMAND, "screen", str(source), str(target), "--path", "fast"]
    subprocess.run(command, env=os.environ, stderr=subprocess.DEVNULL, check=True)
    return target

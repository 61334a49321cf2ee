"""A board's pack of thirty figures with charts: composed, frozen, and laid out as PDF/UA, with 5,000 open incidents."""

from __future__ import annotations

import uuid
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from bench.figures import CannotMeasureError, Result, Row, milliseconds
from bench.world import World

if TYPE_CHECKING:
    from goldthread.governance.rules import PackKind

FIGURES, WEEKS, PACKS = 30, 52, 3
SECONDS = 10.0


def run(world: World) -> Result:
    """Keep a year of weeks of thirty measures, and issue packs of them. Raises ``CannotMeasureError``."""
    from django.conf import settings

    from goldthread.documents.pdf import pdf
    from goldthread.governance import actions, rules
    from goldthread.governance.printed import document

    kind = kind_of_figures()
    _keep_weeks(kind)
    user = _silver(world)
    every = rules.packs()
    before = every["silver"]
    every["silver"] = kind
    took, laid, pages = [], [], 0
    try:
        for number in range(PACKS):
            began = perf_counter()
            made = actions.issue(user, "silver", key=uuid.uuid4(), seen=number)
            composed = perf_counter()
            told = document(made.content, digest=made.sha256, at=made.at, force=settings.ENV.force_name)
            pages = len(pdf(told))
            took.append(perf_counter() - began)
            laid.append(perf_counter() - composed)
    finally:
        every["silver"] = before
    charts = sum(len(one["codes"]) for one in made.content["sections"] if one["kind"] == "charts")
    if charts != FIGURES:
        raise CannotMeasureError(f"the pack has {charts} charts, not {FIGURES}")
    return Result(
        f"packs: {FIGURES} figures with a chart each, {WEEKS} weeks, {len(world.filled.incidents):,} open incidents",
        [
            Row("composed, frozen and laid out", milliseconds(max(took)), "", "", "<= 10 s", max(took) <= SECONDS),
            Row(f"of that the PDF/UA ({pages / 1024:,.0f} KiB)", milliseconds(max(laid))),
        ],
        [
            f"The slowest of {PACKS}. Each figure is asked of the record as of that moment, by its measure's own query; {world.disk}."
        ],
    )


def kind_of_figures() -> PackKind:
    """A pack of nothing but ``FIGURES`` measures, each with its chart."""
    from goldthread.governance.rules import PackKind, PackPart
    from goldthread.measures.registry import measures

    codes = tuple(one.code for one in measures()[:FIGURES])
    part = PackPart("charts", "Every figure", "Each with its chart.", codes)
    return PackKind("silver", "Silver's pack", frozenset({"silver"}), frozenset({"silver"}), (part,))


def _keep_weeks(kind: PackKind) -> None:
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.measures.models import StoredPoint
    from goldthread.measures.registry import measure
    from goldthread.measures.weeks import ended

    for code in kind.parts[0].series:
        one = measure(code)
        for week, until in enumerate(ended(database_now(connection), WEEKS)):
            times = {"timed": 0} if one.timed is not None else {}
            StoredPoint(
                code=code, since=until - one.window, until=until, met=800 + week % 7, of=1_000 + week % 11, taken_at=until + timedelta(hours=1),
                **times,
            ).save_once()  # fmt: skip


def _silver(world: World) -> object:
    from goldthread.accounts.models import Staff

    team = world.filled.writers[0].team
    return Staff.objects.create(username="silver-of-packs", name="Silver", role="silver", team=team)

"""The rates of quality as series: one value for each finished round, weighted, with its limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import cache

from goldthread.clocks.local import LONDON
from goldthread.figures.rates import Rate
from goldthread.measures.series import Series, Value
from goldthread.quality import rules
from goldthread.quality.models import QualityRound
from goldthread.quality.rates import every_whole

Rounds = list[tuple[datetime, datetime, dict[str, Rate | None]]]
ADDRESS = "/quality/rates/"
WHOLE = {"good": "Records that are good", "critical": "Records with no critical fail"}


def all_rates() -> list[Series]:
    """A series for each rate of the newest round's form, code ``quality.`` and the rate's; none before there is a round."""
    newest = QualityRound.objects.order_by("-id").first()
    if newest is None:
        return []
    names = WHOLE | {each.code: each.asks for each in rules.made(newest.form).questions}
    told = cache(_told)  # once for all of them, however many are asked for their values
    return [_series(code, name, newest, told) for code, name in names.items()]


def _series(code: str, name: str, newest: QualityRound, told: Callable[[], Rounds]) -> Series:
    says = (
        f"Quality assurance: {name}. Of all incidents of a round's days that were closed when it was drawn, weighted by how many "
        "each stratum held; one value for each round that is scored whole, at the end of its days."
    )
    window = timedelta(days=(newest.until - newest.since).days + 1)
    return Series(f"quality.{code}", name, says, "up", ADDRESS, window, lambda: _values(code, told()))


def _told() -> Rounds:
    """The beginning and the end of each round that is scored whole, and its rates."""
    found = []
    rounds = list(QualityRound.objects.order_by("until", "id").prefetch_related("strata"))
    told = every_whole(rounds)
    for one in rounds:
        rates = told[one.pk]
        if rates is not None:
            since = datetime.combine(one.since, time(), LONDON)
            found.append((since, datetime.combine(one.until + timedelta(days=1), time(), LONDON), rates))
    return found


def _values(code: str, rounds: Rounds) -> list[Value]:
    found = []
    for since, until, rates in rounds:
        rate = rates.get(code)
        found.append(
            Value(until, None, None, since=since)
            if rate is None
            else Value(until, rate.share, rate.n, low=rate.low, high=rate.high, since=since)
        )
    return found

"""Control charts: whether a figure's history shows more than chance, by rules that are given.

Shares of counted cases are judged by a p' chart (Laney 2002, Quality Engineering 14: 531): each value against what its own number of
cases lets chance do, widened by as much as values differ from one to the next beyond that, never narrowed. What chance does to few
cases or to a share near 0 or 1 is lopsided, so a value is put on the scale of sigmas by the binomial's mid-P value, in closed
form (Peizer and Pratt 1968, JASA 63: 1416), and the limits are where that reaches three. Other values are judged by an XmR chart (Wheeler and
Chambers 1992): the mean, and the mean distance from one value to the next.

A value that looks back over a longer time than lies between values shares cases with its neighbours. Rules about several values
in a row read only values that share none; a rule about one value alone reads every value, since each has its limits by itself. How often
the rules cry out where nothing has changed was found by simulation: ``docs/chart-rules.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist
from typing import Literal, Protocol

BASE = 8
"""Values from which limits are reckoned: the first of a stretch that share no cases. With fewer none are told *(ours)*."""
SIGMAS = 3.0
"""How far from the centre the limits lie that are drawn (Shewhart 1931)."""
SPREAD = 1.128
"""The mean distance between two values of a normal distribution, in sigmas (Shewhart's d2 for two)."""
NORMAL = NormalDist()
DEEP = -30.0
"""Below so many sigmas a probability is too small to be told from none, and the score is good as it is."""
HOUR = timedelta(hours=1)
"""By so much a week is shorter when clocks change."""

Side = Literal["up", "down"]


@dataclass(frozen=True)
class Rule:
    """One sign that something has changed.

    ``beyond``: at least ``hits`` of the last ``of`` values lie further than ``sigmas`` from the centre on one side, the newest
    among them. ``turn``: each of the last ``of`` values is higher than the one before, or each is lower.
    """

    code: str
    word: str
    says: str
    kind: Literal["beyond", "turn"]
    of: int
    hits: int = 0
    sigmas: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A value at the end of a period: a share from 0 to 1, None where it is not known; ``met`` of ``n`` cases, where it is counted.
    ``since`` is from when its cases are, where that is not the chart's window before ``until``.
    """

    until: datetime
    share: float | None
    n: int | None = None
    met: int | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Mark:
    """What the chart says of one value: whether rules about several read it, its centre and limits where they are told, and the rules
    that it completes, each with the side on which it lies.
    """

    read: bool
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    broken: tuple[tuple[str, Side], ...] = ()


@dataclass(frozen=True)
class Stretch:
    """Values that are judged by the same limits, where any are told; ``since`` is when it began, None for the first."""

    since: datetime | None
    told: bool


@dataclass(frozen=True)
class Chart:
    """A figure's history judged: a mark for each of ``figures``, in their order.

    ``kind`` is ``p`` or ``xmr``. ``read`` is how many values share no cases. ``waiting`` are beginnings of new limits that have too few values
    yet: until then the limits before them stand. ``now`` are the rules that are broken at the end.
    """

    kind: Literal["p", "xmr"]
    figures: tuple[Figure, ...]
    marks: tuple[Mark, ...]
    stretches: tuple[Stretch, ...]
    waiting: tuple[datetime, ...]
    now: tuple[tuple[str, Side], ...]

    @property
    def read(self) -> int:
        """How many values share no cases with one another."""
        return sum(one.read for one in self.marks)

    @property
    def told(self) -> bool:
        """Whether limits stand at the end."""
        return bool(self.marks) and self.marks[-1].centre is not None


@dataclass
class _Part:
    since: datetime | None
    places: list[int] = field(default_factory=list)
    """Every value from here on."""
    judged: list[int] = field(default_factory=list)
    """Of them those that are known and whose cases are all from here on."""
    chain: list[int] = field(default_factory=list)
    """Of those the ones that share no cases."""
    own: int = 0
    """How many of the chain came before the next beginning."""


def chart(figures: Sequence[Figure], window: timedelta, rules: Sequence[Rule], anew: Sequence[datetime] = ()) -> Chart:
    """The chart of a figure, the oldest value first; ``window`` is how far each value looks back, ``anew`` when limits are to begin again."""
    kind: Literal["p", "xmr"] = (
        "p" if all(one.met is not None and one.n for one in figures if one.share is not None) else "xmr"
    )
    parts, waiting = _parts(figures, window, anew)
    marks = [Mark(read=False) for _ in figures]
    now: tuple[tuple[str, Side], ...] = ()
    for part in parts:
        scale = _scale(kind, [figures[place] for place in part.chain[:BASE]]) if part.own >= BASE else None
        for place in part.chain:
            marks[place] = Mark(read=True)
        if scale is not None:
            now = _judge(figures, part, scale, rules, marks)
        elif part.places:
            now = ()
    told = tuple(Stretch(part.since, part.own >= BASE) for part in parts)
    return Chart(kind, tuple(figures), tuple(marks), told, tuple(waiting), now)


def _parts(
    figures: Sequence[Figure], window: timedelta, anew: Sequence[datetime]
) -> tuple[list[_Part], list[datetime]]:
    """The stretches, and beginnings that have too few values yet, whose values go on in the stretch before."""
    begins = sorted(set(anew))
    raw = [_Part(None), *(_Part(one) for one in begins)]
    for place, one in enumerate(figures):
        part = raw[sum(begin < one.until for begin in begins)]
        part.places.append(place)
        since = one.since or one.until - window
        if one.share is None or (part.since is not None and since < part.since - HOUR):
            continue
        part.judged.append(place)
        if not part.chain or since >= figures[part.chain[-1]].until - HOUR:
            part.chain.append(place)
    for part in raw:
        part.own = len(part.chain)
    parts, waiting = raw[:1], []
    for part in raw[1:]:
        if part.since is not None and part.own < BASE:
            waiting.append(part.since)
            parts[-1].places += part.places
            parts[-1].judged += [place for place in part.places if figures[place].share is not None]
            parts[-1].chain += part.chain
        else:
            parts.append(part)
    return parts, waiting


class _Scale(Protocol):
    """A centre, and how far from it a value lies in sigmas; limits read back from that."""

    centre: float

    def sigmas(self, one: Figure) -> float: ...

    def limits(self, one: Figure) -> tuple[float, float]: ...


class _Counted:
    """The scale of a p' chart."""

    def __init__(self, base: Sequence[Figure]) -> None:
        met, n = sum(one.met or 0 for one in base), sum(one.n or 0 for one in base)
        self.centre = met / n
        # Half a case either way, so that a share never seen otherwise is not held to be impossible.
        self.share = (met + 0.5) / (n + 1)
        self.spread = 1.0
        self.spread = max(1.0, _between([self.sigmas(one) for one in base]) / SPREAD)

    def sigmas(self, one: Figure) -> float:
        met, n = one.met or 0, one.n or 0
        # All of few cases is as near to a share of 99 % as there is: on neither side of it.
        return 0.0 if abs(met - n * self.share) < 0.5 else score(met, n, self.share) / self.spread

    def limits(self, one: Figure) -> tuple[float, float]:
        return _limits(one.n or 0, self.share, SIGMAS * self.spread)


class _Single:
    """The scale of an XmR chart."""

    def __init__(self, base: Sequence[Figure], sigma: float) -> None:
        self.centre, self.sigma = _mean(base), sigma

    def sigmas(self, one: Figure) -> float:
        return ((one.share or 0.0) - self.centre) / self.sigma

    def limits(self, one: Figure) -> tuple[float, float]:  # noqa: ARG002 - the same for every value
        off = SIGMAS * self.sigma
        return max(self.centre - off, 0.0), min(self.centre + off, 1.0)


def _scale(kind: str, base: Sequence[Figure]) -> _Scale | None:
    """The scale that a stretch's first values give; None where they are all the same and say nothing of chance."""
    if kind == "p":
        return _Counted(base)
    sigma = _between([one.share or 0.0 for one in base]) / SPREAD
    return _Single(base, sigma) if sigma > 0 else None


def _between(values: Sequence[float]) -> float:
    return sum(abs(after - before) for before, after in pairwise(values)) / (len(values) - 1)


def _mean(base: Sequence[Figure]) -> float:
    return sum(one.share or 0.0 for one in base) / len(base)


def _judge(
    figures: Sequence[Figure], part: _Part, scale: _Scale, rules: Sequence[Rule], marks: list[Mark]
) -> tuple[tuple[str, Side], ...]:
    """Put a stretch's limits and broken rules on its values; those broken at its end."""
    at = {place: scale.sigmas(figures[place]) for place in part.judged}
    broken: dict[int, list[tuple[str, Side]]] = {place: [] for place in part.judged}
    now: list[tuple[str, Side]] = []
    for rule in rules:
        order = part.judged if rule.of == 1 else part.chain
        for number in range(rule.of, len(order) + 1):
            side = _breaks(rule, [at[place] for place in order[number - rule.of : number]])
            if side is not None:
                broken[order[number - 1]].append((rule.code, side))
                if number == len(order):
                    now.append((rule.code, side))
    for place in part.places:
        one = figures[place]
        low, high = scale.limits(one) if one.share is not None else (None, None)
        marks[place] = Mark(marks[place].read, scale.centre, low, high, tuple(broken.get(place, ())))
    return tuple(now)


def _breaks(rule: Rule, last: Sequence[float]) -> Side | None:
    """The side on which values, in sigmas and the newest last, break a rule; None where they do not."""
    if rule.kind == "turn":
        steps = [after - before for before, after in pairwise(last)]
        return "up" if all(one > 0 for one in steps) else "down" if all(one < 0 for one in steps) else None
    for side, sign in (("up", 1), ("down", -1)):
        beyond = [sign * one > rule.sigmas for one in last]
        if beyond[-1] and sum(beyond) >= rule.hits:
            return "up" if side == "up" else "down"
    return None


def score(met: int, n: int, share: float) -> float:
    """How far ``met`` of ``n`` cases lie from a ``share`` strictly between 0 and 1, in sigmas, negative below it: the normal score of the
    binomial's mid-P value.
    """
    return -_below(n - met, n, 1 - share) if met > n * share else _below(met, n, share)


def _below(met: int, n: int, share: float) -> float:
    at = _cumulative(met, n, share)
    if at < DEEP:
        return at
    under = _chance(_cumulative(met - 1, n, share)) if met else 0.0
    return NORMAL.inv_cdf((_chance(at) + under) / 2)


def _chance(at: float) -> float:
    """The normal distribution up to so many sigmas, right also far out, where ``NormalDist`` says none."""
    return math.erfc(-at / math.sqrt(2)) / 2


def _cumulative(met: int, n: int, share: float) -> float:
    """The normal score of at most ``met`` cases, by Peizer and Pratt's approximation."""
    other = 1 - share
    low, high = met + 0.5, n - met - 0.5
    off = met + 2 / 3 - (n + 1 / 3) * share
    off += 0.02 * (other / (met + 1) - share / (n - met) + (other - 0.5) / (n + 1))
    tilt = 1 + other * _tilt(low / (n * share)) + share * _tilt(high / (n * other))
    return off * math.sqrt(max(tilt, 0.0) / ((n + 1 / 6) * share * other))


def _tilt(x: float) -> float:
    if abs(x - 1) < 1e-4:
        return (1 - x) / 3  # where the quotient below is 0 by 0
    return (1 - x * x + 2 * x * math.log(x)) / (1 - x) ** 2


@lru_cache(maxsize=8192)
def _limits(n: int, share: float, sigmas: float) -> tuple[float, float]:
    """Between which shares of ``n`` cases a value lies within so many sigmas: half a case outside the last that does; 0 and 1 where none
    lies beyond.
    """
    low, high = _first(n, share, -sigmas), n - _first(n, 1 - share, -sigmas)
    return max(low - 0.5, 0.0) / n, min(high + 0.5, n) / n


def _first(n: int, share: float, sigmas: float) -> int:
    """The fewest of ``n`` cases that lie no further below the share than ``sigmas``, which is negative."""
    under, over = -1, math.floor(n * share)
    while over - under > 1:
        middle = (under + over) // 2
        under, over = (middle, over) if _below(middle, n, share) < sigmas else (under, middle)
    return over

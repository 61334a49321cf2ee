"""Small counts withheld from tables that outsiders read, so that nothing told gives one of them away.

A table tells counts of cases. Cases fall into ``cells``, classes of which each case is in one, and every count of a table is a sum of
cells. The outsider of this module knows:

- every count that was ever told, in any edition, and that counts are whole numbers of zero or more;
- how counts hang together: met and not met make the whole, parts make a total, periods make a year, a figure told twice is one;
- these rules.

They know nothing of their own of any case: no table protects against somebody who knows all cases of a cell but one. From what they
know they can work out limits of each count, here exactly, by integer programming (scipy's HiGHS). A small count is safe where the limits
leave open every value from 1 to ``small``, which is no more than that it is withheld says; anything else that is withheld is safe where they
lie at least ``small`` apart. Where they do not, more is withheld *(ours)*.

Complementary suppression by linear programming is Fischetti and Salazar (2001, Management Science 47: 1008); the choice of what to
withhold here is a plain greedy one, so more may be withheld than the least that would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NOTHING, OF, WHOLE = 0, 1, 2
"""How much of a place is told: nothing, how many count, or those and how many of them meet it."""

Form = tuple[tuple[str, int], ...]
"""A sum of cells, each with what it is taken times: 1, or -1 in a difference. Made by ``summed`` and ``less``."""


def summed(cells: Iterable[str]) -> Form:
    """The sum of some cells."""
    return tuple((cell, 1) for cell in sorted(set(cells)))


def less(one: Form, other: Form) -> Form:
    """The first less the second."""
    found = dict(one)
    for cell, times in other:
        found[cell] = found.get(cell, 0) - times
    return tuple(sorted((cell, times) for cell, times in found.items() if times))


@dataclass(frozen=True)
class Told:
    """What the outsider knows: that a sum of cells is ``value``."""

    form: Form
    value: int


@dataclass(frozen=True)
class Place:
    """One place of a table: the cells of the cases that count, and of those that meet it, which are among them.

    A ``total`` adds up other places of the table; it is given up before they are. ``most`` is the most that may be told of it at all.
    """

    code: str
    of: frozenset[str]
    met: frozenset[str]
    total: bool = False
    most: int = WHOLE

    def __post_init__(self) -> None:
        if not self.met <= self.of:
            raise ValueError(f"{self.code}: what meets it is among what counts")

    @property
    def figures(self) -> tuple[Form, Form, Form]:
        """How many count, meet it, and do not."""
        return summed(self.of), summed(self.met), summed(self.of - self.met)

    def told(self, level: int, counts: Mapping[str, int]) -> list[Told]:
        """What this place tells at a level."""
        return [Told(form, value(form, counts)) for form in self.figures[:level]]

    def withheld(self, level: int) -> list[Form]:
        """What it does not tell at a level."""
        return list(self.figures[1:] if level == OF else self.figures if level == NOTHING else ())


def value(form: Form, counts: Mapping[str, int]) -> int:
    """What a sum of cells is."""
    return sum(times * counts[cell] for cell, times in form)


def withhold(
    counts: Mapping[str, int],
    places: Sequence[Place],
    *,
    small: int,
    told: Sequence[Told] = (),
    kept: Sequence[Form] = (),
    secrets: Sequence[Form] = (),
) -> dict[str, int]:
    """How much of each place may be told, by its code: ``NOTHING``, ``OF`` or ``WHOLE``.

    ``counts`` are those of every cell, of places told before too. ``told`` is what is known already, ``kept`` what was withheld before and
    must stay so. ``secrets`` are sums and differences that no place tells and that must not come out where they are small: 1 to one less
    than ``small``, whichever way a difference goes. Raises ``ValueError`` where what was told before gives one of them away already.
    """
    import numpy as np

    watched = [one for one in secrets if 0 < abs(value(one, counts)) < small]
    truth = np.array([counts[cell] for cell in sorted(counts)])
    task = _Task(counts, places, small, list(told), list(kept), watched, [truth])
    levels = {place.code: min(place.most, _alone(place, counts, small)) for place in places}
    first = dict(levels)
    while (broken := task.broken(levels)) is not None:
        levels = task.lowered(levels, broken)
    # What proved needless after more was withheld is told again: what matters most to a reader first.
    for place in sorted(places, key=lambda one: (one.total, -value(one.figures[0], counts))):
        for level in range(first[place.code], levels[place.code], -1):
            trial = {**levels, place.code: level}
            if task.broken(trial) is None:
                levels = trial
                break
    return levels


def limits(form: Form, told: Sequence[Told], *, most: int = 10_000) -> tuple[int, int]:
    """Between which values a sum of cells lies, as far as an outsider can work out; a cell is ``most`` at most."""
    cells = {cell for one in (form, *(each.form for each in told)) for cell, _ in one}
    return _Outsider(cells, told, most, []).limits(form)


def _alone(place: Place, counts: Mapping[str, int], small: int) -> int:
    """How much of a place may be told for its own sake."""
    of, met, rest = (value(form, counts) for form in place.figures)
    if 0 < of < small:
        return NOTHING
    return OF if 0 < met < small or 0 < rest < small else WHOLE


@dataclass
class _Task:
    counts: Mapping[str, int]
    places: Sequence[Place]
    small: int
    before: list[Told]
    kept: list[Form]
    secrets: list[Form]
    ways: list[Any]
    """Ways in which the counts may be that were found so far, the true one first; what one of them leaves open need not be worked out."""

    def broken(self, levels: Mapping[str, int]) -> Form | None:
        """The first of what must not come out that does."""
        outsider = self._outsider(levels)
        withheld = [form for place in self.places for form in place.withheld(levels[place.code])]
        return next((form for form in (*self.secrets, *withheld, *self.kept) if not self._open(form, outsider)), None)

    def lowered(self, levels: dict[str, int], broken: Form) -> dict[str, int]:
        """The levels with as little less told as leaves ``broken`` open, or else comes nearest to that."""
        best: tuple[int, dict[str, int]] | None = None
        for place, level in self._options(levels):
            trial = {**levels, place.code: level}
            outsider = self._outsider(trial)
            if self._open(broken, outsider):
                return trial
            low, high = outsider.limits(broken)
            if best is None or high - low > best[0]:
                best = high - low, trial
        if best is None:
            raise ValueError("what was told before gives a withheld count away")
        return best[1]

    def _options(self, levels: Mapping[str, int]) -> list[tuple[Place, int]]:
        """What may be told less: fewest figures first, totals before what they add up, the smallest first."""
        found = [(place, level) for place in self.places for level in range(levels[place.code])]
        return sorted(
            found, key=lambda one: (levels[one[0].code] - one[1], not one[0].total, value(one[0].figures[0], self.counts))
        )  # fmt: skip

    def _outsider(self, levels: Mapping[str, int]) -> _Outsider:
        told = [one for place in self.places for one in place.told(levels[place.code], self.counts)]
        return _Outsider(self.counts, [*self.before, *told], 2 * sum(self.counts.values()) + 1_000, self.ways)

    def _open(self, form: Form, outsider: _Outsider) -> bool:
        """Whether enough is left open of a sum. A small sum is held to the values that are small; a difference, which may be either way,
        and what is not small, to their distance.
        """
        one_way = all(times > 0 for _, times in form)
        small = one_way and 0 < value(form, self.counts) < self.small

        def enough(low: int, high: int) -> bool:
            return low <= 1 and high >= self.small if small else high - low >= self.small

        return enough(*outsider.seen(form)) or enough(*outsider.limits(form))


class _Outsider:
    """Somebody who knows what was told, and works out what it leaves open. A cell holds ``most`` at most.

    ``ways`` are counts that may be or not, found earlier under other knowledge; those that are found here are added to it.
    """

    def __init__(self, cells: Iterable[str], told: Iterable[Told], most: int, ways: list[Any]) -> None:
        import numpy as np

        self.place = {cell: number for number, cell in enumerate(sorted(set(cells)))}
        told = list(dict.fromkeys(told))
        self.matrix = np.array([self._vector(one.form) for one in told]).reshape(len(told), len(self.place))
        self.values = np.array([one.value for one in told])
        self.most, self.ways = most, ways
        fits = (self.matrix @ np.array(ways).T == self.values[:, None]).all(axis=0) if ways else []
        self.own = [way for way, fit in zip(ways, fits, strict=True) if fit]

    def seen(self, form: Form) -> tuple[int, int]:
        """The lowest and the highest value of the ways found so far."""
        values = [int(self._vector(form) @ way) for way in self.own]
        return (min(values), max(values)) if values else (0, 0)

    def limits(self, form: Form) -> tuple[int, int]:
        """The lowest and the highest value that what was told leaves open."""
        return self._extreme(form, 1), self._extreme(form, -1)

    def _extreme(self, form: Form, sign: int) -> int:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp  # here: a second's loading that few pages need

        wanted = self._vector(form)
        rules = [LinearConstraint(self.matrix, self.values, self.values)] if len(self.values) else []
        found = milp(
            sign * wanted, integrality=np.ones(len(self.place)), bounds=Bounds(0, self.most), constraints=rules
        )
        if found.x is None:
            raise ValueError(f"what was told cannot be: {found.message}")
        way = np.rint(found.x).astype(int)
        self.ways.append(way)
        self.own.append(way)
        return int(wanted @ way)

    def _vector(self, form: Form) -> Any:
        import numpy as np

        found = np.zeros(len(self.place), dtype=int)
        for cell, times in form:
            found[self.place[cell]] = times
        return found

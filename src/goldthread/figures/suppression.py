"""Small counts withheld from tables that outsiders read, so that nothing told gives one of them away.

A table tells counts of cases. Cases fall into ``cells``, classes of which each case is in one, and every count of a table is a sum of
cells. The outsider of this module knows:

- every count that was ever told, in any edition, and that counts are whole numbers of zero or more;
- how counts hang together: met and not met make the whole, parts make a total, periods make a year, a figure told twice is one;
- the rule, and even which figures were withheld for being small themselves and which for another's sake: so that what is withheld whole
  counts 1 to one less than ``small``, and of what is told without its share one of the two parts does.

They know nothing of their own of any case: no table protects against somebody who knows all cases of a cell but one. Nor do they
reckon from which of several figures was withheld for another's sake that it was that one. From what they know they can work out which
values each count may have, here exactly, by integer programming (scipy's HiGHS). A small count is safe where each value from 1 to
``small - 1`` is left open that would be if no count were told, so that nothing is known but that it is small; what else is withheld, and
a small difference whichever way, where the limits lie ``small - 2`` apart, which are as many values. Where that is not so, more is
withheld *(ours)*.

Complementary suppression by linear programming is Fischetti and Salazar (2001, Management Science 47: 1008); the choice of what to
withhold here is a plain greedy one, so more may be withheld than the least that would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NOTHING, OF, WHOLE = 0, 1, 2
"""How much of a place is told: nothing, how many count, or those and how many of them meet it."""

ROOM = 1_000
"""By how much a cell may hold more than the largest that there is, for all that the outsider knows *(ours)*."""

REMEMBERED = 300
"""Ways that are tried before another is worked out *(ours)*."""

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


def value(form: Form, counts: Mapping[str, int]) -> int:
    """What a sum of cells is."""
    return sum(times * counts[cell] for cell, times in form)


@dataclass(frozen=True)
class Told:
    """What the outsider knows: that a sum of cells is ``value``."""

    form: Form
    value: int


@dataclass(frozen=True)
class Hint:
    """What withholding says by itself: that one at least of these sums, two at most, is small, and none of them is nothing."""

    forms: tuple[Form, ...]


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

    def alone(self, counts: Mapping[str, int], small: int) -> int:
        """How much may be told of it for its own sake."""
        of, met, rest = (0 < value(form, counts) < small for form in self.figures)
        return NOTHING if of else OF if met or rest else WHOLE

    def hints(self, counts: Mapping[str, int], small: int) -> list[Hint]:
        """What is known of it where it is withheld for its own sake. Of a total nobody can tell that from what it adds up."""
        if self.total:
            return []
        of, met, rest = self.figures
        return {NOTHING: [Hint((of,))], OF: [Hint((met, rest))], WHOLE: []}[self.alone(counts, small)]


def withhold(
    counts: Mapping[str, int],
    places: Sequence[Place],
    *,
    small: int,
    structure: Sequence[Form] = (),
    told: Sequence[Told] = (),
    hints: Sequence[Hint] = (),
    kept: Sequence[Form] = (),
    secrets: Sequence[Form] = (),
) -> dict[str, int]:
    """How much of each place may be told, by its code: ``NOTHING``, ``OF`` or ``WHOLE``.

    ``counts`` are those of every cell, of places told before too. ``structure`` are sums that are nothing by definition. ``told`` and
    ``hints`` are what is known already, ``kept`` what was withheld before and must stay so. ``secrets`` are sums and differences that no
    place tells and that must not come out where they are small: 1 to one less than ``small``, whichever way a difference goes.
    Raises ``ValueError`` where what was told before gives one away.
    """
    import numpy as np

    watched = [one for one in secrets if 0 < abs(value(one, counts)) < small]
    known = [*hints, *(hint for place in places for hint in place.hints(counts, small))]
    most = max(counts.values(), default=0) + ROOM
    truth = [np.array([counts[cell] for cell in sorted(counts)])]
    always = [Told(form, 0) for form in structure]
    task = _Task(
        counts, places, small, structure, [*always, *told], known, list(kept), watched, most, truth,
        _Outsider(counts, always, known, small, most, list(truth)),
    )  # fmt: skip
    levels = {place.code: min(place.most, place.alone(counts, small)) for place in places}
    first, fewer = dict(levels), task.enough_withheld(levels)
    again = task.told_again(fewer, first)
    # Each figure was told again by what lies near it; all of it together is looked at once more.
    return again if task.broken(again) is None else fewer


def limits(
    form: Form, told: Sequence[Told], hints: Sequence[Hint] = (), *, small: int = 0, most: int = 10_000
) -> tuple[int, int]:
    """Between which values a sum of cells lies, as far as an outsider can work out; a cell is ``most`` at most."""
    forms = [form, *(one.form for one in told), *(one for hint in hints for one in hint.forms)]
    outsider = _Outsider({cell for one in forms for cell, _ in one}, told, hints, small, most, [])
    low, high = outsider.extreme(form, 1), outsider.extreme(form, -1)
    if low is None or high is None:
        raise ValueError("what was told cannot be, or is too large to be worked out exactly")
    return low, high


@dataclass
class _Task:
    counts: Mapping[str, int]
    places: Sequence[Place]
    small: int
    structure: Sequence[Form]
    before: list[Told]
    hints: list[Hint]
    kept: list[Form]
    secrets: list[Form]
    most: int
    ways: list[Any]
    """Ways in which the counts may be that were found lately; what one of them leaves open need not be worked out."""
    told_nothing: _Outsider
    """Somebody who knows no count, but what hangs together and what is withheld for its own sake: what they know is not held against a table."""
    excluded: dict[tuple[Form, int], bool] = field(default_factory=dict)

    def broken(
        self, levels: Mapping[str, int], safe: set[Form] | None = None, near: set[str] | None = None
    ) -> Form | None:
        """The first of what must not come out that does; of what has cells ``near``, where those are given. What is ``safe`` is not looked
        at again, and what is found so is added to it: the less is told, the safer it is.
        """
        outsider = self._outsider(levels)
        safe = set() if safe is None else safe
        withheld = [form for place in self.places for form in place.withheld(levels[place.code])]
        for form in (*self.secrets, *withheld, *self.kept):
            if form in safe or (near is not None and not any(cell in near for cell, _ in form)):
                continue
            if not self._open(form, outsider):
                return form
            safe.add(form)
        return None

    def enough_withheld(self, levels: dict[str, int]) -> dict[str, int]:
        """The levels with as much less told that nothing comes out."""
        safe: set[Form] = set()
        while (broken := self.broken(levels, safe)) is not None:
            if not any(levels.values()) and broken not in self.kept:
                safe.add(broken)  # nothing that is told here makes it known
            else:
                levels = self._lowered(levels, broken)
        return levels

    def told_again(self, levels: dict[str, int], first: Mapping[str, int]) -> dict[str, int]:
        """The levels with that told again which proved needless after more was withheld: what matters most to a reader first."""
        for place in sorted(self.places, key=lambda one: (one.total, -value(one.figures[0], self.counts))):
            for level in range(first[place.code], levels[place.code], -1):
                trial = {**levels, place.code: level}
                if self.broken(trial, near=self._near(place.of)) is None:
                    levels = trial
                    break
        return levels

    def _lowered(self, levels: dict[str, int], broken: Form) -> dict[str, int]:
        """The levels with as little less told as leaves ``broken`` open; where no one place does, with the first that may help."""
        near = self._near(cell for cell, _ in broken)
        options = self._options(levels)
        nearby = [(place, level) for place, level in options if place.of & near]
        for place, level in nearby:
            trial = {**levels, place.code: level}
            if self._open(broken, self._outsider(trial)):
                return trial
        if not options:
            raise ValueError("what was told before gives a withheld count away")
        place, level = (nearby or options)[0]
        return {**levels, place.code: level}

    def _options(self, levels: Mapping[str, int]) -> list[tuple[Place, int]]:
        """What may be told less: fewest figures first, totals before what they add up, the smallest first."""
        found = [(place, level) for place in self.places for level in range(levels[place.code])]
        return sorted(
            found, key=lambda one: (levels[one[0].code] - one[1], not one[0].total, value(one[0].figures[0], self.counts))
        )  # fmt: skip

    def _near(self, cells: Iterable[str]) -> set[str]:
        """Some cells, and those that hang together with them by definition."""
        found = set(cells)
        return found.union(
            *({cell for cell, _ in form} for form in self.structure if any(cell in found for cell, _ in form))
        )

    def _outsider(self, levels: Mapping[str, int]) -> _Outsider:
        told = [one for place in self.places for one in place.told(levels[place.code], self.counts)]
        return _Outsider(self.counts, [*self.before, *told], self.hints, self.small, self.most, self.ways)

    def _open(self, form: Form, outsider: _Outsider) -> bool:
        """Whether enough is left open of a sum."""
        if all(times > 0 for _, times in form) and 0 < value(form, self.counts) < self.small:
            return all(outsider.may_be(form, many) or self._excluded(form, many) for many in range(1, self.small))
        seen, apart = outsider.seen(form), self.small - 2
        if max(seen) - min(seen) >= apart or outsider.span(form) >= apart:
            return True
        return outsider.span(form) >= min(apart, self.told_nothing.span(form))

    def _excluded(self, form: Form, many: int) -> bool:
        """Whether a sum could not be this many though nothing were told."""
        if (form, many) not in self.excluded:
            self.excluded[form, many] = not self.told_nothing.may_be(form, many)
        return self.excluded[form, many]


class _Outsider:
    """Somebody who knows what was told and hinted, and works out what that leaves open. A cell holds ``most`` at most.

    ``ways`` are counts found earlier under other knowledge, which may fit or not; those that are found here are added to it.
    """

    def __init__(
        self, cells: Iterable[str], told: Iterable[Told], hints: Iterable[Hint], small: int, most: int, ways: list[Any]
    ) -> None:
        import numpy as np

        self.place = {cell: number for number, cell in enumerate(sorted(set(cells)))}
        told, hints = list(dict.fromkeys(told)), list(dict.fromkeys(hints))
        self.matrix = np.array([self._vector(one.form) for one in told]).reshape(len(told), len(self.place))
        self.values = np.array([one.value for one in told], dtype=int)
        self.few = [self._vector(one.forms[0]) for one in hints if len(one.forms) == 1]
        self.either = [tuple(self._vector(form) for form in one.forms) for one in hints if len(one.forms) == 2]
        self.small, self.most, self.ways = small, most, ways
        self.own = self._fitting(np.array(ways)) if ways else np.zeros((0, len(self.place)), dtype=int)
        self._known: tuple[Any, Any, Any] | None = None

    def seen(self, form: Form) -> list[int]:
        """The values in the ways found so far; 0 where there is none."""
        return (self.own @ self._vector(form)).tolist() or [0]

    def may_be(self, form: Form, many: int) -> bool:
        """Whether a sum may have this value."""
        return many in self.seen(form) or self.extreme(form, 1, many) is not None

    def span(self, form: Form) -> int:
        """How far apart the lowest and the highest value lie."""
        low, high = self.extreme(form, 1), self.extreme(form, -1)
        return 0 if low is None or high is None else high - low

    def extreme(self, form: Form, sign: int, only: int | None = None) -> int | None:
        """The lowest value that what is known leaves open, or with ``sign`` -1 the highest; or ``only``, where that is given and open.

        None where nothing is, or the solver cannot tell: then nothing counts as left open. Each way it gives is looked over.
        """
        import numpy as np
        from scipy.optimize import Bounds, milp  # here: a second's loading that few pages need

        wanted, choices = self._vector(form), len(self.either)
        rows, low, high = self._rows()
        if only is not None:
            rows = np.vstack([rows, self._wide(wanted)])
            low, high = np.append(low, only), np.append(high, only)
        cells = len(self.place)
        for presolve in (True, False):  # with it, HiGHS calls some impossible that are not
            found = milp(
                sign * self._wide(wanted),
                integrality=np.ones(cells + choices),
                bounds=Bounds(0, [self.most] * cells + [1] * choices),
                constraints=(rows, low, high) if len(rows) else (),
                options={"mip_rel_gap": 0, "presolve": presolve},
            )
            if found.x is not None:
                break
        else:
            return None
        way = np.rint(found.x[:cells]).astype(int)
        if not len(self._fitting(np.array([way]))):
            return None
        self.ways[:] = [*self.ways[-REMEMBERED:], way]
        self.own = np.vstack([self.own, way])
        return int(wanted @ way)

    def _rows(self) -> tuple[Any, Any, Any]:
        """What is known, as rows with their limits over cells and, for each pair of which one is small, the choice of which."""
        import numpy as np

        if self._known is not None:
            return self._known
        rows = [self._wide(one) for one in (*self.matrix, *self.few)]
        low: list[float] = [*self.values, *(1 for _ in self.few)]
        high: list[float] = [*self.values, *(self.small - 1 for _ in self.few)]
        for number, pair in enumerate(self.either):
            far = self._far(pair)
            for turn, one in zip((-far, far), pair, strict=True):
                row = self._wide(one)
                row[len(self.place) + number] = turn
                rows += [self._wide(one), row]
                low += [1, -far]
                high += [far, self.small - 1 + max(turn, 0)]
        width = len(self.place) + len(self.either)
        self._known = np.array(rows).reshape(len(rows), width), np.array(low, dtype=float), np.array(high, dtype=float)
        return self._known

    def _far(self, pair: tuple[Any, ...]) -> int:
        """As large as either of two can be: their sum, where that was told."""
        both = (self.matrix == pair[0] + pair[1]).all(axis=1).nonzero()[0]
        return int(self.values[both[0]]) if len(both) else int(self.most * max(one.sum() for one in pair))

    def _fitting(self, ways: Any) -> Any:
        """Those of some ways that fit what is known."""
        top = self.small - 1
        fits = (self.matrix @ ways.T == self.values[:, None]).all(axis=0)
        for one in self.few:
            fits &= (ways @ one >= 1) & (ways @ one <= top)
        for one, other in self.either:
            first, second = ways @ one, ways @ other
            fits &= (first >= 1) & (second >= 1) & ((first <= top) | (second <= top))
        return ways[fits]

    def _vector(self, form: Form) -> Any:
        import numpy as np

        found = np.zeros(len(self.place), dtype=int)
        for cell, times in form:
            found[self.place[cell]] = times
        return found

    def _wide(self, vector: Any) -> Any:
        import numpy as np

        return np.concatenate([vector.astype(float), np.zeros(len(self.either))])

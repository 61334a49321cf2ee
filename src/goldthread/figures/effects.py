"""What a course changed: those trained against those not yet, before and after, judged by randomisation inference.

Each person's change is the mean of their records after less the mean before, each record by one over the chance with which it was drawn,
once what assessors, strata and rounds make within each person's records is taken off (weighted least squares). The effect is the difference of the
changes of trained and untrained people within *blocks* (role and team), each person by how much their records tell.

Who was trained is then drawn anew many times within each block, as many as there were. A supposed effect is kept where, with it taken off,
the real draw does not stand out among the others: the limits are those of what is kept (Rosenbaum 2002, Observational Studies, chapter 2),
and the p-value counts the real draw among all, (b + 1) / (m + 1) (Phipson and Smyth 2010, Statistical Applications in Genetics and
Molecular Biology 9: 39), for two sides. It holds for few people and any spread, as far as who was trained first was as good as chance within a block.
What it does in draws whose truth is known: ``docs/cohort-effect.md``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

LEVEL, DRAWS = 0.95, 1999
FEWEST_PEOPLE, FEWEST_RECORDS = 5, 15
"""People in each group, and records of each group before and after, below which no effect is told *(ours)*."""

Why = Literal["few_trained", "few_untrained", "few_before", "few_after", "few_both", "few_ways"]


@dataclass(frozen=True)
class Seen:
    """What was seen of one person's work: a ``value`` from 0 to 1 of ``n`` records together, ``weight`` for one over their chance of being
    drawn (or their number), before or after; ``labels`` name who assessed it and from what it was drawn.
    """

    person: int
    after: bool
    value: float
    weight: float = 1.0
    n: int = 1
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A group at one time: its weighted share, of ``n`` records of ``people``."""

    share: float
    n: int
    people: int


@dataclass(frozen=True)
class Effect:
    """By how much the trained changed more than the untrained, as a difference of shares, with 95 % limits and the p-value of no effect."""

    difference: float
    low: float
    high: float
    p: float
    trained: tuple[Group, Group]
    untrained: tuple[Group, Group]

    @property
    def n(self) -> int:
        """Records that it rests on."""
        return sum(one.n for one in (*self.trained, *self.untrained))


@dataclass(frozen=True)
class NotYet:
    """That an effect cannot be told, why, and how many there are of what is too few."""

    why: Why
    number: int


def effect(
    seen: Sequence[Seen], trained: Collection[int], blocks: Mapping[int, str], seed: str, *,
    fewest_people: int = FEWEST_PEOPLE, fewest_records: int = FEWEST_RECORDS, draws: int = DRAWS,
) -> Effect | NotYet:  # fmt: skip
    """The effect on those ``trained`` of all people in ``blocks``; ``seen`` of anybody else is left out. The same seed gives the same.

    People of whom nothing was seen before, or after, tell no change and are left out; so is a block in which all or none were trained.
    """
    own = [one for one in seen if one.person in blocks]
    few = _too_few(own, trained, fewest_people, fewest_records)
    if few is not None:
        return few
    kept = _mixed(own, trained, blocks)
    mine = {one.person for one in own if one.person in kept}
    for number in (len(mine & set(trained)), len(mine - set(trained))):
        if number < fewest_people:
            return NotYet("few_both", number)
    return _told([one for one in own if one.person in mine], trained, blocks, seed, draws)


def _too_few(own: Sequence[Seen], trained: Collection[int], people: int, records: int) -> NotYet | None:
    both = (True, False)
    persons = {is_trained: {one.person for one in own if (one.person in trained) == is_trained} for is_trained in both}
    if len(persons[True]) < people:
        return NotYet("few_trained", len(persons[True]))
    if len(persons[False]) < people:
        return NotYet("few_untrained", len(persons[False]))
    for after in (False, True):
        number = min(
            sum(one.n for one in own if one.after == after and (one.person in trained) == group) for group in both
        )
        if number < records:
            return NotYet("few_after" if after else "few_before", number)
    return None


def _mixed(own: Sequence[Seen], trained: Collection[int], blocks: Mapping[int, str]) -> set[int]:
    """People seen before and after, of blocks in which some were trained and some not."""
    before, later = ({one.person for one in own if one.after == after} for after in (False, True))
    found: dict[str, set[int]] = {}
    for person in before & later:
        found.setdefault(blocks[person], set()).add(person)
    some = set(trained)
    return set().union(*(people for people in found.values() if people & some and people - some))


def _told(
    own: Sequence[Seen], trained: Collection[int], blocks: Mapping[int, str], seed: str, draws: int
) -> Effect | NotYet:
    import numpy as np

    people = sorted({one.person for one in own})
    place = {person: number for number, person in enumerate(people)}
    who = np.array([place[one.person] for one in own])
    after = np.array([one.after for one in own], dtype=bool)
    value = np.array([one.value for one in own], dtype=float)
    weight = np.array([one.weight for one in own], dtype=float)
    number = np.array([one.n for one in own], dtype=float)
    was = np.array([person in set(trained) for person in people], dtype=float)
    shifted = (after & (was[who] > 0)).astype(float)
    plain = np.column_stack([value, shifted])
    left = _left(plain, who, after, weight, [one.labels for one in own], len(people))

    change, tells = _changes(left, who, after, weight, number, len(people))
    groups = [np.flatnonzero([blocks[person] == name for person in people]) for name in sorted(set(blocks.values()))]
    groups = [one for one in groups if len(one)]
    rng = np.random.default_rng(int.from_bytes(sha256(seed.encode()).digest()[:8], "big"))
    drawn = np.vstack([was, _redrawn(was, groups, draws, rng)])
    for one in groups:  # within blocks: what a block has in common tells nothing
        drawn[:, one] -= (drawn[:, one] @ tells[one] / tells[one].sum())[:, None]
    gap = (drawn * tells) @ change / (drawn**2 @ tells)[:, None]
    limits = _limits(gap, draws)
    if limits is None:
        return NotYet("few_ways", _ways(was, groups))
    low, high, p = limits
    difference = float(gap[0, 0] / gap[0, 1])

    def group(which: bool, at: bool) -> Group:
        picked = (was[who] > 0).astype(bool) == which
        picked &= after == at
        share = float(value[picked] @ weight[picked] / weight[picked].sum())
        return Group(share, int(number[picked].sum()), len(set(who[picked].tolist())))

    return Effect(
        difference, max(min(low, difference), -1.0), min(max(high, difference), 1.0), p,
        (group(True, False), group(True, True)), (group(False, False), group(False, True)),
    )  # fmt: skip


def _left(plain: Any, who: Any, after: Any, weight: Any, labels: Sequence[tuple[str, ...]], people: int) -> Any:
    """What is left of each column once each person's own mean, what all changed, and what labels make, are taken off (weighted least
    squares). None of it knows who was trained.
    """
    import numpy as np

    names = sorted({name for some in labels for name in some})
    known = {name: number + 1 for number, name in enumerate(names)}
    design = np.zeros((len(labels), len(names) + 1))
    design[:, 0] = after
    for number, some in enumerate(labels):
        design[number, [known[name] for name in some]] = 1.0
    whole = np.bincount(who, weight, minlength=people)

    def within(columns: Any) -> Any:
        means = np.column_stack([np.bincount(who, weight * one, minlength=people) / whole for one in columns.T])
        return columns - means[who]

    root = np.sqrt(weight)[:, None]
    own, made = within(plain), within(design)
    found, *_ = np.linalg.lstsq(made * root, own * root, rcond=None)
    return own - made @ found


def _changes(left: Any, who: Any, after: Any, weight: Any, number: Any, people: int) -> tuple[Any, Any]:
    """Each person's change of each column, and how much it tells: what its two means come to, by how many equal records they are worth."""
    import numpy as np

    means, worth = [], []
    for part in (after, ~after):
        w = np.where(part, weight, 0.0)
        whole = np.bincount(who, w, minlength=people)
        means.append(np.column_stack([np.bincount(who, w * column, minlength=people) / whole for column in left.T]))
        worth.append(whole**2 / np.bincount(who, w**2 / number, minlength=people))
    return means[0] - means[1], 1 / (1 / worth[0] + 1 / worth[1])


def _redrawn(was: Any, groups: Sequence[Any], draws: int, rng: Any) -> Any:
    """Who might have been trained as well: in each block as many as were, each draw as likely as any other."""
    import numpy as np

    found = np.zeros((draws, len(was)))
    for one in groups:
        order = rng.random((draws, len(one))).argsort(axis=1)
        found[:, one] = order < int(was[one].sum())
    return found


def _ways(was: Any, groups: Sequence[Any]) -> int:
    return math.prod(math.comb(len(one), int(was[one].sum())) for one in groups)


def _limits(gap: Any, draws: int) -> tuple[float, float, float] | None:
    """Limits and p-value from the gap of each draw, the real one first: of the values, and of what one whole effect would add to it.

    A draw stands out less than the real one, with an effect taken off, from the effect on at which the two gaps are equal. None where
    so few draws differ from the real one that no effect could be ruled out.
    """
    import numpy as np

    real, other = gap[0], gap[1:]
    less = real[1] - other[:, 1]
    differs = less > 1e-9
    same = int(draws - differs.sum())
    equal = np.sort((real[0] - other[differs, 0]) / less[differs])
    outside = math.floor((1 - LEVEL) / 2 * (draws + 1)) - same
    if outside < 1:
        return None
    below, above = int((equal <= 1e-12).sum()), int((equal >= -1e-12).sum())
    p = min(2 * (min(below, above) + same + 1) / (draws + 1), 1.0)
    return float(equal[outside - 1]), float(equal[-outside]), p

"""A tree of words: from each first word of a run to the runs that begin with it. Plain pairs, for it is walked for every word."""

from collections.abc import Iterable
from typing import Optional

Node = tuple[int, Optional["Branches"]]
"""(the run that ends here or -1, where it goes on)."""
Branches = dict[str, Node]


def branches(runs: Iterable[tuple[tuple[str, ...], int]]) -> Branches:
    """The tree of *runs*, each with its number (0 or more)."""
    roots: Branches = {}
    for run, number in runs:
        level = roots
        for word in run[:-1]:
            node = level.get(word)
            if node is None:
                node = level[word] = (-1, {})
            elif node[1] is None:
                node = level[word] = (node[0], {})
            level = node[1]  # type: ignore[assignment]
        last = level.get(run[-1])
        level[run[-1]] = (number, last[1] if last is not None else None)
    return roots

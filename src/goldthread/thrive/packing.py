"""Clauses' tokens one behind the other, as the encoder takes them: what training exports and what runs it agree here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

STRETCH = 16
"""Clauses are laid beside each other in widths of so many tokens: then every sum is made in the same order, whoever else is there."""


def width(clause: Sequence[int]) -> int:
    """How many places a clause takes beside others."""
    return -(-len(clause) // STRETCH) * STRETCH


def packed(clauses: Sequence[Sequence[int]]) -> dict[str, NDArray[np.generic]]:
    """The encoder's inputs for some clauses, each at least one token.

    ``tokens`` and ``place``, each token's place in its clause, run over all tokens; ``at`` (clauses, widest) says where among
    them a clause's stand, ``mask`` is 1 there and 0 where nothing stands, and ``back`` finds them again in that table, row by row.
    """
    sizes = [len(one) for one in clauses]
    place = np.concatenate([np.arange(size) for size in sizes])
    row = np.repeat(np.arange(len(sizes)), sizes)
    widest = max(map(width, clauses))
    at = np.zeros((len(sizes), widest), np.int64)
    at[row, place] = np.arange(len(place))
    mask = np.zeros((len(sizes), widest), np.float32)
    mask[row, place] = 1
    tokens = np.concatenate([np.asarray(one, np.int64) for one in clauses])
    return {"tokens": tokens, "place": place, "at": at, "mask": mask, "back": row * widest + place}

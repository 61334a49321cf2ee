"""Clauses' tokens one behind the other, as the network takes them: what training exports and what runs it agree here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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


def side_by_side(words: Sequence[NDArray[np.floating[Any]]], first: int = 0) -> dict[str, NDArray[np.generic]]:
    """The inputs of what reads a contact's words together, from the numbers of each clause's tokens, (tokens, width).

    ``words`` runs over all tokens and ``clause`` says for each which of the contact's it belongs to, ``first`` being the first;
    ``share`` (clauses, tokens) makes the mean over each clause of them.
    """
    sizes = [len(one) for one in words]
    row = np.repeat(np.arange(len(sizes)), sizes)
    share = np.zeros((len(sizes), len(row)), np.float32)
    share[row, np.arange(len(row))] = np.repeat([np.float32(1 / size) for size in sizes], sizes)
    return {"words": np.concatenate(words).astype(np.float32), "clause": row + first, "share": share}

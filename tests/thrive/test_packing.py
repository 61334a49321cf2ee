"""Clauses laid one behind the other for the encoder, and what it makes of one whatever stands beside it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive.model import load
from goldthread.thrive.packing import STRETCH, packed, width

CLAUSES = (
    "He has his hands round her neck and the little one is watching.",
    "no",
    "The shutters were down and nothing was heard from the flat above since the delivery on Tuesday, so the caller thinks they went away.",
    "the little lad from number 9 was sat on the step again",
)


@given(st.lists(st.lists(st.integers(0, 30521), min_size=1, max_size=48), min_size=1, max_size=12))
def test_every_token_stands_in_the_row_of_its_clause_and_is_found_again(clauses: list[list[int]]) -> None:
    given = packed(clauses)
    widest = max(map(width, clauses))
    assert given["at"].shape == given["mask"].shape == (len(clauses), widest)
    assert widest % STRETCH == 0
    table = np.where(given["mask"] == 1, given["tokens"][given["at"]], -1)
    for row, one in zip(table, clauses, strict=True):
        assert row[: len(one)].tolist() == one
        assert (row[len(one) :] == -1).all()
    assert table.reshape(-1)[given["back"]].tolist() == given["tokens"].tolist()
    assert given["place"].tolist() == [at for one in clauses for at in range(len(one))]


def test_a_clause_s_numbers_are_the_same_whatever_is_read_beside_it() -> None:
    model = load()
    model.forget()
    alone = [model.read([clause])[0] for clause in CLAUSES]
    model.forget()
    together = model.read([*CLAUSES, *(f"{clause} {number}" for number in range(40) for clause in CLAUSES)])
    for (one, pieces), (other, again) in zip(alone, together, strict=False):
        assert (one == other).all()
        assert pieces == again


def test_a_clause_that_is_read_twice_is_remembered_once_and_in_its_place() -> None:
    model = load()
    model.forget()
    first, second, third = model.read([CLAUSES[0], CLAUSES[1], CLAUSES[0]])
    assert (first[0] == third[0]).all()
    assert (first[0] != second[0]).any()
    assert (model.read([CLAUSES[1]])[0][0] == second[0]).all()
    assert model.read([]) == []

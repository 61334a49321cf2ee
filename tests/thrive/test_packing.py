"""Clauses laid one behind the other for the network, and what it makes of one whatever stands beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive import features
from goldthread.thrive import model as network
from goldthread.thrive.model import load
from goldthread.thrive.packing import STRETCH, packed, side_by_side, width

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
    assert first[0].shape != second[0].shape
    assert (model.read([CLAUSES[1]])[0][0] == second[0]).all()
    assert model.read([]) == []


@given(st.lists(st.integers(1, 48), min_size=1, max_size=12), st.integers(0, 200))
def test_side_by_side_every_word_knows_its_clause_and_the_shares_make_means(sizes: list[int], first: int) -> None:
    words = [np.full((size, 384), at, np.float16) for at, size in enumerate(sizes)]
    made = side_by_side(words, first)
    assert made["words"].dtype == np.float32
    assert made["clause"].tolist() == [first + at for at, size in enumerate(sizes) for _ in range(size)]
    means = made["share"] @ made["words"]
    assert np.allclose(means, np.arange(len(sizes))[:, None], atol=1e-4)


def test_what_is_remembered_is_bounded_and_forgetting_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "REMEMBERED", 120)
    model = load()
    model.forget()
    text = [f"{clause} {number}" for number in range(5) for clause in CLAUSES]
    first = model.read(text)
    assert 0 < model._held <= 120
    assert model._held == sum(len(words) for words, _ in model._kept.values())
    for (one, pieces), (other, again) in zip(first, model.read(text), strict=True):
        assert (one == other).all()
        assert pieces == again
    model.forget()
    assert model._held == 0


def test_a_long_contact_is_taken_in_parts_and_each_by_itself_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load()
    sizes = [len(words) for words, _ in model.read(CLAUSES)]
    whole, pieces = model.vectors(CLAUSES)
    assert whole.shape == (len(CLAUSES), 384)
    assert pieces == sum(sizes) - 2 * len(CLAUSES)
    monkeypatch.setattr(network, "MET", sizes[0] + sizes[1])
    parts, _ = model.vectors(CLAUSES)
    assert (parts[:2] != whole[:2]).any(), "they meet only those of their part"
    assert (parts[:2] == model.vectors(CLAUSES[:2])[0]).all()
    monkeypatch.setattr(network, "MET", 1)
    assert model.vectors(CLAUSES)[0].shape == whole.shape, "one that is longer than a part is a part"


def test_a_long_contact_is_as_likely_as_its_likeliest_stretch_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load()
    monkeypatch.setattr(network, "TOGETHER", 4)
    monkeypatch.setattr(network, "STEP", 3)
    text = [f"{clause} {number}" for number in range(3) for clause in CLAUSES]
    nothing = [0.0] * features.width(model.card.codes)

    def decided(some: list[str]) -> network.Decided:
        return model.decide(some, [nothing] * len(some), [0.0] * features.WHOLE)

    whole = decided(text)
    assert whole.size == len(text)
    assert whole.likely == max(decided(text[at : at + 4]).likely for at in range(0, len(text), 3))
    assert 1 < whole.pieces < 2
    assert sum(whole.weights) == pytest.approx(1)

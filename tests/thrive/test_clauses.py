"""Clauses: every word in one, in order, short enough to read, and the same however the text goes on."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive.clauses import MOST, clauses


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kids crying upstairs. Male left in red Corsa", ["kids crying upstairs.", "Male left in red Corsa"]),
        ("Caller says he hit her\nno reply at the door", ["Caller says he hit her", "no reply at the door"]),
        ("Asked about children. None.", ["Asked about children. None."]),
        ("rp heard a bang - then nothing at all", ["rp heard a bang", "then nothing at all"]),
        (
            "Rear wheel taken from rack / No suspects seen there",
            ["Rear wheel taken from rack", "No suspects seen there"],
        ),
        ("", []),
        (" \n\t ", []),
        ("ok", ["ok"]),
    ],
)
def test_where_a_text_is_cut(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_long_stretch_is_cut_where_it_joins() -> None:
    text = (
        "he came round about nine and banged on the door for a bit, then he went off up the road with the lad from " * 3
    )
    found = pieces(text)
    assert len(found) > 2
    assert all(len(one.split()) <= MOST for one in found)
    assert found[1].split()[0] in {"then", "he", "and", "with"}


@given(st.text(alphabet=st.sampled_from("ab .,!?\n-/&\u2014\u00e9\U0001f600"), max_size=400))
def test_every_word_stands_in_exactly_one_clause(text: str) -> None:
    places = clauses(text)
    assert all(start < end for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    covered = [text[start:end] for start, end in places]
    between = re.sub(r"[\s\-/\u2013\u2014]", "", text)
    assert re.sub(r"[\s\-/\u2013\u2014]", "", "".join(covered)) == between
    assert all(len(one.split()) <= MOST for one in covered)


def test_what_is_typed_on_leaves_earlier_clauses_alone() -> None:
    text = "kids crying upstairs. Male has left the house now. Mum is not answering her phone, " * 4
    for end in range(40, len(text), 7):
        assert clauses(text[:end])[:-2] == clauses(text)[: max(len(clauses(text[:end])) - 2, 0)]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "a " * 300_000,
        ", " * 300_000,
        "\n" * 1_000_000,
        "and " * 200_000,
        " " * 1_000_000,
        " -" * 300_000,
    ],
)
def test_hostile_length_is_answered(text: str) -> None:
    places = clauses(text)
    assert sum(len(text[start:end].replace("-", "").split()) for start, end in places) == len(
        text.replace("-", "").split()
    )

"""Words cut into marked pieces are the same words when joined again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from goldthread.desk.marks import Mark, pieces

MARK = Mark(1, 0, 1, "", "infant", "Infant", "", "", "affirmed", "", 1.0, True, False)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(st.text(min_size=1, max_size=60))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=6))
    return text, [replace(MARK, start=min(span), end=max(span)) for span in spans if span[0] != span[1]]


@given(marked())
def test_joined_again_the_pieces_are_the_text(given_: tuple[str, list[Mark]]) -> None:
    text, marks = given_
    assert "".join(piece.text for piece in pieces(text, marks)) == text


@given(marked())
def test_every_mark_covers_just_its_own_words(given_: tuple[str, list[Mark]]) -> None:
    text, marks = given_
    for mark in marks:
        covered = "".join(piece.text for piece in pieces(text, marks) if mark in piece.marks)
        assert text[mark.start : mark.end] in covered


def test_words_without_marks_are_one_piece() -> None:
    assert [piece.text for piece in pieces("all quiet", [])] == ["all quiet"]


def test_no_words_no_pieces() -> None:
    assert pieces("", []) == []

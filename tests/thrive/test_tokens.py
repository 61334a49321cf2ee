"""Words keep their exact place in the original, whatever the characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive.tokens import Text, fold, normalise


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("Don't", ["dont"]),
        ("mum’s", ["mums"]),
        ("next-door w/ kids", ["next", "door", "w", "kids"]),
        ("'let me out'", ["let", "me", "out"]),
        ("15:10", ["15", "10"]),
        ("Zoë ＫＩＤＳ", ["zoe", "kids"]),
        ("ki\u00adds", ["kids"]),
        ("", []),
        ("''' 🙂 '", []),
    ],
)
def test_words_are_folded_and_apostrophes_dropped(phrase: str, words: list[str]) -> None:
    assert normalise(phrase) == words


@given(st.text())
def test_folding_never_moves_a_character(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_every_word_lies_where_it_says(text: str) -> None:
    read = Text(text)
    assert len(read.words) == len(read.starts) == len(read.ends)
    for word, start, end in zip(read.words, read.starts, read.ends, strict=True):
        assert 0 <= start < end <= len(text)
        assert normalise(text[start:end]) == [word]


@given(st.text())
def test_sentences_cover_every_word_once(text: str) -> None:
    read = Text(text)
    covered = [word for low, high in read.sentences for word in range(low, high)]
    assert covered == list(range(len(read.words)))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Kids in bed. Mum out", 2),
        ("at 15.10 on 1.2.24", 1),
        ("Dr. Jones called", 1),
        ("gone quiet... kids upstairs", 1),
        ("hit her; kids saw\nall calm", 3),
        ("fire alarm / no smoke", 2),
        ("w/ kids", 1),
    ],
)
def test_a_sentence_ends_at_a_stop_before_a_space(text: str, sentences: int) -> None:
    assert len(Text(text).sentences) == sentences

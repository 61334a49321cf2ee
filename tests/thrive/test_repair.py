"""Typing slips are mended toward words of the lexicon, and nothing else is touched."""

import pytest

from goldthread.thrive.repair import MOST_PER_TEXT, Repair
from goldthread.thrive.tokens import Text

REPAIR = Repair(["strangled", "bruises", "crying", "painted", "unconscious", "knife"])


def mended(text: str) -> list[str]:
    read = Text(text)
    REPAIR.mend(read)
    return read.words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("strangeld", "strangled"),
        ("bruisses", "bruises"),
        ("cyring", "crying"),
        ("unconsious", "unconscious"),
        ("knfie", "knife"),
    ],
)
def test_swapped_missing_and_doubled_letters_are_mended(typed: str, meant: str) -> None:
    assert mended(f"she was {typed} there")[2] == meant


@pytest.mark.parametrize("word", ["pointed", "trying", "strangler", "knit", "burst", "bruised", "crying"])
def test_another_word_is_left_alone(word: str) -> None:
    assert word in mended(f"it was {word} there")


def test_a_name_is_left_alone() -> None:
    assert mended("spoke to Cyring today")[2] == "cyring"


def test_places_in_the_original_stay() -> None:
    read = Text("was strangeld, ok")
    REPAIR.mend(read)
    assert read.original[read.starts[1] : read.ends[1]] == "strangeld"


def test_the_number_of_words_looked_at_is_bounded() -> None:
    strange = [
        f"zz{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}{'uvwxyzabcd'[n // 100]}q"
        for n in range(MOST_PER_TEXT + 50)
    ]
    fresh = Repair(["zzabcq"])
    fresh.mend(Text(" ".join(strange)))
    assert len(fresh._cache) <= MOST_PER_TEXT

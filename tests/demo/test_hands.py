"""The same words in several hands: told differently, meaning the same."""

from __future__ import annotations

import random
import re

from goldthread.demo.hands import CASES, aside, hand_of, typed

TEXT = (
    "Caller states her neighbour Freya Quick, aged 14, left 12 Larch Road at 21:40 with two females towards the park, "
    "described as laughing and talking, nobody appeared to be frightened or injured when something was dropped."
)
HANDS = [str(number) for number in range(4101, 4301)]


def test_a_person_types_a_text_the_same_way_each_time() -> None:
    assert all(typed(one, TEXT) == typed(one, TEXT) for one in HANDS)


def test_two_hundred_people_type_it_in_many_ways() -> None:
    assert len({typed(one, TEXT) for one in HANDS}) > 80


def test_some_write_everything_out_some_shorten_and_some_use_no_capitals() -> None:
    found = [typed(one, TEXT) for one in HANDS]

    assert any("w/ " in text for text in found)
    assert any("neighbour" in text and "with two females" in text for text in found)
    assert {hand_of(one).case for one in HANDS} == set(CASES)
    assert any(text.islower() for text in found)


def test_names_ages_times_and_addresses_are_never_touched() -> None:
    for one in HANDS:
        kept = typed(one, TEXT).lower()
        for held in ("freya quick", " 14,", "12 larch road", "21:40"):
            assert held in kept, (one, kept)


def test_fingers_slip_within_long_words_and_rarely() -> None:
    words = set(re.findall(r"[a-z]+", TEXT))
    slipped = [
        word for one in HANDS if hand_of(one).case == "plain" and not hand_of(one).words
        for word in re.findall(r"[a-z]+", typed(one, TEXT)) if word not in words
    ]  # fmt: skip
    odd = [word for word in slipped if word not in {"one", "says", "reports", "advises", "is", "saying", "no", "next"}]

    assert 0 < len(odd) < 0.05 * len(HANDS) * len(words)
    assert all(len(word) >= 4 for word in odd)


def test_an_aside_is_about_the_call_and_mostly_absent() -> None:
    dice = random.Random(4)
    found = [aside(dice, "999") for _ in range(500)]

    assert 100 < sum(bool(one) for one in found) < 300
    assert not any("photos attached" in one for one in found)

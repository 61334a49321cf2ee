"""Earlier contacts laid side by side: what is told, on which quotes it rests, and what is not told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive.history import Cumulative, Earlier, cumulative, says_seen
from goldthread.thrive.reader import Reader

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
READER = Reader()
CRYING = "Neighbour hears a baby screaming and a male shouting, third door along."
BRUISE = "School: girl 7 has a bruise on her arm, says dad grabbed her."
NOTHING = "Bins not collected again on this street."


def contact(days: float, text: str, name: str = "") -> Earlier:
    return Earlier(name or f"AM{days}", NOW - timedelta(days=days), text, READER.read(text))


def told(text: str, *earlier: Earlier) -> dict[str, Cumulative]:
    return {one.code: one for one in cumulative(NOW, READER.read(text), text, earlier)}


def test_the_third_contact_in_thirty_days_is_told_with_the_words_it_rests_on() -> None:
    found = told(CRYING, contact(2, BRUISE), contact(20, CRYING))
    assert found["often"].say.startswith("Third contact in 30 days; a child at risk was read in two")
    for one in found["often"].rests_on:
        source = BRUISE if one.name == "AM2" else CRYING
        assert source[one.start : one.end] == one.quote


def test_two_contacts_or_older_ones_are_not_often() -> None:
    assert "often" not in told(CRYING, contact(2, BRUISE))
    assert "often" not in told(CRYING, contact(2, BRUISE), contact(31, BRUISE))
    assert told(CRYING) == {}
    assert told(CRYING, contact(400, BRUISE), contact(-1, BRUISE)) == {}


def test_a_child_spoken_of_and_never_seen_is_told_until_somebody_saw_the_child() -> None:
    assert (
        "in none do the words say that anybody saw the child"
        in told(CRYING, contact(2, BRUISE), contact(9, CRYING))["unseen"].say
    )
    seen = "Officers attended. Both children seen and spoken to, well."
    assert "unseen" not in told(CRYING, contact(2, BRUISE), contact(9, seen))
    assert "unseen" not in told(seen, contact(2, BRUISE), contact(9, CRYING))


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("Both children seen and spoken to.", True),
        ("PC saw the baby asleep in cot", True),
        ("kids all checked by crew", True),
        ("child not seen", False),
        ("baby has not been seen since Friday", False),
        ("nobody has seen the children", False),
        ("no reply at door", False),
        ("seen a fox in the garden", False),
        ("", False),
    ],
)
def test_whether_words_say_that_a_child_was_seen(words: str, seen: bool) -> None:
    assert says_seen(words) is seen


def test_the_same_cue_in_three_contacts_is_a_pattern() -> None:
    found = told(BRUISE, contact(5, BRUISE), contact(50, BRUISE), contact(60, NOTHING))
    assert found["pattern"].say == "The same told in three contacts: {physical}."
    assert len(found["pattern"].rests_on) == 2
    assert "pattern" not in told(BRUISE, contact(5, BRUISE), contact(60, NOTHING))


def test_harmless_contacts_say_only_that_they_were_many() -> None:
    found = told(NOTHING, contact(2, NOTHING), contact(9, NOTHING))
    assert found.keys() == {"often"}
    assert found["often"].rests_on == ()
    assert "risk" not in found["often"].say


@given(st.lists(st.tuples(st.floats(-10, 500), st.sampled_from([CRYING, BRUISE, NOTHING, "", "🙂" * 50])), max_size=12))
def test_the_order_in_which_contacts_come_is_of_no_matter_and_every_quote_is_exact(
    days: list[tuple[float, str]],
) -> None:
    earlier = [contact(day, text, f"n{number}") for number, (day, text) in enumerate(days)]
    first = cumulative(NOW, READER.read(BRUISE), BRUISE, earlier)
    assert first == cumulative(NOW, READER.read(BRUISE), BRUISE, earlier[::-1])
    by_name = {one.name: one for one in earlier}
    for one in first:
        for quoted in one.rests_on:
            assert by_name[quoted.name].text[quoted.start : quoted.end] == quoted.quote

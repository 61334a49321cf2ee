"""Earlier contacts laid side by side: what is told, on which quotes it rests, and what is not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive.decide import rank
from goldthread.thrive.history import Cumulative, Earlier, cumulative
from goldthread.thrive.reader import Reader
from goldthread.thrive.seen import says_seen

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
        "in none is it said or recorded that anybody saw the child"
        in told(CRYING, contact(2, BRUISE), contact(9, CRYING))["unseen"].say
    )
    seen = "Officers attended. Both children seen and spoken to, well."
    assert "unseen" not in told(CRYING, contact(2, BRUISE), contact(9, seen))
    assert "unseen" not in told(seen, contact(2, BRUISE), contact(9, CRYING))


def test_a_child_recorded_as_seen_counts_as_much_as_one_said_to_be() -> None:
    one, other = contact(2, BRUISE), contact(9, CRYING)
    assert "unseen" not in told(CRYING, one, replace(other, seen=True))
    assert not [
        each for each in cumulative(NOW, READER.read(CRYING), CRYING, [one, other], seen=True) if each.code == "unseen"
    ]
    assert "unseen" in told(CRYING, one, other, replace(contact(5, NOTHING), seen=True)), "a contact without a child"


def test_graver_than_before_names_the_gravest_level_there_was() -> None:
    low, grave = "kids playing out late again", "He has a knife to her throat, kids are watching. Send someone now."
    found = told(grave, contact(9, BRUISE), contact(2, low))["rising"]
    before = max((READER.read(text).level for text in (BRUISE, low)), key=rank)
    assert found.say == f"Graver than any contact before: {before} at most then, {READER.read(grave).level} now."


SEEN = [
    "Both children seen safe and well.",
    "children seen and spoken to by officers, no concerns",
    "PC 4417 SAW BOTH KIDS IN BED",
    "bairns all seen by crew, happy",
    "hv seen baby today feeding well no concerns",
    "Officers attended and spoke to the girl alone.",
    "Spoke to both boys, they are fine.",
    "kids (4, 7) were seen upstairs asleep by PCSO",
    "Boy, 2, checked by medics, unhurt.",
    "ofcrs spk to mum. children sighted, safe & well",
    "Social worker has seen the children at school and is happy with them.",
    "No reply at first. Mum then answered. Child seen, asleep.",
    "Neighbour saw the children this morning, playing happy in the garden",
    "child seen, no visible injuries",
    "PC 12 attended, spoke to the girls, both well",
    "The wean was seen by the nurse and is well",
]
NOT_SEEN = [
    "Children yet to be seen.",
    "Neither child was seen.",
    "Kids hadn't been seen for weeks.",
    "Mum refused to let the children be seen.",
    "Child last seen on Saturday.",
    "Both children need to be seen tonight.",
    "Unable to get the baby seen.",
    "Officers left without either child being seen.",
    "No trace of children, none seen",
    "school ask for child to be seen",
    "girl seen getting into a van with an older man",
    "hv hasnt seen baby since birth",
    "kids want seeing, none of us has seen the kids",
    "please can an officer see that the bairns are seen",
    "child not spoken to as asleep",
    "Mum wouldn't let SW see the child, said kids already been seen",
    "Has anybody seen the baby?",
    "Children seen? No.",
    "chidlren still not seen, attempted x3",
    "Plan: children seen tomorrow by social worker",
    "will arrange for kids to be spoken to at school",
    "boy seen by neighbour alone on the road in his pyjamas",
    "A man in a car spoke to the girl",
    "girl spoken to by a man at the gates",
    "Saw a lad of four up on the roof",
    "crew spoke to mum about the children",
    "if child seen call back",
    "lads spoken to and moved on",
    "both parties spoken to",
    "Baby should have been seen by GP in March",
    "nobody, not even nan, has seen the baby",
    "police have not seen the wee ones",
    "PC saw the boy with bruises on his neck",
    "no answer at door children not sighted or spoken to",
    "child seen 3 weeks ago by GP",
    "dad claims kids were seen by a doctor, fine",
    "old lady upstairs saw the girl carried off crying",
    "only the older child seen",
    "caller saw kids lying in a truck bed",
    "A man came over, spoke to the girl",
    "girl seen with Dean from the flats",
]


@pytest.mark.parametrize("words", SEEN)
def test_a_plain_statement_that_a_child_was_seen_safe_or_spoken_to_counts(words: str) -> None:
    assert says_seen(words)
    assert says_seen(f"Male shouting. {words}\nResumed.")


@pytest.mark.parametrize("words", NOT_SEEN)
def test_what_is_denied_wished_planned_past_or_seen_in_danger_does_not_count(words: str) -> None:
    assert not says_seen(words)
    assert not says_seen(words.upper())
    assert not says_seen(words.replace("'", "\u2019"))


def test_a_plain_statement_beside_a_denial_counts_only_by_itself() -> None:
    assert says_seen("Children not seen on Monday. Both children seen today, safe and well.")
    assert not says_seen("no reply children not seen officers left boy still to be spoken to")


@pytest.mark.parametrize(
    "text", ["seen " * 100_000, "child " * 100_000, "a" * 500_000, "child seen, " * 50_000, "no " * 99_999]
)
def test_whether_a_child_was_seen_is_answered_for_hostile_text(text: str) -> None:
    assert says_seen(text) in (True, False)


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

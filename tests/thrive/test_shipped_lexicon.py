"""What the shipped lexicon makes of whole sentences: faults that were found once and must not come back."""

from pathlib import Path

import pytest

from goldthread.thrive.lexicon import LexiconError, load
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Finding, Reading

READER = Reader()


def read(text: str) -> Reading:
    return READER.read(text)


def found(text: str, cue: str) -> list[Finding]:
    return [finding for finding in read(text).findings if finding.cue == cue]


def test_a_vulnerable_adult_is_read_and_explained() -> None:
    reading = read("Fem 81 with dementia found walking in nightie, lives alone")
    assert reading.adult_vulnerability
    assert not reading.at_risk
    assert any(finding.cue == "adult-dementia" for finding in reading.findings)
    assert READER.cue("adult-dementia").question
    assert {"adult-abuse", "adult-disability", "adult-exploitation", "adult-mental-health", "adult-suicide"} <= {
        cue.code for cue in READER.cues
    }


def test_an_adult_cue_adds_nothing_to_the_risk_to_a_child() -> None:
    text = "kids making noise in the garden."
    with_adult = read(f"{text} Neighbour has dementia.")
    assert any(finding.cue.startswith("adult-") for finding in with_adult.findings)
    assert with_adult.probability == read(text).probability


def test_an_adult_code_is_only_for_a_file_about_adults(tmp_path: Path) -> None:
    body = 'code = "adult-other"\nlabel = "x"\nwhy = "x"\nquestion = "x?"\nwordings = ["xyz"]\n'
    (tmp_path / "adult-other.toml").write_text(body)
    with pytest.raises(LexiconError, match="unknown code 'adult-other'"):
        load(tmp_path)
    (tmp_path / "adult-other.toml").write_text(f"adult = true\n{body}")
    assert set(load(tmp_path).adult_cues) == {"adult-other"}


@pytest.mark.parametrize(
    ("text", "cue", "quote"),
    [
        ("kids at home, no wpns mentioned", "imminent", "no wpns mentioned"),
        ("kids at home. Weapons: none", "imminent", "Weapons: none"),
        ("hx of violence", "imminent", "hx of violence"),
    ],
)
def test_a_quote_shows_the_words_that_deny_or_date_it(text: str, cue: str, quote: str) -> None:
    assert [finding.quote for finding in found(text, cue)] == [quote]


@pytest.mark.parametrize("weapon", ["weapons", "wpns", "knife", "gun"])
@pytest.mark.parametrize("told", ["mentioned", "disclosed", "known"])
def test_a_thing_not_mentioned_is_never_denied(weapon: str, told: str) -> None:
    reading = read(f"no {weapon} {told}, kids at address")
    assert reading.findings
    assert {(finding.assertion, finding.unasked) for finding in reading.findings} == {("uncertain", True)}
    assert "Any weapons?" in reading.questions
    assert not reading.at_risk


def test_a_house_number_denies_nothing() -> None:
    for number in ("no 6", "no. 6", "No 12a"):
        (finding,) = found(f"at {number} is on sex offenders register", "risk-person")
        assert finding.assertion == "affirmed"
    assert read("no 14 yr old here").child == "no"


def test_what_a_person_did_before_is_the_risk_today() -> None:
    reading = read("previous conviction for sexual assault of a child, now has access to his niece")
    past = [
        finding for finding in reading.findings if finding.cue == "risk-person" and finding.assertion == "historical"
    ]
    assert max(finding.score for finding in past) >= 0.5
    assert reading.at_risk
    assert read("Dean broke her arm last year, he is back in the house with the kids").at_risk


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("He's 70. Lives next door to the school, staying with his sister", "exploitation-sexual"),
        ("he's 81, moved in last week", "exploitation-sexual"),
        ("Birthday party next door, kids", "death"),
        ("left with her kids to go to her mum's for the weekend", "abduction"),
        ("sorry letter from the school to all pupils", "self-harm"),
        ("shouting at partner again, kids", "physical"),
    ],
)
def test_harmless_words_make_no_such_finding(text: str, cue: str) -> None:
    assert found(text, cue) == []


def test_a_father_who_keeps_the_children_is_no_weekend_visit() -> None:
    assert found("He left with her kids for the weekend and wont bring them back", "abduction")


def test_a_child_near_a_shout_is_a_child_at_domestic_abuse() -> None:
    assert found("shouting at partner again, kids", "da-child")
    assert found("shouting at the little lad", "physical")


def test_a_weapon_alone_says_nothing_of_a_child_or_of_a_vulnerable_adult() -> None:
    for text in ("man with knife", "knife found in the alley", "suspect armed with a handgun fled"):
        reading = read(text)
        assert found(text, "imminent"), text
        assert (reading.at_risk, reading.adult_vulnerability, reading.level) == (False, False, "none"), text


def test_a_burning_bin_is_no_immediate_danger_and_a_burning_house_is() -> None:
    assert read("youths set fire to a bin").level != "immediate"
    assert read("he set fire to the house with kids inside").level == "immediate"


@pytest.mark.parametrize("text", ["lad on SEN transport not at drop off", "autistic lad upset on bus"])
def test_words_of_special_needs_suggest_a_child(text: str) -> None:
    assert read(text).child == "implied"


def test_an_elderly_parents_collapse_is_of_an_adult() -> None:
    reading = read("my mum, 84, has collapsed and is not breathing")
    assert (reading.child, reading.at_risk, reading.adult_vulnerability) == ("no", False, True)
    assert any(finding.critical for finding in reading.findings)


def test_a_callers_mum_without_an_age_may_be_a_childs() -> None:
    reading = read("my mum has collapsed and is not breathing")
    assert reading.at_risk
    assert reading.child != "no"
    assert read("my mum, 84, has collapsed, grandkids in the house with her").child == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "The man downstairs keeps playing his drums, my toddler cannot nap. Noise only.",
        "Man downstairs has been kind, carries my pram up",
        "lads downstairs having a party again baby cant sleep",
        "male downstairs complained about the kids running about",
        "MAN DOWNSTAIRS SMOKES WEED, COMES THRU FLOOR, GOT A BABY",
        "ask the man downstairs hes got a spare key, nan has the bairns",
        "someone downstairs left the communal door open, pushchair taken",
        "the men downstairs are fitting the kitchen, son was sick at school",
        "Somebody downstairs plays the organ, bairn loves it",
        "there is a lovely man downstairs who feeds our cat, kids like him",
    ],
)
def test_whoever_lives_downstairs_is_no_intruder(text: str) -> None:
    assert found(text, "imminent") == []
    assert read(text).level != "immediate"


@pytest.mark.parametrize(
    "text",
    [
        "I can hear somebody downstairs, me and my little brother are upstairs",
        "theres someone downstairs, im 9 and mums out",
        "Child whispering, hiding under the bed, man downstairs",
        "there's a man downstairs I don't know, I'm on my own with my sister, please come quick",
        "heard glass smash, now lads downstairs, kids with me",
        "intruder downstairs, three kids in bedroom",
        "MAN DOWNSTAIRS WITH A TORCH, KIDS ASLEEP",
        "we r home alone & ther is somebody downstairs",
        "strange man downstairs, baby crying",
        "can hear someone moving about downstairs, bairns in with me",
        "a man downstairs who shouldn't be here, got the kids in the bathroom",
        "men downstairs, they broke in, children upstairs",
    ],
)
def test_an_intruder_downstairs_is_told_by_more(text: str) -> None:
    assert "immediate" in {one.level for one in found(text, "imminent")}

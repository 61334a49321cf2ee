"""One reading from end to end, with the shipped lexicon and with a small one."""

import json
import threading
from pathlib import Path

import pytest

from goldthread.thrive import ENGINE
from goldthread.thrive.advice import disagreement
from goldthread.thrive.lexicon import load
from goldthread.thrive.match import Matcher
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Finding, Reading
from goldthread.thrive.tokens import Text

SMALL = Path(__file__).parent / "data" / "lexicon"
MUST_SHOW = (
    "inft states male nxt dr shouting at partner again, kids crying upstairs then gone quiet, not seen mum since sat,"
    " no wpns mentioned"
)


@pytest.fixture(scope="module")
def shipped() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def small() -> Reader:
    return Reader(SMALL)


def one(reading: Reading, cue: str) -> Finding:
    (finding,) = [finding for finding in reading.findings if finding.cue == cue]
    return finding


def test_the_neighbours_call_is_read_as_a_child_at_immediate_risk(shipped: Reader) -> None:
    reading = shipped.read(MUST_SHOW)
    by_cue = {finding.cue: finding for finding in reading.findings}
    assert {"da-child", "background", "carer-not-seen", "repeat"} <= set(by_cue)
    assert any(f.cue == "da-child" and f.quote.endswith("gone quiet") for f in reading.findings)
    weapon = [f for f in reading.findings if "wpns" in f.quote and f.assertion == "uncertain"]
    assert weapon
    assert weapon[0].unasked
    assert "Any weapons?" in reading.questions
    assert (reading.level, reading.at_risk, reading.child, reading.abstain) == ("immediate", True, "yes", False)


def test_a_reading_names_engine_lexicon_and_path(small: Reader) -> None:
    reading = small.read("row with partner, kids in")
    assert (reading.engine, reading.path, reading.model) == (ENGINE, "fast", None)
    assert reading.lexicon == small.lexicon_hash


def test_the_answer_has_the_contracts_fields(small: Reader) -> None:
    answer = json.loads(json.dumps(small.read("shouting at mum, kids crying").to_json()))
    assert list(answer) == [
        "engine", "path", "lexicon", "model", "child", "at_risk", "probability", "level", "adult_vulnerability", "abstain",
        "findings", "questions", "took_ms",
    ]  # fmt: skip
    assert set(answer["findings"][0]) == {
        "cue", "start", "end", "quote", "assertion", "elements", "score", "rule",
    }  # fmt: skip


def test_quotes_keep_the_characters_as_typed(small: Reader) -> None:
    finding = one(small.read("🙂 İ “Male SHOUTING at  his-Mum” in the house"), "da-child")
    assert finding.quote == "SHOUTING at  his-Mum"


def test_a_match_never_reaches_over_a_sentence(small: Reader) -> None:
    assert not small.read("He was shouting. Mum is fine and well").findings
    assert not small.read("He was threatening. To kill time he left").findings


def test_a_mended_slip_quotes_the_original(small: Reader) -> None:
    finding = one(small.read("says she was strangeld by him"), "imminent")
    assert finding.quote == "strangeld"


def test_a_known_word_is_never_mended(small: Reader) -> None:
    assert not small.read("he stranded the boat").findings


def test_a_negator_never_drops_a_life_threat(small: Reader) -> None:
    reading = small.read("baby at home, not strangled, no he was not strangled")
    found = [finding for finding in reading.findings if finding.cue == "imminent"]
    assert {finding.assertion for finding in found} == {"negated"}
    assert reading.at_risk
    assert reading.level == "immediate"


def test_a_threat_is_risk(small: Reader) -> None:
    reading = small.read("kids in house, if he comes back he will be shouting at mum")
    assert one(reading, "da-child").assertion == "hypothetical"
    assert reading.at_risk


def test_no_mention_is_a_question_and_no_risk(small: Reader) -> None:
    reading = small.read("kids at home, no weapons mentioned")
    assert one(reading, "companion").assertion == "uncertain"
    assert reading.questions == ("Any weapons?",)
    assert not reading.at_risk


def test_a_harmless_context_explains_a_cue_away(small: Reader) -> None:
    assert not small.read("kids outside the knife shop").findings
    assert small.read("kids outside with a knife").findings


def test_a_harmless_context_never_explains_a_life_threat(small: Reader) -> None:
    assert small.read("child strangled, training exercise only").level == "immediate"


def test_the_whole_log_is_lowered_by_its_context(small: Reader) -> None:
    text = "shouting at mum with kids crying"
    assert small.read(f"{text}. Training exercise only").probability < small.read(text).probability


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("kids in the house", "yes"),
        ("no kids in the house", "no"),
        ("not sure if kids in", "implied"),
        ("f15 on her own", "yes"),
        ("bike stolen", "no"),
        ("empty pram in the road", "implied"),
        ("social worker calling", "no"),
        ("row with partner, son 14 present", "yes"),
    ],
)
def test_whether_a_child_is_involved(small: Reader, text: str, child: str) -> None:
    assert small.read(text).child == child


def test_a_cue_that_needs_a_child_counts_little_without_one(small: Reader) -> None:
    alone, with_child = small.read("row with partner"), small.read("row with partner, kids in")
    assert alone.probability < with_child.probability
    assert alone.adult_vulnerability


def test_a_cue_tells_why_it_matters(small: Reader) -> None:
    cue = small.cue("imminent")
    assert (cue.label, cue.critical, cue.question) == ("Life at threat", True, "Is anybody hurt now?")
    with pytest.raises(KeyError):
        small.cue("nothing")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no words"),
        (" \n\t ", "no words"),
        ("🙂🙂 !!! ???", "no words"),
        ("1234 5678 9012 3456", "signs"),
        ("x" * 500, "no spaces"),
        (
            "dziecko płacze u sąsiada a matka nie otwiera drzwi od wczoraj i nikt jej nie widział",
            "not look like English",
        ),
        ("孩子在哭 妈妈不在家", "not look like English"),
        (
            "le petit garçon est seul dans la maison depuis hier soir et sa mère ne répond pas au téléphone",
            "not look like",
        ),
    ],
)
def test_it_says_so_when_it_cannot_read(small: Reader, text: str, words: str) -> None:
    reading = small.read(text)
    assert reading.abstain
    assert words in reading.reason
    assert reading.to_json()["reason"] == reading.reason


def test_findings_stand_when_it_abstains(small: Reader) -> None:
    reading = small.read("strangled " + "xyzzy qwrtp plugh " * 10)
    assert reading.abstain
    assert one(reading, "imminent").quote == "strangled"


@pytest.mark.parametrize(
    "text", ["male hit partner", "help", "kids crying nxt dr", "Theft. Wheel taken", "inft hung up x2"]
)
def test_a_short_log_is_no_reason_to_abstain(small: Reader, text: str) -> None:
    assert not small.read(text).abstain


@pytest.mark.parametrize(
    "text",
    [
        "kids crying " * 90_000,
        "no " * 300_000,
        "a" * 1_000_000,
        "\x00\x07kid\ud800 crying\u202e " * 40_000,
        "12 yr " * 150_000,
        "shouting at " * 90_000,
        "'" * 1_000_000,
        "kids; " * 160_000,
        "?" * 1_000_000,
        "bcdfg" * 3 + " " + " ".join(f"zq{n:x}vw" for n in range(100_000)),
    ],
    ids=["repeat", "negators", "endless", "control", "numbers", "anchors", "apostrophes", "breaks", "signs", "strange"],
)
def test_a_megabyte_of_hostile_text_is_answered(small: Reader, text: str) -> None:
    reading = small.read(text)
    assert all(text[f.start : f.end] == f.quote for f in reading.findings)
    assert len(reading.findings) <= 1000


def test_a_sentence_met_before_is_read_as_the_first_time(small: Reader) -> None:
    sentence = "dad shouting at mum, kids crying, no wpns mentioned"
    first = small.read(f"{sentence}.")
    later = small.read(f"All well at 6. {sentence}. {sentence.upper()}.")
    told = [(f.cue, f.quote.lower(), f.assertion) for f in first.findings]
    assert told
    assert [(f.cue, f.quote.lower(), f.assertion) for f in later.findings] == told * 2


def test_what_is_remembered_of_a_sentence_holds_no_word_that_the_lexicon_lacks(small: Reader) -> None:
    matcher = Matcher(load(SMALL))
    known, other = (matcher.sentences(Text(f"{name} shouting at mum")) for name in ("Zebedee", "Quentin"))
    assert known == other


def test_threads_share_one_reader(small: Reader) -> None:
    texts = [f"shouting at mum, kids crying {number}" for number in range(50)]
    expected = small.read_batch(texts)
    answers: list[list[Reading]] = []
    threads = [threading.Thread(target=lambda: answers.append(Reader(SMALL).read_batch(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_words_above_the_chosen_level_are_pointed_out(small: Reader) -> None:
    reading = small.read("child strangled, row with partner")
    found = disagreement(reading, "medium")
    assert found is not None
    assert found.suggested == "immediate"
    assert [finding.quote for finding in found.findings] == ["strangled"]


def test_words_below_the_chosen_level_say_nothing(small: Reader) -> None:
    assert disagreement(small.read("bike taken"), "low") is None
    assert disagreement(small.read("child strangled"), "immediate") is None
    with pytest.raises(ValueError):
        disagreement(small.read("bike taken"), "priority")

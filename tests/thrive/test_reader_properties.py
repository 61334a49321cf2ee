"""What holds for every text."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldthread.thrive.lexicon import LEVELS
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import ASSERTIONS

SMALL = Reader(Path(__file__).parent / "data" / "lexicon")
SHIPPED = Reader()
PIECES = [
    "kids crying upstairs then gone quiet", "shouting at mum", "strangled", "not breathing", "no", "nil", "denies",
    "not", "if he comes back", "hx of", "2 yrs ago", "f15", "aged 6", "£15", "15:10", "bruises", "knife",
    "no wpns mentioned", ",", ".", ";", "\n", "?", "'", "’", "🙂", "İ", "ß", "ﬁ", "\x00", "\ud800", "é", "e\u0301",
    "and", "or", "then", "weapons: none", "kid's", "KIDS", "next-door", "12 month old", "baby", "threatening to kill",
    "row with partner", "not sure if",
]  # fmt: skip
LOG = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
ANY = st.one_of(st.text(), LOG, st.builds("{} {}".format, st.text(max_size=40), LOG))
FILLER = "The caller gave the name of the street and the colour of the front gate."


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY)
def test_every_answer_is_whole_and_every_quote_exact(text: str) -> None:
    for reader in (SMALL, SHIPPED):
        reading = reader.read(text)
        assert 0 <= reading.probability <= 1
        assert reading.level in LEVELS
        assert reading.child in ("yes", "implied", "no")
        assert reading.abstain == bool(reading.reason)
        for finding in reading.findings:
            assert 0 <= finding.start < finding.end <= len(text)
            assert text[finding.start : finding.end] == finding.quote
            assert finding.assertion in ASSERTIONS
            assert 0 <= finding.score <= 1


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_the_same_text_gives_the_same_answer(text: str) -> None:
    assert SHIPPED.read(text) == SHIPPED.read(text)


@settings(max_examples=60, deadline=None)
@given(LOG)
def test_harmless_words_after_a_log_lose_no_finding(text: str) -> None:
    alone = {(f.cue, f.quote, f.assertion) for f in SMALL.read(f"{text}.").findings}
    together = {(f.cue, f.quote, f.assertion) for f in SMALL.read(f"{text}.\n{FILLER}").findings}
    assert alone == together


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["no ", "not ", "denies being ", "no sign of ", "never ", "nil ", "no evidence he was "]),
    st.sampled_from(["strangled", "not breathing", "threatening to kill"]),
    LOG,
)
def test_a_negator_never_drops_a_life_threat(negator: str, threat: str, log: str) -> None:
    reading = SMALL.read(f"kids in house. {negator}{threat}. {log}")
    kept = [finding for finding in reading.findings if finding.critical]
    assert kept
    assert max(finding.score for finding in kept) >= 0.5
    assert reading.level == "immediate"


@settings(max_examples=80, deadline=None)
@given(
    LOG, st.sampled_from(["strangled", "shouting at mum", "kids have bruises", "kids crying upstairs then gone quiet"])
)
def test_more_concern_never_reads_as_less(log: str, concern: str) -> None:
    before = SMALL.read(f"{log}.\n{FILLER}")
    after = SMALL.read(f"{log}.\n{FILLER}\n{concern}.")
    assert after.probability >= before.probability
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)

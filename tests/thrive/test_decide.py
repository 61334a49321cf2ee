"""From findings to an answer: the arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from goldthread.thrive import decide
from goldthread.thrive.lexicon import CODES
from goldthread.thrive.reading import ASSERTIONS, Finding

SCORES = st.lists(st.tuples(st.sampled_from(CODES), st.floats(0, 1)), max_size=12)


def finding(cue: str, level: str, score: float = 0.6) -> Finding:
    return Finding(cue, 0, 1, "x", "affirmed", (), score, "x", level, critical=False)


@given(SCORES, st.sampled_from(CODES), st.floats(0, 1))
def test_one_more_finding_never_lowers_the_probability(scores: list[tuple[str, float]], cue: str, score: float) -> None:
    assert decide.probability([*scores, (cue, score)]) >= decide.probability(scores)


@given(SCORES)
def test_the_probability_never_claims_certainty(scores: list[tuple[str, float]]) -> None:
    assert decide.FLOOR_P <= decide.probability(scores) <= decide.CEILING_P


def test_one_cue_said_many_times_counts_once() -> None:
    assert decide.probability([("missing", 0.4)] * 9) == decide.probability([("missing", 0.4)])


def test_a_life_threat_counts_whatever_is_said_of_it_in_the_household() -> None:
    for assertion in ASSERTIONS:
        factor = decide.multiplier(assertion, unasked=False, critical=True)
        assert (factor >= decide.CRITICAL_FLOOR) == (assertion != "other-subject")


def test_doubt_counts_more_than_denial_and_less_than_a_plain_statement() -> None:
    plain, doubt, denied = (
        decide.multiplier(kind, unasked=False, critical=False) for kind in ("affirmed", "uncertain", "negated")
    )
    assert plain > doubt > denied


def test_three_low_level_cues_raise_themselves() -> None:
    low = [finding(cue, "low") for cue in ("repeat", "third-party", "professional")]
    assert decide.level(low[:2], 0.8) == "low"
    assert decide.level(low, 0.8) == "medium"


def test_cues_that_belong_together_suggest_more() -> None:
    assert decide.level([finding("missing", "medium")], 0.8) == "medium"
    assert decide.level([finding("missing", "medium"), finding("self-harm", "high")], 0.8) == "immediate"


def test_every_combination_names_known_cues() -> None:
    for together, _ in decide.COMBINATIONS:
        assert together <= set(CODES)


def test_where_the_past_is_the_risk_it_counts_in_full() -> None:
    plain = decide.multiplier("historical", unasked=False, critical=False)
    assert plain < decide.multiplier("historical", unasked=False, critical=False, past_counts=True) == 1.0
    assert decide.multiplier("negated", unasked=False, critical=False, past_counts=True) == 0.0

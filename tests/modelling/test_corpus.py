"""The corpus is what its guide promises: well formed, varied, nothing twice, and its parts kept apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from modelling.corpus import Clause, Log, Span, clauses, logs, near
from modelling.scores import kappa

from modelling import corpus


def test_nothing_is_wrong_with_it() -> None:
    assert corpus.faults() == []


def test_it_is_as_large_and_as_mixed_as_it_has_to_be() -> None:
    every = logs()
    harmless = [one for one in every if not one.at_risk]
    assert len(every) >= 3_000
    assert len(clauses()) >= 5_000
    assert len(harmless) >= 0.4 * len(every)
    assert sum(one.child != "no" for one in harmless) >= len(harmless) / 2
    assert sum(one.oblique for one in every) >= sum(one.at_risk for one in every) / 3
    assert {one.channel for one in every} == set(corpus.CHANNELS)
    assert {one.level for one in every} == set(corpus.LEVELS)
    spans = Counter(span.cue for one in every for span in one.spans)
    assert min(spans[cue] for cue in corpus.CUES) >= 20
    said = Counter(one.span.cue for one in clauses())
    assert min(said[cue] for cue in corpus.CUES) >= 50
    assert min(Counter(one.span.assertion for one in clauses())[name] for name in corpus.ASSERTIONS) >= 100


def test_who_wrote_the_test_part_wrote_nothing_else_and_no_family_lies_in_two_parts() -> None:
    by_family: dict[tuple[str, str], set[str]] = {}
    for one in logs():
        by_family.setdefault((one.hand, one.family), set()).add(one.part)
    assert all(len(parts) == 1 for parts in by_family.values())
    assert {one.hand for one in logs() if one.part == "test"} == set(corpus.KEPT_APART)
    assert {one.hand for one in clauses() if one.part == "test"} <= set(corpus.KEPT_APART)


def test_a_second_reader_read_a_tenth_and_agreed() -> None:
    second = corpus.second_reading()
    read = [one for one in logs() if one.id in second]
    assert len(read) >= len(logs()) / 10
    assert len(second) == len(read), "every second reading is of a log that is there"
    assert kappa([one.at_risk for one in read], [second[one.id]["at_risk"] for one in read]) > 0.8


LOG = Log("x1", "x", "a neighbour", "noise", "101", "none", "kids crying upstairs then gone quiet again", "yes", True, "high",
          False, False, (Span("background", 0, 11, "kids crying", "affirmed"),), "quiet after crying")  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"child": "maybe"}, "unknown value 'maybe'"),
        ({"channel": "pigeon"}, "unknown value 'pigeon'"),
        ({"level": "none"}, "at risk with no level"),
        ({"at_risk": False}, "the level is high"),
        ({"child": "no"}, "at risk without a child"),
        ({"spans": ()}, "without the words that carry it"),
        ({"text": "too short"}, "2 words"),
        ({"spans": (Span("background", 1, 12, "kids crying", "affirmed"),)}, "does not stand where it says"),
        ({"spans": (Span("joy", 0, 11, "kids crying", "affirmed"),)}, "unknown value 'joy'"),
        ({"spans": (Span("background", 0, 11, "kids crying", "perhaps"),)}, "unknown value 'perhaps'"),
    ],
)
def test_a_fault_in_a_log_is_told(changed: dict[str, object], told: str) -> None:
    assert list(corpus._log_faults(LOG)) == []
    assert any(told in fault for fault in corpus._log_faults(replace(LOG, **changed)))


def test_two_texts_that_share_their_words_are_told_once() -> None:
    other = replace(LOG, id="x2", text="Caller says: kids crying upstairs, then gone quiet again tonight")
    assert list(near([LOG, other], 7)) == [("x2", "x1", "kids crying upstairs then gone quiet again")]
    assert list(near([LOG, replace(other, text="nothing of the kind was heard by anybody here")], 7)) == []


CLAUSE = Clause(
    "c1", "x", "she was fine", "no", at_risk=False, span=Span("none", 0, 3, "she", "affirmed"), level="none",
    adult_vulnerability=False,
)  # fmt: skip


def test_a_clause_whose_quote_is_elsewhere_is_told() -> None:
    clause = replace(CLAUSE, span=Span("none", 0, 3, "he ", "affirmed"))
    assert any("does not stand" in fault for fault in corpus._clause_faults(clause))


@pytest.mark.parametrize(
    ("at_risk", "level", "right"),
    [
        (False, "none", True), (False, "low", True), (True, "low", True), (True, "high", True),
        (True, "none", False), (False, "high", False), (True, "grave", False),
    ],
)  # fmt: skip
def test_the_level_of_a_clause_agrees_with_whether_a_child_is_at_risk(at_risk: bool, level: str, right: bool) -> None:
    assert (not list(corpus._clause_faults(replace(CLAUSE, at_risk=at_risk, level=level)))) is right


def test_what_was_not_trained_on_is_no_part_of_what_the_digest_stands_for() -> None:
    assert repr(replace(CLAUSE, level="low", adult_vulnerability=True)) == repr(CLAUSE)
    assert repr(replace(CLAUSE, child="yes")) != repr(CLAUSE)

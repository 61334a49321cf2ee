"""One answer settles a cue until a new fact revives it; life-threat comes first; at most three prompts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.assessment.marking import MOST_PROMPTS, Answered, answer, fact, prompts, states, unanswered
from goldthread.config.errors import Invalid

ASSERTIONS = ["affirmed", "negated", "historical", "hypothetical", "uncertain", "other-subject"]


def finding(cue: str = "da-child", rule: str = "r1", assertion: str = "affirmed", **more: Any) -> dict[str, Any]:
    return {"cue": cue, "entry": 1, "start": 0, "end": 4, "assertion": assertion, "elements": ["harm"], "score": 0.5,
            "rule": rule, **more}  # fmt: skip


def critical(cue: str) -> bool:
    return cue == "imminent"


def answered(*findings: dict[str, Any], given: str = "noted") -> dict[str, Answered]:
    return {findings[0]["cue"]: Answered(given, "", frozenset(map(fact, findings)))}


def test_an_answer_settles_every_mark_of_its_cue() -> None:
    both = [finding(rule="r1"), finding(rule="r2")]
    (state,) = states(both, answered(*both), critical)
    assert not state.wants
    assert not state.revived


def test_the_same_fact_said_again_revives_nothing() -> None:
    once = finding()
    again = finding(entry=3, start=20, end=24)
    (state,) = states([once, again], answered(once), critical)
    assert not state.wants


def test_a_new_fact_revives_it() -> None:
    (state,) = states([finding(), finding(rule="r2")], answered(finding()), critical)
    assert state.wants
    assert state.revived


def test_what_was_uncertain_and_is_now_affirmed_is_a_new_fact() -> None:
    unsure = finding(assertion="uncertain")
    (state,) = states([finding(assertion="affirmed")], answered(unsure), critical)
    assert state.wants


@pytest.mark.parametrize("assertion", ["negated", "historical", "other-subject"])
def test_what_was_denied_past_or_about_others_asks_for_nothing(assertion: str) -> None:
    (state,) = states([finding(assertion=assertion)], {}, critical)
    assert not state.wants


@pytest.mark.parametrize("assertion", ASSERTIONS)
def test_danger_to_life_always_wants_an_answer(assertion: str) -> None:
    (state,) = states([finding("imminent", assertion=assertion)], {}, critical)
    assert state.wants


def test_danger_to_life_comes_first_then_the_strongest_and_answered_last() -> None:
    found = states(
        [finding("repeat", score=0.9), finding("missing", score=0.4), finding("imminent", score=0.1), finding("care")],
        answered(finding("care")),
        critical,
    )
    assert [one.cue for one in found] == ["imminent", "repeat", "missing", "care"]
    assert unanswered(found) == 3


def test_at_most_three_prompts_and_none_for_what_is_settled() -> None:
    cues = ["repeat", "missing", "imminent", "care", "neglect"]
    found = states([finding(cue) for cue in cues], answered(finding("repeat")), critical)
    asked = prompts(found, lambda cue, _: f"about {cue}?")
    assert len(asked) == MOST_PROMPTS
    assert asked[0] == ("imminent", "about imminent?")
    assert "repeat" not in [cue for cue, _ in asked]


def test_what_was_put_aside_to_be_asked_is_asked_after_the_unanswered() -> None:
    found = states([finding("repeat"), finding("missing")], answered(finding("repeat"), given="ask"), critical)
    assert [cue for cue, _ in prompts(found, lambda cue, _: f"about {cue}?")] == ["missing", "repeat"]


def test_one_question_is_put_once() -> None:
    found = states([finding("repeat"), finding("missing")], {}, critical)
    assert len(prompts(found, lambda *_: "Where are they now?")) == 1


@pytest.mark.parametrize(
    ("cue", "given", "reason", "facts", "field"),
    [
        ("no-such", "noted", "", [], "cue"),
        ("da-child", "closed", "", [], "answer"),
        ("da-child", "", "", [], "answer"),
        ("da-child", "not_so", "", [], "reason"),
        ("da-child", "not_so", "because", [], "reason"),
        ("da-child", "noted", "", ["x"] * 401, "facts"),
        ("da-child", "noted", "", ["x" * 401], "facts"),
    ],
)
def test_an_answer_that_is_none(cue: str, given: str, reason: str, facts: list[str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        answer(cue, given, reason, facts, lambda code: code == "da-child")
    assert set(refused.value.fields) == {field}


FINDINGS = st.lists(
    st.builds(
        finding,
        cue=st.sampled_from(["imminent", "repeat", "missing"]),
        rule=st.sampled_from(["r1", "r2", "r3"]),
        assertion=st.sampled_from(ASSERTIONS),
    ),
    min_size=1,
)


@given(FINDINGS, FINDINGS)
def test_answering_everything_leaves_nothing_and_only_new_facts_come_back(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    first = states(before, {}, critical)
    answers = {one.cue: Answered("noted", "", one.facts) for one in first if one.wants}
    assert unanswered(states(before, answers, critical)) == 0
    known = {(one["cue"], fact(one)) for one in before}
    for state in states([*before, *after], answers, critical):
        new = {one for one in state.facts if (state.cue, one) not in known}
        assert state.wants == bool(new)

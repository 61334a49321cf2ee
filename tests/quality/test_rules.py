"""Quality's rules: the form as data, one stratum each, a draw that a seed repeats, and what a score comes to."""

from __future__ import annotations

from datetime import date

import pytest

from goldthread.config.errors import Invalid, Refused
from goldthread.quality import rules
from tests.quality.scenes import FORM, all_of

DAY, BEFORE = date(2026, 6, 30), date(2026, 6, 1)
WHOLE = dict.fromkeys(FORM.strata, 1)


def test_the_form_holds_every_section_that_inspectors_look_at_with_an_anchor_for_each_answer() -> None:
    sections = [name for name, _ in FORM.sections]
    assert sections == [
        "Information", "Children identified and located", "Checks", "THRIVE", "Cues", "Grade", "Interim safety", "Reassessment",
        "Regrade control", "Voice of the child", "Referral and Encompass", "Supervisor's review", "Timeliness", "Closing",
    ]  # fmt: skip
    assert all(one.yes and one.partly and one.no and one.weight > 0 for one in FORM.questions)
    assert set(FORM.critical) == {"child_not_recorded", "regrade_alone", "closed_open"}
    assert rules.made(FORM.kept) == FORM, "what a round keeps is the whole form"


def test_a_code_given_twice_stops_the_start() -> None:
    twice = {**FORM.kept, "question": [*FORM.kept["question"], FORM.kept["question"][0]]}
    with pytest.raises(ValueError, match="one code"):
        rules.made(twice)


def test_a_record_falls_into_the_first_stratum_whose_fact_holds() -> None:
    assert rules.stratum({"downgraded", "delayed", "asked_none"}, FORM) == "delayed"
    assert rules.stratum({"asked_none"}, FORM) == "asked_none"
    assert rules.stratum(set(), FORM) == "rest"


def test_one_in_ten_is_scored_twice_and_one_at_least() -> None:
    assert [len(rules.doubled(range(number), 10, "x")) for number in (0, 1, 10, 40)] == [0, 1, 1, 4]
    assert not rules.doubled(range(9), 0, "x")


@pytest.mark.parametrize(
    ("since", "until", "numbers", "field"),
    [
        (DAY, BEFORE, WHOLE, "until"),
        (BEFORE, DAY, WHOLE, "until"),
        (BEFORE, BEFORE, {}, "numbers"),
        (BEFORE, BEFORE, {"rest": -1}, "numbers"),
        (BEFORE, BEFORE, {"rest": rules.MOST + 1}, "numbers"),
        (BEFORE, BEFORE, {"elsewhere": 1}, "numbers"),
    ],
)
def test_a_plan_that_draws_nothing_or_from_days_to_come_is_refused(
    since: date, until: date, numbers: dict[str, int], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        rules.plan(since, until, DAY, numbers, FORM)
    assert field in refused.value.fields


def test_a_plan_names_every_stratum() -> None:
    assert rules.plan(BEFORE, BEFORE, DAY, {"rest": 3}, FORM) == {**dict.fromkeys(FORM.strata, 0), "rest": 3}


def test_points_count_by_weight_and_what_does_not_apply_counts_in_neither() -> None:
    assert rules.points(FORM, all_of("yes")) == 100
    assert rules.points(FORM, all_of("partly")) == 50
    assert rules.points(FORM, all_of("na")) is None
    assert rules.points(FORM, all_of("na", children="yes", checks="no")) == pytest.approx(100 * 4 / 6)


@pytest.mark.parametrize(
    ("answers", "critical", "result"),
    [
        (all_of("yes"), [], "good"),
        (all_of("partly"), [], "fair"),
        (all_of("no"), [], "inadequate"),
        (all_of("yes"), ["child_not_recorded"], "inadequate"),
        (all_of("na"), [], "unscorable"),
        (all_of("na"), ["closed_open"], "inadequate"),
    ],
)
def test_what_a_score_comes_to(answers: dict[str, str], critical: list[str], result: str) -> None:
    assert rules.result(FORM, answers, critical) == result


def test_an_answer_left_open_is_named_and_so_is_one_that_the_form_does_not_know() -> None:
    left = {code: answer for code, answer in all_of("yes").items() if code != "voice"}
    with pytest.raises(Invalid) as refused:
        rules.checked(FORM, left, [], "")
    assert refused.value.fields == {"voice": "Voice of the child: choose an answer."}
    for answers, critical in ((all_of("yes", other="yes"), []), (all_of("yes"), ["other"])):
        with pytest.raises(Invalid):
            rules.checked(FORM, answers, critical, "")


@pytest.mark.parametrize(("answers", "critical"), [(all_of("yes"), ["closed_open"]), (all_of("na"), [])])
def test_a_critical_fail_and_what_cannot_be_scored_need_words(answers: dict[str, str], critical: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        rules.checked(FORM, answers, critical, "  ")
    assert set(refused.value.fields) == {"words"}
    assert rules.checked(FORM, answers, critical, " Why.\r\n")[2] == "Why."


def test_nobody_scores_own_work_or_one_record_twice() -> None:
    rules.may_score(1, {2}, {3})
    for hands, others in (({1}, set()), (set(), {1})):
        with pytest.raises(Refused):
            rules.may_score(1, hands, others)

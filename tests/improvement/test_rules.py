"""When a figure holds, is not known or fell back; the colour and its reasons; who signs. Without a database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.config.errors import Invalid, Refused
from goldthread.improvement import entry_rules, figure_rules, rules
from goldthread.improvement.figure_rules import Bound, Standing, standing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
WEEK, MONTH = timedelta(days=7), timedelta(days=28)
USING = rules.settings_on(TODAY)
BOUND = Bound("x", 0.8, "up", 3, 4)


@dataclass(frozen=True)
class Value:
    until: datetime
    share: float | None
    n: int | None = 100


def weekly(*shares: float | None, last: datetime = NOW - timedelta(days=1)) -> list[Value]:
    """Values a week apart, the oldest first."""
    return [Value(last - WEEK * back, share) for back, share in enumerate(reversed(shares))][::-1]


def stands(*shares: float | None, bound: Bound = BOUND, window: timedelta = WEEK, now: datetime = NOW) -> Standing:
    return standing(bound, weekly(*shares), window, now, USING.grace_of("x"))


def test_a_figure_holds_where_enough_periods_met_it_and_the_newest_among_them() -> None:
    assert stands(0.9, 0.7, 0.9, 0.8).holds
    assert not stands(0.9, 0.7, 0.7, 0.9).holds
    assert not stands(0.9, 0.9, 0.9, 0.7).holds, "what is missed today does not hold"
    assert stands(0.1, 0.9, 0.9, 0.9, 0.9).holds, "only the last four count"
    assert not stands(0.9, 0.9).holds, "two periods are not three"
    down = replace(BOUND, good="down", target=0.1)
    assert stands(0.1, 0.1, 0.05, bound=down).holds
    assert stands(0.05, 0.05, 0.11, bound=down).status == "missed"


def test_values_that_share_cases_are_one_period() -> None:
    """A month's share told each week: four good weeks are one good month, not four periods."""
    assert stands(*[0.9] * 4, window=MONTH).of == 1
    assert not stands(*[0.9] * 8, window=MONTH).holds
    nine = stands(*[0.9] * 9, window=MONTH)
    assert (nine.of, nine.held, nine.holds) == (3, 3, True)
    months = [Value(datetime(2026, month, 1, tzinfo=UTC), 0.9) for month in range(1, 12)]
    assert len(figure_rules.apart(months, timedelta(days=31))) == 11, "short months are months too"


def test_what_has_to_be_scored_may_be_late_by_a_month_and_a_point_by_two_days() -> None:
    assert USING.grace_of("quality.good") == timedelta(days=31)
    assert USING.grace_of("children-asked") == timedelta(days=2)


def test_what_is_not_known_is_never_met_and_never_missed() -> None:
    assert standing(BOUND, [], WEEK, NOW, USING.grace_of("x")).status == "unknown"
    assert stands(0.9, 0.9, 0.9, None).status == "unknown"
    gap = stands(0.9, None, 0.9, 0.9)
    assert (gap.status, gap.held, gap.holds) == ("met", 3, True)
    late = stands(0.9, 0.9, 0.9, now=NOW + timedelta(days=12))
    assert (late.status, late.holds) == ("unknown", False), "the next week's point is overdue"
    assert stands(0.9, now=NOW + timedelta(days=8)).status == "met"
    assert stands(0.9, now=NOW + timedelta(days=9)).status == "unknown", "of one value alone its window is the step"
    assert standing(None, weekly(0.9), WEEK, NOW, USING.grace_of("x")).status == "none"


def test_it_falls_back_by_its_newest_value_and_what_is_not_known_re_opens_nothing() -> None:
    since = NOW - timedelta(days=30)
    for state in ("believed", "submitted", "closed"):
        found = figure_rules.fell_back(state, since, BOUND, weekly(0.9, 0.79))
        assert found is not None, state
        assert found.share == 0.79
        assert figure_rules.fell_back(state, since, BOUND, weekly(0.79, 0.9)) is None
        assert figure_rules.fell_back(state, since, BOUND, weekly(0.9, None)) is None
        assert figure_rules.fell_back(state, since, BOUND, []) is None
    assert figure_rules.fell_back("progress", since, BOUND, weekly(0.1)) is None
    assert figure_rules.fell_back("closed", NOW, BOUND, weekly(0.1)) is None, "HMICFRS closed it knowing this value"
    assert figure_rules.fell_back("submitted", NOW, BOUND, weekly(0.1)) is not None, "a restated value counts too"


@given(
    st.lists(st.none() | st.floats(0, 1), max_size=30),
    st.integers(1, 12),
    st.integers(0, 11),
    st.sampled_from(["up", "down"]),
)
def test_it_never_holds_on_fewer_met_periods_than_asked(
    shares: list[float | None], periods: int, less: int, good: str
) -> None:
    bound = Bound("x", 0.5, good, max(periods - less, 1), periods)
    found = stands(*shares, bound=bound, window=MONTH)
    assert found.held <= found.of <= periods
    if found.holds:
        assert found.held >= bound.held
        assert found.newest is not None
        assert bound.meets(found.newest.share or 0)


HOLDS = Standing("met", Value(NOW, 0.9), 3, 4, holds=True)
GREEN = rules.Facts(
    state="progress", has_text=True, due_on=TODAY + timedelta(days=90), figure=HOLDS, bound=BOUND, owned=True, actions=1, unowned=0,
    milestones_late=[], evidence=1, expired=0, unsound=0, expires=[],
)  # fmt: skip


def colour(**but: object) -> tuple[str, str]:
    found, why = rules.colour(replace(GREEN, **but), TODAY, USING)  # type: ignore[arg-type]
    assert why
    assert all(each.endswith(".") for each in why)
    return found, " ".join(why)


@pytest.mark.parametrize(
    ("but", "expected", "says"),
    [
        ({}, "green", "meets its target"),
        ({"due_on": TODAY - timedelta(days=1)}, "red", "passed 1 day ago"),
        ({"due_on": TODAY - timedelta(days=1), "state": "submitted"}, "green", ""),
        ({"due_on": TODAY + timedelta(days=28)}, "amber", "in 28 days"),
        ({"due_on": TODAY + timedelta(days=29)}, "green", ""),
        ({"due_on": TODAY}, "amber", "today"),
        ({"due_on": TODAY + timedelta(days=3), "state": "believed"}, "green", ""),
        ({"due_on": None}, "green", ""),
        ({"milestones_late": [13]}, "amber", "1 milestone is late, by 13 days"),
        ({"milestones_late": [1, 14]}, "red", "2 milestones are late, by 14 days"),
        ({"figure": Standing("missed", Value(NOW, 0.71), 1, 4)}, "amber", "71.0 %, 9.0 points short of 80 %"),
        ({"figure": Standing("missed", Value(NOW, 0.7), 1, 4)}, "red", "10.0 points short"),
        ({"figure": Standing("met", Value(NOW, 0.9), 2, 4)}, "amber", "2 of the last 4; 3 of 4 are asked"),
        ({"evidence": 0}, "amber", "No evidence"),
        ({"evidence": 0, "expired": 1}, "amber", "has expired"),
        ({"evidence": 1, "expired": 1}, "amber", "has expired"),
        ({"unsound": 1}, "red", "hash alarm"),
        ({"expires": [28]}, "amber", "expires in 28 days"),
        ({"expires": [29]}, "green", ""),
        ({"has_text": False}, "amber", "text is not entered"),
        ({"owned": False}, "amber", "Nobody owns it"),
        ({"unowned": 2}, "amber", "2 of its actions have no owner"),
        ({"actions": 0}, "amber", "No action"),
    ],
)  # fmt: skip
def test_the_colour_and_its_reason(but: dict[str, object], expected: str, says: str) -> None:
    found, why = colour(**but)
    assert found == expected
    assert says in why


def test_a_figure_not_known_makes_it_not_known_and_never_green_and_hides_nothing_red() -> None:
    unknown = {"figure": Standing("unknown", None, why="Its figure has no value yet.")}
    assert colour(**unknown) == ("unknown", "Its figure has no value yet.")
    assert colour(figure=Standing("none", why="No figure is bound to it."), bound=None)[0] == "unknown"
    assert colour(**unknown, owned=False)[0] == "unknown"
    found, why = colour(**unknown, unsound=1)
    assert found == "red"
    assert "no value yet" in why


def earned(**but: object) -> rules.Earned:
    whole = rules.Earned(HOLDS, BOUND, confirmed=True, owner_signed=True, board_signed=True)
    return replace(whole, **but)  # type: ignore[arg-type]


def test_it_is_earned_by_figure_confirmation_owner_and_board_in_this_order() -> None:
    assert rules.missing(earned()) == []
    nothing = rules.Earned(Standing("none"), None, confirmed=False, owner_signed=False, board_signed=False)
    assert [each.split()[0] for each in rules.missing(nothing)] == ["No", "No", "Its", "The"]
    rules.may_sign_as_owner(1, 1, earned(owner_signed=False, board_signed=False))
    for lacks in ({"confirmed": False}, {"figure": Standing("unknown", why="Not known.")}, {"bound": None}):
        with pytest.raises(Refused, match="Nothing was signed"):
            rules.may_sign_as_owner(1, 1, earned(owner_signed=False, board_signed=False, **lacks))
        with pytest.raises(Refused, match="Nothing was signed"):
            rules.may_sign_for_board(2, 1, earned(board_signed=False, **lacks))
    for owner in (2, None):
        with pytest.raises(Refused, match="Only the owner"):
            rules.may_sign_as_owner(1, owner, earned(owner_signed=False, board_signed=False))
    rules.may_sign_for_board(2, 1, earned(board_signed=False))
    with pytest.raises(Refused, match="somebody else"):
        rules.may_sign_for_board(1, 1, earned(board_signed=False))
    with pytest.raises(Refused, match="owner has not signed"):
        rules.may_sign_for_board(2, None, earned(owner_signed=False, board_signed=False))


def test_a_round_confirms_where_it_is_finished_told_recent_and_high_enough() -> None:
    rules.may_confirm(0.8, TODAY - timedelta(days=92), TODAY, USING)
    for share, ended, why in (
        (0.9, None, "not scored whole"),
        (None, TODAY, "too few"),
        (0.9, TODAY - timedelta(days=93), "more than 92 days ago"),
        (0.79, TODAY, r"79\.0 %, and 80 %"),
    ):
        with pytest.raises(Refused, match=why):
            rules.may_confirm(share, ended, TODAY, USING)


def test_only_what_is_believed_is_submitted_and_nothing_is_closed_twice() -> None:
    rules.may_become("submitted", "believed")
    for now in ("progress", "submitted", "closed"):
        with pytest.raises(Refused, match="Only what the force believes met"):
            rules.may_become("submitted", now)
    for state in ("progress", "closed"):
        with pytest.raises(Refused, match="already"):
            rules.may_become(state, state)


def test_no_action_waits_for_itself_by_any_way() -> None:
    entry_rules.needs(1, 2, {2: {3}, 3: {4}})
    for held in ({2: {1}}, {2: {3}, 3: {4}, 4: {1}}, {2: {2, 1}}):
        with pytest.raises(Invalid, match="neither could be done"):
            entry_rules.needs(1, 2, held)
    with pytest.raises(Invalid):
        entry_rules.needs(1, 1, {})


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40))
def test_what_is_let_in_never_makes_a_ring(pairs: list[tuple[int, int]]) -> None:
    held: dict[int, set[int]] = {}
    for one, other in pairs:
        try:
            entry_rules.needs(one, other, held)
        except Invalid:
            continue
        held.setdefault(one, set()).add(other)
    left = {one: set(others) for one, others in held.items()}
    while left:
        done = [one for one, others in left.items() if not others & left.keys()]
        assert done, left
        for one in done:
            del left[one]


def test_days_out_of_reason_and_evidence_out_of_order_are_named() -> None:
    for wrong in (date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(Invalid, match="year cannot be right"):
            entry_rules.day("due_on", wrong)
    entry_rules.evidence(TODAY, TODAY, None, TODAY)
    for true_on, received_on, expires_on, field in (
        (TODAY + timedelta(days=1), TODAY, None, "true_on"),
        (TODAY, TODAY + timedelta(days=1), None, "received_on"),
        (TODAY, TODAY - timedelta(days=1), None, "received_on"),
        (TODAY, TODAY, TODAY - timedelta(days=1), "expires_on"),
    ):
        with pytest.raises(Invalid) as refused:
            entry_rules.evidence(true_on, received_on, expires_on, TODAY)
        assert list(refused.value.fields) == [field]


def test_a_figure_bound_is_checked_whole() -> None:
    assert entry_rules.bound("x", ["x"], 0.8, "up", 3, 4) == BOUND
    with pytest.raises(Invalid) as refused:
        entry_rules.bound("y", ["x"], 1.1, "sideways", 5, 4)
    assert set(refused.value.fields) == {"code", "target", "good", "held"}
    with pytest.raises(Invalid, match="1 to 24"):
        entry_rules.bound("x", ["x"], 0.5, "up", 1, 25)

"""States are earned, fall back by themselves, and the plan is told as it stood on any day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, Refused
from goldthread.improvement import actions, presenters, queries, state_actions
from goldthread.improvement.models import FigureSeen, QaConfirmation, StateChange
from goldthread.improvement.tasks import look as job
from goldthread.measures import series
from goldthread.measures.models import StoredPoint
from goldthread.measures.series import Value
from tests.cast import Cast
from tests.improvement.scenes import (
    CODE,
    believed,
    board,
    bound,
    confirming,
    first,
    gold,
    keeper,
    one,
    signed,
    today,
    weeks,
)
from tests.quality.rate_scenes import NO, YES, drawn
from tests.response.test_alarms import later


def test_it_is_believed_met_by_figure_round_owner_and_another_for_the_board(cast: Cast) -> None:
    number = first(cast)
    weeks(70)
    bound(cast, number)
    assert [each.split(".")[0] for each in one(number).missing] == [
        "Its figure misses its target in the newest period", "No finished round of quality confirms it",
        "Its owner has not signed", "The board has not signed",
    ]  # fmt: skip
    later(timedelta(days=7))
    weeks(90)
    state_actions.look()
    with pytest.raises(Refused, match="No finished round"):
        state_actions.sign(gold(cast), number)
    round_ = confirming(cast)
    for _ in range(2):
        state_actions.confirm(keeper(cast), number, round=round_.pk, rate="good")
    assert QaConfirmation.objects.count() == 1
    with pytest.raises(Refused, match="Only the owner"):
        state_actions.sign(board(cast), number)
    with pytest.raises(Refused, match="owner has not signed"):
        state_actions.sign_for_board(board(cast), number)
    for _ in range(2):
        state_actions.sign(gold(cast), number)
    with pytest.raises(Refused, match="somebody else signs for the board"):
        state_actions.sign_for_board(gold(cast), number)
    with pytest.raises(Refused, match="may not do this"):
        state_actions.sign_for_board(keeper(cast), number)
    state_actions.sign_for_board(board(cast), number)
    found = one(number)
    assert (found.state.state, found.state.why, found.state.share, found.state.code) == (
        "believed",
        "earned",
        0.9,
        CODE,
    )
    assert found.confirmation is not None
    assert [(each.board, each.by_id) for each in found.signatures] == [(False, gold(cast).pk), (True, board(cast).pk)]
    state_actions.sign_for_board(board(cast), number)
    assert StateChange.objects.filter(state="believed").count() == 1
    with pytest.raises(Refused, match="nothing to sign"):
        state_actions.sign(gold(cast), number)
    with pytest.raises(Refused, match="only while it is in progress"):
        bound(cast, number, target=0.1)


def test_a_round_that_does_not_confirm_is_refused(cast: Cast) -> None:
    number = first(cast)
    unfinished = drawn(cast, {"child": (20, [YES] * 5)}, left=1)
    low = drawn(cast, {"child": (20, [YES, *[NO] * 4])})
    few = drawn(cast, {"child": (20, [YES] * 4)})
    for round_, why in ((unfinished, "not scored whole"), (low, "does not confirm"), (few, "too few")):
        with pytest.raises(Refused, match=why):
            state_actions.confirm(keeper(cast), number, round=round_.pk, rate="good")
    for round_id, rate in ((10**9, "good"), (low.pk, "no-such")):
        with pytest.raises(Invalid, match="Nothing was saved"):
            state_actions.confirm(keeper(cast), number, round=round_id, rate=rate)
    assert not QaConfirmation.objects.exists()


def test_it_re_opens_by_itself_when_its_figure_falls_back_and_is_earned_anew(cast: Cast) -> None:
    number = believed(cast)
    state_actions.submit(keeper(cast), number, day=today())
    assert state_actions.look() == 0
    later(timedelta(days=7))
    weeks(79)
    job(0)
    assert state_actions.look() == 0, "once is enough"
    found = one(number)
    assert [each.state for each in found.states] == ["progress", "believed", "submitted", "progress"]
    last = found.state
    assert (last.why, last.share, last.target, last.by, last.code) == ("fell_back", 0.79, 0.8, "", CODE)
    assert (found.signatures, found.confirmation) == ([], None)
    assert [each.sign for each in presenters.alerts(queries.plan())] == ["re-opened"]
    event = AuditEvent.objects.get(verb="plan.reopen")
    assert (event.staff_id, event.duty) == (None, "alteration")
    assert '"was":"submitted"' in event.detail
    later(timedelta(days=7))
    weeks(85)
    assert one(number).state.state == "progress", "it does not close again by itself"
    state_actions.look()
    signed(cast, number)
    assert one(number).state.state == "believed"


def test_only_hmicfrs_closes_with_day_and_reference_and_a_later_value_re_opens_even_that(cast: Cast) -> None:
    number = first(cast)
    weeks(70)
    bound(cast, number)
    with pytest.raises(Refused, match="Only what the force believes met"):
        state_actions.submit(keeper(cast), number, day=today())
    for given in ({"reference": " "}, {"day": today() + timedelta(days=1)}):
        with pytest.raises(Invalid):
            state_actions.close(keeper(cast), number, **{"day": today(), "reference": "AB/1", **given})
    for _ in range(2):
        state_actions.close(keeper(cast), number, day=today(), reference=" AB/1 ")
    assert StateChange.objects.filter(state="closed", reference="AB/1").count() == 1
    assert state_actions.look() == 0, "HMICFRS closed it knowing this week"
    with pytest.raises(Refused, match="closed by HMICFRS already"):
        state_actions.close(keeper(cast), number, day=today(), reference="AB/2")
    later(timedelta(days=7))
    weeks(71)
    assert state_actions.look() == 1
    assert [(each.state, each.reference) for each in one(number).states][1:] == [("closed", "AB/1"), ("progress", "")]


def test_the_force_re_opens_by_hand_with_why(cast: Cast) -> None:
    number = believed(cast)
    with pytest.raises(Invalid, match="why it is re-opened"):
        state_actions.reopen(keeper(cast), number, words="")
    state_actions.reopen(keeper(cast), number, words="The sample was of one team.")
    state_actions.reopen(keeper(cast), number, words="The sample was of one team.")
    with pytest.raises(Refused, match="in progress already"):
        state_actions.reopen(keeper(cast), number, words="Again.")
    assert StateChange.objects.filter(why="withdrawn").count() == 1
    assert one(number).state.words == "The sample was of one team."


def test_a_week_without_a_point_is_not_known_and_neither_earns_nor_re_opens(cast: Cast) -> None:
    number = first(cast)
    weeks(90, 90, 90)
    bound(cast, number)
    signed(cast, number)
    later(timedelta(days=14))  # two weeks whose query failed: no point was taken
    assert state_actions.look() == 0
    found = one(number)
    assert (found.state.state, found.standing.status) == ("believed", "unknown")
    assert found.colour != "green"
    assert any("overdue" in why for why in found.reasons)


def test_a_value_told_otherwise_is_restated_re_opens_and_both_are_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quality's rates change when a dispute has a record scored again; a measure's weeks do not."""
    until = database_now(connection) - timedelta(days=1)
    told = [Value(until - timedelta(days=30), 0.9, 40), Value(until, 0.9, 40)]
    one_ = series.Series("made", "A made figure", "Made.", "up", "/measures/", timedelta(days=30), lambda: list(told))
    monkeypatch.setattr(series, "_sources", [*series._sources, lambda: [one_]])
    number = first(cast)
    actions.bind(keeper(cast), number, code="made", target=0.8, good="up", held=2, periods=2)
    signed(cast, number)
    told[1] = Value(until, 0.75, 40)
    later(timedelta(hours=1))
    assert state_actions.look() == 1
    found = one(number)
    assert found.figure is not None
    value = found.figure.values[-1]
    assert (value.restated, value.first, value.share) == (True, 0.9, 0.75)
    assert found.state.share == 0.75
    told.pop()
    later(timedelta(hours=1))
    state_actions.look()
    assert one(number).standing.status == "unknown", "what is told no more is not known, and not what it was"
    assert FigureSeen.objects.filter(code="made").count() == 4

    def fails() -> list[Value]:
        raise ZeroDivisionError

    broken = series.Series("made", "A made figure", "Made.", "up", "/measures/", timedelta(days=30), fails)
    monkeypatch.setattr(series, "_sources", [*series._sources[:-1], lambda: [broken]])
    assert state_actions.look() == 0
    monkeypatch.setattr(series, "_sources", series._sources[:-1])
    assert "no such figure any more" in " ".join(one(number).reasons)


def test_only_figures_that_are_there_are_bound(cast: Cast) -> None:
    number = first(cast)
    for wrong in ({"code": "no-such"}, {"target": 1.5}, {"held": 3, "periods": 2}):
        with pytest.raises(Invalid):
            actions.bind(
                keeper(cast), number, **{"code": CODE, "target": 0.8, "good": "up", "held": 1, "periods": 2, **wrong}
            )
    assert one(number).figure is None


def test_the_plan_is_told_as_it_stood_at_the_end_of_any_day(cast: Cast) -> None:
    begin = today()
    number = first(cast)
    actions.enter_text(keeper(cast), number, words="As first entered.")
    weeks(90)
    bound(cast, number)
    later(timedelta(days=1))
    signed(cast, number)
    actions.enter_text(keeper(cast), number, words="As corrected.")
    later(timedelta(days=8))
    weeks(50)
    state_actions.look()

    def then(days: int) -> tuple[str, str | None, float | None]:
        (found, _) = queries.plan(begin + timedelta(days=days)).recommendations
        newest = found.standing.newest
        return found.state.state, found.text, newest.share if newest else None

    assert queries.plan(begin - timedelta(days=1)).reports == []
    assert then(0) == ("progress", "As first entered.", 0.9)
    assert then(1) == ("believed", "As corrected.", 0.9)
    assert then(8) == ("believed", "As corrected.", 0.9), "seen the day after"
    assert then(9) == ("progress", "As corrected.", 0.5)
    assert queries.plan(begin + timedelta(days=400)).past is False
    past = queries.plan(begin)
    assert (past.past, past.today) == (True, begin)
    assert past.recommendations[0].missing == [
        "No finished round of quality confirms it.", "Its owner has not signed.", "The board has not signed.",
    ]  # fmt: skip


def test_a_point_is_kept_once_so_the_plan_sees_each_week_once(cast: Cast) -> None:
    number = first(cast)
    weeks(90, 91)
    bound(cast, number)
    for _ in range(3):
        state_actions.look()
    assert FigureSeen.objects.count() == StoredPoint.objects.count() == 2

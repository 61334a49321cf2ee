"""Two looks, and two who sign, at the same instant: one does it, once."""

from __future__ import annotations

from datetime import timedelta

from goldthread.config.errors import Refused, Stale
from goldthread.improvement import doing_actions, evidence_actions, state_actions
from goldthread.improvement.models import FigureSeen, StateChange
from tests.at_once import both
from tests.cast import key, make_cast
from tests.conftest import Database
from tests.improvement.scenes import believed, board, bound, confirming, first, gold, keeper, somebody, today, weeks
from tests.response.test_alarms import later


def test_of_two_at_once_one_does_it_and_once(committing: Database) -> None:
    cast = make_cast()
    number = believed(cast)
    later(timedelta(days=7))
    weeks(10)
    assert sorted(both(state_actions.look, state_actions.look)) == [0, 1]
    assert (StateChange.objects.filter(why="fell_back").count(), FigureSeen.objects.count()) == (1, 2)
    action = doing_actions.add_action(keeper(cast), number, key=key(), words="Train.")
    step = doing_actions.add_milestone(keeper(cast), action.pk, key=key(), words="Half.", due_on=today())
    days = [
        lambda day=day: doing_actions.reach(gold(cast), step.pk, day=day) for day in (today(), today() - timedelta(1))
    ]
    assert sorted(type(one).__name__ for one in both(*days)) == ["MilestoneDone", "Stale"]
    given = {"words": "The register.", "true_on": today(), "received_on": today()}
    old = evidence_actions.add_evidence(keeper(cast), number, key=key(), **given)
    newer = [
        lambda: evidence_actions.add_evidence(keeper(cast), number, key=key(), replaces=old.pk, **given)
        for _ in range(2)
    ]
    assert [isinstance(one, Stale) for one in both(*newer)].count(True) == 1


def test_two_who_sign_for_the_board_at_once_make_one_belief(committing: Database) -> None:
    cast = make_cast()
    number = first(cast)
    weeks(90)
    bound(cast, number)
    state_actions.confirm(keeper(cast), number, round=confirming(cast).pk, rate="good")
    state_actions.sign(gold(cast), number)
    two = [board(cast), somebody(cast, "gold-3", "gold")]
    told = both(*(lambda user=user: state_actions.sign_for_board(user, number) for user in two))
    assert sorted(isinstance(one, Refused) for one in told) == [False, True]
    assert StateChange.objects.filter(state="believed").count() == 1

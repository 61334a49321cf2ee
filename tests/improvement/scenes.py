"""What the plan's tests begin with: a report of two recommendations, who keeps and owns it, and a figure's weeks."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.improvement import actions, queries, state_actions
from goldthread.improvement.models import PlanReport
from goldthread.improvement.told import Recommended
from goldthread.measures.models import StoredPoint
from goldthread.measures.weeks import ended
from goldthread.quality.models import QualityRound
from tests.cast import Cast, key
from tests.quality.rate_scenes import YES, drawn
from tests.quality.scenes import person

CODE, WINDOW = "children-asked", timedelta(days=28)
NAME = "An inspection of first contact"


def today() -> date:
    """The force's day."""
    return force_day(database_now(connection))


def somebody(cast: Cast, username: str, role: str) -> Staff:
    """Somebody of the plan, made once."""
    return Staff.objects.filter(username=username).first() or person(cast, username, role)


def keeper(cast: Cast) -> Staff:
    """The programme lead."""
    return somebody(cast, "programme", "programme_lead")


def gold(cast: Cast) -> Staff:
    """The chief officer who owns it."""
    return somebody(cast, "gold", "gold")


def board(cast: Cast) -> Staff:
    """Another chief officer, who signs for the board."""
    return somebody(cast, "gold-2", "gold")


def liaison(cast: Cast) -> Staff:
    """The HMICFRS liaison."""
    return somebody(cast, "liaison", "hmicfrs_liaison")


def reported(cast: Cast, *, published: date | None = None, number: int = 2, name: str = NAME) -> PlanReport:
    """A report, published ten days ago unless said."""
    on = published or today() - timedelta(days=10)
    return actions.add_report(
        keeper(cast), key=key(), name=name, source="The inspectorate", kind="inspection", published_on=on, recommendations=number,
    )  # fmt: skip


def first(cast: Cast, **given: object) -> int:
    """The first recommendation of a new report, owned by Gold."""
    made = reported(cast, **given)  # type: ignore[arg-type]
    number: int = made.recommendations.get(number=1).pk
    actions.set_owner(keeper(cast), number, owner=gold(cast).pk)
    return number


def weeks(*met: int | None, of: int = 100) -> None:
    """The figure's last weeks, the oldest first, each met by so many of ``of``; None: no point was taken. Those there stay."""
    now = database_now(connection)
    for until, number in zip(ended(now, len(met)), met, strict=True):
        if number is not None:
            StoredPoint(
                code=CODE, since=until - WINDOW, until=until, met=number, of=of, taken_at=until + timedelta(minutes=7)
            ).save_once()


def bound(cast: Cast, number: int, *, target: float = 0.8, held: int = 1, periods: int = 1) -> None:
    """The figure bound to a recommendation."""
    actions.bind(keeper(cast), number, code=CODE, target=target, good="up", held=held, periods=periods)


def one(number: int) -> Recommended:
    """It as it stands."""
    found = queries.recommended(number)
    assert found is not None
    return found[2]


def confirming(cast: Cast) -> QualityRound:
    """A round scored whole, in which every record is good."""
    return drawn(cast, {"child": (20, [YES] * 5)})


def signed(cast: Cast, number: int) -> None:
    """Confirmed by a round, and signed by owner and board: believed met."""
    state_actions.confirm(keeper(cast), number, round=confirming(cast).pk, rate="good")
    state_actions.sign(gold(cast), number)
    state_actions.sign_for_board(board(cast), number)


def believed(cast: Cast) -> int:
    """A recommendation that the force believes met by a figure of 90 %."""
    number = first(cast)
    weeks(90)
    bound(cast, number)
    signed(cast, number)
    return number

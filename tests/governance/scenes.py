"""What governance's tests begin with: a figure with a history of weeks, and the people who answer for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.measures.models import StoredPoint
from goldthread.measures.registry import measure
from goldthread.measures.weeks import ended
from tests.cast import Cast
from tests.quality.scenes import person

CODE = "children-asked"
STEADY = [80, 81, 79, 80, 82, 80, 79, 81, 80, 80]
"""Of a hundred cases each, four weeks apart."""


def gold(cast: Cast) -> Staff:
    """A chief officer."""
    return Staff.objects.filter(username="gold").first() or person(cast, "gold", "gold")


def liaison(cast: Cast) -> Staff:
    """The inspectorate's liaison."""
    return Staff.objects.filter(username="liaison").first() or person(cast, "liaison", "hmicfrs_liaison")


def history(met: Sequence[int | None], code: str = CODE, of: int = 100, apart: int = 4) -> None:
    """So many of ``of`` cases met a measure at the end of each of the last weeks, ``apart`` weeks from one to the next; None: its query
    failed, and no point was kept.
    """
    ends = ended(database_now(connection), (len(met) - 1) * apart + 1)[::apart]
    for until, many in zip(ends, met, strict=True):
        if many is not None:
            StoredPoint(
                code=code, since=until - measure(code).window, until=until, met=many, of=of, taken_at=until + timedelta(hours=1),
                **({"timed": 0} if measure(code).timed is not None else {}),
            ).save()  # fmt: skip

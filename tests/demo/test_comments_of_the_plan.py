"""The demo's comments of section 55: published in time on the one report, and owed on the other, whose clock runs."""

from __future__ import annotations

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.demo.comments_rows import enter_the_comments
from goldthread.demo.plan_rows import enter_the_plan
from goldthread.improvement.queries import plan
from tests.cast import Cast
from tests.quality.scenes import person


def test_one_reports_comments_are_published_in_time_and_the_others_clock_runs(cast: Cast) -> None:
    now = database_now(connection)
    assert enter_the_comments(now) == 0, "nothing without the plan"
    for username, role in (("programme", "programme_lead"), ("gold", "gold"), ("gold-b", "gold")):
        person(cast, username, role)
    enter_the_plan(now)
    assert enter_the_comments(now) == 2
    owed, older = plan().reports
    assert (older.comments_late, older.comments_left) == (0, None)
    assert owed.published is None
    assert owed.comments_left is not None
    assert 0 < owed.comments_left < 56
    assert {one.text for one in owed.recommendations} == {None}
    for report in (owed, older):
        assert all(one.at <= now for one in report.comments_said)

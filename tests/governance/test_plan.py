"""The plan on boards and in packs: what is off its track or fell back stands on the list, and a pack tells it as the plan does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.governance.actions import issue
from goldthread.governance.items import recommendation_subject
from goldthread.improvement import actions as plans
from goldthread.improvement.models import Recommendation
from goldthread.improvement.queries import plan
from goldthread.meetings.models import Line
from tests.cast import Cast, key
from tests.governance.scenes import CODE, STEADY, gold, history, liaison
from tests.governance.test_boards import call
from tests.quality.scenes import person
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def planned(cast: Cast) -> Recommendation:
    """A recommendation whose day has passed, and another without a text."""
    lead = person(cast, "programme", "programme_lead")
    today = force_day(database_now(connection))
    report = plans.add_report(
        lead, key=key(), name="A report", source="HMICFRS", kind=plan_kind(), published_on=today - timedelta(days=200), recommendations=2
    )  # fmt: skip
    first: Recommendation = Recommendation.objects.get(report=report, number=1)
    plans.enter_text(lead, first.pk, words="As the force entered it.")
    plans.set_due(lead, first.pk, due_on=today - timedelta(days=10))
    plans.set_owner(lead, first.pk, owner=gold(cast).pk)
    history(STEADY)
    plans.bind(lead, first.pk, code=CODE, target=0.95, good="up", held=3, periods=4)
    return first


def plan_kind() -> str:
    from goldthread.improvement.rules import settings_on

    return next(iter(settings_on(force_day(database_now(connection))).kinds))


def test_a_recommendation_off_its_track_stands_on_the_boards_list_with_why(
    cast: Cast, planned: Recommendation, browser: Browser
) -> None:
    (one,) = [each for each in plan().recommendations if each.id == planned.pk]
    assert one.colour == "red"
    meeting = call(cast.silver)
    line = Line.objects.get(meeting=meeting, subject=recommendation_subject(planned.pk))
    assert (line.told["title"], line.told["words"], line.reasons) == (
        "Recommendation 1, A report", "As the force entered it.", ["off_track"]
    )  # fmt: skip
    assert one.reasons[0] in line.told["reasons"][0]["words"]
    page = browser(cast.silver).get(f"/meetings/{meeting.pk}/")
    assert f"/improvement/recommendations/{planned.pk}/" in page.text
    assert one.reasons[0] in text(page)


def test_a_pack_tells_the_plan_as_it_stands_and_as_it_stood_when_it_was_issued(
    cast: Cast, planned: Recommendation, browser: Browser
) -> None:
    made = issue(gold(cast), "gold", key=key(), seen=0)
    first, second = sorted(made.content["plan"], key=lambda one: one["title"])
    (one,) = [each for each in plan().recommendations if each.id == planned.pk]
    assert (first["colour"], first["reasons"], first["view"]) == (one.colour_name, one.reasons, "")
    assert second["text"] == "text to be entered by the force"
    assert "80.0 %, target 95.0 %" in first["figure"]
    assert first["owner"] == "Gold, chief officer owner"
    plans.enter_text(Staff.objects.get(username="programme"), planned.pk, words="Corrected since.")
    page = browser(gold(cast)).get(f"/governance/packs/{made.pk}/")
    assert "As the force entered it." in text(page)
    assert "Corrected since." not in text(page)
    assert f'href="/improvement/recommendations/{planned.pk}/"' in page.text
    outside = browser(liaison(cast)).get(f"/governance/packs/{made.pk}/")
    assert "As the force entered it." in text(outside)
    assert "/improvement/recommendations/" not in outside.text
    assert browser(gold(cast)).get(f"/governance/packs/{made.pk}/pack.pdf").content.startswith(b"%PDF")

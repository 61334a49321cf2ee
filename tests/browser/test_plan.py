"""The improvement plan in a browser: a report entered by its keeper, and its pages without an accessibility fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker

from goldthread.accounts.models import Staff, Team
from goldthread.improvement import actions
from tests.browser.conftest import Person, Service, inside
from tests.browser.test_every_page import LOOKS, _faults
from tests.cast import PASSWORD, key

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def keeper(service: Service, django_db_blocker: DjangoDbBlocker) -> str:
    """A programme lead of the running service."""
    with inside(service, django_db_blocker):
        team = Team.objects.get(name="Team A")
        Staff.objects.create_user("programme", PASSWORD, name="Programme Amber", role="programme_lead", team=team)
    return "programme"


def test_a_report_is_entered_read_and_given_an_action_on_pages_without_a_fault(
    keeper: str, person: Callable[..., Person]
) -> None:
    visitor = person(keeper).go("/improvement/register/")
    page = visitor.page
    page.keyboard.press("n")
    expect(page.get_by_label("Name of the report")).to_be_focused()
    page.keyboard.type("An inspection of first contact")
    page.get_by_label("Published by").fill("The inspectorate")
    page.get_by_label("Kind").select_option("inspection")
    page.get_by_label("Published on").fill("2026-06-01")
    page.get_by_label("How many recommendations it makes").fill("2")
    page.get_by_role("button", name="Enter it").click()
    expect(page.get_by_role("heading", name="An inspection of first contact")).to_be_visible()
    assert _faults(visitor, (LOOKS[0],)) == []
    visitor.go("/improvement/")
    table = page.get_by_role("table", name="Recommendations of An inspection of first contact")
    expect(table.get_by_text("text to be entered by the force")).to_have_count(2)
    assert _faults(visitor, (LOOKS[1],)) == []
    table.get_by_role("link", name="Recommendation 1").click()
    page.get_by_text("Enter the text", exact=True).click()
    page.get_by_label("The text as published").fill("Ask of every child.")
    page.get_by_role("button", name="Keep the text").click()
    expect(page.get_by_text("Ask of every child.").first).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert _faults(visitor, (LOOKS[0],)) == []
    page.keyboard.press("a")
    page.get_by_label("What is to be done").fill("Train every desk.")
    page.get_by_role("button", name="Enter the action").click()
    expect(page.get_by_role("heading", name="Action 1.1")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert _faults(visitor, (LOOKS[1],)) == []


def test_a_plan_file_is_looked_over_and_entered(
    keeper: str, person: Callable[..., Person], service: Service, django_db_blocker: DjangoDbBlocker
) -> None:
    with inside(service, django_db_blocker):
        user = Staff.objects.get(username=keeper)
        given = {"name": "Another report", "source": "A body", "kind": "own", "published_on": date(2026, 5, 1)}
        actions.add_report(user, key=key(), recommendations=2, **given)
    visitor = person(keeper).go("/improvement/import/")
    page = visitor.page
    page.get_by_label("Report").select_option("Another report, 1 May 2026")
    lines = "recommendation,reference,action,owner,milestone,due\n2,2.1,Ask of every child,,The form asks,14/03/2027\n"
    page.get_by_role("button", name="File", exact=True).set_input_files(
        {"name": "plan.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    )
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("It would enter 1 action and 1 milestone.")).to_be_visible()
    assert _faults(visitor, (LOOKS[0],)) == []
    page.keyboard.press("y")
    expect(page.get_by_text("Entered: actions 1, milestones 1.")).to_be_visible()

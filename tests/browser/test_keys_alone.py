"""At the keyboard alone: from the board to an incident, handing it over and taking it, deciding a request, ending a shift."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from goldthread.cli.visit import Visitor
from tests.browser.conftest import Person, Service
from tests.browser.test_stream import act
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
People = Callable[..., Person]


def opens_from_the_board(person: Person, incident: uuid.UUID) -> Page:
    """Down the rows to this incident, and into it."""
    page = person.go("/board/").page
    expect(page.locator(f"#row-{incident}")).to_have_count(1)
    for _ in range(page.locator("tbody tr").count()):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.id") == f"row-{incident}":
            break
    expect(page.locator(f"#row-{incident}")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{incident}/")
    return page


def focus_is_somewhere(page: Page) -> None:
    """The next key goes to something that is there to be seen."""
    expect(page.locator(":focus")).to_be_visible()


def tabs_to(page: Page, what: str) -> None:
    """Tab until the focus is on what matches."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"{what} is not reached by Tab")


def test_an_incident_is_handed_over_and_taken(person: People, service: Service) -> None:
    incident = act(service, "handler", "North")
    mate, handler = person("teammate"), person("handler")
    page = opens_from_the_board(handler, incident)
    page.keyboard.press("Alt+h")
    expect(page.locator("#panel-hand select").first).to_be_focused()
    page.keyboard.type("Teammate")
    tabs_to(page, "#panel-hand [name=note]")
    page.keyboard.type("Rings back at six.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#offered")).to_contain_text("Handed to Teammate Amber")
    focus_is_somewhere(page)

    theirs = opens_from_the_board(mate, incident)
    theirs.keyboard.press("Alt+t")
    expect(theirs.locator("#ribbon")).to_contain_text("Teammate Amber")
    theirs.keyboard.press("Alt+w")
    expect(theirs.locator("[data-typing]")).to_be_focused()
    assert handler.complaints == []
    assert mate.complaints == []


@pytest.mark.parametrize(("answer", "said"), [("approved", "THRIVE"), ("refused", "Refused Supervisor Amber")])
def test_a_request_is_decided(person: People, service: Service, answer: str, said: str) -> None:
    """Refused it is done; approved too early it says what is missing, and what was written is still there."""
    incident = act(service, "handler", "North")
    handler = Visitor(service.base)
    handler.sign_in("handler", PASSWORD)
    handler.post(f"/incidents/{incident}/grade", key=str(uuid.uuid4()), grade="immediate", why="as said")
    handler.post(
        f"/incidents/{incident}/lower", key=str(uuid.uuid4()), grade="priority", reasons="seen-safe", why="He has left."
    )
    page = opens_from_the_board(person("supervisor"), incident)
    expect(page.locator("#requests")).to_contain_text("He has left.")
    page.keyboard.press("Alt+p")
    expect(page.locator("#requests [name=words]")).to_be_focused()
    page.keyboard.type("Nobody has seen the child.")
    tabs_to(page, f"#requests [value={answer}]")
    page.keyboard.press("Enter")
    expect(page.locator("#problem" if answer == "approved" else "#requests")).to_contain_text(said)
    focus_is_somewhere(page)
    if answer == "approved":
        expect(page.locator("#requests [name=words]")).to_have_value("Nobody has seen the child.")


def test_a_shift_ends(person: People, service: Service) -> None:
    act(service, "far-supervisor", "South")
    person("stranger")
    supervisor = person("far-supervisor").go("/shift/")
    page = supervisor.page
    tabs_to(page, "select[name=to]")
    page.keyboard.type("Stranger")
    tabs_to(page, "[name=note]")
    page.keyboard.type("All quiet.")
    tabs_to(page, "main form.sheet button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("You are not on duty")
    expect(page.locator("tbody")).to_contain_text("handed to Stranger Amber")
    tabs_to(page, "main form[action$=begin] button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="End my shift")).to_be_visible()
    assert supervisor.complaints == []

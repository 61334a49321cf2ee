"""What nobody may overlook comes to whoever asked for it; an incident goes from hand to hand, and a shift ends, by the page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = pytest.mark.browser
People = Callable[..., Person]
SAID = "Neighbour heard shouting, a little girl lives there, gone quiet now."


def opened(handler: Person) -> str:
    """An incident of this handler's with words in it; its address."""
    page = handler.go("/contact/").page
    page.get_by_label("What is said or heard").fill(SAID)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("gone quiet now")
    return "/incidents/" + page.url.split("/contact/")[1]


@pytest.mark.long
def test_a_supervisor_called_is_told_in_the_title_and_by_a_sound(person: People) -> None:
    supervisor = person("supervisor").go("/board/")
    page = supervisor.page
    page.get_by_label("Alert me").select_option("sound")
    before = int(page.locator("#board").get_attribute("data-sounded") or 0)
    assert before == 1, "choosing it lets one hear it"
    handler = person("handler")
    opened(handler)
    handler.page.keyboard.press("Alt+u")
    expect(page).to_have_title(re.compile(r"^\(\d+\) Board"))
    expect(page.locator("#board")).to_have_attribute("data-sounded", re.compile("[2-9]"))
    page.reload()
    expect(page.get_by_label("Alert me")).to_have_value("sound")
    wall = person("supervisor").go("/board/wall")
    expect(wall.page.locator('[data-counter="called"]')).to_be_visible()
    expect(wall.page.locator("#wall")).not_to_contain_text("little girl")
    assert supervisor.complaints == []
    assert wall.complaints == []


def test_a_hand_off_is_acknowledged_and_a_shift_ends(person: People) -> None:
    handler, mate = person("handler"), person("teammate")
    address = opened(handler)
    page = handler.go(address).page
    page.locator("#tabs").get_by_role("button", name="Hand over").click()
    form = page.locator("#panel-hand")
    form.get_by_label("To", exact=True).select_option(label="Teammate Amber, Team A")
    form.get_by_label("What they must know").fill("Caller rings back at six.")
    form.get_by_role("button", name="Hand over").click()
    expect(page.locator("#offered")).to_contain_text("Handed to Teammate Amber")
    theirs = mate.go(address).page
    expect(theirs.locator("#offered")).to_contain_text("Caller rings back at six.")
    theirs.get_by_role("button", name="Acknowledge, and take it").click()
    expect(theirs.locator("#offered")).not_to_contain_text("Handed to")
    expect(theirs.locator("#ribbon")).to_contain_text("Teammate Amber")

    shift = mate.go("/shift/").page
    expect(shift.get_by_role("main")).to_contain_text(re.compile(r"You own \d+ open incident"))
    shift.get_by_role("button", name="Hand over and end my shift").click()
    expect(shift.get_by_role("main")).to_contain_text("Choose one person or one desk")
    shift.get_by_label("To", exact=True).select_option(label="Handler Amber, Team A")
    shift.get_by_role("button", name="Hand over and end my shift").click()
    expect(shift.get_by_role("main")).to_contain_text("You are not on duty")
    expect(shift.locator("tbody")).to_contain_text("handed to Handler Amber")
    shift.get_by_role("button", name="Begin my shift").click()
    expect(shift.get_by_role("button", name="End my shift")).to_be_visible()
    assert [said for person_ in (handler, mate) for said in person_.complaints if "422" not in said] == []

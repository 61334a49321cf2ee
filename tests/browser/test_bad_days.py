"""What goes wrong at a desk on a bad day: a huge paste, many children, two at one incident, a wrong clock."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = pytest.mark.browser
People = Callable[..., Person]
BOX = "What is said or heard"
CONTACT = re.compile(r"/contact/[0-9a-f-]{36}/")
LINE = "caller says the lad next door is on the stairs again, shouting has stopped. "


def _open(person: People, username: str = "handler") -> Person:
    who = person(username).go("/")
    who.page.wait_for_url(CONTACT)
    return who


def test_a_transcript_of_three_hundred_thousand_letters(person: People) -> None:
    handler = _open(person)
    text = LINE * 4_000 + "kids crying upstairs then gone quiet"
    assert len(text) > 300_000
    box = handler.page.get_by_label(BOX)
    box.evaluate("(box, text) => { box.value = text; box.dispatchEvent(new Event('input', {bubbles: true})); }", text)
    handler.page.locator("[data-reference]").wait_for()
    expect(handler.page.locator("[data-saved]")).to_have_text(re.compile(r"saved \d\d"), timeout=30_000)
    handler.page.reload()
    expect(handler.page.get_by_label(BOX)).to_have_value(text)
    handler.page.get_by_label(BOX).press("Control+Enter")
    expect(handler.page.locator("#said")).to_contain_text("gone quiet", timeout=30_000)
    expect(handler.page.get_by_label(BOX)).to_have_value("")
    expect(handler.page.locator("#noticed .mark").first).to_be_visible()
    assert handler.complaints == []


def _at_the_children(person: People) -> Person:
    handler = _open(person)
    handler.page.get_by_label("Where", exact=True).press_sequentially("14 Larch Road")
    handler.page.locator("[data-reference]").wait_for()
    handler.page.keyboard.press("Alt+c")
    return handler


@pytest.mark.long
def test_forty_children_in_one_incident(person: People) -> None:
    handler = _at_the_children(person)
    page = handler.page
    panel = page.locator("#panel-children")
    for number in range(1, 41):
        panel.get_by_label("Name, or unknown").last.fill(f"Child {number}")
        if number < 40:
            page.keyboard.press("Alt+j")
    panel.get_by_role("button", name="Record children").click()
    expect(page.locator("#known-children")).to_contain_text("Child 40")
    expect(page.locator("#known-children")).to_contain_text("Child 1")
    expect(page.locator("#ribbon")).to_contain_text("40")
    page.reload()
    expect(page.locator("#known-children")).to_contain_text("Child 40")
    assert handler.complaints == []


def test_a_birthday_that_has_not_come_is_told_and_what_was_typed_stays(person: People) -> None:
    handler = _at_the_children(person)
    page = handler.page
    panel = page.locator("#panel-children")
    panel.get_by_label("Name, or unknown").fill("Mia")
    panel.get_by_label("Born").fill("01/01/2190")
    panel.get_by_role("button", name="Record children").click()
    expect(panel).to_contain_text("That date of birth has not come yet. Nothing was saved; check the year.")
    expect(panel.get_by_label("Name, or unknown").first).to_have_value("Mia")
    expect(panel.get_by_label("Born").first).to_have_value("01/01/2190")


def test_two_people_write_in_one_incident(person: People) -> None:
    one = _open(person)
    typed = one.page.get_by_label(BOX)
    typed.press_sequentially("kids crying upstairs")
    one.page.locator("[data-reference]").wait_for()
    incident = one.page.url.replace("/contact/", "/incidents/")
    other = person("fim")
    other.page.goto(incident)
    expect(other.page.get_by_label(BOX)).to_have_value("")
    other.page.get_by_label(BOX).press_sequentially("second caller says he has left")
    typed.press("Control+Enter")
    expect(one.page.locator("#said")).to_contain_text("upstairs")
    other.page.get_by_label(BOX).press("Control+Enter")
    expect(other.page.locator("#said")).to_contain_text("upstairs")
    expect(other.page.locator("#said")).to_contain_text("says he has left")
    typed.press_sequentially("now gone quiet")
    typed.press("Control+Enter")
    expect(one.page.locator("#said")).to_contain_text("says he has left")
    expect(one.page.locator("#said")).to_contain_text("now gone quiet")
    assert one.complaints == []
    assert other.complaints == []


SHIFTED = """
const Real = Date, off = %d;
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + off); }
  static now() { return Real.now() + off; }
};
"""


@pytest.mark.long
@pytest.mark.parametrize("days", [1, -1])
def test_a_browser_whose_clock_is_a_day_off_shows_the_force_s_time(person: People, days: int) -> None:
    handler = person("handler")
    handler.page.add_init_script(SHIFTED % (days * 86_400_000))
    page = handler.go("/").page
    page.wait_for_url(CONTACT)
    page.get_by_label(BOX).press_sequentially("neighbour heard shouting")
    saved = page.locator("[data-saved]")
    expect(saved).to_have_text(re.compile(r"saved \d\d:\d\d:\d\d"))
    page.get_by_label(BOX).press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("neighbour heard shouting")
    page.keyboard.press("Alt+g")
    page.keyboard.press("2")
    bar = page.locator("#ribbon .clockbar__text").first
    expect(bar).to_have_text(re.compile(r"^\d\d?:\d\d left"))
    page.wait_for_timeout(1_500)  # the browser has kept it running by itself
    expect(bar).to_have_text(re.compile(r"^\d\d?:\d\d left"))
    page.get_by_label(BOX).press_sequentially("and then nothing")
    assert handler.complaints == []
    page.reload()
    expect(page.get_by_label(BOX)).to_have_value("and then nothing")

"""The full reading follows the first look at a pause, says that it did, and its marks stay while somebody types on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.calls import PATIENCE
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser
OBLIQUE = (
    "Rang about the bins. The little girl next door is out on the step in her nightie again, been there since six, nobody answers. "
    "Wants them collected Tuesday."
)


@pytest.mark.long
def test_it_follows_a_pause_and_stays_while_somebody_types_on(person: Callable[..., Person]) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    box = page.get_by_label("What is said or heard")
    box.press_sequentially(OBLIQUE)
    noticed = page.locator("#noticed")
    expect(noticed.locator('[data-path="full"]')).to_be_visible(timeout=PATIENCE)
    cues = noticed.locator("[data-cue]").evaluate_all("them => them.map((one) => one.dataset.cue)")
    assert cues, "an oblique risk is quoted"

    box.press_sequentially(" Thanked")
    expect(noticed.locator('[data-path="first"]')).to_be_visible(timeout=PATIENCE)
    still = noticed.locator("[data-cue]").evaluate_all("them => them.map((one) => one.dataset.cue)")
    assert set(cues) <= set(still), "no mark goes because somebody types on"
    expect(noticed.locator('[data-path="full"]')).to_be_visible(timeout=PATIENCE)
    assert handler.complaints == []


def test_words_said_before_get_its_marks_without_opening_the_page_again(person: Callable[..., Person]) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    page.get_by_label("What is said or heard").press_sequentially(OBLIQUE)
    page.keyboard.press("Control+Enter")
    said = page.locator("#said .entry__words", has_text="bins")
    expect(said).to_be_visible(timeout=PATIENCE)
    expect(page.locator('#noticed [data-path="full"]')).to_be_visible(timeout=PATIENCE)
    expect(said.locator("mark").first).to_be_visible(timeout=PATIENCE)
    assert handler.complaints == []


@pytest.mark.long
@pytest.mark.parametrize("what", ["lost", "off"])
def test_a_page_never_stops_asking(person: Callable[..., Person], what: str) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    asked: list[Any] = []

    def once(route: Route) -> None:
        asked.append(route.request.post_data_json)
        if not asked[-1]["full"] or sum(one["full"] for one in asked) > 1:
            route.continue_()
        elif what == "lost":
            route.abort()
        else:
            told = route.fetch(post_data={**asked[-1], "full": False, "have": ""}).json()
            route.fulfill(json={**told, "noticed": told["noticed"].replace('data-path="first"', 'data-path="off"')})

    page.route("**/typing", once)
    page.get_by_label("What is said or heard").press_sequentially(OBLIQUE)
    if what == "off":
        expect(page.locator('#noticed [data-path="off"]')).to_be_visible(timeout=PATIENCE)
    expect(page.locator('#noticed [data-path="full"]')).to_be_visible(timeout=PATIENCE)
    assert asked[-1]["asks"], "nothing was typed since"

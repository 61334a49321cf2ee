"""A person may give a control another key: shown where the key is shown, kept by the browser, never one that is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


def test_a_chord_is_changed_works_and_is_still_there_after_a_reload(person: Callable[..., Person]) -> None:
    handler = person("handler").go("/contact/")
    page = handler.page
    page.get_by_label("What is said or heard").focus()
    page.get_by_role("button", name="Keys").click()
    change = page.get_by_role("button", name="Change the key of: Grade Immediate now")
    change.click()
    change.press("Alt+z")
    page.get_by_role("button", name="Close", exact=False).last.click()
    expect(page.locator("[data-does=immediate] .key")).to_have_text("Alt+Z")
    page.reload()
    expect(page.locator("[data-does=immediate] .key")).to_have_text("Alt+Z")
    page.get_by_label("What is said or heard").press("Alt+i")
    page.get_by_label("What is said or heard").press("Alt+z")
    expect(page.locator("#ribbon")).to_contain_text("Immediate")


REFUSED = [("Alt+g", "It is taken: Grade"), ("Control+t", "The browser uses"), ("z", "Hold Alt or Ctrl")]


def test_a_key_that_cannot_be_given_is_refused_with_why(person: Callable[..., Person]) -> None:
    page = person("handler").go("/contact/").page
    page.get_by_role("button", name="Keys").click()
    change = page.get_by_role("button", name="Change the key of: Grade Immediate now")
    for keys, why in REFUSED:
        change.click()
        change.press(keys)
        expect(page.locator(".keys__why")).to_contain_text(why)
        expect(page.locator("[data-does=immediate] .key")).to_have_text("Alt+I")

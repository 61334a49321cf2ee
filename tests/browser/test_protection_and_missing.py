"""A child taken into protection and a child missing, at the keyboard and on a phone: recorded on little, read in both themes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
SCENE = """
import django; django.setup()
from goldthread.accounts.models import Staff
from tests.cast import opened, say
by = Staff.objects.get(username="handler")
made = opened(by)
say(by, made, "A girl of nine is alone in the house since yesterday.")
print(made.pk)
"""
LOOKS = ((False, (1280, 800)), (True, (1920, 1080)), (False, (390, 800)))


@pytest.fixture(scope="module")
def incident(service: Service) -> str:
    """An incident whose words carry a child that nobody has recorded."""
    made = subprocess.run(
        [sys.executable, "-c", SCENE], env=service.database.env, check=True, capture_output=True, text=True
    )
    return made.stdout.strip().splitlines()[-1]


def _sound(visitor: Person) -> None:
    visitor.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    for dark, size in LOOKS:
        visitor.look(dark=dark, size=size)
        assert visitor.axe() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
    assert visitor.complaints == []
    visitor.look(dark=False, size=(1280, 800))


@pytest.mark.long
def test_one_child_is_taken_and_is_missing_later(person: Callable[..., Person], incident: str) -> None:
    visitor = person("vast", size=(1280, 800)).go(f"/incidents/{incident}/")
    page = visitor.page
    page.get_by_role("link", name="Record police protection").click()
    page.get_by_label("Name of a child not on record yet").fill("Eden Marsh")
    page.get_by_label("Reason").fill("Alone since yesterday, and cold.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Police protection: Eden Marsh")).to_be_visible()
    expect(page.get_by_text("telling the local authority")).to_be_visible()
    _sound(visitor)
    visitor.go(f"/safeguarding/missing/open/{incident}")
    expect(page.get_by_label("Child", exact=True)).to_contain_text("Eden Marsh")
    page.get_by_label("Exploitation known or suspected").check()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("heading", name="Missing: Eden Marsh")).to_be_visible()
    expect(page.get_by_text("High risk", exact=True)).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Seen at")).to_be_focused()
    _sound(visitor)

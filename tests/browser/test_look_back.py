"""At the keyboard: the riskiest item first, one key for each decision, and the next one by another."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service
from tests.lookback.made import row, written

pytestmark = pytest.mark.browser
TAKE_IN = """
import sys, pathlib, django; django.setup()
from datetime import timedelta
from django.db import connection
from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.lookback.models import Item
from tests.lookback.made import taken_in
by = Staff.objects.get(username="supervisor")
taken_in(pathlib.Path(sys.argv[1]), by, by.team, 50)
now = database_now(connection)
Item.objects.update(release_at=now - timedelta(hours=3))
Item.objects.filter(hit__reference="LB-2").update(due_at=now - timedelta(hours=1))
"""
SIZES = ((False, (1920, 1080)), (True, (1280, 800)))


@pytest.fixture(scope="module")
def items(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Four items of Team A in the running service, whatever the day."""
    rows = [row(f"LB-{n}", "immediate" if n == 0 else "high", round(0.9 - n / 10, 2)) for n in range(4)]
    path: Path = written(tmp_path_factory.mktemp("lookback"), rows)
    subprocess.run([sys.executable, "-c", TAKE_IN, str(path)], env=service.database.env, check=True)


@pytest.mark.long
def test_the_queue_and_an_item_are_accessible_in_both_themes_and_sizes(
    person: Callable[..., Person], items: None
) -> None:
    for dark, size in SIZES:
        visitor = person("vast", dark=dark, size=size).go("/look-back/?show=all")
        expect(visitor.page.locator("tbody tr")).to_have_count(4)
        assert visitor.axe() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        visitor.page.locator("tbody a").first.click()
        visitor.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        assert visitor.axe() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visitor.complaints == []


def test_three_items_are_decided_without_the_pointer(person: Callable[..., Person], items: None) -> None:
    vast = person("vast").go("/look-back/")
    page = vast.page
    expect(page.locator("tr.is-over")).to_contain_text("LB-2")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("LB-0")
    expect(page.locator(".heard mark").first).to_have_text("kids are crying")
    page.keyboard.press("v")
    expect(page.locator(".lb-title")).to_contain_text("VAST")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("LB-1")
    page.keyboard.press("s")
    page.keyboard.press("2")
    words = page.get_by_label("What this rests on")
    expect(words).to_be_focused()
    page.keyboard.type("Record 77 of that night names both children.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".lb-title")).to_contain_text("Safe because")
    page.keyboard.press("u")
    page.get_by_label("Why it is undone").fill("Another night.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=2, name="Decide")).to_be_visible()
    page.keyboard.press("r")
    page.get_by_label("Who was told").fill("Insp Elm, Force B")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".lb-title")).to_contain_text("Re-open")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".lb-title")).to_contain_text("child seen and safe")
    page.keyboard.press("b")
    page.wait_for_url(re.compile(r"/look-back/$"))
    page.locator("tbody tr").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("LB-3")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("VAST: hand it to their desk")
    assert vast.complaints == []


def test_on_paper_the_item_stands_without_its_controls(person: Callable[..., Person], items: None) -> None:
    page = person("vast").go("/look-back/?show=all").page
    page.locator("tbody a").last.click()
    page.emulate_media(media="print")
    expect(page.locator(".heard mark").first).to_be_visible()
    expect(page.locator(".lb-decide")).to_be_hidden()
    assert page.pdf()

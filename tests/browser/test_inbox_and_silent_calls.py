"""At the keyboard: the inbox keeps itself current and still, and a silent call is marked, rung back and not closed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
ARRIVES = """
import sys, django; django.setup()
from goldthread.accounts.models import Team
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
print(receive(None, Arriving("online", sys.argv[1], sys.argv[2], area="North"), desk=Team.objects.get(name="Team A")).incident.reference)
"""


def _arrives(service: Service, name: str, text: str) -> str:
    run = [sys.executable, "-c", ARRIVES, name, text]
    done = subprocess.run(run, env=service.database.env, check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


def test_the_inbox_keeps_itself_current_without_moving_and_one_key_opens_the_riskiest(
    person: Callable[..., Person], service: Service
) -> None:
    purse = _arrives(service, "purse", "I found a purse at the station")
    handler = person("handler").go("/inbox/")
    page = handler.page
    row = page.locator("tbody tr", has_text=purse)
    row.focus()
    risky = _arrives(service, "risky", "he is strangling mum, he has a knife, the baby is in the cot")
    new = page.locator("tbody tr", has_text=risky)
    expect(new).to_be_visible(timeout=15_000)
    expect(row).to_be_focused()
    assert page.locator("tbody tr").last.inner_text() == new.inner_text(), "in use, new ones stand at the end"
    row.press("Escape")
    page.evaluate("document.activeElement.blur()")
    expect(page.locator("tbody tr").first).to_contain_text(risky)
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    expect(page.locator("[data-reference]")).to_have_text(risky)
    expect(page.locator("#ribbon")).to_contain_text("Handler Amber")
    handler.go("/inbox/")
    expect(page.locator("tbody tr", has_text=risky)).to_have_count(0)
    page.locator("tbody tr", has_text=purse).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    expect(page.locator("[data-reference]")).to_have_text(purse)
    assert handler.complaints == []


def test_a_silent_call_is_marked_by_one_key_rung_back_and_not_closed(person: Callable[..., Person]) -> None:
    handler = person("handler").go("/contact/")
    page = handler.page
    typing = page.get_by_label("What is said or heard", exact=True).first
    typing.focus()
    page.keyboard.press("Alt+Shift+S")
    expect(page.locator("#ribbon")).to_contain_text("silent call, not answered")
    expect(typing).to_be_focused()
    page.locator("#opening").get_by_label("Area").select_option("North")
    typing.press("Alt+g")
    page.keyboard.press("2")
    expect(page.locator("#ribbon")).to_contain_text("Priority")
    page.keyboard.press("Alt+l")
    panel = page.locator("#panel-callback")
    panel.get_by_label("Outcome").select_option("no_answer")
    panel.get_by_label("Number used").fill("07700 900123")
    panel.get_by_role("button", name="Log the attempt").click()
    expect(page.locator("[data-attempts]")).to_contain_text("1 attempt to call back")
    expect(page.locator("[data-attempts]")).to_contain_text("no answer")
    page.reload()
    expect(page.locator("#ribbon")).to_contain_text("silent call, not answered")
    page.locator("#tabs").get_by_role("button", name="Close").click()
    page.get_by_label("Reason", exact=True).select_option("error")
    page.get_by_label("Result").fill("Nobody there.")
    page.get_by_role("button", name="Close incident").click()
    expect(page.locator("#panel-close")).to_contain_text("No answer never closes")
    assert handler.complaints == [] or all("422" in said for said in handler.complaints)

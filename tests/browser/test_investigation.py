"""An investigation at a phone: accepted by key, a child's own words kept until they are sent, and what is new acknowledged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
PHONE = (390, 844)
SCENE = """
import django; django.setup()
from types import SimpleNamespace
from goldthread.accounts.models import Staff
from tests.investigation.scenes import named, offered
cast = SimpleNamespace(**{one.username.replace("-", "_"): one for one in Staff.objects.all()})
print(offered(cast, named(cast), to=cast.investigator.pk).pk)
"""


@pytest.mark.long
def test_accepted_heard_and_kept_on_a_phone(person: Callable[..., Person], service: Service) -> None:
    made = [sys.executable, "-c", SCENE]
    offer = subprocess.run(made, env=service.database.env, capture_output=True, text=True, check=True).stdout.strip()
    investigator = person("investigator", size=PHONE).go(f"/investigation/offers/{offer}/")
    page = investigator.page
    assert investigator.axe() == []
    page.keyboard.press("a")
    expect(page.get_by_role("main")).to_contain_text("not recorded yet")
    assert investigator.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.wait_for_function("document.querySelector('[data-draft-key]').dataset.kept !== undefined")
    page.keyboard.press("v")
    said = page.get_by_label("What the child said")
    expect(said).to_be_focused()
    said.fill("I was under the stairs.")
    page.get_by_label("What is to be done").fill("Phone download")
    page.reload()
    expect(said).to_have_value("I was under the stairs.")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Say whether the child was seen")
    expect(said).to_have_value("I was under the stairs.")
    page.get_by_label("Who saw or spoke to the child").fill("Detective Amber")
    page.get_by_label("Seen", exact=True).select_option("yes")
    page.get_by_label("Spoken to", exact=True).select_option("alone")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator(".inv-child")).to_contain_text("recorded")
    expect(page.locator("#voice .inv-told")).to_contain_text("I was under the stairs.")
    page.get_by_text("Add to it").click()
    expect(said).to_have_value("")
    expect(page.get_by_label("What is to be done")).to_have_value("Phone download")
    assert [one for one in investigator.complaints if "422" not in one] == []

"""A school is told by keys: what leaves in sight, what stays, the answer by telephone, and the list."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
SCENE = """
import types, django; django.setup()
from goldthread.accounts.models import Staff
from tests.safeguarding.referrals import school, with_children
cast = types.SimpleNamespace(handler=Staff.objects.get(username='handler'))
print(school().pk, with_children(cast, 'Mia Amber', 'Kai Amber').pk)
"""


def scene(service: Service) -> list[str]:
    """A school with terms and an incident with two children: the identities of the school's contact and of the incident."""
    made = subprocess.run(
        [sys.executable, "-c", SCENE], env={**os.environ, **service.database.env}, check=True, capture_output=True, text=True
    )  # fmt: skip
    return made.stdout.split()[-2:]


def test_a_school_is_told_by_keys_alone_and_answers(person: Callable[..., Person], service: Service) -> None:
    contact, incident = scene(service)
    vast = person("vast", size=(1280, 800))
    page = vast.go(f"/incidents/{incident}/").page
    page.get_by_role("link", name="Refer to a partner").click()
    page.wait_for_url("**/refer")  # its keys are bound once it is loaded
    expect(page.get_by_role("button", name="School Alt+3")).to_be_visible()
    page.keyboard.press("Alt+3")
    expect(page.get_by_text("even if the child was out at the time")).to_be_visible()
    page.get_by_label("Concern, and what you ask of them").focus()
    page.keyboard.type("Kai saw him shout. She was at her gran's.")
    expect(page.locator("#refer[data-kept]")).to_have_count(1)
    page.goto(page.url)  # as after a sign-in that ended
    page.keyboard.press("Alt+3")
    words = page.get_by_label("Concern, and what you ask of them")
    expect(words).to_have_value("Kai saw him shout. She was at her gran's.")
    page.get_by_role("button", name="Not now: it is owed").click()
    expect(page.get_by_text("not told of yet: Mia Amber, Kai Amber")).to_be_visible()
    expect(words).to_have_value("Kai saw him shout. She was at her gran's.")
    page.get_by_label("Not known").check()
    page.get_by_label("To", exact=True).select_option(contact)
    page.get_by_label("Mia Amber, 9").check()
    page.keyboard.press("Alt+p")
    expect(page.get_by_role("heading", name="Exactly this leaves")).to_be_visible()
    expect(page.locator(".document")).to_contain_text("[another child] saw him shout")
    assert vast.axe() == []
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("heading", name="Legs")).to_be_visible()
    page.get_by_label("Seen", exact=True).check()
    page.get_by_label("Who told you: name and role").fill("Ada Lead")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("table.board").first).to_contain_text("by telephone, Vast Amber")
    assert vast.axe() == []
    vast.go(f"/safeguarding/incidents/{incident}/refer?kind=school")
    expect(page.get_by_label("Concern, and what you ask of them")).to_have_value("")
    expect(page.get_by_text("not told of yet: Kai Amber")).to_be_visible()
    vast.go("/safeguarding/referrals/")
    expect(page.locator("tbody")).to_contain_text("Larch Primary School")
    assert vast.axe() == []
    assert vast.complaints == []

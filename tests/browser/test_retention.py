"""A retention review by keys alone: from the navigation to the list, the incident, and a reason for keeping it."""

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
from types import SimpleNamespace
from goldthread.accounts.models import Staff
from goldthread.response.models import Unit
from tests.retention.scenes import due
people = {one.username.replace('-', '_'): one for one in Staff.objects.all()}
print(due(SimpleNamespace(**people, unit=Unit.objects.get(call_sign='NA21'))).incident.reference)
"""


def test_an_incident_is_kept_by_keys_alone(person: Callable[..., Person], service: Service) -> None:
    told = subprocess.run([sys.executable, "-c", SCENE], env=service.database.env, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr[-2000:]
    auditor = person("auditor").go("/audit/")
    page = auditor.page
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Retention")).to_be_visible()
    page.wait_for_load_state()  # keys are there once its scripts are
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name=f"Retention of {told.stdout.strip()}")).to_be_visible()
    assert not auditor.axe()
    page.keyboard.press("k")
    page.keyboard.press("Tab")
    page.keyboard.type("An appeal in the matter is under way.")
    for _ in range(5):  # the parts of the day, its calendar and the button
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept. It comes back on its day.")).to_be_visible()

"""The page at the door on a phone that loses its connection: what was sent arrives once, by itself, when it is back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
THERE = """
import django; django.setup()
import uuid
from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response.models import Unit
from tests.cast import key, opened
handler, dispatcher = (Staff.objects.get(username=one) for one in ("handler", "dispatcher"))
made = opened(handler)
contact.answer_children(handler, made.pk, key=key(), answer="named", given=[ChildGiven(str(uuid.uuid4()), "Ella", 6, False, "", "", "not_known")])
unit = Unit.objects.create(call_sign="NA77", area="North")
unit.crew.add(Staff.objects.get(username="officer"))
sent = response.allocate(dispatcher, made.pk, key=key(), unit_id=unit.pk)
response.record_arrival(dispatcher, made.pk, key=key(), allocation_id=sent.pk, source="officer")
print(made.pk)
"""


def test_a_phone_that_was_cut_off_sends_once_when_it_is_back(service: Service, person: Callable[..., Person]) -> None:
    made = subprocess.run(
        [sys.executable, "-c", THERE], env=service.database.env, check=True, capture_output=True, text=True
    )
    at = f"/safeguarding/door/{made.stdout.split()[-1]}/"
    officer = person("officer", size=(390, 844)).go(at)
    page = officer.page
    assert officer.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.set_offline(True)
    page.get_by_label("Seen", exact=True).first.check()
    page.get_by_label("Spoken to alone", exact=True).first.check()
    page.get_by_label("Demeanour").first.fill("quiet, kept looking at the door")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#door-kept")).to_contain_text("sent by itself")
    kept = page.evaluate("Object.values(localStorage).join()")
    assert kept
    assert "quiet" not in kept, "sealed"
    context = page.context
    page.close()
    # The phone has put the page away; back in reach, the first page sends what waits, and again finds nothing.
    context.set_offline(False)
    page = context.new_page()
    with page.expect_response("**/answer") as sent:
        page.goto(f"{service.base}/incidents/")
    assert sent.value.ok
    expect(page.locator("#door-kept")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{service.base}{at}")
    expect(page.locator("fieldset[data-door-child]").first).to_contain_text("quiet, kept looking at the door")
    expect(page.get_by_label("Demeanour").first).to_have_value("")
    expect(page.locator("#door-kept")).to_be_hidden()
    count = "import django; django.setup(); from goldthread.safeguarding.models import DoorAnswer; print(DoorAnswer.objects.count())"
    told = subprocess.run(
        [sys.executable, "-c", count], env=service.database.env, check=True, capture_output=True, text=True
    )
    assert told.stdout.split()[-1] == "1"

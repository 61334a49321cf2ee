"""The page at the door on a phone that loses its connection: what was sent arrives once, by itself, when it is back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
THERE = """
import sys
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
unit = Unit.objects.create(call_sign=sys.argv[1], area="North")
unit.crew.add(Staff.objects.get(username="officer"))
sent = response.allocate(dispatcher, made.pk, key=key(), unit_id=unit.pk)
response.record_arrival(dispatcher, made.pk, key=key(), allocation_id=sent.pk, source="officer")
print(made.pk)
"""


COUNT = """
import django; django.setup()
import sys
from goldthread.safeguarding.models import DoorAnswer
print(DoorAnswer.objects.filter(incident=sys.argv[1]).count())
"""


def run(service: Service, *given: str) -> str:
    """What a program of ours says last, on the service's own database."""
    told = subprocess.run(
        [sys.executable, "-c", *given], env=service.database.env, check=True, capture_output=True, text=True
    )
    return told.stdout.split()[-1]


def test_a_phone_that_was_cut_off_sends_once_when_it_is_back(service: Service, person: Callable[..., Person]) -> None:
    incident = run(service, THERE, "NA77")
    at = f"/safeguarding/door/{incident}/"
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
    assert run(service, COUNT, incident) == "1"


def test_what_was_not_taken_is_told_on_the_first_page_until_it_is_mended(
    service: Service, person: Callable[..., Person]
) -> None:
    first, second = (run(service, THERE, call_sign) for call_sign in ("NA78", "NA79"))
    at, other = (f"{service.base}/safeguarding/door/{one}/" for one in (first, second))
    officer = person("officer", size=(390, 844))
    page = officer.page
    context = page.context
    # The phone's clock is an hour slow.
    context.add_init_script("const real = Date.now; Date.now = () => real() - 3_600_000;")
    page.goto(at)
    context.set_offline(True)
    page.get_by_label("Not seen", exact=True).first.check()
    page.evaluate(
        "() => { window.keep = Storage.prototype.setItem; Storage.prototype.setItem = () => { throw new Error('full'); }; }"
    )
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#door-kept")).to_contain_text("Leave this page open")
    page.evaluate("() => { Storage.prototype.setItem = window.keep; }")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#door-kept")).to_contain_text("put the phone away")
    page.close()

    context.set_offline(False)
    page = context.new_page()
    held: list[Route] = []
    page.route(f"{at}answer", lambda route: held.append(route))
    with page.expect_request(f"{at}answer"):
        page.goto(other)
    page.get_by_label("Seen", exact=True).first.check()
    page.get_by_role("button", name="Send").click()
    # Pressed while the other is on its way, it follows by itself; what was taken, the page goes on.
    with page.expect_navigation(), page.expect_response(f"{other}answer") as sent:
        held[0].continue_()
    assert sent.value.ok
    (pressed,) = parse_qs(sent.value.request.post_data)["pressed_at"]
    assert abs((datetime.now(UTC) - datetime.fromisoformat(pressed)).total_seconds()) < 300, "by the server's clock"

    page.unroute(f"{at}answer")
    page.goto(f"{service.base}/incidents/")
    refused = page.locator("#door-refused")
    expect(refused).to_contain_text("say why this child was not seen")
    expect(page.locator("#door-kept")).to_be_hidden()
    officer.page = page
    assert officer.axe() == []
    refused.locator("summary").click()
    expect(refused).to_contain_text("Ella, 6. Not seen")
    refused.get_by_role("link").click()
    expect(page.get_by_label("Not seen", exact=True).first).to_be_checked()
    page.get_by_label("Why not, and where").first.fill("at her nan's")
    with page.expect_navigation(), page.expect_response(f"{at}answer") as sent:
        page.get_by_role("button", name="Send").click()
    assert sent.value.ok
    page.goto(f"{service.base}/incidents/")
    expect(refused).to_be_hidden()
    assert [run(service, COUNT, one) for one in (first, second)] == ["1", "1"]

"""A supervisor's desk, by keyboard: finds and a request decided one after another, one returned and answered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
People = Callable[..., Person]
SWEEP = """
import django; django.setup()
from django.db import connection
from goldthread.supervision.models import Sweep
from goldthread.contact.models import Incident
import sys
for one in Incident.objects.filter(reference__in=sys.argv[1:]):
    Sweep.objects.get_or_create(incident=one, kind='child', ended_at=None, defaults={'weight': 1.2})
"""


def opened(handler: Person, said: str) -> str:
    """An incident of this handler's with words in it and a grade; its reference."""
    page = handler.go("/contact/").page
    page.get_by_label("What is said or heard").fill(said)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text(said.split()[0])
    page.keyboard.press("Alt+g")
    page.keyboard.press("2")
    expect(page.locator("#ribbon")).to_contain_text("Priority")
    return page.locator("[data-reference]").inner_text()


def read(page: Page) -> None:
    """Have it before one long enough: keys pressed at once answer nothing."""
    expect(page.locator(".sv-answers[data-ready]")).to_be_visible()


def test_a_night_at_the_desk_by_keys_alone(person: People, service: Service) -> None:
    handler = person("handler")
    first = opened(handler, "Neighbour heard shouting, a little girl lives there, gone quiet now.")
    second = opened(handler, "School says the boy of 7 was not collected, mum does not answer.")
    mine = handler.page
    sweep = [sys.executable, "-c", SWEEP, first, second]
    subprocess.run(sweep, env={**os.environ, **service.database.env}, check=True)

    page = person("supervisor").go("/supervision/?why=child").page
    expect(page.locator("#supervision")).to_contain_text(first)
    expect(page.locator("#supervision")).to_contain_text(second)
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#why-column")).to_contain_text("child involved, not looked at")
    expect(page.locator("#why-column")).to_contain_text("What reader and handler saw differently")
    asked = page.locator("[data-reference]").inner_text()

    read(page)
    page.keyboard.press("q")
    page.keyboard.type("Who is with the child now?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Returned with your question")).to_be_visible()
    expect(page.locator(f"[data-reference]:text-is('{asked}')")).to_have_count(0)

    page.goto(f"{service.base}/supervision/?why=child")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#why-column")).to_be_visible()
    read(page)
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="nothing to change")).to_be_visible()
    page.goto(f"{service.base}/supervision/?why=child")
    expect(page.get_by_role("main")).to_contain_text("Nothing waits for this reason")

    handler.go(f"/incidents/find?q={asked}")
    expect(mine.locator("#supervisor-asks")).to_contain_text("Who is with the child now?")
    mine.get_by_label("Your answer").fill("Her aunt, she is in the room.")
    mine.get_by_role("button", name="Answer", exact=True).click()
    expect(mine.locator("#supervisor-asks")).not_to_contain_text("Who is with the child now?")

    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page.locator("#supervision")).to_contain_text("question answered")
    page.goto(f"{service.base}/supervision/?why=answered")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#why-column")).to_contain_text("Her aunt, she is in the room.")
    read(page)
    page.keyboard.press("u")
    page.keyboard.type("Nobody has seen the child.")
    page.keyboard.press("Alt+1")
    expect(page.get_by_role("status").filter(has_text="The grade is raised")).to_be_visible()
    person_complaints = [said for said in handler.complaints if "422" not in said]
    assert person_complaints == []


@pytest.mark.long
def test_what_is_typed_in_one_form_outlives_another_s_sending_a_refusal_and_a_reload(
    person: People, service: Service
) -> None:
    handler = person("handler")
    reference = opened(handler, "Neighbour heard a small child crying for an hour, nobody answers the door.")
    subprocess.run([sys.executable, "-c", SWEEP, reference], env={**os.environ, **service.database.env}, check=True)
    page = person("supervisor").go("/supervision/?why=child").page
    page.locator("tr", has_text=reference).get_by_role("link", name=reference).click()
    keeps = page.locator("[data-draft-key][data-kept]")
    expect(keeps).to_be_attached()
    question, why = page.get_by_label("Question to the owner"), page.get_by_label("Why (if it helps")
    question.fill("Who is with the child now?")
    page.get_by_label("Note while listening").fill("Asked well.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_role("status").filter(has_text="Noted.")).to_be_visible()
    expect(question).to_have_value("Who is with the child now?")
    expect(page.get_by_label("Note while listening")).to_have_value("")

    why.fill("Read it twice.")
    page.reload()
    expect(question).to_have_value("Who is with the child now?")
    expect(why).to_have_value("Read it twice.")

    handler.page.get_by_label("What is said or heard").fill("She has stopped crying.")
    handler.page.keyboard.press("Control+Enter")
    expect(handler.page.locator("#said")).to_contain_text("She has stopped")
    page.get_by_role("button", name="Return with it").click()
    expect(page.get_by_text("Something was said since this page was loaded").first).to_be_visible()
    expect(question).to_have_value("Who is with the child now?")
    expect(why).to_have_value("Read it twice.")

    page.goto(f"{service.base}/supervision/?why=child")
    page.locator("tr", has_text=reference).get_by_role("link", name=reference).click()
    expect(question).to_have_value("Who is with the child now?")
    expect(page.locator("#known")).to_contain_text("not searched")
    page.get_by_role("button", name="Return with it").click()
    expect(page.get_by_role("status").filter(has_text="Returned with your question")).to_be_visible()
    handler.go(f"/incidents/find?q={reference}")
    address = handler.page.url.rstrip("/").split("/")[-1]
    page.goto(f"{service.base}/supervision/{address}/")
    expect(keeps).to_be_attached()
    expect(question).to_have_value("")
    expect(why).to_have_value("Read it twice.")


HELD = """[...document.querySelectorAll('.column__body *')].every(
    (one) => getComputedStyle(one).position !== 'absolute' || one.offsetParent !== document.body)"""


@pytest.mark.long
def test_a_coaching_note_quotes_what_is_selected_and_its_reader_answers(person: People, service: Service) -> None:
    handler = person("handler")
    reference = opened(handler, "Neighbour heard shouting, kids crying upstairs, then nothing.")
    subprocess.run([sys.executable, "-c", SWEEP, reference], env={**os.environ, **service.database.env}, check=True)
    supervisor = person("supervisor", dark=True, size=(1280, 800)).go("/supervision/?why=child")
    page = supervisor.page
    page.locator("tr", has_text=reference).get_by_role("link", name=reference).click()
    expect(page.locator("[data-draft-key][data-kept]")).to_be_attached()
    read(page)
    page.keyboard.press("c")
    page.get_by_text("kids crying upstairs").first.wait_for()
    expect(page.get_by_label("Their words in the record")).to_be_focused()
    assert page.evaluate(HELD), "a column holds what is hidden in it, or the whole page would scroll"
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#said mark'))")
    page.get_by_role("button", name="Take what is selected").click()
    quote = page.get_by_label("Their words in the record")
    expect(quote).not_to_have_value("")
    taken = quote.input_value()
    page.get_by_label("What was good").fill("You asked who had them.")
    assert supervisor.axe() == []
    page.get_by_role("button", name="Leave the note").click()
    expect(page.locator("#why-column")).to_contain_text("not opened yet")
    expect(page.get_by_label("What was good")).to_have_value("")

    handler.go("/incidents/")
    handler.page.get_by_role("link", name="Notes to me").click()
    handler.page.get_by_role("link", name="Supervisor Amber").first.click()
    expect(handler.page.get_by_role("main")).to_contain_text(taken)
    assert handler.axe() == []
    handler.page.keyboard.press("w")
    handler.page.keyboard.type("Next time their names too.")
    handler.page.keyboard.press("Control+Enter")
    expect(handler.page.get_by_role("main")).to_contain_text("Next time their names too.")
    read(page)
    page.get_by_role("button", name="Nothing to change").click()
    supervisor.go("/supervision/quality/")
    expect(page.get_by_role("main")).to_contain_text("child involved, not looked at")
    assert supervisor.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    supervisor.go("/supervision/notes/left")
    expect(page.get_by_role("main")).to_contain_text("Next time their names too.")
    assert supervisor.axe() == []


AT_AN_EMPTY_DESK = """
import sys
import django; django.setup()
from datetime import timedelta
from django.db import connection
from goldthread.accounts import duty_actions, oncall_actions
from goldthread.accounts.models import Staff
from goldthread.accounts.oncall_rules import Line
from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
now = database_now(connection)
oncall_actions.put_line(
    Staff.objects.get(username='fim'),
    Line('fim', 'fim', now - timedelta(hours=1), now + timedelta(hours=8), '01632 960123'),
)
with acting(None) as act:
    for one in Staff.objects.filter(role__in=['contact_supervisor', 'fim'], duties__ended_at=None, duties__isnull=False):
        duty_actions.end(one, act, 'handover')
from goldthread.contact.models import Incident
from goldthread.response import request_actions
from tests.cast import assess, key
handler = Staff.objects.get(username='handler')
for reference in sys.argv[1:]:
    one = Incident.objects.get(reference=reference)
    assess(handler, one)
    made = request_actions.ask_lower(
        handler, one.pk, key=key(), code='scheduled', reasons=['new-information'], why='It is out and nobody is hurt.'
    )
    assert made is not None
    assess(handler, one)
"""
"""Nobody senior on duty, one on call; a lower grade asked for on each incident, and assessed again since."""


def test_three_requests_at_an_empty_desk_are_decided_by_keys_when_somebody_comes(
    person: People, service: Service
) -> None:
    handler = person("handler")
    said = ("Bin on fire behind the bakery.", "Fence kicked in by two men.", "Van left across a drive.")
    references = [opened(handler, one) for one in said]
    subprocess.run(
        [sys.executable, "-c", AT_AN_EMPTY_DESK, *references], env={**os.environ, **service.database.env}, check=True
    )
    mine = handler.page
    approved, refused, raised = references
    mine.goto(f"{service.base}/incidents/")
    mine.get_by_role("link", name=refused).first.click()
    expect(mine.locator("#requests")).to_contain_text("Nobody senior is on duty")
    expect(mine.locator("#requests")).to_contain_text("01632 960123")
    mine.locator("#requests button[name=outcome]").first.focus()
    mine.keyboard.press("Enter")
    expect(mine.locator("#said")).to_contain_text("Fim Amber, Force Incident Manager: answered")

    page = person("supervisor").go("/supervision/?why=request").page
    for reference, keys, done in (
        (approved, ["p"], "Decided"),
        (refused, ["w", "=Nobody has been there.", "Tab", "Tab", "Enter"], "Decided"),
        (raised, ["u", "=A child was seen in it.", "Alt+1"], "The grade is raised"),
    ):
        page.goto(f"{service.base}/supervision/?why=request")
        page.locator("tr", has_text=reference).focus()
        page.keyboard.press("o")
        expect(page.locator("#why-column")).to_contain_text("asked")
        read(page)
        for one in keys:
            page.keyboard.type(one[1:]) if one[0] == "=" else page.keyboard.press(one)
        expect(page.get_by_role("status").filter(has_text=done)).to_be_visible()
    page.goto(f"{service.base}/supervision/?why=request")
    for reference in references:
        expect(page.locator("tr", has_text=reference)).to_have_count(0)
    mine.reload()
    expect(mine.locator("#requests")).to_contain_text("Refused Supervisor Amber")
    expect(mine.locator("#requests")).to_contain_text("Nobody has been there.")
    expect(mine.locator("#requests")).not_to_contain_text("Nobody senior is on duty")

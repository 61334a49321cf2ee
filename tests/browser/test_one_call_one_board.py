"""As handler, then dispatcher: a real call goes in at one end and stands on the live board at the other."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import APIResponse, Route, expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser
SAID = (
    "inft states male nxt dr shouting at partner again, kids crying upstairs then gone quiet, "
    "not seen mum since sat, no wpns mentioned"
)


def test_a_call_is_taken_marked_graded_sent_and_closed(person: Callable[..., Person], service: Service) -> None:
    dispatcher = person("dispatcher", dark=True).go("/")
    dispatcher.page.wait_for_url("**/board/")

    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))

    # The incident opens at the first key and is on the dispatcher's board without a reload.
    page.get_by_label("Where", exact=True).press_sequentially("14 Larch Road")
    expect(page.locator("[data-reference]")).to_have_text(re.compile(r"AM-\d{6}-\d{4}"))
    reference = page.locator("[data-reference]").inner_text()
    row = dispatcher.page.locator("tbody tr", has_text=reference)
    expect(row).to_be_visible()

    page.locator("#opening").get_by_label("Area").select_option("North")
    typing = page.get_by_label("What is said or heard")
    typing.fill(SAID)
    typing.press("Control+Enter")
    noticed = page.locator("#noticed")
    for cue in ("da-child", "background", "carer-not-seen", "repeat"):
        expect(noticed.locator(f'[data-cue="{cue}"]').first).to_be_visible()
    expect(noticed.locator('[data-cue="da-child"]').filter(has_text="gone quiet").first).to_be_visible()
    weapons = noticed.locator("[data-assertion=uncertain]", has_text="wpns")
    expect(weapons.first).to_contain_text("Any weapons?")
    expect(typing).to_have_value("")
    expect(page.locator("#said mark").first).to_be_visible()

    # The children question stays visible until it is answered.
    expect(page.locator("#ribbon")).to_contain_text("not asked")
    page.keyboard.press("Alt+c")
    children = page.locator("#panel-children")
    children.get_by_label("Name, or unknown").fill("unknown")
    children.get_by_label("Age", exact=True).fill("6")
    children.get_by_label("Age is an estimate").check()
    children.get_by_label("Where now").fill("upstairs at the address")
    children.get_by_role("button", name="Record children").click()
    expect(page.locator("#known-children")).to_contain_text("about 6")

    # Priority is chosen; the words suggest Immediate, and the screen says so with the words.
    page.keyboard.press("Alt+g")
    page.locator("#panel-grade").get_by_role("button", name="Priority").press("2")
    expect(page.locator("#grade-now")).to_contain_text("Words suggest Immediate")
    expect(page.locator("#grade-now q").first).to_be_visible()
    expect(page.locator("#ribbon")).to_contain_text("words suggest Immediate")

    page.keyboard.press("Alt+r")
    page.get_by_label("Threat").fill("Male at neighbour's address to partner and children.")
    page.get_by_role("button", name="Save THRIVE").click()
    expect(page.locator("#thrive-versions")).to_contain_text("v1")

    # The dispatcher's row follows by itself, then the incident is opened from it by keyboard.
    expect(row).to_contain_text("Priority")
    expect(row).to_contain_text("words: Immediate")
    expect(row).to_contain_text("child")
    row.focus()
    row.press("Enter")
    desk = dispatcher.page
    desk.wait_for_url("**/incidents/**")
    expect(desk.locator("#said")).to_contain_text("kids crying upstairs")
    desk.locator("#tabs").get_by_role("button", name="Units").click()
    desk.get_by_label("Unit", exact=True).select_option(label="NA21 · North · taser")
    desk.get_by_role("button", name="Send unit").click()
    expect(desk.locator("#sent")).to_contain_text("on the way")
    expect(page.locator("#ribbon")).to_be_visible()
    desk.get_by_role("button", name="Arrived").click()
    expect(desk.locator("#sent")).to_contain_text("at scene")
    desk.locator("#tabs").get_by_role("button", name="Close").click()
    desk.get_by_label("Reason", exact=True).select_option("attended-resolved")
    desk.get_by_label("Result").fill("Both children seen and spoken to.")
    desk.get_by_role("button", name="Close incident").click()
    expect(desk.locator("#panel-close")).to_contain_text("A threat to life in the words is unanswered")
    noticed.locator('[data-cue="imminent"]').get_by_role("button", name="Noted").first.click()
    expect(page.locator("#said")).to_contain_text("Noted: Danger to life now")
    desk.get_by_role("button", name="Close incident").click()
    expect(desk.locator("#panel-close")).to_contain_text("one person cannot close this alone")
    expect(desk.get_by_label("Result")).to_have_value("Both children seen and spoken to.")
    desk.get_by_role("button", name="Ask a second person to close").click()
    expect(desk.locator("#requests")).to_contain_text("a THRIVE made after this request")

    # The handler assesses anew, and the FIM, who has no hand in it, closes.
    page.keyboard.press("Alt+r")
    page.get_by_label("Threat").fill("He has left; both were seen by the officers.")
    page.get_by_role("button", name="Save THRIVE").click()
    expect(page.locator("#thrive-versions")).to_contain_text("v2")
    expect(page.locator("#thrive-versions ins").first).to_be_visible()
    fim = person("fim").go(desk.url.removeprefix(service.base))
    fim.page.get_by_role("button", name="Approve").click()
    fim.page.wait_for_url("**/board/")
    expect(dispatcher.go("/board/").page.locator("tbody tr", has_text=reference)).to_have_count(0)

    assert handler.complaints == []
    assert [said for said in dispatcher.complaints if "422" not in said] == []  # the two refusals above
    _both_consultations_are_audited(service, reference)


def _both_consultations_are_audited(service: Service, reference: str) -> None:
    with psycopg.connect(service.database.owner_url) as database:
        found = database.execute(
            "SELECT s.username, e.verb FROM audit_event e JOIN accounts_staff s ON s.id = e.staff_id "
            "JOIN contact_incident i ON e.subjects LIKE '%%' || i.id || '%%' WHERE i.reference = %s AND e.duty = 'consultation'",
            [reference],
        ).fetchall()
    assert ("handler", "incident.see") in found
    assert ("dispatcher", "incident.see") in found


def test_an_answer_that_comes_late_never_hides_newer_words(person: Callable[..., Person]) -> None:
    page = person("handler").go("/contact/").page
    page.get_by_label("What is said or heard").fill("door kicked in, ")
    page.locator("[data-reference]").wait_for()
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/particular", lambda route: held.append((route, route.fetch())))
    page.get_by_label("Where", exact=True).fill("9 Tansy Close")
    typing = page.get_by_label("What is said or heard")
    typing.fill("door kicked in, bairn under the bed")
    typing.press("Control+Enter")
    expect(page.locator("#said")).to_contain_text("bairn under the bed")
    expect(page.locator("#noticed .mark").first).to_be_visible()
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    (route, answer) = held[0]
    with page.expect_response("**/particular"):
        route.fulfill(response=answer)
    expect(page.locator("#panel-particular")).to_be_attached()
    expect(page.locator("#said")).to_contain_text("bairn under the bed")
    expect(page.locator("#noticed .mark").first).to_be_visible()

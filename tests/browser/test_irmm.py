"""A whole Incident Risk Management Meeting by keys: its list, decisions, minutes, what is owed, and the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person, Service, served
from tests.browser.test_supervision import opened
from tests.conftest import Database

pytestmark = pytest.mark.browser
HARMLESS = "422"


@pytest.fixture(scope="module")
def service(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """A service of its own: what other files left open would stand on the list."""
    with served(cluster, template, worker_id) as made:
        yield made


def test_a_meeting_by_keys_from_its_list_to_the_next(person: Callable[..., Person], service: Service) -> None:
    handler = person("handler")
    first = opened(handler, "My daughter of 14 is missing from her children's home, not seen since school.")
    mine = handler.page.url.replace("/contact/", "/incidents/")
    second = opened(handler, "He is hitting her again, the kids are upstairs crying.")
    room = person("supervisor", dark=True, size=(1280, 800))
    room.go("/meetings/")
    assert room.axe() == []

    chair = person("fim").go("/meetings/")
    page = chair.page
    expect(page.get_by_role("main")).to_contain_text("Call the Incident Risk Management Meeting")
    assert chair.axe() == []
    page.keyboard.press("1")
    expect(page.locator(".mt-line")).to_contain_text("missing, and a child is or may be")
    expect(page.locator(".mt-list")).to_contain_text(second)
    assert chair.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "a room scrolls in its columns alone"
    at = page.locator(".mt-line__head h2").inner_text()
    assert first in at

    room.go(page.url.removeprefix(service.base))
    room.page.keyboard.press("i")
    expect(room.page.locator(".mt-line__head h2")).to_have_text(at)
    assert room.axe() == []
    assert room.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.keyboard.press("6")
    expect(page.get_by_label("What was decided, and why")).to_be_focused()
    assert chair.axe() == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Write it in a sentence")
    page.get_by_label("What was decided, and why").fill("Ring the home: who saw her last?")
    page.get_by_label("Who sees to it").select_option(label="Supervisor Amber, Contact supervisor")
    page.get_by_label("What was decided, and why").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".mt-line__head h2")).not_to_contain_text(first)
    now = page.locator(".mt-line__head h2").inner_text()
    expect(room.page.locator(".mt-line__head h2")).to_have_text(now)
    page.keyboard.press("k")
    expect(page.locator(".mt-line")).to_contain_text("Ring the home: who saw her last?")
    page.keyboard.press("n")
    expect(page.locator(".mt-line__head h2")).to_have_text(now)

    page.keyboard.press("e")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Not reached")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Frozen under")
    expect(page.get_by_role("main")).to_contain_text("Ring the home: who saw her last?")
    assert chair.axe() == []
    expect(room.page.get_by_role("heading", name="Not reached")).to_be_visible()

    handler.page.goto(mine)
    expect(handler.page.locator("#meeting-actions")).to_contain_text("Ring the home: who saw her last?")
    expect(handler.page.locator("#said")).to_contain_text("interim safeguarding call")

    page.goto(f"{service.base}/meetings/")
    page.keyboard.press("2")
    line = page.locator(".mt-list__line", has_text=second)
    expect(line).to_be_visible()
    line.get_by_role("button").click()
    expect(page.locator(".mt-line")).to_contain_text("not reached last time, and nobody has looked")
    expect(page.locator(".mt-line")).to_contain_text("from before")
    page.keyboard.press("e")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Not reached")).to_be_visible()

    room.go("/meetings/mine")
    assert room.axe() == []
    owed = room.page.locator("tr", has_text="Ring the home: who saw her last?")
    owed.focus()
    room.page.keyboard.press("w")
    room.page.keyboard.type("Rang: a carer saw her at four.")
    room.page.keyboard.press("Control+Enter")
    expect(room.page.get_by_role("status").filter(has_text="Done, and said in the incident")).to_be_visible()
    handler.page.goto(mine)
    expect(handler.page.locator("#said")).to_contain_text("Rang: a carer saw her at four.")
    assert [said for one in (chair, room) for said in one.complaints if HARMLESS not in said] == []

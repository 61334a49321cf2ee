"""Nothing moves under the cursor: the row that the pointer is over or that has the focus stays, what is new is told and shown on request."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from goldthread.cli.visit import Visitor
from tests.browser.conftest import Person, Service
from tests.browser.test_stream import act
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
People = Callable[..., Person]


@pytest.fixture
def others(service: Service) -> Visitor:
    """The FIM, who does things elsewhere meanwhile."""
    visitor = Visitor(service.base)
    visitor.sign_in("fim", PASSWORD)
    return visitor


def graded(others: Visitor, incident: uuid.UUID, code: str) -> None:
    others.post(f"/incidents/{incident}/grade", key=str(uuid.uuid4()), grade=code, why="as said")


def row(page: Page, incident: uuid.UUID) -> Locator:
    return page.locator(f"#row-{incident}")


TOLD = "row => { const told = row.cloneNode(true); told.querySelectorAll('.clockbar').forEach(one => one.remove()); return told.textContent }"
"""What a row says, but for its clock, which runs."""


def remembered(page: Page, incident: uuid.UUID) -> float:
    """The very row as it is now, kept in the page to be compared; how far down the screen it stands."""
    keep = f"id => {{ window.kept = document.getElementById(id); window.told = ({TOLD})(window.kept) }}"
    page.evaluate(keep, f"row-{incident}")
    return stands_at(page)


def stands_at(page: Page) -> float:
    """How far down the screen the remembered row stands, if it is still the same and says the same; else -1."""
    same = f"window.kept.isConnected && ({TOLD})(window.kept) === window.told"
    return float(page.evaluate(f"() => {same} ? window.kept.getBoundingClientRect().top : -1"))


SETTLED = f"""() => {{
    const told = [...document.querySelectorAll("tbody tr")].map({TOLD}).join();
    if (told !== window.settling) {{ window.settling = told; window.since = performance.now(); }}
    return performance.now() - window.since > 1000;
}}"""
"""That no row has said anything new for a second: what was just opened is read in full meanwhile, which changes its row."""


def middle(page: Page, incident: uuid.UUID) -> tuple[float, float]:
    box = row(page, incident).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def waits(page: Page) -> Locator:
    return page.locator("[data-waiting]")


def test_what_others_do_leaves_the_row_under_the_pointer_alone(
    person: People, service: Service, others: Visitor
) -> None:
    mine, other = (act(service, "handler", "North") for _ in range(2))
    page = person("dispatcher").go("/board/").page
    page.wait_for_function(SETTLED)
    row(page, mine).hover()
    before = remembered(page, mine)
    graded(others, mine, "immediate")
    expect(waits(page)).to_contain_text("1 change waits")
    graded(others, other, "immediate")
    page.mouse.move(*(one + 1 for one in middle(page, mine)))  # it moves, so it does not only lie there
    new = act(service, "handler", "North")
    others.post(f"/incidents/{new}/supervisor", key=str(uuid.uuid4()))  # a further counter stands above the rows
    expect(page.locator('[data-counter="called"]')).to_be_visible()
    expect(row(page, other)).to_contain_text("Immediate")
    assert stands_at(page) == pytest.approx(before, abs=1)
    expect(row(page, new)).to_have_count(0)
    expect(row(page, mine)).not_to_contain_text("Immediate")
    page.mouse.move(5, 5)
    expect(row(page, mine)).to_contain_text("Immediate")
    expect(row(page, new)).to_have_count(1)
    expect(waits(page)).to_be_hidden()
    orders = page.eval_on_selector_all("tbody tr", "rows => rows.map(row => row.dataset.order)")
    assert orders == sorted(orders)


@pytest.mark.long
def test_a_pointer_that_only_lies_there_holds_nothing_new_back(
    person: People, service: Service, others: Visitor
) -> None:
    mine = act(service, "handler", "North")
    dispatcher = person("dispatcher")
    dispatcher.page.clock.install()
    page = dispatcher.go("/board/").page
    page.mouse.move(*middle(page, mine))
    before = remembered(page, mine)
    graded(others, mine, "priority")
    new = act(service, "handler", "North")
    graded(others, new, "immediate")
    others.post(f"/incidents/{new}/supervisor", key=str(uuid.uuid4()))
    expect(waits(page)).to_contain_text("2 changes wait")
    page.clock.fast_forward(10_000)
    expect(row(page, new)).to_contain_text("supervisor called")
    assert stands_at(page) == pytest.approx(before, abs=1), "nothing moved under the pointer, and its own row waits on"
    expect(waits(page)).to_contain_text("1 change waits")
    assert page.evaluate(f"document.getElementById('row-{mine}').matches(':hover')")
    page.keyboard.press(".")
    expect(row(page, mine)).to_contain_text("Priority")
    expect(waits(page)).to_be_hidden()
    assert dispatcher.complaints == []


@pytest.mark.long
def test_a_row_with_the_focus_waits_until_it_is_asked_for_and_keeps_the_focus(
    person: People, service: Service, others: Visitor
) -> None:
    mine = act(service, "handler", "North")
    dispatcher = person("dispatcher").go("/board/")
    page = dispatcher.page
    row(page, mine).focus()
    before = remembered(page, mine)
    graded(others, mine, "scheduled")
    new = act(service, "handler", "North")
    expect(waits(page)).to_contain_text("2 changes wait")
    expect(page.locator("[data-waiting] [role=status]")).to_have_count(1)
    assert stands_at(page) == pytest.approx(before, abs=1)
    expect(row(page, mine)).to_be_focused()
    page.keyboard.press(".")
    expect(row(page, mine)).to_contain_text("Scheduled")
    expect(row(page, mine)).to_be_focused()
    expect(row(page, new)).to_have_count(1)
    expect(waits(page)).to_be_hidden()
    assert dispatcher.complaints == []


def test_a_row_that_closed_stays_struck_out_under_the_pointer_and_then_goes(
    person: People, service: Service, others: Visitor
) -> None:
    mine = act(service, "handler", "North")
    graded(others, mine, "resolution")
    page = person("dispatcher").go("/board/").page
    page.wait_for_function(SETTLED)
    row(page, mine).hover()
    before = remembered(page, mine)
    others.post(f"/incidents/{mine}/area", key=str(uuid.uuid4()), area="South")  # out of this dispatcher's sight
    expect(row(page, mine)).to_have_class("is-gone")
    assert stands_at(page) == pytest.approx(before, abs=1)
    page.mouse.move(5, 5)
    expect(row(page, mine)).to_have_count(0)


@pytest.mark.long
def test_a_board_seen_as_a_team_s_follows_by_itself_and_shows_no_other(
    person: People, service: Service, others: Visitor
) -> None:
    theirs = act(service, "stranger", "South")
    fim = person("fim").go("/board/")
    page = fim.page
    page.get_by_label("Team").select_option(label="Team B")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**team=*")
    expect(row(page, theirs)).to_have_count(1)
    new, another = act(service, "stranger", "South"), act(service, "handler", "South")
    expect(row(page, new)).to_have_count(1, timeout=15_000)
    expect(row(page, another)).to_have_count(0)
    shown = page.locator('[data-counter="open"]')
    expect(shown).to_have_attribute("data-value", str(page.locator("tbody tr").count()))
    assert fim.axe() == []
    assert fim.complaints == []

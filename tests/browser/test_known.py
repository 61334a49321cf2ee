"""A place typed with a slip, settled by keyboard: children known, the marker and the earlier contact come up at once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Person, Service

pytestmark = pytest.mark.browser

SCENE = """
import django; django.setup()
from goldthread.accounts.models import Staff
from goldthread.contact.people_models import Place, Street
from tests import known_world as world
from tests.cast import assess, closed, graded, opened, say, Cast
from goldthread.contact import actions, known_actions as known
from goldthread.response import actions as response
from goldthread.response.models import Unit
from tests.cast import key
if not Street.objects.filter(plain="hazelmere road").exists():
    handler, stranger, dispatcher = (Staff.objects.select_related("team").get(username=one) for one in ("handler", "stranger", "dispatcher"))
    road = world.street("Hazelmere Road")
    place = world.place(road, "14")
    for area in ("North", "East", "South"):
        world.place(world.street("Chapel Street", area), "7")
    mother = world.person("Shannon Fosberry", world.years_ago(31), place, "07700 900417")
    man = world.person("Darren Thorogood", world.years_ago(40), place)
    world.person("Mia Fosberry", world.years_ago(6), place)
    world.person("Theo Fosberry", world.years_ago(3), place)
    world.marker(man, "violent", "Has resisted arrest when drunk.", review_in=-40)
    world.marker(place, "dog", "Large dog, loose in the yard.", review_in=90)
    before = opened(stranger, area="North")
    say(stranger, before, "kids crying upstairs then gone quiet, not seen mum since saturday")
    world.settled_on(stranger, before, place)
    graded(stranger, before)
    other = opened(stranger, area="North")
    world.settled_on(stranger, other, place)
    world.from_number(stranger, other, "07700 900417")
    graded(stranger, other, "scheduled")
    unit = Unit.objects.get(call_sign="NA21")
    sent = response.allocate(dispatcher, other.pk, key=key(), unit_id=unit.pk)
    response.record_arrival(dispatcher, other.pk, key=key(), allocation_id=sent.pk, source="officer")
    assess(stranger, other)
    response.close(Staff.objects.get(username="fim"), other.pk, key=key(), reason="attended-resolved", result="All seen and well.")
"""


@pytest.fixture(scope="module")
def scene(service: Service) -> Service:
    subprocess.run([sys.executable, "-c", SCENE], env=service.database.env, check=True)
    return service


def test_a_slip_in_the_address_a_key_and_everything_known_is_there(
    person: Callable[..., Person], scene: Service
) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    where = page.get_by_label("Where", exact=True)
    where.press_sequentially("14 hazlemere rd")
    expect(page.locator(".suggest [role=option]", has_text="14 Hazelmere Road, North")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("Arrow down to choose")
    expect(where).to_have_attribute("aria-expanded", "true")
    assert handler.axe() == []
    where.press("ArrowDown")
    expect(where).to_have_attribute("aria-activedescendant", re.compile("suggestions-1"))
    where.press("Enter")

    known = page.locator("#known")
    expect(known).to_contain_text("children known: 2")
    expect(known).to_contain_text("Theo Fosberry, 3")
    expect(known).to_contain_text("2 contacts in 12 months")
    expect(known).to_contain_text("Violence towards police")
    expect(known).to_contain_text("review overdue since")
    expect(where).to_be_focused()
    expect(where).to_have_value("14 Hazelmere Road")
    expect(page.locator("#particulars")).to_contain_text("14 Hazelmere Road")
    expect(known.locator("[data-state=not_searched]")).to_have_count(2)

    # The number, in another notation, is searched when its field is left.
    number = page.get_by_label("Caller's number")
    number.fill("+44 (0)7700-900417")
    number.press("Tab")
    expect(known).to_contain_text("07700 900417")
    expect(known.locator("[data-state=not_searched]")).to_have_count(1)

    # Asked: none does not agree with what is known.
    page.keyboard.press("Alt+c")
    page.locator("#panel-children").get_by_role("button", name="Asked: none").click()
    expect(known.get_by_role("alert")).to_contain_text("2 children are known at this address")
    expect(page.locator("#ribbon")).to_contain_text("possible")

    # The same matter by one chord while typing; the open one comes first.
    typing = page.get_by_label("What is said or heard")
    typing.fill("same as before, ")
    typing.press("Alt+m")
    expect(known.get_by_role("heading", name="Linked")).to_be_visible()
    expect(known).to_contain_text("gone quiet")
    expect(typing).to_have_value("same as before, ")
    assert handler.axe() == []
    assert handler.complaints == []


def test_escape_closes_the_list_and_what_is_left_unsettled_is_on_record(
    person: Callable[..., Person], scene: Service
) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    where = page.get_by_label("Where", exact=True)
    where.press_sequentially("7 chapel st")
    expect(page.locator(".suggest:not([hidden]) [role=option]")).to_have_count(3)
    where.press("Escape")
    expect(page.locator(".suggest:not([hidden]) [role=option]")).to_have_count(0)
    expect(where).to_have_value("7 chapel st")
    where.press("Tab")
    known = page.locator("#known")
    expect(known).to_contain_text("3 found, none chosen")
    known.get_by_role("button", name="7 Chapel Street, East").click()
    expect(known.locator("[data-state=settled]")).to_contain_text("7 Chapel Street")

    # A name nobody bears, then a date of birth still to come, then the person as they are.
    known.get_by_label("Search for a name").fill("Orla Fenwick")
    known.get_by_label("Search for a name").press("Enter")
    expect(known).to_contain_text("no trace")
    known.locator("summary", has_text="Record somebody new").click()
    known.get_by_role("textbox", name="Name", exact=True).fill("Orla Fenwick")
    born = known.get_by_label("Date of birth, if known")
    born.fill("01/01/2999")
    born.press("Enter")
    expect(known).to_contain_text("in the future")
    expect(known.get_by_role("textbox", name="Name", exact=True)).to_have_value("Orla Fenwick")
    known.get_by_label("Date of birth, if known").fill("03/11/2019")
    known.get_by_role("button", name="Record and settle").click()
    expect(known.locator("[data-card^=person]")).to_contain_text("Orla Fenwick")
    reference = page.locator("[data-reference]").inner_text()
    with psycopg.connect(scene.database.owner_url) as database:
        found = database.execute(
            "SELECT kind, outcome, found FROM contact_lookup l JOIN contact_incident i ON i.id = l.incident_id "
            "WHERE reference = %s ORDER BY l.id", [reference],
        ).fetchall()  # fmt: skip
    assert found == [("place", "found", 3), ("place", "settled", 1), ("person", "none", 0), ("person", "settled", 0)]
    assert [one for one in handler.complaints if "422" not in one] == []


@pytest.mark.long
def test_a_link_made_while_the_column_is_drawn_anew_shows(person: Callable[..., Person], scene: Service) -> None:
    handler = person("handler").go("/")
    page = handler.page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    where = page.get_by_label("Where", exact=True)
    where.press_sequentially("14 hazelmere rd")
    expect(page.locator(".suggest [role=option]", has_text="14 Hazelmere Road, North")).to_be_visible()
    where.press("ArrowDown")
    where.press("Enter")
    known = page.locator("#known")
    expect(known).to_contain_text("contacts in 12 months")

    # The column is asked for anew, and its answer is on the way when the chord is pressed: first the old column arrives.
    held: list[Route] = []
    page.route("**/known/", lambda route: held.append(route))
    page.evaluate("document.dispatchEvent(new CustomEvent('goldthread:known-changed'))")
    page.wait_for_timeout(200)
    assert len(held) == 1
    before = held[0].fetch()
    page.get_by_label("What is said or heard").press("Alt+m")
    expect(known.get_by_role("heading", name="Linked")).to_be_visible()
    held[0].fulfill(response=before)
    page.wait_for_timeout(300)
    assert len(held) == 2, "what was drawn before the link is asked for again"
    held[1].continue_()
    page.wait_for_timeout(300)
    expect(known.get_by_role("heading", name="Linked")).to_be_visible()
    assert handler.complaints == []


def test_the_next_contact_is_one_chord_away_while_typing(person: Callable[..., Person], scene: Service) -> None:
    handler = person("handler").go("/")
    handler.page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    first = handler.page.url
    handler.page.get_by_label("What is said or heard").press("Alt+Shift+n")
    handler.page.wait_for_url(lambda url: "/contact/" in url and url != first)
    expect(handler.page.get_by_label("Where", exact=True)).to_be_focused()

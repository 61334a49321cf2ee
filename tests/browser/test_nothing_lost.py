"""Whatever dies while somebody types, nothing older than a second is lost, and it is offered back to them alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import Person, _free_port
from tests.conftest import Database, _copy

pytestmark = pytest.mark.browser
SAID = "kids crying upstairs then gone quiet, not seen mum since sat"
SAVED = re.compile(r"saved \d\d:\d\d:\d\d")
BOX = "What is said or heard"


class Mortal:
    """Pages that may be killed and started again on the same address and database."""

    def __init__(self, made: Database) -> None:
        self.port = _free_port()
        self.base = f"http://localhost:{self.port}"
        self._env = {**made.env, "GOLDTHREAD_PORT": str(self.port)}
        cast = "import django; django.setup(); from tests.cast import make_cast; make_cast()"
        subprocess.run([sys.executable, "-c", cast], env=self._env, check=True)
        self.start()

    def start(self) -> None:
        """Start the pages and wait until they answer."""
        command = [sys.executable, "-m", "granian", "--log-level", "warning", "--interface", "wsgi", "--port", str(self.port),
                   "--blocking-threads", "4", "--backpressure", "64", "goldthread.config.wsgi:application"]  # fmt: skip
        self._process = subprocess.Popen(command, env=self._env, start_new_session=True)
        for _ in range(600):
            with suppress(OSError), urllib.request.urlopen(f"{self.base}/healthz", timeout=5):
                return
            time.sleep(0.1)
        pytest.fail("the pages did not answer")

    def kill(self) -> None:
        """End every process of the pages at once, as kill -9 does."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(15)


@pytest.fixture(scope="module")
def mortal(cluster: Database, template: str, worker_id: str) -> Iterator[Mortal]:
    """Pages of this module's own."""
    with _copy(cluster, template, f"mortal_{worker_id}_{os.getpid()}") as made:
        pages = Mortal(made)
        yield pages
        pages.kill()


@pytest.fixture
def handler(mortal: Mortal, chromium: Browser) -> Iterator[Person]:
    """A handler at a browser."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080})
    yield Person(context.new_page(), mortal.base).enter("handler").go("/")
    context.close()


def saved(person: Person) -> None:
    expect(person.page.locator("[data-saved]")).to_have_text(SAVED, timeout=15_000)


def typed(person: Person, text: str) -> None:
    box = person.page.get_by_label(BOX)
    box.press_sequentially(text)
    person.page.locator("[data-reference]").wait_for()


def test_a_killed_tab_costs_nothing(handler: Person) -> None:
    typed(handler, SAID)
    saved(handler)
    address = handler.page.url
    context = handler.page.context
    handler.page.close()
    again = context.new_page()
    again.goto(address)
    expect(again.get_by_label(BOX)).to_have_value(SAID)
    expect(again.locator("#noticed .mark").first).to_be_visible()


def test_a_killed_server_is_told_within_two_seconds_and_costs_nothing(mortal: Mortal, handler: Person) -> None:
    typed(handler, "kids crying upstairs")
    saved(handler)
    mortal.kill()
    killed = time.monotonic()
    expect(handler.page.locator("#reach")).to_be_visible(timeout=10_000)
    assert time.monotonic() - killed < 5  # the machine of a test is busy; the page asks every second and a half
    handler.page.get_by_label(BOX).press_sequentially(" then gone quiet")
    expect(handler.page.locator("#reach")).to_contain_text("kept in this browser")
    mortal.start()
    expect(handler.page.locator("#reach")).to_be_hidden(timeout=15_000)
    saved(handler)
    handler.page.reload()
    expect(handler.page.get_by_label(BOX)).to_have_value("kids crying upstairs then gone quiet")


@pytest.mark.long
def test_what_was_typed_while_the_server_was_down_survives_the_tab_too(mortal: Mortal, handler: Person) -> None:
    typed(handler, "kids crying")
    saved(handler)
    address, context = handler.page.url, handler.page.context
    mortal.kill()
    handler.page.get_by_label(BOX).press_sequentially(" and screaming")
    expect(handler.page.locator("[data-saved]")).to_have_text("kept in this browser only", timeout=15_000)
    handler.page.close()
    mortal.start()
    again = context.new_page()
    again.goto(address)
    expect(again.get_by_label(BOX)).to_have_value("kids crying and screaming")


def test_a_lost_network_is_told_and_costs_nothing(handler: Person) -> None:
    typed(handler, "kids crying")
    handler.page.context.set_offline(True)
    handler.page.get_by_label(BOX).press_sequentially(" upstairs")
    expect(handler.page.locator("#reach")).to_be_visible(timeout=10_000)
    handler.page.context.set_offline(False)
    expect(handler.page.locator("#reach")).to_be_hidden(timeout=15_000)
    saved(handler)
    handler.page.reload()
    expect(handler.page.get_by_label(BOX)).to_have_value("kids crying upstairs")


@pytest.mark.long
def test_a_late_answer_never_puts_the_browsers_copy_back(handler: Person) -> None:
    typed(handler, "kids")
    saved(handler)
    handler.page.clock.install()
    handler.page.clock.pause_at(handler.page.evaluate("Date.now()") + 1000)  # no timer runs: only answers arrive
    waiting: list[Route] = []
    handler.page.route("**/typing", lambda route: waiting.append(route))
    box = handler.page.get_by_label(BOX)
    box.press_sequentially(" crying")
    handler.page.clock.run_for(1_000)
    handler.page.wait_for_timeout(200)
    assert waiting, "the page saves what was typed"
    box.press_sequentially(" upstairs")
    with handler.page.expect_response("**/typing"):
        waiting[0].continue_()
    address, context = handler.page.url, handler.page.context
    handler.page.wait_for_timeout(200)
    handler.page.close()
    again = context.new_page()
    again.goto(address)
    expect(again.get_by_label(BOX)).to_have_value("kids crying upstairs")
    expect(again.locator("#draft-conflict")).to_be_hidden()


def test_two_windows_are_shown_side_by_side_and_both_texts_are_kept(handler: Person) -> None:
    typed(handler, "first window")
    saved(handler)
    other = handler.page.context.new_page()
    other.goto(handler.page.url)
    expect(other.get_by_label(BOX)).to_have_value("first window")
    handler.page.get_by_label(BOX).press_sequentially(" goes on")
    saved(handler)
    handler.page.wait_for_timeout(1_500)
    other.get_by_label(BOX).press_sequentially(" says otherwise")
    conflict = other.locator("#draft-conflict")
    expect(conflict).to_contain_text("first window goes on", timeout=10_000)
    expect(conflict).to_contain_text("first window says otherwise")
    other.reload()
    expect(conflict).to_contain_text("first window goes on")
    expect(conflict).to_contain_text("first window says otherwise")
    conflict.get_by_role("button", name="Go on with that").click()
    expect(other.get_by_label(BOX)).to_have_value("first window goes on")


@pytest.mark.long
def test_signing_out_keeps_it_for_the_same_person_alone(mortal: Mortal, handler: Person) -> None:
    typed(handler, SAID)
    saved(handler)
    address = handler.page.url
    kept = handler.page.evaluate(
        "Object.entries(localStorage).filter(([name]) => name.startsWith('goldthread-draft')).map(([, v]) => v).join()"
    )
    assert kept
    assert "crying" not in kept
    handler.page.goto(f"{mortal.base}/accounts/logout/")
    handler.page.get_by_role("main").get_by_role("button", name=re.compile("Sign out")).first.click()
    handler.page.wait_for_url("**/accounts/login/**")
    mate = Person(handler.page, mortal.base).sign_in("teammate")
    mate.page.goto(address)
    expect(mate.page.get_by_label(BOX)).to_have_value("")
    mate.page.goto(f"{mortal.base}/accounts/logout/")
    mate.page.get_by_role("main").get_by_role("button", name=re.compile("Sign out")).first.click()
    mate.page.wait_for_url("**/accounts/login/**")
    again = Person(mate.page, mortal.base).sign_in("handler")
    again.page.goto(address)
    expect(again.page.get_by_label(BOX)).to_have_value(SAID)


@pytest.mark.long
def test_sent_words_are_not_offered_again_after_a_kill(mortal: Mortal, handler: Person) -> None:
    typed(handler, SAID)
    handler.page.get_by_label(BOX).press("Control+Enter")
    expect(handler.page.locator("#said")).to_contain_text("gone quiet")
    mortal.kill()
    mortal.start()
    handler.page.reload()
    expect(handler.page.get_by_label(BOX)).to_have_value("")
    expect(handler.page.locator("#said mark").first).to_be_visible()


def test_a_place_that_is_being_typed_survives_and_is_on_record_when_it_comes_back(handler: Person) -> None:
    where = handler.page.get_by_label("Where", exact=True)
    where.press_sequentially("14 Larch Ro")
    handler.page.locator("[data-reference]").wait_for()
    saved(handler)
    address, context = handler.page.url, handler.page.context
    handler.page.close()
    again = context.new_page()
    again.goto(address)
    expect(again.get_by_label("Where", exact=True)).to_have_value("14 Larch Ro")
    expect(again.locator("[data-stands=location]")).to_contain_text("14 Larch Ro")


def test_what_is_on_record_stands_in_the_fields_after_a_reload(handler: Person) -> None:
    page = handler.page
    page.locator("#opening").get_by_label("Came in by").select_option("101")
    page.get_by_label("Where", exact=True).press_sequentially("14 Larch Road")
    page.locator("#opening").get_by_label("Area").select_option("North")
    page.get_by_label("Caller's name").press_sequentially("Ann Amber")
    page.get_by_label("Caller's name").press("Tab")
    expect(page.locator("[data-stands=caller_name]")).to_have_text(re.compile("Ann Amber"))
    expect(page.locator("#opening").get_by_label("Came in by")).to_be_disabled()
    page.reload()
    expect(page.get_by_label("Where", exact=True)).to_have_value("14 Larch Road")
    expect(page.get_by_label("Caller's name")).to_have_value("Ann Amber")
    expect(page.locator("#opening").get_by_label("Area")).to_have_value("North")
    expect(page.locator("#opening").get_by_label("Came in by")).to_have_value("101")
    expect(page.locator("#live")).not_to_contain_text("What you had typed is back.")


def test_what_is_typed_while_words_are_on_their_way_stays_in_the_box(handler: Person) -> None:
    typed(handler, SAID)
    held: list[Route] = []
    handler.page.route("**/words", lambda route: held.append(route))
    box = handler.page.get_by_label(BOX)
    box.press("Control+Enter")
    box.press_sequentially(" he is back")
    handler.page.wait_for_timeout(300)
    assert len(held) == 1
    held[0].continue_()
    expect(handler.page.locator("#said")).to_contain_text("gone quiet")
    expect(box).to_have_value(" he is back")
    expect(box).to_be_focused()
    box.press_sequentially(" now")
    expect(box).to_have_value(" he is back now")
    expect(handler.page.locator("#said")).not_to_contain_text("he is back")

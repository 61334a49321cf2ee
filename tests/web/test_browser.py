"""The shell's scripts in a real browser, on the gallery's pages opened as files: no server, no network."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

HERE = Path(__file__).resolve().parent
BUILT = HERE.parents[1] / "src/goldthread/web/static/built/web.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not BUILT.exists(), reason="needs the built styles: python tools/build_assets.py"),
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    subprocess.run([sys.executable, HERE / "gallery.py", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    yield context.new_page()
    context.close()


def open_page(page: Page, gallery: Path, name: str) -> Page:
    page.goto((gallery / f"{name}.html").as_uri())
    return page


def test_two_letters_in_sequence_open_a_page(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "board-light").keyboard.press("g")
    page.keyboard.press("n")
    assert page.url.endswith("#g%20n")


def test_letters_typed_in_a_text_field_stay_text(page: Page, gallery: Path) -> None:
    box = open_page(page, gallery, "room-light").locator("#type")
    box.fill("")
    box.press_sequentially("g n?/")
    expect(box).to_have_value("g n?/")
    assert "#" not in page.url
    expect(page.locator("#keys")).not_to_be_visible()


def test_a_held_chord_acts_while_typing_and_leaves_the_caret(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "room-light")
    page.evaluate(
        "document.querySelector('[data-key=\"alt+2\"]').addEventListener('click', () => { window.pressed = true })"
    )
    box = page.locator("#type")
    box.fill("gone quiet")
    box.evaluate("box => box.setSelectionRange(4, 4)")
    page.keyboard.press("Alt+2")
    assert page.evaluate("window.pressed")
    expect(box).to_be_focused()
    expect(box).to_have_value("gone quiet")
    assert box.evaluate("box => box.selectionStart") == 4


def test_slash_goes_to_search(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "board-light").keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    expect(page.locator("#q")).to_have_value("")


def test_a_key_of_a_row_acts_only_while_the_row_has_the_focus(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "board-light")
    page.evaluate(
        "for (const link of document.querySelectorAll('tr .board__main')) { link.dataset.key = 'o' }",
    )
    page.keyboard.press("o")
    assert "#" not in page.url
    page.locator("tbody tr").nth(2).focus()
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile("#2$"))  # going there takes a moment


def test_the_question_mark_lists_every_key_and_escape_closes(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "room-light").keyboard.press("?")
    sheet = page.locator("#keys")
    expect(sheet).to_be_visible()
    expect(sheet.locator("dl")).to_contain_text("New contact")
    expect(sheet.locator("dl")).to_contain_text("Noted")
    page.keyboard.press("Escape")
    expect(sheet).not_to_be_visible()


def test_single_letters_can_be_switched_off(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "board-light").keyboard.press("?")
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()


def test_escape_closes_the_menu_and_gives_the_focus_back(page: Page, gallery: Path) -> None:
    summary = open_page(page, gallery, "board-light").locator(".menu summary")
    summary.click()
    expect(page.locator(".menu__panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu__panel")).not_to_be_visible()
    expect(summary).to_be_focused()


def test_the_choice_of_colours_is_kept(page: Page, gallery: Path) -> None:
    open_page(page, gallery, "board-light").locator(".menu summary").click()
    page.get_by_label("Dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("localStorage.getItem('goldthread-theme')") == "dark"
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(13, 19, 25)"


def test_a_running_clock_follows_the_server_s_time(page: Page, gallery: Path) -> None:
    page.clock.install()
    clock = open_page(page, gallery, "parts-light").locator(".clockbar[data-since]")
    expect(clock.locator(".clockbar__text")).to_have_text("52:48 left")
    page.clock.run_for(52 * 60_000 + 60_000)
    expect(clock).to_have_class("clockbar clockbar--over")
    expect(clock.locator(".clockbar__text")).to_have_text("+00:12 over")


def test_time_ago_moves_on_by_itself(page: Page, gallery: Path) -> None:
    page.clock.install()
    told = open_page(page, gallery, "parts-light").locator("[data-ago]").first
    expect(told).to_have_text("12 min ago")
    page.clock.run_for(3 * 60_000)
    expect(told).to_have_text("15 min ago")


def test_a_lost_connection_is_said_and_unsaid(page: Page, gallery: Path) -> None:
    lost = open_page(page, gallery, "board-light").locator('[data-connection="lost"]')
    expect(lost).not_to_be_visible()
    page.evaluate("document.dispatchEvent(new CustomEvent('goldthread:connection', {detail: {state: 'lost'}}))")
    expect(lost).to_be_visible()
    expect(lost).to_contain_text("since 02:21")
    page.evaluate("document.dispatchEvent(new CustomEvent('goldthread:connection', {detail: {state: 'live'}}))")
    expect(lost).not_to_be_visible()


@pytest.mark.parametrize("width", [1920, 1280])
def test_a_room_page_fills_the_screen_and_only_its_columns_scroll(page: Page, gallery: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1080 if width == 1920 else 800})
    open_page(page, gallery, "room-light")
    size = page.evaluate(
        "[document.documentElement.scrollHeight, innerHeight, document.documentElement.scrollWidth, innerWidth]"
    )
    assert size[0] == size[1]
    assert size[2] == size[3]


@pytest.mark.parametrize("name", ["parts", "room", "board", "login", "error-500"])
def test_a_page_at_four_hundred_per_cent_scrolls_one_way_only(page: Page, gallery: Path, name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 256})
    open_page(page, gallery, f"{name}-light")
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0


@pytest.mark.parametrize("name", ["parts", "room", "board", "login", "totp", "security", "error-404"])
def test_no_text_is_smaller_than_fourteen_pixels(page: Page, gallery: Path, name: str) -> None:
    open_page(page, gallery, f"{name}-light")
    small = page.evaluate(
        """[...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
            && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
            && parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []

"""Every page, light and dark, large and small: no accessibility fault, no complaint, nothing that scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = pytest.mark.browser

PAGES = [
    ("handler", "/contact/"),
    ("handler", "/incidents/"),
    ("handler", "/incidents/find?q=9999"),
    ("handler", "/inbox/"),
    ("handler", "/inbox/add"),
    ("handler", "/contact/earlier"),
    (None, "/forms/thrive"),
    ("handler", "/board/"),
    ("handler", "/nowhere/"),
    pytest.param("handler", "/reference/api/", marks=pytest.mark.long),
    ("fim", "/supervision/"),
    ("fim", "/supervision/team"),
    ("supervisor", "/supervision/quality/"),
    ("handler", "/supervision/notes/"),
    ("handler", "/audit/"),
    ("vast", "/look-back/"),
    ("supervisor", "/look-back/runs/"),
    ("handler", "/look-back/"),
    ("dispatcher", "/board/"),
    ("dispatcher", "/units/"),
    ("handler", "/shift/"),
    ("fim", "/board/wall"),
    ("fim", "/measures/"),
    ("fim", "/measures/children-asked/"),
    ("pcc", "/measures/"),
    ("qa", "/home/"),
    ("auditor", "/audit/"),
    ("handler", "/accounts/password/change/"),
    ("handler", "/accounts/2fa/"),
    (None, "/accounts/login/"),
]
HARMLESS = "Failed to load resource"  # the browser's own note of a page answered with 403 or 404


@pytest.mark.parametrize(("username", "path"), PAGES, ids=lambda one: str(one))
def test_page_is_accessible_in_both_themes_and_sizes(
    person: Callable[..., Person], username: str | None, path: str
) -> None:
    for dark, size in ((False, (1920, 1080)), (True, (1280, 800))):
        visitor = person(username, dark=dark, size=size).go(path)
        assert visitor.axe() == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert [said for said in visitor.complaints if HARMLESS not in said] == []


def test_live_incident_and_board_with_rows_are_accessible(person: Callable[..., Person]) -> None:
    for dark, size in ((False, (1920, 1080)), (True, (1280, 800))):
        handler = person("handler", dark=dark, size=size).go("/contact/")
        handler.page.get_by_label("What is said or heard").fill(
            "bairn crying nxt dr, no wpns mentioned, ex threatening to come back"
        )
        handler.page.keyboard.press("Control+Enter")
        handler.page.locator("#noticed .mark").first.wait_for()
        handler.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        assert handler.axe() == []
        assert handler.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert handler.complaints == []
        board = person("fim", dark=dark, size=size).go("/board/")
        board.page.locator("tbody tr").first.wait_for()
        assert board.axe() == []
        assert board.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_team_with_two_live_calls_of_one_handler_is_accessible(person: Callable[..., Person]) -> None:
    handler = person("handler")
    for said in ("Shouting heard next door, a bairn lives there", "Boy of 9 alone at the bus station"):
        page = handler.go("/contact/").page
        page.get_by_label("What is said or heard").fill(said)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_contain_text(said.split()[0])
        with page.expect_response(lambda one: one.url.endswith("/typing") and one.ok):
            page.get_by_label("What is said or heard").fill("and now the line is quiet")
    for dark, size in ((False, (1920, 1080)), (True, (1280, 800))):
        team = person("fim", dark=dark, size=size).go("/supervision/team")
        assert team.page.locator(".sv-call").count() > 1
        assert team.axe() == []

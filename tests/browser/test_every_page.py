"""Every page, light and dark, large and small: no accessibility fault, no complaint, nothing that scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person

pytestmark = pytest.mark.browser

PAGES: list[tuple[str | None, list[str]]] = [
    (None, ["/forms/thrive", "/accounts/login/"]),
    ("handler", ["/contact/", "/contact/earlier", "/incidents/", "/incidents/find?q=9999", "/board/", "/nowhere/"]),
    (
        "handler",
        [
            "/inbox/",
            "/inbox/add",
            "/audit/",
            "/look-back/",
            "/shift/",
            "/supervision/notes/",
            "/meetings/",
            "/meetings/mine",
            "/on-call/",
        ],
    ),
    ("handler", ["/accounts/password/change/", "/accounts/2fa/"]),
    ("dispatcher", ["/board/", "/units/"]),
    ("fim", ["/supervision/", "/supervision/team", "/board/wall", "/measures/", "/measures/children-asked/"]),
    ("supervisor", ["/look-back/runs/", "/supervision/quality/", "/acting/", "/on-call/", "/meetings/"]),
    ("vast", ["/look-back/", "/safeguarding/"]),
    ("qa", ["/home/", "/quality/"]),
    ("handler", ["/quality/feedback/"]),
    (
        "silver",
        [
            "/governance/",
            "/governance/figures/",
            "/learning/standing/",
            "/governance/figures/children-asked/",
            "/governance/packs/",
            "/governance/packs/draft/silver/",
        ],
    ),
    ("pcc", ["/commissioner/", "/commissioner/tables/first-contact/"]),
    ("auditor", ["/audit/", "/retention/"]),
]
LONG = pytest.param("handler", ["/reference/api/"], marks=pytest.mark.long)
Look = tuple[bool, tuple[int, int]]
LOOKS: tuple[Look, ...] = ((False, (1920, 1080)), (True, (1280, 800)))
"""Dark or light, and the size of the window."""
WIDEST = """() => [...document.querySelectorAll("main *")].filter((e) => !e.closest(".board-frame > *"))
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right).slice(0, 3).map((e) => e.outerHTML.slice(0, 90))"""
"""What lies furthest over the side."""
HARMLESS = "Failed to load resource"  # the browser's own note of a page answered with 403 or 404


def _faults(visitor: Person, looks: tuple[Look, ...] = LOOKS) -> list[str]:
    """What is wrong with the page as it stands, in both themes and sizes unless told; it is loaded once."""
    faults: list[str] = []
    for dark, size in looks:
        visitor.look(dark=dark, size=size)
        faults += visitor.axe()
        if not visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            faults.append(f"scrolls sideways at {size}: {visitor.page.evaluate(WIDEST)}")
    faults += visitor.complaints
    visitor.complaints.clear()
    return faults


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize(("username", "paths"), [*PAGES, LONG], ids=lambda one: one if isinstance(one, str) else None)
def test_pages_are_accessible_in_both_themes_and_sizes(
    person: Callable[..., Person], username: str | None, paths: list[str], whole: bool
) -> None:
    """A plain run looks at one page light and large and at the next dark and small; ``make test-long`` at each both ways."""
    visitor, found = person(username), {}
    for nth, path in enumerate(paths):
        looks = LOOKS if whole else (LOOKS[nth % 2],)
        found[path] = [one for one in _faults(visitor.go(path), looks) if HARMLESS not in one]
    assert not any(found.values()), found


def test_a_failure_tells_everything_in_one_place(person: Callable[..., Person]) -> None:
    page = person("handler").go("/nowhere/").page
    whole, said = (page.locator(one).bounding_box() for one in ("#error", "#error dl"))
    assert whole
    assert said
    assert whole["y"] <= said["y"]
    assert said["y"] + said["height"] <= whole["y"] + whole["height"]


def test_live_incident_and_board_with_rows_are_accessible(person: Callable[..., Person]) -> None:
    handler = person("handler").go("/contact/")
    handler.page.get_by_label("What is said or heard").fill(
        "bairn crying nxt dr, no wpns mentioned, ex threatening to come back"
    )
    handler.page.keyboard.press("Control+Enter")
    handler.page.locator("#noticed .mark").first.wait_for()
    handler.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert _faults(handler) == []
    board = person("fim").go("/board/")
    board.page.locator("tbody tr").first.wait_for()
    assert _faults(board) == []


def test_team_with_two_live_calls_of_one_handler_is_accessible(person: Callable[..., Person]) -> None:
    handler = person("handler")
    for said in ("Shouting heard next door, a bairn lives there", "Boy of 9 alone at the bus station"):
        page = handler.go("/contact/").page
        page.get_by_label("What is said or heard").fill(said)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#said")).to_contain_text(said.split()[0])
        with page.expect_response(lambda one: one.url.endswith("/typing") and one.ok):
            page.get_by_label("What is said or heard").fill("and now the line is quiet")
    team = person("fim").go("/supervision/team")
    assert team.page.locator(".sv-call").count() > 1
    assert _faults(team) == []

"""Make the pictures in ``docs/pictures`` from a running demo: ``python tools/pictures.py http://localhost:8000``."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from goldthread.demo.staff import DEMO_PASSWORD
from tools.find_chromium import find

HERE = Path(__file__).resolve().parent.parent / "docs" / "pictures"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SAID = (
    "inft states male nxt dr shouting at partner again, kids crying upstairs then gone quiet, "
    "not seen mum since sat, no wpns mentioned"
)


def main(base: str) -> int:
    """Take a call as the demo's handler, picture it, the boards that show it, the room's screen, the supervisors' desk and a meeting; light and dark."""
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=QUIET)
        handler = _signed_in(chromium, base, "handler", dark=False, size=(1920, 1080))
        handler.goto(f"{base}/contact/")
        handler.get_by_label("Where", exact=True).press_sequentially("14 Larch Rd")
        handler.locator(".suggest [role=option]").first.wait_for()
        handler.keyboard.press("ArrowDown")
        handler.keyboard.press("Enter")
        handler.locator("[data-state=settled]").wait_for()
        handler.keyboard.press("Alt+g")
        handler.keyboard.press("2")
        handler.locator("#ribbon", has_text="Priority").wait_for()
        handler.keyboard.press("Escape")
        handler.get_by_label("What is said or heard").fill(SAID)
        handler.locator("#noticed .mark").first.wait_for()
        handler.screenshot(path=HERE / "contact-light.png")
        handler.keyboard.press("Control+Enter")
        handler.locator("#grade-now .notice").wait_for()
        incident = handler.url.replace("/contact/", "/incidents/")
        for dark, size, name in ((False, (1920, 1080), "light"), (True, (1280, 800), "dark")):
            board = _signed_in(chromium, base, "fim", dark=dark, size=size)
            board.goto(f"{base}/board/")
            board.locator("tbody tr").first.wait_for()
            board.screenshot(path=HERE / f"board-{name}.png")
            board.goto(incident)
            board.screenshot(path=HERE / f"incident-{name}.png")
            board.goto(f"{base}/board/wall")
            board.screenshot(path=HERE / f"wall-{name}.png")
            board.goto(f"{base}/supervision/")
            board.screenshot(path=HERE / f"supervision-{name}.png")
            board.keyboard.press("n")
            board.locator(".sv-answers[data-ready]").wait_for()
            board.screenshot(path=HERE / f"review-{name}.png")
        _meeting(chromium, base)
        chromium.close()
    return 0


def _meeting(chromium: Browser, base: str) -> None:
    """Call a risk meeting, picture it as its chair has it, and its minutes when it has ended."""
    chair = _signed_in(chromium, base, "fim", dark=False, size=(1920, 1080))
    chair.goto(f"{base}/meetings/")
    chair.keyboard.press("1")
    chair.locator(".mt-line").wait_for()
    again = _signed_in(chromium, base, "fim", dark=True, size=(1280, 800))
    for kind in ("chair", "minutes"):
        if kind == "minutes":
            for key, said in (
                ("6", "Duty social worker rung: asks who has seen him since noon."),
                ("2", "Seen at her nan's."),
            ):
                line = chair.locator(".mt-line__head h2").inner_text()
                chair.keyboard.press(key)
                chair.get_by_label("What was decided, and why").fill(said)
                chair.keyboard.press("Control+Enter")
                chair.locator(".mt-line__head h2", has_not_text=line).wait_for()
            chair.keyboard.press("e")
            chair.keyboard.press("e")
            chair.get_by_role("heading", name="Not reached").wait_for()
        again.goto(chair.url)
        chair.screenshot(path=HERE / f"{kind}-light.png")
        again.screenshot(path=HERE / f"{kind}-dark.png")


def _signed_in(chromium: Browser, base: str, username: str, *, dark: bool, size: tuple[int, int]) -> Page:
    view: ViewportSize = {"width": size[0], "height": size[1]}
    page = chromium.new_context(viewport=view, color_scheme="dark" if dark else "light").new_page()
    page.goto(f"{base}/accounts/login/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"))

"""Make the pictures in ``docs/pictures`` from a running demo: ``python tools/pictures.py http://localhost:8000 [DATA]``.

``DATA`` is the demo's data folder, where its mail lies (``.goldthread`` unless given).
"""

from __future__ import annotations

import email
import re
import sys
import time
import uuid
from email.policy import default
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


def main(base: str, data: Path) -> int:
    """Take a call as the demo's handler, picture it, the boards that show it, the room's screen, the supervisors' desk and a meeting, and
    what follows for the child: VAST's desk, the officer's page, the partner's and the child's record; then the improvement plan; then a record
    to score, rates, what cohorts changed, a figure over time, Gold's meeting and pack, a table and the letter of section 55; light and dark.
    """
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
        _safeguarding(chromium, base, incident, handler, data / "mail")
        _plan(chromium, base)
        _answering(chromium, base)
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


LOOKS = (("light", False, (1920, 1080)), ("dark", True, (1280, 800)))
PHONE = (390, 844)


def _safeguarding(chromium: Browser, base: str, incident: str, handler: Page, mail: Path) -> None:
    """Name the children, send a unit, refer to VAST and to social care, and picture each page that comes of it."""
    key = incident.rstrip("/").rsplit("/", 1)[1]
    rows = {"child-TOTAL_FORMS": "2", "child-INITIAL_FORMS": "0"}
    for nth, (name, age) in enumerate((("Ella Fenwick", "6"), ("Tom", "3"))):
        rows |= {f"child-{nth}-name": name, f"child-{nth}-age": age, f"child-{nth}-where_now": "upstairs"}
        rows |= {f"child-{nth}-seen": "not_seen"}
    _send(handler, f"{incident}children", answer="named", **rows)
    room = _signed_in(chromium, base, "fim", dark=False, size=(1920, 1080))
    room.goto(incident)
    unit, at_door = room.locator("select[name=unit] option", has_text="NR11"), key
    if unit.count():
        _send(room, f"{incident}allocate", unit=unit.first.get_attribute("value") or "")
    else:  # it is with somebody: then that door is pictured
        room.goto(f"{base}/units/")
        there = room.locator("tr", has_text="NR11").locator("a[href^='/incidents/']").first.get_attribute("href") or ""
        at_door = there.rstrip("/").rsplit("/", 1)[1]
    for name, dark, _size in LOOKS:
        officer = _signed_in(chromium, base, "officer", dark=dark, size=PHONE)
        officer.goto(f"{base}/safeguarding/door/{at_door}/")
        officer.screenshot(path=HERE / f"door-{name}.png", full_page=True)
    vast = _signed_in(chromium, base, "vast", dark=False, size=(1920, 1080))
    _send(
        vast,
        f"{base}/safeguarding/incidents/{key}/vast",
        words="Two children upstairs, mother not seen since Saturday.",
    )
    vast.goto(f"{base}/safeguarding/incidents/{key}/refer?kind=social_care")
    vast.get_by_label("To", exact=True).select_option(index=1)
    for child in vast.locator("[name=children]").all():
        child.check()
    vast.get_by_label("Concern, and what you ask of them").fill(
        "Both children heard an assault. Please see them today."
    )
    if vast.locator("select[name=basis]").count():
        vast.locator("select[name=basis]").select_option(index=1)
    vast.keyboard.press("Alt+p")
    vast.get_by_role("button", name="Send it").click()
    vast.wait_for_url(re.compile("/safeguarding/referrals/"))
    referral = vast.url
    vast.goto(incident)
    vast.locator("#child-records a", has_text="make or find").first.click()
    vast.get_by_role("button", name="Make a record").click()
    vast.get_by_role("link", name="Open the record").click()
    vast.wait_for_url(re.compile("/safeguarding/children/[0-9a-f-]{36}/$"))
    record = vast.url
    for name, dark, size in LOOKS:
        seen = _signed_in(chromium, base, "vast", dark=dark, size=size)
        for what, address in (("vast-desk", f"{base}/safeguarding/"), ("referral", referral), ("child", record)):
            seen.goto(address)
            seen.screenshot(path=HERE / f"{what}-{name}.png")
        seen.goto(f"{base}/safeguarding/")
        seen.keyboard.press("n")
        seen.wait_for_url(re.compile("/concerns/"))
        seen.screenshot(path=HERE / f"concern-{name}.png")
    link = _newest(mail, r"https?://\S+/p/\S+")
    for name, dark, _size in LOOKS:
        partner = chromium.new_context(
            viewport={"width": PHONE[0], "height": PHONE[1]}, color_scheme="dark" if dark else "light"
        ).new_page()
        partner.goto(link)
        before = set(mail.glob("*.eml"))
        partner.get_by_role("button", name="Send me a code").click()
        partner.get_by_label("Code").fill(_newest(mail, r"\b\d{6}\b", before))
        partner.get_by_role("button", name="Open", exact=True).click()
        partner.get_by_role("article").wait_for()
        partner.screenshot(path=HERE / f"partner-{name}.png", full_page=True)


def _plan(chromium: Browser, base: str) -> None:
    """Picture the improvement plan, and the recommendation in it that re-opened."""
    for name, dark, size in LOOKS:
        keeper = _signed_in(chromium, base, "programme", dark=dark, size=size)
        keeper.goto(f"{base}/improvement/")
        keeper.screenshot(path=HERE / f"plan-{name}.png")
        keeper.get_by_role("link", name="re-opened by itself").first.click()
        keeper.get_by_role("heading", name="How it came to this").wait_for()
        keeper.screenshot(path=HERE / f"recommendation-{name}.png")


def _answering(chromium: Browser, base: str) -> None:
    """Call a board and issue its pack, and picture these with what they rest on, a table as published and a letter as issued."""
    gold = _signed_in(chromium, base, "gold", dark=False, size=(1920, 1080))
    gold.goto(f"{base}/governance/packs/draft/gold/")
    gold.get_by_role("button", name="Issue it").click()
    gold.wait_for_url(re.compile(r"/governance/packs/\d+/"))
    pack = gold.url.removeprefix(base)
    gold.goto(f"{base}/commissioner/")
    letter = gold.locator("main a[href*='/commissioner/letters/']").first.get_attribute("href") or ""
    gold.goto(f"{base}/meetings/")
    gold.locator("form", has=gold.locator("[name=kind][value=gold]")).locator("button[value=regular]").click()
    gold.locator(".mt-line").wait_for()
    board = gold.url.removeprefix(base)
    assessor = _signed_in(chromium, base, "qa", dark=False, size=(1920, 1080))
    assessor.goto(f"{base}/quality/")
    assessor.locator("form[action$='/quality/take'] button").click()
    assessor.wait_for_url(re.compile(r"/quality/records/\d+/"))
    shown = [
        ("qa", assessor.url.removeprefix(base), "score"), ("qalead", "/quality/rates/", "rates"), ("trainer", "/learning/effects/", "effects"),
        ("silver", "/governance/figures/children-asked/", "figure"), ("gold", pack, "pack"),
        ("gold", board, "boards"), ("silver", "/governance/", "governance"), ("pcc", "/commissioner/tables/first-contact/2/", "published"),
        ("pcc", letter, "letter"),
    ]  # fmt: skip
    for name, dark, size in LOOKS:
        for who, address, what in shown:
            page = _signed_in(chromium, base, who, dark=dark, size=size)
            page.goto(f"{base}{address}")
            page.screenshot(path=HERE / f"{what}-{name}.png")


def _send(page: Page, address: str, **form: str) -> None:
    """Send a form as this page's person. Raises ``ValueError`` where it is refused."""
    csrf = page.locator("body").get_attribute("data-csrf") or ""
    answer = page.request.post(
        address, form={"key": str(uuid.uuid4()), **form}, headers={"X-CSRFToken": csrf, "Referer": address}
    )
    if not answer.ok:
        raise ValueError(f"{address}: {answer.status}")


def _newest(mail: Path, what: str, before: set[Path] | None = None) -> str:
    """What stands in the newest message that there was not ``before``; waits for it."""
    for _ in range(600):
        found = sorted(set(mail.glob("*.eml")) - (before or set()), key=lambda one: one.stat().st_mtime)
        for one in reversed(found):
            text = email.message_from_bytes(one.read_bytes(), policy=default).get_content()
            if hit := re.search(what, text):
                return hit[0]
        time.sleep(0.5)
    raise ValueError(f"no message came to {mail}")


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
    asked = [*sys.argv[1:], *["http://localhost:8000", ".goldthread"][len(sys.argv) - 1 :]]
    sys.exit(main(asked[0], Path(asked[1])))

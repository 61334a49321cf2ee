"""Safeguarding's pages at the keyboard alone: every control is reached in the order of the page, is seen, and lets go again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, Service, served
from tests.browser.test_keys_alone import tabs_to
from tests.conftest import Database

pytestmark = pytest.mark.browser
People = Callable[..., Person]
Paths = dict[str, str]
SCENE = """
import json, types, django; django.setup()
from goldthread.accounts.models import Staff
from goldthread.response.models import Unit
from goldthread.safeguarding import concern_actions, protection_actions
from goldthread.safeguarding.protection_rules import Given
from tests.cast import attended, key
from tests.investigation.scenes import accepted, offered
from tests.safeguarding import children, concerns, episodes, referrals
people = {one.username.replace("-", "_"): one for one in Staff.objects.all()}
cast = types.SimpleNamespace(**people, unit=Unit.objects.get(call_sign="NA21"))
social = referrals.partner()
made = [referrals.with_children(cast, f"Mia Amber {nth}", "Kai Amber") for nth in range(5)]
for one in made:
    concern = concern_actions.refer(cast.handler, one.pk, key=key(), words="The third call from here this week.")
    referral = referrals.referred(cast.vast, one, social)
concerns.rate(cast, concern, "red", "She is alone with him now.")
taken = protection_actions.take(cast.vast, made[0].pk, key=key(), name="Eden Marsh", given=Given(taken_at=episodes.now()))
mia, kai = (children.child(cast.handler, "Mia Fenwick") for _ in range(2))
attended(cast, made[1])
print(json.dumps({
    "incident": str(made[0].pk), "door": str(made[1].pk), "concern": concern.pk, "referral": str(referral.pk),
    "protection": taken.pk, "episode": episodes.gone(cast).pk, "alike": children.pair(mia, kai).pk,
    "child": str(children.recorded(cast.vast, mia)), "in": "/".join(map(str, mia)),
    "investigation": str(accepted(cast).pk), "offer": offered(cast).pk,
}))
"""
DESK, PHONE = (1280, 480), (390, 844)
"""So low that lists and forms are longer than the window."""
PAGES = {
    "vast": (
        DESK, "",
        "/safeguarding/", "/safeguarding/concerns/{concern}/", "/safeguarding/referrals/", "/safeguarding/referrals/{referral}/",
        "/safeguarding/incidents/{incident}/refer?kind=social_care", "/safeguarding/children/", "/safeguarding/children/alike/{alike}/",
        "/safeguarding/children/in/{in}/", "/safeguarding/children/{child}/", "/safeguarding/children/{child}/sheet",
        "/safeguarding/missing", "/safeguarding/missing/open/{incident}", "/safeguarding/missing/{episode}",
        "/safeguarding/missing/places", "/safeguarding/protection", "/safeguarding/protection/take/{incident}",
        "/safeguarding/protection/{protection}", "/safeguarding/clocks",
    ),
    "officer": (PHONE, "dark", "/incidents/", "/safeguarding/door/{door}/", "/safeguarding/protection"),
    "investigator": (DESK, "dark", "/investigation/", "/investigation/{investigation}/"),
    "detective-sergeant": (DESK, "", "/investigation/offers/{offer}/", "/investigation/{investigation}/"),
    "auditor": (DESK, "dark", "/retention/"),
}  # fmt: skip
"""Who works there: their window, its theme, and what they walk."""
WALK = """() => {
  const can = "a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex]";
  const shut = (e) => { const box = e.parentElement.closest("details:not([open])"); return box && !(box === e.parentElement && e.tagName === "SUMMARY"); };
  const ringed = (style) => style.boxShadow !== "none" || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1;
  const name = (e) => `${e.tagName} ${(e.id || e.labels?.[0]?.textContent || e.textContent).trim().replace(/\\s+/g, " ").slice(0, 40)}`;
  window.stops = [...document.querySelectorAll(can)].filter((e) => {
    if (e.disabled || e.tabIndex < 0 || e.closest("[hidden], dialog:not([open])") || shut(e) || !e.checkVisibility({ visibilityProperty: true })) return false;
    if (e.type !== "radio") return true; // one of a group is reached: what is chosen, else the first
    const group = [...document.getElementsByName(e.name)].filter((one) => one.form === e.form);
    return e === (group.find((one) => one.checked) ?? group[0]);
  });
  const body = document.body; // as after a click on nothing: the next Tab begins at the top
  body.tabIndex = -1; body.focus(); body.removeAttribute("tabindex");
  window.where = () => {
    const e = document.activeElement;
    if (e === body) return null;
    const box = e.getClientRects()[0], label = e.nextElementSibling;
    const y = Math.max(box.top + Math.min(box.height / 2, 12), 1); // what is taller than the window is seen by a part of it
    const at = y < box.bottom && document.elementFromPoint(box.left + Math.min(box.width / 2, 20), y);
    const seen = at && (e.contains(at) || at.contains(e) || [...e.labels ?? []].some((one) => one.contains(at)));
    const ring = ringed(getComputedStyle(e)) || label && ringed(getComputedStyle(label, "::before"));
    const wrong = [!seen && "is covered or out of sight", !ring && "shows no ring"].filter(Boolean).join(", ");
    return { nth: stops.indexOf(e), wrong: wrong && `${name(e)} ${wrong}` };
  };
  return stops.map(name);
}"""


@pytest.fixture(scope="module")
def service(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """A service of its own: its lists hold what is here and nothing else."""
    with served(cluster, template, worker_id) as made:
        yield made


@pytest.fixture(scope="module")
def scene(service: Service) -> Paths:
    """What the addresses name: a concern with all that may come of it."""
    made = subprocess.run([sys.executable, "-c", SCENE], env=service.database.env, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr[-2000:]
    return {name: str(one) for name, one in json.loads(made.stdout.splitlines()[-1]).items()}


def opened(who: Person, path: str) -> Page:
    """The page once it is whole and answers to keys."""
    page = who.go(path).page
    if page.locator("[hx-trigger~=load]").count():
        page.wait_for_load_state("networkidle")
    if page.locator(".sv-answers").count():
        page.wait_for_selector(".sv-answers[data-ready]", state="attached")
    return page


def walked(page: Page, key: str, most: int) -> tuple[list[int], list[str]]:
    """The controls that this key comes to, until it leaves the page, and what is wrong with how they look."""
    met: list[int] = []
    wrong: list[str] = []
    for _ in range(most):
        page.keyboard.press(key)
        at = page.evaluate("where()")
        if at is None:
            return met, wrong
        if not met or at["nth"] != met[-1]:  # a date is one control with several stops
            met.append(at["nth"])
            wrong += [at["wrong"]] if at["wrong"] else []
    return met, [*wrong, f"{key} never leaves the page"]


def key_faults(page: Page) -> list[str]:
    """What is wrong for somebody who has keys alone, with everything of the page folded out."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    names = page.evaluate(WALK)
    assert len(names) > 5, page.url
    there, wrong = walked(page, "Tab", len(names) + 60)
    back, wrong_back = walked(page, "Shift+Tab", len(names) + 60)
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        wrong.append("scrolls sideways")
    missed = [name for number, name in enumerate(names) if number not in there]
    order = [] if there == sorted(there) and back == there[::-1] else ["the order is not that of the page"]
    return [*wrong, *wrong_back, *order, *(f"{one} is never reached" for one in missed)]


@pytest.mark.parametrize("username", PAGES)
def test_every_control_is_reached_in_order_and_seen_both_ways(person: People, scene: Paths, username: str) -> None:
    size, theme, *paths = PAGES[username]
    who = person(username, size=size, dark=theme == "dark")
    found: dict[str, list[str]] = {}
    for path in paths:
        found[path] = key_faults(opened(who, path.format(**scene)))
    assert not any(found.values()), found
    assert who.complaints == []


def test_the_row_one_is_on_is_ringed_in_two_tones_and_opened_by_enter(person: People, scene: Paths) -> None:
    """Yellow alone is not seen on white. A list whose rows carry only a link opens by Enter as its list of keys says."""
    page = opened(person("vast", size=DESK), "/safeguarding/protection")
    page.keyboard.press("j")
    dark = page.locator("tbody tr:focus").evaluate("(one) => getComputedStyle(one, '::after').boxShadow")
    assert "inset" in dark
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/safeguarding/protection/{scene['protection']}$"))


def test_a_key_leads_to_what_stands_open_and_a_page_takes_no_focus_by_itself(person: People, scene: Paths) -> None:
    page = opened(person("vast", size=DESK), f"/safeguarding/concerns/{scene['concern']}/")
    call = page.locator("details", has=page.locator("[data-key=t]"))
    expect(call).to_have_attribute("open", "")  # a call is owed: its form stands open
    expect(page.locator("body")).to_be_focused()  # and single letters are still keys
    page.keyboard.press("t")
    expect(call.locator("summary")).to_be_focused()
    expect(call).to_have_attribute("open", "")
    page.keyboard.press("t")
    expect(call).not_to_have_attribute("open", "")
    page.keyboard.press("c")
    expect(page.get_by_label("Their words in the record")).to_be_focused()


def test_a_part_without_boxes_is_where_the_next_tab_goes_on(person: People, scene: Paths) -> None:
    page = opened(person("investigator", size=DESK), f"/investigation/{scene['investigation']}/")
    page.keyboard.press("r")
    expect(page.locator("#review")).to_be_focused()


def test_the_list_of_keys_gives_the_focus_back(person: People, scene: Paths) -> None:
    page = opened(person("vast", size=DESK), "/safeguarding/")
    page.keyboard.press("j")
    for way in ("Escape", "Enter"):
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_visible()
        if way == "Enter":
            tabs_to(page, "#keys [type=submit]")
        page.keyboard.press(way)
        expect(page.locator("dialog#keys")).to_be_hidden()
        expect(page.locator("tbody tr").first).to_be_focused()

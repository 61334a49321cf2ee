"""The THRIVE card in the page of an invented incident system, across two origins, with every policy on."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from pytest_django import DjangoDbBlocker
from tools.sample_host import server

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import Staff
from goldthread.assessment.models import MarkAnswer, ThriveVersion
from goldthread.assessment.queries import thrive_text
from goldthread.contact.models import ChildVersion, Entry, Incident
from tests.browser.conftest import AXE, Service, _free_port, inside, served
from tests.cast import assess, graded, opened, say
from tests.conftest import Database

pytestmark = pytest.mark.browser
SAID = "shouting next door, kids crying, he has a knife"


@dataclass(frozen=True)
class Beside:
    """Goldthread on localhost, Harrier CAD on 127.0.0.1: two origins, and two sites."""

    service: Service
    host: str
    handler: Staff
    teammate: Staff


@pytest.fixture(scope="module")
def beside(cluster: Database, template: str, worker_id: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Beside]:
    port = _free_port()
    host = f"http://127.0.0.1:{port}"
    os.environ["GOLDTHREAD_CARD_HOSTS"] = f"https://cad.harrier.invalid,{host}"
    try:
        with served(cluster, template, worker_id) as service, inside(service, django_db_blocker):
            handler, teammate = (
                Staff.objects.ranked().select_related("team").get(username=one) for one in ("handler", "teammate")
            )
            harrier = Staff(
                username="harrier", name="Harrier CAD", role="incident_system", team=handler.team, password="x"
            )
            harrier.save()
            with server(service.base, issue_token("harrier")[0], port) as running:
                threading.Thread(target=running.serve_forever, daemon=True).start()
                yield Beside(service, host, handler, teammate)
                running.shutdown()
    finally:
        del os.environ["GOLDTHREAD_CARD_HOSTS"]


@pytest.fixture
def incident(beside: Beside) -> Incident:
    made = opened(beside.handler)
    say(beside.handler, made, SAID)
    graded(beside.handler, made, "priority")
    assess(beside.handler, made, "He is armed.")
    return made


@dataclass(frozen=True)
class Host:
    """The host's page at a browser, and the card in it."""

    page: Page
    card: FrameLocator
    complaints: list[str]


Hosts = Callable[..., Host]


@pytest.fixture
def harrier(chromium: Browser, beside: Beside) -> Iterator[Hosts]:
    contexts = []

    def shown(
        incident: Incident, person: str = "handler", *, dark: bool = False, width: int = 420, script: bool = True
    ) -> Host:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page, complaints = context.new_page(), []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{beside.host}/?reference={incident.reference}&person={person}")
        if script:
            page.evaluate(f"document.querySelector('iframe').style.width = '{width}px'")
        return Host(page, page.frame_locator("iframe"), complaints)

    yield shown
    for context in contexts:
        context.close()


def _framed(host: Host, beside: Beside) -> object:
    return next(one for one in host.page.frames if one.url.startswith(beside.service.base))


def test_the_card_shows_the_right_thrive_and_takes_its_answers(
    beside: Beside, incident: Incident, harrier: Hosts
) -> None:
    host = harrier(incident, "teammate")
    card = host.card
    expect(card.locator("h1")).to_contain_text(incident.reference)
    expect(card.locator("#now")).to_contain_text("Priority")
    expect(card.locator("#thrive")).to_contain_text("He is armed.")
    expect(card.locator("#marks")).to_contain_text("has a knife")

    first = card.locator(".mark").first
    cue = first.get_attribute("data-cue")
    first.get_by_role("button", name="Noted").click()
    expect(card.locator(f".mark[data-cue={cue}]")).to_have_count(0)
    second = card.locator(".mark").first
    second.locator("summary").click()
    second.get_by_role("button", name="Checked: not so").click()
    expect(card.locator("#state")).to_have_text("Saved.")

    card.get_by_label("A child, recorded below").check()
    card.get_by_label("Name, or unknown").fill("Mia")
    card.get_by_label("Age", exact=True).fill("about four")
    card.get_by_role("button", name="Save children").click()
    expect(card.locator("#state")).to_contain_text("whole number")
    expect(card.get_by_label("Name, or unknown")).to_have_value("Mia")
    card.get_by_label("Age", exact=True).fill("4")
    card.get_by_role("button", name="Save children").click()
    expect(card.locator("#now")).to_contain_text("Mia, 4")

    card.locator("#f-thrive summary").focus()
    host.page.keyboard.press("Enter")
    card.get_by_label("Harm", exact=False).first.fill("Could be killed.")
    host.page.keyboard.press("Control+Enter")
    expect(card.locator("#thrive")).to_contain_text("Could be killed.")
    expect(card.locator("#thrive")).to_contain_text("He is armed.")

    card.locator("#f-words summary").click()
    card.get_by_label("What is said or heard").fill("she is in the kitchen")
    card.get_by_role("button", name="Add words").click()
    expect(card.locator("#said")).to_contain_text("she is in the kitchen")

    assert [one.by for one in MarkAnswer.objects.filter(incident=incident)] == [beside.teammate] * 2
    assert {one.answer for one in MarkAnswer.objects.filter(incident=incident)} == {"noted", "not_so"}
    assert ChildVersion.objects.get(incident=incident).age == 4
    newest = ThriveVersion.objects.filter(incident=incident).latest("version")
    assert (newest.author, thrive_text(newest)["elements"]["threat"]) == (beside.teammate, "He is armed.")
    assert Entry.objects.filter(incident=incident, kind="words").latest("seq").author == beside.teammate
    assert host.complaints == []


def test_new_words_appear_while_somebody_types_and_nothing_they_type_moves(
    beside: Beside, incident: Incident, harrier: Hosts
) -> None:
    card = harrier(incident).card
    card.locator("#f-thrive summary").click()
    box = card.locator("#harm")
    box.fill("Could be ki")
    before, place = box.bounding_box(), card.locator("#said").bounding_box()
    for number in range(4):
        say(
            beside.teammate,
            incident,
            f"line {number}: he is back in the house and shouting at her again, and the children have gone quiet",
        )
    assess(beside.teammate, incident, "He is armed and inside. " * 8)
    expect(card.locator("#said")).to_contain_text("line 3", timeout=15_000)
    expect(card.locator("#thrive")).to_contain_text("He is armed and inside.")
    expect(box).to_be_focused()
    expect(box).to_have_value("Could be ki")
    assert box.bounding_box() == before
    assert card.locator("#said").bounding_box() == place
    box.press_sequentially("lled.")
    box.press("Control+Enter")
    expect(card.locator("#state")).to_contain_text("Version 2 was written while you were writing")
    expect(box).to_have_value("Could be killed.")
    box.press("Control+Enter")
    expect(card.locator("#thrive")).to_contain_text("THRIVE v3")
    assert (
        thrive_text(ThriveVersion.objects.filter(incident=incident).latest("version"))["elements"]["harm"]
        == "Could be killed."
    )


def test_a_host_that_tries_to_read_the_card_gets_its_height_and_nothing_else(
    beside: Beside, incident: Incident, harrier: Hosts
) -> None:
    host = harrier(incident)
    expect(host.page.locator("body")).to_have_attribute("data-tried", "1", timeout=15_000)
    told = dict(line.split(": ", 1) for line in host.page.locator("#tried").inner_text().splitlines())
    assert len(told) == 13
    assert {one for one in told.values() if one != "nothing"} <= {"refused (SecurityError)", "refused (TypeError)"}
    for secret in ("knife", "armed", "Saved"):
        assert secret not in json.dumps(told)
    assert host.page.locator("body").get_attribute("data-heard") == '["height"]'
    tall = host.page.locator("iframe").bounding_box()
    assert tall is not None
    assert tall["height"] > 400
    frame = _framed(host, beside)
    assert "token" not in frame.url  # type: ignore[attr-defined]
    assert frame.evaluate("document.cookie") == ""  # type: ignore[attr-defined]


def test_no_other_page_may_hold_the_card_and_nothing_else_of_goldthread_may_be_held(
    beside: Beside, incident: Incident, harrier: Hosts, chromium: Browser
) -> None:
    host = harrier(incident)
    expect(host.card.locator("h1")).to_be_visible()
    for address in (
        f"{beside.service.base}/accounts/login/",
        f"{beside.service.base}/card/{incident.reference}/?token=x",
    ):
        host.page.evaluate("address => { document.querySelector('iframe').src = address }", address)
        if "card" in address:
            expect(host.card.locator("#ended")).to_contain_text("Its address is not whole")
        else:
            host.page.wait_for_timeout(500)
            assert not [one for one in host.page.frames if one.url.startswith(beside.service.base)]
    stranger = chromium.new_context().new_page()
    try:
        held = f"<iframe src='{beside.service.base}/card/x/?token=x'></iframe>"
        stranger.route("http://127.0.0.2:8099/", lambda route: route.fulfill(body=held, content_type="text/html"))
        stranger.goto("http://127.0.0.2:8099/")
        stranger.wait_for_timeout(500)
        assert len(stranger.frames) == 2
        assert not [one for one in stranger.frames if one.url.startswith(beside.service.base)]
    finally:
        stranger.context.close()


def test_a_frame_loaded_again_says_what_to_do(beside: Beside, incident: Incident, harrier: Hosts) -> None:
    host = harrier(incident)
    expect(host.card.locator("h1")).to_be_visible()
    host.page.evaluate("() => { const frame = document.querySelector('iframe'); frame.src = frame.src }")
    expect(host.card.locator("#ended")).to_contain_text("Each address opens once")


def test_a_card_whose_person_is_gone_keeps_what_was_typed_and_sends_nothing(
    beside: Beside, incident: Incident, harrier: Hosts
) -> None:
    from goldthread.integration.card_actions import end_of

    card = harrier(incident, "teammate").card
    card.locator("#f-words summary").click()
    card.get_by_label("What is said or heard").fill("he is back")
    assert end_of(Staff.objects.ranked().get(username="harrier"), "teammate") > 0
    card.get_by_role("button", name="Add words").click()
    expect(card.locator("#state")).to_contain_text("You signed off. Have the incident shown again")
    expect(card.get_by_label("What is said or heard")).to_have_value("he is back")
    assert not Entry.objects.filter(incident=incident, kind="words", author=beside.teammate).exists()


def test_without_any_script_the_forms_send_themselves(beside: Beside, incident: Incident, harrier: Hosts) -> None:
    card = harrier(incident, "teammate", script=False).card
    card.locator("#f-words summary").click()
    card.get_by_label("What is said or heard").fill("he is back")
    card.get_by_role("button", name="Add words").click()
    expect(card.locator("#said")).to_contain_text("he is back")
    card.locator(".mark").first.get_by_role("button", name="Ask").click()
    expect(card.locator("#state")).to_have_text("Saved.")


@pytest.mark.parametrize(("dark", "width"), [(False, 320), (True, 480)])
def test_the_card_is_sound_light_and_dark_narrow_and_wide(
    beside: Beside, incident: Incident, harrier: Hosts, dark: bool, width: int
) -> None:
    host = harrier(incident, dark=dark, width=width)
    expect(host.card.locator("#marks .mark").first).to_be_visible()
    for name in ("words", "thrive"):
        host.card.locator(f"#f-{name} summary").click()
    host.card.locator("#harm").focus()
    frame = _framed(host, beside)
    frame.evaluate(AXE.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = frame.evaluate(f"axe.run({{runOnly: {tags}}})")  # type: ignore[attr-defined]
    assert [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]] == []
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")  # type: ignore[attr-defined]


def test_a_frame_that_is_closed_loses_nothing_that_was_typed(
    beside: Beside, incident: Incident, harrier: Hosts
) -> None:
    host = harrier(incident, "handler")
    card, page = host.card, host.page

    def opened_again(person: str = "handler") -> None:
        expect(card.locator("body[data-kept]")).to_have_count(1)
        page.goto(f"{beside.host}/?reference={incident.reference}&person={person}")
        expect(card.locator("body[data-kept]")).to_have_count(1)

    expect(card.locator("body[data-kept]")).to_have_count(1)
    card.locator("#f-words summary").click()
    card.get_by_label("What is said or heard").fill("she is under the table")
    card.get_by_label("Asked: none").check()
    card.locator("#f-thrive summary").click()
    card.get_by_label("Harm", exact=False).first.fill("Could be killed.")
    page.wait_for_timeout(300)  # the copy is sealed as it is typed; a frame may lose the last moment
    opened_again("teammate")
    expect(card.get_by_label("What is said or heard")).to_have_value("")
    opened_again()
    expect(card.locator("#state")).to_have_text("Typed here before and not sent: it is below again.")
    expect(card.get_by_label("What is said or heard")).to_be_visible()
    expect(card.get_by_label("What is said or heard")).to_have_value("she is under the table")
    expect(card.get_by_label("Asked: none")).to_be_checked()
    expect(card.get_by_label("Harm", exact=False).first).to_have_value("Could be killed.")
    assert "under the table" not in str(_framed(host, beside).evaluate("JSON.stringify(localStorage)"))  # type: ignore[attr-defined]
    card.get_by_role("button", name="Add words").click()
    expect(card.locator("#said")).to_contain_text("she is under the table")
    page.wait_for_timeout(300)
    opened_again()
    expect(card.get_by_label("What is said or heard")).to_have_value("")
    expect(card.get_by_label("Harm", exact=False).first).to_have_value("Could be killed.")
    assert host.complaints == []

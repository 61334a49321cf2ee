"""One story: from a call on a Friday night at the start of half-term to the child safe, through every hand that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker, Settings

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.env import Mail
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response.models import Clock as GradeClock
from goldthread.response.models import Unit
from goldthread.safeguarding import clock_actions, clock_queries, concern_actions
from goldthread.safeguarding.child_models import ChildRecord
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.concern_models import Concern
from goldthread.safeguarding.concern_rules import set_on
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.referral_models import Referral
from tests.browser.conftest import Person, Service, inside, served
from tests.cast import answered, key
from tests.conftest import Database
from tests.response.test_alarms import later
from tests.safeguarding import referrals
from tests.safeguarding.links import Partner, path

pytestmark = [pytest.mark.browser, pytest.mark.long]
People = Callable[..., Person]
PHONE, DESK = (390, 844), (1280, 800)
SAID = "He is shouting at his partner again. A little girl cried upstairs, then gone quiet. He says he will kill her."
CARE, SCHOOL = "Amberford Children's Services", "Larch Primary School"
CHRONOLOGY = [
    "Incident opened", "Wren Fenwick; 8", "Graded Priority", "NA21 arrived", "Not seen by the officer who went",
    "Concern opened on the VAST desk", "Rated Amber", f"{CARE}: sent", f"{SCHOOL}: sent", f"{CARE}: seen", f"{CARE}: accepted",
    "NA21 arrived", "Seen by an officer, spoken to alone: spoken to alone", f"{CARE}: acted", f"{CARE}: outcome for the child",
    f"{SCHOOL}: seen", "Concern ended: Referred to a partner", "THRIVE 1", "Closed: Attended, handed to another team",
]  # fmt: skip
"""What the child's record tells of this incident, the oldest first."""


@pytest.fixture(scope="module")
def service(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """A service of its own: its clock is moved."""
    with served(cluster, template, worker_id) as made:
        yield made


@pytest.fixture
def mailbox(service: Service, tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """The service on that Friday night, its partners registered, with this test inside it; where its mail goes."""
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "texts.invalid")
    with inside(service, django_db_blocker):
        it_is("2026-10-23 23:50")
        referrals.school(), referrals.partner()
        yield tmp_path


def it_is(when: str) -> None:
    """Move the clock of the service to this time in London."""
    later(at(when) - database_now(connection))


def at(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=LONDON)


def who(username: str) -> Staff:
    return Staff.objects.ranked().get(username=username)


def sent_there(incident: Incident, arrives: str) -> int:
    """The unit is sent and arrives; the number of its visit."""
    visit = response.allocate(who("dispatcher"), incident.pk, key=key(), unit_id=Unit.objects.get(call_sign="NA21").pk)
    it_is(arrives)
    response.record_arrival(who("dispatcher"), incident.pk, key=key(), allocation_id=visit.pk, source="officer")
    return visit.pk


def leaves(incident: Incident, visit: int, when: str) -> None:
    it_is(when)
    response.record_leaving(who("dispatcher"), incident.pk, key=key(), allocation_id=visit)


def running(incident: Incident) -> dict[str, datetime]:
    """When each safeguarding clock that runs in it runs out."""
    return {one.rule: one.due_at for one in clock_queries.running_in(incident)}


# --- what each does ------------------------------------------------------------------------------------------------


def takes_the_call(handler: Person) -> Incident:
    """The handler writes what is said, names the child and grades."""
    page = handler.go("/").page
    page.wait_for_url(re.compile(r"/contact/[0-9a-f-]{36}/"))
    page.get_by_label("Where", exact=True).press_sequentially("14 Larch Road")
    expect(page.locator("[data-reference]")).to_have_text(re.compile(r"AM-261023-\d{4}"))
    page.locator("#opening").get_by_label("Area").select_option("North")
    page.get_by_label("What is said or heard").fill(SAID)
    page.keyboard.press("Control+Enter")
    expect(page.locator('#noticed [data-cue="da-child"]').first).to_be_visible()
    page.keyboard.press("Alt+c")
    children = page.locator("#panel-children")
    children.get_by_label("Name, or unknown").fill("Wren Fenwick")
    children.get_by_label("Age", exact=True).fill("8")
    children.get_by_label("Where now").fill("upstairs")
    children.get_by_role("button", name="Record children").click()
    expect(page.locator("#known-children")).to_contain_text("Wren Fenwick")
    page.keyboard.press("Alt+g")
    page.locator("#panel-grade").get_by_role("button", name="Priority").press("2")
    expect(page.locator("#ribbon")).to_contain_text("Priority")
    found = re.search(r"/contact/([0-9a-f-]{36})/", page.url)
    assert found is not None
    return Incident.objects.get(pk=found[1])


def says_at_the_door(officer: Person, incident: Incident, *, seen: bool, words: str) -> None:
    """The officer answers on their phone for the child of this visit."""
    page = officer.go(f"/safeguarding/door/{incident.pk}/").page
    child = page.locator("fieldset[data-door-child]").first
    child.get_by_label("Seen" if seen else "Not seen", exact=True).check()
    if seen:
        child.get_by_label("Spoken to alone", exact=True).check()
        child.get_by_label("Demeanour").fill(words)
    else:
        child.get_by_label("Why not, and where").fill(words)
    page.get_by_label("Submitted", exact=True).check()
    page.get_by_label("Its number").fill("PPN 4471")
    page.get_by_role("button", name="Send").click()
    expect(child).to_contain_text(words)


def rates_amber_and_looks_into(vast: Person, incident: Incident) -> Concern:
    """VAST finds the concern in the queue, rates it and answers its checklist: one line here as they do it, the others alike."""
    page = vast.go("/safeguarding/").page
    page.get_by_role("link", name=incident.reference).first.click()
    expect(page.locator("#said")).to_contain_text("gone quiet")
    page.get_by_label("Why (needed to change it)").fill("Officers are there and he has left.")
    page.locator('button[name=rating][value="amber"]').click()
    expect(page.get_by_role("main")).to_contain_text("Officers are there and he has left.")
    concern = Concern.objects.get(incident=incident)
    line = page.locator("details.cn-research").first
    line.locator("summary").click()
    line.get_by_label("Result").select_option("found")
    line.get_by_label("What was found").fill("Two calls in May, no child named.")
    line.get_by_role("button", name="Record").click()
    expect(page.locator("details.cn-research").first).to_contain_text("Found")
    for item in list(set_on(database_now(connection).date()).research)[1:]:
        concern_actions.look_into(who("vast"), concern.pk, key=key(), item=item, result="no_trace")
    return concern


def refers(vast: Person, incident: Incident, kind: str, concern: str, basis: str = "") -> Referral:
    """VAST chooses a partner, reads exactly what leaves, and sends it."""
    page = vast.go(f"/safeguarding/incidents/{incident.pk}/refer").page
    page.locator(f'button[name=turn][value="{kind}"]').click()
    page.get_by_label("To", exact=True).select_option(label="Ada Lead, duty desk")
    if kind == "school":
        page.get_by_label("No", exact=True).check()
    if basis:
        page.get_by_label("Lawful basis").select_option(basis)
    page.get_by_label("Concern, and what you ask of them").fill(concern)
    page.keyboard.press("Alt+p")
    expect(page.locator(".document")).to_contain_text("Wren Fenwick")
    page.keyboard.press("Alt+s")
    expect(page.get_by_role("heading", name="Legs")).to_be_visible()
    return Referral.objects.get(incident=incident, kind=kind)


def opens_by_code(ada: Person, link: str, mailbox: Path) -> Page:
    """The partner opens the link with the code that came to them."""
    page = ada.go(link).page
    expect(page.get_by_role("main")).not_to_contain_text("Wren")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("status")).to_contain_text("A code was sent")
    page.get_by_label("Code").fill(Partner(link, mailbox).newest())
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("Wren Fenwick")
    return page


def tells(page: Page, what: str, words: str) -> None:
    """The partner answers by name."""
    page.get_by_label(what).check()
    page.get_by_label("In your words").fill(words)
    page.get_by_label("Your name").fill("Ada Lead")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".lk-told")).to_contain_text(words)


def asks_for_closing(handler: Person, incident: Incident) -> None:
    """The handler may not close it alone, asks a second person, and assesses anew."""
    page = handler.go(f"/incidents/{incident.pk}/").page
    page.locator("#tabs").get_by_role("button", name="Close").click()
    page.get_by_label("Reason", exact=True).select_option("attended-handed")
    page.get_by_label("Result").fill("Wren was seen and spoken to alone. Social care works with her and her mother.")
    page.get_by_role("button", name="Close incident").click()
    expect(page.locator("#panel-close")).to_contain_text("one person cannot close this alone")
    page.get_by_role("button", name="Ask a second person to close").click()
    expect(page.locator("#requests")).to_contain_text("a THRIVE made after this request")
    page.keyboard.press("Alt+r")
    page.get_by_label("Threat").fill("He has moved out and may not come back; Wren is safe with her mother.")
    page.get_by_role("button", name="Save THRIVE").click()
    expect(page.locator("#thrive-versions")).to_contain_text("v1")


def makes_a_record_and_prints_it(vast: Person, incident: Incident) -> list[str]:
    """VAST makes the child's record across incidents and prints its sheet; the lines of its chronology, the oldest first."""
    child = referrals.children(incident)[0]
    page = vast.go(f"/safeguarding/children/in/{incident.pk}/{child}/").page
    page.get_by_role("button", name="Make a record").click()
    page.get_by_role("link", name="Open the record").click()
    lines = page.locator(".ch-chronology tbody tr td:nth-child(3)")
    expect(lines.first).to_be_visible()
    told = lines.all_inner_texts()[::-1]
    page.keyboard.press("p")
    page.wait_for_url("**/sheet")
    address = page.get_by_role("link", name="Print as PDF").get_attribute("href")
    printed = page.context.request.get(f"{vast.base}{address}")
    assert printed.body().startswith(b"%PDF")
    return told


# --- the story -----------------------------------------------------------------------------------------------------


def test_one_child_from_the_call_to_safe(person: People, service: Service, mailbox: Path) -> None:
    handler, vast, supervisor = person("handler"), person("vast", size=DESK), person("supervisor", size=DESK)
    officer, ada = person("officer", size=PHONE), person(None, size=DESK)

    incident = takes_the_call(handler)
    answered(who("handler"), incident)
    visit = sent_there(incident, "2026-10-24 00:02")
    says_at_the_door(officer, incident, seen=False, words="Asleep upstairs, her mother says; the door was shut.")
    leaves(incident, visit, "2026-10-24 00:20")
    assert running(incident) == {}, "the officer said why, so nothing waits for them"

    it_is("2026-10-24 00:25")
    assert concern_actions.open_due() == 1
    assert list(running(incident)) == ["vast_red"]
    concern = rates_amber_and_looks_into(vast, incident)
    care = refers(vast, incident, "social_care", "She was not seen. Please see her.", basis="ca1989-47")
    it_is("2026-10-24 00:35")
    school = refers(vast, incident, "school", "Police were called to her home while she was upstairs.")
    assert school.staff_answer == "no"
    assert running(incident) == {
        "referral_decision": at("2026-10-26 17:00"),  # the first day after the Saturday on which offices work
        "encompass": at("2026-11-02 08:45"),  # the first lesson after half-term
    }
    with pytest.raises(Refused, match="one person cannot close this alone"):
        response.close(who("handler"), incident.pk, key=key(), reason="attended-resolved", result="All quiet.")

    it_is("2026-10-26 19:01")
    assert clock_actions.watch() == 2, "VAST at five, and the supervisor two hours later"
    owed = supervisor.go("/safeguarding/clocks").page.locator("tbody tr", has_text="Decision of children")
    expect(owed).to_contain_text("Escalated")

    link = path(care)
    page = opens_by_code(ada, link, mailbox)
    page.get_by_label("I am").fill("Ada Lead")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Say that I have read it").click()
    it_is("2026-10-26 19:10")
    tells(page, "We accept it and will act", "We visit tomorrow.")
    supervisor.page.reload()
    expect(owed).to_have_count(0)

    it_is("2026-10-28 15:40")
    visit = sent_there(incident, "2026-10-28 16:00")
    says_at_the_door(officer, incident, seen=True, words="Calm, drew her cat. She hides when he shouts.")
    leaves(incident, visit, "2026-10-28 16:30")

    it_is("2026-10-29 11:00")
    page = opens_by_code(ada, link, mailbox)
    tells(page, "What we did", "Saw Wren and her mother at home; he has moved out.")
    it_is("2026-10-29 11:05")
    tells(page, "What came of it for the child", "A plan for a child in need.")

    it_is("2026-11-02 08:10")
    referrals.leg(who("vast"), school, "seen", occurred_at=at("2026-11-02 08:05"))
    assert running(incident) == {}
    vast.go(f"/safeguarding/concerns/{concern.pk}/")
    vast.page.get_by_label("What was done, with whom").fill("Social care has a plan; her school knows.")
    vast.page.get_by_label("How it ends").select_option("referred")
    vast.page.get_by_role("button", name="End the concern").click()
    expect(vast.page.get_by_role("main")).to_contain_text("Referred to a partner")

    it_is("2026-11-02 09:00")
    asks_for_closing(handler, incident)
    approve = supervisor.go(f"/incidents/{incident.pk}/").page.get_by_role("button", name="Approve")
    approve.click()
    expect(approve).to_have_count(0)
    incident.refresh_from_db()
    assert not incident.is_open

    it_is("2026-11-02 09:30")
    told = makes_a_record_and_prints_it(vast, incident)
    rest = iter(told)
    assert [want for want in CHRONOLOGY if not any(want in one for one in rest)] == [], told
    every_disclosure_stands(incident, care, school)
    every_clock_has_stopped(incident)
    everybody = (handler, vast, supervisor, officer, ada)
    assert [said for one in everybody for said in one.complaints if "422" not in said] == []


def every_disclosure_stands(incident: Incident, care: Referral, school: Referral) -> None:
    """What left, for whom: two referrals sent, one shown by link, one sheet printed."""
    told = [
        (one.verb, one.staff_id, dict(json.loads(one.subjects)), json.loads(one.detail))
        for one in AuditEvent.objects.filter(duty="disclosure").order_by("id")
        if str(incident.pk) in one.subjects
    ]
    left: dict[str, list[Any]] = {}
    for verb, *rest in told:
        left.setdefault(verb, []).append(rest)
    assert set(left) == {"referral.send", "link.show", "child.print"}
    vast, child = who("vast").pk, referrals.children(incident)[0]
    for referral, (by, subjects, detail) in zip((care, school), left["referral.send"], strict=True):
        assert (by, subjects["referral"], subjects["child"]) == (vast, str(referral.pk), child)
        assert subjects["partner_contact"] == str(PartnerContact.objects.get(partner=referral.partner).pk)
        assert (detail["sha256"], detail["fields"]) == (referral.sha256, referral.fields)
    for by, subjects, detail in left["link.show"]:
        assert (by, subjects["referral"], detail["sha256"]) == (None, str(care.pk), care.sha256)
        assert subjects["partner_contact"] == str(care.contact_id)
    ((by, subjects, detail),) = left["child.print"]
    assert (by, subjects["child_record"]) == (vast, str(ChildRecord.objects.get().pk))
    assert detail["sha256"]


def every_clock_has_stopped(incident: Incident) -> None:
    """Each for the reason that it waited for."""
    stopped = {one.rule: one.because for one in Clock.objects.filter(incident=incident)}
    assert stopped == {
        "vast_red": "triaged", "referral_decision": "accepted", "encompass": "seen", "referral_outcome": "outcome",
    }  # fmt: skip
    of_grades = GradeClock.objects.filter(incident=incident)
    assert of_grades.exists()
    assert not of_grades.running().exists()

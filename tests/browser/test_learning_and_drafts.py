"""Learning, the plan and the Commissioner's drafts: by keys alone, with axe light and dark, on a desk and on a phone; and work done by keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from goldthread.accounts.models import Staff
from goldthread.improvement import doing_actions
from goldthread.improvement.models import Recommendation
from goldthread.learning import actions, queries
from goldthread.learning.models import Cohort, LearningNeed
from goldthread.learning.views import today
from goldthread.response.models import Unit
from tests.browser.conftest import Person, Service, inside, served
from tests.browser.test_every_page import HARMLESS, _faults
from tests.browser.test_keys_alone import tabs_to
from tests.browser.test_keys_of_safeguarding import key_faults, opened
from tests.cast import PASSWORD, Cast, key
from tests.commissioner import test_letter as letters
from tests.commissioner.scenes import gold
from tests.conftest import Database
from tests.learning.scenes import COURSE, planned, trainer
from tests.learning.test_effects import scene
from tests.quality.test_themes import a_round, theme

pytestmark = pytest.mark.browser
People = Callable[..., Person]
DESK, PHONE = (False, (1280, 800)), (True, (390, 844))
PAGES = {
    "trainer": (
        "/learning/", "/learning/needs/", "/learning/needs/new?theme={theme}", "/learning/cohorts/", "/learning/cohorts/{ahead}/",
        "/learning/cohorts/{cohort}/", "/learning/due?state=all", "/learning/effects/",
    ),
    "handler": ("/learning/mine",),
    "silver": ("/learning/effects/", "/learning/needs/"),
    "planlead": (
        "/improvement/", "/improvement/recommendations/{recommendation}/", "/improvement/actions/{action}/",
        "/improvement/actions/new/?recommendation={recommendation}", "/improvement/evidence/new/?recommendation={recommendation}",
        "/improvement/register/", "/improvement/register/{report}/", "/improvement/import/", "/improvement/contacts/",
        "/commissioner/letters/{report}/draft", "/commissioner/letters/{report}/",
    ),
    "pcc": ("/commissioner/", "/commissioner/plan/", "/commissioner/letters/{report}/"),
    "gold": ("/commissioner/letters/{report}/",),
}  # fmt: skip


@pytest.fixture(scope="module")
def service(cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    """A service of its own: its lists hold what is here and nothing else."""
    with served(cluster, template, worker_id) as made:
        yield made


@pytest.fixture(scope="module")
def paths(service: Service, django_db_blocker: DjangoDbBlocker) -> dict[str, int]:
    """What the addresses name: a theme, a cohort held with its effect and one to come, a plan, and a letter put before the office."""
    with inside(service, django_db_blocker):
        cast = a_cast()
        found = theme(cast, a_round(cast))
        need = actions.enter_need(
            trainer(cast), key=key(), words="Ask where each child is.", roles=["call_handler"], theme=found.pk
        )
        cohort, ahead = scene(cast, 0.55), planned(cast, days=5, places=1)
        actions.book(trainer(cast), ahead.pk, staff=[cast.handler.pk, cast.stranger.pk])
        report = letters.reported(cast)
        letters.put(cast, report)
        gold(cast)
        first = Recommendation.objects.get(report=report, number=1)
        action = doing_actions.add_action(letters.lead(cast), first.pk, key=key(), words="Train the nights.")
        for one in Staff.objects.filter(username__in=PAGES, password="x"):
            one.set_password(PASSWORD)
            one.save()
        return {
            "theme": found.pk, "need": need.pk, "cohort": cohort.pk, "ahead": ahead.pk, "report": report.pk,
            "recommendation": first.pk, "action": action.pk,
        }  # fmt: skip


def a_cast() -> Cast:
    """The cast that stands in the running service."""
    people = {one.username.replace("-", "_"): one for one in Staff.objects.all()}
    unit, far = (Unit.objects.get(call_sign=sign) for sign in ("NA21", "SA11"))
    return Cast(**people, unit=unit, far_unit=far)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("username", PAGES)
def test_pages_are_for_keys_and_for_everybody(
    person: People, paths: dict[str, int], username: str, whole: bool
) -> None:
    """A plain run looks with axe at one page light on a desk and at the next dark on a phone; ``make test-long`` at each both ways."""
    who, found = person(username, size=DESK[1]), {}
    for nth, path in enumerate(PAGES[username]):
        looks = (DESK, PHONE) if whole else ((DESK, PHONE)[nth % 2],)
        who.look(dark=False, size=(DESK, PHONE)[(nth + 1) % 2][1])
        page = opened(who, path.format(**paths))
        found[path] = [*key_faults(page), *_faults(who, looks)]
    assert not {path: faults for path, faults in found.items() if faults}


def test_a_need_a_cohort_and_its_register_are_kept_by_keys_alone(
    person: People, paths: dict[str, int], service: Service, django_db_blocker: DjangoDbBlocker
) -> None:
    who = person("trainer").go("/learning/")
    page = who.page
    page.keyboard.press("n")
    page.wait_for_url("**/learning/needs/new")
    tabs_to(page, "[name=words]")
    page.keyboard.type("Ask who else lives there.")
    tabs_to(page, "[name=roles]")
    page.keyboard.press("Space")
    presses(page, "Enter it")
    expect(page.get_by_text("It is a learning need now.")).to_be_visible()
    page.keyboard.press("c")
    page.wait_for_url("**/learning/cohorts/")
    tabs_to(page, "[name=course]")
    page.keyboard.type("THRIVE")
    day = today_of(service, django_db_blocker)
    for name in ("starts", "ends"):
        tabs_to(page, f"[name={name}]")
        page.keyboard.type((day - timedelta(days=1)).strftime("%m%d%Y"))  # as this browser writes days
    tabs_to(page, "[name=place]")
    page.keyboard.type("Room 9")
    tabs_to(page, "[name=places]")
    page.keyboard.type("6")
    presses(page, "Plan it")
    expect(page.get_by_text("Planned. Book people for it.")).to_be_visible()
    tabs_to(page, "[name=more]")
    page.keyboard.type("nobody-here")
    tabs_to(page, "[name=more-attended]")
    page.keyboard.type("Yes")
    presses(page, "Keep the register")
    expect(page.get_by_text("Nobody here has the collar number or login nobody-here").first).to_be_visible()
    expect(page.locator("[name=more]")).to_have_value("nobody-here")
    expect(page.locator("[name=more-attended]")).to_have_value("yes")
    tabs_to(page, "[name=more]")
    page.keyboard.press("Control+a")
    page.keyboard.type("handler")
    presses(page, "Keep the register")
    expect(page.get_by_text("The register is kept.")).to_be_visible()
    page.locator("[name=file]").set_input_files(
        {"name": "who.csv", "mimeType": "text/csv", "buffer": "collar,attended\nåsa,yes\n".encode("latin-1")}
    )
    tabs_to(page, "[name=file]")
    presses(page, "Read it")
    expect(page.get_by_text("The file is not written in UTF-8").first).to_be_visible()
    assert [one for one in _faults(who, (PHONE,)) if HARMLESS not in one] == []
    page.locator("[name=file]").set_input_files(
        {"name": "who.csv", "mimeType": "text/csv", "buffer": b"collar,attended\nteammate,yes\n"}
    )
    tabs_to(page, "[name=file]")
    presses(page, "Read it")
    expect(page.get_by_text("The file is read, and the register kept.")).to_be_visible()
    with inside(service, django_db_blocker):
        assert LearningNeed.objects.filter(course="").count() == 2
        made = Cohort.objects.get(place="Room 9", course=COURSE)
        assert {one.staff.username for one in queries.attendance(made)} == {"handler", "teammate"}


def presses(page: Page, name: str) -> None:
    """Tab to the next button, which is this one, and press it."""
    tabs_to(page, "main button")
    expect(page.locator(":focus")).to_have_text(re.compile(f"^\\s*{name}"))
    page.keyboard.press("Enter")


def today_of(service: Service, blocker: DjangoDbBlocker) -> date:
    """The day it is for the running service."""
    with inside(service, blocker):
        return today()

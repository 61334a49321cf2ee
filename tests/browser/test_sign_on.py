"""A handler signs on by the force's directory, is changed there in mid-session, and signs out at both ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.accounts.directory import Directory, settings_for
from tests.browser.conftest import Person, Service, served
from tests.cast import PASSWORD
from tests.conftest import Database

pytestmark = pytest.mark.browser
AGAIN = (
    "import django; django.setup(); from goldthread.accounts.models import SignOn; from django.utils.timezone import now; \
SignOn.objects.update(due_at=now()); from goldthread.accounts.oidc_actions import ask_again_due; print(ask_again_due())"
)


@pytest.fixture(scope="module")
def directory() -> Iterator[Directory]:
    made = Directory()
    made.person("s-nell", preferred_username="nell", name="Nell Ashby", groups=["gt-handlers"])
    made.person("s-odd", preferred_username="odd", name="Odd One", groups=["canteen"])
    yield made
    made.close()


@pytest.fixture(scope="module")
def set_to(directory: Directory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings of the environment under which staff sign on by the directory, for the processes that follow."""
    given = settings_for(directory.issuer, tmp_path_factory.mktemp("sign-on"))
    named = {f"GOLDTHREAD_{name.upper()}": str(value) for name, value in given.items()}
    os.environ.update(named)
    yield named
    for name in named:
        del os.environ[name]


@pytest.fixture(scope="module")
def here(set_to: dict[str, str], cluster: Database, template: str, worker_id: str) -> Iterator[Service]:
    with served(cluster, template, worker_id) as made:
        yield made


@pytest.fixture
def visitor(here: Service, chromium: Browser) -> Iterator[Callable[..., Person]]:
    contexts = []

    def opened(*, dark: bool = False) -> Person:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 800}, color_scheme="dark" if dark else "light"
        )
        # The provider's own pages ask for a style from elsewhere; nothing here needs a network.
        context.route(lambda url: "//localhost" not in url, lambda route: route.fulfill(body=""))
        contexts.append(context)
        return Person(context.new_page(), here.base)

    yield opened
    for context in contexts:
        context.close()


def _sign_on(person: Person, subject: str) -> Person:
    person.page.get_by_role("link", name="Sign on with the force's sign-on").click()
    person.page.locator("input[name=sub]").fill(subject)
    person.page.get_by_role("button", name=re.compile("Authorize", re.IGNORECASE)).click()
    return person


def test_from_the_page_that_was_wanted_to_the_directory_and_back(
    visitor: Callable[..., Person], here: Service, directory: Directory
) -> None:
    nell = visitor().go("/incidents/")
    assert nell.axe() == []
    _sign_on(nell, "s-nell")
    nell.page.wait_for_url("**/incidents/")
    expect(nell.page.get_by_text("Nell Ashby")).to_be_visible()

    directory.person("s-nell", preferred_username="nell", name="Nell Ashby", groups=["gt-supervisors"])
    asked = subprocess.run(
        [sys.executable, "-c", AGAIN], env={**here.database.env}, capture_output=True, text=True, check=True
    )
    assert asked.stdout.strip().endswith("1"), asked.stdout + asked.stderr
    nell.go("/board/")
    expect(nell.page.locator(".who__role")).to_contain_text("Contact supervisor")

    nell.go("/accounts/logout/")
    nell.page.get_by_role("main").get_by_role("button", name=re.compile("Sign out")).first.click()
    nell.page.wait_for_url("**/sign-on/out")
    assert nell.axe() == []
    there = nell.page.get_by_role("link", name="Sign out of the force's sign-on too")
    assert str(there.get_attribute("href")).startswith(f"{directory.issuer}/oauth2/end_session?")
    there.click()
    nell.page.wait_for_url(f"{directory.issuer}/**")
    nell.go("/board/")
    expect(nell.page).to_have_url(re.compile("/accounts/login/"))
    assert nell.complaints == []


def test_whom_no_group_gives_a_role_reads_why_and_whom_to_ring(visitor: Callable[..., Person]) -> None:
    for dark in (False, True):
        odd = _sign_on(visitor(dark=dark).go("/accounts/login/"), "s-odd")
        expect(odd.page.get_by_role("heading", name="You are not signed in")).to_be_visible()
        expect(odd.page.get_by_role("main")).to_contain_text("ring the service desk on 4444")
        assert odd.axe() == []


def test_while_the_directory_is_down_only_the_way_for_an_emergency_is_open(
    visitor: Callable[..., Person], here: Service, directory: Directory
) -> None:
    named = "import sys; from goldthread.cli import main; sys.exit(main(['staff', 'emergency', 'fim']))"
    subprocess.run([sys.executable, "-c", named], env=here.database.env, check=True)
    for name, comes_in in (("handler", False), ("fim", True)):
        somebody = visitor().go("/accounts/login/")
        somebody.page.get_by_label("User name").fill(name)
        somebody.page.get_by_label("Password").fill(PASSWORD)
        somebody.page.get_by_role("button", name="Sign in", exact=True).click()
        told = somebody.page.get_by_text("kept for an emergency")
        expect(told if comes_in else somebody.page.get_by_role("alert").first).to_be_visible()


def test_the_mapping_is_read_at_start_and_a_slip_in_it_stops_that(set_to: dict[str, str], tmp_path: Path) -> None:
    wrong = tmp_path / "oidc.toml"
    wrong.write_text('[[role]]\nclaim = "groups"\nvalue = "x"\nrole = "wizard"\nteam = "T"\n', encoding="utf-8")
    run = "import sys; from goldthread.cli import main; sys.exit(main(['staff', 'ranks']))"
    env = {**os.environ, "GOLDTHREAD_OIDC_MAPPING": str(wrong)}
    told = subprocess.run([sys.executable, "-c", run], env=env, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "names the unknown role wizard" in told.stderr
    assert "Traceback" not in told.stderr

"""Signing in: every role's first page, a second step, a passkey, and a lockout that shuts out nobody else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from goldthread.accounts.roles import roles
from tests.browser.conftest import Person, Service
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser

FIRST_PAGES = {
    "handler": r"/contact/[0-9a-f-]{36}/$",
    "dispatcher": r"/board/$",
    "supervisor": r"/board/$",
    "fim": r"/board/$",
    "officer": r"/incidents/$",
    "vast": r"/safeguarding/$",
    "investigator": r"/investigation/$",
    "qa": r"/quality/$",
    "silver": r"/governance/$",
    "pcc": r"/commissioner/$",
    "auditor": r"/audit/$",
}


@pytest.mark.long
def test_each_role_lands_on_its_own_first_page(person: Callable[..., Person]) -> None:
    visitor = person(None)
    for username, first in FIRST_PAGES.items():
        page = visitor.sign_in(username).page
        expect(page).to_have_url(re.compile(first))
        expect(page.get_by_role("main")).to_be_visible()
        page.context.clear_cookies()


def test_every_role_names_a_page_that_exists() -> None:
    from django.urls import reverse

    assert all(reverse(role.first_page).startswith("/") for role in roles().values())


@pytest.mark.long
def test_a_second_step_is_set_up_and_then_asked_for(person: Callable[..., Person]) -> None:
    from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time

    first = person(None).sign_in("teammate").go("/accounts/2fa/totp/activate/")
    if first.page.get_by_label("Password").count():
        first.page.get_by_label("Password").fill(PASSWORD)
        first.page.get_by_role("button", name=re.compile("Confirm|Continue|Sign in")).first.click()
    secret = first.page.locator(".code").first.inner_text().strip()

    def code() -> str:
        counter = next(iter(yield_hotp_counters_from_time()))
        return f"{hotp_value(secret, counter):06d}"

    first.page.get_by_label("Code from the app").fill("000000")
    first.page.get_by_role("button", name="Start using it").click()
    expect(first.page.get_by_role("alert").first).to_be_visible()
    first.page.get_by_label("Code from the app").fill(code())
    first.page.get_by_role("button", name="Start using it").click()
    expect(first.page.get_by_text(re.compile("recovery code", re.IGNORECASE)).first).to_be_visible()

    again = person(None).go("/accounts/login/")
    again.page.get_by_label("User name").fill("teammate")
    again.page.get_by_label("Password").fill(PASSWORD)
    again.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(again.page.get_by_label("Code from your authenticator app")).to_be_visible()
    again.go("/board/")
    expect(again.page.locator("tbody")).to_have_count(0)
    expect(again.page).to_have_url(re.compile("/accounts/(login|2fa/authenticate)/"))


def test_a_passkey_is_added_and_signs_in_without_a_password(person: Callable[..., Person]) -> None:
    visitor = person(None).sign_in("silver")
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    visitor.go("/accounts/2fa/webauthn/add/")
    if visitor.page.get_by_label("Password").count():
        visitor.page.get_by_label("Password").fill(PASSWORD)
        visitor.page.get_by_role("button", name=re.compile("Confirm|Continue|Sign in")).first.click()
    visitor.page.get_by_label("Name").fill("Desk key")
    visitor.page.get_by_label("Use it instead of my password").check()
    visitor.page.get_by_role("button", name=re.compile("Add")).first.click()
    visitor.page.wait_for_url(lambda url: "webauthn/add" not in url)
    visitor.go("/accounts/2fa/webauthn/")
    expect(visitor.page.get_by_role("rowheader", name="Desk key")).to_be_visible()

    visitor.page.context.clear_cookies()
    visitor.go("/accounts/login/")
    visitor.page.get_by_role("button", name="Use a passkey").click()
    visitor.page.wait_for_url("**/governance/")


@pytest.mark.long
def test_six_wrong_passwords_lock_that_name_here_and_nobody_else(
    person: Callable[..., Person], service: Service
) -> None:
    visitor = person(None)
    for _ in range(6):
        visitor.go("/accounts/login/")
        visitor.page.get_by_label("User name").fill("far-supervisor")
        visitor.page.get_by_label("Password").fill("not the password")
        visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(visitor.page.get_by_role("main")).to_contain_text("Sign-in is paused for this name")
    visitor.go("/accounts/login/")
    visitor.page.get_by_label("User name").fill("far-supervisor")
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(visitor.page).not_to_have_url(re.compile("/board/"))
    expect(person(None).sign_in("dispatcher").page).to_have_url(re.compile("/board/"))
    unlock = "import sys; from goldthread.cli import main; sys.exit(main(['staff', 'unlock', 'far-supervisor']))"
    subprocess.run([sys.executable, "-c", unlock], env=service.database.env, check=True)
    expect(person(None).sign_in("far-supervisor").page).to_have_url(re.compile("/board/"))


@pytest.mark.long
def test_a_page_from_before_can_send_after_signing_in_again_elsewhere(person: Callable[..., Person]) -> None:
    handler = person(None).sign_in("handler").go("/contact/")
    typing = handler.page.get_by_label("What is said or heard")
    typing.fill("bairn heard crying")
    handler.page.locator("[data-reference]").wait_for()
    other = handler.page.context.new_page()
    Person(other, handler.base).go("/accounts/logout/")
    other.get_by_role("main").get_by_role("button", name=re.compile("Sign out")).first.click()
    other.wait_for_url("**/accounts/login/**")

    typing.press("Control+Enter")
    expect(handler.page.get_by_role("heading", name="Your sign-in has ended")).to_be_visible()
    expect(typing).to_have_value("bairn heard crying")

    Person(other, handler.base).sign_in("handler")
    typing.press("Control+Enter")
    expect(handler.page.locator("#said")).to_contain_text("bairn heard crying")

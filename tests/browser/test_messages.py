"""Messages in a browser: the integrator finds what cannot be read and settles it by keys, and the pages are sound in every light."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoDbBlocker

from goldthread.accounts.models import Staff
from goldthread.integration import message_actions
from goldthread.integration import message_came_rules as came_rules
from goldthread.integration.message_models import Message, MessageSettled
from tests.browser.conftest import Person, Service, inside
from tests.integration.messages_given import RISKY, account_of, integrator, told

pytestmark = pytest.mark.browser
Opened = Callable[..., Person]


@pytest.fixture(scope="module")
def came(service: Service, django_db_blocker: DjangoDbBlocker) -> Iterator[Service]:
    """What a system handed in: an incident told outside the rule, words that wait, and two that cannot be read."""
    with inside(service, django_db_blocker):
        team = Staff.objects.get(username="handler").team
        sender = Staff.objects.filter(username="nightingale").first() or account_of(team)
        if not Staff.objects.filter(username="integrator").exists():
            integrator()
        messages = [
            told(1, "opened", "NG-9"), told(2, "grade", "NG-9", grade="1"), told(3, "grade", "NG-9", grade="3"),
            told(5, "words", "NG-9", text=RISKY), told(6, "words", "NG-9", at="ten past two", text=RISKY),
            {"text": "nobody knows whose"}, told(1, "opened", "NG-10", at="2026-11-23T02:07:00Z"),
        ]  # fmt: skip
        message_actions.take(sender, [came_rules.came(one, 200) for one in messages])
        yield service


def test_the_integrator_finds_and_settles_by_keys(
    came: Service, person: Opened, django_db_blocker: DjangoDbBlocker
) -> None:
    one = person("integrator").go("/")
    one.page.keyboard.press("g")
    one.page.keyboard.press("x")
    one.page.wait_for_url("**/messages/**")
    one.page.keyboard.press("u")
    one.page.wait_for_url("**show=wanting")
    one.page.get_by_role("link", name="not known without an id").click()
    assert "nobody knows whose" in one.page.get_by_label("The message as it came").inner_text()
    one.page.get_by_label("Why").select_option("nothing")
    one.page.get_by_role("button", name="It wants nothing more").click()
    one.page.wait_for_url("**/messages/")
    assert one.page.get_by_text("It is settled and left the list.").is_visible()
    with inside(came, django_db_blocker):
        assert MessageSettled.objects.filter(message__system="").count() == 1
    assert one.complaints == []


@pytest.mark.parametrize(("dark", "size"), [(False, (1920, 1080)), (True, (1280, 800))])
def test_the_pages_are_sound(
    came: Service, person: Opened, django_db_blocker: DjangoDbBlocker, dark: bool, size: tuple[int, int]
) -> None:
    with inside(came, django_db_blocker):
        message = Message.objects.filter(became="unreadable", at_risk=True).latest("id").pk
    one = person("integrator", dark=dark, size=size)
    for path in ("/messages/?show=all", "/messages/?show=waiting", "/messages/?show=outside", f"/messages/{message}/"):
        one.go(path)
        assert one.axe() == [], path
        assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    assert one.complaints == []

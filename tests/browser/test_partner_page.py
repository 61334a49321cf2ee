"""A partner on a telephone, and then at a desk: from the link in a message to the outcome for the child."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker, Settings

from goldthread.accounts.models import Staff
from goldthread.config.env import Mail
from goldthread.contact import actions as contact
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding.referral_models import Referral
from tests.browser.conftest import Person, Service, inside
from tests.cast import key, opened, say
from tests.safeguarding.links import Partner, path
from tests.safeguarding.referrals import partner, referred

pytestmark = pytest.mark.browser
PHONE, DESK = (390, 844), (1280, 800)


@pytest.fixture
def referral(
    service: Service, tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[Referral]:
    """A referral in the running service, to which this test is connected meanwhile."""
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "texts.invalid")
    with inside(service, django_db_blocker):
        handler, vast = (Staff.objects.ranked().get(username=one) for one in ("handler", "vast"))
        incident = opened(handler)
        say(handler, incident, "He is shouting and the little girl is upstairs.")
        girl = ChildGiven(
            "8f0c8d1e-2f63-4a57-9a3c-0a7c3c1f2b11", "Orla Fenwick", 9, False, "at her gran's", "her gran", "not_seen"
        )
        contact.answer_children(handler, incident.pk, key=key(), answer="named", given=[girl])
        yield referred(vast, incident, partner(name=f"Larch Council {tmp_path.name}"))


def test_a_partner_opens_reads_says_so_and_answers(
    person: Callable[..., Person], referral: Referral, tmp_path: Path
) -> None:
    link = path(referral)
    ada = person(None, size=PHONE)
    page = ada.go(link).page

    def sound() -> None:
        for dark, size in ((False, PHONE), (True, DESK)):
            ada.look(dark=dark, size=size)
            assert ada.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size

    sound()
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("status")).to_contain_text("A code was sent to the number that ends in 002")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("That is not the code")
    sound()
    page.get_by_label("Code").fill(Partner(link, tmp_path).newest())
    page.get_by_role("button", name="Open", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("Orla Fenwick")
    page.get_by_label("I am").fill("Ada Lead")
    page.get_by_label("I have read this").check()
    sound()
    page.get_by_role("button", name="Say that I have read it").click()
    page.get_by_label("We decline it").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Give the reason")
    page.get_by_label("In your words").fill("Not our area.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("main")).to_contain_text("Declined by Ada Lead")
    sound()
    page.get_by_role("button", name="Close this page").click()
    expect(page.get_by_role("main")).not_to_contain_text("Orla")
    assert [one for one in ada.complaints if "422" not in one] == []

    vast = person("vast", size=DESK).go(f"/safeguarding/referrals/{referral.pk}/")
    expect(vast.page.get_by_role("main")).to_contain_text("Not our area.")
    assert vast.axe() == []

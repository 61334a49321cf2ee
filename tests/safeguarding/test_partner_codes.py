"""The codes of a partner's link: they go to whom it was sent to, work once and not for long, and cannot be guessed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from goldthread.audit.models import Payload
from goldthread.safeguarding import link_rules
from goldthread.safeguarding.link_models import LinkCode, LinkUse, PartnerLink
from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast
from tests.response.test_alarms import later
from tests.safeguarding.links import Partner, by_link, kinds, mails, path
from tests.safeguarding.referrals import partner, referred, with_children
from tests.supervision.test_pages import text


def test_the_door_shows_nothing_and_a_code_goes_to_the_contact_alone(
    referral: Referral, ada: Partner, folder: Path
) -> None:
    page = ada.open()
    assert (page.status_code, page["X-Robots-Tag"], page["Cache-Control"]) == (
        200,
        "noindex, nofollow, noarchive",
        "no-store",
    )
    shown = text(page)
    assert "the number that ends in 002" in shown
    for word in ("Orla", "Ada", "01632", referral.reference, "Board", "Sign in", "Goldthread"):
        assert word not in shown
    assert ada.client.cookies.get("goldthread_session") is None
    code = ada.code()
    assert mails(folder)[-1]["To"] == "01632960002@texts.invalid"
    assert code not in str(LinkCode.objects.values_list("digest", "session"))
    assert not Payload.objects.filter(text__contains=code).exists()
    assert kinds(referral) == ["opened", "asked"]


def test_a_code_works_once_for_ten_minutes_and_the_newest_alone(referral: Referral, ada: Partner, folder: Path) -> None:
    first = ada.code()
    second = ada.code()
    assert first != second or ada.code()
    assert "not the code" in text(ada.enter(first))
    assert ada.enter(second).status_code == 302
    other = Partner(ada.link, folder)
    assert "used before" in text(other.enter(second))
    assert "He shouted" not in text(other.open())
    third = other.code()
    later(timedelta(minutes=10))
    assert "has run out" in text(other.enter(third))
    assert other.enter(other.code().replace("", " ")).status_code == 302, "however it is spaced"
    assert kinds(referral).count("replayed") == 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "x" * 5000])
def test_what_can_be_no_code_costs_no_try(referral: Referral, ada: Partner, typed: str) -> None:
    ada.code()
    assert ada.post("enter", code=typed).status_code == 422
    assert LinkCode.objects.get().wrong == 0


def test_five_wrong_ones_kill_a_code_and_a_new_one_opens(referral: Referral, ada: Partner) -> None:
    right = ada.code()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(4):
        assert "That is not the code" in text(ada.enter(wrong))
    assert "That code is dead" in text(ada.enter(wrong))
    assert "That code is dead" in text(ada.enter(right))
    assert ada.enter().status_code == 302
    assert kinds(referral).count("wrong") == 5


def test_codes_are_rationed_by_link_and_by_address(referral: Referral, ada: Partner, folder: Path) -> None:
    for _ in range(link_rules.CODES_AN_HOUR):
        ada.code()
    refused = Partner(ada.link, folder, "198.51.100.9").post("code")
    assert refused.status_code == 429
    assert "Too many codes" in text(refused)
    assert LinkCode.objects.count() == link_rules.CODES_AN_HOUR
    later(timedelta(hours=1))
    assert ada.enter().status_code == 302


def test_one_address_cannot_guess_on_many_links(referral: Referral, ada: Partner) -> None:
    link = PartnerLink.objects.get()
    right = ada.code()
    for _ in range(link_rules.FROM_AN_ADDRESS):
        LinkUse(link=link, kind="wrong", address="192.0.2.7").save()
    assert "Too many codes" in text(ada.enter(right))


def test_the_page_closes_after_half_an_hour_and_what_was_typed_comes_back_with_the_next_code(
    referral: Referral, ada: Partner
) -> None:
    ada.enter()
    ada.post("seen", person="Ada Lead", read="on")
    later(link_rules.SESSION)
    typed = {"leg": "acted", "person": "Ada Lead", "words": 'Visited "at once" <b>'}
    closed = ada.post("answer", **typed)
    assert "open for half an hour" in text(closed)
    assert by_link(referral) == [("seen", "Ada Lead")]
    assert "He shouted" not in text(ada.open())
    assert "Visited &#34;at once&#34; &lt;b&gt;" in ada.post("code", **typed).content.decode()
    back = ada.post("enter", code=ada.newest(), **typed)
    assert back.status_code == 200
    assert "Visited &#34;at once&#34; &lt;b&gt;" in back.content.decode()
    assert "He shouted" in text(back)
    assert ada.post("answer", **typed).status_code == 302


def test_a_browser_that_opened_one_link_opens_no_other(
    cast: Cast, referral: Referral, ada: Partner, folder: Path
) -> None:
    other = referred(
        cast.vast, with_children(cast, "Liv Amber"), partner(name="Larch Council"), concern="Another matter"
    )
    ada.enter()
    elsewhere = Partner(path(other), folder)
    elsewhere.client.cookies["goldthread_partner"] = ada.client.cookies["goldthread_partner"].value
    assert "Another matter" not in text(elsewhere.open())
    assert elsewhere.post("seen", person="Ada", read="on").status_code == 200
    assert by_link(other) == []

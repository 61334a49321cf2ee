"""What goes wrong with a partner's link: what they see then, and that somebody of ours hears of it at once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from goldthread.clocks.db import database_now
from goldthread.config.env import Mail
from goldthread.notices import actions as notices
from goldthread.notices.notice_models import Notice
from goldthread.safeguarding import link_actions, link_partner_actions, link_rules, referral_actions
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.link_models import PartnerLink
from goldthread.safeguarding.referral_models import Referral
from tests.accounts.test_sight_of_routes import Browser
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.safeguarding.links import Partner, by_link, kinds, path
from tests.safeguarding.referrals import given, leg, partner, referred, with_children
from tests.supervision.test_pages import text

PDF = b"%PDF-1.7\nour plan"


@pytest.mark.parametrize("fault", [None, RuntimeError("broken"), OperationalError("away")])
def test_whatever_goes_wrong_a_partner_sees_nothing_of_the_house(
    ada: Partner, cast: Cast, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    """A form without its token, a wrong address or method, a fault, the database away: also in a browser of ours."""
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(cast.vast)
    if fault is None:
        answers = [client.post(f"{ada.link}code"), client.get(f"{ada.link}nothing"), client.get(f"{ada.link}close")]
    else:
        monkeypatch.setattr(link_partner_actions, "arrive", Mock(side_effect=fault))
        answers = [client.get(ada.link)]
    assert {one.status_code for one in answers} <= {403, 404, 405, 500, 503}
    for answer in answers:
        shown = answer.content.decode()
        for word in ("Goldthread", "<nav", "<script", cast.vast.name, 'href="/"'):
            assert word not in shown, (answer.status_code, word)
        assert "ring 999" in shown
        assert "open the link in the message again" in shown
    assert "<nav" in client.get("/nothing").content.decode(), "elsewhere the house has its bar"


ENDS = {
    "withdrawn": "was withdrawn",
    "revoked": "was ended",
    "expired": "has expired",
    "contact": "not yours to open any more",
}


@pytest.mark.parametrize("how", ENDS)
def test_a_link_that_has_ended_says_so_and_shows_nothing(
    cast: Cast, referral: Referral, ada: Partner, how: str
) -> None:
    ada.enter()
    ada.post("seen", person="Ada Lead", read="on")
    code = ada.code()
    if how == "withdrawn":
        referral_actions.withdraw(cast.vast, referral.pk, key=key(), why="Sent about the wrong child.")
    elif how == "revoked":
        link_actions.revoke(cast.vast, referral.pk, key=key(), link=PartnerLink.objects.get().pk)
    elif how == "expired":
        later(link_rules.LIVES)
    else:
        referral.contact.active = False
        referral.contact.save()
    answers = [
        ada.open(), ada.post("code"), ada.enter(code), ada.post("answer", leg="accepted", person="Ada"),
        ada.client.get(f"{ada.link}files/{referral.pk}"),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 410
        assert ENDS[how] in text(answer)
        assert "Orla" not in text(answer)
    assert how in kinds(referral)
    assert [leg for leg, _ in by_link(referral)] == ["seen"]


def test_a_contact_without_an_address_and_a_file_without_its_key_are_said_in_a_page(
    cast: Cast, referral: Referral, ada: Partner, settings: Settings
) -> None:
    made = link_actions.attach(cast.vast, referral.pk, key=key(), upload=SimpleUploadedFile("map.pdf", PDF))
    link_actions.share(cast.vast, referral.pk, key=key(), file=made.pk, shown=True)
    ada.enter()
    settings.FILES_KEY = ""
    unsealed = ada.client.get(f"{ada.link}files/{made.pk}")
    referral.contact.email = referral.contact.phone = ""
    referral.contact.save()
    ada.client.cookies.clear()
    for answer in (unsealed, ada.open(), ada.post("code")):
        assert answer.status_code == 503
        assert "wrong on our side" in text(answer)


def test_a_text_that_we_did_not_sign_opens_nothing(referral: Referral, ada: Partner, folder: Path) -> None:
    token = ada.link.removeprefix("/p/").rstrip("/")
    for changed in (token[:-1], f"x{token}", "x", "a.b", "%00", "é" * 40, "x" * 5000, token.replace(".", ":")):
        stranger = Partner(f"/p/{changed}/", folder)
        assert stranger.open().status_code in {400, 404}, changed
        assert stranger.post("code").status_code in {400, 404}
    assert kinds(referral) == []


def test_where_no_link_can_be_sent_the_referral_stands_and_says_so(cast: Cast, browser: Browser, folder: Path) -> None:
    to = partner()
    to.email = to.phone = ""
    to.save()
    made = referred(cast.vast, with_children(cast, "Orla Fenwick"), to)
    assert made.incident.entries.filter(code="link.none").exists()
    assert "No link was sent" in text(browser(cast.vast).get(f"/safeguarding/referrals/{made.pk}/"))


def test_nothing_left_is_said_to_the_sender_and_tells_vast_at_once(
    cast: Cast, browser: Browser, folder: Path, settings: Settings
) -> None:
    settings.MAIL = Mail(
        folder.as_uri(), "goldthread@amberford.invalid", ""
    )  # no texts, and the list has no mail of theirs
    to, incident = partner(), with_children(cast, "Orla Fenwick")
    to.email = ""
    to.save()
    client, values = browser(cast.vast), given(to, incident)
    at = f"/safeguarding/incidents/{incident.pk}/refer"
    sent = {**values, "kind": "social_care", "key": key(), "leaves": values["fields"]}
    seen = re.search(r'name="previewed" value="(\w+)"', client.post(at, {**sent, "do": "preview"}).content.decode())
    assert seen is not None
    page = text(client.post(at, {**sent, "do": "send", "previewed": seen[1]}, follow=True))
    assert "Nothing could be sent to Ada Lead, duty desk. Telephone them: 01632 960002" in page
    assert "Sent to" not in page
    watch()
    assert "Reaching a partner" in text(client.get("/safeguarding/clocks"))
    made = Referral.objects.get()
    again = text(client.post(at, {**sent, "key": key(), "do": "send", "previewed": seen[1]}, follow=True))
    assert "Telephone them" in again
    leg(cast.vast, made, "seen", occurred_at=database_now(connection))
    assert not_reached() == 0
    told = referred(cast.vast, incident, to, concern="More.", told_at=database_now(connection), told_to="Ben Night")
    assert not_reached() == 0, "they were told by telephone first"
    referred(cast.vast, incident, to, concern="And more.")
    assert not_reached() == 1
    to.email = "ada@partner.example"
    to.save()
    link_actions.send(cast.vast, Referral.objects.get(number=told.number + 1).pk, key=key(), contact=to.pk)
    assert not_reached() == 0, "a link left"


def not_reached() -> int:
    return Clock.objects.filter(rule="partner_not_reached", stopped_at=None).count()


def fail(about: str) -> None:
    """Give the newest message of this kind up, as the outbox does when it is out of date."""
    notice = Notice.objects.filter(about=about, due_at__isnull=False).latest("pk")
    Notice.objects.filter(pk=notice.pk).update(until=notice.made_at)
    notices.send_due()


@pytest.mark.parametrize("how", ["telephone", "withdrawn"])
def test_a_partner_who_was_reached_otherwise_is_looked_for_no_more(cast: Cast, folder: Path, how: str) -> None:
    made = referred(cast.vast, with_children(cast, "Orla Fenwick"), partner())
    fail("link")
    assert not_reached() == 1
    if how == "telephone":
        leg(cast.vast, made, "accepted", occurred_at=database_now(connection))
    else:
        referral_actions.withdraw(cast.vast, made.pk, key=key(), why="Sent twice.")
    assert not_reached() == 0


def test_a_message_that_fails_after_they_were_reached_alarms_nobody(
    cast: Cast, referral: Referral, ada: Partner
) -> None:
    ada.post("code")  # the text, which will not arrive
    waits = Notice.objects.filter(channel="text", due_at__isnull=False)
    assert waits.count() == 1
    held = waits.get().pk
    Notice.objects.filter(pk=held).update(due_at=database_now(connection) + timedelta(minutes=9))
    assert ada.post("code", way="mail").status_code == 200
    assert ada.enter(ada.newest()).status_code == 302
    Notice.objects.filter(pk=held).update(due_at=database_now(connection), until=database_now(connection))
    notices.send_due()
    assert Notice.objects.get(pk=held).failed_at is not None
    assert not_reached() == 0
    link_actions.send(cast.vast, referral.pk, key=key(), contact=referral.contact_id)
    leg(cast.vast, referral, "accepted", occurred_at=database_now(connection))
    fail("link")
    assert not_reached() == 0, "they have said by telephone that they accept it"


def test_a_message_that_is_not_delivered_tells_vast_at_once_until_they_are_reached(
    cast: Cast, browser: Browser, referral: Referral, ada: Partner
) -> None:
    link = PartnerLink.objects.get()
    link_actions.send(cast.vast, referral.pk, key=key(), contact=referral.contact_id)
    newer = PartnerLink.objects.latest("pk")
    Notice.objects.filter(about="link", about_id=str(newer.pk)).update(until=link.made_at)
    notices.send_due()
    watch()
    told = text(browser(cast.vast).get("/safeguarding/clocks"))
    assert "Reaching a partner to whom no message was delivered" in told
    page = text(browser(cast.vast).get(f"/safeguarding/referrals/{referral.pk}/"))
    assert "not delivered" in page
    assert "01632" not in page or "Telephone them" in page
    assert referral.incident.entries.filter(code="link.failed").count() == 1
    Partner(path(referral), ada.folder).enter()
    assert not Clock.objects.filter(rule="partner_not_reached", stopped_at=None).exists()

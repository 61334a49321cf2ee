"""The partner's link: opens for whom it was sent to, shows what was sent and nothing else, and is answered by name."""

from __future__ import annotations

import html
import json
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from goldthread.audit.models import AuditEvent, Payload
from goldthread.config.env import Mail
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.files.file_models import Attachment
from goldthread.notices import actions as notices
from goldthread.notices.notice_models import Notice
from goldthread.safeguarding import link_actions, link_partner_actions, link_rules, referral_actions
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.link_models import LinkCode, LinkUse, PartnerLink
from goldthread.safeguarding.referral_models import Referral, ReferralLeg
from tests.accounts.test_sight_of_routes import Browser
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.safeguarding.links import Partner, mails, path
from tests.safeguarding.referrals import partner, referred, with_children
from tests.supervision.test_pages import text

PDF = b"%PDF-1.7\nour plan"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "texts.invalid")
    return tmp_path


@pytest.fixture
def referral(cast: Cast, folder: Path) -> Referral:
    made = referred(cast.vast, with_children(cast, "Orla Fenwick", "Tom Fenwick"), partner())
    notices.send_due()
    return made


@pytest.fixture
def ada(referral: Referral, folder: Path) -> Partner:
    return Partner(path(referral), folder)


def kinds(referral: Referral) -> list[str]:
    return list(LinkUse.objects.filter(link__referral=referral).order_by("pk").values_list("kind", flat=True))


def by_link(referral: Referral) -> list[tuple[str, str]]:
    found = ReferralLeg.objects.filter(referral=referral, origin="link").order_by("pk")
    return list(found.values_list("leg", "by_name"))


def test_a_link_goes_with_the_referral_and_says_nothing_of_it(referral: Referral, folder: Path) -> None:
    (mail,) = mails(folder)
    assert mail["To"] == "ada@partner.example"
    said = f"{mail['Subject']} {mail.get_content()}"
    assert path(referral) in said
    for word in ("Orla", "Fenwick", "shout", "child", referral.incident.reference, referral.reference):
        assert word.casefold() not in said.casefold()
    assert referral.incident.entries.filter(code="link.sent").count() == 1


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


def test_what_left_is_shown_as_it_left_after_the_code_and_each_showing_is_a_disclosure(
    referral: Referral, ada: Partner
) -> None:
    answer = ada.enter()
    cookie = answer.cookies["goldthread_partner"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (ada.link, True, "Lax")
    shown = text(ada.open())
    assert "He shouted while she was upstairs" in shown
    assert referral.sha256 in shown
    assert "Orla Fenwick" in shown
    assert "Tom" not in shown
    for word in ("THRIVE", "incident", "Supervision", "Goldthread"):
        assert word not in shown
    ada.open()
    events = AuditEvent.objects.filter(verb="link.show")
    assert {(one.duty, one.staff_id, one.role) for one in events} == {("disclosure", None, "partner")}
    assert len(events) == 2
    about = [(kind, str(pk)) for kind, pk in json.loads(events[0].subjects)]
    assert ("referral", str(referral.pk)) in about
    assert ("partner_contact", str(referral.contact_id)) in about, "named as where the referral was sent"
    assert json.loads(events[0].detail)["sha256"] == referral.sha256
    assert by_link(referral) == [], "opening is not reading"


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


def test_reading_needs_a_name_and_a_word_and_answers_come_after_it(referral: Referral, ada: Partner) -> None:
    ada.enter()
    early = ada.post("answer", leg="accepted", person="Ada Lead")
    assert early.status_code == 422
    assert "Say first who you are" in text(early)
    for given in ({"person": "", "read": "on"}, {"person": "Ada Lead"}, {"person": "A" * 500, "read": "on"}):
        assert ada.post("seen", **given).status_code == 422
    assert by_link(referral) == []
    assert ada.post("seen", person=" Ada  Lead ", read="on").status_code == 302
    assert by_link(referral) == [("seen", "Ada Lead")]
    empty = ada.post("answer", leg="declined", person="Ada Lead", words=" ")
    assert "Give the reason why you decline it" in text(empty)
    long = ada.post("answer", leg="declined", person="Ada Lead", words="x" * 5000)
    assert (long.status_code, "x" * 5000 in long.content.decode()) == (422, True), "what was typed stays"
    ada.post("answer", leg="accepted", person="Ada Lead")
    ada.post(
        "answer",
        leg="acted",
        person="Bo Social",
        words="Visited.\r\nSeen and well.",
        file=SimpleUploadedFile("plan.pdf", PDF),
    )
    ada.post("answer", leg="outcome", person="Bo Social", words="Plan agreed.")
    assert [leg for leg, _ in by_link(referral)] == ["seen", "accepted", "acted", "outcome"]
    assert not Clock.objects.filter(about="referral", about_id=str(referral.pk), stopped_at=None).exists()
    assert Attachment.objects.get().by_name == "Bo Social"
    assert "Visited. Seen and well." in text(ada.open())
    assert referral.incident.entries.filter(code="referral.outcome").count() == 1


def test_a_file_that_comes_with_an_unchanged_answer_stands_on_the_timeline(
    cast: Cast, browser: Browser, referral: Referral, ada: Partner
) -> None:
    ada.enter()
    ada.post("seen", person="Ada Lead", read="on")
    for content in (None, PDF, PDF, PDF + b"2"):
        with_it = {"file": SimpleUploadedFile("plan.pdf", content)} if content else {}
        ada.post("answer", leg="acted", person="Ada Lead", words="Visited.", **with_it)
    assert [leg for leg, _ in by_link(referral)] == ["seen", "acted"]
    assert referral.incident.entries.filter(code="link.given").count() == 2
    assert "the partner sent a file" in text(browser(cast.vast).get(f"/incidents/{referral.incident_id}/"))


def test_the_name_of_a_file_is_looked_through_for_children_whom_the_referral_does_not_tell_of() -> None:
    others, about = ["Orla Fenn", "Bo Fenn", "Kai Ash"], ["Mia Fenn"]
    assert link_rules.told_of("IMG_orla-and-mia.jpg", others, about) == ["Orla Fenn"]
    assert link_rules.told_of("fenn-house-about.jpg", others, about) == []


def test_the_same_answer_twice_is_one_and_another_of_its_kind_corrects_it(referral: Referral, ada: Partner) -> None:
    ada.enter()
    ada.post("seen", person="Ada Lead", read="on")
    ada.post("seen", person="Ada Lead", read="on")
    for words in ("No room", "No room", "Not our area: North Larch is"):
        ada.post("answer", leg="declined", person="Ada Lead", words=words)
    assert [leg for leg, _ in by_link(referral)] == ["seen", "declined", "declined"]
    assert "No room" in text(ada.open())
    assert "(corrected below)" in text(ada.open())


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
    assert "Visited &quot;at once&quot; &lt;b&gt;" in back.content.decode()
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


def test_a_new_link_ends_the_earlier_one_of_the_same_contact(
    cast: Cast, referral: Referral, ada: Partner, folder: Path
) -> None:
    again = key()
    one = link_actions.send(cast.vast, referral.pk, key=again, contact=referral.contact_id)
    assert link_actions.send(cast.vast, referral.pk, key=again, contact=referral.contact_id) == one
    assert "was ended" in text(ada.open())
    assert Partner(path(referral), folder).enter().status_code == 302


def test_only_a_contact_of_that_partner_who_can_be_reached_is_sent_one(cast: Cast, referral: Referral) -> None:
    stranger = partner(name="Another council")
    gone = referral.partner.contacts.create(name="Gone", email="gone@partner.example", active=False)
    mute = referral.partner.contacts.create(name="Mute", phone="extension 12")
    for one, why in (
        (stranger.pk, "on the list now"),
        (gone.pk, "on the list now"),
        (0, "on the list now"),
        (mute.pk, "Telephone the partner"),
    ):
        with pytest.raises(Invalid, match=why):
            link_actions.send(cast.vast, referral.pk, key=key(), contact=one)
    referral_actions.withdraw(cast.vast, referral.pk, key=key(), why="Sent twice.")
    with pytest.raises(Refused, match="withdrawn"):
        link_actions.send(cast.vast, referral.pk, key=key(), contact=referral.contact_id)


def test_where_no_link_can_be_sent_the_referral_stands_and_says_so(cast: Cast, browser: Browser, folder: Path) -> None:
    to = partner()
    to.email = to.phone = ""
    to.save()
    made = referred(cast.vast, with_children(cast, "Orla Fenwick"), to)
    assert made.incident.entries.filter(code="link.none").exists()
    assert "No link was sent" in text(browser(cast.vast).get(f"/safeguarding/referrals/{made.pk}/"))


def test_a_message_that_is_not_delivered_tells_vast_at_once_until_they_are_reached(
    cast: Cast, browser: Browser, referral: Referral, ada: Partner
) -> None:
    link = PartnerLink.objects.get()
    link_actions.send(cast.vast, referral.pk, key=key(), contact=referral.contact_id)
    newer = PartnerLink.objects.latest("pk")
    Notice.objects.filter(about="link", about_id=str(newer.pk)).update(until=link.made_at)
    notices.send_due()
    from goldthread.safeguarding.clock_actions import watch

    watch()
    told = text(browser(cast.vast).get("/safeguarding/clocks"))
    assert "Reaching a partner to whom no message was delivered" in told
    page = text(browser(cast.vast).get(f"/safeguarding/referrals/{referral.pk}/"))
    assert "not delivered" in page
    assert "01632" not in page or "Telephone them" in page
    assert referral.incident.entries.filter(code="link.failed").count() == 1
    Partner(path(referral), ada.folder).enter()
    assert not Clock.objects.filter(rule="partner_not_reached", stopped_at=None).exists()


def test_files_stand_beside_the_referral_for_both_sides_and_for_nobody_else(
    cast: Cast, browser: Browser, referral: Referral, ada: Partner
) -> None:
    client = browser(cast.vast)
    at = f"/safeguarding/referrals/{referral.pk}/"
    sent = client.post(f"{at}file", {"key": key(), "file": SimpleUploadedFile("map.pdf", PDF)}, follow=True)
    assert "not shown to them yet" in text(sent)
    assert "Shown, it is seen by Ada Lead, duty desk, of Amberford Children's Services." in html.unescape(text(sent))
    lying = client.post(f"{at}file", {"key": key(), "file": SimpleUploadedFile("map.png", PDF)}, follow=True)
    assert "ends in .png" in text(lying)
    made = Attachment.objects.get()
    assert ada.client.get(f"{ada.link}files/{made.pk}").status_code == 200
    assert b"%PDF" not in ada.client.get(f"{ada.link}files/{made.pk}").content, "not before the code"
    ada.enter()
    assert "map.pdf" not in text(ada.open())
    assert ada.client.get(f"{ada.link}files/{made.pk}").status_code == 404
    assert client.post(f"{at}file/shown", {"key": key(), "file": made.pk, "shown": "on"}).status_code == 302
    assert "map.pdf" in text(ada.open())
    taken = ada.client.get(f"{ada.link}files/{made.pk}")
    assert (taken.content, taken["Content-Disposition"]) == (PDF, 'attachment; filename="map.pdf"')
    assert AuditEvent.objects.filter(verb="file.give", role="partner", duty="disclosure").count() == 1
    assert "Not shown any more" in text(client.post(f"{at}file/shown", {"key": key(), "file": made.pk}, follow=True))
    assert "map.pdf" not in text(ada.open())
    assert ada.client.get(f"{ada.link}files/{made.pk}").status_code == 404
    lines = referral.incident.entries.filter(code__startswith="link.file").order_by("seq")
    assert list(lines.values_list("code", flat=True)) == ["link.file", "link.file_off"]
    assert AuditEvent.objects.filter(verb__in=["link.share", "link.unshare"], staff_id=cast.vast.pk).count() == 2
    assert browser(cast.vast).get(f"/files/{made.pk}").status_code == 200
    for who in (cast.stranger, cast.far_supervisor, cast.pcc, cast.officer):
        assert browser(who).get(f"/files/{made.pk}").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("vast", 302), ("supervisor", 302), ("fim", 302), ("far_supervisor", 404), ("handler", 403), ("stranger", 403), ("pcc", 403),
     ("officer", 403), ("qa", 403), ("investigator", 404)],
)  # fmt: skip
def test_links_are_sent_and_ended_by_those_who_may_refer_there(
    cast: Cast, browser: Browser, referral: Referral, who: str, status: int
) -> None:
    client, at = browser(getattr(cast, who)), f"/safeguarding/referrals/{referral.pk}/"
    link = PartnerLink.objects.get()
    assert client.post(f"{at}link/end", {"key": key(), "link": link.pk}).status_code == status
    assert client.post(f"{at}link", {"key": key(), "contact": referral.contact_id}).status_code == status
    assert client.post(f"{at}file", {"key": key(), "file": SimpleUploadedFile("a.txt", b"x")}).status_code == status
    file = {"key": key(), "file": Attachment.objects.values_list("pk", flat=True).first() or key(), "shown": "on"}
    assert client.post(f"{at}file/shown", file).status_code == status
    link.refresh_from_db()
    assert (link.revoked_at is not None) == (status == 302)


def test_another_referrals_link_is_not_ended_from_here(cast: Cast, referral: Referral) -> None:
    other = referred(cast.vast, with_children(cast, "Liv Amber"), partner(name="Larch Council"))
    with pytest.raises(NotThere):
        link_actions.revoke(cast.vast, referral.pk, key=key(), link=PartnerLink.objects.get(referral=other).pk)


def test_staff_signed_in_get_nothing_more_from_a_link(
    cast: Cast, browser: Browser, referral: Referral, ada: Partner
) -> None:
    assert "He shouted" not in text(browser(cast.vast).get(ada.link))
    assert "He shouted" not in text(browser(cast.pcc).get(ada.link))

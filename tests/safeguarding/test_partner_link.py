"""The partner's link: goes with what was sent, shows that and nothing else, and is answered by name."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.files.file_models import Attachment
from goldthread.safeguarding import link_actions, link_rules, referral_actions
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.link_models import PartnerLink
from goldthread.safeguarding.referral_models import Referral
from tests.accounts.test_sight_of_routes import Browser
from tests.cast import Cast, key
from tests.safeguarding.links import Partner, by_link, mails, path
from tests.safeguarding.referrals import leg, partner, referred, with_children
from tests.supervision.test_pages import text

PDF = b"%PDF-1.7\nour plan"


def test_a_link_goes_with_the_referral_and_says_nothing_of_it(referral: Referral, folder: Path) -> None:
    (mail,) = mails(folder)
    assert mail["To"] == "ada@partner.example"
    said = f"{mail['Subject']} {mail.get_content()}"
    assert path(referral) in said
    for word in ("Orla", "Fenwick", "shout", "child", referral.incident.reference, referral.reference):
        assert word.casefold() not in said.casefold()
    assert referral.incident.entries.filter(code="link.sent").count() == 1


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


def test_reading_needs_a_name_and_a_word_and_answers_come_after_it(referral: Referral, ada: Partner) -> None:
    ada.enter()
    early = ada.post("answer", leg="accepted", person="Ada Lead")
    assert early.status_code == 422
    assert "Say first who you are" in text(early)
    for typed in ({"person": "", "read": "on"}, {"person": "Ada Lead"}, {"person": "A" * 500, "read": "on"}):
        assert ada.post("seen", **typed).status_code == 422
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


def test_the_newest_decision_stands_however_often_it_turned(cast: Cast, referral: Referral, ada: Partner) -> None:
    ada.enter()
    ada.post("seen", person="Ada Lead", read="on")
    given = {"declined": "Not our area.", "accepted": ""}
    for one in ("declined", "accepted", "declined", "declined"):
        ada.post("answer", leg=one, person="Ada Lead", words=given[one])
    assert [leg for leg, _ in by_link(referral)][1:] == ["declined", "accepted", "declined"]
    rules = [one.rule for one in running(("referral", referral.pk))]
    assert rules == ["referral_declined"], "somebody of ours has to act on it"
    leg(cast.vast, referral, "accepted", occurred_at=database_now(connection))
    ada.post("answer", leg="declined", person="Ada Lead", words=given["declined"])
    assert [one.rule for one in running(("referral", referral.pk))] == ["referral_declined"], (
        "said after a telephone call"
    )


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


def test_withdrawn_after_a_link_showed_it_owes_that_its_reader_is_told(
    cast: Cast, browser: Browser, referral: Referral, ada: Partner
) -> None:
    ada.enter()
    ada.open()
    at = f"/safeguarding/referrals/{referral.pk}/"
    assert "Nobody there is known to have read it" not in text(browser(cast.vast).get(at))
    referral_actions.withdraw(cast.vast, referral.pk, key=key(), why="Another child of that name.")
    assert [one.rule for one in running(("referral", referral.pk))] == ["referral_withdrawn"]
    page = text(browser(cast.vast).get(at))
    assert "by whoever opened the link of Ada Lead, duty desk" in page
    assert "They must be told" in page


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

"""Referrals as pages: to refer with what leaves in sight, to follow it, and who sees any of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Staff
from goldthread.audit.actions import erase
from goldthread.audit.models import AuditEvent
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.safeguarding.referrals import given, leg, partner, referred, school, with_children
from tests.supervision.test_pages import Browser, text

LIST = "/safeguarding/referrals/"


@pytest.fixture
def incident(cast: Cast) -> Incident:
    return with_children(cast, "Mia Amber", "Kai Amber")


def sent(client: Client, incident: Incident, kind: str, values: dict[str, Any], do: str = "preview") -> Any:
    asked = {**values, "leaves": values["fields"]}
    return client.post(f"/safeguarding/incidents/{incident.pk}/refer", {"kind": kind, "do": do, "key": key(), **asked})


def previewed(page: Any) -> str:
    found = re.search(r'name="previewed" value="(\w*)"', page.content.decode())
    assert found is not None
    return found[1]


def test_one_sees_exactly_what_leaves_and_what_stays_before_it_goes(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client, to = browser(cast.vast), school()
    first = text(client.get(f"/safeguarding/incidents/{incident.pk}/refer?kind=school"))
    assert "even if the child was out at the time" in first
    begun = client.post(f"/safeguarding/incidents/{incident.pk}/refer", {"turn": "school"})
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', begun.content.decode()), "the first choice begins a form"
    values = given(to, incident, concern="Kai saw it, <b>she</b> was out.")
    page = sent(client, incident, "school", values)
    shown = text(page)
    for words in ("Exactly this leaves", "[another child] saw it", "Who the 1 other child is", "Where it happened"):
        assert words in shown
    assert "&lt;b&gt;she&lt;/b&gt;" in page.content.decode()
    assert not Referral.objects.exists()
    assert sent(client, incident, "school", values, "send").status_code == 422, "not sent unseen"
    done = sent(client, incident, "school", {**values, "previewed": previewed(page)}, "send")
    made = Referral.objects.get()
    assert done["Location"] == f"{LIST}{made.pk}/"
    assert made.sha256 == previewed(page)
    assert "[another child] saw it" in text(client.get(done["Location"]))


def test_a_refusal_and_another_kind_keep_every_word(cast: Cast, browser: Browser, incident: Incident) -> None:
    client, to = browser(cast.vast), school()
    words = "She said she is afraid to go home."
    refused = sent(client, incident, "school", given(to, incident, concern=words, staff_answer="yes"))
    assert refused.status_code == 422
    assert "education lead" in text(refused)
    assert words in text(refused)
    turned = client.post(
        f"/safeguarding/incidents/{incident.pk}/refer",
        {**given(to, incident, concern=words), "key": key(), "kind": "school", "turn": "education"},
    )
    assert turned.status_code == 200
    assert words in text(turned)
    assert "No contact is registered for this kind of partner" in text(turned)
    huge = sent(client, incident, "school", given(to, incident, concern="a" * 4_001))
    assert "longer than 4,000" in text(huge)
    assert "a" * 4_001 in huge.content.decode()
    odd = sent(client, incident, "school", given(to, incident, contact="x", told_at="31/02/2026 25:00", fields=["no"]))
    assert odd.status_code == 422


def test_the_referral_shows_its_legs_its_clock_and_whom_to_tell(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client, made = browser(cast.vast), referred(cast.vast, incident, partner())
    at = f"{LIST}{made.pk}/"
    refused = client.post(
        f"{at}leg", {"key": key(), "leg": "declined", "by_name": "Ada Lead", "occurred_at": "2020-01-01T10:00"}
    )
    assert refused.status_code == 422
    assert "Ada Lead" in refused.content.decode()
    leg(cast.vast, made, "seen")
    page = text(client.get(at))
    for words in (
        "Decision of children's social care on a referral time until",
        "Mia Amber",
        "Reasonable cause",
        "Ada Lead, duty desk",
    ):
        assert words.replace("'", "&#39;") in page or words in page
    assert client.post(f"{at}withdraw", {"key": key(), "why": "Wrong child."}).status_code == 302
    page = text(client.get(at))
    assert "It was read or heard before by Ada Lead, duty desk" in page
    assert "They must be told" in page
    assert client.post(f"{at}feedback", {"key": key(), "words": "Told at 10:40."}).status_code == 302
    page = text(client.get(at))
    assert "They must be told" not in page
    assert "Told at 10:40." in text(browser(cast.handler).get(f"/incidents/{incident.pk}/")), "on the timeline"


def test_no_terms_for_the_year_is_said_and_what_was_erased_stays_erased(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    made = referred(cast.vast, incident, partner("school", "Oak School"))
    client = browser(cast.vast)
    for page in (f"{LIST}{made.pk}/", f"/incidents/{incident.pk}/"):
        assert "no school terms are entered for" in text(client.get(page))
    second = Staff.objects.create(username="auditor2", name="Auditor Two", role="auditor", team=cast.auditor.team)
    erase(cast.auditor, second, [made.document, made.concern], "Asked for by the person.", "retention-1")
    page = text(client.get(f"{LIST}{made.pk}/"))
    assert "The text of this referral was erased" in page
    assert "Mia" not in page


def test_owing_one_stands_on_the_incident_until_it_is_sent_or_taken_back(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client, at = browser(cast.fim), f"/safeguarding/incidents/{incident.pk}"
    assert client.post(f"{at}/owe", {"key": key(), "kind": "no such"}).status_code == 422
    assert client.post(f"{at}/owe", {"key": key(), "kind": "midwife"}).status_code == 200
    assert "not sent yet: midwife" in text(client.get(f"/incidents/{incident.pk}/"))
    refused = client.post(f"{at}/not-owed", {"key": key(), "owed": "midwife", "why-midwife": ""})
    assert refused.status_code == 422
    taken = client.post(f"{at}/not-owed", {"key": key(), "owed": "midwife", "why-midwife": "Not so."})
    assert taken.cookies["sv-done"].value == f"refer-{incident.pk}.owed-midwife", "the browser forgets the reason"
    assert "not sent yet: midwife" not in text(client.get(f"/incidents/{incident.pk}/"))


def test_owing_one_and_taking_that_back_keep_every_word_of_the_referral(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client, to = browser(cast.vast), school()
    at, once = f"/safeguarding/incidents/{incident.pk}", key()
    words = "She said she is afraid to go home."
    typed = {**given(to, incident, concern=words), "kind": "school", "key": once, "owed": "school"}
    page = client.post(f"{at}/owe", typed)
    assert page.status_code == 200
    assert "What you typed is still here" in text(page)
    assert "not told of yet: Mia Amber, Kai Amber" in text(page)
    assert words in text(page)
    assert str(once) not in page.content.decode(), "the next command is another"
    refused = client.post(f"{at}/not-owed", {**typed, "why-school": ""})
    assert (refused.status_code, words in text(refused)) == (422, True)
    taken = client.post(f"{at}/not-owed", {**typed, "key": key(), "why-school": "Educated at home."})
    assert (taken.status_code, words in text(taken)) == (200, True)
    assert "owed: school" not in text(taken)


def test_the_list_stands_by_the_next_clock_and_asks_the_database_as_often_for_many(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client = browser(cast.vast)
    assert "No referral is open" in text(client.get(LIST))
    late = referred(cast.vast, incident, partner())
    soon = referred(cast.vast, incident, partner("other_force", "Northford Police"))
    with CaptureQueriesContext(connection) as one:
        rows = text(client.get(LIST))
    assert rows.index(soon.reference) < rows.index(late.reference)
    for number in range(4):
        referred(cast.vast, incident, late.contact, concern=f"Told again, {number}.")
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(one)
    later(timedelta(minutes=61))
    over = text(client.get(f"{LIST}?show=over"))
    assert soon.reference in over
    assert late.reference not in over
    assert soon.reference not in text(client.get(f"{LIST}?kind=social_care"))
    leg(cast.vast, soon, "accepted", occurred_at=soon.made_at)
    leg(cast.vast, soon, "outcome", "Safe.", occurred_at=soon.made_at)
    assert soon.reference not in text(client.get(LIST))
    assert soon.reference in text(client.get(f"{LIST}?show=all&kind=../..&page=99"))


ALL = (
    "vast",
    "fim",
    "supervisor",
    "handler",
    "stranger",
    "far_supervisor",
    "dispatcher",
    "officer",
    "qa",
    "silver",
    "pcc",
    "auditor",
)


def test_only_who_may_finds_a_referral_on_any_page(cast: Cast, browser: Browser, incident: Incident) -> None:
    made = referred(cast.vast, incident, partner())
    refer = f"/safeguarding/incidents/{incident.pk}/refer"
    for who in ALL:
        client: Client = browser(cast.everybody()[who])
        sees, acts = who in {"vast", "fim", "supervisor", "handler"}, who in {"vast", "fim", "supervisor"}
        assert (client.get(f"{LIST}{made.pk}/").status_code == 200) == sees, who
        assert (client.get(refer).status_code == 200) == acts, who
        assert (made.reference in text(client.get(LIST))) == sees, who
        incidents = client.get(f"/incidents/{incident.pk}/")
        assert (f"{LIST}{made.pk}/" in incidents.content.decode()) == sees, (who, "no link that opens nothing")
        for verb in ("leg", "withdraw", "feedback"):
            refused = client.post(f"{LIST}{made.pk}/{verb}", {"key": key()}).status_code
            assert (refused == 422) == acts, (who, verb)
            assert acts or refused in {403, 404}
    assert AuditEvent.objects.filter(verb="referral.see", duty="consultation").count() >= 4
    assert browser(None).get(LIST).status_code == 302


def test_a_page_out_of_date_sends_what_the_record_says_now_or_nothing(
    cast: Cast, browser: Browser, incident: Incident
) -> None:
    client, to = browser(cast.vast), partner()
    values = given(to, incident)
    page = sent(client, incident, "social_care", values)
    later(timedelta(minutes=1))
    contact.set_particular(cast.handler, incident.pk, key=key(), kind="location", text="9 Elm Walk")
    again = sent(client, incident, "social_care", {**values, "previewed": previewed(page)}, "send")
    assert again.status_code == 422
    assert "has changed since you looked" in text(again)
    assert "9 Elm Walk" in text(again)
    assert not Referral.objects.exists()

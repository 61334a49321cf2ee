"""Investigation's pages: who opens them, what stands there, and that a refusal keeps what was typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.investigation import queries
from goldthread.investigation.models import AccessAnswer, ChildVoice, HandoverAnswer, Investigation
from tests.cast import Cast, key, say
from tests.investigation.scenes import SAID, accepted, ended, heard, named, offered, read, whole
from tests.response.test_alarms import later
from tests.supervision.test_pages import text

Browser = Callable[[Staff | None], Client]


def at(one: Investigation, part: str = "") -> str:
    return f"/investigation/{one.pk}/{part}"


def test_from_the_incident_to_its_acceptance(cast: Cast, browser: Browser) -> None:
    incident = named(cast)
    handler, sergeant = browser(cast.handler), browser(cast.detective_sergeant)
    page, hand = f"/incidents/{incident.pk}/", f"/investigation/hand/{incident.pk}/"
    assert "Hand to investigation" in text(handler.get(page))
    assert "Hand to investigation" not in text(browser(cast.teammate).get(page)), "it is not theirs to hand over"
    refused = handler.post(f"{hand}send", {"key": key(), "to": "team-0", "note": "He was arrested."})
    assert (refused.status_code, "He was arrested." in text(refused)) == (422, True)
    to = f"team-{cast.investigator.team_id}"
    assert handler.post(f"{hand}send", {"key": key(), "to": to, "note": "He was arrested."}).status_code == 302
    assert "offered, not accepted to Detectives" in text(handler.get(page))
    assert incident.reference in text(sergeant.get("/investigation/"))
    assert sergeant.get("/investigation/count").json() == {"count": 1, "over": 0}
    later(timedelta(minutes=61))
    assert sergeant.get("/investigation/count").json() == {"count": 1, "over": 1}
    offer = queries.offers(cast.detective_sergeant).get()
    seen = text(sergeant.get(f"/investigation/offers/{offer.pk}/"))
    assert "He was arrested." in seen
    assert "Neighbour heard" not in seen, "the incident's own words come with acceptance"
    people = {"investigator": cast.investigator.pk, "supervisor": cast.detective_sergeant.pk}
    wrong = sergeant.post(
        f"/investigation/offers/{offer.pk}/accept", {"key": key(), **people, "reference": "no. 4, left"}
    )
    assert (wrong.status_code, "no. 4, left" in wrong.content.decode()) == (422, True)
    assert sergeant.post(f"/investigation/offers/{offer.pk}/accept", {"key": key(), **people}).status_code == 302
    told = text(handler.get(page))
    assert "investigated by Investigator Amber" in told
    assert "Investigation accepted, risk: high" in told
    assert str(Investigation.objects.get().pk) not in handler.get(page).content.decode()
    assert browser(cast.investigator).get(page).status_code == 200


def test_a_declined_offer_shows_its_reason_to_whoever_gave_it(cast: Cast, browser: Browser) -> None:
    offer = offered(cast)
    client = browser(cast.detective_sergeant)
    assert client.post(f"/investigation/offers/{offer.pk}/decline", {"key": key(), "words": ""}).status_code == 422
    assert (
        client.post(f"/investigation/offers/{offer.pk}/decline", {"key": key(), "words": "Not ours."}).status_code
        == 302
    )
    page = text(browser(cast.handler).get(f"/incidents/{offer.incident_id}/"))
    assert (
        "Offer it anew, or somebody senior says why it is not investigated: it stays open until then. Not ours." in page
    )
    assert HandoverAnswer.objects.get().answer == "declined"


def test_an_offer_is_taken_back_from_the_incidents_page(cast: Cast, browser: Browser) -> None:
    offer = offered(cast)
    client = browser(cast.handler)
    for _ in range(2):
        assert client.post(f"/investigation/hand/{offer.incident_id}/withdraw", {"key": key()}).status_code == 302
    assert "Nothing is offered to investigation now" in text(client.get(f"/incidents/{offer.incident_id}/"))
    assert HandoverAnswer.objects.get().answer == "withdrawn"


def test_the_page_says_what_is_owed_and_each_part_is_answered_there(cast: Cast, browser: Browser) -> None:
    one = accepted(cast)
    investigator, sergeant = browser(cast.investigator), browser(cast.detective_sergeant)
    page = text(investigator.get(at(one)))
    for words in (
        "Wren, 7 not recorded yet",
        "not asked",
        "review owed",
        "Not reviewed yet.",
        "Nothing is on the plan yet.",
    ):
        assert words in page
    assert "Review it" not in page
    (child,) = queries.children_of(one)
    late = {"due_at": "2020-01-01T10:00"}
    for part, refused, given in (
        ("voice", {"child": child.child, **SAID}, {"child": child.child, **SAID, "said": "I was under the stairs."}),
        ("access", {"answer": "no", "who": "Nobody there"}, {"answer": "no", "words": "His sister was asked."}),
        ("item", {"words": "Phone download", "owner": cast.investigator.pk, "kind": "enquiry", **late}, None),
        ("child", {"called": "Fern", "age": 40}, {"called": "Fern", "age": ""}),
        ("reference", {"reference": "?"}, {"reference": "26/1120"}),
        ("ask", {"outcome": ""}, None),
    ):  # fmt: skip
        answer = investigator.post(at(one, part), {"key": key(), **refused})
        assert answer.status_code == 422, part
        for typed in refused.values():
            assert str(typed) in answer.content.decode(), part
        if given is not None:
            assert investigator.post(at(one, part), {"key": key(), **given}).status_code == 302, part
    page = text(investigator.get(at(one)))
    for words in (
        "I was under the stairs.",
        "His sister was asked.",
        "Fern, age not known not recorded yet",
        "26/1120",
    ):
        assert words in page
    review = {"key": key(), "words": "Read it.", "voice": "no", "agrees": "no", "directs": "", "risk": "high"}
    answer = sergeant.post(at(one, "review"), review)
    assert (answer.status_code, "Read it." in answer.content.decode()) == (422, True)
    assert sergeant.post(at(one, "review"), {**review, "agrees": "yes"}).status_code == 302
    assert "agrees with the plan" in text(investigator.get(at(one)))
    assert investigator.post(at(one, "review"), review).status_code == 403


def test_new_words_are_read_and_acknowledged_there(cast: Cast, browser: Browser) -> None:
    one = accepted(cast)
    read(one)
    say(cast.handler, one.incident, "he is back at the house")
    client = browser(cast.investigator)
    assert "he is back at the house" in text(client.get(at(one)))
    for wrong in ("", "x", "1:2"):
        assert client.post(at(one, "seen"), {"key": key(), "upto": wrong}).status_code == 422
    (new,) = queries.news_of(one)
    assert client.post(at(one, "seen"), {"key": key(), "upto": f"{one.incident_id}:{new.seq}"}).status_code == 302
    assert "he is back at the house" not in text(client.get(at(one)))


def test_it_ends_by_two_people_and_the_outcome_is_told(cast: Cast, browser: Browser) -> None:
    one = whole(cast)
    investigator, sergeant = browser(cast.investigator), browser(cast.detective_sergeant)
    assert investigator.post(at(one, "ask"), {"key": key(), "outcome": "charged"}).status_code == 302
    asked = queries.ends_of(one)[0].pk
    assert sergeant.post(at(one, "answer"), {"key": key(), "asked": asked, "confirm": "no"}).status_code == 422
    assert sergeant.post(at(one, "answer"), {"key": key(), "asked": asked, "confirm": "yes"}).status_code == 302
    assert "owed: Wren" in text(investigator.get(at(one)))
    child = queries.children_of(one)[0].child
    assert investigator.post(at(one, "told"), {"key": key(), "who": child, "how": ""}).status_code == 422
    assert investigator.post(at(one, "told"), {"key": key(), "who": child, "how": "in_person"}).status_code == 302
    assert "Wren: in person" in text(investigator.get(at(one)))
    assert "investigation ended" in text(browser(cast.supervisor).get(f"/incidents/{one.incident_id}/"))


def test_it_prints_as_a_document_and_that_is_a_disclosure(cast: Cast, browser: Browser) -> None:
    one = ended(cast, whole(cast))
    answer = browser(cast.investigator).get(at(one, "print"))
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    event = AuditEvent.objects.filter(verb="investigation.see", duty="disclosure").get()
    assert str(one.pk) in event.subjects
    assert browser(cast.pcc).get(at(one, "print")).status_code == 403


@pytest.mark.parametrize(
    "who", ["investigator", "detective_sergeant", "fim", "vast", "handler", "supervisor", "stranger", "officer", "pcc", "auditor"]
)  # fmt: skip
def test_each_sees_what_the_matrix_gives(cast: Cast, browser: Browser, who: str) -> None:
    one = accepted(cast)
    heard(cast.investigator, one)
    offer = offered(cast, named(cast))
    client = browser(getattr(cast, who))
    sees = who in {"investigator", "detective_sergeant", "fim", "vast"}
    assert client.get(at(one)).status_code == (200 if sees else 403)
    listed = client.get("/investigation/")
    assert listed.status_code == (200 if sees else 403)
    assert (one.incident.reference in text(listed)) == sees
    takes = who in {"investigator", "detective_sergeant"}
    assert client.get("/investigation/count").status_code == (200 if takes else 403)
    expected = 200 if who == "detective_sergeant" else 404 if takes else 403
    assert client.get(f"/investigation/offers/{offer.pk}/").status_code == expected
    for part in ("access", "voice", "seen", "ask", "told", "item", "child", "reference", "end"):
        status = client.post(at(one, part), {"key": key(), "answer": "not_known"}).status_code
        assert (status != 403) == takes, part
    assert (AccessAnswer.objects.count(), ChildVoice.objects.count()) == (int(takes), 1)


def test_what_is_not_there_looks_the_same_as_what_is_out_of_sight(cast: Cast, browser: Browser) -> None:
    one = accepted(cast)
    other = Staff.objects.create(username="far", name="Far Amber", role="investigator", team=cast.stranger.team)
    client = browser(other)
    missing = at(one).replace(str(one.pk), "00000000-0000-4000-8000-000000000000")
    assert client.get(at(one)).status_code == client.get(missing).status_code == 404
    for part in ("access", "voice", "seen"):
        assert client.post(at(one, part), {"key": key()}).status_code == 404
    assert client.get(f"/investigation/offers/{2**70}/").status_code == 404

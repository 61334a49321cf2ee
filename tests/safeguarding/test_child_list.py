"""The list of children with its search, raises and markers, and a child on an incident's own page."""

from __future__ import annotations

import uuid
from datetime import timedelta

from goldthread.accounts.models import Staff
from goldthread.audit.actions import erase
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import ChildVersion, Incident
from goldthread.safeguarding.child_models import ChildName, ChildRaise, ChildRecord
from tests import known_world
from tests.cast import Cast, attended, ended, graded, key
from tests.safeguarding.children import ROOT, At, child, pair, recorded, reference
from tests.supervision.test_pages import Browser, text


def test_an_incident_says_that_a_child_is_known_and_the_vast_what_may_be_done(cast: Cast, browser: Browser) -> None:
    one, other = child(cast.handler), child(cast.handler)
    found = pair(one, other)
    at = f"/incidents/{other[0]}/"
    assert "no record" not in text(browser(cast.handler).get(at))
    assert "perhaps the same child as 1 other" in text(browser(cast.vast).get(at))
    client = browser(cast.vast)
    side = text(client.get(f"{ROOT}alike/{found.pk}/"))
    assert "One child or two?" in side
    assert "agrees" in side
    assert client.post(f"{ROOT}alike/{found.pk}/decide", {"key": key(), "answer": "same", "why": ""}).status_code == 422
    assert (
        client.post(f"{ROOT}alike/{found.pk}/decide", {"key": key(), "answer": "same", "why": "Same nan."}).status_code
        == 302
    )
    for who, words in (
        ("handler", "1 earlier incident"),
        ("supervisor", "1 earlier incident"),
        ("dispatcher", "1 earlier incident"),
    ):
        page = browser(cast.everybody()[who]).get(at)
        assert words in text(page), who
        assert b"/safeguarding/children/" not in page.content, who
    attended(cast, _graded(cast, other))
    page = browser(cast.officer).get(at)
    assert "1 earlier incident" in text(page)
    assert b"/safeguarding/children/" not in page.content
    assert ROOT.encode() in client.get(at).content


def test_a_child_of_an_incident_gets_a_record_and_is_untied_on_its_own_page(cast: Cast, browser: Browser) -> None:
    one = child(cast.handler)
    client, at = browser(cast.vast), f"{ROOT}in/{one[0]}/{one[1]}/"
    assert "no record" in text(client.get(at))
    assert client.post(f"{at}make", {"key": key()}).status_code == 302
    again = client.post(f"{at}make", {"key": key()})
    assert again.status_code == 422
    assert "another record" in text(again)
    assert client.post(f"{at}untie", {"key": key(), "why": ""}).status_code == 422
    assert client.post(f"{at}untie", {"key": key(), "why": "Not her."}).status_code == 302
    record = ChildRecord.objects.order_by("made_at")[0].pk
    assert client.get(f"{ROOT}{record}/").status_code == 404, "it holds nothing any more"
    assert client.post(f"{at}tie", {"key": key(), "record": record, "why": "Her after all."}).status_code == 302
    assert client.get(f"{ROOT}{record}/").status_code == 200
    for wrong in (uuid.uuid4(), "x"):
        assert client.post(f"{at}tie", {"key": key(), "record": wrong, "why": "x"}).status_code in {404, 422}
    assert client.get(f"{ROOT}in/{one[0]}/{uuid.uuid4()}/").status_code == 404
    assert browser(cast.handler).get(at).status_code == 403


def test_a_name_is_found_as_it_was_slipped_and_only_within_sight(cast: Cast, browser: Browser) -> None:
    one = child(cast.handler, "Aurelia Fenwick", 7)
    gone = child(cast.handler, "Aurelia Fenwick", 7)
    ended(cast, Incident.objects.get(pk=gone[0]))
    client = browser(cast.vast)
    found = text(client.post(f"{ROOT}search", {"typed": "aurela fenwik"}))
    assert "Found: 2" in found
    assert reference(gone) in found
    subjects = AuditEvent.objects.get(verb="child.search").subjects
    assert str(one[0]) in subjects
    assert "urel" not in f"{subjects}{AuditEvent.objects.get(verb='child.search').detail}"
    seen = text(browser(cast.fim).post(f"{ROOT}search", {"typed": "aurelia fenwick"}))
    assert reference(one) in seen
    assert reference(gone) not in seen
    assert "Found: 0" in text(browser(cast.investigator).post(f"{ROOT}search", {"typed": "aurelia fenwick"}))
    for typed, status in (
        ("", 422),
        ("au", 422),
        ("a" * 5_000, 422),
        ("\x00'; --", 422),
        ("zzzzz", 200),
        ("名前だよ", 200),
    ):
        assert client.post(f"{ROOT}search", {"typed": typed}).status_code == status, typed
    assert client.get(f"{ROOT}?record=x&page=zz").status_code == 200


def test_an_erased_child_is_found_by_no_name_and_stays_in_its_place(cast: Cast, browser: Browser) -> None:
    one = child(cast.handler, "Aurelia Fenwick", 7)
    record = recorded(cast.vast, one)
    version = ChildVersion.objects.get(incident=one[0])
    second = Staff.objects.create(username="auditor2", name="Auditor Two", role="auditor", team=cast.auditor.team)
    erase(cast.auditor, second, [version.particulars], "Asked for by the person.", "retention-1")
    assert not ChildName.objects.exists()
    client = browser(cast.vast)
    assert "Found: 0" in text(client.post(f"{ROOT}search", {"typed": "Aurelia"}))
    page = text(client.get(f"{ROOT}{record}/"))
    assert "Child, name erased" in page
    assert "Erased on" in page
    assert "Aurelia" not in page
    assert client.get(f"{ROOT}{record}/print").status_code == 200
    assert client.get(ROOT).status_code == 200


def test_raises_stand_first_and_are_answered_there(cast: Cast, browser: Browser) -> None:
    recorded(cast.vast, *[child(cast.handler) for _ in range(3)])
    made = ChildRaise.objects.get()
    client = browser(cast.vast)
    page = text(client.get(ROOT))
    assert page.index("Raised by their number: 1") < page.index("Perhaps the same child")
    refused = client.post(f"{ROOT}raises/{made.pk}/answer", {"key": key(), "words": ""})
    assert (refused.status_code, "Write what was decided" in text(refused)) == (422, True)
    assert client.post(f"{ROOT}raises/{made.pk}/answer", {"key": key(), "words": "Referred."}).status_code == 302
    again = client.post(f"{ROOT}raises/{made.pk}/answer", {"key": key(), "words": "Mine, typed meanwhile."})
    assert again.status_code == 422
    assert "Mine, typed meanwhile." in text(again), "what was typed stays"
    assert "Raised by their number: 0" in text(client.get(ROOT))
    assert browser(cast.fim).post(f"{ROOT}raises/{made.pk}/answer", {"words": "x"}).status_code == 403
    assert client.post(f"{ROOT}raises/{2**62}/answer", {"key": key(), "words": "x"}).status_code == 404


def test_a_marker_is_set_and_reviewed_on_the_page_and_what_was_typed_stays(cast: Cast, browser: Browser) -> None:
    record = recorded(cast.vast, child(cast.handler))
    client, at = browser(cast.vast), f"{ROOT}{record}/"
    given = {"key": key(), "kind": "missing", "words": "Goes to the bus station.", "review_on": "soon"}
    refused = client.post(f"{at}mark", given)
    assert refused.status_code == 422
    assert "Goes to the bus station." in text(refused)
    day = known_world.today() + timedelta(days=20)
    assert client.post(f"{at}mark", {**given, "review_on": day.isoformat()}).status_code == 302
    assert "Goes missing" in text(client.get(at))
    marker = client.get(at).content.decode().split('name="marker" value="')[1].split('"')[0]
    sent = {"key": key(), "marker": marker, "seen": 0, "outcome": "ended", "why": ""}
    assert client.post(f"{at}review", sent).status_code == 422
    assert client.post(f"{at}review", {**sent, "why": "Home for a year."}).status_code == 302
    assert "ended by Vast Amber" in text(client.get(at))


def _graded(cast: Cast, one: At) -> Incident:
    incident = Incident.objects.get(pk=one[0])
    graded(cast.handler, incident)
    return incident

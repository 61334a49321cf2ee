"""A child's page and sheet: who opens them, as far as their incidents reach; and at what cost."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.assessment.models import Reading
from goldthread.audit.models import AuditEvent, Payload
from goldthread.contact import known_actions as known
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.response.models import GradePeriod
from goldthread.safeguarding import child_actions, child_marker_actions, missing_actions, protection_actions
from goldthread.safeguarding.child_marker_actions import Reviewed
from goldthread.safeguarding.child_models import ChildRaise, ChildTie
from goldthread.safeguarding.child_raise_actions import answer
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.protection_rules import Given
from tests import known_world
from tests.cast import Cast, attended, ended, graded, key, say
from tests.response.test_alarms import later
from tests.safeguarding.children import ROOT, child, pair, recorded, reference
from tests.supervision.test_pages import Browser, text


def test_the_page_tells_who_where_with_whom_and_everything_in_order_of_time(cast: Cast, browser: Browser) -> None:
    one = child(cast.handler, "Mia Fenwick", 7, where="at her nan's")
    incident = Incident.objects.get(pk=one[0])
    child(cast.handler, "Leo Fenwick", 3, incident=incident)
    street = known_world.street("Larch Road")
    home = known_world.place(street, "14")
    known_world.person("Orla Fenwick", known_world.years_ago(31), home)
    known.settle(cast.handler, incident.pk, key=key(), choice=f"place-{home.pk}")
    say(cast.handler, incident, "the neighbour says kids crying upstairs again")
    graded(cast.handler, incident)
    attended(cast, incident)
    other = child(cast.handler, "Mya Fenwick", 7)
    record = recorded(cast.vast, one, other)
    page = text(browser(cast.vast).get(f"{ROOT}{record}/"))
    for words in (
        "Mya Fenwick, 7", "Mia Fenwick", "at her nan&#39;s", "Leo Fenwick", "Orla Fenwick", "14 Larch Road", known_world.SOURCE,
        "Graded Priority", "NA21 arrived", "kids crying", "Reader suggests", "Incident opened: 999", reference(one), reference(other),
    ):  # fmt: skip
        assert words in page, words
    assert "More is held" not in page
    event = AuditEvent.objects.filter(verb="child.see").order_by("-id")[0]
    assert event.duty == "consultation"
    assert {("child_record", str(record)), ("incident", str(one[0])), ("incident", str(other[0]))} <= {
        tuple(each) for each in json.loads(event.subjects)
    }


def test_children_whose_names_nobody_knows_are_each_shown_beside_their_sibling(cast: Cast, browser: Browser) -> None:
    one, nameless = child(cast.handler), child(cast.handler, "", 4)
    incident = Incident.objects.get(pk=one[0])
    for age in (3, 5, None):
        child(cast.handler, "", age, incident=incident)
    for _ in range(2):
        child(cast.handler, "baby", 0, incident=incident)
    page = text(browser(cast.vast).get(f"{ROOT}{recorded(cast.vast, one)}/"))
    assert page.count("name not known, ") == 3
    assert page.count("baby, 0 told") == 2, "twins told alike are two"
    assert "unknown" not in page
    page = text(browser(cast.vast).get(f"{ROOT}{recorded(cast.vast, nameless)}/"))
    assert "Child, name not known" in page


@pytest.mark.parametrize(
    "who",
    ["vast", "fim", "investigator", "detective_sergeant", "handler", "stranger", "dispatcher", "supervisor", "far_supervisor",
     "officer", "sergeant", "qa", "silver", "pcc", "auditor"],
)  # fmt: skip
def test_each_sees_what_their_incidents_reach_and_that_more_is_held(cast: Cast, browser: Browser, who: str) -> None:
    one, other = child(cast.handler), child(cast.stranger)
    record = recorded(cast.vast, one, other)
    ended(cast, Incident.objects.get(pk=other[0]))
    client = browser(cast.everybody()[who])
    pages = [client.get(f"{ROOT}{record}/{at}") for at in ("", "sheet", "print")]
    if who == "vast":
        assert [each.status_code for each in pages] == [200, 200, 200]
        assert reference(other) in text(pages[0])
        assert "More is held" not in text(pages[0])
    elif who == "fim":
        assert [each.status_code for each in pages] == [200, 200, 200]
        for each in pages[:2]:
            assert reference(one) in text(each)
            assert reference(other) not in text(each), "closed, and so out of the FIM's sight"
            assert "More is held" in text(each)
    elif who in {"investigator", "detective_sergeant"}:
        assert [each.status_code for each in pages] == [404, 404, 404]
    else:
        assert [each.status_code for each in pages] == [403, 403, 403]
    listed = client.get(ROOT)
    assert listed.status_code == (200 if who in {"vast", "fim", "investigator", "detective_sergeant"} else 403)


def test_printing_is_a_disclosure_that_names_record_incidents_and_file(cast: Cast, browser: Browser) -> None:
    one = child(cast.handler)
    record = recorded(cast.vast, one)
    client = browser(cast.vast)
    page = text(client.get(f"{ROOT}{record}/sheet"))
    assert f"{cast.vast.name}, VAST officer" in page
    made = client.get(f"{ROOT}{record}/print")
    assert made.content[:5] == b"%PDF-"
    assert "Mia" not in made["Content-Disposition"]
    event = AuditEvent.objects.get(verb="child.print")
    assert event.duty == "disclosure"
    assert str(record) in event.subjects
    assert str(one[0]) in event.subjects


def test_a_merged_record_leads_to_the_one_that_stands_and_back_when_it_is_taken_back(
    cast: Cast, browser: Browser
) -> None:
    one, other = child(cast.handler), child(cast.handler)
    kept, gone = recorded(cast.vast, one), recorded(cast.vast, other)
    client = browser(cast.vast)
    at = f"{ROOT}{kept}/"
    refused = client.post(f"{at}merge", {"key": key(), "other": kept, "why": "She is the same."})
    assert refused.status_code == 422
    assert "same record" in text(refused)
    assert client.post(f"{at}merge", {"key": key(), "other": gone, "why": "She is the same."}).status_code == 302
    assert client.get(f"{ROOT}{gone}/").headers["Location"] == at
    refused = client.post(f"{at}unmerge", {"key": key(), "gone": gone, "why": " "})
    assert (refused.status_code, "Write why" in text(refused)) == (422, True)
    assert (
        client.post(f"{at}unmerge", {"key": key(), "gone": gone, "why": "Two girls.", "different": "on"}).status_code
        == 302
    )
    for record in (kept, gone):
        assert "merge taken back by Vast Amber" in text(client.get(f"{ROOT}{record}/"))
        assert "Two girls." in text(client.get(f"{ROOT}{record}/"))


def test_a_merge_that_something_speaks_against_is_asked_again_with_what_was_typed(cast: Cast, browser: Browser) -> None:
    one, other = child(cast.handler), child(cast.handler)
    found = pair(one, other)
    child_actions.apart(cast.vast, found.pk, why="Two girls.")
    kept, gone = recorded(cast.vast, one), recorded(cast.vast, other)
    client, at = browser(cast.vast), f"{ROOT}{kept}/merge"
    refused = client.post(at, {"key": key(), "other": gone, "why": "Same nan."})
    assert refused.status_code == 422
    for words in ("Vast Amber said on", "Two girls.", "Merge all the same"):
        assert words in text(refused)
    assert 'value="Same nan."' in refused.text
    form = refused.text.split('id="h-merge"')[1].split("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="(key|other|despite)" value="([^"]*)"', form))
    assert client.post(at, {**sent, "why": "Same nan."}).status_code == 302
    third = child(cast.handler)
    child_actions.tie(cast.vast, *third, key=key(), record_id=kept, why="She says so.")
    child_actions.untie(cast.vast, *third, key=key(), why="A cousin.")
    at = f"{ROOT}in/{third[0]}/{third[1]}/tie"
    refused = client.post(at, {"key": key(), "record": kept, "why": "Her after all."})
    assert "Tie all the same" in text(refused)
    assert 'value="Her after all."' in refused.text
    assert client.post(at, {"key": key(), "record": kept, "why": "Her after all.", "despite": "on"}).status_code == 302


def test_what_was_put_on_one_record_for_two_children_is_listed_on_both_until_somebody_says_whose_it_is(
    cast: Cast, browser: Browser
) -> None:
    one, other, later_one = (child(cast.handler) for _ in range(3))
    kept, gone = recorded(cast.vast, one), recorded(cast.vast, other)
    day = known_world.today() + timedelta(days=20)
    set_on = {"key": key(), "kind": "self-harm", "words": "Has tablets in her bag.", "review_on": day}
    child_actions.merge(cast.vast, kept, gone, key=key(), why="One child.")
    marker = child_marker_actions.mark(cast.vast, gone, **set_on)
    child_actions.tie(cast.vast, *later_one, key=key(), record_id=gone, why="The same nan.")
    child_actions.unmerge(cast.vast, gone, key=key(), why="Two girls.")
    client = browser(cast.vast)
    for record, where in ((kept, "stands here"), (gone, "stands on the other record")):
        page = text(client.get(f"{ROOT}{record}/")).split("Set or tied while")[1]
        assert "Has tablets in her bag. " + where in page
        assert reference(later_one) in page
        assert "Has tablets in her bag." in text(client.get(f"{ROOT}{record}/sheet"))
    met = text(browser(cast.handler).get(f"/incidents/{other[0]}/"))
    assert "perhaps another child&#39;s Has tablets in her bag." in met, "nobody who meets her goes without it"
    child_marker_actions.review(cast.vast, marker.pk, Reviewed("kept", "Hers.", 0, review_on=day))
    assert "Has tablets" not in text(client.get(f"{ROOT}{gone}/"))
    assert "Has tablets" not in text(browser(cast.handler).get(f"/incidents/{other[0]}/"))


def test_how_many_concerns_raised_a_child_and_what_was_decided_is_for_who_sees_them_all(
    cast: Cast, browser: Browser
) -> None:
    at = [child(cast.handler) for _ in range(3)]
    record = recorded(cast.vast, *at)
    page = f"{ROOT}{record}/"
    assert "Raised by 3 concerns" in text(browser(cast.fim).get(page))
    ended(cast, Incident.objects.get(pk=at[0][0]))
    assert "Raised by concerns below" in text(browser(cast.fim).get(page)), (
        "one is closed, and so out of the FIM's sight"
    )
    assert "concerns, more than you may see" in text(browser(cast.fim).get(ROOT))
    assert "3 concerns" in text(browser(cast.vast).get(ROOT))
    answer(cast.vast, ChildRaise.objects.get().pk, words="Referred for neglect.")
    assert "Ask the VAST what was decided" in text(browser(cast.fim).get(page))
    assert "Referred for neglect." not in text(browser(cast.fim).get(page))
    assert "Referred for neglect." in text(browser(cast.vast).get(page))


def test_the_page_asks_as_often_for_two_hundred_incidents_as_for_two(cast: Cast, browser: Browser) -> None:
    first = child(cast.handler)
    incident = Incident.objects.get(pk=first[0])
    say(cast.handler, incident, "kids crying upstairs")
    graded(cast.handler, incident)
    second = child(cast.handler)
    record = recorded(cast.vast, first, second)
    pair(first, child(cast.handler))
    client = browser(cast.vast)
    paths = [f"{ROOT}{record}/", f"{ROOT}{record}/sheet", f"/incidents/{first[0]}/", ROOT]
    few = [_asked(client, path) for path in paths]
    _many(incident, cast, record, 198)
    assert [_asked(client, path) for path in paths] == few
    assert "200 incidents shown" in text(client.get(paths[0]))


class Keys(HTMLParser):
    """The keys of a page that hold outside any row or card."""

    def __init__(self) -> None:
        super().__init__()
        self.held: Counter[str] = Counter()
        self.inside: list[bool] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        told = dict(given)
        if tag not in {"input", "img", "br", "link", "meta", "hr", "line", "rect"}:
            self.inside.append("data-key-scope" in told or (bool(self.inside) and self.inside[-1]))
        if (name := told.get("data-key")) and not (self.inside and self.inside[-1]):
            self.held[name] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"line", "rect"}:
            self.inside.pop()


def test_no_key_does_two_things_on_the_pages_of_children_protection_missing_and_clocks(
    cast: Cast, browser: Browser
) -> None:
    at = [child(cast.handler) for _ in range(3)]
    record, other = recorded(cast.vast, *at), recorded(cast.vast, child(cast.handler))
    child_actions.merge(cast.vast, record, other, key=key(), why="One child.")
    third = child(cast.handler)
    found = pair(third, at[0])
    day = known_world.today() + timedelta(days=20)
    for kind in ("missing", "online"):
        child_marker_actions.mark(cast.vast, record, key=key(), kind=kind, words="x", review_on=day)
    now = known_world.database_now(connection)
    taken = protection_actions.take(cast.vast, at[0][0], key=key(), child=str(at[0][1]), given=Given(taken_at=now))
    gone = missing_actions.open_episode(cast.vast, at[0][0], key=key(), child=str(at[0][1]))
    later(timedelta(days=40))
    watch()
    pages = {
        f"children/{record}/": {"b", "p", "m", "a", "c"}, "children/": {"/"}, f"children/{record}/sheet": {"b"},
        f"children/in/{at[0][0]}/{at[0][1]}/": {"b", "o", "n"}, f"children/in/{third[0]}/{third[1]}/": {"b", "m", "/"},
        f"children/alike/{found.pk}/": {"b", "w", "s", "n"}, "protection": set(), f"protection/{taken.pk}": {"o", "a", "e", "d"},
        "missing": {"p"}, f"missing/{gone.pk}": {"o", "s", "a", "r"}, "clocks": set(),
    }  # fmt: skip
    client = browser(cast.vast)
    for path, wanted in pages.items():
        page, keys = client.get(f"/safeguarding/{path}"), Keys()
        assert page.status_code == 200, path
        keys.feed(page.text)
        assert wanted <= set(keys.held), path
        assert [one for one, times in keys.held.items() if times > 1] == [], path


def _asked(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


def _many(like: Incident, cast: Cast, record: uuid.UUID, number: int) -> None:
    """Further incidents of the same child, as the first one is, written at once."""
    told = json.dumps(
        {"name": "Mia Fenwick", "where_now": "at home", "last_seen_by": "her mother", "last_seen_when": "", "born": ""}
    )
    words, particulars = (
        Payload.objects.keep_all(["kids crying upstairs"] * number),
        Payload.objects.keep_all([told] * number),
    )
    incidents = Incident.objects.bulk_create(
        Incident(
            reference=f"MANY-{n:04d}", opened_at=like.opened_at - timedelta(days=n + 1), channel="999", area="North", team=like.team,
            opened_by=cast.handler, owner=cast.handler, next_action="assess", next_action_at=like.opened_at, child="yes",
            children_answer="named", last_seq=1,
        )
        for n in range(number)
    )  # fmt: skip
    children = [uuid.uuid4() for _ in incidents]
    entries = Entry.objects.bulk_create(
        Entry(incident=one, seq=1, kind="words", source="caller", text=text, occurred_at=one.opened_at, recorded_at=one.opened_at)
        for one, text in zip(incidents, words, strict=True)
    )  # fmt: skip
    found = Reading.objects.filter(incident=like).order_by("-id")[0]
    finding = {**found.findings[0], "entry": 1, "start": 0, "end": 11}
    Reading.objects.bulk_create(
        Reading(incident=one, entry=entry, at=one.opened_at, state="read", level="medium", findings=[finding])
        for one, entry in zip(incidents, entries, strict=True)
    )
    GradePeriod.objects.bulk_create(
        GradePeriod(incident=one, seq=1, grade="priority", severity=3, at=one.opened_at) for one in incidents
    )
    ChildVersion.objects.bulk_create(
        ChildVersion(incident=one, child=pk, version=1, particulars=text, age=7, by=cast.handler, at=one.opened_at)
        for one, pk, text in zip(incidents, children, particulars, strict=True)
    )
    ChildTie.objects.bulk_create(
        ChildTie(record_id=record, incident=one, child=pk, number=1, by=cast.vast, at=like.opened_at)
        for one, pk in zip(incidents, children, strict=True)
    )

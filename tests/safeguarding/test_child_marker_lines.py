"""A marker set, reviewed or ended stands on an incident's timeline; one on a record of no incident any more can still be ended."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.safeguarding import child_actions, child_raise_actions
from goldthread.safeguarding import child_marker_actions as actions
from goldthread.safeguarding.child_marker_actions import Reviewed
from goldthread.safeguarding.child_models import ChildMarker, ChildRaise
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import running, standing
from tests.cast import Cast, attended, closed, graded, key
from tests.response.test_alarms import later
from tests.safeguarding.children import ROOT, At, child, recorded
from tests.supervision.test_pages import Browser, text

WORDS = "Goes to the bus station."


def day(ahead: int) -> date:
    return force_day(database_now(connection)) + timedelta(days=ahead)


def mark(cast: Cast, record: uuid.UUID, sent: uuid.UUID | None = None) -> ChildMarker:
    return actions.mark(cast.vast, record, key=sent or key(), kind="missing", words=WORDS, review_on=day(30))


def lines(at: At) -> list[tuple[str, str]]:
    found = Incident.objects.get(pk=at[0]).entries.filter(code__in=["child.marked", "child.reviewed"]).order_by("seq")
    return [(one.code, one.data.get("outcome", "")) for one in found]


def shut(cast: Cast, at: At) -> None:
    incident = Incident.objects.get(pk=at[0])
    graded(cast.handler, incident)
    attended(cast, incident)
    Clock.objects.update(holds=False)
    closed(cast, Incident.objects.get(pk=at[0]))


def test_each_step_stands_once_on_the_newest_open_incident_with_who_took_it(cast: Cast, browser: Browser) -> None:
    first, second, third = (child(cast.handler) for _ in range(3))
    record, sent = recorded(cast.vast, first, second, third), key()
    shut(cast, third)
    marker = mark(cast, record, sent)
    mark(cast, record, sent)
    for number, outcome in enumerate(("kept", "changed", "ended")):
        on = None if outcome == "ended" else day(60)
        given = Reviewed(outcome, "Seen.", number, "Goes to the canal." if outcome == "changed" else "", on)
        actions.review(cast.vast, marker.pk, given)
        actions.review(cast.vast, marker.pk, given)
    said = [("child.marked", ""), *(("child.reviewed", one) for one in ("kept", "changed", "ended"))]
    assert [lines(one) for one in (first, second, third)] == [[], said, []]
    authors = Incident.objects.get(pk=second[0]).entries.filter(code__startswith="child.").exclude(code="child.tied")
    assert {one.author for one in authors} == {cast.vast}
    page = text(browser(cast.handler).get(f"/incidents/{second[0]}/"))
    assert "A marker set on a child: Goes missing" in page
    assert "A marker on a child looked at again, its words changed: Goes missing" in page
    assert "A marker on a child ended: Goes missing" in page
    assert WORDS not in page, "what was said of the child is with the marker"
    for verb in ("child.mark", "child.review"):
        events = AuditEvent.objects.filter(verb=verb)
        assert all(str(second[0]) in one.subjects for one in events)
        assert events.exists()


def test_where_all_are_closed_it_is_the_newest(cast: Cast) -> None:
    first, second = child(cast.handler), child(cast.handler)
    record = recorded(cast.vast, first, second)
    shut(cast, first)
    shut(cast, second)
    mark(cast, record)
    assert (lines(first), lines(second)) == ([], [("child.marked", "")])


def test_incidents_of_a_record_merged_in_count_and_those_untied_do_not(cast: Cast) -> None:
    first, second, third = (child(cast.handler) for _ in range(3))
    record, other = recorded(cast.vast, first, third), recorded(cast.vast, second)
    child_actions.merge(cast.vast, record, other, key=key(), why="One child.")
    child_actions.untie(cast.vast, *third, key=key(), why="A cousin.")
    mark(cast, record)
    assert [lines(one) for one in (first, second, third)] == [[], [("child.marked", "")], []]


def untied(cast: Cast) -> tuple[uuid.UUID, ChildMarker, At]:
    at = child(cast.handler)
    record = recorded(cast.vast, at)
    marker = mark(cast, record)
    child_actions.untie(cast.vast, *at, key=key(), why="Another child.")
    later(timedelta(days=40))
    assert watch() == 1
    return record, marker, at


def test_one_left_on_a_record_of_no_incident_is_reached_from_its_clock_and_ended(cast: Cast, browser: Browser) -> None:
    record, marker, at = untied(cast)
    client, page = browser(cast.vast), f"{ROOT}{record}/"
    told = client.get("/safeguarding/clocks")
    assert "Child of no incident any more" in text(told)
    assert f'href="/safeguarding/children/markers/{marker.pk}/"' in told.text
    assert (
        client.get(f"/safeguarding/children/markers/{marker.pk}/").headers["Location"] == f"{page}#marker-{marker.pk}"
    )
    shown = text(client.get(page))
    assert WORDS in shown
    assert "No incident is tied to this record any more" in shown
    assert "Child of no incident any more" in shown
    assert Incident.objects.get(pk=at[0]).reference not in shown
    for more in ("sheet", "print"):
        assert client.get(f"{page}{more}").status_code == 200, more
    given = {"key": key(), "marker": marker.pk, "outcome": "kept", "why": "", "seen": 0, "review_on": ""}
    refused = client.post(f"{page}review", given)
    assert refused.status_code == 422
    kept = {**given, "why": "Not known whose.", "review_on": day(30).isoformat()}
    assert client.post(f"{page}review", kept).status_code == 302
    ended = {**given, "outcome": "ended", "why": "Set on the wrong child.", "seen": 1, "key": key()}
    answer = client.post(f"{page}review", ended, follow=True)
    assert answer.status_code == 200
    assert "Set on the wrong child." in text(answer)
    assert not running(("child_marker", marker.pk)).exists()
    assert not standing(cast.vast).exists()
    assert lines(at) == [("child.marked", "")], "an incident that is not the child's is told nothing more"


@pytest.mark.parametrize(
    "who", ["handler", "stranger", "supervisor", "fim", "officer", "investigator", "pcc", "auditor"]
)
def test_nobody_else_sees_a_record_of_no_incident(cast: Cast, browser: Browser, who: str) -> None:
    record, marker, _at = untied(cast)
    user = cast.everybody()[who]
    client = browser(user)
    for one in (f"{ROOT}{record}/", f"{ROOT}markers/{marker.pk}/", f"{ROOT}{record}/sheet"):
        assert client.get(one).status_code in {403, 404}, one
    assert "of no incident" not in text(client.get("/safeguarding/clocks"))
    with pytest.raises(NotThere):
        actions.review(user, marker.pk, Reviewed("ended", "x", 0))


def test_a_raise_left_on_a_record_of_no_incident_is_answered_too(cast: Cast, browser: Browser) -> None:
    at = [child(cast.handler) for _ in range(3)]
    record = recorded(cast.vast, *at)
    raised = ChildRaise.objects.get()
    for one in at:
        child_actions.untie(cast.vast, *one, key=key(), why="Three children.")
    client = browser(cast.vast)
    assert client.get(f"{ROOT}raises/{raised.pk}/").headers["Location"] == f"{ROOT}#raised-{raised.pk}"
    assert "Child of no incident any more" in text(client.get(ROOT))
    assert "Child of no incident any more" not in text(browser(cast.fim).get(ROOT))
    with pytest.raises(NotThere):
        child_raise_actions.answer(cast.fim, raised.pk, words="x")
    child_raise_actions.answer(cast.vast, raised.pk, words="They are three children.")
    assert not running(("child_raise", raised.pk)).exists()
    assert client.get(f"{ROOT}{record}/").status_code == 200

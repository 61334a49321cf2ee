"""Markers on a child: with a day of review at most a year ahead, told by a clock, and kept, changed or ended by a person with a reason."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta

import pytest
from django.db import connection

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.safeguarding import child_marker_actions as actions
from goldthread.safeguarding.child_actions import merge
from goldthread.safeguarding.child_marker_actions import Reviewed
from goldthread.safeguarding.child_models import ChildMarker, ChildRaise
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.clock_queries import running, standing
from tests.cast import Cast, attended, graded, key
from tests.response.test_alarms import later
from tests.safeguarding.children import child, recorded
from tests.supervision.test_pages import Browser, text


def day(ahead: int) -> date:
    return force_day(database_now(connection)) + timedelta(days=ahead)


@pytest.fixture
def record(cast: Cast) -> uuid.UUID:
    return recorded(cast.vast, child(cast.handler))


def mark(cast: Cast, record: uuid.UUID, **given: object) -> ChildMarker:
    said = {"key": key(), "kind": "missing", "words": "Goes to the bus station.", "review_on": day(30)}
    return actions.mark(cast.vast, record, **{**said, **given})  # type: ignore[arg-type]


def test_its_clock_runs_out_at_the_end_of_that_working_day_and_tells_the_vast(cast: Cast, record: uuid.UUID) -> None:
    wanted = day(7)
    saturday = wanted + timedelta(days=(5 - wanted.weekday()) % 7)
    marker = mark(cast, record, review_on=saturday)
    clock = running(("child_marker", marker.pk)).get()
    assert clock.due_at.astimezone(LONDON).hour == 17
    assert clock.due_at.astimezone(LONDON).date() >= saturday + timedelta(days=2)
    later(clock.due_at - database_now(connection) + timedelta(minutes=1))
    assert watch() == 1
    assert [one.pk for one in standing(cast.vast)] == [clock.pk]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "nice"}, "kind"),
        ({"words": " "}, "words"),
        ({"words": "a" * 5_000}, "words"),
        ({"review_on": None}, "review_on"),
    ],
)
def test_one_without_what_it_needs_is_refused_by_its_field(
    cast: Cast, record: uuid.UUID, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        mark(cast, record, **given)
    assert set(refused.value.fields) == {field}
    with pytest.raises(Invalid):
        mark(cast, record, review_on=day(400))
    assert not ChildMarker.objects.exists()


def test_the_form_sent_twice_sets_one(cast: Cast, record: uuid.UUID) -> None:
    sent = key()
    assert mark(cast, record, key=sent).pk == mark(cast, record, key=sent).pk


def test_a_review_keeps_changes_or_ends_and_moves_the_clock(cast: Cast, record: uuid.UUID) -> None:
    marker = mark(cast, record)
    about = ("child_marker", marker.pk)
    first = running(about).get()
    actions.review(cast.vast, marker.pk, Reviewed("kept", "Went again in May.", 0, review_on=day(60)))
    assert running(about).get().due_at > first.due_at
    with pytest.raises(Stale, match="meanwhile"):
        actions.review(cast.vast, marker.pk, Reviewed("ended", "All well.", 0))
    with pytest.raises(Invalid, match="what it says"):
        actions.review(cast.vast, marker.pk, Reviewed("changed", "New place.", 1, review_on=day(60)))
    actions.review(cast.vast, marker.pk, Reviewed("changed", "New place.", 1, "Goes to the canal.", day(60)))
    for wrong in (Reviewed("lost", "x", 2), Reviewed("ended", " ", 2), Reviewed("kept", "x", 2)):
        with pytest.raises(Invalid):
            actions.review(cast.vast, marker.pk, wrong)
    actions.review(cast.vast, marker.pk, Reviewed("ended", "Home for a year.", 2))
    assert not running(about).exists()
    with pytest.raises(Refused, match="has ended"):
        actions.review(cast.vast, marker.pk, Reviewed("kept", "x", 3, review_on=day(60)))


@pytest.mark.parametrize("who", ["handler", "stranger", "supervisor", "fim", "officer", "investigator", "pcc"])
def test_nobody_but_the_vast_sets_or_reviews(cast: Cast, record: uuid.UUID, who: str) -> None:
    marker, user = mark(cast, record), cast.everybody()[who]
    with pytest.raises(NotThere):
        actions.mark(user, record, key=key(), kind="missing", words="x", review_on=day(3))
    with pytest.raises(NotThere):
        actions.review(user, marker.pk, Reviewed("ended", "x", 0))


def test_what_whoever_meets_the_child_must_know_stands_on_the_incident_and_at_the_door(
    cast: Cast, browser: Browser
) -> None:
    here, before = child(cast.handler), child(cast.handler)
    incident = Incident.objects.get(pk=here[0])
    graded(cast.handler, incident)
    attended(cast, incident)
    record, merged = recorded(cast.vast, here), recorded(cast.vast, before)
    ended, marker = mark(cast, record, words="Was in hospital."), mark(cast, merged, words="Not with her uncle.")
    actions.review(cast.vast, ended.pk, Reviewed("ended", "Home.", 0))
    merge(cast.vast, record, merged, key=key(), why="One child.")
    for who, at in (("handler", "incidents"), ("dispatcher", "incidents"), ("officer", "safeguarding/door")):
        page = text(browser(cast.everybody()[who]).get(f"/{at}/{incident.pk}/"))
        assert "Goes missing" in page, who
        assert "Not with her uncle." in page, who
        assert "Was in hospital." not in page, who
    seen = AuditEvent.objects.filter(duty="consultation", subjects__contains=f'["child_marker","{marker.pk}"]')
    assert {one.verb for one in seen} == {"child.known", "door.answer"}
    actions.review(cast.vast, marker.pk, Reviewed("changed", "He moved in.", 0, "Not with her step-father.", day(9)))
    assert "Not with her step-father." in text(browser(cast.officer).get(f"/safeguarding/door/{incident.pk}/"))


def test_the_clocks_page_names_the_child_and_leads_to_the_marker_and_to_the_raise(cast: Cast, browser: Browser) -> None:
    record = recorded(cast.vast, *[child(cast.handler) for _ in range(3)])
    marker, client = mark(cast, record, review_on=day(7)), browser(cast.vast)
    Clock.objects.filter(about="child_raise").update(incident=None)
    later(timedelta(days=40))
    watch()
    page = client.get("/safeguarding/clocks")
    assert text(page).count("Mia Fenwick, 7") == 2
    links = re.findall(r'href="(/safeguarding/children/[^"]+)" data-key="o"', page.text)
    assert len(links) == 2
    assert [client.get(one).headers["Location"] for one in sorted(links)] == [
        f"/safeguarding/children/{record}/#marker-{marker.pk}",
        f"/safeguarding/children/#raised-{ChildRaise.objects.get().pk}",
    ]
    assert f'id="marker-{marker.pk}"' in client.get(f"/safeguarding/children/{record}/").text
    event = AuditEvent.objects.get(verb="clock.see")
    assert str(record) in event.subjects

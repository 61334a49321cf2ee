"""Every missed target is explained by somebody, the caller is told of it, and *nobody was free* never explains it alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.caller_actions import log_call_back
from goldthread.contact.caller_models import CallBack
from goldthread.contact.models import Entry, Incident
from goldthread.desk.models import BoardRow
from goldthread.response import alarm_actions, delay_actions
from goldthread.response.measures import attended_as_graded
from goldthread.response.models import Clock, DelayExplanation
from goldthread.response.querysets import missed
from goldthread.response.request_rules import delays
from tests.cast import Cast, attended, closed, graded, key, opened
from tests.response.test_alarms import later

WHY = {"reasons": ["risk-first"], "why": "Both units were at a stabbing in Mill Street until 02:40."}


@pytest.fixture
def late(cast: Cast) -> Incident:
    """An incident whose two targets have run out."""
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    later(timedelta(minutes=61))
    alarm_actions.raise_due()
    return incident


def explain(user: Staff, incident: Incident, **given: Any) -> int:
    return delay_actions.explain(user, incident.pk, key=key(), **{**WHY, **given})


def wants(incident: Incident) -> bool:
    return "why" in BoardRow.objects.get(incident=incident).needs


def test_the_board_asks_until_somebody_has_said_why(cast: Cast, late: Incident) -> None:
    assert wants(late)
    assert explain(cast.dispatcher, late) == 2
    assert not wants(late)
    assert {one.clock.kind for one in DelayExplanation.objects.all()} == {"allocation", "attendance"}
    assert Entry.objects.filter(incident=late, code="delay.explained").count() == 1


def test_another_grade_given_late_takes_no_breach_away(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    later(timedelta(minutes=61))
    graded(cast.handler, incident, "immediate")
    assert wants(incident)
    assert explain(cast.dispatcher, incident) == 2
    assert not wants(incident)
    until = database_now(connection) + timedelta(seconds=1)
    every, met = attended_as_graded("priority", Q(), until - timedelta(hours=2), until)
    assert (every.count(), met.count()) == (1, 0)


def test_a_later_miss_is_explained_by_itself_and_all_may_be_told_anew(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    later(timedelta(minutes=20))
    assert explain(cast.dispatcher, incident) == 1
    later(timedelta(minutes=45))
    assert explain(cast.dispatcher, incident) == 1
    assert explain(cast.dispatcher, incident, why="As known now: the road was shut.") == 2
    assert DelayExplanation.objects.count() == 4


def test_sent_twice_it_is_there_once(cast: Cast, late: Incident) -> None:
    again = key()
    for _ in range(2):
        assert delay_actions.explain(cast.dispatcher, late.pk, key=again, **WHY) == 2  # type: ignore[arg-type]
    assert DelayExplanation.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"reasons": []}, "at least one reason"),
        ({"reasons": ["no-resources"]}, "never the only reason"),
        ({"reasons": ["made-up"]}, "at least one reason"),
        ({"why": "  "}, "in a sentence"),
        ({"why": "x" * 4_001}, "4,000"),
    ],
)
def test_what_explains_nothing_is_refused(cast: Cast, late: Incident, given: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid) as refused:
        explain(cast.dispatcher, late, **given)
    assert says in " ".join(refused.value.fields.values())
    assert wants(late)


def test_nobody_free_may_stand_beside_another_reason(cast: Cast, late: Incident) -> None:
    assert explain(cast.dispatcher, late, reasons=["no-resources", "risk-first"]) == 2
    assert not delays()["no-resources"].alone


def test_a_clock_at_hand_was_missed_where_the_question_finds_it(cast: Cast, late: Incident) -> None:
    clock = Clock.objects.filter(incident=late).order_by("id")[0]
    tick, found = timedelta(seconds=1), []
    for stopped_at in (None, clock.due_at - tick, clock.due_at, clock.due_at + tick):
        Clock.objects.filter(pk=clock.pk).update(stopped_at=stopped_at, stopped_by="" if stopped_at is None else "cad")
        clock.refresh_from_db()
        for at in (clock.due_at - tick, clock.due_at, clock.due_at + tick):
            found.append(missed(clock, at))
            assert found[-1] == Clock.objects.filter(pk=clock.pk).missed(at).exists(), (stopped_at, at)
    assert set(found) == {True, False}


def test_what_was_in_time_has_nothing_to_explain(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    with pytest.raises(Refused, match="No target of this incident was missed"):
        explain(cast.dispatcher, incident)
    attended(cast, incident)
    later(timedelta(days=1))
    with pytest.raises(Refused, match="No target of this incident was missed"):
        explain(cast.dispatcher, incident)


def test_a_higher_grade_stops_a_clock_and_that_is_no_miss(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, "scheduled")
    graded(cast.handler, incident, "immediate")
    assert list(delay_actions.late(incident, database_now(connection) + timedelta(minutes=1))) == []


def test_attended_late_and_closed_it_may_still_be_explained(cast: Cast, late: Incident) -> None:
    attended(cast, late)
    closed(cast, late)
    assert explain(cast.supervisor, late) == 2


@pytest.mark.parametrize("who", ["far_dispatcher", "pcc", "stranger_officer"])
def test_others_may_not(cast: Cast, late: Incident, who: str) -> None:
    user = cast.officer if who == "stranger_officer" else getattr(cast, who)
    with pytest.raises(NotThere):
        explain(user, late)


def test_the_page_asks_says_what_was_wrong_and_shows_the_answer(
    cast: Cast, late: Incident, browser: Callable[[Staff | None], Client]
) -> None:
    client = browser(cast.dispatcher)

    def text(answer: Any) -> str:
        return " ".join(answer.content.decode().split())

    page = text(client.get(f"/incidents/{late.pk}/"))
    assert "why is owed" in page
    sent = {"key": key(), "reasons": ["no-resources"], "why": "All were out."}
    answer = client.post(f"/incidents/{late.pk}/delay", sent)
    assert answer.status_code == 422
    assert "never the only reason" in text(answer)
    assert "All were out." in text(answer)
    client.post(f"/incidents/{late.pk}/delay", {**sent, "key": key(), "reasons": ["no-resources", "risk-first"]})
    page = text(client.get(f"/incidents/{late.pk}/"))
    assert "why is owed" not in page
    assert "All were out." in page


def test_a_caller_is_told_and_asked_what_is_new(cast: Cast, late: Incident) -> None:
    log_call_back(cast.handler, late.pk, key=key(), outcome="answered", new_risk="nothing")
    log_call_back(cast.handler, late.pk, key=key(), outcome="answered", new_risk="something", text="He is outside now.")
    assert list(CallBack.objects.order_by("id").values_list("new_risk", flat=True)) == ["nothing", "something"]
    assert Entry.objects.filter(incident=late, kind="words", source="caller").count() == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"outcome": "no_answer", "new_risk": "nothing"}, "Nobody answered"),
        ({"outcome": "answered", "new_risk": "something"}, "Write what is new"),
        ({"outcome": "answered", "new_risk": "made-up"}, "from the list"),
    ],
)
def test_what_nobody_was_asked_is_not_recorded(cast: Cast, late: Incident, given: dict[str, str], says: str) -> None:
    with pytest.raises(Invalid) as refused:
        log_call_back(cast.handler, late.pk, key=key(), **given)  # type: ignore[arg-type]
    assert says in " ".join(refused.value.fields.values())
    assert not CallBack.objects.exists()

"""A question reaches whoever owns the incident now: on the board, in their navigation, and by an alarm when its time passes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardRow
from goldthread.response import alarm_actions
from goldthread.response.models import Alarm
from goldthread.supervision import actions
from goldthread.supervision.models import Question
from tests.cast import Cast, key, taken
from tests.response.test_alarms import later, raised
from tests.response.test_requests import assess, with_child

Browser = Callable[[Staff | None], Client]


def asked(cast: Cast, incident: Incident, words: str = "Who is with the girl now?") -> Question:
    incident.refresh_from_db()
    review = actions.give_back(
        cast.supervisor, incident.pk, key=key(), seen=incident.last_seq, found=0, began_at=None, words=words
    )
    return Question.objects.get(review=review)


def needs(incident: Incident) -> set[str]:
    return set(BoardRow.objects.get(incident=incident).needs)


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = with_child(cast)
    assess(cast.handler, made)
    return made


def test_a_question_is_a_need_on_the_board_until_it_is_answered(cast: Cast, incident: Incident) -> None:
    question = asked(cast, incident)
    assert "asks" in needs(incident)
    assert "question" not in needs(incident)
    actions.answer_question(cast.handler, question.pk, key=key(), incident_id=incident.pk, words="Her aunt.")
    assert not {"asks", "question"} & needs(incident)


def test_it_alarms_once_when_its_quarter_of_an_hour_has_passed_and_ends_with_the_answer(
    cast: Cast, incident: Incident
) -> None:
    question = asked(cast, incident)
    later(timedelta(minutes=14))
    alarm_actions.raise_due()
    assert "question" not in raised(incident)
    later(timedelta(minutes=2))
    alarm_actions.raise_due()
    alarm_actions.raise_due()
    assert raised(incident).count("question") == 1
    assert {"asks", "question"} <= needs(incident)
    actions.answer_question(cast.handler, question.pk, key=key(), incident_id=incident.pk, words="Her aunt.")
    assert Alarm.objects.get(kind="question").ended_at is not None
    assert not {"asks", "question"} & needs(incident)


def test_one_answered_in_time_never_alarms_and_a_second_one_stands_by_itself(cast: Cast, incident: Incident) -> None:
    first = asked(cast, incident)
    second = asked(cast, incident, "And the baby?")
    actions.answer_question(cast.handler, first.pk, key=key(), incident_id=incident.pk, words="Her aunt.")
    assert "asks" in needs(incident)
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    standing = Alarm.objects.filter(kind="question", raised_at__isnull=False)
    assert [one.source for one in standing] == [f"question:{second.pk}"]


def test_whoever_owns_it_now_is_told_though_another_was_asked(cast: Cast, browser: Browser, incident: Incident) -> None:
    giver, receiver = browser(cast.handler), browser(cast.teammate)
    asked(cast, incident)
    assert giver.get("/incidents/count").json() == {"count": 1, "over": 0}
    taken(cast.teammate, incident)
    later(timedelta(minutes=16))
    alarm_actions.raise_due()
    assert giver.get("/incidents/count").json() == {"count": 0, "over": 0}
    assert receiver.get("/incidents/count").json() == {"count": 1, "over": 1}
    for path in ("/incidents/", "/board/?owner=me"):
        page = receiver.get(path).content.decode()
        assert incident.reference in page, path
        assert "supervisor asks, late" in page, path

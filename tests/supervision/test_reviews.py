"""Who reviews what, what each answer does, and what it needs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response import request_actions
from goldthread.response import shared_actions as shared
from goldthread.supervision import actions
from goldthread.supervision.models import Question, Review, Sweep
from goldthread.supervision.queries import waiting
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, answered, attended, graded, key, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import assess, lower, with_child

SEEING = {"began_at": None}


def now() -> Any:
    return database_now(connection)


def found(cast: Cast) -> Incident:
    """An incident with a child that a sweep found."""
    incident = with_child(cast)
    assess(cast.handler, incident)
    later(timedelta(minutes=25))
    sweep()
    incident.refresh_from_db()
    return incident


def agree(user: Staff, incident: Incident, **given: Any) -> Review:
    return actions.agree(user, incident.pk, **{"key": key(), "seen": incident.last_seq, **SEEING, **given})


def give_back(user: Staff, incident: Incident, words: str = "Who is with the girl now?", **given: Any) -> Review:
    return actions.give_back(
        user, incident.pk, words=words, **{"key": key(), "seen": incident.last_seq, **SEEING, **given}
    )


def test_a_review_keeps_what_was_known_and_answers_every_find(cast: Cast) -> None:
    incident = found(cast)
    began = now() - timedelta(minutes=2)
    review = agree(cast.supervisor, incident, began_at=began, words="Read it all. Priority is right.")
    assert (review.seen, review.thrive.version, review.period.grade) == (incident.last_seq, 1, "priority")
    assert review.began_at == began
    assert not Sweep.objects.filter(incident=incident, ended_at__isnull=True).exists()
    assert incident.entries.filter(code="review.made").count() == 1
    event = AuditEvent.objects.filter(verb="review.make").latest("id")
    assert (event.duty, event.staff_id) == ("alteration", cast.supervisor.pk)
    assert "Priority is right" not in event.detail


@pytest.mark.parametrize(
    "who", ["handler", "teammate", "stranger", "dispatcher", "officer", "vast", "qa", "silver", "pcc", "auditor"]
)
def test_nobody_but_a_supervisor_or_the_fim_reviews(cast: Cast, who: str) -> None:
    incident = found(cast)
    with pytest.raises(NotThere):
        agree(cast.everybody()[who], incident)


def test_another_team_s_supervisor_does_not_reach_it(cast: Cast) -> None:
    incident = found(cast)
    with pytest.raises(NotThere):
        agree(cast.far_supervisor, incident)
    assert [one.incident for one in waiting(cast.far_supervisor, now())] == []


def test_whoever_owns_it_or_wrote_the_thrive_does_not_review_it(cast: Cast) -> None:
    incident = found(cast)
    response.take_over(cast.supervisor, incident.pk, key=key())
    with pytest.raises(Refused, match="You own"):
        agree(cast.supervisor, incident, seen=99)
    assess(cast.fim, incident)
    with pytest.raises(Refused, match="newest THRIVE"):
        agree(cast.fim, incident, seen=99)


def test_a_role_that_was_taken_away_reviews_nothing(cast: Cast) -> None:
    incident = found(cast)
    Staff.objects.filter(pk=cast.supervisor.pk).update(role="call_handler")
    with pytest.raises(NotThere):
        agree(Staff.objects.get(pk=cast.supervisor.pk), incident)


def test_what_was_said_meanwhile_is_read_before_it_counts(cast: Cast) -> None:
    incident = found(cast)
    say(cast.handler, incident, "he has come back")
    with pytest.raises(Stale, match="Something was said"):
        agree(cast.supervisor, incident)


def test_of_two_who_review_at_once_the_second_is_told(cast: Cast) -> None:
    incident = found(cast)
    agree(cast.supervisor, incident)
    with pytest.raises(Stale, match="Supervisor Amber reviewed"):
        agree(cast.fim, incident)
    assert Review.objects.filter(incident=incident).count() == 1


def test_an_answer_sent_twice_counts_once(cast: Cast) -> None:
    incident = found(cast)
    one = key()
    first, second = agree(cast.supervisor, incident, key=one), agree(cast.supervisor, incident, key=one)
    assert first.pk == second.pk


def test_a_question_goes_to_the_owner_holds_closing_and_comes_back_with_its_answer(cast: Cast) -> None:
    incident = found(cast)
    give_back(cast.supervisor, incident)
    question = Question.objects.get(review__incident=incident)
    assert (question.to, question.to_team) == (cast.handler, None)
    attended(cast, incident)
    answered(cast.handler, incident)
    assess(cast.handler, incident)
    with pytest.raises(Refused, match="supervisor's question"):
        response.close(cast.fim, incident.pk, key=key(), reason="attended-resolved", result="Seen.")
    actions.answer_question(
        cast.handler, question.pk, key=key(), incident_id=incident.pk, words="Her aunt, seen by the unit."
    )
    assert {one.kind for one in Sweep.objects.filter(incident=incident, ended_at__isnull=True)} >= {"answered"}
    with pytest.raises(Stale, match="answered already"):
        actions.answer_question(cast.handler, question.pk, key=key(), incident_id=incident.pk, words="Again.")


def test_a_question_over_its_time_comes_back_by_itself(cast: Cast) -> None:
    incident = found(cast)
    give_back(cast.supervisor, incident)
    later(timedelta(minutes=16))
    sweep()
    assert Sweep.objects.filter(incident=incident, kind="silent", ended_at__isnull=True).count() == 1


def test_an_empty_question_is_none(cast: Cast) -> None:
    incident = found(cast)
    with pytest.raises(Invalid, match="Write the question"):
        give_back(cast.supervisor, incident, " \x00 ")
    with pytest.raises(Invalid, match="4,000"):
        give_back(cast.supervisor, incident, "a" * 4_001)


def test_a_question_of_another_incident_is_not_answered_here(cast: Cast) -> None:
    incident, other = found(cast), with_child(cast)
    give_back(cast.supervisor, incident)
    question = Question.objects.get(review__incident=incident)
    with pytest.raises(NotThere):
        actions.answer_question(cast.handler, question.pk, key=key(), incident_id=other.pk, words="Here.")


def test_a_delay_is_borne_until_a_time_and_comes_back_then(cast: Cast) -> None:
    incident = found(cast)
    later(timedelta(hours=2))
    sweep()
    until = now() + timedelta(hours=1)
    actions.bear_delay(
        cast.supervisor, incident.pk, key=key(), seen=incident.last_seq + 9, until=until,
        words="Aunt is with her, door locked, unit from the south at four.", **SEEING,
    )  # fmt: skip
    sweep()
    assert "overdue" not in _kinds(incident)
    later(timedelta(minutes=61))
    sweep()
    assert "overdue" in _kinds(incident)


@pytest.mark.parametrize(
    ("until", "words", "said"),
    [
        (timedelta(hours=1), "", "Write why"),
        (None, "Safe.", "Write until when"),
        (timedelta(minutes=-1), "Safe.", "past"),
        (timedelta(hours=5), "Safe.", "4 hours"),
    ],
)
def test_a_delay_needs_a_reason_and_a_time_that_is_one(
    cast: Cast, until: timedelta | None, words: str, said: str
) -> None:
    incident = found(cast)
    later(timedelta(hours=2))
    with pytest.raises(Invalid, match=said):
        actions.bear_delay(
            cast.supervisor,
            incident.pk,
            key=key(),
            seen=99,
            words=words,
            until=now() + until if until else None,
            **SEEING,
        )


def test_there_is_no_delay_to_bear_where_nothing_is_late(cast: Cast) -> None:
    incident = with_child(cast)
    with pytest.raises(Refused, match="no delay"):
        actions.bear_delay(
            cast.supervisor, incident.pk, key=key(), seen=99, words="Safe.", until=now() + timedelta(hours=1), **SEEING
        )


def test_a_request_decided_at_the_desk_is_a_review_too(cast: Cast) -> None:
    incident = found(cast)
    request = lower(cast, incident)
    assert request is not None
    assess(cast.handler, incident)
    incident.refresh_from_db()
    with pytest.raises(Refused, match="A request waits"):
        agree(cast.supervisor, incident)
    review = actions.decide(
        cast.supervisor, incident.pk, request.pk, key=key(), answer="refused", words="Nobody has seen her.",
        seen=incident.last_seq, **SEEING,
    )  # fmt: skip
    assert review is not None
    assert (review.answer, review.decision.answer) == ("decided", "refused")


def test_a_decision_that_is_refused_leaves_no_review(cast: Cast) -> None:
    incident = found(cast)
    request = lower(cast, incident)
    assert request is not None
    with pytest.raises(Refused, match="no THRIVE made after"):
        actions.decide(
            cast.supervisor, incident.pk, request.pk, key=key(), answer="approved", words="", seen=99, **SEEING
        )
    assert not Review.objects.filter(incident=incident).exists()


def test_the_fim_approves_a_closing_and_the_review_stands_though_it_is_closed(cast: Cast) -> None:
    incident = found(cast)
    attended(cast, incident)
    answered(cast.handler, incident)
    request = request_actions.ask_close(
        cast.handler, incident.pk, key=key(), reason="attended-resolved", result="Seen by the unit."
    )
    assess(cast.handler, incident)
    incident.refresh_from_db()
    review = actions.decide(
        cast.fim, incident.pk, request.pk, key=key(), answer="approved", words="", seen=incident.last_seq, **SEEING
    )
    incident.refresh_from_db()
    assert not incident.is_open
    assert review is not None
    assert not Sweep.objects.filter(incident=incident, ended_at__isnull=True).exists()


def test_a_higher_grade_is_never_held_up_by_who_may_review(cast: Cast) -> None:
    incident = found(cast)
    response.take_over(cast.supervisor, incident.pk, key=key())
    made = actions.upgrade(
        cast.supervisor, incident.pk, key=key(), code="immediate", why="Threat heard", seen=0, **SEEING
    )
    assert made is None
    current = shared.current_grade(incident)
    assert current is not None
    assert current.code == "immediate"


def test_a_higher_grade_by_a_second_person_is_a_review(cast: Cast) -> None:
    incident = found(cast)
    made = actions.upgrade(
        cast.supervisor, incident.pk, key=key(), code="immediate", why="Threat heard", seen=incident.last_seq, **SEEING
    )
    assert made is not None
    assert made.answer == "raised"


def test_the_riskiest_stands_first_and_a_request_over_its_time_weighs_double(cast: Cast) -> None:
    grave = opened(cast.handler)
    say(cast.handler, grave, "kids crying upstairs, he has a knife")
    graded(cast.handler, grave, "immediate")
    child = found(cast)
    lower(cast, child)
    before = {one.incident: one for one in waiting(cast.supervisor, now())}
    assert not before[child.pk].late
    later(timedelta(minutes=16))
    sweep()
    after = waiting(cast.supervisor, now())
    assert [one.incident for one in after] == [grave.pk, child.pk]
    assert after[1].late
    assert after[1].rank >= 2 * before[child.pk].rank


def test_an_incident_that_is_not_there_is_told_as_any_other_out_of_reach(cast: Cast) -> None:
    with pytest.raises(NotThere):
        actions.agree(cast.supervisor, uuid.uuid4(), key=key(), seen=1, **SEEING)


def _kinds(incident: Incident) -> set[str]:
    return set(Sweep.objects.filter(incident=incident, ended_at__isnull=True).values_list("kind", flat=True))

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
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response import request_actions
from goldthread.response import shared_actions as shared
from goldthread.supervision import actions
from goldthread.supervision.models import Question, Review, Sweep
from goldthread.supervision.queries import newest_find, onwards, waiting
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, answered, attended, closed, graded, key, opened, say, taken
from tests.response.test_alarms import later, on_duty
from tests.response.test_requests import assess, lower, with_child, without_child

SEEING: dict[str, Any] = {"began_at": None}


def newest(incident: Incident) -> dict[str, Any]:
    """What a page of the incident as it stands now would send."""
    incident.refresh_from_db()
    return {"seen": incident.last_seq, "found": newest_find(incident), **SEEING}


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
    before = {"seen": incident.last_seq, "found": newest_find(incident), **SEEING}
    return actions.agree(user, incident.pk, **{"key": key(), **before, **given})


def give_back(user: Staff, incident: Incident, words: str = "Who is with the girl now?", **given: Any) -> Review:
    before = {"seen": incident.last_seq, "found": newest_find(incident), **SEEING}
    return actions.give_back(user, incident.pk, words=words, **{"key": key(), **before, **given})


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
    assert [one.incident for one in waiting(cast.far_supervisor, now()).lines] == []


def test_whoever_owns_it_or_wrote_the_thrive_does_not_review_it(cast: Cast) -> None:
    incident = found(cast)
    taken(cast.supervisor, incident)
    with pytest.raises(Refused, match="a hand in"):
        agree(cast.supervisor, incident, **newest(incident))
    assess(cast.fim, incident)
    with pytest.raises(Refused, match="a hand in"):
        agree(cast.fim, incident, **newest(incident))


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
    with pytest.raises(Refused, match="You asked this"):
        actions.answer_question(cast.supervisor, question.pk, key=key(), incident_id=incident.pk, words="Me.")
    actions.answer_question(
        cast.handler, question.pk, key=key(), incident_id=incident.pk, words="Her aunt, he has a knife in there."
    )
    assert incident.entries.filter(kind="words").latest("seq").text.text == "Her aunt, he has a knife in there."
    assert shared.critical_unanswered(incident), "an answer is read like any words"
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
    actions.bear_delay(
        cast.supervisor, incident.pk, key=key(), minutes=60,
        words="Aunt is with her, door locked, unit from the south at four.", **newest(incident),
    )  # fmt: skip
    sweep()
    assert "overdue" not in _kinds(incident)
    later(timedelta(minutes=61))
    sweep()
    assert "overdue" in _kinds(incident)


@pytest.mark.parametrize(
    ("minutes", "words", "said"),
    [(60, "", "Write why"), (None, "Safe.", "how long"), (-1, "Safe.", "how long"), (300, "Safe.", "4 hours")],
)
def test_a_delay_needs_a_reason_and_a_time_that_is_one(cast: Cast, minutes: int | None, words: str, said: str) -> None:
    incident = found(cast)
    later(timedelta(hours=2))
    with pytest.raises(Invalid, match=said):
        actions.bear_delay(cast.supervisor, incident.pk, key=key(), words=words, minutes=minutes, **newest(incident))


def test_there_is_no_delay_to_bear_where_nothing_is_late_or_a_later_time_is_asked_for(cast: Cast) -> None:
    incident = with_child(cast)
    given = {"key": key(), "words": "Safe.", "minutes": 60}
    with pytest.raises(Refused, match="no delay"):
        actions.bear_delay(cast.supervisor, incident.pk, **given, **newest(incident))
    request_actions.ask_later(
        cast.handler,
        incident.pk,
        key=key(),
        due_at=now() + timedelta(hours=5),
        reasons=["new-information"],
        why="Seen.",
    )
    later(timedelta(hours=2))
    with pytest.raises(Refused, match="later time is asked for"):
        actions.bear_delay(cast.fim, incident.pk, **given, **newest(incident))


def test_bearing_a_delay_sent_twice_counts_once(cast: Cast) -> None:
    incident = found(cast)
    later(timedelta(hours=2))
    one, before = key(), newest(incident)
    made = [
        actions.bear_delay(cast.supervisor, incident.pk, key=one, words="Safe.", minutes=60, **before) for _ in range(2)
    ]
    assert made[0].pk == made[1].pk


def test_a_delay_that_is_borne_hides_no_target_that_passes_later(cast: Cast) -> None:
    incident = found(cast)
    later(timedelta(hours=2))
    sweep()
    actions.bear_delay(cast.supervisor, incident.pk, key=key(), words="Safe.", minutes=240, **newest(incident))
    graded(cast.handler, incident, "immediate")
    later(timedelta(minutes=16))
    sweep()
    assert "overdue" in _kinds(incident)


def test_a_find_that_came_after_the_page_is_not_answered_by_it(cast: Cast) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    later(timedelta(minutes=14))
    before = newest(incident)
    later(timedelta(minutes=11))
    sweep()
    found_since = _kinds(incident)
    actions.agree(cast.supervisor, incident.pk, key=key(), **before)
    assert found_since
    assert _kinds(incident) == found_since


def test_a_child_named_after_a_review_is_looked_at_anew(cast: Cast) -> None:
    incident = without_child(cast)
    later(timedelta(hours=2))
    sweep()
    agree(cast.supervisor, incident, **newest(incident))
    contact.answer_children(
        cast.handler, incident.pk, key=key(), answer="named",
        given=[ChildGiven(str(key()), "Mia", 4, False, "upstairs", "", "not_seen")],
    )  # fmt: skip
    sweep()
    assert "child" in _kinds(incident)


def test_nobody_reviews_what_they_had_a_hand_in(cast: Cast) -> None:
    incident = without_child(cast)
    contact.answer_children(cast.supervisor, incident.pk, key=key(), answer="asked_none", given=[])
    with pytest.raises(Refused, match="a hand in"):
        agree(cast.supervisor, incident, **newest(incident))
    closing = found(cast)
    attended(cast, closing)
    assess(cast.handler, closing)
    closed(cast, closing)
    with pytest.raises(Refused, match="a hand in"):
        agree(cast.fim, closing, **newest(closing))
    agree(cast.supervisor, closing, **newest(closing))


def test_what_was_never_on_the_timeline_was_not_seen(cast: Cast) -> None:
    incident = found(cast)
    with pytest.raises(Invalid, match="does not fit"):
        agree(cast.supervisor, incident, seen=2**31 - 1)


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
        **newest(incident),
    )  # fmt: skip
    assert review is not None
    assert (review.answer, review.decision.answer) == ("decided", "refused")


def test_a_decision_that_is_refused_leaves_no_review(cast: Cast) -> None:
    incident = found(cast)
    request = lower(cast, incident)
    assert request is not None
    with pytest.raises(Refused, match="no THRIVE made after"):
        actions.decide(
            cast.supervisor, incident.pk, request.pk, key=key(), answer="approved", words="", **newest(incident)
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
        cast.fim, incident.pk, request.pk, key=key(), answer="approved", words="", **newest(incident)
    )
    incident.refresh_from_db()
    assert not incident.is_open
    assert review is not None
    assert not Sweep.objects.filter(incident=incident, ended_at__isnull=True).exists()


def test_a_higher_grade_is_never_held_up_by_who_may_review(cast: Cast) -> None:
    incident = found(cast)
    taken(cast.supervisor, incident)
    made = actions.upgrade(
        cast.supervisor, incident.pk, key=key(), code="immediate", why="Threat heard", **newest(incident)
    )
    assert made is None
    current = shared.current_grade(incident)
    assert current is not None
    assert current.code == "immediate"


def test_a_higher_grade_by_a_second_person_is_a_review(cast: Cast) -> None:
    incident = found(cast)
    made = actions.upgrade(
        cast.supervisor, incident.pk, key=key(), code="immediate", why="Threat heard", **newest(incident)
    )
    assert made is not None
    assert made.answer == "raised"


def test_the_riskiest_stands_first_and_a_request_over_its_time_weighs_double(cast: Cast) -> None:
    on_duty(cast.supervisor)
    grave = opened(cast.handler)
    say(cast.handler, grave, "kids crying upstairs, he has a knife")
    graded(cast.handler, grave, "immediate")
    child = found(cast)
    lower(cast, child)
    before = {one.incident: one for one in waiting(cast.supervisor, now()).lines}
    assert not before[child.pk].late
    later(timedelta(minutes=16))
    sweep()
    after, numbers = waiting(cast.supervisor, now())
    assert [one.incident for one in after] == [grave.pk, child.pk]
    assert after[1].late
    assert after[1].rank >= 2 * before[child.pk].rank
    for start in range(3):
        part = waiting(cast.supervisor, now(), start=start, most=1)
        assert part == (after[start : start + 1], numbers), "a page is a part of the whole, and counts all of it"
    assert numbers.pop("") == len(after)
    for why, number in numbers.items():
        held = [one for one in after if why in one.kinds or (why == "request" and one.requests)]
        assert waiting(cast.supervisor, now(), why).lines == held
        assert number == len(held) > 0
    assert waiting(cast.supervisor, now(), "called").lines == []
    behind = {grave.pk: [child.pk], child.pk: [grave.pk], uuid.uuid4(): [grave.pk, child.pk]}
    for came, rest in behind.items():
        assert onwards(cast.supervisor, now(), came, start=0, most=5) == rest, "on from there, and round"


def test_an_incident_that_is_not_there_is_told_as_any_other_out_of_reach(cast: Cast) -> None:
    with pytest.raises(NotThere):
        actions.agree(cast.supervisor, uuid.uuid4(), key=key(), seen=1, found=0, **SEEING)


def _kinds(incident: Incident) -> set[str]:
    return set(Sweep.objects.filter(incident=incident, ended_at__isnull=True).values_list("kind", flat=True))

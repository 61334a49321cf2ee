"""A grade falls, a time is put off and an incident with a child closes only by the rule; through actions and past them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response import request_actions
from goldthread.response import shared_actions as shared
from goldthread.response.models import Clock, Closing, GradePeriod
from goldthread.response.request_models import ReviewDecision, ReviewRequest
from tests.cast import Cast, assess, attended, graded, key, opened, say, taken

WHY = {"reasons": ["new-information"], "why": "Seen by her teacher at school, said to us by name."}


def with_child(cast: Cast, grade: str = "priority") -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, "Neighbour heard shouting next door, a little girl lives there.")
    graded(cast.handler, incident, grade)
    incident.refresh_from_db()
    assert incident.child == "yes"
    return incident


def without_child(cast: Cast, grade: str = "priority") -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, "Two cars have touched, nobody is hurt, details were exchanged.")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, incident, grade)
    incident.refresh_from_db()
    assert incident.child == "none"
    return incident


def lower(cast: Cast, incident: Incident, code: str = "scheduled", **given: Any) -> ReviewRequest | None:
    return request_actions.ask_lower(cast.handler, incident.pk, key=key(), code=code, **{**WHY, **given})


def decide(user: Any, request: ReviewRequest | None, answer: str = "approved", **given: Any) -> ReviewDecision:
    assert request is not None
    return request_actions.decide(user, request.pk, key=key(), answer=answer, **given)


def held(incident: Incident) -> str:
    found = shared.current_grade(incident)
    return found.code if found else ""


def test_a_lower_grade_needs_a_request_then_a_thrive_then_a_second_senior_person(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assert held(incident) == "priority"
    with pytest.raises(Refused, match="no THRIVE made after this request"):
        decide(cast.supervisor, request)
    assess(cast.handler, incident)
    decide(cast.supervisor, request)
    assert held(incident) == "scheduled"
    period = shared.current_period(incident)
    assert period is not None
    assert period.decision is not None
    assert period.decision.request_id == request.pk  # type: ignore[union-attr]
    assert [one.stopped_by for one in Clock.objects.filter(period__seq=1, incident=incident)] == ["regraded"] * 2
    assert Clock.objects.filter(period=period).running().count() == 2


@pytest.mark.parametrize(
    "who", ["handler", "teammate", "stranger", "dispatcher", "officer", "vast", "qa", "silver", "pcc", "auditor"]
)
def test_nobody_else_decides(cast: Cast, who: str) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assess(cast.teammate, incident)
    with pytest.raises((Refused, NotThere)):
        decide(getattr(cast, who), request)
    assert held(incident) == "priority"


def test_a_supervisor_of_another_team_does_not_decide_and_the_fim_does(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assess(cast.handler, incident)
    with pytest.raises(NotThere):
        decide(cast.far_supervisor, request)
    decide(cast.fim, request)
    assert held(incident) == "scheduled"


def test_who_asked_owns_or_assessed_does_not_decide(cast: Cast) -> None:
    incident = with_child(cast)
    asked = request_actions.ask_lower(cast.supervisor, incident.pk, key=key(), code="scheduled", **WHY)
    assess(cast.handler, incident)
    with pytest.raises(Refused, match="asked for this yourself"):
        decide(cast.supervisor, asked)
    request_actions.withdraw(cast.supervisor, asked.pk, key=key())  # type: ignore[union-attr]

    request = lower(cast, incident)
    assess(cast.supervisor, incident)
    with pytest.raises(Refused, match="wrote the newest THRIVE"):
        decide(cast.supervisor, request)
    assess(cast.handler, incident)
    taken(cast.supervisor, incident)
    with pytest.raises(Refused, match="own this incident"):
        decide(cast.supervisor, request)
    assert held(incident) == "priority"


def test_words_after_the_thrive_make_it_stale(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assess(cast.handler, incident)
    say(cast.teammate, incident, "She rang again: now there is crying.")
    with pytest.raises(Stale, match="after the newest THRIVE"):
        decide(cast.supervisor, request)
    assert held(incident) == "priority"


def test_words_that_the_decider_did_not_see_make_it_stale(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    seen = Incident.objects.get(pk=incident.pk).last_seq
    say(cast.handler, incident, "Now there is crying.")
    assess(cast.handler, incident)
    with pytest.raises(Stale, match="since this page was loaded"):
        decide(cast.supervisor, request, seen=seen)


@pytest.mark.parametrize(
    "codes", [["no-resources"], ["no-resources", "caller-request"], ["other-agency"], [], ["made up"]]
)
def test_no_resources_is_never_the_only_reason(cast: Cast, codes: list[str]) -> None:
    incident = with_child(cast)
    with pytest.raises(Invalid):
        lower(cast, incident, reasons=codes)
    assert not ReviewRequest.objects.filter(incident=incident).exists()


def test_a_higher_grade_overtakes_the_request(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assess(cast.handler, incident)
    graded(cast.handler, incident, "immediate")
    with pytest.raises(Stale, match="answered already"):
        decide(cast.supervisor, request)
    assert held(incident) == "immediate"


def test_two_who_decide_at_once_are_one_decision(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assess(cast.handler, incident)
    decide(cast.fim, request, "refused", words="She was not seen by anybody yet.")
    with pytest.raises(Stale, match="Fim Amber"):
        decide(cast.supervisor, request)
    assert held(incident) == "priority"


def test_a_retry_decides_and_asks_once(cast: Cast) -> None:
    incident = with_child(cast)
    again = key()
    made = [request_actions.ask_lower(cast.handler, incident.pk, key=again, code="scheduled", **WHY) for _ in range(2)]
    assert made[0] == made[1]
    assess(cast.handler, incident)
    again = key()
    for _ in range(2):
        request_actions.decide(cast.supervisor, made[0].pk, key=again, answer="approved")  # type: ignore[union-attr]
    assert GradePeriod.objects.filter(incident=incident).count() == 2


def test_without_a_child_one_person_lowers_on_a_thrive_that_knows_all(cast: Cast) -> None:
    incident = without_child(cast)
    with pytest.raises(Refused, match="THRIVE that knows everything"):
        lower(cast, incident)
    assess(cast.handler, incident)
    assert lower(cast, incident) is None
    assert held(incident) == "scheduled"


def test_a_grade_that_is_none_is_told_before_there_is_a_grade(cast: Cast) -> None:
    incident = opened(cast.handler)
    with pytest.raises(Invalid, match="Choose which grade"):
        lower(cast, incident, code="no-such-grade")
    with pytest.raises(Refused, match="There is no grade yet"):
        lower(cast, incident)


def test_a_later_time_goes_the_same_way(cast: Cast) -> None:
    incident = with_child(cast)
    due = Clock.objects.get(incident=incident, kind="attendance").due_at
    with pytest.raises(Invalid):
        request_actions.ask_later(cast.handler, incident.pk, key=key(), due_at=due, **WHY)
    request = request_actions.ask_later(cast.handler, incident.pk, key=key(), due_at=due + timedelta(hours=3), **WHY)
    assess(cast.handler, incident)
    decide(cast.supervisor, request)
    running = Clock.objects.filter(incident=incident, kind="attendance").running().get()
    assert running.due_at == due + timedelta(hours=3)
    assert running.decision_id is not None


def test_an_unattended_incident_with_a_child_closes_on_a_second_person_s_word(cast: Cast) -> None:
    incident = with_child(cast, "resolution")
    with pytest.raises(Refused, match="one person cannot close this alone"):
        response.close(cast.handler, incident.pk, key=key(), reason="advice", result="All well.")
    request = request_actions.ask_close(cast.handler, incident.pk, key=key(), reason="advice", result="All well.")
    incident.refresh_from_db()
    assert incident.is_open
    assess(cast.handler, incident)
    decide(cast.supervisor, request)
    incident.refresh_from_db()
    assert not incident.is_open
    assert Closing.objects.get(incident=incident).decision is not None


def test_attended_but_not_seen_needs_the_second_person(cast: Cast) -> None:
    incident = with_child(cast)
    attended(cast, incident)
    with pytest.raises(Refused, match="no child is on record as seen"):
        response.close(cast.dispatcher, incident.pk, key=key(), reason="attended-resolved", result="Quiet on arrival.")


def test_a_refusal_says_why(cast: Cast) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    with pytest.raises(Invalid, match="Write why not"):
        decide(cast.supervisor, request, "refused")
    with pytest.raises(Invalid, match="approve or refuse"):
        decide(cast.supervisor, request, "perhaps")


def test_a_missing_child_below_scheduled_is_the_inspector_s(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "My daughter is 13 and has run away, she is missing since last night.")
    graded(cast.handler, incident)
    request = lower(cast, incident, "resolution")
    assess(cast.handler, incident)
    with pytest.raises(Refused, match="the FIM's to decide"):
        decide(cast.supervisor, request)
    decide(cast.fim, request)
    assert held(incident) == "resolution"


def test_a_missing_child_to_scheduled_is_a_supervisor_s(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "My daughter is 13 and has run away, she is missing since last night.")
    graded(cast.handler, incident)
    request = lower(cast, incident, "scheduled")
    assess(cast.handler, incident)
    decide(cast.supervisor, request)
    assert held(incident) == "scheduled"

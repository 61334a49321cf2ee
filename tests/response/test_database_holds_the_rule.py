"""The database's own refusals: whoever writes rows by hand as the serving role meets the rule there too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from goldthread.accounts.models import Staff
from goldthread.assessment import queries, reading
from goldthread.assessment.queries import newest_thrive
from goldthread.audit.models import Payload
from goldthread.config.errors import Refused
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response import handoff_actions, request_actions, transfer_actions
from goldthread.response import shared_actions as shared
from goldthread.response.models import Clock, Closing, GradePeriod
from goldthread.response.request_models import ReviewDecision, ReviewRequest
from goldthread.supervision.models import Sweep
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, answered, assess, attended, key, say
from tests.response.test_requests import lower, with_child, without_child


def _period(incident: Incident, decision: ReviewDecision | None = None) -> None:
    GradePeriod(
        incident=incident,
        seq=9,
        grade="scheduled",
        severity=2,
        at=incident.opened_at + timedelta(hours=1),
        decision=decision,
    ).save()


def _approved(cast: Cast, incident: Incident, by: Any, request: ReviewRequest) -> ReviewDecision:
    decision = ReviewDecision(
        request=request, answer="approved", thrive=newest_thrive(incident), owner_id=incident.owner_id, by=by
    )
    decision.save()
    return decision


@pytest.mark.parametrize("by", ["handler", "dispatcher", "pcc"])
def test_the_database_refuses_a_decision_by_somebody_who_is_not_senior(cast: Cast, by: str) -> None:
    incident = with_child(cast)
    request = lower(cast, incident)
    assess(cast.teammate, incident)
    assert request is not None
    decision = _approved(cast, incident, getattr(cast, by), request)
    with pytest.raises(IntegrityError, match="only by the rule"), transaction.atomic():
        _period(incident, decision)


def test_the_database_refuses_without_a_decision_or_before_a_thrive(cast: Cast) -> None:
    incident = with_child(cast)
    with pytest.raises(IntegrityError, match="THRIVE"), transaction.atomic():
        _period(incident)
    assess(cast.handler, incident)
    with pytest.raises(IntegrityError, match="only by the rule"), transaction.atomic():
        _period(incident)
    request = lower(cast, incident)
    assert request is not None
    with pytest.raises(IntegrityError, match="only by the rule"), transaction.atomic():
        _period(incident, _approved(cast, incident, cast.supervisor, request))  # its THRIVE is older than the request


def test_the_database_moves_no_clock_and_closes_nothing_alone(cast: Cast) -> None:
    incident = with_child(cast)
    clock = Clock.objects.get(incident=incident, kind="attendance")
    with pytest.raises(IntegrityError, match="never moved"), transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(days=1))
    with pytest.raises(IntegrityError, match="closes only by the rule"), transaction.atomic():
        Closing.objects.create(
            incident=incident, by=cast.handler, reason="advice", result=Payload.objects.keep("Well.")
        )


CLOSING = "INSERT INTO response_closing (incident_id, at, by_id, origin, reason, result_id) VALUES (%s, goldthread_now(), %s, %s, 'advice', %s)"


def write_closing(incident: Incident, by: Staff, origin: str = "here") -> None:
    kept = Payload.objects.keep("Well.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLOSING, [incident.pk, by.pk, origin, kept.pk])


def write_imported(incident: Incident, by: Staff, row: str) -> None:
    if row == "closing":
        write_closing(incident, by, "imported")
    else:
        GradePeriod(incident=incident, seq=9, grade="resolution", severity=1, origin="imported", by=by).save()


OPEN: dict[str, Callable[[Cast, Incident], object]] = {
    "a unit is on its way": lambda cast, one: response.allocate(
        cast.dispatcher, one.pk, key=key(), unit_id=cast.unit.pk
    ),
    "handed over and not acknowledged": lambda cast, one: handoff_actions.hand_over(
        cast.handler, one.pk, key=key(), to=cast.teammate.pk
    ),
    "another agency has not answered": lambda cast, one: transfer_actions.transfer(
        cast.handler, one.pk, key=key(), agency="Ambulance", reached="Control", what="Attend."
    ),
    "a request is undecided": lambda cast, one: request_actions.ask_close(
        cast.handler, one.pk, key=key(), reason="advice", result="All well."
    ),
    "a supervisor was called": lambda cast, one: response.call_supervisor(cast.handler, one.pk, key=key()),
    "a threat to life": lambda cast, one: say(
        cast.handler, one, "He has a knife in his hand, he says he will kill her."
    ),
}


@pytest.mark.parametrize("what", list(OPEN))
def test_the_database_closes_nothing_while_something_in_it_is_open(cast: Cast, what: str) -> None:
    incident = without_child(cast, "resolution")
    OPEN[what](cast, incident)
    with pytest.raises(IntegrityError, match=what):
        write_closing(incident, cast.fim)


def test_the_database_closes_once_a_threat_to_life_is_answered_for_all_that_was_said(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = without_child(cast, "resolution")
    say(cast.handler, incident, "He has a knife in his hand, he says he will kill her.")
    monkeypatch.setattr(reading, "reader", reading.NoReader)
    say(cast.handler, incident, "Rang again.")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    with pytest.raises(IntegrityError, match="a threat to life"):
        write_closing(incident, cast.fim)
    monkeypatch.undo()
    answered(cast.handler, incident)
    Incident.objects.filter(pk=incident.pk).update(child="none")
    write_closing(incident, cast.fim)


def test_where_no_reader_is_loaded_a_threat_to_life_still_holds_closing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = without_child(cast, "resolution")
    say(cast.handler, incident, "He has a knife in his hand, he says he will kill her.")
    monkeypatch.setattr(queries, "reader", reading.NoReader)
    with pytest.raises(Refused, match="threat to life"):
        response.close(cast.fim, incident.pk, key=key(), reason="advice", result="All well.")


def test_the_database_closes_by_a_second_person_on_a_thrive_that_knows_everything(cast: Cast) -> None:
    incident = with_child(cast, "resolution")
    for happens in (lambda: None, lambda: attended(cast, incident), lambda: say(cast.teammate, incident, "Again.")):
        happens()
        with pytest.raises(IntegrityError, match="closes only by the rule"):
            write_closing(incident, cast.supervisor)
        assess(cast.handler, incident)
    write_closing(incident, cast.supervisor)


def test_the_database_counts_no_visit_from_before_it_was_opened_again(cast: Cast) -> None:
    incident = with_child(cast)
    mia = ChildGiven(str(key()), "Mia", 4, False, "inside", "", "seen")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="named", given=[mia])
    attended(cast, incident)
    response.close(cast.dispatcher, incident.pk, key=key(), reason="attended-resolved", result="Seen.")
    say(cast.handler, incident, "She is crying again.")
    with pytest.raises(IntegrityError, match="closes only by the rule"):
        write_closing(incident, cast.dispatcher)


def test_the_database_knows_no_request_for_resources_alone(cast: Cast) -> None:
    incident = with_child(cast)
    period = shared.current_period(incident)
    with pytest.raises(IntegrityError, match="request_never_for_resources_alone"), transaction.atomic():
        ReviewRequest(
            incident=incident, kind="downgrade", period=period, grade="scheduled", severity=2, reasons=["no-resources"],
            why=Payload.objects.keep("nobody free"), by=cast.handler, answer_by=incident.opened_at,
        ).save()  # fmt: skip


@pytest.mark.parametrize("row", ["closing", "grade"])
def test_what_happened_elsewhere_is_kept_unchecked_and_found(cast: Cast, row: str) -> None:
    incident = with_child(cast)
    write_imported(incident, cast.fim, row)
    sweep()
    assert Sweep.objects.filter(incident=incident, kind="imported").exists()

"""Each grade answers with the targets it set: when due, when met and by whose word; and a missed one with who said why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from goldthread.accounts.models import Staff
from goldthread.contact.actions import answer_children
from goldthread.contact.models import Incident
from goldthread.response import actions, delay_actions
from tests.cast import Cast, assess, closed, graded, key, opened
from tests.integration.conftest import Programs, problem
from tests.response.test_alarms import later
from tests.response.test_requests import WHY, with_child


@pytest.fixture
def story(cast: Cast) -> Incident:
    """Scheduled, and raised to Immediate an hour later; a unit sent at once is there after 20 minutes, by the vehicle's word."""
    incident = opened(cast.handler)
    graded(cast.handler, incident, "scheduled")
    later(timedelta(hours=1))
    graded(cast.handler, incident, "immediate")
    sent = actions.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
    later(timedelta(minutes=20))
    actions.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="vehicle")
    return incident


def read(program: Programs, user: Staff, incident: Incident) -> dict[str, Any]:
    found: dict[str, Any] = program(user).get(f"/incidents/{incident.pk}").json()
    return found


def minutes(clock: dict[str, Any], name: str) -> float:
    """From the clock's start, to the minute."""
    return round((datetime.fromisoformat(clock[name]) - datetime.fromisoformat(clock["started_at"])).seconds / 60)


def test_each_grade_has_its_own_targets(story: Incident, cast: Cast, program: Programs) -> None:
    immediate, scheduled = read(program, cast.handler, story)["grades"]
    assert [immediate["grade"], scheduled["grade"]] == ["immediate", "scheduled"]
    sent, arrived = immediate["clocks"]
    assert (sent["kind"], sent["state"], sent["arrival_source"], sent["missed"]) == ("allocation", "met", None, False)
    assert (arrived["kind"], arrived["state"], arrived["missed"]) == ("attendance", "met", True)
    assert arrived["arrival_source"] == "vehicle"
    assert (minutes(arrived, "due_at"), minutes(arrived, "met_at")) == (15, 20)
    for clock in scheduled["clocks"]:
        assert (clock["state"], clock["met_at"], clock["arrival_source"]) == ("regraded", None, None)
        assert minutes(clock, "stopped_at") == 60
        assert clock["missed"] is False


def test_a_target_that_runs_is_missed_from_its_time_on(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    for passed, missed in ((timedelta(minutes=16), {"allocation"}), (timedelta(hours=1), {"allocation", "attendance"})):
        later(passed)
        clocks = read(program, cast.handler, incident)["grades"][0]["clocks"]
        assert {one["kind"] for one in clocks if one["missed"]} == missed
        assert {(one["state"], one["met_at"], one["stopped_at"]) for one in clocks} == {("running", None, None)}


def test_a_time_put_off_meets_no_target(cast: Cast, program: Programs) -> None:
    incident = with_child(cast)
    supervisor, at = program(cast.supervisor), f"/incidents/{incident.pk}"
    due = datetime.fromisoformat(read(program, cast.handler, incident)["grades"][0]["clocks"][1]["due_at"])
    asked = {"due_at": (due + timedelta(hours=2)).isoformat(), **WHY}
    made = program(cast.handler).post(f"{at}/requests/later", asked)
    assert made.status_code == 201, made.text
    assess(cast.handler, incident)
    answer = supervisor.post(f"{at}/requests/{made.json()['request']}/decision", {"answer": "approved"})
    assert answer.status_code == 204, answer.text
    clocks = read(program, cast.handler, incident)["grades"][0]["clocks"]
    assert [(one["kind"], one["state"]) for one in clocks] == [
        ("allocation", "running"), ("attendance", "put_off"), ("attendance", "running"),
    ]  # fmt: skip


def test_a_closing_meets_no_target_and_some_grades_set_none(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.handler, incident, "resolution")
    assert read(program, cast.handler, incident)["grades"][0]["clocks"] == []
    graded(cast.handler, incident, "scheduled")
    assess(cast.handler, incident)
    actions.close(cast.supervisor, incident.pk, key=key(), reason="error", result="Dialled by mistake.")
    clocks = read(program, cast.supervisor, incident)["grades"][0]["clocks"]
    assert {(one["state"], one["met_at"], one["missed"]) for one in clocks} == {("closed", None, False)}


def test_a_missed_target_tells_who_said_why_and_when(story: Incident, cast: Cast, program: Programs) -> None:
    (missed,) = read(program, cast.handler, story)["missed"]
    assert (missed["kind"], missed["reasons"], missed["why"]) == ("attendance", [], "")
    assert (missed["by"], missed["at"]) == (None, None)
    for user, why in ((cast.handler, "Held at the level crossing."), (cast.dispatcher, "The crossing, by its log.")):
        delay_actions.explain(user, story.pk, key=key(), reasons=["missed"], why=why)
    (missed,) = read(program, cast.handler, story)["missed"]
    assert (missed["by"], missed["why"]) == (cast.dispatcher.name, "The crossing, by its log.")
    assert datetime.fromisoformat(missed["at"]) > datetime.fromisoformat(missed["stopped_at"])


def test_a_reason_written_after_the_grade_is_answered_with_it(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    actions.choose_grade(cast.handler, incident.pk, key=key(), code="priority", why="", why_not_above="")
    found = read(program, cast.handler, incident)
    assert (found["ribbon"]["grade"]["why"], found["grades"][0]["why"]) == (None, None)
    actions.explain_grade(cast.handler, incident.pk, key=key(), why="Shouting heard.", why_not_above="Nobody is hurt.")
    found = read(program, cast.handler, incident)
    for grade in (found["ribbon"]["grade"], found["grades"][0]):
        assert (grade["why"], grade["why_not_above"]) == ("Shouting heard.", "Nobody is hurt.")


def test_targets_and_reasons_are_told_to_those_who_may_read_the_incident(
    story: Incident, cast: Cast, program: Programs
) -> None:
    at = f"/incidents/{story.pk}"
    delay_actions.explain(cast.handler, story.pk, key=key(), reasons=["missed"], why="Held at the level crossing.")
    assert read(program, cast.supervisor, story)["missed"][0]["by"] == cast.handler.name
    refused = [
        (problem(program(cast.far_supervisor).get(at), 404, "not-there"), "another team's supervisor"),
        (problem(program(cast.pcc).get(at), 403, "not-permitted"), "the Commissioner's office"),
        (problem(program(None).get(at), 401, "no-token"), "nobody"),
    ]
    closed(cast, story)
    refused.append((problem(program(cast.stranger).get(at), 404, "not-there"), "a stranger, once it is closed"))
    for told, who in refused:
        assert "level crossing" not in str(told), who
        assert story.reference not in str(told), who

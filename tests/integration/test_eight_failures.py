"""Eight things that went wrong elsewhere, each tried here through the API by people who may use it: none of them comes off.

Each test does what was done then, and everything it can think of to get round; the record must show it, or refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from goldthread.accounts.actions import deactivate
from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response import alarm_actions
from tests import known_world as world
from tests.cast import Cast, assess, attended, ended, graded, key, opened, say
from tests.integration.conftest import Program, Programs, problem
from tests.response.test_alarms import later, on_duty
from tests.response.test_requests import with_child

RISK = "Neighbour heard shouting next door, a little girl lives there."


def minute_passes(minutes: float = 1) -> None:
    """What the service does by itself, told the time."""
    later(timedelta(minutes=minutes))
    alarm_actions.find_orphans()
    alarm_actions.raise_due()


def row(asking: Program, incident: Incident) -> dict[str, Any]:
    """The incident's row on the board, and that it is there."""
    (found,) = [one for one in asking.get("/board").json()["rows"] if one["id"] == str(incident.pk)]
    return dict(found)


def test_1_a_log_that_needs_a_unit_is_never_nobody_s(cast: Cast, program: Programs) -> None:
    on_duty(cast.handler, cast.fim)
    incident = with_child(cast)
    fim, handler = program(cast.fim), program(cast.handler)
    problem(handler.post(f"/incidents/{incident.pk}/handoff", {}), 422, "invalid")
    problem(handler.post(f"/incidents/{incident.pk}/handoff", {"to": cast.pcc.pk}), 422, "invalid")
    handler.post(f"/incidents/{incident.pk}/handoff", {"to_team": cast.dispatcher.team_id})  # nobody there is on duty
    assert row(fim, incident)["owner"] == cast.handler.name, "still the giver's"
    deactivate("handler")
    minute_passes(6)
    shown = row(fim, incident)
    assert {"orphan", "handoff"} <= set(shown["needs"])
    assert fim.get("/board").json()["rows"][0]["id"] == str(incident.pk), "above everything"
    assert fim.post(f"/incidents/{incident.pk}/owner").status_code == 204
    minute_passes()
    assert "orphan" not in row(fim, incident)["needs"]


def test_2_a_message_on_a_closed_log_is_on_the_board_again(cast: Cast, program: Programs) -> None:
    incident = ended(cast, opened(cast.handler))
    supervisor = program(cast.supervisor)
    assert supervisor.get("/board").json()["rows"] == []
    said = program(cast.handler).post(f"/incidents/{incident.pk}/entries", {"source": "caller", "text": RISK})
    assert said.status_code == 201
    assert row(supervisor, incident)["child"] == "yes"
    incident.refresh_from_db()
    assert incident.is_open
    minute_passes()
    assert "orphan" in row(supervisor, incident)["needs"], "its owner is not on duty, and that is told"


@pytest.mark.parametrize("still", ["handed over", "agency was asked", "supervisor was called", "threat to life"])
def test_2_and_no_log_closes_over_what_is_open_in_it(cast: Cast, program: Programs, still: str) -> None:
    incident = with_child(cast)
    attended(cast, incident)
    at, dispatcher = f"/incidents/{incident.pk}", program(cast.dispatcher)
    match still:
        case "handed over":
            dispatcher.post(f"{at}/handoff", {"to": cast.fim.pk})
        case "agency was asked":
            dispatcher.post(
                f"{at}/transfers", {"agency": "Children's services", "reached": "Duty desk", "what": "Visit."}
            )
        case "supervisor was called":
            response.call_supervisor(cast.handler, incident.pk, key=key())
        case _:
            say(cast.handler, incident, "He has a knife to her throat.")
    assess(cast.handler, incident)
    ending = {"reason": "attended-resolved", "result": "All seen and well."}
    for who in (cast.dispatcher, cast.fim, cast.supervisor):
        assert still in problem(program(who).post(f"{at}/closing", ending), 409, "refused")["detail"]
    assert still in problem(dispatcher.post(f"{at}/requests/closing", ending), 409, "refused")["detail"]


def test_3_a_promise_to_open_it_again_opens_that_one(
    cast: Cast, browser: Callable[[Staff | None], Client], program: Programs
) -> None:
    place = world.place(world.street("Larch Road"), "14")
    first = opened(cast.handler)
    say(cast.handler, first, RISK)
    world.settled_on(cast.handler, first, place)
    ended(cast, first)
    second = opened(cast.handler)
    world.settled_on(cast.handler, second, place)
    known = program(cast.handler).get(f"/incidents/{second.pk}/known").json()
    assert str(first.pk) in str(known), "asked at intake whether it is the same matter"
    sent = {"key": key(), "other": first.pk}
    browser(cast.handler).post(f"/incidents/{second.pk}/known/link", sent)
    first.refresh_from_db()
    assert first.is_open, "linking it opens it"
    assert row(program(cast.supervisor), first)


def test_4_a_message_to_another_force_is_ours_until_they_say_yes(cast: Cast, program: Programs) -> None:
    on_duty(cast.handler)
    incident = with_child(cast)
    at, handler = f"/incidents/{incident.pk}", program(cast.handler)
    asked = handler.post(f"{at}/transfers", {"agency": "Next force", "reached": "e-mail", "what": "Take over."}).json()
    minute_passes(16)
    shown = row(handler, incident)
    assert "transfer" in shown["needs"]
    assert shown["owner"] == cast.handler.name
    for words in ("", "   "):
        sent = {"answer": "accepted", "words": words}
        problem(handler.post(f"{at}/transfers/{asked['transfer']}/answer", sent), 422, "invalid")
    minute_passes(240)
    assert "transfer" in row(handler, incident)["needs"], "four hours later it is still told"


def test_5_an_ambulance_that_is_dealing_closes_and_lowers_nothing(cast: Cast, program: Programs) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    at, handler = f"/incidents/{incident.pk}", program(cast.handler)
    sent = {"agency": "Ambulance", "reached": "Control", "what": "They attend.", "threshold": "not_police"}
    made = handler.post(f"{at}/transfers", sent).json()["transfer"]
    handler.post(f"{at}/transfers/{made}/answer", {"answer": "accepted", "words": "Jo Peel, on the way."})
    assert handler.get(at).json()["ribbon"]["grade"]["grade"] == "priority"
    ending = {"reason": "other-agency", "result": "Ambulance is dealing."}
    problem(handler.post(f"{at}/closing", ending), 409, "refused")
    lower = {"grade": "resolution", "reasons": ["other-agency"], "why": "Ambulance is dealing."}
    problem(handler.post(f"{at}/requests/lower", lower), 422, "invalid")


def test_6_a_grade_falls_on_a_fresh_thrive_and_a_second_person_alone(cast: Cast, program: Programs) -> None:
    incident = with_child(cast)
    at, handler, supervisor = f"/incidents/{incident.pk}", program(cast.handler), program(cast.supervisor)
    assess(cast.handler, incident)
    problem(handler.post(f"{at}/grade", {"grade": "resolution"}), 409, "refused")
    lower = {"grade": "resolution", "reasons": ["new-information"], "why": "All calm now."}
    made = handler.post(f"{at}/requests/lower", lower).json()["request"]
    yes = {"answer": "approved"}
    assert handler.post(f"{at}/requests/{made}/decision", yes).status_code in {403, 404, 409}
    problem(
        supervisor.post(f"{at}/requests/{made}/decision", yes), 409, "refused"
    )  # the THRIVE is older than the request
    assess(cast.supervisor, incident)
    problem(supervisor.post(f"{at}/requests/{made}/decision", yes), 409, "refused")  # and now it is their own
    minute_passes(60)
    assert handler.get(at).json()["ribbon"]["grade"]["grade"] == "priority", "silence lowers nothing"
    assert "request" in row(program(cast.fim), incident)["needs"]


def test_7_nobody_free_is_never_the_only_reason(cast: Cast, program: Programs) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    at, handler = f"/incidents/{incident.pk}", program(cast.handler)
    why = {"reasons": ["no-resources"], "why": "Nobody is free until six."}
    problem(handler.post(f"{at}/requests/lower", {"grade": "resolution", **why}), 422, "invalid")
    problem(handler.post(f"{at}/requests/later", {"due_at": "2031-01-01T09:00:00Z", **why}), 422, "invalid")
    minute_passes(61)
    problem(handler.post(f"{at}/delay", why), 422, "invalid")
    assert "why" in row(handler, incident)["needs"]


def test_8_three_small_concerns_about_one_place_raise_themselves(
    cast: Cast, browser: Callable[[Staff | None], Client]
) -> None:
    place = world.place(world.street("Larch Road"), "14")
    for _ in range(3):
        incident = opened(cast.handler)
        say(cast.handler, incident, "School: girl 7 has a bruise on her arm, says dad grabbed her.")
        world.settled_on(cast.handler, incident, place)
        graded(cast.handler, incident, "resolution")
    page = browser(cast.handler).get(f"/incidents/{incident.pk}/known/", headers={"HX-Request": "true"}).text
    assert "Third contact in 30 days" in page

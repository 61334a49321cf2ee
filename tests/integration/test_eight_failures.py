"""Eight things that went wrong elsewhere, each tried here by page and by program, by people who may: none of them comes off.

Each test does what was done then, and everything it can think of to get round; the record must show it, or refuse.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from goldthread.accounts.actions import deactivate
from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.response import alarm_actions
from tests import known_world as world
from tests.cast import Cast, assess, attended, ended, graded, key, opened, say
from tests.integration.conftest import Program, Programs, problem
from tests.response.test_alarms import later, on_duty, raised
from tests.response.test_requests import with_child

Browser = Callable[[Staff | None], Client]
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


def sentence(client: Client, incident: Incident, command: str, given: dict[str, Any]) -> str:
    """What the page of an incident answers to a command that it refuses."""
    answer = client.post(f"/incidents/{incident.pk}/{command}", {"key": key(), **given})
    assert answer.status_code == 422, (command, answer.status_code)
    return html.unescape(" ".join(answer.content.decode().split()))


def nobody_closes(
    cast: Cast,
    browser: Browser | None,
    program: Programs,
    incident: Incident,
    because: str,
    reason: str = "attended-resolved",
) -> None:
    """Not who owns it, nor the FIM, nor a supervisor, nor on request; not by page and not by program.

    Without ``browser`` by program alone: what was tried by page before is the same command.
    """
    at, ending = f"/incidents/{incident.pk}", {"reason": reason, "result": "All seen and well."}
    for who in (cast.dispatcher, cast.fim, cast.supervisor):
        assert because in problem(program(who).post(f"{at}/closing", ending), 409, "refused")["detail"]
        if browser:
            assert because in sentence(browser(who), incident, "close", ending)
    for who in (cast.dispatcher, cast.handler):
        assert because in problem(program(who).post(f"{at}/requests/closing", ending), 409, "refused")["detail"]
        if browser:
            assert because in sentence(browser(who), incident, "close", {**ending, "ask": "1"})
    incident.refresh_from_db()
    assert incident.is_open


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
    assert fim.post(f"/incidents/{incident.pk}/owner", {"owner_id": cast.handler.pk}).status_code == 204
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


STILL = {
    "a running clock": "its clock runs",
    "a unit on its way": "A unit is on its way",
    "a silent call": "No answer never closes",
    "a hand-off": "handed over and not acknowledged",
    "another agency": "Silence is no yes",
    "a threat to life": "A threat to life in the words is unanswered",
}


@pytest.mark.parametrize("still", STILL)
def test_2_and_no_log_closes_over_what_is_open_in_it(
    cast: Cast, browser: Browser, program: Programs, still: str
) -> None:
    incident = with_child(cast)
    at, dispatcher, reason = f"/incidents/{incident.pk}", program(cast.dispatcher), "attended-resolved"
    match still:
        case "a running clock" | "a unit on its way" | "a silent call":
            reason = "advice"
        case _:
            attended(cast, incident)
    match still:
        case "a unit on its way":
            assert dispatcher.post(f"{at}/allocations", {"unit": cast.unit.pk}).status_code == 201
        case "a silent call":
            assert dispatcher.post(f"{at}/line", {"state": "silent"}).status_code == 204
        case "a hand-off":
            dispatcher.post(f"{at}/handoff", {"to": cast.fim.pk})
        case "another agency":
            dispatcher.post(
                f"{at}/transfers", {"agency": "Children's services", "reached": "Duty desk", "what": "Visit."}
            )
        case "a threat to life":
            say(cast.handler, incident, "He has a knife to her throat.")
    nobody_closes(cast, browser, program, incident, STILL[still], reason)
    minute_passes(600)
    nobody_closes(cast, None, program, incident, STILL[still], reason)
    if still == "a running clock":
        assert {"breach", "near"} <= set(raised(incident)), "ten hours later it is no quieter"


def test_2_a_message_that_comes_in_writing_after_the_closing_is_unread_for_no_ten_hours(
    cast: Cast, browser: Browser, program: Programs
) -> None:
    supervisor, message = (
        program(cast.supervisor),
        {"channel": "email", "text": RISK, "conversation": "<1@post.example>"},
    )
    first = program(cast.handler).post("/inbox", {**message, "external_id": "<1@post.example>"}).json()
    incident = Incident.objects.get(pk=first["id"])
    assert program(cast.handler).post(f"/incidents/{incident.pk}/first-read").status_code == 204
    ended(cast, incident)
    assert supervisor.get("/board").json()["rows"] == []
    again = {**message, "external_id": "<2@post.example>", "text": "She is back and he has hit her again."}
    assert program(cast.handler).post("/inbox", again).json()["id"] == first["id"]
    assert row(supervisor, incident)["owner"] == "Team A"
    assert incident.reference in browser(cast.supervisor).get("/inbox/").text
    nobody_closes(cast, browser, program, incident, "waits to be read first", reason="error")
    minute_passes(31)
    assert "breach" in raised(incident), "nobody has read it in its time"
    minute_passes(570)
    nobody_closes(cast, None, program, incident, "waits to be read first", reason="error")
    assert row(supervisor, incident)
    assert incident.reference in browser(cast.supervisor).get("/inbox/").text, "ten hours later it is still there"


def test_3_a_promise_to_open_it_again_opens_that_one(cast: Cast, browser: Browser, program: Programs) -> None:
    place = world.place(world.street("Larch Road"), "14")
    first = opened(cast.handler)
    say(cast.handler, first, RISK)
    world.settled_on(cast.handler, first, place)
    ended(cast, first)
    second = opened(cast.handler)
    world.settled_on(cast.handler, second, place)
    known = program(cast.handler).get(f"/incidents/{second.pk}/known").json()
    assert str(first.pk) in str(known), "asked at intake whether it is the same matter"
    page = browser(cast.handler).get(f"/incidents/{second.pk}/known/", headers={"HX-Request": "true"}).text
    assert first.reference in page
    graded(cast.handler, second)
    for who in (cast.handler, cast.supervisor):  # a promised re-open became a new record, and was closed as such
        ending = {"reason": "duplicate", "result": "Same as before."}
        assert (
            "link it" in problem(program(who).post(f"/incidents/{second.pk}/closing", ending), 409, "refused")["detail"]
        )
        assert "link it" in sentence(browser(who), second, "close", ending)
    sent = {"key": key(), "other": first.pk}
    browser(cast.handler).post(f"/incidents/{second.pk}/known/link", sent)
    first.refresh_from_db()
    assert first.is_open, "linking it opens it"
    assert row(program(cast.supervisor), first)


def test_4_a_message_to_another_force_is_ours_until_they_say_yes(
    cast: Cast, browser: Browser, program: Programs
) -> None:
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
    nobody_closes(cast, browser, program, incident, "Silence is no yes", "error")
    for bounced in range(3):
        sent = {"key": key(), "transfer": asked["transfer"], "answer": "declined", "words": "Not ours."}
        assert browser(cast.handler).post(f"{at}/transfer/answer", sent).status_code == 302
        shown = row(handler, incident)
        assert shown["owner"] == cast.handler.name, f"bounced {bounced + 1} times it is still ours"
        assert "transfer" not in shown["needs"]
        asked = handler.post(
            f"{at}/transfers", {"agency": "Third force", "reached": "e-mail", "what": "Take over."}
        ).json()
        minute_passes(16)
        assert "transfer" in row(handler, incident)["needs"], "each has a clock of its own"


def test_5_an_ambulance_that_is_dealing_closes_and_lowers_nothing(
    cast: Cast, browser: Browser, program: Programs
) -> None:
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
    assert "is never the only reason" in sentence(browser(cast.handler), incident, "lower", lower)
    assert program(cast.handler).post(f"{at}/call-backs", {"outcome": "answered"}).status_code == 201
    for who in (cast.handler, cast.supervisor, cast.fim):  # they know, and it is no reason all the same
        problem(program(who).post(f"{at}/closing", ending), 409, "refused")
        sentence(browser(who), incident, "close", ending)
    assert handler.get(at).json()["ribbon"]["grade"]["grade"] == "priority"


def test_6_a_grade_falls_on_a_fresh_thrive_and_a_second_person_alone(
    cast: Cast, browser: Browser, program: Programs
) -> None:
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
    answer = {"request": made, "answer": "approved", "words": ""}
    assert "wrote the newest THRIVE" in sentence(browser(cast.supervisor), incident, "decide", answer)
    assert browser(cast.handler).post(f"{at}/decide", {"key": key(), **answer}).status_code == 403
    assert browser(cast.handler).post(f"{at}/grade", {"key": key(), "grade": "resolution"}).status_code == 422
    minute_passes(60)
    assert handler.get(at).json()["ribbon"]["grade"]["grade"] == "priority", "silence lowers nothing"
    assert "request" in row(program(cast.fim), incident)["needs"]


def test_7_nobody_free_is_never_the_only_reason(cast: Cast, browser: Browser, program: Programs) -> None:
    incident = with_child(cast)
    assess(cast.handler, incident)
    at, handler = f"/incidents/{incident.pk}", program(cast.handler)
    why = {"reasons": ["no-resources"], "why": "Nobody is free until six."}
    problem(handler.post(f"{at}/requests/lower", {"grade": "resolution", **why}), 422, "invalid")
    problem(handler.post(f"{at}/requests/later", {"due_at": "2031-01-01T09:00:00Z", **why}), 422, "invalid")
    client, alone = browser(cast.handler), "is never the only reason"
    assert alone in sentence(client, incident, "lower", {"grade": "resolution", **why})
    assert alone in sentence(client, incident, "later", {"due_at": "01/12/2026 09:00", **why})
    minute_passes(61)
    problem(handler.post(f"{at}/delay", why), 422, "invalid")
    assert alone in sentence(client, incident, "delay", why)
    assert "why" in row(handler, incident)["needs"]


CONCERNS = (
    "School: girl 7 has a bruise on her arm, says dad grabbed her.",
    "Nursery: her brother is hungry and in yesterday's clothes again.",
    "Neighbour: the little one cries a lot at night.",
)


@pytest.mark.parametrize("by", ["place", "number", "person"])
def test_8_three_small_concerns_of_one_home_raise_themselves(
    cast: Cast, browser: Browser, program: Programs, by: str
) -> None:
    """Each taken by somebody else, graded low and dealt with on its own; whoever takes the third is told, unasked."""
    place, mother = world.place(world.street("Larch Road"), "14"), world.person("Ines Calder", phone="07700 900123")

    def told(who: Staff, incident: Incident) -> tuple[str, dict[str, str]]:
        page = browser(who).get(f"/incidents/{incident.pk}/known/", headers={"HX-Request": "true"}).text
        found = program(who).get(f"/incidents/{incident.pk}/known").json()["together"]
        return html.unescape(page), {one["code"]: one["say"] for one in found}

    takers, made = (cast.handler, cast.teammate, cast.stranger), []
    for taker, said in zip(takers, CONCERNS, strict=True):
        incident = opened(taker)
        say(taker, incident, said)
        match by:
            case "place":
                world.settled_on(taker, incident, place)
            case "number":
                world.from_number(taker, incident, "07700 900123")
            case _:
                world.settled_on(taker, incident, mother)
        graded(taker, incident, "resolution")
        page, found = told(taker, incident)
        assert ("Third contact" in page) == ("often" in found) == (len(made) == 2), "not before the third"
        made.append(incident)
    assert found["often"].startswith("Third contact")
    assert "unseen" in found, "and that nobody has seen the child in any of them"
    assert browser(cast.stranger).get(f"/incidents/{made[2].pk}/").text.count(f"/incidents/{made[2].pk}/known/")
    for incident in made[:2]:
        assert incident.reference in page, "with the words of the others"
    later(timedelta(days=31))
    again = opened(cast.handler)
    say(cast.handler, again, "Neighbour: shouting, the children were in the garden.")
    world.settled_on(cast.handler, again, place if by == "place" else mother)
    assert "often" not in told(cast.handler, again)[1], "two months on it is not said to be the fourth in thirty days"

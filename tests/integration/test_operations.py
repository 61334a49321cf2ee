"""What a program does and is told: the same record, rules and sentences as on the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from goldthread.assessment.models import ThriveVersion
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import ChildVersion, Incident
from tests.cast import Cast, answered, attended, closed, graded, opened, say
from tests.integration.conftest import Programs, problem
from tests.known_world import years_ago
from tests.response.test_alarms import later

SAID = "shouting next door, kids crying, he has a knife"


def _consulted(cast: Cast, verb: str) -> list[list[list[str]]]:
    events = AuditEvent.objects.filter(duty="consultation", staff_id=cast.handler.pk, verb=verb).order_by("id")
    return [json.loads(event.subjects) for event in events]


def test_a_call_from_first_word_to_closing(cast: Cast, program: Programs) -> None:
    handler, dispatcher = program(cast.handler), program(cast.dispatcher)
    made = handler.post("/incidents", {"channel": "999", "location": "14 Larch Road", "area": "North"})
    assert made.status_code == 201
    at = f"/incidents/{made.json()['id']}"
    words = handler.post(
        f"{at}/entries", {"source": "caller", "text": SAID, "occurred_at": "2026-01-02T03:04:05+01:00"}
    )
    assert words.json()["occurred_at"] == "2026-01-02T02:04:05Z"
    assert words.json()["late"] is True
    child = {"name": "Mia", "age": 4, "age_estimated": True, "where_now": "upstairs", "seen": "not_seen"}
    assert handler.post(f"{at}/children", {"answer": "named", "children": [child]}).status_code == 204
    assert handler.post(f"{at}/particulars", {"kind": "caller_phone", "text": "07700 900321"}).status_code == 204
    assert handler.post(f"{at}/grade", {"grade": "scheduled", "why": "as said"}).status_code == 204
    thrive = handler.post(f"{at}/thrive", {"based_on": 0, "elements": {"threat": "he is armed"}, "interim": "soon"})
    assert thrive.json()["version"] == 1
    sent = dispatcher.post(f"{at}/allocations", {"unit": cast.unit.pk}).json()
    assert sent["unit"] == "NA21"
    assert dispatcher.post(f"{at}/allocations/{sent['id']}/arrival", {"source": "officer"}).status_code == 204

    shown = handler.get(at).json()
    assert shown["ribbon"]["grade"]["grade"] == "scheduled"
    assert shown["ribbon"]["grade"]["why"] == "as said"
    assert shown["ribbon"]["words_suggest"] == "immediate"
    assert shown["ribbon"]["child"] == "yes"
    assert shown["ribbon"]["thrive_version"] == 1
    assert shown["disagreement"]["held"] == "Scheduled"
    assert [(one["name"], one["age"], one["seen"]) for one in shown["children"]] == [("Mia", 4, "not_seen")]
    assert {one["kind"]: one["text"] for one in shown["particulars"]} == {
        "location": "14 Larch Road",
        "caller_phone": "07700 900321",
        "caller_name": None,
    }
    assert shown["thrive"][0]["elements"] == {"threat": "he is armed"}
    assert shown["allocations"][0]["arrival_source"] == "officer"
    entry = next(one for one in handler.get(f"{at}/timeline").json()["lines"] if one["kind"] == "words")
    assert entry["text"] == SAID
    assert "has a knife" in {mark["quote"] for mark in shown["noticed"]["marks"]}
    for mark in shown["noticed"]["marks"]:
        assert entry["text"][mark["start"] : mark["end"]] == mark["quote"]

    assert dispatcher.post(f"{at}/allocations/{sent['id']}/leaving").status_code == 204
    found = {"children": [{"child": shown["children"][0]["child"], "seen": "yes", "alone": "too_young"}]}
    assert program(cast.officer).post(f"{at}/door/{sent['id']}/answers", found).status_code == 204
    assert handler.post(f"{at}/owner", {"owner_id": handler.get(at).json()["ribbon"]["owner_id"]}).status_code == 204
    ending = {"reason": "attended-resolved", "result": "Both seen and well."}
    assert "threat to life" in problem(handler.post(f"{at}/closing", ending), 409, "refused")["detail"]
    answered(cast.handler, Incident.objects.get())
    assert (
        "one person cannot close this alone" in problem(handler.post(f"{at}/closing", ending), 409, "refused")["detail"]
    )
    asked = handler.post(f"{at}/requests/closing", ending).json()["request"]
    assert handler.post(f"{at}/thrive", {"based_on": 1, "elements": {"threat": "he has gone"}}).status_code == 201
    decision = {"answer": "approved", "seen": handler.get(at).json()["last_seq"]}
    supervisor = program(cast.supervisor)
    assert supervisor.post(f"{at}/requests/{asked}/decision", decision).status_code == 204
    assert [one["answer"] for one in handler.get(at).json()["requests"]] == ["approved"]
    assert handler.get(at).json()["closed_at"] is not None
    assert handler.get(at).json()["ribbon"]["next"] is None


def test_nothing_said_is_not_shown_as_nothing_found(cast: Cast, program: Programs) -> None:
    shown = program(cast.handler).get(f"/incidents/{opened(cast.handler).pk}").json()
    assert shown["ribbon"]["children_answer"] == "not_asked"
    assert shown["ribbon"]["child"] == "possible"
    assert shown["noticed"]["reader"]["state"] == "waiting"
    assert (shown["noticed"]["child"], shown["noticed"]["at_risk"], shown["noticed"]["level"]) == (None, None, None)


def test_a_reader_that_is_down_gives_no_answer(cast: Cast, program: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    from goldthread.assessment import reading

    monkeypatch.setattr(reading, "reader", reading.NoReader)
    incident = opened(cast.handler)
    say(cast.handler, incident, "all quiet now")
    shown = program(cast.handler).get(f"/incidents/{incident.pk}").json()
    assert shown["noticed"]["reader"]["state"] == "down"
    assert "read the words yourself" in shown["noticed"]["reader"]["say"]
    assert shown["noticed"]["at_risk"] is None
    assert shown["ribbon"]["child"] == "possible"


def test_erased_words_leave_a_tombstone_and_no_quote(cast: Cast, program: Programs) -> None:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import erase
    from goldthread.audit.models import Payload

    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    second = Staff(username="second", name="Second Auditor", role="auditor", team=cast.auditor.team, password="x")
    second.save()
    erase(cast.auditor, second, Payload.objects.filter(text=SAID), "reviewed", "MoPI 4")
    asking = program(cast.handler)
    line = asking.get(f"/incidents/{incident.pk}/timeline").json()["lines"][-1]
    assert line["erased"] is True
    assert "under MoPI 4" in line["text"]
    assert asking.get(f"/incidents/{incident.pk}").json()["noticed"]["marks"] == []


def test_the_timeline_comes_in_parts_and_loses_no_line(cast: Cast, program: Programs) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    for number in range(5):
        say(cast.handler, incident, f"word {number}")
    seen: list[int] = []
    while True:
        part = asking.get(f"/incidents/{incident.pk}/timeline", {"after": seen[-1] if seen else 0, "limit": 2}).json()
        seen += [line["seq"] for line in part["lines"]]
        if not part["more"]:
            break
    assert seen == list(range(1, 7))
    assert part["last_seq"] == 6


def test_the_board_stands_in_the_pages_order_and_says_why(cast: Cast, program: Programs) -> None:
    calm, grave = opened(cast.handler), opened(cast.handler)
    graded(cast.handler, calm, "resolution")
    say(cast.handler, grave, SAID)
    board = program(cast.handler).get("/board").json()
    assert [row["id"] for row in board["rows"]] == [str(grave.pk), str(calm.pk)]
    assert board["rows"][0]["why"] == "not graded yet, child involved, a threat to life unanswered"
    assert board["rows"][0]["sum"] == "not graded yet 1000 x child involved 2 x a threat to life unanswered 2 = 4000"
    assert board["counts"]["ungraded"] == 1
    only = program(cast.handler).get("/board", {"grade": "resolution", "owner": "me", "area": "North"}).json()
    assert [row["id"] for row in only["rows"]] == [str(calm.pk)]
    assert program(cast.handler).get("/board", {"page": 2}).json()["rows"] == []


def test_a_filter_that_does_not_exist_is_refused_rather_than_answered_with_nothing(
    cast: Cast, program: Programs
) -> None:
    asking = program(cast.handler)
    for query in (
        {"grade": "grave"},
        {"needs": "rest"},
        {"child": "maybe"},
        {"owner": "you"},
        {"page": "0"},
        {"overdue": "perhaps"},
    ):
        assert set(problem(asking.get("/board", query), 422, "not-as-described")["errors"]) == set(query)
    assert problem(asking.get("/board", {"area": "Atlantis"}), 422, "invalid")["errors"]["area"]


def test_units_are_those_of_ones_area(cast: Cast, program: Programs) -> None:
    asking = program(cast.dispatcher)
    assert [unit["call_sign"] for unit in asking.get("/units").json()["units"]] == ["NA21"]
    assert asking.get("/units", {"state": "off"}).json()["units"] == []
    assert len(program(cast.fim).get("/units").json()["units"]) == 2


def test_what_a_program_sees_is_on_record(cast: Cast, program: Programs) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    asking.post(f"/incidents/{incident.pk}/children", {"answer": "named", "children": [{"name": "Mia"}]})
    child = str(ChildVersion.objects.get().child)
    about = ["incident", str(incident.pk)]
    asking.get(f"/incidents/{incident.pk}")
    assert _consulted(cast, "incident.see") == [[about, ["child", child]]]
    asking.get(f"/incidents/{incident.pk}/timeline")
    assert _consulted(cast, "incident.see")[1:] == [[about]]
    asking.get("/my/incidents")
    asking.get("/incidents/find", {"reference": incident.reference})
    asking.get("/board")
    assert _consulted(cast, "incident.list") == [[about]]
    assert _consulted(cast, "incident.find") == [[about]]
    assert _consulted(cast, "board.see") == [[]]


def test_more_of_the_same_child_is_a_new_version(cast: Cast, program: Programs) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    at = f"/incidents/{incident.pk}"
    asking.post(f"{at}/children", {"answer": "named", "children": [{"name": "Mia"}, {}]})
    first = asking.get(at).json()["children"]
    assert [one["name"] for one in first] == ["Mia", "unknown"]
    more = {"child": first[0]["child"], "name": "Mia", "age": 4, "seen": "seen"}
    asking.post(f"{at}/children", {"answer": "named", "children": [more]})
    assert [(one["name"], one["age"]) for one in asking.get(at).json()["children"]] == [("Mia", 4), ("unknown", None)]
    refused = problem(asking.post(f"{at}/children", {"answer": "not_known"}), 409, "refused")
    assert "Children are already recorded" in refused["detail"]


def test_a_childs_birthday_and_when_it_was_last_seen_are_kept_and_read(cast: Cast, program: Programs) -> None:
    at, asking = f"/incidents/{opened(cast.handler).pk}", program(cast.handler)
    born = years_ago(6)
    child = {"name": "Tom", "age": 3, "age_estimated": True, "born": born.isoformat(), "last_seen_when": "since sat"}
    stated = {"answer": "named", "children": [{**child, "last_seen_by": "his aunt"}]}
    assert asking.post(f"{at}/children", stated).status_code == 204
    (shown,) = asking.get(at).json()["children"]
    assert (shown["born"], shown["age"], shown["age_estimated"]) == (born.isoformat(), 6, False)
    assert (shown["last_seen_by"], shown["last_seen_when"]) == ("his aunt", "since sat")
    more = {"child": shown["child"], "name": "Tom"}
    asking.post(f"{at}/children", {"answer": "named", "children": [more]})
    assert [(one["born"], one["last_seen_when"]) for one in asking.get(at).json()["children"]] == [(None, "")]


# What is no day, or not the birthday of a child: (given, kind of problem, field, part of the sentence).
@pytest.mark.parametrize(
    ("born", "code", "field", "says"),
    [
        ("23/11/2019", "not-as-described", "children.0.born", "such as 2019-11-23"),
        ("2019-11-23T00:00:00Z", "not-as-described", "children.0.born", "such as 2019-11-23"),
        ("2019-02-30", "not-as-described", "children.0.born", "such as 2019-11-23"),
        ("20191123", "not-as-described", "children.0.born", "such as 2019-11-23"),
        (1574467200, "not-as-described", "children.0.born", "such as 2019-11-23"),
        ("9999-12-31", "invalid", "born", "has not come yet"),
        ("0001-01-01", "invalid", "born", "age is 0 to 17"),
    ],
)
def test_a_birthday_that_cannot_be(cast: Cast, program: Programs, born: Any, code: str, field: str, says: str) -> None:
    at, stated = f"/incidents/{opened(cast.handler).pk}", {"answer": "named", "children": [{"born": born}]}
    answer = problem(program(cast.handler).post(f"{at}/children", stated), 422, code)
    assert says in answer["errors"][field]
    assert not ChildVersion.objects.exists()


# A refusal of the rules: (what is asked, status, kind, part of the rule's sentence).
def test_the_rules_sentences_are_told(cast: Cast, program: Programs) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    at = f"/incidents/{incident.pk}"
    graded(cast.handler, incident, "priority")
    lower = problem(asking.post(f"{at}/grade", {"grade": "scheduled"}), 409, "refused")
    assert "A grade falls only after a fresh THRIVE" in lower["detail"]
    unknown = problem(asking.post(f"{at}/grade", {"grade": "grave"}), 422, "invalid")
    assert unknown["errors"] == {"grade": "Choose a grade."}
    far = problem(program(cast.dispatcher).post(f"{at}/allocations", {"unit": cast.far_unit.pk}), 422, "invalid")
    assert "no such unit in your area" in far["errors"]["unit"]
    alone = problem(asking.post(f"{at}/closing", {"reason": "advice", "result": "x"}), 409, "refused")
    assert "its clock runs" in alone["detail"]
    ahead = {"source": "caller", "text": "x", "occurred_at": "2999-01-01T00:00:00Z"}
    assert "has not come yet" in problem(asking.post(f"{at}/entries", ahead), 422, "invalid")["errors"]["occurred_at"]
    element = {"based_on": 0, "elements": {"threats": "x"}}
    assert problem(asking.post(f"{at}/thrive", element), 422, "invalid")["errors"].keys() == {"elements"}


def test_an_arrival_before_sending_is_told_at_its_field(cast: Cast, program: Programs) -> None:
    incident, asking = opened(cast.handler), program(cast.dispatcher)
    sent = asking.post(f"/incidents/{incident.pk}/allocations", {"unit": cast.unit.pk}).json()["id"]
    arrival = {"source": "officer", "occurred_at": "2026-01-01T00:00:00Z"}
    answer = asking.post(f"/incidents/{incident.pk}/allocations/{sent}/arrival", arrival)
    assert "was sent after that time" in problem(answer, 422, "invalid")["errors"]["occurred_at"]


def test_a_thrive_over_an_old_version_is_stale(cast: Cast, program: Programs) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    body = {"based_on": 0, "elements": {"threat": "first"}}
    assert asking.post(f"/incidents/{incident.pk}/thrive", body).status_code == 201
    for based_on in (0, 7):
        again = {**body, "based_on": based_on}
        assert (
            "Nothing was saved"
            in problem(asking.post(f"/incidents/{incident.pk}/thrive", again), 409, "stale")["detail"]
        )
    assert ThriveVersion.objects.count() == 1


def test_late_words_open_a_closed_incident_again(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    said = {"source": "partner", "text": "she is back and hurt"}
    assert program(cast.handler).post(f"/incidents/{incident.pk}/entries", said).status_code == 201
    assert Incident.objects.get().is_open


def test_an_incident_is_handed_over_another_agency_asked_and_delay_explained(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    at, handler, mate = f"/incidents/{incident.pk}", program(cast.handler), program(cast.teammate)
    assert handler.post(f"{at}/handoff", {"to": cast.teammate.pk, "note": "Rings at six."}).status_code == 201
    assert handler.get(at).json()["offered"]["note"] == "Rings at six."
    assert problem(handler.post(f"{at}/handoff/answer", {"answer": "acknowledged"}), 409, "refused")
    assert problem(mate.post(f"{at}/handoff/answer", {"answer": "declined"}), 422, "invalid")["errors"]["words"]
    assert mate.post(f"{at}/handoff/answer", {"answer": "acknowledged"}).status_code == 204
    assert handler.get(at).json()["offered"] is None
    assert problem(mate.post(f"{at}/handoff/withdrawal"), 409, "stale")

    asked = {"agency": "Ambulance", "reached": "Control room", "what": "Attend."}
    made = handler.post(f"{at}/transfers", asked).json()["transfer"]
    assert [one["answer"] for one in handler.get(at).json()["transfers"]] == [None]
    answer = {"answer": "accepted", "words": "Jo Peel, 4471"}
    assert handler.post(f"{at}/transfers/{made}/answer", answer).status_code == 204
    assert problem(handler.post(f"{at}/transfers/{made}/answer", answer), 409, "stale")

    why = {"reasons": ["no-resources"], "why": "All were out."}
    assert problem(handler.post(f"{at}/delay", why), 422, "invalid")["errors"]["reasons"]
    later(timedelta(hours=2))
    assert handler.post(f"{at}/delay", {**why, "reasons": ["no-resources", "risk-first"]}).status_code == 204
    assert {one["kind"]: one["reasons"] for one in handler.get(at).json()["missed"]} == {
        "allocation": ["risk-first", "no-resources"],
        "attendance": ["risk-first", "no-resources"],
    }

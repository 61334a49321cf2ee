"""Investigation by a program: the same reach, rules and sentences as on its pages."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.investigation import queries
from tests.cast import Cast, key, say
from tests.integration.conftest import Programs, problem
from tests.investigation.scenes import SAID, accepted, named


def test_from_the_incident_to_the_end(cast: Cast, program: Programs) -> None:
    incident = named(cast)
    handler, investigator, sergeant = (
        program(one) for one in (cast.handler, cast.investigator, cast.detective_sergeant)
    )
    hand = f"/incidents/{incident.pk}/investigation"
    assert problem(handler.post(hand, {"team": cast.handler.team_id}), 422, "invalid")
    team = {"team": cast.investigator.team_id}
    assert handler.post(hand, team).json()["risk"] == "High"
    assert problem(handler.post(hand, team), 409, "refused")
    (offer,) = sergeant.get("/investigations").json()["offers"]
    assert (offer["incident"], offer["team"]) == (str(incident.pk), team["team"])
    at = f"/investigations/offers/{offer['id']}"
    assert sergeant.post(f"{at}/decline", {"words": "Not ours."}).status_code == 204
    assert problem(sergeant.post(f"{at}/decline", {"words": "No."}), 409, "stale")
    at = f"/investigations/offers/{handler.post(hand, team).json()['id']}"
    people = {"investigator": cast.investigator.pk, "supervisor": cast.detective_sergeant.pk}
    taken = sergeant.post(f"{at}/accept", people)
    assert taken.status_code == 201
    at = f"/investigations/{taken.json()['id']}"
    assert problem(investigator.post(f"{at}/ends", {"outcome": "charged"}), 409, "refused")
    say(cast.handler, incident, "he is back at the house")
    shown = investigator.get(at).json()
    (new,) = shown["news"]
    assert (new["lines"][-1]["words"], new["lines"][-1]["by"]) == ("he is back at the house", cast.handler.name)
    (child,) = shown["children"]
    voice = {**SAID, "child": child["child"], "said": "I was under the stairs."}
    for part, given, status in (
        ("acknowledged", {"seen": [{"incident": new["incident"], "seq": new["seq"]}]}, 204),
        ("voices", voice, 201),
        ("access", {"answer": "no", "words": "His sister was asked."}, 204),
    ):
        assert investigator.post(f"{at}/{part}", given).status_code == status, part
    assert investigator.post(f"{at}/reviews", {"agrees": True, "voice": True, "words": "Read."}).status_code == 403
    assert sergeant.post(f"{at}/reviews", {"agrees": True, "voice": True, "words": "Read."}).status_code == 201
    asked = investigator.post(f"{at}/ends", {"outcome": "charged"}).json()["id"]
    assert sergeant.post(f"{at}/ends/{asked}/answer", {"confirm": True}).status_code == 204
    shown = sergeant.get(at).json()
    assert shown["closed_at"]
    assert shown["ends"][0]["answer"] == "confirmed"
    assert shown["children"][0]["voices"][0]["said"] == "I was under the stairs."
    (row,) = sergeant.get("/investigations").json()["rows"]
    assert row["reference"] == incident.reference


def test_each_reaches_what_their_pages_show(cast: Cast, program: Programs) -> None:
    one = accepted(cast)
    child = str(queries.children_of(one)[0].child)
    for name, user in cast.everybody().items():
        client = program(user)
        listed, read = client.get("/investigations"), client.get(f"/investigations/{one.pk}")
        sees = name in {"investigator", "detective_sergeant", "fim", "vast"}
        assert {listed.status_code, read.status_code} == ({200} if sees else {403}), name
        voice = client.post(f"/investigations/{one.pk}/voices", {**SAID, "child": child, "said": "Hello"})
        assert voice.status_code == (201 if name in {"investigator", "detective_sergeant"} else 403), name


def test_an_item_is_put_on_the_plan_and_ended_with_what_became_of_it(cast: Cast, program: Programs) -> None:
    one = accepted(cast)
    at, used = f"/investigations/{one.pk}/items", key()
    client, now = program(cast.investigator), database_now(connection)
    given = {
        "kind": "enquiry",
        "words": "Speak to her school.",
        "owner": cast.investigator.pk,
        "due_at": (now + timedelta(days=1)).isoformat(),
    }
    made = [client.post(at, given, key=used) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json() == made[1].json()
    for wrong in ({"owner": cast.handler.pk}, {"due_at": (now - timedelta(days=1)).isoformat()}):
        assert set(problem(client.post(at, {**given, **wrong}), 422, "invalid")["errors"]) == set(wrong)
    ends = f"{at}/{made[0].json()['id']}/end"
    assert problem(client.post(ends, {"answer": "not_pursued"}), 422, "invalid")
    assert client.post(ends, {"answer": "done", "words": "Her teacher was heard."}).status_code == 204
    assert problem(client.post(ends, {"answer": "done"}), 409, "stale")
    (item,) = client.get(f"/investigations/{one.pk}").json()["items"]
    assert (item["words"], item["end"], item["why"]) == ("Speak to her school.", "Done", "Her teacher was heard.")
    assert program(cast.vast).post(at, given).status_code == 403

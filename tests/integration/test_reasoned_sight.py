"""The records behind a figure, opened by a program for a reason."""

from __future__ import annotations

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from tests.cast import Cast
from tests.contact.test_reasoned_sight import CODE
from tests.contact.test_reasoned_sight import gold as gold
from tests.contact.test_reasoned_sight import unasked as unasked
from tests.integration.conftest import Programs, problem


def test_a_program_opens_them_by_the_same_rule(
    cast: Cast, program: Programs, gold: Staff, unasked: list[Incident]
) -> None:
    client, at = program(gold), f"/measures/{CODE}/records"
    assert problem(client.get(f"/incidents/{unasked[0].pk}"), 404, "not-there")
    told = client.post(at, {"which": "not_met", "reason": "assurance"}).json()
    assert told["opened"] == 3
    assert {one["reference"] for one in told["incidents"]} == {one.reference for one in unasked}
    assert client.get(f"/incidents/{unasked[0].pk}").status_code == 200
    assert problem(client.post("/measures/no-such/records", {"which": "met", "reason": "review"}), 404, "not-there")
    assert problem(client.post(at, {"which": "met", "reason": "because"}), 422, "not-as-described")
    for name, user in cast.everybody().items():
        if name != "silver":
            assert program(user).post(at, {"which": "not_met", "reason": "review"}).status_code == 403, name

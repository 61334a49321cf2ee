"""Partners' links by a program: sent, looked at and ended by the rules of the pages."""

from __future__ import annotations

from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.safeguarding.referrals import partner, referred, with_children


def test_a_program_sends_looks_at_and_ends_a_link(cast: Cast, program: Programs) -> None:
    made = referred(cast.vast, with_children(cast, "Orla Fenwick"), partner())
    client, at = program(cast.vast), f"/referrals/{made.pk}/links"
    (first,) = client.get(at).json()["links"]
    assert (first["state"], first["name"], first["uses"]) == ("open", "Ada Lead", [])
    sent = client.post(at, {"contact": made.contact_id})
    assert sent.status_code == 201
    assert [one["state"] for one in client.get(at).json()["links"]] == ["open", "ended"]
    assert problem(client.post(at, {"contact": 10**9}), 422, "invalid")
    assert client.post(f"{at}/{sent.json()['id']}/end", None).status_code == 204
    assert problem(client.post(f"{at}/{10**9}/end", None), 404, "not-there")
    assert [one["state"] for one in client.get(at).json()["links"]] == ["ended", "ended"]
    for name in ("stranger", "far_supervisor", "pcc", "handler", "officer"):
        other = program(cast.everybody()[name])
        assert other.post(at, {"contact": made.contact_id}).status_code in {403, 404}
        if name != "handler":
            assert other.get(at).status_code in {403, 404}

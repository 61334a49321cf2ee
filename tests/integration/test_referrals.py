"""Referrals by a program: the same rules and sentences as on the pages."""

from __future__ import annotations

from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.safeguarding.referrals import children, partner, with_children


def test_a_program_refers_follows_and_withdraws(cast: Cast, program: Programs) -> None:
    incident, to = with_children(cast, "Mia Amber", "Kai Amber"), partner()
    client = program(cast.vast)
    (whom,) = client.get("/partners?kind=social_care").json()["contacts"]
    given = {
        "contact": whom["id"], "children": children(incident)[:1], "fields": ["names"], "basis": "ca1989-47",
        "concern": "Kai and she were there.",
    }  # fmt: skip
    at = f"/incidents/{incident.pk}"
    assert client.post(f"{at}/referrals-owed", {"kind": "social_care"}).status_code == 204
    assert problem(client.post(f"{at}/referrals", {**given, "basis": "none"}), 422, "invalid")
    made = client.post(f"{at}/referrals", given)
    assert made.status_code == 201
    assert client.post(f"{at}/referrals", given).json() == made.json(), "the same is one"
    (row,) = client.get("/referrals").json()["referrals"]
    assert (row["reference"], row["leg"], row["partner"]) == (made.json()["reference"], "sent", to.partner.name)
    one = f"/referrals/{row['id']}"
    left = client.get(one).json()["document"]
    assert left["parts"][0]["parts"][0]["text"] == "[another child] and she were there."
    sent_at = Referral.objects.get().made_at.isoformat()
    told = {"leg": "declined", "by_name": "Ada Lead", "occurred_at": sent_at}
    assert problem(client.post(f"{one}/legs", told), 422, "invalid")
    assert client.post(f"{one}/legs", {**told, "words": "Below threshold."}).status_code == 201
    assert client.post(f"{one}/withdrawal", {"words": "Wrong authority."}).status_code == 204
    assert problem(client.post(f"{one}/legs", {**told, "leg": "accepted"}), 409, "refused")
    assert client.post(f"{one}/feedback", {"words": "Ada Lead told."}).status_code == 204
    assert [leg["leg"] for leg in client.get(one).json()["legs"]] == ["sent", "declined", "withdrawn", "fed_back"]
    for name in ("stranger", "far_supervisor", "pcc", "auditor", "officer"):
        other = program(cast.everybody()[name])
        assert other.get(one).status_code in {403, 404}
        assert other.post(f"{at}/referrals", given).status_code in {403, 404}
        assert other.post(f"{one}/legs", {**told, "words": "No."}).status_code in {403, 404}

"""Partners' links by a program: sent, looked at and ended by the rules of the pages."""

from __future__ import annotations

from pathlib import Path

from pytest_django import Settings

from goldthread.config.env import Mail
from goldthread.notices import actions as notices
from goldthread.safeguarding.partner_models import PartnerContact
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.safeguarding.referrals import given, partner, referred, with_children


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


def test_a_program_is_told_whether_the_message_left(
    cast: Cast, program: Programs, tmp_path: Path, settings: Settings
) -> None:
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "")
    incident, to = with_children(cast, "Orla Fenwick"), partner()
    client = program(cast.vast)
    sent = {**given(to, incident), "concern": "Please see her today."}
    made = client.post(f"/incidents/{incident.pk}/referrals", sent).json()
    assert (made["message"], made["say"]) == ("waiting", "")
    at = f"/referrals/{made['id']}"
    assert [one["message"] for one in client.get(f"{at}/links").json()["links"]] == ["waiting"]
    notices.send_due()
    assert client.get(at).json()["message"] == "sent"
    assert [one["message"] for one in client.get(f"{at}/links").json()["links"]] == ["sent"]
    settings.MAIL = Mail("", "", "")
    again = client.post(f"{at}/links", {"contact": to.pk}).json()
    assert again["message"] == "waiting"
    notices.send_due()
    read = client.get(at).json()
    assert read["message"] == "failed"
    assert "No mail service is set" in read["say"]
    assert f"Telephone them: {to.phone}" in read["say"]
    first, second = client.get(f"{at}/links").json()["links"]
    assert (first["message"], second["message"]) == ("failed", "sent")
    assert first["failed"].startswith("No mail service is set")


def test_where_no_link_can_be_sent_a_program_is_told_whom_to_telephone(
    cast: Cast, program: Programs, settings: Settings
) -> None:
    settings.MAIL = Mail("", "", "")
    incident, to = with_children(cast, "Orla Fenwick"), partner()
    PartnerContact.objects.update(email="")
    client = program(cast.vast)
    made = client.post(f"/incidents/{incident.pk}/referrals", given(to, incident)).json()
    assert made["message"] == "none"
    assert made["say"] == f"Nothing could be sent to {to}. Telephone them: {to.phone}. Referral 1 stands."
    read = client.get(f"/referrals/{made['id']}").json()
    assert (read["message"], read["say"]) == (made["message"], made["say"])
    assert client.get(f"/referrals/{made['id']}/links").json()["links"] == []
    told_at = incident.opened_at.isoformat()
    heard = {**given(to, incident, concern="Told again."), "told_at": told_at, "told_to": "Ada Lead"}
    assert "They heard of it by telephone" in client.post(f"/incidents/{incident.pk}/referrals", heard).json()["say"]

"""The VAST desk through the API: referred, worked on and ended as from the pages, within the same sight."""

from __future__ import annotations

from goldthread.safeguarding.concern_models import Concern
from tests.cast import Cast, key, opened, say
from tests.integration.conftest import Program, Programs


def test_a_concern_from_its_referral_to_its_end(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "Her little girl has not been seen for days.")
    handler, vast = program(cast.handler), program(cast.vast)

    def sent(client: Program, at: str, status: int = 204, **given: object) -> dict[str, int]:
        answer = client.post(at, given, key=key())
        assert answer.status_code == status, answer.content
        return answer.json() if status == 201 else {}  # type: ignore[no-any-return]

    made = sent(handler, f"/incidents/{incident.pk}/concern", 201, words="Third call this week.", urgent=True)
    at = f"/concerns/{made['concern']}"
    assert [row["rating"] for row in vast.get("/concerns").json()["rows"]] == ["red"]
    assert handler.get("/concerns").status_code == 403
    assert program(cast.far_supervisor).get(at).status_code == 404
    sent(vast, f"{at}/ratings", 409, rating="red", reason=0)
    read = vast.get(at).json()["newest_reason"]
    sent(vast, f"{at}/ratings", rating="red", reason=read)
    call = sent(vast, f"{at}/calls", 201, desk="edt", reached="Rowan Ash")
    sent(vast, f"{at}/calls/{call['call']}/write-up", words="They visit tonight.")
    opinion = sent(vast, f"{at}/opinions", 201, grade="immediate", words="Not seen for days.")
    for one in vast.get(at).json()["research"]:
        assert one["result"] == ""
        sent(vast, f"{at}/research", item=one["item"], result="no_trace")
    end = {"outcome": "advice", "words": "Her school keeps an eye on her.", "reason": read}
    sent(vast, f"{at}/end", 409, **end, last_seq=vast.get(at).json()["last_seq"])
    sent(
        handler,
        f"/incidents/{incident.pk}/opinions/{opinion['opinion']}/answer",
        answer="disagrees",
        words="Seen at nine.",
    )
    shown = vast.get(at).json()
    assert shown["owed"] == []
    assert shown["opinions"][0]["answer"] == "disagrees"
    sent(vast, f"{at}/end", 409, **{**end, "reason": read - 1}, last_seq=shown["last_seq"])
    sent(vast, f"{at}/end", **end, last_seq=shown["last_seq"])
    assert Concern.objects.get(incident=incident).outcome == "advice"
    assert [row["outcome"] for row in vast.get("/concerns?ended=true").json()["rows"]] == ["advice"]

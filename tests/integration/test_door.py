"""The door by a program: the same answers, rules and sentences as on the officer's page."""

from __future__ import annotations

from goldthread.contact.models import Incident
from goldthread.safeguarding.door_models import DoorAnswer
from tests.cast import Cast, key
from tests.integration.conftest import Programs, problem
from tests.safeguarding.doors import ELLA, TOM, incident, visit

__all__ = ["incident"]


def test_a_visit_is_read_and_answered(cast: Cast, program: Programs, incident: Incident) -> None:
    officer, at = program(cast.officer), f"/incidents/{incident.pk}/door"
    (one,) = officer.get(at).json()["visits"]
    assert (one["id"], one["owes"], one["children"], one["whole"]) == (visit(incident).pk, True, [], None)
    to = f"{at}/{one['id']}/answers"
    assert problem(officer.post(to, {"children": [{"child": TOM, "seen": "no"}]}), 422, "invalid")
    given = {
        "children": [{"child": ELLA, "seen": "yes", "alone": "yes", "showed": "quiet"}, {"child": TOM, "seen": "no", "why_not_seen": "at nan's"}],
        "ppn": "submitted", "ppn_reference": "P 7",
    }  # fmt: skip
    same = key()
    assert [officer.post(to, given, key=same).status_code for _ in range(2)] == [204, 204]
    assert DoorAnswer.objects.count() == 2
    (one,) = officer.get(at).json()["visits"]
    assert one["owes"] is False
    assert {(each["child"], each["seen"], each["alone"]) for each in one["children"]} == {
        (ELLA, "yes", "yes"),
        (TOM, "no", ""),
    }
    assert (one["whole"]["ppn_reference"], one["whole"]["by"]) == ("P 7", cast.officer.name)


def test_each_reaches_what_their_pages_show(cast: Cast, program: Programs, incident: Incident) -> None:
    to = f"/incidents/{incident.pk}/door/{visit(incident).pk}/answers"
    given = {"children": [{"child": ELLA, "seen": "yes"}], "told_by": cast.officer.pk}
    for name, one in cast.everybody().items():
        client = program(one)
        read, sent = client.get(f"/incidents/{incident.pk}/door").status_code, client.post(to, given).status_code
        if name in {"officer", "sergeant", "supervisor", "fim"}:
            assert (read, sent) == (200, 204), name
        else:
            assert (read, sent) == ((404, 404) if name == "far_supervisor" else (403, 403)), name

"""Children's records through the API: as on the pages, within sight, once a key."""

from __future__ import annotations

import uuid

from goldthread.contact.models import Incident
from tests.cast import Cast, ended
from tests.integration.conftest import Programs, problem
from tests.safeguarding.children import child


def test_a_child_is_found_tied_read_merged_and_taken_back(cast: Cast, program: Programs) -> None:
    one, other = child(cast.handler, "Aurelia Fenwick"), child(cast.stranger, "Aurelia Fenwick")
    asking = program(cast.vast)
    found = asking.post("/children/searches", {"typed": "aurela fenwik"}).json()["found"]
    assert {row["incident"] for row in found} == {str(one[0]), str(other[0])}
    assert [row["record"] for row in found] == [None, None]
    made = asking.post(f"/incidents/{one[0]}/children/{one[1]}/record", {})
    assert made.status_code == 201
    record = made.json()["record"]
    second = asking.post(f"/incidents/{other[0]}/children/{other[1]}/record", {}).json()["record"]
    again = asking.post(f"/incidents/{one[0]}/children/{one[1]}/record", {"record": second, "why": "Same."})
    assert (again.status_code, "another record" in again.json()["detail"]) == (409, True)
    merged = asking.post(f"/children/{record}/merges", {"other": second, "why": "The grandmother told both."})
    assert (merged.status_code, merged.json()) == (201, {"record": record})
    read = asking.get(f"/children/{second}").json()
    assert (read["record"], read["more"], read["name"]) == (record, False, "Aurelia Fenwick, 7")
    assert {each["incident"] for each in read["ties"]} == {str(one[0]), str(other[0])}
    assert {"opened", "told"} <= {each["kind"] for each in read["chronology"]}
    problem(asking.post(f"/children/{record}/merges", {"other": second, "why": "Again."}), 409, "stale")
    assert asking.post(f"/children/{second}/unmerge", {"why": "Two girls.", "different": True}).status_code == 201
    assert len(asking.get(f"/children/{record}").json()["ties"]) == 1
    assert asking.post(f"/incidents/{one[0]}/children/{one[1]}/untie", {"why": "Not her."}).status_code == 201
    assert asking.get(f"/children/{record}").status_code == 404


def test_a_handler_is_told_how_many_came_before_and_opens_no_record(cast: Cast, program: Programs) -> None:
    one, other = child(cast.handler), child(cast.handler)
    vast = program(cast.vast)
    record = vast.post(f"/incidents/{one[0]}/children/{one[1]}/record", {}).json()["record"]
    tied = vast.post(f"/incidents/{other[0]}/children/{other[1]}/record", {"record": record, "why": "The same nan."})
    assert (tied.status_code, tied.json()) == (201, {"record": record})
    ended(cast, Incident.objects.get(pk=one[0]))
    asking = program(cast.handler)
    known = asking.get(f"/incidents/{other[0]}/children/records").json()["children"]
    assert [(each["record"], each["known"], each["earlier"]) for each in known] == [(None, True, 1)]
    assert asking.get(f"/children/{record}").status_code == 403
    assert program(cast.pcc).get(f"/incidents/{other[0]}/children/records").status_code == 403
    fim = program(cast.fim).get(f"/children/{record}").json()
    assert fim["more"] is True
    assert [each["incident"] for each in fim["ties"]] == [str(other[0])]
    assert program(cast.fim).get(f"/children/{uuid.uuid4()}").status_code == 404
    assert vast.post("/children/searches", {"typed": "a b"}).status_code == 422

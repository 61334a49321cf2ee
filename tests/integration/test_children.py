"""Children's records through the API: as on the pages, within sight, once a key."""

from __future__ import annotations

import uuid

from goldthread.contact.models import Incident
from goldthread.safeguarding.child_models import ChildMarker, ChildMarkerReview
from tests.cast import Cast, ended, key
from tests.integration.conftest import Programs, problem
from tests.safeguarding.children import child, pair, recorded
from tests.safeguarding.test_child_markers import day


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


def test_a_marker_is_set_read_and_reviewed_once_whatever_is_sent_again(cast: Cast, program: Programs) -> None:
    one, other = child(cast.handler), child(cast.stranger)
    at = f"/children/{recorded(cast.vast, one, other)}/markers"
    asking, used = program(cast.vast), key()
    given = {"kind": "missing", "words": "Goes to the bus station.", "review_on": f"{day(30)}"}
    made = [asking.post(at, given, key=used) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    pk = ChildMarker.objects.get().pk
    assert [each.json()["id"] for each in made] == [pk, pk]
    for wrong in ({"review_on": f"{day(400)}"}, {"kind": "nice"}):
        assert set(problem(asking.post(at, {**given, **wrong}), 422, "invalid")["errors"]) == set(wrong)
    review = f"/children/markers/{pk}/reviews"
    changed = {"outcome": "changed", "why": "Seen there.", "seen": 0, "words": "The canal.", "review_on": f"{day(60)}"}
    assert [asking.post(review, changed).status_code for _ in range(2)] == [204, 204]
    assert ChildMarkerReview.objects.count() == 1, "the same review sent again is one"
    assert problem(asking.post(review, {**changed, "outcome": "ended"}), 409, "stale")
    (row,) = asking.get(at).json()["markers"]
    assert (row["words"], row["review_on"], row["seen"], row["ended"]) == ("The canal.", f"{day(60)}", 1, False)
    assert asking.post(review, {"outcome": "ended", "why": "Home for a year.", "seen": 1}).status_code == 204
    assert problem(asking.post(review, {"outcome": "ended", "why": "Again.", "seen": 2}), 409, "refused")
    (row,) = asking.get(at).json()["markers"]
    assert (row["review_on"], row["ended"]) == (None, True)
    fim = program(cast.fim)
    assert [each["words"] for each in fim.get(at).json()["markers"]] == ["The canal."]
    assert (fim.post(at, given).status_code, fim.post(review, changed).status_code) == (403, 403)
    assert program(cast.handler).get(at).status_code == 403


def test_children_who_may_be_one_are_listed_and_decided(cast: Cast, program: Programs) -> None:
    one, other = (child(cast.handler, "Aurelia Fenwick") for _ in range(2))
    waits = pair(one, other)
    asking = program(cast.vast)
    (row,) = asking.get("/children/likenesses").json()["rows"]
    assert row["id"] == waits.pk
    assert {(each["incident"], each["child"]) for each in row["children"]} == {
        (f"{a}", f"{b}") for a, b in (one, other)
    }
    assert ("Name", "agrees") in {(each["label"], each["says"]) for each in row["compared"]}
    decide = f"/children/likenesses/{waits.pk}/decision"
    assert problem(asking.post(decide, {"answer": "same"}), 422, "invalid")
    for _ in range(2):
        said = asking.post(decide, {"answer": "same", "why": "Both gave her school."})
        assert said.status_code == 201
    assert len(asking.get(f"/children/{said.json()['record']}").json()["ties"]) == 2
    assert problem(asking.post(decide, {"answer": "apart"}), 409, "stale")
    apart = pair(one, child(cast.handler, "Aurelia Fenwik"))
    assert asking.post(f"/children/likenesses/{apart.pk}/decision", {"answer": "apart"}).json() == {"record": None}
    assert asking.get("/children/likenesses").json()["total"] == 0
    assert problem(asking.post(f"/children/likenesses/{10**9}/decision", {"answer": "apart"}), 404, "not-there")
    for name in ("handler", "fim", "supervisor", "pcc"):
        assert program(cast.everybody()[name]).get("/children/likenesses").status_code == 403

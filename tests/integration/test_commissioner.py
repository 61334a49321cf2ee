"""The Commissioner's space by a program: the office reads what was issued, the force drafts and issues."""

from __future__ import annotations

from goldthread.commissioner.models import TableEdition
from tests.cast import Cast, key
from tests.commissioner.scenes import MANY, TABLE, gold, months, told
from tests.integration.conftest import Programs, problem


def test_a_program_of_the_force_drafts_and_issues_and_the_offices_reads(cast: Cast, program: Programs) -> None:
    told(cast)
    force, office = program(gold(cast)), program(cast.pcc)
    listed = {one["table"]: one for one in office.get("/published").json()["tables"]}
    assert (listed[TABLE]["number"], listed[TABLE]["due"]) == (None, months()[-1].last.isoformat())
    assert office.get(f"/published/{TABLE}/draft").status_code == 403
    seen = force.get(f"/published/{TABLE}/draft").json()
    given = {"until": seen["until"], "seen": seen["sha256"]}
    at = f"/published/{TABLE}/editions"
    assert program(cast.pcc).post(at, given).status_code == 403
    assert problem(force.post(at, {**given, "seen": "0" * 64}), 409, "stale")
    assert problem(force.post(at, {**given, "until": "2026-03-14"}), 422, "invalid")
    same = key()
    assert force.post(at, given, key=same).json() == {"number": 1, "sha256": seen["sha256"]}
    assert force.post(at, given, key=same).status_code == 201
    assert problem(force.post(at, given), 409, "stale")
    assert TableEdition.objects.count() == 1
    told_ = office.get(f"{at}/1").json()
    assert (told_["sha256"], told_["office"]) == (seen["sha256"], "Gold, chief officer owner")
    row = next(one for one in told_["content"]["rows"] if one["measure"] == "children-asked")
    places = {one["period"]: one for one in row["places"]}
    small, last = (one.code for one in months()[-2:])
    assert (places[last]["of"], places[last]["state"]) == (MANY, "told")
    assert (places[small]["of"], places[small]["met"], places[small]["state"]) == (None, None, "withheld")
    for nowhere in ("/published/none/editions/1", f"{at}/2"):
        assert problem(office.get(nowhere), 404, "not-there")
    for user in (cast.silver, cast.handler, cast.auditor):
        assert program(user).get("/published").status_code == 403
        assert program(user).get(f"{at}/1").status_code == 403

"""Acting ranks and the on-call list by a program: given, listed and ended by the rules of the pages."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from goldthread.accounts.models import ActingRank, OnCall
from goldthread.clocks.db import database_now
from tests.cast import Cast, key
from tests.integration.conftest import Programs, problem
from tests.response.test_alarms import later


def at(hours: float) -> str:
    return (database_now(connection) + timedelta(hours=hours)).isoformat()


def test_somebody_acts_until_it_ends_and_the_same_given_twice_is_one(cast: Cast, program: Programs) -> None:
    asking, acts = program(cast.supervisor), program(cast.teammate)
    assert acts.get("/supervision").status_code == 403
    shown = asking.get("/cover/ranks").json()
    assert shown["ranks"] == []
    assert cast.teammate.pk in {one["id"] for one in shown["may_act"]}
    given = {"staff": cast.teammate.pk, "role": "contact_supervisor", "ends_at": at(8), "why": "Supervisor is ill."}
    used = key()
    first = asking.post("/cover/ranks", given, key=used)
    later(timedelta(minutes=1))
    again = asking.post("/cover/ranks", given, key=used)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert ActingRank.objects.count() == 1
    assert set(problem(asking.post("/cover/ranks", {**given, "ends_at": at(4)}), 422, "invalid")["errors"]) == {
        "starts_at"
    }
    assert problem(asking.post("/cover/ranks", {**given, "staff": cast.supervisor.pk}), 409, "refused")
    assert acts.get("/supervision").status_code == 200
    (row,) = asking.get("/cover/ranks").json()["ranks"]
    assert (row["name"], row["role"], row["now"]) == (cast.teammate.name, "contact_supervisor", True)
    end = f"/cover/ranks/{row['id']}/end"
    assert asking.post(end).status_code == 204
    assert asking.post(end).status_code == 204, "the same again, since its answer was lost"
    assert problem(program(cast.fim).post(end), 409, "stale")
    assert acts.get("/supervision").status_code == 403
    for name in ("handler", "dispatcher", "vast", "pcc"):
        other = program(cast.everybody()[name])
        assert (other.get("/cover/ranks").status_code, other.post("/cover/ranks", given).status_code) == (403, 403)


def test_who_is_on_call_is_entered_read_and_taken_off(cast: Cast, program: Programs) -> None:
    keeps, reads = program(cast.supervisor), program(cast.dispatcher)
    line = {"login": "fim", "role": "fim", "starts_at": at(-1), "ends_at": at(8), "telephone": "01632 960123"}
    made = [keeps.post("/cover/on-call", line) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json() == made[1].json() == {"id": OnCall.objects.get().pk}
    (row,) = reads.get("/cover/on-call").json()["lines"]
    assert (row["name"], row["telephone"], row["now"]) == (cast.fim.name, "01632 960123", True)
    for wrong in ({"login": "nobody"}, {"telephone": "ring me"}, {"ends_at": at(24 * 30)}):
        assert set(problem(keeps.post("/cover/on-call", {**line, **wrong}), 422, "invalid")["errors"]) == set(wrong)
    far = {"starts_at": "9999-12-30T00:00:00Z", "ends_at": "9999-12-31T00:00:00Z"}
    assert set(problem(keeps.post("/cover/on-call", {**line, **far}), 422, "invalid")["errors"]) == {"starts_at"}
    assert reads.post("/cover/on-call", line).status_code == 403
    off = f"/cover/on-call/{row['id']}/off"
    assert reads.post(off).status_code == 403
    assert keeps.post(off).status_code == 204
    assert keeps.post(off).status_code == 204, "the same again, since its answer was lost"
    assert problem(program(cast.fim).post(off), 409, "stale")
    assert reads.get("/cover/on-call").json()["lines"] == []
    assert program(cast.pcc).get("/cover/on-call").status_code == 403

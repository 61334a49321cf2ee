"""Replay by a program: the same as on the page, for the same people."""

from __future__ import annotations

from goldthread.accounts.models import Staff
from goldthread.assessment import actions
from tests.cast import Cast, opened, say
from tests.integration.conftest import Programs


def test_a_program_replays_what_its_person_reaches(cast: Cast, program: Programs) -> None:
    ours, other = opened(cast.handler), opened(cast.stranger)
    for user, incident in ((cast.handler, ours), (cast.stranger, other)):
        say(user, incident, "The kids are by themselves again.")
        actions.read_fully(incident.pk)
    owner = Staff.objects.create(username="ai", name="Ai Owner", role="ai_owner", team=cast.silver.team)
    told = program(owner).get("/reader/replays").json()
    assert (told["same"], told["differs"], told["cannot"], told["in_part"]) == (4, 0, 0, 0)
    assert [one["reference"] for one in told["readings"]] == [other.reference] * 2 + [ours.reference] * 2
    assert "themselves" not in str(told)
    page = program(cast.supervisor).get(f"/reader/replays?incident={ours.reference}&last=1").json()
    assert [one["path"] for one in page["readings"]] == ["full"]
    before = page["readings"][0]["id"]
    older = program(cast.supervisor).get(f"/reader/replays?incident={ours.reference}&before={before}").json()
    assert [one["path"] for one in older["readings"]] == ["fast"]


def test_out_of_sight_and_out_of_bounds_is_refused(cast: Cast, program: Programs) -> None:
    other = opened(cast.stranger)
    say(cast.stranger, other, "The kids are by themselves again.")
    supervisor = program(cast.supervisor)
    assert supervisor.get(f"/reader/replays?incident={other.reference}").status_code == 404
    assert supervisor.get("/reader/replays").json()["readings"] == []
    for odd in ("last=0", "last=101", "before=0", "incident=", f"incident={'x' * 41}", "newest=1"):
        assert supervisor.get(f"/reader/replays?{odd}").status_code == 422, odd
    for one in (cast.handler, cast.pcc, cast.silver):
        assert program(one).get("/reader/replays").status_code in (403, 404)

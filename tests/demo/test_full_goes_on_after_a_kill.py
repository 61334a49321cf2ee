"""A full force that is cut short leaves whole chunks, and the next start ends in the same whole, checked force."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from goldthread.audit.models import AuditEvent
from goldthread.cli import steps
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.demo import full
from goldthread.demo.check import check
from goldthread.demo.full import Progress, fill
from goldthread.demo.generate import SEED, Year, stories
from goldthread.demo.live import Calls
from goldthread.demo.plan import Plan, is_whole, record_whole, recorded, told_for, written
from goldthread.demo.seed import WAITING, establish, seed
from goldthread.demo.staff import force
from goldthread.demo.told import stories as weeks
from goldthread.desk.models import BoardRow
from goldthread.response.models import Unit
from goldthread.safeguarding.child_models import ChildTie
from goldthread.safeguarding.concern_models import Concern
from goldthread.safeguarding.door_models import DoorAnswer
from goldthread.safeguarding.referral_models import Referral

CHUNK, CHUNKS, OPEN = 200, 3, 40
COUNT = CHUNK * CHUNKS + OPEN
FILL = f"""
import sys, django
django.setup()
from django.db import connection
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.demo.full import fill
fill(database_now(connection), {COUNT}, {OPEN}, chunk={CHUNK}, processes=1,
     progress=lambda line: print(line, file=sys.stderr, flush=True))
"""
STATE = """
SELECT (SELECT count(*) FROM audit_event WHERE verb = 'demo.chunk'), (SELECT count(*) FROM contact_incident),
       (SELECT count(*) FROM audit_event WHERE verb = 'demo.whole'),
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend')
"""
GOLDTHREAD = [sys.executable, "-c", "import sys; from goldthread.cli import main; sys.exit(main())"]
HALF_WRITTEN = (
    "The database that DATABASE_URL names holds an invented force that is not written to its end: its making was stopped, or "
    "still runs. Run 'goldthread demo --full' on this database, which goes on from there, or name another in DATABASE_URL."
)
WEEKS = sum(one.times * sum(step.split()[2] in {"open", "call"} for step in one.steps) for one in weeks())
"""Incidents of the last weeks' stories, told after the year's by the actions."""
LEFT = sum(one.times for one in weeks() if not any(step.split()[2] == "close" for step in one.steps))
"""Those of them that stay open."""


def _until(admin: psycopg.Connection[Any], holds: Any, process: subprocess.Popen[str] | None = None) -> tuple[int, ...]:
    for _ in range(6_000):
        state = admin.execute(STATE).fetchone()
        if state and holds(state):
            return state
        assert process is None or process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.02)
    raise AssertionError("it did not come to that within two minutes")


@pytest.mark.slow
@pytest.mark.long
def test_a_killed_start_leaves_whole_chunks_and_the_next_one_ends_in_a_checked_force(committing: Any) -> None:
    run = [sys.executable, "-c", FILL]
    with psycopg.connect(committing.admin_url, autocommit=True) as admin:
        first = subprocess.Popen(run, env=committing.env, stderr=subprocess.PIPE, text=True)
        _until(admin, lambda state: state[0] >= 1, first)
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        # Its worker ends by itself; what this test's own connection is doing does not count.
        chunks, incidents, whole, _ = _until(admin, lambda state: state[3] <= (connection.connection is not None))

    assert 1 <= chunks < CHUNKS
    assert incidents == chunks * CHUNK
    assert whole == 0
    served = subprocess.run([*GOLDTHREAD, "serve"], env=committing.env, capture_output=True, text=True, check=False)
    assert served.returncode == 2
    (sentence,) = served.stderr.strip().splitlines()
    assert sentence == HALF_WRITTEN

    again = subprocess.run(run, env=committing.env, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert f"Going on with the full force: {chunks} of {CHUNKS + 1} parts are there" in again.stderr

    plan = recorded()
    assert plan is not None
    assert (plan.count, plan.open, plan.chunk) == (COUNT, OPEN, CHUNK)
    assert is_whole()
    assert written() == set(range(CHUNKS + 1))
    stood = told_for(CHUNKS)
    assert stood is not None
    assert stood > plan.now
    year = Year(SEED, plan.now, plan.count, "full")
    told = [*year.closed(CHUNK * CHUNKS), *year.standing(stood, OPEN)]
    written_by_people = Incident.objects.exclude(opened_by=None)  # eight more arrived in writing and wait in the inbox
    held = dict(written_by_people.values_list("pk", "reference"))
    planned = {one.id: f"{settings.ENV.force_prefix}-{one.reference}" for one in told}
    assert {pk: held.get(pk) for pk in planned} == planned
    assert len(held) == len(planned) + WEEKS, "the others are the last weeks' stories"
    assert len(set(held.values())) == len(held)
    report = check(database_now(connection))
    assert (report.incidents, report.open, report.down) == (COUNT + WAITING + WEEKS, OPEN + WAITING + LEFT, 0)
    assert BoardRow.objects.count() == OPEN + WAITING + LEFT
    assert set(Unit.objects.values_list("state", flat=True)) >= {"off", "available"}
    away = Unit.objects.filter(allocations__left_at=None, allocations__pk__isnull=False)
    assert set(away) == set(Unit.objects.filter(state__in=["sent", "at_scene"]))
    assert away.exists()

    looked_into = Concern.objects.filter(incident__in=planned)
    assert looked_into.exclude(outcome="").exists(), "VAST ended concerns in the year"
    assert Referral.objects.filter(incident__in=planned).exists()
    assert DoorAnswer.objects.filter(incident__in=planned).exists(), "officers answered at the door"
    assert ChildTie.objects.filter(incident__in=planned, record__made_at__lte=plan.now).exists()

    third = subprocess.run(run, env=committing.env, capture_output=True, text=True, check=False)
    assert (third.returncode, third.stderr) == (0, "")
    assert steps.main("ready") == 0, "nothing stands against serving the whole force"
    chain = subprocess.run(
        [*GOLDTHREAD, "verify-audit"], env=committing.env, capture_output=True, text=True, check=False
    )
    assert chain.returncode == 0, chain.stdout + chain.stderr
    assert f"{AuditEvent.objects.count()} events" in chain.stdout
    opened = AuditEvent.objects.filter(verb="incident.open", detail__contains='"made":"demo"')
    assert opened.count() == COUNT


def test_a_chunk_is_written_once_however_often_it_is_handed_out(committing: Any) -> None:
    now = database_now(connection)
    establish(Plan("full", SEED, now, 40, 5, 20))
    told = list(stories(SEED, now, 40, 5, "full"))
    full._known.cache_clear()
    for _ in range(2):
        full.write_chunk(1, told[20:], now)
    full._known.cache_clear()

    assert Incident.objects.count() == 20
    assert told_for(1) == now
    assert told_for(0) is None
    assert not is_whole()


def test_a_force_is_served_only_when_it_is_whole(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert steps.main("ready") == 0, "a database without an invented force"
    establish(Plan("full", SEED, database_now(connection), 40, 5, 20))
    assert steps.main("ready") == 2
    assert capsys.readouterr().err == f"{HALF_WRITTEN}\n"
    record_whole(40)
    assert steps.main("ready") == 0


def test_the_two_forces_are_never_mixed(db: None) -> None:
    now = database_now(connection)
    seed(now, count=20, open_count=4)
    with pytest.raises(Refused, match="holds the small invented force"):
        fill(now, 200, 10)
    assert Incident.objects.count() == 20


def test_a_full_force_begun_is_not_a_small_one(db: None) -> None:
    now = database_now(connection)
    establish(Plan("full", SEED, now, 40, 5, 20))
    with pytest.raises(Refused, match="holds the full invented force"):
        seed(now, 40, 5)
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("count", "standing", "option"), [(41, None, "--count"), (None, 6, "--open"), (41, 6, "--count")]
)
def test_other_numbers_than_the_force_was_begun_with_are_refused(
    db: None, count: int | None, standing: int | None, option: str
) -> None:
    now = database_now(connection)
    establish(Plan("full", SEED, now, 40, 5, 20))
    with pytest.raises(Refused, match=f"{option} asks for"):
        fill(now, count, standing)


def test_the_plan_is_kept_as_it_was_made(db: None) -> None:
    plan = Plan("full", SEED, database_now(connection), 40, 5, 20)
    assert recorded() is None
    establish(plan)

    assert recorded() == plan
    assert plan.chunks == 2


def test_full_refuses_a_production_service(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"mode": "production"}))
    with pytest.raises(Refused, match="production"):
        fill(database_now(connection), 40, 5)


def test_progress_tells_count_rate_and_time_left() -> None:
    seconds, said = [0.0], []
    line = Progress(1_000, said.append, clock=lambda: seconds[0])
    line.skip(200)
    for at, incidents in ((11.0, 200), (15.0, 100), (21.0, 100), (22.0, 100)):
        seconds[0] = at
        line.add(incidents)
    seconds[0] = 40.0
    line.add(300)

    assert said == [
        "  400 of 1,000 incidents",
        "  600 of 1,000 incidents, 20 a second, about 20 s left",
        "  1,000 of 1,000 incidents, 21 a second",
    ]


def test_calls_that_come_to_a_full_force_are_taken_by_its_people_on_duty(db: None) -> None:
    now = database_now(connection)
    establish(Plan("full", SEED, now, 40, 5, 20))
    calls = Calls(random.Random(1), 60.0)

    assert set(calls._teller.roster.person) == {one.username for one in force("full").people}

"""Jobs whose worker died are taken up again, and given up in the end."""

from __future__ import annotations

import subprocess
import sys

import psycopg
import pytest

from goldthread.integration.tasks import MOST_ATTEMPTS
from tests.cast import make_cast, opened, say
from tests.conftest import Database

WORK = """
import django
django.setup()
from django.core.management import call_command
from goldthread.integration.tasks import retry_stalled
retry_stalled.defer(timestamp=0)
call_command("procrastinate", "worker", "--one-shot", verbosity=0)
"""


@pytest.mark.long
@pytest.mark.slow
def test_a_job_that_killed_its_worker_each_time_is_given_up_and_said(committing: Database) -> None:
    handler = make_cast().handler
    for _ in range(2):
        say(handler, opened(handler), "Rang about the bins.")
    with psycopg.connect(committing.owner_url, autocommit=True) as owner:
        once, often = (row[0] for row in owner.execute("SELECT id FROM procrastinate_jobs ORDER BY id").fetchall())
        owner.execute(
            "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id)"
            " UPDATE procrastinate_jobs SET status = 'doing', worker_id = dead.id FROM dead"
        )
        owner.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE id = %s", [MOST_ATTEMPTS, often])
        done = subprocess.run(
            [sys.executable, "-c", WORK], env=committing.env, check=True, capture_output=True, text=True
        )
        status = dict(owner.execute("SELECT id, status::text FROM procrastinate_jobs").fetchall())
    assert (status[once], status[often]) == ("succeeded", "failed")
    said = [line for line in done.stderr.splitlines() if "a job was given up" in line]
    assert len(said) == 1
    assert f'"job": {often}' in said[0]

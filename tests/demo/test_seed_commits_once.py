"""The seed commits whole or not at all, and in no database but the demo's own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.demo import seed as seeding
from goldthread.demo.check import Broken
from goldthread.demo.seed import seed


def test_a_seed_cut_short_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short(_: object) -> None:
        raise Broken(["cut short"])

    monkeypatch.setattr(seeding, "check", cut_short)
    with pytest.raises(Broken):
        seed(database_now(connection), count=20, open_count=4)

    assert not Incident.objects.exists()
    assert not Staff.objects.exists()


def test_it_refuses_a_production_service(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"mode": "production"}))
    with pytest.raises(Refused, match="production"):
        seed(database_now(connection), count=20, open_count=4)


def test_it_refuses_a_database_that_is_somebody_elses(db: None) -> None:
    Staff.objects.create(
        username="chief", name="Another Force", role="gold", team=Team.objects.create(name="Elsewhere")
    )
    with pytest.raises(Refused, match="not the demo's"):
        seed(database_now(connection), count=20, open_count=4)


@pytest.mark.slow
@pytest.mark.long
def test_the_whole_force_commits_once_and_the_audit_s_chain_is_whole(fresh_database: Any) -> None:
    run = [sys.executable, "-m", "goldthread.cli.steps", "seed"]
    first = subprocess.run(run, env=fresh_database.env, capture_output=True, text=True, check=False)
    again = subprocess.run(run, env=fresh_database.env, capture_output=True, text=True, check=False)
    verify = [sys.executable, "-c", "import sys; from goldthread.cli import main; sys.exit(main(['verify-audit']))"]
    whole = subprocess.run(verify, env=fresh_database.env, capture_output=True, text=True, check=False)

    assert first.returncode == again.returncode == 0, first.stderr + again.stderr
    assert "2,000 incidents, 30 of them open" in first.stderr
    assert again.stderr == ""
    with psycopg.connect(fresh_database.owner_url) as owner:
        ((events,),) = owner.execute("SELECT count(*) FROM audit_event").fetchall()
    assert events > 4_000  # each incident's opening and closing at least
    assert f"the {events} events were checked" in whole.stdout
    assert whole.returncode == 0, whole.stdout + whole.stderr

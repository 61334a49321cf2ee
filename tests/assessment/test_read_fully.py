"""The full reading follows every word said, once, and never stands in anybody's way."""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache

import psycopg
import pytest
from django.db import connection

from goldthread.assessment import actions, reading
from goldthread.assessment.models import Reading
from goldthread.assessment.queries import newest_reading
from goldthread.assessment.tasks import read_fully
from goldthread.contact.models import Incident
from goldthread.thrive.model import load
from goldthread.thrive.reader import Reader
from tests.cast import Cast, make_cast, opened, say
from tests.conftest import Database

SAID = "Rang about the bins. The little girl next door is out on the step in her nightie again, no lights on, nobody answers."


def jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'incident' FROM procrastinate_jobs WHERE task_name = 'assessment.read_fully'")
        return [row[0] for row in cursor.fetchall()]


def test_words_are_read_at_once_and_the_full_reading_is_ordered_with_them(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    first = newest_reading(incident)
    assert first is not None
    assert (first.path, first.model) == ("fast", None)
    assert jobs() == [str(incident.pk)]


def test_it_adds_a_reading_and_leaves_the_first_on_record(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    first = newest_reading(incident)
    assert first is not None
    actions.read_fully(incident.pk)
    full = newest_reading(incident)
    assert full is not None
    assert (full.path, full.model, full.entry_id) == ("full", load().hash, first.entry_id)
    assert full.at_risk
    assert Reading.objects.filter(incident=incident).count() == 2
    assert {one["rule"] for one in first.findings} <= {one["rule"] for one in full.findings}
    incident.refresh_from_db()
    assert incident.child in ("yes", "possible")


def test_run_twice_it_reads_once_and_newer_words_are_read_by_their_own_job(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    actions.read_fully(incident.pk)
    actions.read_fully(incident.pk)
    assert Reading.objects.filter(incident=incident, path="full").count() == 1
    say(cast.handler, incident, "She is being let in now by an older lad.")
    assert newest_reading(incident).path == "fast"  # type: ignore[union-attr]
    actions.read_fully(incident.pk)
    assert Reading.objects.filter(incident=incident, path="full").count() == 2
    assert len(jobs()) == 2


def test_words_that_came_while_it_read_are_not_answered_with_the_older_text(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    slow = actions.read

    def while_reading(said: list[reading.Said], path: str = "fast") -> dict[str, object]:
        found = slow(said, path)
        if path == "full":
            say(cast.handler, incident, "Now there is shouting.")
        return found

    monkeypatch.setattr(actions, "read", while_reading)
    actions.read_fully(incident.pk)
    assert not Reading.objects.filter(incident=incident, path="full").exists()


def test_where_the_network_is_off_for_good_nothing_is_ordered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_loaded", lambda: Reader())
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    assert jobs() == []
    assert newest_reading(incident).path == "fast"  # type: ignore[union-attr]


def test_where_the_network_could_not_be_loaded_the_job_fails_and_loads_it_anew_when_it_is_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    readers = iter([Reader(), Reader(model=load())])
    monkeypatch.setattr(reading, "_loaded", lru_cache(lambda: next(readers)))
    with pytest.raises(actions.NotReadInFull):
        read_fully(str(incident.pk))
    assert newest_reading(incident).path == "fast"  # type: ignore[union-attr]
    read_fully(str(incident.pk))
    assert newest_reading(incident).path == "full"  # type: ignore[union-attr]


def test_where_the_reader_fails_the_job_fails_and_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)

    def fails(_text: str, _path: str) -> None:
        raise MemoryError(SAID)

    monkeypatch.setattr(reading, "found_in", fails)
    with pytest.raises(actions.NotReadInFull) as failed:
        read_fully(str(incident.pk))
    assert "nightie" not in str(failed.value)
    found = newest_reading(incident)
    assert found is not None
    assert (found.path, found.state) == ("fast", "read")


SLOWLY = """
import time
from goldthread.assessment import actions
def never(said, path="fast"):
    print("reading", flush=True)
    time.sleep(600)
actions.read = never
"""
WORK = """
from django.core.management import call_command
call_command("procrastinate", "worker", "--one-shot", verbosity=0)
"""


@pytest.mark.slow
def test_a_full_reading_that_was_killed_is_made_by_the_next_worker(committing: Database) -> None:
    env = committing.env
    handler = make_cast().handler
    incident = opened(handler)
    say(handler, incident, SAID)
    setup = "import django; django.setup()\n"
    command = [sys.executable, "-c", setup + SLOWLY + WORK]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "reading\n"
        worker.kill()
    assert newest_reading(incident).path == "fast"  # type: ignore[union-attr]
    with psycopg.connect(committing.owner_url, autocommit=True) as owner:
        owner.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
        owner.execute("DELETE FROM procrastinate_periodic_defers")  # as if the next minute had come
    subprocess.run([sys.executable, "-c", setup + WORK], env=env, check=True, stderr=subprocess.DEVNULL)
    full = newest_reading(incident)
    assert full is not None
    assert full.path == "full"
    assert full.at_risk


def test_an_incident_that_is_not_there_or_has_no_words_is_no_error(cast: Cast) -> None:
    actions.read_fully(Incident(pk=None).pk or opened(cast.handler).pk)
    assert not Reading.objects.filter(path="full").exists()

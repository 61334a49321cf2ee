"""A day of an invented incident system: repeated, early and broken messages, cut off in the middle and sent again."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from tools.sample_system import SYSTEM, Sent, day, sent

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.integration import message_actions
from goldthread.integration import message_came_rules as came_rules
from goldthread.integration import message_place_actions as placing
from goldthread.integration import message_rules as rules
from goldthread.integration.message_models import Message, Placed, SystemIncident
from goldthread.response.grades import grade
from goldthread.response.models import Alarm, GradePeriod
from tests.cast import Cast, make_cast
from tests.conftest import Database

LIST = 100


def _account(cast: Cast) -> Staff:
    return Staff.objects.create_user(
        SYSTEM, "amber-thread-of-test", name="Nightingale", role="incident_system", team=cast.handler.team
    )


def _whole(came: Sequence[Sent]) -> None:
    """Everything that can be read is there once and in order, what cannot is listed, and what fell there alarms."""
    readable = {one.message["id"]: one.message for one in came if not one.broken}
    broken = {one.message["id"] for one in came if one.broken}
    by_ref: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(readable.values(), key=lambda one: (one["incident"], one["number"])):
        by_ref.setdefault(one["incident"], []).append(one)
    known = {one.ref: one.incident_id for one in SystemIncident.objects.filter(system=SYSTEM)}
    assert set(known) == set(by_ref)
    assert Incident.objects.filter(origin="imported").count() == len(by_ref)
    assert Message.objects.filter(became="new").count() == len(readable) == Placed.objects.filter(failed=False).count()
    assert Message.objects.filter(became="unreadable").count() >= len(broken - set(readable))
    assert Message.objects.wanting().count() == Message.objects.filter(became="unreadable").count()
    said: dict[Any, list[str]] = {}
    for incident, text in (
        Entry.objects.filter(kind="words").order_by("incident", "seq").values_list("incident", "text__text")
    ):
        said.setdefault(incident, []).append(text)
    lowered = 0
    for ref, messages in by_ref.items():
        expected = [one["text"] for one in messages if one["kind"] == "words"]
        assert said.get(known[ref], []) == expected, ref
        codes = [rules.limits().grades[one["grade"]] for one in messages if one["kind"] == "grade"]
        held = [grade(code).severity for code in codes]
        lowered += sum(later < before for before, later in itertools.pairwise(held))
    assert lowered > 0
    assert Placed.objects.filter(outside__contains=["lowered"]).count() == lowered
    fell = GradePeriod.objects.filter(incident__in=Alarm.objects.filter(kind="outside").values("incident"), seq__gt=1)
    assert fell.count() >= lowered


def _waited_out() -> None:
    long_ago = database_now(connection) - timedelta(hours=1)
    while SystemIncident.objects.filter(waiting_since__isnull=False).update(waiting_since=long_ago):
        placing.give_up_waiting(1000)


def test_a_day_cut_off_in_the_middle_and_sent_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    account = _account(cast)
    came = sent(day(400))
    lists = [came[at : at + LIST] for at in range(0, len(came), LIST)]
    real, calls = placing._write, 0

    def cut_off(*given: Any) -> tuple[str, ...]:
        nonlocal calls
        calls += 1
        if calls == 150:
            raise OperationalError("the connection is gone")
        return real(*given)

    monkeypatch.setattr(placing, "_write", cut_off)
    cut = 0
    for one in lists:
        given = [came_rules.came_text(each.line) for each in one]
        try:
            message_actions.take(account, given)
        except OperationalError:
            cut += 1
            message_actions.take(account, given)  # the sender had no answer, so it sends the list as it was
    assert cut == 1
    _waited_out()
    _whole(came)
    assert Message.objects.filter(became="repeated").count() >= sum(one.repeated for one in came)


@pytest.mark.long
def test_ten_thousand_messages_killed_in_the_middle(committing: Database, tmp_path: Path) -> None:
    cast = make_cast()
    came = sent(day(10_000))
    file = tmp_path / "messages.jsonl"
    file.write_bytes(b"\n".join(one.line for one in came) + b"\n")
    command = [str(Path(sys.executable).with_name("goldthread")), "import", str(file), "--team", cast.handler.team.name]
    importing = subprocess.Popen(command, env=committing.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with psycopg.connect(committing.owner_url, autocommit=True) as watch:
        while (watch.execute("SELECT count(*) FROM integration_message").fetchone() or (0,))[0] < len(came) // 2:
            assert importing.poll() is None
            time.sleep(0.2)
    importing.send_signal(signal.SIGKILL)
    importing.wait()
    again = subprocess.run(command, env=committing.env, capture_output=True, text=True, check=False)
    assert again.returncode == 1, again.stderr
    _waited_out()
    _whole(came)

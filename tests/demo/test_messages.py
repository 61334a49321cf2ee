"""Written contacts of the demo arrive by the action, and the room reads them."""

from __future__ import annotations

import random
import re
from datetime import datetime

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.choices import RECEIVED
from goldthread.contact.models import Entry, Incident
from goldthread.demo.check import check
from goldthread.demo.generate import town
from goldthread.demo.messages import arrive, messages, wait_in_the_inbox
from goldthread.demo.room import one_step_on
from goldthread.response.models import Clock


def test_there_is_one_for_every_channel_and_no_real_number_in_any() -> None:
    assert {message.channel for message in messages()} == set(RECEIVED)
    assert len({message.name for message in messages()}) == len(messages())
    for message in messages():
        assert not re.search(r"\d{5}", message.text + message.phone), message.name


def test_every_message_can_be_told(small_force: datetime) -> None:
    rng = random.Random(3)
    homes = town(small_force)
    for message in messages():
        done = arrive(rng, homes, database_now(connection), message=message)
        for entry in Entry.objects.filter(incident=done.incident, kind="words"):
            assert entry.text is not None
            assert not re.search(r"[{}<>]", entry.text.text), message.name


def test_some_wait_in_the_inbox_a_few_of_them_over_their_clock(small_force: datetime) -> None:
    wait_in_the_inbox(random.Random(1), town(small_force), database_now(connection), 8)
    now = database_now(connection)
    unread = Clock.objects.all().unread()  # type: ignore[attr-defined]
    assert unread.count() == 8
    assert 0 < unread.filter(due_at__lt=now).count() < 8
    assert check(now).incidents == 128


def test_the_room_reads_what_waits(small_force: datetime) -> None:
    rng = random.Random(5)
    arrive(rng, town(small_force), database_now(connection))
    incident = Incident.objects.get(opened_by=None)
    others = set(Incident.objects.open().exclude(pk=incident.pk).values_list("pk", flat=True))
    assert one_step_on(rng, others) == "read"
    incident.refresh_from_db()
    assert incident.owner is not None
    assert one_step_on(rng, others) == "graded"

"""The last weeks' meetings were held by the actions: decisions, what was done and what came back, minutes under their digest."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta

import pytest
from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry
from goldthread.demo import seed as seeding
from goldthread.demo.check import check
from goldthread.demo.sat import LATEST, sit
from goldthread.documents.pdf import pdf
from goldthread.meetings.models import Action, ActionAnswer, Decision, Line, Meeting, Minutes
from goldthread.meetings.printed import document
from goldthread.supervision.models import Review, Sweep


def test_meetings_decided_were_answered_came_back_and_left_minutes(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now: datetime = database_now(connection)
    monkeypatch.setattr(seeding, "safeguard", lambda *_: None)  # the seed's own meetings sit before it, and so do these
    seeding.seed(now, 400, 12)

    assert sit(random.Random(4), now, weeks=5, months=3) == 8

    assert abs(database_now(connection) - now) < timedelta(minutes=10), "the clock is turned on again"
    check(database_now(connection))
    meetings = list(Meeting.objects.order_by("pk"))
    assert len(meetings) == 8
    assert not any(one.is_open for one in meetings)
    assert now - LATEST - timedelta(days=1) < meetings[-1].opened_at < now - LATEST + timedelta(days=1)
    assert all(timedelta() < one.ended_at - one.opened_at < timedelta(minutes=45) for one in meetings if one.ended_at)
    assert Decision.objects.count() > 5
    assert {"done", "carried"} == set(ActionAnswer.objects.values_list("answer", flat=True))
    assert Line.objects.filter(carried__isnull=False).exists(), "what was not done comes back"
    assert Action.objects.filter(decision__isnull=True).exists(), "not every line was reached"
    assert Entry.objects.filter(code="meeting.decided").count() == Decision.objects.count()
    assert not Sweep.objects.filter(ended_at__isnull=True).exists()
    assert Review.objects.filter(at__gt=meetings[0].opened_at, sweeps__kind="unseen").exists()
    kept = Minutes.objects.select_related("text").latest("id")
    assert kept.sha256 == hashlib.sha256(kept.text.text.encode()).hexdigest()
    told = document(
        kept.content, number=kept.meeting_id, digest=kept.sha256, at=kept.at, force="Amberford Constabulary"
    )
    assert pdf(told).startswith(b"%PDF")

"""A force that has done something of everything, for the tests of measures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.rules import Draft
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Incident
from goldthread.lookback.decide_actions import decide, record_outcome
from goldthread.lookback.models import Item
from goldthread.lookback.rules import Given
from goldthread.response.actions import read_first
from goldthread.response.models import Clock
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.lookback.made import some_items

Browser = Callable[[Staff | None], Client]


MONTH = timedelta(days=28)


LETTERS = (
    "he strangled me again and said he will kill us, the baby was in the cot and stopped breathing, my daughter has bruises, "
    "she is 12 and pregnant, her uncle touches her, there is no food, he takes drugs and drinks, he has a knife, she ran away",
    "I found a purse",
)


def looked_back(cast: Cast, folder: Path) -> None:
    """Seven look-back items of Team A: two left, one of them late; two safe, one of them late; two to VAST, one opened again."""
    items = some_items(cast, folder, 7, a_day=50)
    now = database_now(connection)
    Item.objects.update(release_at=now - timedelta(days=2))
    Item.objects.filter(pk__in=[items[0].pk, items[2].pk]).update(due_at=now - timedelta(hours=1))
    safe = Given("safe", "seen", "Seen.")
    for one, given in zip(
        items[2:], (safe, safe, Given("vast"), Given("vast"), Given("reopen", told="x")), strict=True
    ):
        decide(cast.vast, one.pk, key=key(), given=given)
    Item.objects.filter(pk=items[4].pk).update(outcome_due_at=now - timedelta(minutes=1))
    for one, kind in ((items[5], "confirmed"), (items[6], "no_trace")):
        record_outcome(cast.vast, one.pk, key=key(), kind=kind, words="As found.")


@pytest.fixture
def busy(cast: Cast, tmp_path: Path) -> Cast:
    """Seven incidents of Team A, each further on than the one before, two letters, one incident of Team B; look-back items."""
    steps: list[Callable[[Incident], object]] = [
        lambda one: say(cast.handler, one, "kids crying upstairs"),
        lambda one: contact.answer_children(cast.handler, one.pk, key=key(), answer="not_known", given=[]),
        lambda one: graded(cast.handler, one, "priority"),
        lambda one: write_thrive(cast.handler, one.pk, key=key(), draft=Draft({"threat": "x"}, "", "", 0)),
        lambda one: attended(cast, one),
        lambda one: closed(cast, one),
    ]
    for number in range(len(steps) + 1):
        incident = opened(cast.handler)
        for step in steps[:number]:
            step(incident)
        if number == 5:
            closed(cast, incident)  # its unit is needed by the next
    graded(cast.stranger, opened(cast.stranger))
    Clock.objects.filter(incident__opened_by=cast.stranger).update(
        started_at=database_now(connection) - timedelta(hours=2), due_at=database_now(connection) - timedelta(hours=1)
    )
    for number in range(2):
        letter = receive(None, Arriving("online", f"letter {number}", LETTERS[number]), desk=cast.handler.team).incident
        read_first(cast.handler, letter.pk, key=key())
        answer_mark(cast.handler, letter.pk, key=key(), cue="repeat", answer="noted", shown_ms=900 + 200 * number)
    late = Clock.objects.filter(incident=letter, kind="first_read")
    late.update(started_at=F("started_at") - timedelta(days=2), due_at=F("due_at") - timedelta(days=2))
    looked_back(cast, tmp_path)
    return cast


def pages_time(page: str, code: str) -> str:
    row = page[page.index(f'id="{code}"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", row[: row.index("</tr>")]).split())


@pytest.fixture
def waited(cast: Cast) -> Cast:
    """Ten incidents whose first THRIVE is not written, opened 6, 12, ... 60 minutes ago."""
    for number in range(1, 11):
        one = opened(cast.handler)
        Incident.objects.filter(pk=one.pk).update(opened_at=F("opened_at") - timedelta(minutes=6 * number - 0.5))
    return cast

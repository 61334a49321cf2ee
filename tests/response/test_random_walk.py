"""Random commands by random people with random outages: whatever they try, a grade falls, a time is put off and an incident with a
child closes only by the rule; nothing is unowned, without a time, or off the record."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.db import connection, transaction

from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry
from goldthread.response.models import Clock, Closing, GradePeriod
from tests.cast import Cast
from tests.response import walk_rules as rules
from tests.response.walk import COMMANDS, Walk, attempt, step

SEED, WALKS, STEPS = 4, 32, 60
SILENT = {"wait", "reader down", "reader back"}
"""Commands that leave nothing themselves."""


@pytest.mark.slow
def test_no_walk_finds_a_way_round(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    came_to: Counter[str] = Counter()
    for number in range(WALKS):
        walk = Walk(cast, random.Random(SEED + number), monkeypatch)
        try:
            with transaction.atomic():
                _walk(walk, came_to)
                transaction.set_rollback(True)
        except AssertionError as error:
            error.add_note(f"walk {number}:\n" + "\n".join(walk.tried))
            raise
        finally:
            monkeypatch.undo()
    # A walk that gets nowhere finds no way round either.
    for ending in (
        "lowered by a decision",
        "put off by a decision",
        "closed by a decision",
        "closed by one",
        "reopened",
    ):
        assert came_to[ending], f"nothing was {ending}"
    never = set(COMMANDS) - SILENT - {name for name in COMMANDS if came_to[name]}
    assert len(never) <= 2, f"never accepted: {', '.join(sorted(never))}"  # dice may miss the rarest


def _walk(walk: Walk, came_to: Counter[str]) -> None:
    walk.begin()
    for _ in range(STEPS):
        aimed = walk.dice.choices(walk.incidents, (3, 1))[0]
        for name in step(walk):
            at = walk.incidents[1] if name == "write again" else aimed  # its conversation is the written contact's
            before = rules.standing(at)
            accepted = attempt(walk, name, before.incident)
            came_to[name] += accepted
            rules.hold(before, name, walk.who, accepted=accepted)
            if name == "wait":
                for one in walk.incidents:
                    rules.overdue_alarms(one, database_now(connection))
    ours = {"incident__in": walk.incidents}
    came_to["lowered by a decision"] += GradePeriod.objects.filter(**ours).exclude(decision=None).count()
    came_to["put off by a decision"] += Clock.objects.filter(**ours).exclude(decision=None).count()
    came_to["closed by a decision"] += Closing.objects.filter(**ours).exclude(decision=None).count()
    came_to["closed by one"] += Closing.objects.filter(**ours, decision=None).count()
    came_to["reopened"] += Entry.objects.filter(**ours, code="incident.reopened").count()

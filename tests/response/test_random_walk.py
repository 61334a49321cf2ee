"""Random commands by random people with random outages: whatever they try, a grade falls, a time is put off and an incident with a
child closes only by the rule; nothing is unowned, without a time, or off the record."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.db import connection, transaction

from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import Entry, Incident
from goldthread.response.models import Clock, Closing, GradePeriod
from tests.cast import Cast
from tests.response import walk_rules as rules
from tests.response.walk import COMMANDS, NOTHING, Walk

SEED, WALKS, STEPS = 4, 40, 60
FEWEST = 10
"""After so many a plain run stops once everything was come to; ``make test-long`` walks all."""
ENDINGS = ("lowered by a decision", "put off by a decision", "closed by a decision", "closed by one", "reopened")
SILENT = {"wait", "reader down", "reader back"}
"""Commands that leave nothing themselves."""
TOGETHER = {
    "pursue": (["assess", "approve"], 8),
    "seen through": (["send", "arrive", "door", "note", "ask close", "assess", "approve"], 3),
    **{
        f"closed over: {one}": (["send", "arrive", "door", "note", "agency answers", "take", one, "close well"], 1)
        for one in ("threat", "ask agency", "hand", "write again", "lower", "send", "line")
    },
    "one matter": (["link", "unlink"], 1),
    "handed on": (["hand", "acknowledge"], 2),
    "nothing new": (["no child", "assess", "review"], 2),
    "clear up": (["take", "agency answers", "note", "come", "call back", "leave", "door"], 2),
}
"""What people do one after the other where all goes well, which dice alone hardly ever hit on; how often it is tried."""


def _step(walk: Walk) -> list[str]:
    """What is tried next: mostly one command."""
    names = [*COMMANDS, *TOGETHER]
    likely = [*(one.likely for one in COMMANDS.values()), *(one for _, one in TOGETHER.values())]
    (name,) = walk.dice.choices(names, likely)
    return TOGETHER[name][0] if name in TOGETHER else [name]


def _attempt(walk: Walk, name: str, at: Incident) -> bool:
    """Try one command on ``at``; whether it was accepted. What the rules refuse is refused."""
    command = COMMANDS[name]
    everybody = walk.cast.everybody()
    walk.who = everybody[walk.dice.choice(command.by if walk.dice.random() < 0.8 else list(everybody))]
    walk.at = at
    try:
        done = command.do(walk)
    except Refused as error:
        walk.tried.append(f"{walk.who.username} {name}: {error}")
        return False
    walk.tried.append(f"{walk.who.username} {name}: {'nothing to do' if done is NOTHING else 'done'}")
    return done is not NOTHING


@pytest.mark.slow
@pytest.mark.parametrize("fewest", [FEWEST, pytest.param(WALKS, marks=pytest.mark.long)])
def test_no_walk_finds_a_way_round(cast: Cast, monkeypatch: pytest.MonkeyPatch, fewest: int) -> None:
    came_to: Counter[str] = Counter()
    for number in range(WALKS):
        if number >= fewest and not _missed(came_to):
            break
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
    assert not _missed(came_to), "a walk that gets nowhere finds no way round either"


def _missed(came_to: Counter[str]) -> list[str]:
    """What the walks did not come to: an ending, or more than two commands, for dice may miss the rarest."""
    never = sorted(set(COMMANDS) - SILENT - {name for name in COMMANDS if came_to[name]})
    return [ending for ending in ENDINGS if not came_to[ending]] + (never if len(never) > 2 else [])


def _walk(walk: Walk, came_to: Counter[str]) -> None:
    walk.begin()
    for _ in range(STEPS):
        aimed = walk.dice.choices(walk.incidents, (3, 1))[0]
        for name in _step(walk):
            at = walk.incidents[1] if name == "write again" else aimed  # its conversation is the written contact's
            before = rules.standing(at)
            accepted = _attempt(walk, name, before.incident)
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

"""Random commands by random people with random outages: whatever they try, a grade falls, a time is put off and an incident with a
child closes only by the rule."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction

from goldthread.assessment import reading
from goldthread.assessment.models import ThriveVersion
from goldthread.assessment.queries import newest_thrive
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact import actions as contact
from goldthread.contact.known import group_of
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response import alarm_actions, handoff_actions, request_actions
from goldthread.response.models import (
    Allocation,
    Clock,
    Closing,
    GradePeriod,
    HandOff,
    ReviewRequest,
    SupervisorCall,
    Unit,
)
from goldthread.response.shared_actions import critical_unanswered, knows_all
from tests.cast import Cast, answered, assess, graded, key, opened
from tests.response.test_alarms import later

SEED, WALKS, STEPS = 4, 36, 60
WORDS = (
    "He shouts and the children are crying.",
    "All quiet now.",
    "Two cars touched.",
    "He has a knife.",
    "Rang again.",
)
REASONS = (["new-information"], ["seen-safe"], ["no-resources", "seen-safe"], ["no-resources"], ["other-agency"], [])
LIKELY = {
    "assess": 4,
    "lower": 6,
    "later": 3,
    "ask close": 3,
    "decide": 3,
    "pursue": 6,
    "close": 2,
    "note": 2,
    "come": 3,
    "finish": 3,
    "grade": 2,
    "send": 2,
    "arrive": 2,
    "leave": 2,
}
"""How often a command is tried, for one of the others: else a walk hardly ever gets anywhere."""
CODES = ("immediate", "priority", "scheduled", "resolution", "made-up")


def step(cast: Cast, dice: random.Random, incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command of any kind by anybody; what the rules refuse is refused."""
    likely = (cast.handler, cast.supervisor, cast.fim, cast.teammate, cast.dispatcher)
    who = dice.choice(likely if dice.random() < 0.8 else list(cast.everybody().values()))
    request = ReviewRequest.objects.filter(incident=incident).order_by("-id").first()
    wanted = ReviewRequest.objects.filter(incident=incident, decision=None).order_by("id").first()
    sent = Allocation.objects.filter(incident=incident, left_at__isnull=True).first()
    why: dict[str, Any] = {"reasons": dice.choice(REASONS), "why": dice.choice(("", "Seen by her teacher."))}
    pk, now = incident.pk, database_now(connection)
    commands = {
        "say": lambda: contact.add_words(who, pk, key=key(), source="caller", text=dice.choice(WORDS)),
        "children": lambda: contact.answer_children(
            who, pk, key=key(), answer=dice.choice(("asked_none", "not_known")), given=[]
        ),
        "child": lambda: contact.answer_children(
            who, pk, key=key(), answer="named",
            given=[ChildGiven(str(key()), "Mia", 4, False, "upstairs", "", dice.choice(("seen", "not_seen", "not_known")))],
        ),
        "assess": lambda: assess(who, incident, dice.choice(("calm", "worse"))),
        "grade": lambda: response.choose_grade(who, pk, key=key(), code=dice.choice(CODES)),
        "lower": lambda: request_actions.ask_lower(who, pk, key=key(), code=dice.choice((*CODES, "scheduled", "resolution", "resolution")), **why),
        "later": lambda: request_actions.ask_later(
            who, pk, key=key(), due_at=now + timedelta(hours=dice.choice((-1, 1, 9, 9999))), **why
        ),
        "ask close": lambda: request_actions.ask_close(who, pk, key=key(), reason=dice.choice(("advice", "error")), result="x"),
        "close": lambda: response.close(
            who, pk, key=key(), reason=dice.choice(("advice", "attended-resolved")), result="Told."
        ),
        "decide": lambda: request and request_actions.decide(
            who, request.pk, key=key(), answer=dice.choice(("approved", "approved", "refused")), words="No."
        ),
        "pursue": lambda: wanted and _pursue(cast, dice, incident, wanted),
        "finish": lambda: _finish(cast, dice, incident),
        "withdraw": lambda: request and request_actions.withdraw(who, request.pk, key=key()),
        "send": lambda: response.allocate(who, pk, key=key(), unit_id=dice.choice((cast.unit.pk, cast.far_unit.pk))),
        "arrive": lambda: sent and response.record_arrival(who, pk, key=key(), allocation_id=sent.pk, source="officer"),
        "leave": lambda: sent and response.record_leaving(who, pk, key=key(), allocation_id=sent.pk),
        "take": lambda: response.take_over(who, pk, key=key()),
        "hand": lambda: handoff_actions.hand_over(who, pk, key=key(), to=dice.choice(list(cast.everybody().values())).pk),
        "acknowledge": lambda: handoff_actions.acknowledge(who, pk, key=key()),
        "call": lambda: response.call_supervisor(who, pk, key=key()),
        "come": lambda: response.answer_supervisor(who, pk, key=key()),
        "note": lambda: answered(who, incident),
        "wait": lambda: (later(timedelta(minutes=dice.choice((1, 20, 300)))), alarm_actions.raise_due()),
        "reader down": lambda: monkeypatch.setattr(reading, "reader", reading.NoReader),
        "reader back": monkeypatch.undo,
    }  # fmt: skip
    try:
        with transaction.atomic():
            commands[dice.choices(list(commands), [LIKELY.get(name, 1) for name in commands])[0]]()
    except Refused:
        pass


def _pursue(cast: Cast, dice: random.Random, incident: Incident, request: ReviewRequest) -> None:
    """What it takes where all goes well: a fresh THRIVE, and a yes by somebody senior, who may have a hand in it."""
    assess(dice.choice((cast.handler, cast.teammate, cast.supervisor)), incident, "calm")
    request_actions.decide(dice.choice((cast.supervisor, cast.fim)), request.pk, key=key(), answer="approved")


def _finish(cast: Cast, dice: random.Random, incident: Incident) -> None:
    """What it takes to close it without a request where all goes well; who closes may have a hand in it."""
    answered(cast.handler, incident)
    assess(dice.choice((cast.handler, cast.teammate, cast.supervisor)), incident, "calm")
    response.close(
        dice.choice((cast.supervisor, cast.fim)),
        incident.pk,
        key=key(),
        reason=dice.choice(("advice", "attended-resolved")),
        result="Told.",
    )


def by_the_rule(incident: Incident, children: dict[int, str]) -> None:
    """What must hold of the record, whoever did what; ``children`` is what stood of a child at each period and closing."""
    periods = list(GradePeriod.objects.filter(incident=incident).order_by("seq"))
    for before, after in pairwise(periods):
        if after.severity < before.severity and children[after.pk] != "none":
            _second_person(after.decision, after.at)
            assert after.decision.request.severity <= after.severity
    for clock in Clock.objects.filter(incident=incident).exclude(decision=None):
        _second_person(clock.decision, None)
    assert (
        Clock.objects.filter(incident=incident, stopped_at=None).values("kind").distinct().count()
        == Clock.objects.filter(incident=incident, stopped_at=None).count()
    )
    incident.refresh_from_db()
    assert (incident.owner_id is None) != (incident.owner_team_id is None)
    assert incident.closed_at is not None or incident.next_action_at is not None


def _second_person(decision: Any, at: Any) -> None:
    assert decision is not None
    request, thrive = decision.request, decision.thrive
    assert decision.answer == "approved"
    assert decision.by.role in {"contact_supervisor", "fim"}
    assert decision.by_id not in {request.by_id, decision.owner_id, thrive.author_id}
    assert thrive.at > request.at
    assert set(request.reasons) - {"no-resources", "other-agency", "caller-request"} or request.kind == "close"
    assert at is None or at >= thrive.at


@pytest.mark.slow
def test_no_walk_finds_a_way_round(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(SEED)
    for _ in range(WALKS):
        _walk(cast, dice, monkeypatch)
    # A walk that gets nowhere finds no way round either.
    assert GradePeriod.objects.exclude(decision=None).exists(), "no grade was lowered by a decision"
    assert Clock.objects.exclude(decision=None).exists(), "no time was put off by a decision"
    assert Closing.objects.exclude(decision=None).exists(), "nothing was closed by a decision"
    assert Closing.objects.filter(decision=None).exists(), "nothing was closed without one"


def _walk(cast: Cast, dice: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident, dice.choice(("immediate", "priority", "scheduled")))
    children: dict[int, str] = {}
    for _ in range(STEPS):
        closed_before = Closing.objects.filter(incident=incident).count()
        step(cast, dice, incident, monkeypatch)
        incident.refresh_from_db()
        for pk in GradePeriod.objects.filter(incident=incident).values_list("pk", flat=True):
            children.setdefault(pk, incident.child)
        newest = Closing.objects.filter(incident=incident).order_by("-id").first()
        if newest is not None and Closing.objects.filter(incident=incident).count() > closed_before:
            _no_unit_was_owed(incident, newest)
            if incident.child != "none":
                _closed_by_the_rule(incident, newest)
    monkeypatch.undo()
    by_the_rule(incident, children)


def _no_unit_was_owed(incident: Incident, closing: Closing) -> None:
    """At the moment of closing no clock of an attendance ran, unless a unit had come or nothing was there."""
    attended = Allocation.objects.filter(incident=incident, arrived_at__isnull=False).exists()
    if not attended and closing.reason not in {"error", "duplicate"}:
        ran = Clock.objects.filter(incident=incident, kind="attendance", stopped_by="closed", stopped_at=closing.at)
        assert not ran.exists()
    assert closing.reason != "duplicate" or group_of(incident)


def _closed_by_the_rule(incident: Incident, closing: Closing) -> None:
    """At the moment of closing: attended and seen, or a second person who had no hand in it."""
    before = Closing.objects.filter(incident=incident, id__lt=closing.pk).order_by("-id").first()
    since = {"at__gt": before.at} if before else {}
    attended = Allocation.objects.filter(incident=incident, arrived_at__isnull=False, **since).exists()
    newest = dict(incident.child_versions.filter(**since).order_by("id").values_list("child", "seen"))
    seen = bool(newest) and set(newest.values()) <= {"seen", "spoken_to"}
    if closing.decision is not None:
        _second_person(closing.decision, None)
    elif not (attended and seen):
        author = (
            ThriveVersion.objects.filter(incident=incident)
            .order_by("-version")
            .values_list("author", flat=True)
            .first()
        )
        assert closing.by.role in {"contact_supervisor", "fim"}
        assert closing.by_id not in {incident.opened_by_id, incident.owner_id, author}
        assert knows_all(incident, newest_thrive(incident))
    assert not SupervisorCall.objects.filter(incident=incident, answer=None).exists()
    assert not HandOff.objects.filter(incident=incident, answer=None).exists()
    assert not critical_unanswered(incident), "a reader that was down meanwhile makes no difference"
    assert not Unit.objects.filter(allocations__incident=incident, allocations__left_at=None).exists()

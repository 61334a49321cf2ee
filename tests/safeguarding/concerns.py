"""Concerns for tests, each step through its action."""

from __future__ import annotations

from datetime import date

import pytest

from goldthread.contact.models import Incident
from goldthread.safeguarding import concern_actions as actions
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding import concern_rules as rules
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.concern_models import Concern, ConcernCall
from tests.cast import Cast, graded, key, opened, say

STRANGLED = "He has just strangled her and the baby is screaming, he has a knife at the baby."


HELD = rules.set_on(date(2026, 6, 1))


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = opened(cast.handler)
    say(cast.handler, made, "Her little girl has not been seen for days.")
    graded(cast.handler, made)
    return made


@pytest.fixture
def concern(cast: Cast, incident: Incident) -> Concern:
    return actions.refer(cast.handler, incident.pk, key=key(), words="The third call from here this week.")


def rate(cast: Cast, one: Concern, rating: str = "amber", words: str = "") -> None:
    actions.rate(cast.vast, one.pk, key=key(), rating=rating, words=words, reason=queries.newest_reason(one))


def rang(cast: Cast, one: Concern, **given: object) -> ConcernCall:
    said = {"key": key(), "desk": "edt", "reached": "Rowan Ash", "words": "Told of the girl; they visit tonight."}
    return actions.telephone(cast.vast, one.pk, **{**said, **given})  # type: ignore[arg-type]


def looked_into(cast: Cast, one: Concern) -> None:
    for item in HELD.research:
        actions.look_into(cast.vast, one.pk, key=key(), item=item, result="no_trace")


def end(cast: Cast, one: Concern, outcome: str = "advice", **read: int) -> None:
    words = "Her school keeps an eye on her; seen on Monday."
    known = {"last_seq": fresh(one).incident.last_seq, "reason": queries.newest_reason(one)}
    actions.end(cast.vast, one.pk, key=key(), outcome=outcome, words=words, **{**known, **read})


def clocks(one: Concern) -> list[str]:
    return list(running(("concern", one.pk)).values_list("rule", flat=True))


def fresh(one: Concern) -> Concern:
    return Concern.objects.get(pk=one.pk)

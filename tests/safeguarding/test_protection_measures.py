"""Measures of protection and missing children: each counts when its time is over, and what was never done counts as not done."""

from __future__ import annotations

from datetime import timedelta

from goldthread.contact.models import Incident
from goldthread.measures.registry import measure
from goldthread.safeguarding import protection_actions
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.safeguarding.episodes import back, gone, spoke
from tests.safeguarding.test_protection import now, take, with_eden


def counted(code: str) -> tuple[set[Incident], set[Incident]]:
    until = now()
    found, met = measure(code).cases(until - timedelta(days=28), until)
    return set(found), set(met)


def test_a_protection_counts_when_its_power_is_over_and_is_met_when_it_was_ended_before(cast: Cast) -> None:
    held, left = take(cast.vast, with_eden(cast)), take(cast.vast, with_eden(cast))
    protection_actions.end(cast.vast, held.pk, key=key(), how="order", ended_at=None)
    assert counted("protection-ended") == (set(), set())
    later(timedelta(hours=73))
    assert counted("protection-ended") == ({held.incident, left.incident}, {held.incident})
    protection_actions.end(cast.vast, left.pk, key=key(), how="order", ended_at=None)
    assert counted("protection-ended") == ({held.incident, left.incident}, {held.incident}), "too late is not in time"


def test_interviews_count_from_the_return_and_an_offer_is_not_an_interview(cast: Cast) -> None:
    seen, not_seen = gone(cast), gone(cast, name="Wren Lake")
    back(cast, seen)
    back(cast, not_seen)
    spoke(cast, seen, "prevention", "done", how="face", words="I was at the fair.")
    spoke(cast, seen, "return", "offered")
    spoke(cast, not_seen, "prevention", "not_done", words="Moved to another force's area at once.")
    later(timedelta(hours=73))
    both, met = {seen.incident, not_seen.incident}, {seen.incident}
    assert counted("missing-prevention") == (both, met)
    assert counted("missing-offered") == (both, met)
    assert counted("missing-return") == (both, set())
    spoke(cast, not_seen, "return", "done", how="face", words="I do not want to go back.")
    assert counted("missing-return") == (both, set()), "after 72 hours is not in time"

"""Measures of referrals: each leg counted, in time or not, and how long it took."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.measures.registry import measure
from goldthread.safeguarding import referral_actions as actions
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast, key
from tests.response.test_alarms import later
from tests.safeguarding.referrals import leg, partner, referred, school, with_children


def counted(code: str) -> tuple[set[Referral], set[Referral]]:
    now = database_now(connection)
    found, met = measure(code).cases(now - timedelta(days=28), now + timedelta(seconds=1))
    return set(found), set(met)


def test_what_was_decided_in_time_and_what_late_stand_apart_and_a_withdrawn_one_counts_nowhere(cast: Cast) -> None:
    incident, to, lead = with_children(cast, "Mia Amber"), partner("other_force", "Northford Police"), school()
    soon, late, gone = (referred(cast.vast, incident, to, concern=f"Worry {number}.") for number in range(3))
    told = referred(cast.vast, incident, lead)
    leg(cast.vast, soon, "accepted")
    actions.withdraw(cast.vast, gone.pk, key=key(), why="Sent twice.")
    later(running(("referral", told.pk)).get().due_at - database_now(connection) + timedelta(hours=2))
    leg(cast.vast, late, "declined", "Not ours.", occurred_at=database_now(connection))
    leg(cast.vast, soon, "outcome", "Safe.", occurred_at=soon.made_at + timedelta(minutes=30))
    assert counted("referral-decided") == ({soon, late}, {soon})
    assert counted("encompass-told") == ({told}, set())
    assert counted("referral-read") == ({soon, late, told}, {soon, late})
    assert counted("referral-declined")[1] == {late}
    assert counted("referral-outcome") == ({soon}, {soon})
    assert counted("referral-acted") == ({soon}, set())
    assert counted("referral-fed-back") == ({soon}, set())
    timed = measure("referral-outcome").timed
    assert timed is not None
    cases = measure("referral-outcome").cases(soon.made_at - timedelta(days=1), database_now(connection))[0]
    (one,) = timed.took(cases, database_now(connection))
    assert one.took == timedelta(minutes=30)
    assert [case.reference for case in Referral.objects.visible_to(cast.fim).order_by("opened_at")[:1]]
    assert not Referral.objects.visible_to(cast.silver).exists()

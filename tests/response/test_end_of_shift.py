"""The end of a shift hands over everything, or says what is left."""

from __future__ import annotations

from datetime import timedelta

from goldthread.accounts.models import Duty
from goldthread.contact.models import Incident
from goldthread.response import alarm_actions, handoff_actions, shift_actions
from goldthread.response.models import Alarm, HandOff
from tests.cast import Cast, key, opened
from tests.response.test_alarms import later, on_duty


def running(cast: Cast) -> bool:
    return Duty.objects.filter(staff=cast.handler, ended_at=None).exists()


def test_everything_goes_to_the_next_desk_and_the_duty_ends(cast: Cast) -> None:
    on_duty(cast.handler, cast.stranger)
    incidents = [opened(cast.handler) for _ in range(3)]
    handoff_actions.hand_over(cast.handler, incidents[0].pk, key=key(), to=cast.teammate.pk)
    again = key()
    for _ in range(2):  # a retry does it once
        assert (
            shift_actions.end_shift(cast.handler, key=again, to_team=cast.stranger.team_id, note="Quiet night.") == []
        )
    assert not running(cast)
    assert HandOff.objects.count() == 3
    assert Incident.objects.filter(offered_team=cast.stranger.team).count() == 2


def test_with_somebody_who_cannot_take_it_nothing_ends_and_it_is_said(cast: Cast) -> None:
    on_duty(cast.handler)
    incident = opened(cast.handler)
    (left,) = shift_actions.end_shift(cast.handler, key=key(), to=cast.pcc.pk)
    assert left.incident == incident.pk
    assert "cannot take incidents over" in left.why
    assert running(cast)


def test_with_nothing_in_hand_nobody_need_be_named(cast: Cast) -> None:
    on_duty(cast.handler)
    assert shift_actions.end_shift(cast.handler, key=key()) == []
    assert not running(cast)


def test_what_was_handed_over_is_no_orphan_until_nobody_took_it_in_time(cast: Cast) -> None:
    on_duty(cast.handler, cast.stranger)
    incident = opened(cast.handler)
    shift_actions.end_shift(cast.handler, key=key(), to=cast.stranger.pk)
    alarm_actions.find_orphans()
    assert not Alarm.objects.filter(incident=incident, kind="orphan").exists()
    later(timedelta(minutes=6))
    alarm_actions.find_orphans()
    alarm_actions.raise_due()
    standing = Alarm.objects.filter(incident=incident, ended_at=None).exclude(raised_at=None)
    assert set(standing.values_list("kind", flat=True)) == {"orphan", "handoff"}

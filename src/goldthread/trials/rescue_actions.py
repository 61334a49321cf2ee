"""What people missed while the reader showed nothing, and what a senior person then did: counted as it happens."""

from __future__ import annotations

from functools import lru_cache

from goldthread.accounts.roles import ACTING, roles
from goldthread.config.upward import listen
from goldthread.contact.events import IncidentChanged
from goldthread.response import unseen_actions
from goldthread.response.events import AlarmRaised
from goldthread.trials.models import Miss, Rescue


@listen(AlarmRaised)
def count_miss(event: AlarmRaised) -> None:
    """The time is over and nobody had recognised the risk: a miss, once for each alarm."""
    alarm = event.alarm
    if alarm.kind != unseen_actions.KIND:
        return
    found = unseen_actions.reading_of(alarm)
    by = found.entry.author
    Miss(
        incident=alarm.incident, alarm=alarm, reading=found, staff=by,
        team_id=by.team_id if by is not None else alarm.incident.team_id, mode=found.mode, level=found.level,
        said_at=found.entry.recorded_at, at=event.act.now,
    ).save_once()  # fmt: skip


@listen(IncidentChanged)
def count_rescue(event: IncidentChanged) -> None:
    """What a senior person does first in an incident after a miss was told is its rescue."""
    act = event.act
    if act.staff_id is None or act.role.removeprefix(ACTING) not in _senior():
        return
    for miss in Miss.objects.filter(incident=event.incident, rescue=None):
        done = event.incident.entries.filter(author=act.staff_id, recorded_at__gte=miss.at).order_by("-seq").first()
        if done is not None:
            Rescue(miss=miss, by_id=act.staff_id, did=done.code or done.kind, at=act.now).save_once()


@lru_cache(maxsize=1)
def _senior() -> frozenset[str]:
    return frozenset(code for code, role in roles().items() if role.can("supervision.review"))

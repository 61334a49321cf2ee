"""The verb of sweeps: to look for what wants a senior person, and to drop what is not so any more."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection

from goldthread.audit.actions import Acting, acting
from goldthread.config.upward import listen
from goldthread.contact.events import IncidentChanged
from goldthread.contact.known import force_day
from goldthread.response.events import AlarmRaised
from goldthread.supervision import finding
from goldthread.supervision.kinds import Kind, set_on


def sweep() -> dict[str, int]:
    """Look once for every kind; returns how many were found anew of each that had any. Two at once find nothing twice.

    Each kind is a transaction of its own, and an incident that somebody acts on just now is left for the next minute.
    """
    found: dict[str, int] = {}
    with acting(None) as act:
        kinds = set_on(force_day(act.now)).kinds.values()
    for kind in kinds:
        with acting(None) as act, connection.cursor() as cursor:
            if kind.code in finding.HOLDS:
                cursor.execute(finding.END.format(holds=finding.HOLDS[kind.code]), _given(kind))
                _record(act, "alteration", "sweep.end", kind, cursor.fetchall())
            if kind.code in finding.BY_TIME:
                cursor.execute(finding.ADD.format(one="", found=finding.FOUND[kind.code]), _given(kind))
                new = cursor.fetchall()
                _record(act, "collection", "sweep.find", kind, new)
                if new:
                    found[kind.code] = len(new)
    return found


@listen(IncidentChanged)
def at_closing(event: IncidentChanged) -> None:
    """What only a closed incident can be found for is found as it closes."""
    if event.incident.is_open:
        return
    kinds = set_on(force_day(event.act.now)).kinds
    with connection.cursor() as cursor:
        for code, found in finding.AT_CLOSING.items():
            if code in kinds:
                given = {**_given(kinds[code]), "incident": event.incident.pk}
                cursor.execute(finding.ADD.format(one="incident.id = %(incident)s AND", found=found), given)
                _record(event.act, "collection", "sweep.find", kinds[code], cursor.fetchall())


@listen(AlarmRaised)
def at_rescue(event: AlarmRaised) -> None:
    """A risk that nobody recognised stands in the queue as its alarm does: nobody waits for the next sweep."""
    kinds = set_on(force_day(event.act.now)).kinds
    if event.alarm.kind == "unseen" and "rescue" in kinds:
        given = {**_given(kinds["rescue"]), "incident": event.alarm.incident_id}
        with connection.cursor() as cursor:
            query = finding.ADD.format(one="incident.id = %(incident)s AND", found=finding.FOUND["rescue"])
            cursor.execute(query, given)
            _record(event.act, "collection", "sweep.find", kinds["rescue"], cursor.fetchall())


def _record(act: Acting, duty: str, verb: str, kind: Kind, rows: list[tuple[uuid.UUID]]) -> None:
    if rows:
        act.record(duty, verb, [("incident", str(one)) for (one,) in rows], kind=kind.code)


def _given(kind: Kind) -> dict[str, Any]:
    return {"kind": kind.code, "weight": kind.weight, "after": kind.after, "anew": kind.anew, "share": kind.share}

"""The verb of sweeps: to look for what wants a senior person, and to drop what is not so any more."""

from __future__ import annotations

from typing import Any

from django.db import connection

from goldthread.audit.actions import acting
from goldthread.config.upward import listen
from goldthread.contact.events import IncidentChanged
from goldthread.contact.known import force_day
from goldthread.supervision import finding
from goldthread.supervision.kinds import Kind, set_on


def sweep() -> dict[str, int]:
    """Look once for every kind; returns how many were found anew of each that had any. Two at once find nothing twice."""
    found: dict[str, int] = {}
    with acting(None) as act, connection.cursor() as cursor:
        for kind in set_on(force_day(act.now)).kinds.values():
            if kind.code in finding.HOLDS:
                cursor.execute(finding.END.format(holds=finding.HOLDS[kind.code]), _given(kind))
            if kind.code in finding.BY_TIME:
                cursor.execute(finding.ADD.format(one="", found=finding.FOUND[kind.code]), _given(kind))
                if cursor.rowcount:
                    found[kind.code] = cursor.rowcount
        if found:
            act.record("consultation", "sweep.find", [], found=found)
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


def _given(kind: Kind) -> dict[str, Any]:
    return {"kind": kind.code, "weight": kind.weight, "after": kind.after, "anew": kind.anew, "share": kind.share}

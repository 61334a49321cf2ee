"""The mode of the reader for a person, and the one answer to what of a reading they are shown.

Every place that shows a reading, or anything that was made out of one, asks ``shown``, ``view`` or ``shown_of``. Who decides is in
``mode_rules``. Changing a mode is in ``mode_actions``.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import F, Func

from goldthread.accounts.models import StaffManager
from goldthread.assessment.mode_rules import RESCUE, Shown, Standing, View
from goldthread.assessment.mode_rules import view as view_of

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident

StaffManager.beside["reader_mode"] = Func(
    F("team_id"), function="assessment_reader_mode", output_field=models.TextField()
)  # so that who signs in is asked for with it, and no page asks again
AUTHORS = ["SELECT incident_id, author_id FROM assessment_thriveversion"]
"""Who has assessed which incident, as queries; floors above add theirs as they start."""


def of_team(team: int | None) -> Standing:
    """The mode that holds for a team now; everybody's where none is named."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessment_reader_mode(%s)", [team])
        return _standing(cursor.fetchone()[0])


def standing(user: Staff | None) -> Standing:
    """The mode that holds for somebody, as of when they were looked up; everybody's where nobody is named."""
    if user is None:
        return of_team(None)
    told = getattr(user, "reader_mode", None)
    return of_team(user.team_id) if told is None else _standing(told)


def view(user: Staff | None) -> View:
    """Of which incidents this person is shown readings. Nobody in particular is shown what everybody is."""
    return _view(standing(user), user)


def shown(user: Staff | None, incident: Incident | None) -> Shown:
    """Whether this person is shown readings of one incident; None is a contact that is not opened yet."""
    held = standing(user)
    found = _view(held, user)
    assessed = found.of == "assessed" and incident is not None and bool(_assessed(found.team, [incident.pk]))
    return Shown(found.shows({found.team} if assessed else ()), held)


def shown_of(user: Staff | None, incidents: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these incidents of which this person is shown readings."""
    found = view(user)
    if found.of == "assessed":
        return _assessed(found.team, incidents)
    return frozenset(incidents) if found.of == "all" else frozenset()


def assessed_by() -> str:
    """Teams that have assessed ``%(incident)s``, whose first assessment is saved: an SQL expression, an array."""
    return (
        f"ARRAY(SELECT DISTINCT who.team_id FROM ({' UNION ALL '.join(AUTHORS)}) AS made (incident, author) "  # noqa: S608 - our own
        "JOIN accounts_staff AS who ON who.id = made.author WHERE made.incident = %(incident)s)"
    )


def sees_all(user: Staff) -> bool:
    """Whether this person sees every reading in every mode: supervisors and safeguarding do, who are the rescue."""
    return any(user.can(verb) for verb in RESCUE)


def _view(held: Standing, user: Staff | None) -> View:
    rescues = user is not None and sees_all(user)
    return view_of(held, rescues=rescues, team=user.team_id if user is not None else 0)


def _assessed(team: int, incidents: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    query = (
        f"SELECT DISTINCT made.incident FROM ({' UNION ALL '.join(AUTHORS)}) AS made (incident, author) "  # noqa: S608 - our own
        "JOIN accounts_staff AS who ON who.id = made.author WHERE made.incident = ANY(%s) AND who.team_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [list(incidents), team])
        return frozenset(pk for (pk,) in cursor.fetchall())


def _standing(told: str) -> Standing:
    found = json.loads(told)
    since = found.get("since")
    return Standing(found["mode"], None if since is None else datetime.fromisoformat(since), bool(found.get("switch")))

"""The mode of the reader for a person, and the one answer to what of a reading they are shown.

Every place that shows a reading, or anything that was made out of one, asks ``shown``. Who decides is in ``mode_rules``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import F, Func

from goldthread.accounts.models import StaffManager
from goldthread.assessment.mode_rules import RESCUE, Mode, Shown, Standing, shows

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident

OF_TEAM = Func(F("team_id"), function="assessment_reader_mode", output_field=models.TextField())
StaffManager.beside["reader_mode"] = OF_TEAM  # so that who signs in is asked for with it, and no page asks again

AUTHORS = ["SELECT author_id FROM assessment_thriveversion WHERE incident_id = %(incident)s"]
"""Who has assessed an incident, as queries of staff; floors above add theirs as they start."""


def of_team(team: int | None) -> Standing:
    """The mode that holds for a team now; for everybody where none is named."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessment_reader_mode(%s)", [team])
        return _standing(cursor.fetchone()[0])


def standing(user: Staff | None) -> Standing:
    """The mode that holds for somebody; as everybody's where nobody is named. As of when they were looked up."""
    if user is None:
        return of_team(None)
    told = vars(user).get("reader_mode")
    return of_team(user.team_id) if told is None else _standing(told)


def shown(user: Staff | None, incident: Incident | None) -> Shown:
    """What of the readings of an incident this person is shown; None is a contact not opened yet, or nobody in particular.

    In *blind first* it is asked whether their team has saved its first assessment: a THRIVE version or a grade.
    """
    held = standing(user)
    rescues = user is not None and sees_all(user)
    first = held.mode == "blind_first" and not rescues and user is not None and incident is not None
    return shows(held, rescues=rescues, assessed=first and _assessed(incident, user))  # type: ignore[arg-type]


def sees_all(user: Staff) -> bool:
    """Whether this person sees every reading in every mode: supervisors and safeguarding do, who are the rescue."""
    return any(user.can(verb) for verb in RESCUE)


def modes_of(teams: Iterable[int | None]) -> dict[int | None, Mode]:
    """The mode that holds for each of these teams now."""
    return {team: of_team(team).mode for team in set(teams)}


def _assessed(incident: Incident, user: Staff) -> bool:
    with connection.cursor() as cursor:
        query = f"SELECT EXISTS (SELECT 1 FROM accounts_staff WHERE team_id = %(team)s AND id IN ({' UNION ALL '.join(AUTHORS)}))"  # noqa: S608 - our own
        cursor.execute(query, {"incident": incident.pk, "team": user.team_id})
        return bool(cursor.fetchone()[0])


def _standing(told: str) -> Standing:
    found = json.loads(told)
    since = found.get("since")
    return Standing(found["mode"], None if since is None else datetime.fromisoformat(since), bool(found.get("switch")))

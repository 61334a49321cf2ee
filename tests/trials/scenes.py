"""What trials' tests begin with: an AI owner, Gold, and words that a silent reader finds a child at risk in."""

from __future__ import annotations

from datetime import timedelta

from goldthread.accounts.models import Staff, Team
from goldthread.assessment import mode_actions
from goldthread.assessment.models import Reading
from goldthread.contact.models import Incident
from goldthread.response import alarm_actions
from goldthread.response.models import Alarm
from tests.cast import Cast, opened, say
from tests.response.test_alarms import later

DANGER = "kids crying upstairs, he has a knife and says he will kill them"
WHY = "The trial's first weeks."


def person(cast: Cast, username: str, role: str) -> Staff:
    """Somebody of this role in a team of their own."""
    team, _ = Team.objects.get_or_create(name="Command")
    found, _ = Staff.objects.get_or_create(
        username=username,
        defaults={"name": f"{username.title()} Amber", "role": role, "team": team, "password": cast.pcc.password},
    )
    return found


def owner(cast: Cast) -> Staff:
    """The AI owner."""
    return person(cast, "aiowner", "ai_owner")


def gold(cast: Cast) -> Staff:
    """Gold."""
    return person(cast, "gold", "gold")


def set_mode(cast: Cast, mode: str, of: Staff | None = None) -> None:
    """Set the mode of somebody's team, or of everybody."""
    mode_actions.set_mode(owner(cast), mode=mode, why=f"{WHY} {mode}", team=of.team_id if of else None)


def thrown(cast: Cast) -> None:
    """The kill switch, thrown."""
    mode_actions.switch(owner(cast), off=True, why="It marks what nobody said.")


def taken_back(cast: Cast) -> None:
    """The kill switch, taken back."""
    mode_actions.switch(owner(cast), off=False, why="Mended.")


def danger(cast: Cast) -> Incident:
    """An incident of the handler's in whose words a child is at risk."""
    incident = opened(cast.handler)
    say(cast.handler, incident, DANGER)
    incident.refresh_from_db()
    return incident


def newest(incident: Incident) -> Reading:
    """Its newest reading."""
    return Reading.objects.filter(incident=incident).order_by("-pk")[0]


def unseen(incident: Incident) -> list[Alarm]:
    """Its alarms of risks that nobody recognised, ended or not."""
    return list(Alarm.objects.filter(incident=incident, kind="unseen").order_by("pk"))


def after_minutes(minutes: float) -> None:
    """So much later, and what fell due was raised."""
    later(timedelta(minutes=minutes))
    alarm_actions.raise_due()

"""What retention's tests begin with: a closed incident of many years ago, and two auditors."""

from __future__ import annotations

from datetime import timedelta

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.retention.due_actions import fall_due, take_in
from goldthread.retention.models import RetentionReview
from tests.cast import Cast, attended, closed, ended, graded, key, opened, say
from tests.response.test_alarms import later

SAID = "My purse was taken from the counter in the shop an hour ago, nobody was hurt."
WHY = "Looked at, and still needed."


def second(cast: Cast) -> Staff:
    """Another auditor."""
    made = Staff(username="auditor-2", name="Second Amber", role="auditor", team=cast.stranger.team, password="x")
    made.save()
    return made


def without_child(cast: Cast, grade: str = "scheduled") -> Incident:
    """An incident attended and closed in which everybody was asked and no child is or may be involved; its words were read."""
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    graded(cast.fim, incident, grade)
    attended(cast, incident)
    closed(cast, incident)
    incident.refresh_from_db()
    return incident


def with_child(cast: Cast) -> Incident:
    """One in which a child may be involved."""
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    return ended(cast, incident)


def years(number: int) -> None:
    """So many years go by, and a few days."""
    later(timedelta(days=366 * number))


def job() -> None:
    """The hourly job, as often as it takes to come round."""
    take_in()
    take_in()
    fall_due()


def due(cast: Cast, incident: Incident | None = None, *, after: int = 6) -> RetentionReview:
    """Its review is due."""
    incident = incident or without_child(cast)
    years(after)
    job()
    return RetentionReview.objects.select_related("incident").get(incident=incident, state="due")

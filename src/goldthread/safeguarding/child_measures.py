"""Measures of a child's record: whether children come again after an incident of theirs was closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.safeguarding.child_queries import NEWEST

MONTH = timedelta(days=28)
TIED = f"""
WITH RECURSIVE up(start, id) AS (
    SELECT id, id FROM safeguarding_childrecord
    UNION SELECT up.start, one.into_id FROM safeguarding_childmerge AS one JOIN up ON one.gone_id = up.id WHERE one.merged AND {NEWEST}
), root AS (
    SELECT start, id FROM up WHERE NOT EXISTS (
        SELECT FROM safeguarding_childmerge AS one WHERE one.gone_id = up.id AND one.merged AND {NEWEST})
), tied AS (
    SELECT tie.incident_id, root.id FROM safeguarding_childtie AS tie JOIN root ON root.start = tie.record_id
    WHERE tie.tied AND NOT EXISTS (
        SELECT FROM safeguarding_childtie AS later
        WHERE later.incident_id = tie.incident_id AND later.child = tie.child AND later.number > tie.number)
), closed AS (
    SELECT one.incident_id, min(one.at) AS at FROM response_closing AS one
    WHERE one.at >= %s AND one.at < %s
    AND NOT EXISTS (SELECT FROM response_closing AS before WHERE before.incident_id = one.incident_id AND before.at < one.at)
    GROUP BY one.incident_id
)
"""  # noqa: S608 - our own text
COUNTED = f"{TIED} SELECT closed.incident_id FROM closed JOIN tied ON tied.incident_id = closed.incident_id"  # noqa: S608
AGAIN = f"""{TIED} SELECT closed.incident_id FROM closed JOIN tied ON tied.incident_id = closed.incident_id
JOIN tied AS other ON other.id = tied.id AND other.incident_id <> tied.incident_id
JOIN contact_incident AS came ON came.id = other.incident_id
WHERE came.opened_at > closed.at AND came.opened_at <= closed.at + %s
"""  # noqa: S608


def came_again(within: timedelta, since: datetime, until: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Incidents of a child with a record, first closed so long before the window's end that the time has passed; of them those after
    which another incident of the child was opened within it.
    """
    between = (since - within, until - within)
    found = Incident.objects.filter(pk__in=RawSQL(COUNTED, between))  # noqa: S611 - our own text, values apart
    return found, found.filter(pk__in=RawSQL(AGAIN, (*between, within)))  # noqa: S611


def register_all() -> None:
    """Register them; called once at start."""
    for days in (30, 90):
        register(
            Measure(
                f"child-again-{days}",
                f"Came again within {days} days of closing",
                f"Of incidents of a child with a record that were closed {days} days before, the share after which another incident of "
                f"the same child was opened within those {days} days.",
                MONTH,
                "down",
                partial(came_again, timedelta(days=days)),
            )
        )

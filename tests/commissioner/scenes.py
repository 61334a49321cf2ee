"""Incidents of the last two whole months: twelve in the last, three in the one before; and who issues."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db import connection
from django.http import HttpResponse

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.commissioner import queries
from goldthread.commissioner.actions import issue
from goldthread.commissioner.catalogue import Period, ended, tables
from goldthread.commissioner.models import TableEdition
from goldthread.contact.models import Incident
from tests.cast import Cast, key, opened
from tests.quality.scenes import person

TABLE = "first-contact"
MANY, FEW = 12, 3


def gold(cast: Cast) -> Staff:
    """Who issues."""
    return Staff.objects.filter(username="gold").first() or person(cast, "gold", "gold")


def months() -> list[Period]:
    """The last twelve whole months, the oldest first."""
    return ended("month", database_now(connection), 12)


def at(period: Period, many: int, cast: Cast) -> list[Incident]:
    """So many incidents opened in the middle of a period."""
    made = [opened(cast.handler) for _ in range(many)]
    middle = period.since + timedelta(days=12)
    Incident.objects.filter(pk__in=[one.pk for one in made]).update(opened_at=middle)
    return made


def told(cast: Cast) -> Cast:
    """Three incidents in the month before the last, twelve in the last, none with the children question answered."""
    before, last = months()[-2:]
    at(before, FEW, cast)
    at(last, MANY, cast)
    return cast


def draft(table: str = TABLE) -> queries.Draft:
    """What would be issued now of the last period."""
    now = database_now(connection)
    one = tables()[table]
    return queries.draft(one, ended(one.by, now, 1)[0].last, now)


def issued(cast: Cast, table: str = TABLE) -> TableEdition:
    """An edition as gold issues it."""
    made = draft(table)
    return issue(gold(cast), table, key=key(), until=made.until, seen=made.sha256)


def digest(page: HttpResponse) -> str:
    """The digest that a page's form would freeze."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.content.decode())
    assert found is not None
    return found[1]

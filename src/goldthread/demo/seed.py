"""Amberford Constabulary written into an empty database: whole or not at all.

The named exception to "actions only": rows go in by COPY with their final values, and ``check`` proves in the same
transaction that they are what the actions would have made.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.models import Reading
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import DailyNumber, Entry, Incident
from goldthread.demo.check import check
from goldthread.demo.generate import stories
from goldthread.demo.known import ORDER as KNOWN_ORDER
from goldthread.demo.known import Records
from goldthread.demo.loading import copy_in, identities
from goldthread.demo.messages import wait_in_the_inbox
from goldthread.demo.people import Town
from goldthread.demo.rows import ORDER, Known, Record, Rows
from goldthread.demo.staff import DEMO_PASSWORD, DEMO_USERS, force
from goldthread.desk.board import project
from goldthread.response.models import Allocation, GradePeriod, Unit

SEED = 1829
WAITING = 8
"""Written contacts that wait in the demo's inbox at its start."""
CHUNK = 2_000
"""Incidents written at a time, so that memory does not grow with the force."""
LOCK = 721_829
"""Advisory lock: two starts at once seed once."""

Say = Callable[[str], None]


def seed(
    now: datetime, count: int = 2_000, open_count: int = 30, progress: Say = lambda _: None, waiting: int = 0
) -> None:
    """Write the force, ``count`` incidents of the year before ``now`` (aware) and ``open_count`` of them still open.

    ``waiting`` written contacts more wait in the inbox; these arrive by the action.

    One transaction: a seed that is cut short leaves nothing. Where the demo is already there nothing is done. Raises
    ``Refused`` on a production service or a database that holds somebody else's record, ``Broken`` if the record written
    breaks its own rules.
    """
    if settings.ENV.mode == "production":
        raise Refused("The invented force is for demo and test only: this service runs in production mode.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if _there():
            return
        if Incident.objects.exists() or Staff.objects.exists():
            raise Refused(
                "This database holds staff or incidents that are not the demo's. Give the demo one of its own."
            )
        progress(f"Writing the invented force: {len(force().people)} staff and a year of {count:,} incidents")
        known = _establish(now)
        _write(known, now, count, open_count, progress)
        progress("Checking what was written")
        progress(f"Written and checked: {check(now)}")
        if waiting:
            wait_in_the_inbox(random.Random(SEED), now, waiting)  # noqa: S311 - a demo's dice
            progress(f"{waiting} written contacts wait in the inbox: {check(database_now(connection))}")


def _there() -> bool:
    demo = {username for username, *_ in DEMO_USERS}
    return Staff.objects.filter(username__in=demo).count() == len(demo)


def town() -> Town:
    """The homes of the force, the same at every start: those that called in the year past go on calling."""
    return Town(random.Random(SEED))  # noqa: S311 - a demo's dice


def _establish(now: datetime) -> Known:
    """Teams, staff, units and what is known of the homes; demo users have the shared password, nobody else signs in."""
    plan = force()
    teams = {
        team.name: team for team in Team.objects.bulk_create(Team(name=one.name, area=one.area) for one in plan.teams)
    }
    shared, none = make_password(DEMO_PASSWORD), make_password(None)  # hashing once: argon2 is slow on purpose
    staff = Staff.objects.bulk_create(
        Staff(
            username=one.username, name=one.name, role=one.role, team=teams[one.team], area=one.area,
            initials="".join(word[0] for word in one.name.split()), password=shared if one.does else none,
        )
        for one in plan.people
    )  # fmt: skip
    by_username = {one.username: one for one in staff}
    units = {
        unit.call_sign: unit
        for unit in Unit.objects.bulk_create(
            Unit(call_sign=one.call_sign, area=one.area, skills=list(one.skills)) for one in plan.units
        )
    }
    Unit.crew.through.objects.bulk_create(
        Unit.crew.through(unit_id=units[one.call_sign].pk, staff_id=by_username[username].pk)
        for one in plan.units
        for username in one.crew
    )
    crews = {one.call_sign: one.crew for one in plan.units}
    entries, readings, periods = (identities(model) for model in (Entry, Reading, GradePeriod))
    return Known(by_username, units, crews, settings.ENV.force_prefix, entries, readings, periods, _enrol(now))


def _enrol(now: datetime) -> Records:
    rows = Rows()
    records = Records(rows, now)
    records.enrol(town().homes)
    for model in KNOWN_ORDER:
        copy_in(model, rows[model])
    return records


def _write(known: Known, now: datetime, count: int, open_count: int, progress: Say) -> None:
    told = stories(SEED, now, count, open_count)
    days: dict[str, int] = {}
    done = 0
    while chunk := list(islice(told, CHUNK)):
        rows = Rows()
        for story in chunk:
            Record(story, known, rows)
            day, number = story.reference.split("-")
            days[day] = max(days.get(day, 0), int(number))
            done += 1
            if done % 500 == 0:
                progress(f"  {done:,} of {count:,} incidents read")
        for model in ORDER:
            copy_in(model, rows[model])
    DailyNumber.objects.bulk_create(
        DailyNumber(day=datetime.strptime(day, "%y%m%d").date(), last=last)  # noqa: DTZ007 - a day has no zone
        for day, last in days.items()
    )
    sent = Allocation.objects.filter(left_at__isnull=True)
    Unit.objects.filter(allocations__in=sent.filter(arrived_at__isnull=True)).update(state="sent")
    Unit.objects.filter(allocations__in=sent.filter(arrived_at__isnull=False)).update(state="at_scene")
    for incident in Incident.objects.open():
        project(incident)

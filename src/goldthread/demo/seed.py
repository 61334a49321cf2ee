"""Amberford Constabulary written into an empty database: the small force whole or not at all.

The named exception to "actions only": rows go in by COPY with their final values, and ``check`` proves that they are what
the actions would have made. ``full`` writes the large force with what is here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.models import ChildVersion, Entry, Incident
from goldthread.demo import plan as plans
from goldthread.demo.boards import govern
from goldthread.demo.check import check
from goldthread.demo.comments_rows import enter_the_comments
from goldthread.demo.desk_rows import NUMBERED, watch
from goldthread.demo.duties import begin_all
from goldthread.demo.extract import load_extract
from goldthread.demo.generate import SEED, Teller, stories, town
from goldthread.demo.known import ORDER as KNOWN_ORDER
from goldthread.demo.known import Records, found_in_database
from goldthread.demo.learning_rows import learn
from goldthread.demo.loading import copy_in, identities
from goldthread.demo.looking_back import look_back
from goldthread.demo.messages import wait_in_the_inbox
from goldthread.demo.partners import keep_partners
from goldthread.demo.plan import Plan
from goldthread.demo.plan_rows import enter_the_plan
from goldthread.demo.roster import Roster
from goldthread.demo.rounds import score_the_year
from goldthread.demo.rows import ORDER, Record
from goldthread.demo.sat import sit
from goldthread.demo.staff import DEMO_PASSWORD, DEMO_USERS, Size, force
from goldthread.demo.steps import Story
from goldthread.demo.told import tell_weeks
from goldthread.demo.writing import Known, Rows
from goldthread.desk.board import project
from goldthread.response.models import Allocation, GradePeriod, Unit
from goldthread.safeguarding.child_likeness_actions import remember
from goldthread.safeguarding.concern_models import Concern
from goldthread.safeguarding.owed_actions import owe_due
from goldthread.safeguarding.referral_models import Referral
from goldthread.supervision.models import Question, Review

WAITING = 8
"""Written contacts that wait in the demo's inbox at its start."""
BLOCK = 500
"""Incidents of the small force, and homes of both, written at a time."""
LOCK = 721_829
"""Advisory lock: two starts at once seed once."""

Say = Callable[[str], None]


def seed(
    now: datetime, count: int = 2_000, open_count: int = 30, progress: Say = lambda _: None, waiting: int = 0
) -> None:
    """Write the small force, ``count`` incidents of the year before ``now`` (aware), ``open_count`` of them still open.

    ``waiting`` written contacts more wait in the inbox, and with them the last weeks are looked back at; both by the actions.

    One transaction: a seed that is cut short leaves nothing. Where the demo is already there nothing is done. Raises
    ``Refused`` on a production service, on a database that holds the full force or somebody else's record, ``Broken`` if
    the record written breaks its own rules.
    """
    refuse_production()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if there("small"):
            return
        plan = Plan("small", SEED, now, count, open_count, count)
        progress(f"Writing the invented force: {len(force().people)} staff and a year of {count:,} incidents")
        establish(plan)
        known, told, done = known_in_database(plan), stories(SEED, now, count, open_count), 0
        while block := list(islice(told, BLOCK)):
            write(known, block)
            done += len(block)
            progress(f"  {done:,} of {count:,} incidents read")
        progress("Checking what was written")
        progress(f"Written and checked: {finish(plan, now)}")
        if waiting:
            sat = sit(random.Random(SEED + 2), database_now(connection))  # noqa: S311 - a demo's dice
            progress(f"{sat} meetings of the last year sat")
        safeguard(known, now)
        progress(
            f"{Concern.objects.count():,} concerns and {Referral.objects.count():,} referrals to partners followed"
        )
        if waiting:
            await_reading(plan, now, waiting)
            scored = score_the_year(random.Random(SEED + 3), database_now(connection), plan.size)  # noqa: S311 - a demo's dice
            progress(f"{scored:,} records of the year scored by quality assurance")
            learned = learn(random.Random(SEED + 4), database_now(connection))  # noqa: S311 - a demo's dice
            progress(f"{learned} people registered in cohorts of the year")
            progress(f"{enter_the_plan(database_now(connection))} recommendations in the improvement plan")
            progress(f"{enter_the_comments(database_now(connection))} reports with the Commissioner's comments")
            governed = govern(random.Random(SEED + 5), database_now(connection))  # noqa: S311 - a demo's dice
            progress(
                "{meetings} boards sat, {packs} packs and {issued} documents for the Commissioner issued".format(
                    **governed
                )
            )
            looked = look_back(database_now(connection), plan.size)
            progress(f"{waiting} written contacts wait in the inbox: {check(database_now(connection))}")
            progress(f"{looked:,} incidents of the last weeks are to be looked back at")
            told_too = tell_weeks(teller_of_weeks(plan), database_now(connection))
            loaded = sum(one.added for one in load_extract(database_now(connection)))
            progress(f"{loaded} rows of a records extract loaded, some of them restricted")
            owed = owe_due()  # the minute's look, before anybody sees the desk
            progress(f"{owed:,} incidents owe a partner to be told")
            progress(f"{told_too:,} more were told step by step: {check(database_now(connection))}")


def refuse_production() -> None:
    """Raise ``Refused`` on a production service."""
    if settings.ENV.mode == "production":
        raise Refused("The invented force is for demo and test only: this service runs in production mode.")


def there(size: Size) -> bool:
    """Whether this database holds the force of this size, or has one begun. Raises ``Refused`` where it holds anything else."""
    plan = plans.recorded()
    demo = {username for username, *_ in DEMO_USERS}
    seeded = plan is not None or Staff.objects.filter(username__in=demo).count() == len(demo)
    held: Size = plan.size if plan else "small"  # one without a plan was written before plans were kept
    if seeded and held != size:
        raise Refused(
            f"This database holds the {held} invented force, and two are never mixed. Give the {size} one a database of "
            "its own: name another in DATABASE_URL, or leave DATABASE_URL out and it makes itself one."
        )
    if not seeded and (Incident.objects.exists() or Staff.objects.exists()):
        raise Refused("This database holds staff or incidents that are not the demo's. Give the demo one of its own.")
    return seeded


def establish(plan: Plan) -> None:
    """Teams, staff, units and what is known of the homes; demo users have the shared password, nobody else signs in."""
    told = force(plan.size)
    teams = {
        team.name: team for team in Team.objects.bulk_create(Team(name=one.name, area=one.area) for one in told.teams)
    }
    shared, none = make_password(DEMO_PASSWORD), make_password(None)  # hashing once: argon2 is slow on purpose
    staff = Staff.objects.bulk_create(
        Staff(
            username=one.username, name=one.name, role=one.role, team=teams[one.team], area=one.area,
            initials="".join(word[0] for word in one.name.split()), password=shared if one.does else none,
        )
        for one in told.people
    )  # fmt: skip
    keep_partners(plan.now.date())
    by_username = {one.username: one for one in staff}
    units = {
        unit.call_sign: unit
        for unit in Unit.objects.bulk_create(
            Unit(call_sign=one.call_sign, area=one.area, skills=list(one.skills)) for one in told.units
        )
    }
    Unit.crew.through.objects.bulk_create(
        Unit.crew.through(unit_id=units[one.call_sign].pk, staff_id=by_username[username].pk)
        for one in told.units
        for username in one.crew
    )
    _enrol(plan)
    plans.record_plan(plan)


def _enrol(plan: Plan) -> None:
    """Write what records know of the homes."""
    rows = Rows()
    records = Records(rows, plan.now, plan.size)
    homes = iter(town(plan.now, plan.size, plan.count).homes)
    while rows:  # the gazetteer is there from the beginning
        for model in KNOWN_ORDER:
            copy_in(model, rows[model])
        rows.clear()
        records.enrol(islice(homes, BLOCK))


def await_reading(plan: Plan, now: datetime, count: int) -> None:
    """Let written contacts wait in the inbox of the team on duty."""
    told = force(plan.size)
    homes, rota = town(plan.now, plan.size, plan.count), Roster(told, plan.now).rota
    wait_in_the_inbox(random.Random(SEED), homes, now, count, rota=rota)  # noqa: S311 - a demo's dice


def teller_of_weeks(plan: Plan) -> Teller:
    """Who tells the force's last weeks: dice of their own, so that the year's stories stay as they are."""
    return Teller(random.Random(SEED + 1), plan.now, plan.size, plan.count)  # noqa: S311 - a demo's dice


def known_in_database(plan: Plan) -> Known:
    """The people, units and homes that ``establish`` wrote."""
    staff = {one.username: one for one in Staff.objects.all()}
    units = {one.call_sign: one for one in Unit.objects.all()}
    crews = {one.call_sign: one.crew for one in force(plan.size).units}
    numbered: tuple[type[Model], ...] = (Entry, Reading, GradePeriod, ThriveVersion, Review, Question, Allocation)
    ids = {model: identities(model) for model in (*numbered, *NUMBERED)}
    homes = {(one.address, one.area): one for one in town(plan.now, plan.size, plan.count).homes}
    watched = watch(plan.now, Rows(), ids)
    return Known(staff, units, crews, settings.ENV.force_prefix, ids, found_in_database(plan.now), watched, homes)


def write(known: Known, told: Iterable[Story]) -> None:
    """Write stories by one COPY for each table."""
    rows = Rows()
    for story in told:
        Record(story, known, rows)
    for model in ORDER:
        copy_in(model, rows[model])


def finish(plan: Plan, now: datetime) -> str:
    """What is derived from the stories together: numbers of the days, states of units, the board, names of children. Checked, then noted as whole.

    ``now``: no step is later. Returns what was checked. Raises ``Broken``.
    """
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS)
    active = Allocation.objects.filter(unit=OuterRef("pk"), left_at__isnull=True)
    Unit.objects.filter(Exists(active.filter(arrived_at__isnull=True))).update(state="sent")
    Unit.objects.filter(Exists(active.filter(arrived_at__isnull=False))).update(state="at_scene")
    told = force(plan.size)
    roster = Roster(told, plan.now)
    on_duty = roster.rota.relief(now)
    begin_all(roster, now)
    off = [unit.call_sign for unit in told.units if unit.relief not in {"", on_duty}]
    Unit.objects.filter(call_sign__in=off, state="available").update(state="off")
    for incident in Incident.objects.open():
        project(incident)
    remember(ChildVersion.objects.select_related("particulars").iterator())
    report = check(now)
    plans.record_whole(report.incidents)
    return str(report)


def safeguard(known: Known, now: datetime) -> None:
    """Write what VAST and the partners did after the incidents' closings, in which meetings have written by now. Raises ``Broken``."""
    if known.watch is not None:
        known.watch.finish()
        for incident in Incident.objects.open():
            project(incident)
        check(now)


NUMBERS = """
INSERT INTO contact_dailynumber (day, last)
SELECT to_date(split_part(reference, '-', 2), 'YYMMDD'), max(split_part(reference, '-', 3)::int)
FROM contact_incident GROUP BY 1
ON CONFLICT (day) DO UPDATE SET last = greatest(contact_dailynumber.last, excluded.last)
"""

"""Staff, their sessions and open incidents, written in bulk as the actions would have left them.

Imported only once Django is set up on the bench's database.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models, transaction

from bench.texts import SEED, SLOTS, log
from goldthread.accounts.models import Staff, Team
from goldthread.assessment.models import Reading
from goldthread.assessment.reading import Said, read
from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident, Involvement
from goldthread.contact.rules import child_involved
from goldthread.desk.board import CHILD_RANK, suggested_level, urgency
from goldthread.desk.models import BoardRow
from goldthread.response.grades import Grade, grades_on
from goldthread.response.models import Allocation, Clock, GradePeriod, Unit

AREAS = ("North", "South", "East", "West")
CONTACT = ("Contact A", "Contact B", "Contact C")
SHARES = {"": 5, "immediate": 10, "priority": 35, "scheduled": 35, "resolution": 15}
"""Grades held, in percent; the first is not graded yet."""
LISTENERS = (
    *((f"dispatcher {area}", "dispatcher", f"Dispatch {area}", area, 150) for area in AREAS),
    *((f"supervisor {team}", "contact_supervisor", team, "", 25) for team in CONTACT),
    *((f"handler {team}", "call_handler", team, "", 75) for team in CONTACT),
    ("manager", "fim", "Control", "", 50),
    ("vast", "vast_officer", "Control", "", 50),
)
"""Name, role, team, area and number of those who keep a board open: 1,000 in nine classes of sight."""


@dataclass(frozen=True)
class Filled:
    """Who and what there is. ``dispatcher`` sees the whole force (a manager may stand for one);
    ``writers`` may write in every open incident."""

    dispatcher: Staff
    writers: Sequence[Staff]
    listeners: Sequence[Staff]
    incidents: Sequence[uuid.UUID]


def fill(count: int) -> Filled:
    """Write the force and ``count`` open incidents; the same every time but for keys and the hour."""
    with transaction.atomic():
        teams = {team.name: team for team in Team.objects.bulk_create(_teams())}
        listeners = Staff.objects.bulk_create(
            _person(f"{name} {number}", role, teams[team], area)
            for name, role, team, area, many in LISTENERS
            for number in range(1, many + 1)
        )
        dispatcher = _person("control dispatcher", "dispatcher", teams["Control"])
        writers = [_person(f"writer {number}", "fim", teams["Control"]) for number in range(1, 9)]
        Staff.objects.bulk_create([dispatcher, *writers])
        handlers = [one for one in listeners if one.role == "call_handler"]
        rows = Rows(random.Random(SEED), database_now(connection), handlers, dispatcher)
        unit = Unit.objects.create(call_sign="AM01", area="North")
        for number in range(count):
            rows.add(number, unit)
        rows.write()
    return Filled(dispatcher, writers, listeners, [one.pk for one in rows.incidents])


def found() -> Filled:
    """Who and what there is in a force that is written already: the newest open incidents, everybody by role."""
    staff = list(Staff.objects.filter(is_active=True).order_by("pk"))
    managers = [one for one in staff if one.role == "fim"]
    newest = Incident.objects.open().order_by("-opened_at", "pk").values_list("pk", flat=True)
    return Filled(managers[0], managers, staff, list(newest))


def session_cookie(staff: Staff) -> str:
    """Sign a person in and return the Cookie header that carries the session."""
    from django.conf import settings

    session = SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "goldthread.accounts.sessions.SignIn"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


class Rows:
    """Incidents being written, collected by table."""

    def __init__(self, dice: random.Random, now: datetime, handlers: Sequence[Staff], dispatcher: Staff) -> None:
        self._dice, self._now, self._handlers, self._dispatcher = dice, now, handlers, dispatcher
        self._grades = grades_on(now.date())
        self._rows: dict[type[models.Model], list[models.Model]] = {
            table: []
            for table in (Payload, Incident, Entry, Involvement, Reading, GradePeriod, Clock, Allocation, BoardRow)
        }

    @property
    def incidents(self) -> list[Incident]:
        """Those added."""
        return [one for one in self._rows[Incident] if isinstance(one, Incident)]

    def write(self) -> None:
        """Write every table, those referred to first."""
        for table, rows in self._rows.items():
            table._default_manager.bulk_create(rows, batch_size=1_000)

    def add(self, number: int, unit: Unit) -> None:
        """One incident opened in the last two days: one or two entries of words, their readings, a grade, its clocks."""
        dice, handler = self._dice, self._dice.choice(self._handlers)
        opened = self._now - timedelta(seconds=dice.randrange(172_800))
        held = self._grades.get(dice.choices(list(SHARES), list(SHARES.values()))[0])
        incident = Incident(
            reference=f"AM-BENCH-{number:06d}", opened_at=opened, channel=dice.choice(["999", "101", "online"]),
            area=dice.choice(AREAS), team_id=handler.team_id, opened_by=handler, owner=handler,
            location=self._keep(f"{dice.randrange(1, 200)} {dice.choice(SLOTS['place'])}"),
        )  # fmt: skip
        self._rows[Incident].append(incident)
        self._entry(incident, handler, kind="event", source="system", code="incident.opened", data={"channel": "999"})
        for part in ("opener", "owner", "author"):
            self._rows[Involvement].append(Involvement(incident=incident, staff=handler, part=part, at=opened))
        reading = self._say(incident, handler)
        owed = opened + timedelta(minutes=3)
        due: list[datetime] = []
        if held is not None:
            owed = opened + timedelta(minutes=17)
            due = self._graded(incident, held, opened + timedelta(minutes=2))
        incident.next_action, incident.next_action_at = ("allocate" if held else "assess"), owed
        attended = held is not None and dice.random() < 0.2
        if attended:
            self._rows[Allocation].append(Allocation(
                incident=incident, unit=unit, at=opened, by=self._dispatcher, arrived_at=opened + timedelta(minutes=9),
                arrival_source="officer", left_at=self._now,
            ))  # fmt: skip
        suggested = suggested_level(held, "none" if reading.abstain else reading.level)
        self._rows[BoardRow].append(BoardRow(
            incident=incident, grade=held.code if held else "", urgency=urgency(held, suggested), suggested=suggested,
            child_rank=CHILD_RANK[incident.child], due_at=min(due, default=owed), attended=attended,
            needs=["unread"] if reading.abstain else [],
        ))  # fmt: skip

    def _say(self, incident: Incident, handler: Staff) -> Reading:
        said: list[Said] = []
        for _ in range(self._dice.choice((1, 1, 2))):
            text = log(self._dice, 40)
            entry = self._entry(incident, handler, kind="words", source="caller", text=self._keep(text))
            said.append(Said(entry.seq, text))
            reading = Reading(incident=incident, entry=entry, at=entry.recorded_at, **read(said))
            self._rows[Reading].append(reading)
        incident.child = child_involved(incident.children_answer, None if reading.abstain else reading.child)
        return reading

    def _graded(self, incident: Incident, held: Grade, at: datetime) -> list[datetime]:
        """The grade's period and its running clocks; when they are due."""
        period = GradePeriod(incident=incident, seq=1, grade=held.code, severity=held.severity, at=at)
        self._rows[GradePeriod].append(period)
        clocks = [
            Clock(incident=incident, period=period, kind=kind, started_at=at, due_at=at + target)
            for kind, target in (("allocation", held.allocate), ("attendance", held.attend))
            if target is not None
        ]
        self._rows[Clock] += clocks
        return [clock.due_at for clock in clocks]

    def _entry(self, incident: Incident, handler: Staff, **given: object) -> Entry:
        incident.last_seq += 1
        seq = incident.last_seq
        at = incident.opened_at + timedelta(seconds=20 * seq)
        entry = Entry(incident=incident, seq=seq, occurred_at=at, recorded_at=at, author=handler, **given)
        self._rows[Entry].append(entry)
        return entry

    def _keep(self, text: str) -> Payload:
        salt = secrets.token_bytes(16)
        payload = Payload(salt=salt, text=text, digest=hashlib.sha256(salt + text.encode()).digest())
        self._rows[Payload].append(payload)
        return payload


def _teams() -> list[Team]:
    return [
        *(Team(name=name) for name in (*CONTACT, "Control")),
        *(Team(name=f"Dispatch {area}", area=area) for area in AREAS),
    ]


def _person(name: str, role: str, team: Team, area: str = "") -> Staff:
    return Staff(
        username=name.replace(" ", "."), name=name.title(), initials="B", role=role, team=team, area=area,
        password=make_password(None),
    )  # fmt: skip

"""What safeguarding leaves in one incident as rows: its clocks, its lines on the timeline and, in time, what is still to come there.

Each verb here and in ``concern_rows`` and ``referral_rows`` says of its step what the action of that name says;
``tests/demo/test_safeguarding_of_the_year.py`` does the same by the actions.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import connection, models
from django.db.models import Max

from goldthread.accounts.models import Staff
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.school import Terms
from goldthread.clocks.statutory import Calendar
from goldthread.contact.known import force_day
from goldthread.contact.models import Entry, Involvement
from goldthread.demo.loading import Row, copy_in
from goldthread.notices.models import Notice
from goldthread.safeguarding.child_models import ChildRecord, ChildTie
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.clock_rules import plan, rule_on
from goldthread.safeguarding.concern_models import (
    Concern,
    ConcernAnswer,
    ConcernCall,
    ConcernOpinion,
    ConcernRating,
    ConcernReason,
    ConcernResearch,
    ConcernWriteUp,
)
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.link_models import PartnerLink
from goldthread.safeguarding.partner_models import Partner, PartnerContact
from goldthread.safeguarding.partner_queries import terms_of
from goldthread.safeguarding.referral_models import Referral, ReferralChild, ReferralLeg

if TYPE_CHECKING:
    from goldthread.demo.rows import Record
    from goldthread.demo.writing import Rows

NUMBERED: tuple[type[models.Model], ...] = (Clock, Concern, ConcernCall, ConcernOpinion, PartnerLink)
"""Tables whose keys the rows of others name."""
ORDER: tuple[type[models.Model], ...] = (
    Clock, ClockStep, Concern, ConcernReason, ConcernRating, ConcernCall, ConcernWriteUp, ConcernResearch, ConcernOpinion,
    ConcernAnswer, Referral, ReferralChild, ReferralLeg, PartnerLink, Notice, ChildRecord, ChildTie,
    DoorAnswer, DoorVisit,
)  # fmt: skip
"""Tables of safeguarding, written when all of the year is told: until then their rows may change."""
LOCK = 0x60_1D_C4
"""Held while records of children are written."""
APART = timedelta(minutes=2)
"""After what others wrote in an incident, so long until safeguarding goes on in it."""

Do = Callable[[datetime], None]


@dataclass(frozen=True)
class Act:
    """One command, or with ``by`` empty one look of a job, as it was written down: what an action would be given."""

    at: datetime
    by: str
    verb: str
    given: Mapping[str, Any]


@dataclass
class Watch:
    """What all incidents of a seed share: who keeps children safe here, what is to come, and the rows so far."""

    now: datetime
    rows: Rows
    ids: Mapping[type[models.Model], Iterator[int]]
    vast: list[Staff]
    contacts: dict[str, list[PartnerContact]]
    terms: dict[int, Terms]
    children: set[UUID] = field(default_factory=set)
    """Children of whom there is a record."""
    due: list[tuple[datetime, int, Do]] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def finish(self) -> None:
        """Let everything that is to come after the closings happen, in its order over all incidents, and write it.

        Of a child of whom another process made a record meanwhile none is made: their keys are the same.
        """
        floors = {pk: (last, at) for pk, last, at in Entry.objects.filter(incident__in=[one.record.pk for one in self.desks])
                  .values_list("incident").annotate(Max("seq"), Max("recorded_at"))}  # fmt: skip
        parts: dict[UUID, set[tuple[int, str]]] = {}
        for pk, staff, part in Involvement.objects.filter(incident__in=floors, staff__in=self.vast).values_list(
            "incident", "staff", "part"
        ):
            parts.setdefault(pk, set()).add((staff, part))
        self.children = recorded(one for desk in self.desks for one in desk.keys().values())
        for desk in self.desks:
            desk.go_on(self, *floors[desk.record.pk], parts.get(desk.record.pk, set()))
        until = self.now - timedelta(minutes=1)
        while self.due and self.due[0][0] <= until:
            at, _, do = heapq.heappop(self.due)
            do(at)
        from goldthread.demo.rows import ORDER as OTHERS

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # from here to the commit one at a time
        there = recorded(row["id"] for row in self.rows[ChildRecord])
        self.rows[ChildRecord] = [row for row in self.rows[ChildRecord] if row["id"] not in there]
        for model in (*OTHERS, *ORDER):
            copy_in(model, self.rows[model])
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE contact_incident SET last_seq = %s WHERE id = %s",
                [(one.record.incident["last_seq"], one.record.pk) for one in self.desks],
            )


def child_key(area: str, address: str, name: str) -> UUID:
    """The key of the record of a home's child, the same whichever process comes to make it."""
    return uuid5(NAMESPACE_URL, f"goldthread:child:{area}:{address}:{name}")


def recorded(children: Iterable[UUID]) -> set[UUID]:
    """Those of whom the database holds a record."""
    return set(ChildRecord.objects.filter(pk__in=list(children)).values_list("pk", flat=True))


def watch(now: datetime, rows: Rows, ids: Mapping[type[models.Model], Iterator[int]]) -> Watch:
    """With the partners and VAST officers in the database."""
    vast = list(Staff.objects.filter(role="vast_officer", is_active=True).order_by("pk"))
    contacts: dict[str, list[PartnerContact]] = {}
    for one in PartnerContact.objects.select_related("partner").order_by("pk"):
        contacts.setdefault(one.partner.kind, []).append(one)
    terms = {one.pk: terms_of(one) for one in Partner.objects.filter(kind="school")}
    return Watch(now, rows, ids, vast, contacts, terms)


class Desk:
    """One incident's safeguarding: the clocks that run in it, and what is still to come."""

    def __init__(self, record: Record, watch: Watch) -> None:
        self.record, self.watch = record, watch
        self.due: list[tuple[datetime, int, Do]] = []
        self.floor: datetime | None = None
        self.clocks: list[Row] = []

    def keys(self) -> dict[UUID, UUID]:
        """The record's key of each child that the incident names: of a home's child the same in every incident."""
        record = self.record
        if not record.at_home:
            return {one.child: uuid5(record.pk, str(one.child)) for one in record.named}
        area, address = record.incident["area"], record.given["location"]
        return {one.child: child_key(area, address, one.name) for one in record.named}

    def later(self, at: datetime, do: Do) -> None:
        """Let something happen at that time, or as soon as may be after it."""
        at = at if self.floor is None else max(at, self.floor)
        heapq.heappush(self.due, (at, next(self.watch.numbers), do))

    def until(self, moment: datetime) -> None:
        """Let everything happen that is due by then."""
        while self.due and self.due[0][0] <= moment:
            at, _, do = heapq.heappop(self.due)
            do(at)

    def go_on(self, watch: Watch, last: int, at: datetime, parts: set[tuple[int, str]]) -> None:
        """Go on in the order of all incidents: after line ``last`` of the timeline, written ``at``, whoever wrote it."""
        record, waiting = self.record, self.due
        record.rows, record.incident["last_seq"] = watch.rows, last
        record.parts |= parts
        self.floor, self.due = at + APART, watch.due
        for when, _, do in sorted(waiting):
            self.later(when, do)

    def add(self, model: type[models.Model], /, **values: Any) -> Row:
        """Keep a row of safeguarding."""
        return self.watch.rows.add(model, **values)

    def did(self, at: datetime, who: Staff | None, verb: str, **given: Any) -> None:
        """Remember the command, for whoever does it again by the actions."""
        self.record.taken.append(Act(at, who.username if who else "", verb, given))

    def start(
        self,
        at: datetime,
        rule: str,
        about: str,
        about_id: object,
        *,
        began: datetime | None = None,
        terms: Terms | None = None,
        team_id: int | None = None,
    ) -> None:
        """As ``clock_actions.start``."""
        if any((one["rule"], one["about"], one["about_id"]) == (rule, about, str(about_id)) for one in self._running()):
            return
        began = began or at
        held = rule_on(rule, force_day(began))
        planned = plan(
            held, began, Calendar(bank_holidays(), terms) if terms is not None else Calendar(bank_holidays())
        )
        clock = self.add(
            Clock, id=next(self.watch.ids[Clock]), rule=rule, incident_id=self.record.pk, about=about, about_id=str(about_id),
            team_id=team_id, began_at=began, due_at=planned.due_at, known=planned.known, holds=held.holds, told=0,
            steps=[[one.at.isoformat(), one.kind, one.to] for one in planned.steps], next_at=planned.steps[0].at,
            stopped_at=None, stopped_by_id=None, because="",
        )  # fmt: skip
        self.clocks.append(clock)
        self._await(clock, at)

    def stop(
        self, at: datetime, about: str, about_id: object, because: str, *, rule: str = "", by: Staff | None = None
    ) -> None:
        """As ``clock_actions.stop``."""
        for one in self._running():
            if (one["about"], one["about_id"]) == (about, str(about_id)) and rule in {"", one["rule"]}:
                one |= {"stopped_at": at, "because": because, "stopped_by_id": by.pk if by else None, "next_at": None}

    def holding(self) -> set[str]:
        """The clocks that keep the incident open."""
        return {one["rule"] for one in self._running() if one["holds"]}

    def runs(self, *about: str) -> list[tuple[str, int]]:
        """The kinds and numbers of what these kinds of running clocks are about."""
        return [(one["about"], int(one["about_id"])) for one in self._running() if one["about"] in about]

    def _running(self) -> list[Row]:
        return [one for one in self.clocks if one["stopped_at"] is None]

    def _await(self, clock: Row, at: datetime) -> None:
        if clock["next_at"] is not None:
            self.later(max(clock["next_at"], at), lambda moment: self._tell(clock, moment))

    def _tell(self, clock: Row, at: datetime) -> None:
        if clock["stopped_at"] is not None:
            return
        steps = clock["steps"]
        while clock["told"] < len(steps) and datetime.fromisoformat(steps[clock["told"]][0]) <= at:
            _, kind, to = steps[clock["told"]]
            self.add(ClockStep, clock_id=clock["id"], number=clock["told"], kind=kind, to=to, at=at)
            clock["told"] += 1
            self.record.line(
                at, None, "clock.told", {"rule": clock["rule"], "kind": kind, "to": to, "about": clock["about"]}
            )
        left = clock["told"] < len(steps)
        clock["next_at"] = datetime.fromisoformat(steps[clock["told"]][0]) if left else None
        self.did(at, None, "tell")
        self._await(clock, at)

"""From a story to the rows that the actions would have made of it: the same records, clocks, owners and readings."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Any

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.reading import Said as SaidSoFar
from goldthread.assessment.reading import read
from goldthread.audit.canonical import detail_json, subjects_json
from goldthread.audit.models import AuditEvent, Payload
from goldthread.contact import rules as contact_rules
from goldthread.contact.actions import FIRST_ASSESSMENT
from goldthread.contact.models import ChildrenAnswer, ChildVersion, Entry, Incident, Involvement, Particular
from goldthread.demo import steps
from goldthread.demo.steps import Step, Story
from goldthread.response.grades import Grade, closing_reasons, grade
from goldthread.response.models import Allocation, Clock, Closing, GradePeriod, Unit
from goldthread.response.rules import Closable, may_close, next_owed

ORDER: tuple[type[models.Model], ...] = (
    Payload, Incident, Particular, Entry, ChildrenAnswer, ChildVersion, Involvement, Reading, ThriveVersion,
    GradePeriod, Clock, Allocation, Closing,
)  # fmt: skip
"""Tables in an order in which each row's references stand before it."""


@dataclass(frozen=True)
class Known:
    """What is there already: staff by username, units and their crews by call sign; and keys for what is to come."""

    staff: dict[str, Staff]
    units: dict[str, Unit]
    crews: dict[str, tuple[str, ...]]
    prefix: str
    entry_ids: Iterator[int]
    reading_ids: Iterator[int]
    period_ids: Iterator[int]


@dataclass
class Rows:
    """Rows collected for one COPY of each table, and the audit events that go with them."""

    of: dict[type[models.Model], list[models.Model]] = field(default_factory=lambda: defaultdict(list))
    events: list[AuditEvent] = field(default_factory=list)

    def add(self, row: models.Model) -> None:
        """Keep a row for its table."""
        self.of[type(row)].append(row)


class Record:
    """One incident being written down, step by step, as the actions would."""

    def __init__(self, story: Story, known: Known, rows: Rows) -> None:
        self.known, self.rows = known, rows
        opened = story.steps[0]
        handler = known.staff[opened.by]
        self.incident = Incident(
            id=story.id, reference=f"{known.prefix}-{story.reference}", opened_at=opened.at, channel=story.channel,
            area=story.area, team_id=handler.team_id, opened_by=handler, owner=handler, next_action="assess",
            next_action_at=opened.at + FIRST_ASSESSMENT,
        )  # fmt: skip
        rows.add(self.incident)
        self.said: list[SaidSoFar] = []
        self.reading: Reading | None = None
        self.versions = 0
        self.periods: list[GradePeriod] = []
        self.clocks: dict[str, Clock] = {}
        self.sent: list[Allocation] = []
        self.parts: set[tuple[int, str]] = set()
        for step in story.steps:
            self.take(step)

    @singledispatchmethod
    def take(self, step: Step) -> None:
        """Write one step down."""
        raise TypeError(f"no rows are known for {type(step).__name__}")

    @take.register
    def _(self, step: steps.Opened) -> None:
        who = self._who(step)
        self._involve("opener", who, step.at)
        self._involve("owner", who, step.at)
        self._event(step, "incident.opened", channel=self.incident.channel)
        given = {"location": step.location, "caller_name": step.caller_name, "caller_phone": step.caller_phone}
        for kind, text in given.items():
            if text:
                payload = self._keep(text)
                self.rows.add(Particular(incident=self.incident, kind=kind, text=payload, by=who, at=step.at))
                if kind == "location":
                    self.incident.location = payload
        self._audit(who, "collection", "incident.open", step.at, channel=self.incident.channel)

    @take.register
    def _(self, step: steps.Said) -> None:
        who = self._who(step)
        entry = self._entry(step, "words", step.source, text=self._keep(step.text))
        self._involve("author", who, step.at)
        self.said.append(SaidSoFar(entry.seq, step.text))
        self.reading = Reading(id=next(self.known.reading_ids), incident=self.incident, entry=entry, at=step.at, **read(self.said))
        self.rows.add(self.reading)
        self._note_child()

    @take.register
    def _(self, step: steps.Answered) -> None:
        who = self._who(step)
        self.rows.add(ChildrenAnswer(incident=self.incident, answer=step.answer, by=who, at=step.at))
        for one in step.children:
            particulars = {"name": one.name, "where_now": one.where_now, "last_seen_by": one.last_seen_by}
            self.rows.add(ChildVersion(
                incident=self.incident, child=one.child, version=1, age=one.age, seen=one.seen, by=who, at=step.at,
                particulars=self._keep(json.dumps(particulars, ensure_ascii=False)),
            ))  # fmt: skip
        self.incident.children_answer = step.answer
        self._event(step, "children.answered", answer=step.answer, count=len(step.children))
        self._involve("author", who, step.at)
        self._note_child()

    @take.register
    def _(self, step: steps.Assessed) -> None:
        self.versions += 1
        text = {"elements": dict(step.elements), "interim": step.interim, "advice": step.advice}
        self.rows.add(ThriveVersion(
            incident=self.incident, version=self.versions, text=self._keep(json.dumps(text, ensure_ascii=False)),
            author=self._who(step), at=step.at, reading=self.reading, read_up_to=self.incident.last_seq,
        ))  # fmt: skip
        self._event(step, "thrive.written", version=self.versions)
        self._involve("author", self._who(step), step.at)

    @take.register
    def _(self, step: steps.Graded) -> None:
        new, who = grade(step.grade), self._who(step)
        period = GradePeriod(
            id=next(self.known.period_ids), incident=self.incident, seq=len(self.periods) + 1, grade=new.code,
            severity=new.severity, at=step.at, by=who, why=self._keep(step.why) if step.why else None,
            why_not_above=self._keep(step.why_not_above) if step.why_not_above else None,
        )  # fmt: skip
        self.rows.add(period)
        self.periods.append(period)
        self._stop_all("regraded", step.at)
        due: dict[str, timedelta | None] = {"allocation": new.allocate, "attendance": new.attend}
        if self._active():
            due["allocation"] = None
        if any(one.arrived_at for one in self._active()):
            due["attendance"] = None
        for kind, target in due.items():
            if target is not None:
                clock = Clock(incident=self.incident, period=period, kind=kind, started_at=step.at, due_at=step.at + target)
                self.clocks[kind] = clock
                self.rows.add(clock)
        self._event(step, "grade.chosen", grade=step.grade)
        self._involve("author", who, step.at)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Taken) -> None:
        self._own(self._who(step), step.at)
        self._event(step, "owner.taken")

    @take.register
    def _(self, step: steps.Sent) -> None:
        unit = self.known.units[step.unit]
        sent = Allocation(incident=self.incident, unit=unit, at=step.at, by=self._who(step))
        self.rows.add(sent)
        self.sent.append(sent)
        self._stop("allocation", "dispatcher", step.at)
        self._own(self._who(step), step.at)
        for username in self.known.crews[step.unit]:
            self._involve("attending", self.known.staff[username], step.at)
        self._event(step, "unit.allocated", unit=step.unit)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Arrived) -> None:
        sent = self._active()[-1]
        sent.arrived_at, sent.arrival_source = step.at, step.source
        self._stop("attendance", step.source, step.at)
        self._event(step, "unit.arrived", unit=step.unit, source=step.source)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Left) -> None:
        sent = self._active()[-1]
        sent.left_at = step.at
        self._event(step, "unit.left", unit=step.unit, arrived=sent.arrived_at is not None)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Closed) -> None:
        attended = any(one.arrived_at for one in self.sent)
        alone = attended or self.incident.child == "none"
        who = self.known.staff[step.by if alone else step.second]
        may_close(closing_reasons()[step.reason], step.result, Closable(
            graded=bool(self.periods), attended=attended, child=self.incident.child, second=not alone,
            unit_on_way=any(one.arrived_at is None for one in self._active()),
        ))  # fmt: skip
        self.rows.add(Closing(incident=self.incident, at=step.at, by=who, reason=step.reason, result=self._keep(step.result)))
        self._stop_all("closed", step.at)
        for one in self._active():
            one.left_at = step.at
        self.incident.closed_at, self.incident.next_action = step.at, "none"
        self._entry(step, "event", "system", code="incident.closed", data={"reason": step.reason}, who=who)
        self._involve("author", who, step.at)
        self._audit(who, "alteration", "incident.close", step.at, reason=step.reason)

    def _who(self, step: Step) -> Staff:
        return self.known.staff[step.by]

    def _keep(self, text: str) -> Payload:
        salt = secrets.token_bytes(16)
        payload = Payload(salt=salt, text=text, digest=hashlib.sha256(salt + text.encode()).digest())
        self.rows.add(payload)
        return payload

    def _entry(
        self, step: Step, kind: str, source: str, *, text: Payload | None = None, code: str = "",
        data: dict[str, Any] | None = None, who: Staff | None = None,
    ) -> Entry:  # fmt: skip
        self.incident.last_seq += 1
        entry = Entry(
            id=next(self.known.entry_ids), incident=self.incident, seq=self.incident.last_seq, kind=kind, source=source,
            text=text, code=code, data=data or {}, occurred_at=step.at, recorded_at=step.at, author=who or self._who(step),
        )  # fmt: skip
        self.rows.add(entry)
        return entry

    def _event(self, step: Step, code: str, **data: Any) -> None:
        self._entry(step, "event", "system", code=code, data=data)

    def _involve(self, part: str, who: Staff, at: datetime) -> None:
        if (who.pk, part) not in self.parts:
            self.parts.add((who.pk, part))
            self.rows.add(Involvement(incident=self.incident, staff=who, part=part, at=at))

    def _own(self, who: Staff, at: datetime) -> None:
        self.incident.owner = who
        self._involve("owner", who, at)

    def _note_child(self) -> None:
        found = self.reading
        said = None if found is None or found.state == "down" or found.abstain else found.child
        self.incident.child = contact_rules.child_involved(self.incident.children_answer, said)

    def _active(self) -> list[Allocation]:
        return [one for one in self.sent if one.left_at is None]

    def _stop(self, kind: str, by: str, at: datetime) -> None:
        clock = self.clocks.pop(kind, None)
        if clock is not None:
            clock.stopped_at, clock.stopped_by = at, by

    def _stop_all(self, by: str, at: datetime) -> None:
        for kind in list(self.clocks):
            self._stop(kind, by, at)

    def _owe_next(self, at: datetime) -> None:
        held: Grade | None = grade(self.periods[-1].grade) if self.periods else None
        arrived = any(one.arrived_at for one in self.sent)
        due = [clock.due_at for clock in self.clocks.values()]
        owed = next_owed(held, bool(self._active()) or arrived, arrived, at, due)
        self.incident.next_action, self.incident.next_action_at = owed

    def _audit(self, who: Staff, duty: str, verb: str, at: datetime, **detail: Any) -> None:
        """The event's own time is the seed's, since the database takes no other; when it is said to have been is a detail."""
        self.rows.events.append(AuditEvent(
            staff_id=who.pk, role=who.role, duty=duty, verb=verb, subjects=subjects_json([("incident", str(self.incident.pk))]),
            detail=detail_json({**detail, "made": "demo", "stated_at": at}),
        ))  # fmt: skip

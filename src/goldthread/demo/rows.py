"""From a story to the rows that the actions would have made of it: the same records, clocks, owners and readings."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Any

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.assessment.models import MarkAnswer, Reading, ThriveVersion
from goldthread.assessment.queries import critical_facts, cue_states
from goldthread.assessment.reading import Said as SaidSoFar
from goldthread.assessment.reading import read
from goldthread.audit.canonical import detail_json, subjects_json
from goldthread.audit.models import AuditEvent, Payload
from goldthread.contact import rules as contact_rules
from goldthread.contact.actions import FIRST_ASSESSMENT
from goldthread.contact.models import ChildrenAnswer, ChildVersion, Entry, Incident, Involvement, Particular
from goldthread.contact.people_models import Lookup
from goldthread.contact.search_rules import number
from goldthread.demo import steps
from goldthread.demo.desk_rows import Act
from goldthread.demo.loading import Row
from goldthread.demo.review_rows import Looked
from goldthread.demo.steps import Step, Story
from goldthread.demo.vast import Vast
from goldthread.demo.writing import Known, Rows
from goldthread.response.grades import Grade, closing_reasons, grade, severity_of
from goldthread.response.models import Allocation, Clock, Closing, GradePeriod
from goldthread.response.request_rules import Ending
from goldthread.response.rules import Closable, may_close, next_owed
from goldthread.supervision.models import Question, QuestionAnswer, Review, Sweep

ORDER: tuple[type[models.Model], ...] = (
    Payload, Incident, Particular, Entry, Lookup, ChildrenAnswer, ChildVersion, Involvement, Reading, MarkAnswer, ThriveVersion,
    GradePeriod, Clock, Allocation, Closing, Review, Sweep, Question, QuestionAnswer, AuditEvent,
)  # fmt: skip
"""Tables in an order in which each row's references stand before it."""


class Record:
    """One incident being written down, step by step, as the actions would."""

    def __init__(self, story: Story, known: Known, rows: Rows) -> None:
        self.known, self.rows = known, rows
        opened = story.steps[0]
        assert isinstance(opened, steps.Opened)
        handler = known.staff[opened.by]
        self.pk = story.id
        self.incident = rows.add(
            Incident, id=story.id, reference=f"{known.prefix}-{story.reference}", opened_at=opened.at, origin="here",
            channel=story.channel, area=story.area, team_id=handler.team_id, opened_by_id=handler.pk,
            owner_id=handler.pk, next_action="assess", next_action_at=opened.at + FIRST_ASSESSMENT, last_seq=0,
            child="possible", children_answer="not_asked",
        )  # fmt: skip
        self.said: list[SaidSoFar] = []
        self.place: int | None = None
        self.reading: Row | None = None
        self.versions = 0
        self.thrive: Row | None = None
        self.looked = Looked(self)
        self.author: int | None = None
        self.children: dict[uuid.UUID, Row] = {}
        self.periods: list[Row] = []
        self.clocks: dict[str, Row] = {}
        self.sent: list[Row] = []
        self.parts: set[tuple[int, str]] = set()
        self.named: tuple[steps.Child, ...] = ()
        self.given = {
            "location": opened.location,
            "caller_name": opened.caller_name,
            "caller_phone": opened.caller_phone,
        }
        self.worry, self.at_home = "", (opened.location, story.area) in known.homes
        self.taken: list[Step | Act] = []
        vast = Vast(self, known.watch, story) if known.watch is not None else None
        for step in story.steps:
            if vast is not None:
                vast.before(step)
            self.taken.append(step)
            self.take(step)
            if vast is not None:
                vast.after(step)
        if vast is not None:
            vast.leave()

    @singledispatchmethod
    def take(self, step: Step) -> None:
        """Write one step down."""
        raise TypeError(f"no rows are known for {type(step).__name__}")

    @take.register
    def _(self, step: steps.Opened) -> None:
        who = self.who(step)
        self.involve("opener", who, step.at)
        self.involve("owner", who, step.at)
        self.event(step, "incident.opened", channel=self.incident["channel"])
        for kind, text in self.given.items():
            if text:
                payload = self.keep(text)
                self.add(Particular, kind=kind, text_id=payload, by_id=who.pk, at=step.at)
                if kind == "location":
                    self.incident["location_id"] = payload
        self.audit(who, "collection", "incident.open", step.at, channel=self.incident["channel"])
        for kind in step.searched:
            self._search(step, kind)

    def _search(self, step: steps.Opened, kind: str) -> None:
        """Settle on what the caller gave: every place, number and caller that a story has is in the records."""
        records, who = self.known.records, self.who(step)
        target: int | None
        if kind == "place":
            typed = step.location
            target = self.place = records.places[typed, self.incident["area"]]
        elif kind == "phone":
            typed = step.caller_phone
            asked = number(typed)
            target = records.phones[asked.digits] if asked else None
        else:
            typed = step.caller_name
            target = records.residents.get((self.place, typed)) if self.place is not None else None
        if target is None:
            return
        self.add(
            Lookup, kind=kind, outcome="settled", found=1, typed_id=self.keep(typed), by_id=who.pk, at=step.at,
            **{f"{kind}_id": target},
        )  # fmt: skip
        self.event(step, "known.searched", kind=kind, outcome="settled")
        self.involve("author", who, step.at)

    @take.register
    def _(self, step: steps.Said) -> None:
        entry = self._entry(step, "words", step.source, text_id=self.keep(step.text))
        self.involve("author", self.who(step), step.at)
        self.said.append(SaidSoFar(entry["seq"], step.text))
        found = read(self.said)
        self.reading = self.add(
            Reading, id=self.next_id(Reading), entry_id=entry["id"], at=step.at, **found,
            critical=critical_facts(found.get("findings", [])),
        )  # fmt: skip
        self._note_child()

    @take.register
    def _(self, step: steps.Answered) -> None:
        who = self.who(step)
        self.add(ChildrenAnswer, answer=step.answer, by_id=who.pk, at=step.at)
        for one in step.children:
            particulars = {
                "name": one.name,
                "where_now": one.where_now,
                "last_seen_by": one.last_seen_by,
                "last_seen_when": "",
                "born": "",
            }
            self.children[one.child] = self.add(
                ChildVersion, child=one.child, version=1, age=one.age, seen=one.seen, by_id=who.pk, at=step.at,
                particulars_id=self.keep(json.dumps(particulars, ensure_ascii=False)),
            )  # fmt: skip
        self.named = (*self.named, *step.children)
        self.incident["children_answer"] = step.answer
        self.event(step, "children.answered", answer=step.answer, count=len(step.children))
        self.involve("author", who, step.at)
        self._note_child()

    @take.register
    def _(self, step: steps.Assessed) -> None:
        self.versions += 1
        text = {"elements": dict(step.elements), "interim": step.interim, "advice": step.advice}
        self.thrive = self.add(
            ThriveVersion, id=self.next_id(ThriveVersion), version=self.versions, text_id=self.keep(json.dumps(text, ensure_ascii=False)),
            author_id=self.who(step).pk, at=step.at, reading_id=self.reading["id"] if self.reading else None,
            read_up_to=self.incident["last_seq"],
        )  # fmt: skip
        self.author, self.worry = self.who(step).pk, dict(step.elements).get("risk", "")
        self.event(step, "thrive.written", version=self.versions)
        self.involve("author", self.who(step), step.at)

    @take.register
    def _(self, step: steps.Graded) -> None:
        new, who = grade(step.grade), self.who(step)
        period = self.add(
            GradePeriod, id=self.next_id(GradePeriod), seq=len(self.periods) + 1, grade=new.code,
            severity=new.severity, at=step.at, by_id=who.pk, origin="here", child=self.incident["child"],
            why_id=self.keep(step.why) if step.why else None,
            why_not_above_id=self.keep(step.why_not_above) if step.why_not_above else None,
        )  # fmt: skip
        self.periods.append(period)
        self._stop_all("regraded", step.at)
        due: dict[str, timedelta | None] = {"allocation": new.allocate, "attendance": new.attend}
        if self._active():
            due["allocation"] = None
        if any(one["arrived_at"] for one in self._active()):
            due["attendance"] = None
        for kind, target in due.items():
            if target is not None:
                self.clocks[kind] = self.add(
                    Clock, period_id=period["id"], kind=kind, started_at=step.at, due_at=step.at + target
                )
        self.event(step, "grade.chosen", grade=step.grade)
        self.involve("author", who, step.at)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Taken) -> None:
        who, was = self.who(step), self.incident["owner_id"]
        self._own(who, step.at)
        self.event(step, "owner.taken", **({"was": was} if was != who.pk else {}))

    @take.register
    def _(self, step: steps.Sent) -> None:
        who = self.who(step)
        sent = self.add(
            Allocation, id=self.next_id(Allocation), unit_id=self.known.units[step.unit].pk, at=step.at, by_id=who.pk, arrived_at=None,
            left_at=None,
        )  # fmt: skip
        self.sent.append(sent)
        self._stop("allocation", "dispatcher", step.at)
        self._own(who, step.at)
        for username in self.known.crews[step.unit]:
            self.involve("attending", self.known.staff[username], step.at)
        self.event(step, "unit.allocated", unit=step.unit)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Arrived) -> None:
        sent = self._active()[-1]
        sent["arrived_at"], sent["arrival_source"] = step.at, step.source
        self._stop("attendance", step.source, step.at)
        self.event(step, "unit.arrived", unit=step.unit, source=step.source)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Left) -> None:
        sent = self._active()[-1]
        sent["left_at"] = step.at
        arrived = sent["arrived_at"] is not None
        seen = self.incident["child"] == "none" or self._ending(arrived).seen or not arrived
        self.event(step, "unit.left", unit=step.unit, arrived=arrived, seen=seen)
        self._owe_next(step.at)

    @take.register
    def _(self, step: steps.Reviewed) -> None:
        self.looked.review(step)

    @take.register
    def _(self, step: steps.Replied) -> None:
        self.looked.reply(step)

    @take.register
    def _(self, step: steps.Closed) -> None:
        attended = any(one["arrived_at"] for one in self.sent)
        self._answer_critical(step)
        needs_second = tuple(self._ending(attended).second_needed_for)
        if needs_second:  # a second person closes on a THRIVE that knows everything
            self.take(steps.Assessed(step.at, step.by, (("risk", step.result),), "", ""))
        who = self._second(step.second) if needs_second else self.known.staff[step.by]
        may_close(closing_reasons()[step.reason], step.result, Closable(
            graded=bool(self.periods), attended=attended, second=bool(needs_second), needs_second=needs_second,
            fresh=bool(needs_second), unit_on_way=any(one["arrived_at"] is None for one in self._active()),
        ))  # fmt: skip
        self.add(Closing, at=step.at, by_id=who.pk, origin="here", reason=step.reason, result_id=self.keep(step.result))
        self._stop_all("closed", step.at)
        for one in self._active():
            one["left_at"] = step.at
        self.incident["closed_at"], self.incident["next_action"] = step.at, "none"
        self._entry(step, "event", "system", code="incident.closed", data={"reason": step.reason}, who=who)
        self.involve("author", who, step.at)
        self.audit(who, "alteration", "incident.close", step.at, reason=step.reason)

    def _ending(self, attended: bool) -> Ending:
        found = self.reading
        read = found["level"] if found and found["state"] == "read" and not found["abstain"] else "none"
        return Ending(
            child=self.incident["child"],
            attended=attended,
            seen=bool(self.children) and all(one["seen"] in {"seen", "spoken_to"} for one in self.children.values()),
            lowered=False,
            discordant=severity_of(read) > (self.periods[-1]["severity"] if self.periods else 0),
        )

    def _answer_critical(self, step: Step) -> None:
        """Note every mark of a threat to life: an incident does not close before."""
        who, found = self.who(step), self.reading
        if found is None or found["state"] != "read":
            return
        for one in cue_states(found["findings"], {}):
            if one.critical and one.wants:
                self.add(
                    MarkAnswer, cue=one.cue, answer="noted", reason="", facts=sorted(one.facts), critical=True,
                    reading_id=found["id"], by_id=who.pk, at=step.at,
                )  # fmt: skip
                self.event(step, "mark.answered", cue=one.cue, answer="noted", reason="")
                self.involve("author", who, step.at)
                self.audit(who, "collection", "mark.answer", step.at, cue=one.cue, answer="noted", why="")

    def _second(self, username: str) -> Staff:
        """Who closes what one person may not: the supervisor on duty, or a FIM where that one had a hand in it."""
        hands = {self.incident["opened_by_id"], self.incident["owner_id"], self.author}
        seniors = [self.known.staff[username], *(one for one in self.known.staff.values() if one.role == "fim")]
        return next(one for one in seniors if one.pk not in hands)

    def next_id(self, model: type[models.Model]) -> int:
        """A key that nobody else gets."""
        return next(self.known.ids[model])

    def who(self, step: Step) -> Staff:
        """Whoever takes the step."""
        return self.known.staff[step.by]

    def add(self, model: type[models.Model], /, **values: Any) -> Row:
        """Keep a row of this incident."""
        return self.rows.add(model, incident_id=self.pk, **values)

    def keep(self, text: str) -> uuid.UUID:
        """Keep a text, and return its key."""
        return self.rows.keep(text)

    def _entry(self, step: Step, kind: str, source: str, *, who: Staff | None = None, **values: Any) -> Row:
        self.incident["last_seq"] += 1
        return self.add(
            Entry, id=self.next_id(Entry), seq=self.incident["last_seq"], kind=kind, source=source,
            occurred_at=step.at, recorded_at=step.at, author_id=(who or self.who(step)).pk, **values,
        )  # fmt: skip

    def line(
        self,
        at: datetime,
        who: Staff | None,
        code: str,
        data: dict[str, Any],
        *,
        occurred_at: datetime | None = None,
        text_id: uuid.UUID | None = None,
    ) -> None:
        """Add a line of the system that belongs to no step of the story."""
        self.incident["last_seq"] += 1
        self.add(
            Entry, id=self.next_id(Entry), seq=self.incident["last_seq"], kind="event", source="system", code=code, data=data,
            occurred_at=occurred_at or at, recorded_at=at, author_id=who.pk if who else None, text_id=text_id,
        )  # fmt: skip

    def event(self, step: Step, code: str, **data: Any) -> None:
        """Add a line of the system to the timeline."""
        self._entry(step, "event", "system", code=code, data=data)

    def involve(self, part: str, who: Staff, at: datetime) -> None:
        """Note once what part somebody has in it."""
        if (who.pk, part) not in self.parts:
            self.parts.add((who.pk, part))
            self.add(Involvement, staff_id=who.pk, part=part, at=at)

    def _own(self, who: Staff, at: datetime) -> None:
        self.incident["owner_id"] = who.pk
        self.involve("owner", who, at)

    def _note_child(self) -> None:
        found = self.reading
        said = None if found is None or found["state"] == "down" or found["abstain"] else found["child"]
        self.incident["child"] = contact_rules.child_involved(
            self.incident["children_answer"], said, known=self.place in self.known.records.with_children
        )

    def _active(self) -> list[Row]:
        return [one for one in self.sent if one["left_at"] is None]

    def _stop(self, kind: str, by: str, at: datetime) -> None:
        clock = self.clocks.pop(kind, None)
        if clock is not None:
            clock["stopped_at"], clock["stopped_by"] = at, by

    def _stop_all(self, by: str, at: datetime) -> None:
        for kind in list(self.clocks):
            self._stop(kind, by, at)

    def _owe_next(self, at: datetime) -> None:
        held: Grade | None = grade(self.periods[-1]["grade"]) if self.periods else None
        arrived = any(one["arrived_at"] for one in self.sent)
        due = [clock["due_at"] for clock in self.clocks.values()]
        owed = next_owed(held, bool(self._active()) or arrived, arrived, at, due)
        self.incident["next_action"], self.incident["next_action_at"] = owed

    def audit(
        self, who: Staff | None, duty: str, verb: str, at: datetime, *about: tuple[str, str], **detail: Any
    ) -> None:
        """The event's own time is the seed's, for the database takes no other; the stated time is a detail."""
        self.rows.add(
            AuditEvent, staff_id=who.pk if who else None, role=who.role if who else "", duty=duty, verb=verb,
            subjects=subjects_json([("incident", str(self.pk)), *about]),
            detail=detail_json({**detail, "made": "demo", "stated_at": at}),
        )  # fmt: skip

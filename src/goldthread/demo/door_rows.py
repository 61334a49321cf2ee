"""The verbs of the door as rows: as ``door_actions`` writes them, with the clocks that wait for an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from goldthread.accounts.models import Staff
from goldthread.contact.models import ChildVersion, Entry
from goldthread.demo import steps
from goldthread.demo.desk_rows import Desk
from goldthread.demo.loading import Row
from goldthread.safeguarding import door_rules as rules
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit
from goldthread.safeguarding.door_queries import VERB
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor


@dataclass
class Visit:
    """A unit at the door: its row, its call sign, and what was said so far of each child and of the whole."""

    row: Row
    unit: str
    children: dict[UUID, ChildAtDoor]
    whole: VisitAtDoor = field(default_factory=VisitAtDoor)
    last: Row | None = None

    @property
    def pk(self) -> int:
        """The allocation's key."""
        return int(self.row["id"])


class Door:
    """What officers answer in one incident; words and a child's versions are the incident's own rows."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.record = desk, desk.record
        self.visits: dict[int, Visit] = {}

    def arrive(self, row: Row, unit: str) -> Visit:
        """Remember a unit that arrived."""
        visit = Visit(row, unit, {})
        self.visits[visit.pk] = visit
        return visit

    def leave(self, at: datetime, visit: Visit) -> None:
        """As ``door_actions.await_answer``."""
        if self.owes(visit):
            self.desk.start(at, "door", "visit", visit.pk)
        self._chase_ppn(at, visit)

    def answer(
        self,
        at: datetime,
        who: Staff,
        visit: Visit,
        children: Sequence[ChildAtDoor],
        whole: VisitAtDoor,
        new: tuple[steps.Child, ...] = (),
    ) -> None:
        """As ``door_actions.answer`` of an officer who was there, of now. Raises ``Invalid`` for what does not stand by itself."""
        record = self.record
        if new:
            record.take(steps.Answered(at, who.username, "named", new))
            self._settle(at, None)
        places = list(record.children)
        for number, given in enumerate(children, 1):
            self._child(at, who, visit, places.index(UUID(given.child)) + 1, number, given)
        self._whole(at, who, visit, whole, children=bool(children))
        record.involve("author", who, at)
        about = [("allocation", str(visit.pk)), *(("child", one.child) for one in children)]
        record.audit(who, "collection", VERB, at, *about, late=False, on_word=False)
        self._settle(at, who)
        self.desk.did(at, who, "door", children=list(children), whole=whole, new=new)

    def owes(self, visit: Visit) -> bool:
        """As ``door_queries.owing`` of one visit."""
        record, arrived = self.record, visit.row["arrived_at"]
        if arrived is None or record.incident["child"] == "none":
            return False
        if not record.children:
            return not visit.whole.no_child
        return any(
            child not in visit.children and (one["at"] < arrived or one["seen"] == "not_known")
            for child, one in record.children.items()
        )

    def _child(self, at: datetime, who: Staff, visit: Visit, place: int, number: int, given: ChildAtDoor) -> None:
        child, record = UUID(given.child), self.record
        found = rules.child(number, ChildAtDoor(), given)
        self._event(at, who, visit, "door.child", child=place, seen=found.seen, alone=found.alone)
        self.desk.add(
            DoorAnswer, incident_id=record.pk, visit_id=visit.pk, child=child, seen=found.seen, alone=found.alone,
            **self._words(at, who, rules.CHILD_TEXTS, found), **self._told(at, who, 1),
        )  # fmt: skip
        visit.children[child] = found
        last = record.children[child]
        seen = rules.seen_now(found, at, last["seen"], last["at"], None)
        record.children[child] = record.add(
            ChildVersion, child=child, version=last["version"] + 1, age=last["age"], seen=seen, by_id=who.pk, at=at,
            particulars_id=last["particulars_id"],
        )  # fmt: skip

    def _whole(self, at: datetime, who: Staff, visit: Visit, given: VisitAtDoor, *, children: bool) -> None:
        before, last = visit.whole, visit.last
        found = rules.visit(before, given, children=children)
        reference = self.record.keep(given.ppn_reference) if given.ppn_reference else None
        self._event(at, who, visit, "door.visit", ppn=found.ppn, no_child=found.no_child)
        said = self._words(at, who, rules.VISIT_TEXTS, given)
        stands = {
            f"{name}_id": last[f"{name}_id"] if last and getattr(found, name) else None for name in rules.VISIT_TEXTS
        }
        version = last["version"] + 1 if last else 1
        visit.whole = found
        visit.last = self.desk.add(
            DoorVisit, visit_id=visit.pk, no_child=found.no_child, ppn=found.ppn, ppn_reference_id=reference,
            **{name: value or stands[name] for name, value in said.items()}, **self._told(at, who, version),
        )  # fmt: skip
        if found.ppn == "not_yet":
            self.desk.start(at, "ppn", "ppn", visit.pk)
        elif found.ppn:
            self.desk.stop(at, "ppn", visit.pk, found.ppn, by=who)

    def _words(self, at: datetime, who: Staff, names: Sequence[str], said: ChildAtDoor | VisitAtDoor) -> Row:
        """The entry of each text: it stands on the timeline and is read."""
        kept: Row = {}
        for name in names:
            text = getattr(said, name)
            if text:
                self.record.take(steps.Said(at, who.username, "officer", text))
            kept[f"{name}_id"] = self.record.rows[Entry][-1]["id"] if text else None
        return kept

    def _told(self, at: datetime, who: Staff, version: int) -> Row:
        return {"version": version, "seen_at": at, "late": False, "by_id": who.pk, "told_by_id": None, "at": at}

    def _event(self, at: datetime, who: Staff, visit: Visit, code: str, **data: Any) -> None:
        self.record.line(at, who, code, {**data, "unit": visit.unit, "on_word": False})

    def _settle(self, at: datetime, by: Staff | None) -> None:
        for about, pk in self.desk.runs("visit", "ppn"):
            visit = self.visits[pk]
            if about == "visit":
                if not self.owes(visit):
                    self.desk.stop(at, "visit", pk, "answered", by=by)
                self._chase_ppn(at, visit)
            elif not self._owes_ppn(visit):
                self.desk.stop(at, "ppn", pk, "answered", by=by)

    def _chase_ppn(self, at: datetime, visit: Visit) -> None:
        if self._owes_ppn(visit):
            self.desk.start(at, "ppn", "ppn", visit.pk, began=visit.row["arrived_at"])

    def _owes_ppn(self, visit: Visit) -> bool:
        """As ``door_queries.owes_ppn``; a story has one visit."""
        if visit.whole.ppn:
            return visit.whole.ppn == "not_yet"
        return visit.row["arrived_at"] is not None and bool(self.record.children)

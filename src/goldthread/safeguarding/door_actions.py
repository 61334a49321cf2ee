"""The verb of the door: to answer. Also when a clock waits for an answer, and when it ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid
from goldthread.config.upward import listen
from goldthread.contact import actions as contact
from goldthread.contact.events import ChildrenAnswered
from goldthread.contact.models import ChildVersion, Entry, Involvement
from goldthread.contact.rules import ChildGiven
from goldthread.contact.work import Work, on_incident
from goldthread.response.events import UnitLeft
from goldthread.response.models import Allocation, Closing
from goldthread.safeguarding import clock_actions, clock_queries, door_queries
from goldthread.safeguarding import door_rules as rules
from goldthread.safeguarding.door_models import DoorAnswer, DoorVisit, Told
from goldthread.safeguarding.door_queries import VERB
from goldthread.safeguarding.door_rules import ChildAtDoor, Given, VisitAtDoor

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting
    from goldthread.contact.models import Incident

STANDS = "stands"
"""In place of a text that was said before and stands."""


def answer(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    visit: int,
    children: Sequence[ChildAtDoor] = (),
    whole: VisitAtDoor = VisitAtDoor(),  # noqa: B008 - it cannot be changed
    new: Sequence[ChildGiven] = (),
    seen_at: datetime | None = None,
    pressed_at: datetime | None = None,
    told_by: int | None = None,
) -> None:
    """Say what was found on a visit, of each child and as a whole; a retry with the same key and values acts once.

    Every answer is a version, and what was not said again stays as it was. ``new`` are children not on record yet, whom ``children``
    may name by the identity given there. ``seen_at`` is when it was seen by the officer's word, ``pressed_at`` when they sent it, which a
    lost connection may hold up. ``told_by`` is the officer on whose word somebody who was not there answers. A closed incident opens
    again on its team's desk, since nobody looks into a closed one. Raises ``NotThere``, ``Invalid`` and ``Refused``.
    """
    given = [rules.kept_child(one) for one in children]
    kept = rules.kept_visit(whole)
    if not new:
        rules.anything(given, kept)
    what = (visit, [astuple(one) for one in given], astuple(kept), seen_at, told_by)
    with transaction.atomic():
        if new:
            contact.answer_children(user, incident_id, key=key, answer="named", given=list(new), on_desk=True)
        with on_incident(user, incident_id, VERB, key, "door", *what) as work:
            if work.done is not None:
                return
            sent = Allocation.objects.filter(pk=visit, incident=work.incident).select_related("unit").first()
            if sent is None:
                raise Invalid({"visit": "That unit was not sent to this incident. Nothing was saved; reload the page."})
            _Answering(work, user, sent, told_by, seen_at, pressed_at).carry_out(given, kept)
            work.finish(sent.pk)


class _Answering:
    """One answer as it is carried out."""

    def __init__(
        self, work: Work, user: Staff, sent: Allocation, told_by: int | None, seen_at: datetime | None, pressed_at: datetime | None
    ) -> None:  # fmt: skip
        self.work, self.sent, self.incident = work, sent, work.incident
        there = Involvement.objects.filter(incident=work.incident, part="attending")
        if told_by == user.pk:
            told_by = None
        if told_by is not None and not there.filter(staff=told_by).exists():
            raise Invalid({"told_by": "Choose an officer who was sent there: it is their word."})
        rules.may_answer(
            attended=there.filter(staff=user).exists(), on_word=told_by is not None, left_at=sent.left_at, now=work.now
        )
        self.at, self.late = rules.when(seen_at, pressed_at, sent.at, work.now)
        self.told_by = told_by
        self.closed_at = (
            Closing.objects.filter(incident=work.incident).order_by("-id").values_list("at", flat=True).first()
        )
        self.user = user

    def carry_out(self, given: Sequence[ChildAtDoor], kept: VisitAtDoor) -> None:
        """Write all of it, in the order of the page; the clocks that wait for it end."""
        work = self.work
        if not work.incident.is_open:
            contact.reopen(work, "an officer's answer", work.incident.team)
        newest = _newest(work.incident)
        order = list(newest)
        told = door_queries.answers(work.incident)
        answered = []
        for number, one in enumerate(given, 1):
            if one == ChildAtDoor(child=one.child):
                continue
            child = _identity(one.child)
            if child not in newest or child in answered:
                raise Invalid(
                    {"children": f"Child {number} is not on record here. Nothing was saved; reload the page."}
                )
            self._child(number, order.index(child) + 1, newest[child], one, told.get((self.sent.pk, child)))
            answered.append(child)
        before = door_queries.wholes(work.incident).get(self.sent.pk)
        self._whole(before, kept, children=bool(answered))
        work.involve("author")
        subjects: list[tuple[str, object]] = [("incident", str(work.incident.pk)), ("allocation", str(self.sent.pk))]
        subjects += [("child", str(one)) for one in answered]
        subjects += [("staff", self.told_by)] if self.told_by is not None else []
        work.act.record("collection", VERB, subjects, late=self.late, on_word=self.told_by is not None)
        _settle(work.act, work.incident, self.user)

    def _child(
        self, number: int, place: int, newest: ChildVersion, given: ChildAtDoor, before: DoorAnswer | None
    ) -> None:
        given = _without_standing(before, given, rules.CHILD_TEXTS)
        found = rules.child(number, _child_before(before), given)
        self._event("door.child", child=place, seen=found.seen, alone=found.alone)
        # What stands may be of later than what arrived last: versions go by arrival.
        version = DoorAnswer.objects.filter(visit=self.sent, child=newest.child).count() + 1
        since = door_queries.said_anew().filter(incident=self.incident, child=newest.child).order_by("-version")
        held_at = since.values_list("since", flat=True).first() or newest.at
        DoorAnswer(
            incident=self.incident, visit=self.sent, child=newest.child, seen=found.seen, alone=found.alone,
            **self._words(rules.CHILD_TEXTS, given, found, before), **self._told(version),
        ).save()  # fmt: skip
        seen = rules.seen_now(found, self.at, newest.seen, held_at, self.closed_at)
        if seen is not None:
            contact.set_seen(self.work, newest.child, seen)

    def _whole(self, before: DoorVisit | None, given: VisitAtDoor, *, children: bool) -> None:
        held, said = _whole_before(before), given != VisitAtDoor()
        given = _without_standing(before, given, (*rules.VISIT_TEXTS, "ppn_reference"))
        found = rules.visit(held, given, children=children)
        if found == held and not said:
            return
        reference = Payload.objects.keep(given.ppn_reference) if given.ppn_reference and found.ppn_reference else None
        self._event("door.visit", ppn=found.ppn, no_child=found.no_child)
        DoorVisit(
            visit=self.sent, no_child=found.no_child, ppn=found.ppn,
            ppn_reference=reference or (before.ppn_reference if before and found.ppn_reference else None),
            **self._words(rules.VISIT_TEXTS, given, found, before), **self._told(before.version + 1 if before else 1),
        ).save()  # fmt: skip
        about = ("ppn", self.sent.pk)
        if found.ppn == "not_yet":
            clock_actions.start(self.work.act, "ppn", about=about, incident=self.incident, began_at=self.at)
        elif found.ppn:
            clock_actions.stop(self.work.act, about, found.ppn, by=self.user)

    def _words(
        self,
        names: Sequence[str],
        given: ChildAtDoor | VisitAtDoor,
        found: ChildAtDoor | VisitAtDoor,
        before: Told | None,
    ) -> dict[str, Entry | None]:
        """The entry of each text: what is said now goes on the timeline to be read, what was said before stands."""
        kept: dict[str, Entry | None] = {}
        for name in names:
            if not getattr(found, name):
                kept[name] = None
            elif getattr(given, name):
                kept[name] = contact.say(self.work, "officer", getattr(given, name), self.at)
            else:
                kept[name] = getattr(before, name)
        return kept

    def _told(self, version: int) -> dict[str, object]:
        return {
            "version": version,
            "seen_at": self.at,
            "late": self.late,
            "by": self.user,
            "told_by_id": self.told_by,
            "at": self.work.now,
        }

    def _event(self, code: str, **data: object) -> None:
        data |= {"unit": self.sent.unit.call_sign, "on_word": self.told_by is not None}
        self.work.entry("event", "system", code=code, data=data, occurred_at=self.at, late=self.late)


@listen(UnitLeft)
def await_answer(event: UnitLeft) -> None:
    """A unit left: where the child was not answered for, a clock runs until it is, and where nothing was said of a PPN, another.
    The unit is free all the same.
    """
    if door_queries.owes(event.sent):
        clock_actions.start(event.act, "door", about=("visit", event.sent.pk), incident=event.sent.incident)
    _chase_ppn(event.act, event.sent)


@listen(ChildrenAnswered, last=True)
def room_answered(event: ChildrenAnswered) -> None:
    """What the room records of a child may answer what a clock waits for."""
    _settle(event.act, event.incident)


def _settle(act: Acting, incident: Incident, by: Staff | None = None) -> None:
    """End the clocks of visits that owe nothing any more, an earlier unit's too: the child has been seen, or not, since it left.

    A PPN is owed where the child's answer came from somebody else, or the child was recorded only now.
    """
    for clock in clock_queries.running_in(incident).filter(about__in=("visit", "ppn")):
        visit = Allocation.objects.get(pk=int(clock.about_id))
        if clock.about == "visit":
            if not door_queries.owes(visit):
                clock_actions.stop(act, ("visit", visit.pk), "answered", by=by)
            _chase_ppn(act, visit)
        elif not door_queries.owes_ppn(visit):
            clock_actions.stop(act, ("ppn", visit.pk), "answered", by=by)


def _chase_ppn(act: Acting, visit: Allocation) -> None:
    if door_queries.owes_ppn(visit):
        clock_actions.start(act, "ppn", about=("ppn", visit.pk), incident=visit.incident, began_at=visit.arrived_at)


def _newest(incident: Incident) -> dict[uuid.UUID, ChildVersion]:
    """Each child as on record now, in the order first recorded, as the page shows them."""
    return {one.child: one for one in incident.child_versions.order_by("id")}


def _identity(child: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(child)
    except ValueError:
        return None


def _child_before(before: DoorAnswer | None) -> ChildAtDoor:
    if before is None:
        return ChildAtDoor()
    return ChildAtDoor(seen=before.seen, alone=before.alone, **_standing(before, rules.CHILD_TEXTS))


def _whole_before(before: DoorVisit | None) -> VisitAtDoor:
    if before is None:
        return VisitAtDoor()
    texts = _standing(before, (*rules.VISIT_TEXTS, "ppn_reference"))
    return VisitAtDoor(no_child=before.no_child, ppn=before.ppn, **texts)


def _without_standing(before: Told | None, given: Given, names: Sequence[str]) -> Given:
    """What was given without the texts that stand as they are: a page that was sent once sends them along again."""
    held = {name: getattr(before, name) for name in names} if before is not None else {}
    texts = {name: one.text if isinstance(one, Entry) else one for name, one in held.items()}
    again = {name: "" for name, one in texts.items() if one is not None and one.text == getattr(given, name)}
    return replace(given, **again)


def _standing(before: Told, names: Sequence[str]) -> dict[str, str]:
    return {name: STANDS if getattr(before, name) is not None else "" for name in names}

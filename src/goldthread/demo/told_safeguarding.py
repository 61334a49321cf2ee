"""Verbs of ``told.toml`` for children seen at the door, missing, or taken into police protection: by the actions that the pages use."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.response.actions import record_leaving
from goldthread.response.models import Allocation
from goldthread.safeguarding import door_actions, missing_actions, protection_actions, referral_actions
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor
from goldthread.safeguarding.missing_models import MissingEpisode
from goldthread.safeguarding.protection_models import Protection
from goldthread.safeguarding.protection_rules import Given

if TYPE_CHECKING:
    from goldthread.demo.told import Carried
    from goldthread.demo.told_steps import Step

SEEN_BEFORE = timedelta(minutes=50)
"""How long before it is reported a child was last seen *(ours)*."""
DESIGNATED = "Inspector Paula Wetherell"


def _now() -> datetime:
    return database_now(connection)


def _key() -> uuid.UUID:
    return uuid.uuid4()


def _episode(self: Carried) -> MissingEpisode:
    return MissingEpisode.objects.filter(incident=self.now_in).latest("pk")


def _missing(self: Carried, step: Step) -> None:
    risk, reasons, place = step.rest
    missing_actions.open_episode(
        step.who, self.now_in, key=_key(), child=self.child, last_seen_at=_now() - SEEN_BEFORE, last_seen=step.words,
        went_from=place, risk=risk, reasons=reasons.split(","),
    )  # fmt: skip


def _sighted(self: Carried, step: Step) -> None:
    at = _now() - timedelta(minutes=int(step.rest[0]))
    missing_actions.sight(step.who, _episode(self).pk, key=_key(), seen_at=at, words=step.words)


def _reassess(self: Carried, step: Step) -> None:
    risk, reasons = step.rest
    held = _episode(self)
    missing_actions.assess(
        step.who, held.pk, key=_key(), version=held.assessments.count(), risk=risk, reasons=reasons.split(","), words=step.words
    )  # fmt: skip


def _returned(self: Carried, step: Step) -> None:
    where, condition = step.words.split("; ")
    missing_actions.come_back(
        step.who, _episode(self).pk, key=_key(), returned_at=_now(), found_by=step.rest[0], where=where, condition=condition
    )  # fmt: skip


def _interview(self: Carried, step: Step) -> None:
    (kind, outcome), how = step.rest[:2], (step.rest[2] if len(step.rest) > 2 else "")
    who, _, words = step.words.partition("; ")
    missing_actions.interview(
        step.who, _episode(self).pk, key=_key(), kind=kind, outcome=outcome, held_at=_now(), how=how, who=who, words=words
    )  # fmt: skip


def _protect(self: Carried, step: Step) -> None:
    where, reason, authority = step.words.split("; ")
    given = Given(
        taken_at=_now(), initiating=step.who.name, designated=DESIGNATED, where_now=where, reason=reason, authority=authority,
        authority_at=_now(), child_told="told", parents_told="told",
    )  # fmt: skip
    protection_actions.take(step.who, self.now_in, key=_key(), given=given, child=self.child)


def _plan(self: Carried, step: Step) -> None:
    given = Given(plan=step.rest[0], plan_words=step.words)
    protection_actions.add(step.who, Protection.objects.get(incident=self.now_in).pk, key=_key(), given=given)


def _unprotect(self: Carried, step: Step) -> None:
    held = Protection.objects.get(incident=self.now_in)
    protection_actions.end(step.who, held.pk, key=_key(), how=step.rest[0], ended_at=_now(), words=step.words)


def _met(self: Carried, step: Step) -> None:
    (kind, outcome), (who, _, words) = step.rest, step.words.partition("; ")
    protection_actions.met(
        step.who, self.now_in, key=_key(), child=self.child, kind=kind, held_at=_now(), outcome=outcome, who=who, words=words
    )  # fmt: skip


def _visit(self: Carried) -> Allocation:
    return Allocation.objects.filter(incident=self.now_in).latest("pk")


def _door(self: Carried, step: Step) -> None:
    """What the officer answers of the child and the home; the number of the PPN is the visit's."""
    alone, (showed, home), visit = step.rest[0], step.words.split("; "), _visit(self)
    child = ChildAtDoor(child=self.child, seen="yes", alone=alone, showed=showed)
    whole = VisitAtDoor(home=home, ppn="submitted", ppn_reference=f"PPN-{visit.pk:06}")
    door_actions.answer(step.who, self.now_in, key=_key(), visit=visit.pk, children=[child], whole=whole)


def _leave(self: Carried, step: Step) -> None:
    record_leaving(step.who, self.now_in, key=_key(), allocation_id=_visit(self).pk)


def _owe(self: Carried, step: Step) -> None:
    referral_actions.owe(step.who, self.now_in, key=_key(), kind=step.rest[0])


VERBS: dict[str, Callable[[Carried, Step], None]] = {
    "missing": _missing, "sighted": _sighted, "reassess": _reassess, "returned": _returned, "interview": _interview,
    "door": _door, "leave": _leave, "protect": _protect, "plan": _plan, "unprotect": _unprotect, "met": _met,
    "owe": _owe,
}  # fmt: skip

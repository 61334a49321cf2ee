"""Verbs of ``told.toml`` for investigations: handed over, taken on, the child heard, reviewed and ended, by the actions of the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.investigation import actions, offer_actions, review_actions
from goldthread.investigation.models import EndAsked, Handover, Investigation, PlanItem

if TYPE_CHECKING:
    from goldthread.demo.told import Carried
    from goldthread.demo.told_steps import Step

DUE = timedelta(days=3)
"""By when an item of the plan is to be done *(ours)*."""


def _key() -> uuid.UUID:
    return uuid.uuid4()


def _one(self: Carried) -> uuid.UUID:
    return Investigation.objects.get(incident=self.now_in).pk


def _offer(self: Carried, step: Step) -> None:
    team = self.staff("investigation-supervisor").team_id
    offer_actions.hand(step.who, self.now_in, key=_key(), team=team, note=step.words)


def _taken_on(self: Carried, step: Step) -> None:
    offer = Handover.objects.get(incident=self.now_in)
    leads = self.staff("investigator").pk
    offer_actions.accept(step.who, offer.pk, key=_key(), investigator=leads, supervisor=step.who.pk)


def _access(self: Carried, step: Step) -> None:
    who, words = step.words.split("; ")
    actions.answer_access(step.who, _one(self), key=_key(), answer=step.rest[0], who=who, words=words)


def _item(self: Carried, step: Step) -> None:
    due = database_now(connection) + DUE
    actions.add_item(
        step.who, _one(self), key=_key(), kind=step.rest[0], words=step.words, owner=step.who.pk, due_at=due
    )


def _item_done(self: Carried, step: Step) -> None:
    item = PlanItem.objects.filter(investigation=_one(self), end__isnull=True).earliest("pk")
    actions.end_item(step.who, _one(self), item.pk, key=_key(), answer="done", words=step.words)


def _voice(self: Carried, step: Step) -> None:
    by_whom, said, wishes = step.words.split("; ")
    actions.record_voice(
        step.who, _one(self), uuid.UUID(self.child), key=_key(), seen="yes", spoken="alone", by_whom=by_whom, said=said,
        wishes=wishes,
    )  # fmt: skip


def _reviewed(self: Carried, step: Step) -> None:
    review_actions.review(
        step.who, _one(self), key=_key(), agrees=True, voice=step.rest[0] == "voice", words=step.words
    )


def _read(self: Carried, step: Step) -> None:
    """Take note of everything that was said or done in the incident until now."""
    incident = self.incident()
    actions.acknowledge(step.who, _one(self), key=_key(), seen={incident.pk: incident.last_seq})


def _ask(self: Carried, step: Step) -> None:
    review_actions.ask_end(step.who, _one(self), key=_key(), outcome=step.rest[0], words=step.words)


def _confirm(self: Carried, step: Step) -> None:
    asked = EndAsked.objects.filter(investigation=_one(self)).latest("pk")
    review_actions.answer_end(step.who, _one(self), asked.pk, key=_key(), confirm=True)


def _tell(self: Carried, step: Step) -> None:
    at = database_now(connection)
    review_actions.tell(
        step.who, _one(self), key=_key(), child=uuid.UUID(self.child), how="in_person", words=step.words, occurred_at=at
    )  # fmt: skip


VERBS: dict[str, Callable[[Carried, Step], None]] = {
    "inv-offer": _offer, "inv-accept": _taken_on, "inv-access": _access, "inv-item": _item, "inv-done": _item_done,
    "inv-voice": _voice, "inv-review": _reviewed, "inv-news": _read, "inv-ask": _ask, "inv-confirm": _confirm, "inv-tell": _tell,
}  # fmt: skip

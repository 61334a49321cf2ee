"""The verbs of transfers: to ask another force or agency, to record their answer, to take the question back."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.contact.rules import short
from goldthread.contact.work import NOT_THERE, on_incident
from goldthread.response import shared_actions as shared
from goldthread.response.transfer_models import THRESHOLDS, TRANSFER_ANSWERS, Transfer, TransferAnswer

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

ANSWER_WITHIN = timedelta(minutes=15)
"""How long another agency may leave a transfer unanswered before it alarms *(ours)*."""
LONGEST_NAME = 120


def transfer(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    agency: str,
    reached: str,
    what: str,
    threshold: str = "not_asked",
) -> Transfer:
    """Record that another force or agency was asked to act; the incident stays ours, open and owned. Raises ``Invalid``."""
    told = {
        "agency": short(agency, "agency", LONGEST_NAME),
        "reached": short(reached, "reached", LONGEST_NAME),
        "what": shared.reason(what, "what"),
    }
    missing = {
        "agency": "Write which force or agency was asked.",
        "reached": "Write who there was reached, and how: a name, a number, a reference.",
        "what": "Write what they were asked to do.",
    }
    if wrong := {name: sentence for name, sentence in missing.items() if not told[name]}:
        raise Invalid(wrong)
    if threshold not in dict(THRESHOLDS):
        raise Invalid({"threshold": "Choose from the list whether police are needed."})
    with on_incident(user, incident_id, "owner.hand", key, "transfer", *told.values(), threshold) as work:
        if work.done is not None:
            return Transfer.objects.get(pk=int(work.done))
        shared.must_be_open(work)
        made = Transfer(
            incident=work.incident, told=Payload.objects.keep(json.dumps(told)), threshold=threshold, by=user, at=work.now,
            answer_by=work.now + ANSWER_WITHIN,
        )  # fmt: skip
        made.save()
        work.event("transfer.asked", transfer=made.pk)
        work.involve("author")
        work.act.record("disclosure", "transfer.ask", [*shared.subject(work), ("transfer", str(made.pk))])
        work.finish(made.pk)
    return made


def answer(
    user: Staff, incident_id: uuid.UUID, transfer_id: int, *, key: uuid.UUID, answer: str, words: str = ""
) -> None:
    """Record their answer: accepted by whom, declined and why, or the question taken back. Raises ``Invalid`` and ``Stale``."""
    kept = shared.reason(words, "words")
    if answer not in dict(TRANSFER_ANSWERS):
        raise Invalid({"answer": "Choose: accepted, declined, or taken back."})
    with on_incident(user, incident_id, "owner.hand", key, "transfer answer", transfer_id, answer, kept) as work:
        if work.done is not None:
            return
        found = Transfer.objects.filter(pk=transfer_id, incident=work.incident).first()
        if found is None:
            raise NotThere(NOT_THERE)
        if TransferAnswer.objects.filter(transfer=found).exists():
            raise Stale("This was answered already. Nothing was changed; reload to see by whom.")
        if answer == "accepted" and not kept:
            raise Invalid({"words": "Write who there accepted it, and their reference. Silence is no yes."})
        if answer == "declined" and not kept:
            raise Invalid({"words": "Write why they declined, as they said it."})
        said = Payload.objects.keep(kept) if kept else None
        TransferAnswer(transfer=found, answer=answer, words=said, by=user, at=work.now).save()
        work.event(f"transfer.{answer}", transfer=found.pk)
        work.involve("author")
        work.act.record(
            "collection", "transfer.answer", [*shared.subject(work), ("transfer", str(found.pk))], answer=answer
        )
        work.finish()


def told(found: Transfer) -> dict[str, Any]:
    """Agency, who was reached and what was asked, as shown; a tombstone in each once erased."""
    if found.told.erased_at is not None:
        return dict.fromkeys(("agency", "reached", "what"), found.told.shown())
    kept: dict[str, Any] = json.loads(found.told.text)
    return kept

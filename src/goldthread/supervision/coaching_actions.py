"""The verbs of coaching: to leave a note, to open it, to answer it. Nothing of it stands on the incident's timeline."""

from __future__ import annotations

import uuid

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE, command_key
from goldthread.supervision import coaching_rules as rules
from goldthread.supervision.coaching_models import CoachingAnswer, CoachingNote, CoachingSeen
from goldthread.supervision.coaching_queries import LEAVES, receivers


def leave(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    to: int | None,
    quote: str,
    good: str = "",
    better: str = "",
) -> CoachingNote:
    """Leave a note for somebody who worked on the incident. The audit keeps that it was made, and none of its words.

    Raises ``NotThere`` where the incident is out of reach, ``Invalid`` for nobody, words that are not in the record, or nothing said.
    """
    kept_good, kept_better = rules.says(good, better)
    with acting(user) as act:
        incident = reached(user, LEAVES, incident_id, lock=True)
        if incident is None:
            raise NotThere(NOT_THERE)
        own_key = command_key(key, user.pk, incident_id, to, quote, kept_good, kept_better)
        made = CoachingNote.objects.filter(key=own_key).first()
        if made is not None:
            return made
        receiver = next((each for each in receivers(incident, user) if each.pk == to), None)
        if receiver is None:
            raise Invalid({"to": "Choose whom it is for: somebody who worked on this incident, and not yourself."})
        said = incident.entries.filter(kind="words", text__erased_at__isnull=True).order_by("seq")
        entry, start, end = rules.located(quote, said.values_list("pk", "text__text"))
        note = CoachingNote(
            incident=incident, entry_id=entry, start=start, end=end, to=receiver, by=user, key=own_key, at=act.now,
            good=Payload.objects.keep(kept_good) if kept_good else None,
            better=Payload.objects.keep(kept_better) if kept_better else None,
        )  # fmt: skip
        note.save()
        act.record(
            "collection", "coaching.leave",
            [("incident", str(incident.pk)), ("staff", receiver.pk), ("coaching", str(note.pk))],
        )  # fmt: skip
    return note


def opened(user: Staff, note_id: int) -> CoachingNote:
    """Open a note that is for this person, which its author is told. Raises ``NotThere`` for anybody else's."""
    with acting(user) as act:
        note = _for(user, note_id)
        if not CoachingSeen.objects.filter(note=note).exists():
            CoachingSeen(note=note, at=act.now).save()
        act.record("consultation", "coaching.open", [("incident", str(note.incident_id)), ("coaching", str(note.pk))])
    return note


def answer(user: Staff, note_id: int, *, words: str) -> CoachingAnswer:
    """Answer a note. The same answer sent twice is one; raises ``Stale`` for another, ``Invalid`` for an empty one."""
    kept = rules.answer(words)
    with acting(user) as act:
        note = _for(user, note_id)
        before = CoachingAnswer.objects.filter(note=note).select_related("words").first()
        if before is not None:
            if before.words.shown() == kept:
                return before
            raise Stale("You have answered this note already. What you wrote now is still here and was not sent.")
        if not CoachingSeen.objects.filter(note=note).exists():
            CoachingSeen(note=note, at=act.now).save()
        made = CoachingAnswer(note=note, words=Payload.objects.keep(kept), at=act.now)
        made.save()
        act.record("collection", "coaching.answer", [("incident", str(note.incident_id)), ("coaching", str(note.pk))])
    return made


def _for(user: Staff, note_id: int) -> CoachingNote:
    """A note for this person, who is held meanwhile, so that two windows of theirs open or answer it once."""
    held = Staff.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    note = CoachingNote.objects.filter(pk=note_id, to=held).first() if held is not None else None
    if note is None:
        raise NotThere("There is no such note, or it is not for you.")
    return note

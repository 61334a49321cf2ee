"""The verbs of assessment: reading what was said, and writing THRIVE versions."""

from __future__ import annotations

import json
import uuid
from dataclasses import astuple
from typing import TYPE_CHECKING

from goldthread.assessment import rules
from goldthread.assessment.elements import elements_on
from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.assessment.queries import newest_reading, newest_thrive, said_in
from goldthread.assessment.reading import read
from goldthread.audit.models import Payload
from goldthread.config.upward import listen
from goldthread.contact import rules as contact_rules
from goldthread.contact.events import CallerKnown, ChildrenAnswered, WordsAdded
from goldthread.contact.work import on_incident

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident


@listen(WordsAdded)
def read_words(event: WordsAdded) -> None:
    """Read everything said so far with the new words, and store what was found; in the words' own transaction."""
    found = Reading.objects.create(
        incident=event.incident, entry=event.entry, at=event.act.now, **read(said_in(event.incident))
    )
    _note_child(event.incident, found)


@listen(ChildrenAnswered)
def weigh_answer(event: ChildrenAnswered) -> None:
    """Weigh the new answer against what was read."""
    _note_child(event.incident, newest_reading(event.incident))


@listen(CallerKnown)
def weigh_caller(event: CallerKnown) -> None:
    """Weigh who calls, and whether they may be called, against what was read."""
    _note_child(event.incident, newest_reading(event.incident))


def write_thrive(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, draft: rules.Draft) -> ThriveVersion:
    """Add the next THRIVE version. A retry with the same key returns the version already made.

    Raises ``Stale`` when somebody else's version came in between, ``Invalid`` for what cannot be kept.
    """
    with on_incident(user, incident_id, "thrive.write", key, astuple(draft)) as work:
        if work.done is not None:
            return ThriveVersion.objects.get(pk=int(work.done))
        current = newest_thrive(work.incident)
        codes = {element.code for element in elements_on(work.now.date())}
        text = rules.assessment(draft, codes, current.version if current else 0)
        version = ThriveVersion.objects.create(
            incident=work.incident,
            version=draft.based_on + 1,
            text=Payload.objects.keep(json.dumps(text, ensure_ascii=False)),
            author=user,
            at=work.now,
            reading=newest_reading(work.incident),
            read_up_to=work.incident.last_seq,
        )
        work.event("thrive.written", version=version.version)
        work.involve("author")
        work.act.record("collection", "thrive.write", [("incident", str(incident_id))], version=version.version)
        work.finish(version.pk)
    return version


def _note_child(incident: Incident, reading: Reading | None) -> None:
    read_so_far = None if reading is None or reading.state == "down" or reading.abstain else reading.child
    incident.child = contact_rules.child_involved(
        incident.children_answer, read_so_far, incident.on_line, incident.safe_contact
    )

"""The verbs of assessment: reading what was said, and writing THRIVE versions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.assessment import marking, rules
from goldthread.assessment.elements import elements_on
from goldthread.assessment.holding import held
from goldthread.assessment.mode_rules import NOT_READ
from goldthread.assessment.models import MarkAnswer, Reading, ThriveVersion, Unread
from goldthread.assessment.modes import of_team, standing
from goldthread.assessment.queries import critical_facts, newest_reading, newest_thrive, said_in
from goldthread.assessment.reading import load_again, read, reader, reads_fully
from goldthread.audit.models import Payload
from goldthread.config.upward import announce, listen
from goldthread.contact import rules as contact_rules
from goldthread.contact.events import CallerKnown, ChildInvolved, ChildrenAnswered, KnownSettled, WordsAdded
from goldthread.contact.known import children_known, force_day
from goldthread.contact.models import Incident
from goldthread.contact.work import Work, on_incident
from goldthread.thrive.decide import rank

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.assessment.mode_rules import Standing
    from goldthread.audit.actions import Acting
    from goldthread.contact.models import Entry

LONGEST_QUOTE = 2_000
"""Characters of a quote kept with an answer *(ours)*; the entry itself holds all of it."""


class NotReadInFull(Exception):
    """Words could not be read in full now, though the process that added them could; the log's line before says why."""


@listen(WordsAdded)
def read_words(event: WordsAdded) -> None:
    """Read everything said so far with the new words on the fast path, and store what was found; in the words' own transaction.

    The full reading takes longer than words may wait: it follows as a job, and so does one where the reader is down. Where it is
    off for whoever said them nothing is read: that is kept as such, and read afterwards.
    """
    mode = _standing_of(event.entry).mode
    found = _kept(event.incident, {"state": "off"} if mode == "off" else read(said_in(event.incident)))
    made = Reading.objects.create(incident=event.incident, entry=event.entry, at=event.act.now, mode=mode, **found)
    _note_child(event.incident, made, event.act)
    if made.state == "off":
        _owe_reading(event.entry)
    elif reads_fully() or made.state == "down":
        from goldthread.assessment.tasks import read_fully as follow

        follow.defer(incident=str(event.incident.pk))


def read_fully(incident_id: uuid.UUID) -> None:
    """Add the full reading of everything said in the incident, unless it is there or newer words came meanwhile.

    Those have a job of their own. The words are read before the incident is locked, so that nobody waits for it. Raises
    ``NotReadInFull``, so that the job is tried again; where the network is off for good no job is ordered, but after an outage
    of the reader, when a first look is better than none.
    """
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None:
        return
    newest = newest_reading(incident)
    if newest is None or newest.path == "full" or newest.state == "off":
        return
    if _standing_of(newest.entry).mode == "off":  # it was switched off since: this is owed until it is on again
        _owe_reading(newest.entry)
        return
    found = read(said_in(incident), "full")
    if found["state"] == "down" or (
        found["path"] != "full" and newest.state != "down"
    ):  # the first reading stands meanwhile
        load_again()
        raise NotReadInFull("The reader could not read in full; its own line in the log says why.")
    with on_incident(None, incident_id, "reading.follow") as work:
        now_newest = newest_reading(work.incident)
        if now_newest is None or now_newest.pk != newest.pk:
            return
        before = newest_reading(work.incident, "full")
        _add(work, newest, found, before)


def read_afterwards(incident_id: uuid.UUID) -> bool:
    """Read all of an incident whose newest words were not read because the reader was off; whether there was anything to read.

    Raises ``NotReadInFull`` where the reader is down; what is owed stays owed, also where words came while these were read.
    """
    incident = Incident.objects.get(pk=incident_id)
    before = newest_reading(incident)
    found = read(said_in(incident), "full")
    if found["state"] == "down":
        load_again()
        raise NotReadInFull("The reader could not read; its own line in the log says why.")
    with on_incident(None, incident_id, "reading.afterwards") as work:
        newest = newest_reading(work.incident)
        if newest != before:
            return False  # the next time reads those too
        if newest is not None and (newest.state == "off" or (newest.path != "full" and found["path"] == "full")):
            _add(work, newest, found, newest)
        owed, _ = Unread.objects.filter(incident=work.incident).delete()
    return bool(owed)


def _owe_reading(entry: Entry) -> None:
    """Remember that these words are to be read once the reader is on again."""
    Unread.objects.get_or_create(
        incident=entry.incident, defaults={"team_id": _team_of(entry), "since": entry.recorded_at}
    )


def _standing_of(entry: Entry) -> Standing:
    """How the reader stands to whoever said this; of what came by itself to the team that the incident came to."""
    return standing(entry.author) if entry.author is not None else of_team(_team_of(entry))


def _team_of(entry: Entry) -> int | None:
    return entry.author.team_id if entry.author is not None else entry.incident.team_id


def _add(work: Work, newest: Reading, found: dict[str, Any], before: Reading | None) -> None:
    """Add a reading of the same words as ``newest``, made later; where it is more serious than what an author knew, that is told."""
    made = Reading.objects.create(
        incident=work.incident, entry_id=newest.entry_id, at=work.now, mode=newest.mode, **_kept(work.incident, found)
    )
    thrive = newest_thrive(work.incident)
    if thrive is not None and rank(made.level) > max(_level(thrive.reading), _level(before)):
        work.event("reader.raised", level=made.level)  # what its author did not know of asks for the next
    _note_child(work.incident, made, work.act)


@listen(ChildrenAnswered)
def weigh_answer(event: ChildrenAnswered) -> None:
    """Weigh the new answer against what was read and what is known."""
    _note_child(event.incident, newest_reading(event.incident), event.act)


@listen(KnownSettled)
def weigh_known(event: KnownSettled) -> None:
    """Weigh the answer anew: the address settled on may have children."""
    _note_child(event.incident, newest_reading(event.incident), event.act)


@listen(CallerKnown)
def weigh_caller(event: CallerKnown) -> None:
    """Weigh who calls, and whether they may be called, against what was read."""
    _note_child(event.incident, newest_reading(event.incident), event.act)


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
            read_up_to=_read_up_to(work.incident, user, draft.seen),
        )
        work.event("thrive.written", version=version.version)
        work.involve("author")
        work.act.record("collection", "thrive.write", [("incident", str(incident_id))], version=version.version)
        work.finish(version.pk)
    return version


def _read_up_to(incident: Incident, author: Staff, seen: int | None) -> int:
    """The last entry the author had before them: of what came after ``seen``, what they did themselves and no more.

    What somebody else said or did meanwhile is new to them, and asks for the next version.
    """
    if seen is None:
        return incident.last_seq
    new = incident.entries.filter(Q(kind="words") | Q(author__isnull=False) | Q(code="reader.raised"), seq__gt=seen)
    others = new.filter(Q(author__isnull=True) | ~Q(author=author))
    first = others.order_by("seq").values_list("seq", flat=True).first()
    return incident.last_seq if first is None else int(first) - 1


def answer_mark(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    cue: str,
    answer: str,
    reason: str = "",
    facts: Sequence[str] = (),
    quote: str = "",
    shown_ms: int | None = None,
) -> None:
    """Answer the reader's marks of one cue: noted, not so (with a reason), or to be asked.

    ``facts`` and ``quote`` are what stood on the screen: the words may be typed and not sent yet. The answer never changes
    what the reader found. Raises ``Invalid``.
    """
    known = {one.code: one for one in reader().cues}
    given = marking.answer(cue, answer, reason, facts, known.__contains__)
    words = contact_rules.tidy(quote).strip()[:LONGEST_QUOTE]
    with on_incident(user, incident_id, "mark.answer", key, "mark", cue, astuple(given)[:2], sorted(facts)) as work:
        if work.done is not None:
            return
        MarkAnswer(
            incident=work.incident,
            cue=cue,
            answer=given.answer,
            reason=given.reason,
            facts=sorted(given.facts),
            quote=Payload.objects.keep(words) if words else None,
            critical=known[cue].critical,
            reading=newest_reading(work.incident),
            shown_ms=shown_ms if shown_ms is not None and 0 <= shown_ms < 2**31 else None,
            by=user,
            at=work.now,
        ).save()
        work.event("mark.answered", cue=cue, answer=given.answer, reason=given.reason)
        work.involve("author")
        work.act.record(
            "collection",
            "mark.answer",
            [("incident", str(incident_id))],
            cue=cue,
            answer=given.answer,
            why=given.reason,
        )
        work.finish()


def _level(reading: Reading | None) -> int:
    return rank("none" if reading is None else reading.level)


def _kept(incident: Incident, found: dict[str, Any]) -> dict[str, Any]:
    """A new reading's values with what was read of the incident before and stands."""
    if found["state"] in NOT_READ:
        newest = newest_reading(incident)
        return {**held(found, None, newest), "critical": newest.critical if newest else None}
    kept = held(found, newest_reading(incident, "full"), None)
    return {**kept, "critical": critical_facts(kept["findings"])}


def _note_child(incident: Incident, reading: Reading | None, act: Acting) -> None:
    read_so_far = None if reading is None or reading.state in NOT_READ or reading.abstain else reading.child
    about = (incident.children_answer, read_so_far, incident.on_line, incident.safe_contact)
    found = contact_rules.child_involved(*about)
    # What is known is asked only where it would change something: words come in by the hundred.
    if found == "none" and children_known(incident, force_day(act.now)):
        found = contact_rules.child_involved(*about, known=True)
    if found != incident.child:
        incident.child = found
        announce(ChildInvolved(incident, act))

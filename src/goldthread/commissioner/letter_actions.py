"""The verbs of the Commissioner's letter: to put the draft before the office, to write a part, to write the chief constable's, to issue."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import connection

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.clocks.local import LONDON
from goldthread.commissioner import drafting, letter_queries
from goldthread.commissioner.actions import CHANGED, ISSUE
from goldthread.commissioner.letter_queries import Comments
from goldthread.commissioner.models import Letter, LetterDraft, LetterText
from goldthread.config.errors import NotThere, Refused, Stale
from goldthread.contact.work import command_key
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

WRITE, CHIEF = "letter.write", "letter.chief"
NO_LETTER = "There is no such report, or no comments on it are owed."
NO_DRAFT = "No draft was put before the Commissioner's office yet."
ISSUED = (
    "The letter was issued, and what it says is not changed any more. Nothing was saved; what you wrote is still here."
)
WRITTEN = (
    "Somebody wrote a newer version of this part since you opened it. Nothing was saved; what you wrote is still here."
)


def put(user: Staff, report: int, *, key: uuid.UUID, seen: str) -> LetterDraft:
    """Put a draft, made from the record and exactly as it was seen, before the office. A later one replaces what was not edited.

    Raises ``Refused`` without the verb, ``NotThere`` where no comments are owed, ``Stale`` where the letter was issued or the record
    changed since.
    """
    with acting(user) as act:
        may(user, ISSUE)
        found = held(report)
        own = command_key(key, user.pk, "letter.put", report, seen)
        done = LetterDraft.objects.filter(key=own).first()
        if done is not None:
            return done
        _open(found)
        made = letter_queries.drafted(report)
        if made is None or made.sha256 != seen:
            raise Stale(CHANGED)
        text = Payload.objects.keep(made.text)
        number = found.draft.number + 1 if found.draft else 1
        draft = LetterDraft(
            report_id=report,
            number=number,
            text=text,
            sha256=made.sha256,
            office=user.seat.name,
            key=own,
            by=user,
            at=act.now,
        )
        draft.save()
        act.record("disclosure", ISSUE, [("letter-draft", str(draft.pk))], sha256=made.sha256, text=text)
    return draft


def write(user: Staff, report: int, *, key: uuid.UUID, part: str, words: str, seen: int) -> LetterText:
    """Write a part of the comments anew; ``seen`` is the number of the version that was looked at, 0 for none. The same sent twice is one.

    Raises ``Refused`` without the verb, ``NotThere``, ``Stale`` where it was issued or somebody wrote meanwhile, ``Invalid`` for words
    that cannot be kept.
    """
    with acting(user) as act:
        may(user, CHIEF if part == drafting.CHIEF else WRITE)
        found = held(report)
        own = command_key(key, user.pk, "letter.write", report, part, words, seen)
        done = LetterText.objects.filter(key=own).first()
        if done is not None:
            return done
        _open(found)
        if found.draft is None:
            raise Refused(f"{NO_DRAFT} Nothing was saved.")
        kept = drafting.checked(words, part, found.draft.content)
        last = LetterText.objects.filter(report=report, part=part).order_by("-number").first()
        if (last.number if last else 0) != seen:
            raise Stale(WRITTEN)
        text = Payload.objects.keep(kept)
        made = LetterText(
            report_id=report,
            part=part,
            number=seen + 1,
            words=text,
            office=user.seat.name,
            key=own,
            by=user,
            at=act.now,
        )
        made.save()
        verb = CHIEF if part == drafting.CHIEF else WRITE
        act.record("collection", verb, [("letter-text", str(made.pk)), ("plan-report", str(report))], text=text)
    return made


def issue(user: Staff, report: int, *, key: uuid.UUID, seen: str) -> Letter:
    """Issue the letter, exactly as it was seen. The same sent twice is one.

    Raises ``Refused`` without the verb or a draft, ``NotThere``, ``Stale`` where somebody issued it or wrote in it meanwhile.
    """
    with acting(user) as act:
        may(user, WRITE)
        found = held(report)
        own = command_key(key, user.pk, "letter.issue", report, seen)
        if found.letter is not None:
            if found.letter.key == own:
                return found.letter
            at = clock(found.letter.at.astimezone(LONDON), act.now)
            raise Stale(f"The letter was issued at {at} already. Yours was not: it is issued once.")
        if found.draft is None:
            raise Refused(f"{NO_DRAFT} Nothing was issued.")
        made = letter_queries.composed(found.draft)
        if made.sha256 != seen:
            raise Stale(
                "Somebody wrote in it since you looked: this is not what you saw. Nothing was issued; look at it as it is now."
            )
        text = Payload.objects.keep(made.text)
        letter = Letter(
            report_id=report,
            draft=found.draft,
            text=text,
            sha256=made.sha256,
            office=user.seat.name,
            key=own,
            by=user,
            at=act.now,
        )
        letter.save()
        act.record(
            "disclosure",
            WRITE,
            [("letter", str(letter.pk)), ("plan-report", str(report))],
            sha256=made.sha256,
            text=text,
        )
    return letter


def may(user: Staff, verb: str) -> None:
    """Raise ``Refused`` where this person's role may not."""
    if not user.can(verb):
        raise Refused(f"Your role, {user.seat.name}, may not do this.")


def held(report: int) -> Comments:
    """The comments on a report, held against others until this command is done. Raises ``NotThere`` where none are owed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"commissioner.letter.{report}"])
    found = letter_queries.one(report)
    if found is None:
        raise NotThere(NO_LETTER)
    return found


def _open(found: Comments) -> None:
    if found.letter is not None:
        raise Stale(ISSUED)

"""The verb that stops the clock of section 55: to say that the Commissioner's comments were published, and to take that back."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.commissioner import published_rules
from goldthread.commissioner.letter_actions import WRITE, held, may
from goldthread.commissioner.letter_queries import Comments
from goldthread.config.errors import Invalid, Stale
from goldthread.contact.known import force_day
from goldthread.contact.work import command_key
from goldthread.improvement.frame import hold
from goldthread.improvement.models import CommentsPublished, PlanReport

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting

PUBLISHED = "letter.published"
SAID = "Somebody said it otherwise since you opened it. Nothing was saved; what you wrote is still here."
NOT_THAT = "No letter of this digest was issued on this report. Nothing was saved; choose again."


def say_published(
    user: Staff, report: int, *, key: uuid.UUID, day: date, place: str, letter: str, words: str, seen: int
) -> CommentsPublished:
    """Say on which day and where the comments were published; a later one corrects that, with why, and hides nothing.

    ``letter`` is the digest of the letter that was published, empty where it was another text. ``seen`` is the number of what was said
    last, 0 for nothing. The same sent twice is one. Raises ``Refused`` without the verb, ``NotThere`` where no comments are owed,
    ``Stale`` where somebody said it otherwise meanwhile, ``Invalid`` for a day, a place or a letter that cannot be.
    """
    with acting(user) as act:
        found, own, done = _begun(user, report, key, day, place, letter, words, seen)
        if done is not None:
            return done
        issued_on = None
        if letter:
            if found.letter is None or found.letter.sha256 != letter:
                raise Invalid({"letter": NOT_THAT})
            issued_on = force_day(found.letter.at)
        kept = published_rules.published(
            day, place, letter, words, report_on=found.report.published_on, issued_on=issued_on, today=force_day(act.now),
            said=list(found.report.comments_said),
        )  # fmt: skip
        if kept is None:
            return CommentsPublished.objects.filter(report=report).latest("number")
        return _row(act, user, found, own, words=kept.why, day=kept.day, place=kept.place, letter=kept.letter)


def take_back(user: Staff, report: int, *, key: uuid.UUID, words: str, seen: int) -> CommentsPublished:
    """Say that they were not published after all, and why: the clock runs on. The same sent twice is one.

    Raises ``Refused`` without the verb or where nothing stands, ``NotThere``, ``Stale``, ``Invalid`` without a reason.
    """
    with acting(user) as act:
        found, own, done = _begun(user, report, key, "back", words, seen)
        if done is not None:
            return done
        kept = published_rules.taken_back(words, list(found.report.comments_said))
        return _row(act, user, found, own, words=kept)


def _begun(
    user: Staff, report: int, key: uuid.UUID, *given: object
) -> tuple[Comments, uuid.UUID, CommentsPublished | None]:
    """The comments held against others, the command's own key, and what it did where it was done before."""
    may(user, PUBLISHED)
    found = held(report)
    hold(PlanReport, report)
    own = command_key(key, user.pk, PUBLISHED, report, *given)
    done = CommentsPublished.objects.filter(key=own).first()
    if done is None and len(found.report.comments_said) != given[-1]:
        raise Stale(SAID)
    return found, own, done


def _row(
    act: Acting, user: Staff, found: Comments, key: uuid.UUID, *, words: str, **facts: date | str
) -> CommentsPublished:
    number = len(found.report.comments_said) + 1
    made = CommentsPublished(
        report_id=found.report.id, number=number, **facts, words=Payload.objects.keep(words) if words else None,
        office=user.seat.name, on_word=not user.can(WRITE), key=key, by=user, at=act.now,
    )  # fmt: skip
    made.save()
    subjects: list[tuple[str, object]] = [("plan-report", str(found.report.id)), ("comments-published", str(made.pk))]
    if made.letter and found.letter is not None:
        subjects.append(("letter", str(found.letter.pk)))
    act.record("collection" if number == 1 else "alteration", PUBLISHED, subjects, number=number, day=made.day)
    return made

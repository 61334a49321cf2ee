"""What an answer from the door needs, and what follows from it: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import AHEAD, LONGEST_ENTRY, short, stated_time, tidy

SEEN = [("yes", "Seen"), ("no", "Not seen")]
ALONE = [("yes", "Spoken to alone"), ("no", "Not spoken to alone"), ("too_young", "Too young to speak to")]
NO_CHILD = [("none", "No child is here or lives here"), ("not_known", "Could not find out")]
PPN = [("not_yet", "Not yet"), ("submitted", "Submitted"), ("not_needed", "None needed")]
REPORTS = timedelta(hours=24)
"""After leaving, how long whoever was sent there answers by themselves *(ours)*; later it is words, or on their word."""
LONGEST_REFERENCE = 40


@dataclass(frozen=True)
class ChildAtDoor:
    """What was found of one child (``child`` is its identity in the incident): codes of this module and texts, empty where not said."""

    child: str = ""
    seen: str = ""
    why_not_seen: str = ""
    alone: str = ""
    why_not_alone: str = ""
    showed: str = ""


@dataclass(frozen=True)
class VisitAtDoor:
    """What was found of the visit as a whole; ``no_child`` where nobody knows of a child to answer for."""

    no_child: str = ""
    no_child_why: str = ""
    home: str = ""
    other: str = ""
    ppn: str = ""
    ppn_reference: str = ""
    ppn_why: str = ""


Given = TypeVar("Given", ChildAtDoor, VisitAtDoor)
CHILD_TEXTS = ("why_not_seen", "why_not_alone", "showed")
VISIT_TEXTS = ("no_child_why", "home", "other", "ppn_why")
"""Texts that are the officer's words: each goes on the timeline and is read."""


def child(number: int, before: ChildAtDoor, given: ChildAtDoor) -> ChildAtDoor:
    """What holds of a child after this answer: what was not said again stays. Raises ``Invalid`` for what does not stand by itself.

    ``number`` is the child's place on the page, for the sentence.
    """
    found = _over(before, given)
    if found.seen == "yes":
        found = replace(found, why_not_seen="", why_not_alone=found.why_not_alone if found.alone == "no" else "")
    else:
        found = replace(found, alone="", why_not_alone="")
    _coded(found.seen, SEEN, f"Child {number}: say whether you saw this child, yes or no.")
    if found.alone:
        _coded(found.alone, ALONE, f"Child {number}: choose whether you spoke to this child alone.")
    if found.seen == "no" and not found.why_not_seen:
        raise Invalid(
            {"children": f"Child {number}: say why this child was not seen, and who says where the child is."}
        )
    if found.alone == "no" and not found.why_not_alone:
        raise Invalid({"children": f"Child {number}: say why you did not speak to this child alone."})
    return found


def visit(before: VisitAtDoor, given: VisitAtDoor, *, children: bool) -> VisitAtDoor:
    """What holds of the visit after this answer. Raises ``Invalid``.

    Where ``children`` are answered for and nothing is said of a PPN, it is *not yet*: nothing missing reads as done.
    """
    found = _over(before, given)
    if not found.ppn and (children or found.ppn_reference or found.ppn_why):
        found = replace(found, ppn="submitted" if found.ppn_reference else "not_needed" if found.ppn_why else "not_yet")
    if found.no_child_why and not found.no_child:
        raise Invalid({"no_child": "Say whether no child is here, or whether you could not find out."})
    if found.no_child:
        _coded(found.no_child, NO_CHILD, "Say whether no child is here, or whether you could not find out.", "no_child")
        if not found.no_child_why:
            raise Invalid({"no_child_why": "Say how you know that, or why you could not find out."})
    if found.ppn:
        _coded(found.ppn, PPN, "Choose whether a PPN is submitted.", "ppn")
    if found.ppn == "submitted" and not found.ppn_reference:
        raise Invalid({"ppn_reference": "Give the PPN's own number. Where you have none yet, choose 'Not yet'."})
    if found.ppn == "not_needed" and not found.ppn_why:
        raise Invalid({"ppn_why": "Say why no PPN is needed."})
    return replace(
        found,
        ppn_reference=found.ppn_reference if found.ppn == "submitted" else "",
        ppn_why=found.ppn_why if found.ppn == "not_needed" else "",
    )


def kept_child(given: ChildAtDoor) -> ChildAtDoor:
    """The same with its texts as they will be kept. Raises ``Invalid`` where one is too long."""
    return replace(given, **{name: _text(getattr(given, name), name) for name in CHILD_TEXTS})


def kept_visit(given: VisitAtDoor) -> VisitAtDoor:
    """The same with its texts as they will be kept. Raises ``Invalid`` where one is too long."""
    texts = {name: _text(getattr(given, name), name) for name in VISIT_TEXTS}
    return replace(given, **texts, ppn_reference=short(given.ppn_reference, "ppn_reference", LONGEST_REFERENCE))


def anything(children: Iterable[ChildAtDoor], given: VisitAtDoor) -> None:
    """Raise ``Invalid`` where nothing was answered."""
    if not any(replace(one, child="") != ChildAtDoor() for one in children) and given == VisitAtDoor():
        raise Invalid({"children": "Nothing is answered yet. Say for each child whether you saw it, then send."})


def may_answer(*, attended: bool, on_word: bool, left_at: datetime | None, now: datetime) -> None:
    """Whether this person answers: who was sent there does, for a day after leaving; another on the word of who was.

    Raises ``Invalid`` where nobody's word is named, ``Refused`` after that day.
    """
    if on_word:
        return
    if not attended:
        raise Invalid({"told_by": "You were not sent there: choose the officer whose word this is."})
    if left_at is not None and now - left_at > REPORTS:
        raise Refused(
            "Your unit left more than 24 hours ago. Nothing was saved, and what you typed is still here: add it to the incident as "
            "words, or have your sergeant enter it on your word."
        )


def when(
    seen_at: datetime | None, pressed_at: datetime | None, sent_at: datetime, now: datetime
) -> tuple[datetime, bool]:
    """When it was seen, and whether that is entered late: as the officer says, else when they pressed *Send*, else now.

    A phone may show a wrong time, so what cannot be is not taken from it; what the officer says and cannot be raises ``Invalid``.
    """
    if seen_at is None and pressed_at is not None and sent_at <= pressed_at <= now + AHEAD:
        seen_at = pressed_at
    at, late = stated_time(seen_at, now, "seen_at")
    if at < sent_at:
        raise Invalid({"seen_at": "The unit was sent there after that time. Nothing was saved; check the time."})
    return min(at, now), late


def seen_now(
    found: ChildAtDoor, seen_at: datetime, held: str, held_at: datetime, closed_at: datetime | None
) -> str | None:
    """What goes on the child's own record as *seen*; None where what stands there is newer, or came after this visit's incident had
    closed: what was seen before a closing is no answer to what opened it again.
    """
    if closed_at is not None and seen_at <= closed_at:
        return None
    if held != "not_known" and held_at > seen_at:
        return None
    if found.seen == "no":
        return "not_seen"
    return "spoken_to" if found.alone == "yes" else "seen"


def _over(before: Given, given: Given) -> Given:
    return replace(before, **{name: value for name, value in vars(given).items() if value})


def _coded(value: str, codes: list[tuple[str, str]], say: str, name: str = "children") -> None:
    if value not in dict(codes):
        raise Invalid({name: say})


def _text(value: str, name: str) -> str:
    kept = tidy(value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(kept) > LONGEST_ENTRY:
        raise Invalid(
            {
                name: f"This is {len(kept):,} characters and {LONGEST_ENTRY:,} fit here. Nothing was saved; send it in parts."
            }
        )
    return kept

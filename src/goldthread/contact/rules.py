"""Decisions of first contact: values in, answer or refusal out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from goldthread.config.errors import Invalid

LONGEST_ENTRY = 400_000
"""Characters one entry may hold: an hour's transcript is about 60,000 *(ours)*."""
MOST_CHILDREN = 60
"""Children in one answer: a nursery's evacuation fits *(ours)*."""
EARLIEST = timedelta(days=36_525)
"""How far back a stated time may lie: a hundred years, since non-recent abuse is reported *(ours)*."""
AHEAD = timedelta(minutes=5)
"""How far a stated time may lie ahead, for clocks that differ *(ours)*."""
LATE = timedelta(minutes=10)
"""An entry whose stated time is older than this on recording is shown as entered late *(ours)*."""


@dataclass(frozen=True)
class ChildGiven:
    """A child as stated: ``age`` in whole years or None, ``seen`` a code of ``choices.SEEN``.

    ``last_seen_when`` is in the speaker's words ("since sat"); with ``born`` the age follows from it. ``version``: what was known of
    the child when this was written down, 0 where that is not told.
    """

    child: str
    name: str
    age: int | None
    age_estimated: bool
    where_now: str
    last_seen_by: str
    seen: str
    born: date | None = None
    last_seen_when: str = ""
    version: int = 0


def tidy(text: str) -> str:
    """The text as a database can hold it: null characters and halves of characters are shown as ``\\ufffd``."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "\ufffd")


def words(text: str) -> str:
    """The text as it will be kept: line ends made one kind, null characters shown as ``\\ufffd``, nothing else touched.

    Raises ``Invalid`` where there is nothing, or more than ``LONGEST_ENTRY``.
    """
    kept = tidy(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not kept.strip():
        raise Invalid({"text": "There is nothing to add yet. Type what was said or heard, then send it."})
    if len(kept) > LONGEST_ENTRY:
        raise Invalid(
            {
                "text": f"This is {len(kept):,} characters and one entry holds {LONGEST_ENTRY:,}. Nothing was saved and "
                "your text is still in the box. Send it in parts."
            }
        )
    return kept


def short(value: str, name: str, limit: int, *, needed: str = "") -> str:
    """One line of text, white space folded. Raises ``Invalid`` over ``limit`` characters or, with ``needed``, when empty."""
    kept = " ".join(tidy(value).split())
    if needed and not kept:
        raise Invalid({name: needed})
    if len(kept) > limit:
        raise Invalid(
            {name: f"This is {len(kept):,} characters and at most {limit:,} fit here. Nothing was saved; shorten it."}
        )
    return kept


def stated_time(occurred_at: datetime | None, now: datetime, name: str = "occurred_at") -> tuple[datetime, bool]:
    """The time a thing is said to have happened, and whether it is entered late.

    Raises ``Invalid`` for a time that lies ahead by more than ``AHEAD`` or back by more than ``EARLIEST``.
    """
    if occurred_at is None:
        return now, False
    if occurred_at > now + AHEAD:
        raise Invalid({name: "That time has not come yet. Nothing was saved; check the date and time."})
    if occurred_at < now - EARLIEST:
        raise Invalid({name: "That time is more than a hundred years ago. Nothing was saved; check the date."})
    return occurred_at, now - occurred_at > LATE


def age_on(born: date, day: date) -> int:
    """Whole years from ``born`` to ``day``."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def children(answer: str, given: list[ChildGiven], today: date) -> list[ChildGiven]:
    """The children as they will be kept. Raises ``Invalid`` where the answer and the children named disagree."""
    if answer not in {"named", "asked_none", "not_known"}:
        raise Invalid({"answer": "Choose an answer: children recorded, asked: none, or asked: not known."})
    if answer != "named":
        if given:
            raise Invalid(
                {
                    "answer": "A child is filled in below, but the answer says there is none or not known. Nothing was saved; choose which holds."
                }
            )
        return []
    if not given:
        raise Invalid({"children": "Give at least one child. A name may be 'unknown' and an age may be left out."})
    if len(given) > MOST_CHILDREN:
        raise Invalid(
            {
                "children": f"At most {MOST_CHILDREN} children fit in one answer. Nothing was saved; record the rest in a second answer."
            }
        )
    for one in given:
        if one.born is not None and one.born > today:
            raise Invalid({"born": "That date of birth has not come yet. Nothing was saved; check the year."})
        age = one.age if one.born is None else age_on(one.born, today)
        if age is not None and not 0 <= age <= 17:
            raise Invalid(
                {
                    "age"
                    if one.born is None
                    else "born": "A child's age is 0 to 17. Leave it empty if it is not known: where age is unknown, treat as a child."
                }
            )
    return [
        ChildGiven(
            one.child,
            short(one.name, "name", 120) or "unknown",
            one.age if one.born is None else age_on(one.born, today),
            one.age_estimated and one.born is None,
            short(one.where_now, "where_now", 200),
            short(one.last_seen_by, "last_seen_by", 200),
            one.seen,
            one.born,
            short(one.last_seen_when, "last_seen_when", 120),
            one.version,
        )
        for one in given
    ]


def said_anew(given: ChildGiven, then: ChildGiven, now: ChildGiven) -> ChildGiven:
    """What is said of a child with what others said meanwhile: a field left as it stood ``then`` is not said, and stays as it is ``now``."""
    stays = {
        name: getattr(now, name)
        for name in ("name", "where_now", "last_seen_by", "last_seen_when", "seen")
        if getattr(given, name) == getattr(then, name)
    }
    if (given.age, given.age_estimated, given.born) == (then.age, then.age_estimated, then.born):
        stays |= {"age": now.age, "age_estimated": now.age_estimated, "born": now.born}
    return replace(given, **stays)


def child_involved(
    answer: str, read: str | None, on_line: str = "not_asked", safe_contact: str = "not_asked", *, known: bool = False
) -> str:
    """``yes``, ``possible`` or ``none``: what stands on the incident.

    ``answer`` is the newest answer to "Children?"; ``read`` what the reader found (yes, implied, no) or None where it
    abstained, was off or was down, which counts as possibly involved (domain rule). Asked: none against words that
    name or imply a child, or against a child ``known`` to live at the address, stays possible, and so does one who is
    not safe to call. ``on_line`` and ``safe_contact`` are codes of ``choices``: a child who calls is involved.
    """
    if answer == "named" or read == "yes" or on_line == "child":
        return "yes"
    if answer == "asked_none" and read == "no" and not known and safe_contact != "not_safe":
        return "none"
    return "possible"


def which_of_two(first: datetime, second: datetime, now: datetime, chosen: str) -> datetime | None:
    """Which of the two moments at which a clock showed one time is meant, on the night the clocks go back.

    As ``chosen`` (first, second); else the first where the second has not come yet. None where both can have been: then
    the person is asked.
    """
    if chosen in {"first", "second"}:
        return first if chosen == "first" else second
    return first if second > now + AHEAD else None

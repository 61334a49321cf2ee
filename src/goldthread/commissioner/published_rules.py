"""What may be said of the comments' publication: on which day, where, and why it is said otherwise. Values in, refusal out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from goldthread.config.errors import Invalid, Refused
from goldthread.improvement.entry_rules import line, words
from goldthread.improvement.told import CommentsSaid, standing

PLACE_LONGEST = 300
WHY = "Say why it is corrected: what was said before stays on record."


@dataclass(frozen=True)
class Publication:
    """A publication as it will be kept; ``letter`` is the digest of the letter issued here, or empty."""

    day: date
    place: str
    letter: str
    why: str


def published(
    day: date, place: str, letter: str, why: str, *, report_on: date, issued_on: date | None, today: date, said: list[CommentsSaid]
) -> Publication | None:  # fmt: skip
    """What will be kept; None where exactly that stands already. ``issued_on`` is when the letter it names was issued, where it names one.

    Raises ``Invalid`` for a day that has not come, or lies before the report's publication or the letter's issue, for no place, and for a
    correction without a reason.
    """
    if day > today:
        raise Invalid({"day": "This day has not come yet. Nothing was saved; say it once the comments are published."})
    if day < report_on:
        raise Invalid({"day": f"The report was published on {_spelt(report_on)}, after this day. Nothing was saved."})
    if issued_on is not None and day < issued_on:
        raise Invalid(
            {
                "day": f"The letter was issued on {_spelt(issued_on)}, after this day. Nothing was saved; check the day, or say that "
                "another text was published."
            }
        )
    kept = Publication(
        day, line("place", place, PLACE_LONGEST, "Say where: the address of the page, or a reference."), letter, words(why)
    )  # fmt: skip
    last = standing(said)
    if last is not None and (last.day, last.place, last.letter) == (kept.day, kept.place, kept.letter):
        return None
    if said and not kept.why:
        raise Invalid({"words": WHY})
    return kept


def taken_back(why: str, said: list[CommentsSaid]) -> str:
    """Why it is taken back, as it will be kept. Raises ``Refused`` where nothing stands that could be, ``Invalid`` without a reason."""
    if standing(said) is None:
        raise Refused("Nobody says that they were published, so there is nothing to take back. Nothing was saved.")
    return words(why, "Say why it is taken back: that it was said stays on record.")


def _spelt(day: date) -> str:
    return f"{day.day} {day:%B %Y}"

"""Partners, contacts and terms from an operator's tables: a row in, a plain value or a sentence out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from goldthread.clocks.school import Terms, school_year
from goldthread.safeguarding.partner_choices import KINDS

SUMMER = 6
"""The month that the last term of a whole school year reaches, as every one in England and Wales does *(ours)*."""
STARTS = (9, 15)
"""The month and day by which a whole school year has begun *(ours)*."""
LONGEST_BREAK = timedelta(days=28)
"""From the last day of a term to the first of the next; a longer one is a term that nobody entered *(ours)*."""
LONGEST_TERM = 120
"""Days from the first of a term to its last, holidays apart; longer is a slip of the pen *(ours)*."""
LIMITS = {"name": 120, "area": 40, "contact": 120, "role": 120, "email": 254, "phone": 30}
YES, NO = {"", "yes", "y", "true", "1"}, {"no", "n", "false", "0"}
PHONE = re.compile(r"[+()\d][\d ()\-]{2,}(?: ?(?:x|ext\.?) ?\d+)?")
MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


@dataclass(frozen=True)
class PartnerGiven:
    """One row: a partner and one of its contacts, and whether each takes referrals."""

    kind: str
    name: str
    area: str
    active: bool
    contact: str
    role: str
    email: str
    phone: str
    contact_active: bool


@dataclass(frozen=True)
class TermGiven:
    """One row: a school and a span of lessons, or one day on which only its staff come; ``gone``: one entered wrongly, to be removed."""

    school: str
    first: date
    last: date
    staff_only: bool
    gone: bool = False


def partner(row: Mapping[str, str], areas: Collection[str]) -> PartnerGiven:
    """A row of the partners' table. Raises ``ValueError`` with a sentence."""
    if row["kind"] not in dict(KINDS):
        raise ValueError(f"kind is {row['kind'][:40]!r}; it is one of {', '.join(dict(KINDS))}")
    if not row["name"] or not row["contact"]:
        raise ValueError("name and contact are needed")
    if long := [name for name, most in LIMITS.items() if len(row[name]) > most]:
        raise ValueError(f"{long[0]} is longer than {LIMITS[long[0]]} characters")
    if row["area"] and row["area"] not in areas:
        raise ValueError(f"there is no area {row['area']}; leave it empty for every one")
    if not row["email"] and not row["phone"]:
        raise ValueError("a contact needs an e-mail address or a telephone number")
    if row["email"] and not MAIL.fullmatch(row["email"]):
        raise ValueError("email is no address")
    if row["phone"] and not PHONE.fullmatch(row["phone"]):
        raise ValueError("phone is no telephone number")
    return PartnerGiven(
        row["kind"], row["name"], row["area"], _yes(row, "active"), row["contact"], row["role"], row["email"],
        row["phone"], _yes(row, "contact_active"),
    )  # fmt: skip


def _yes(row: Mapping[str, str], name: str) -> bool:
    told = row[name].casefold()
    if told not in YES | NO:
        raise ValueError(f"{name} is yes or no")
    return told in YES


def term(row: Mapping[str, str]) -> TermGiven:
    """A row of the terms' table. Raises ``ValueError`` with a sentence."""
    if not row["school"]:
        raise ValueError("school is needed")
    what = row["what"].removeprefix("no ")
    gone = what != row["what"]
    if what not in {"term", "staff day"}:
        raise ValueError("what is 'term' or 'staff day', or to remove one 'no term' or 'no staff day'")
    first, last = _day(row, "first"), _day(row, "last")
    if what == "staff day":
        if first != last:
            raise ValueError("a staff day has one date in both first and last")
        return TermGiven(row["school"], first, last, True, gone)
    if last < first:
        raise ValueError("last comes before first")
    if (last - first).days > LONGEST_TERM:
        raise ValueError(f"that is a term of more than {LONGEST_TERM} days; a holiday inside a term makes two of it")
    if school_year(first) != school_year(last):
        raise ValueError("a term lies in one school year")
    return TermGiven(row["school"], first, last, False, gone)


def _day(row: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(row[name])
    except ValueError:
        raise ValueError(f"{name} is a date such as 2026-09-02") from None


def terms(spans: Iterable[tuple[date, date]], staff_only: Iterable[date]) -> Terms:
    """What is known of a school's lessons: a year of which only some terms were entered counts as not known.

    Otherwise a January of a year without its spring terms would count as holiday until April, and the school be told too late; told too
    early does no harm.
    """
    years: dict[int, list[tuple[date, date]]] = {}
    for one in sorted(spans):
        years.setdefault(school_year(one[0]), []).append(one)
    whole = (one for year, held in years.items() if _whole(year, held) for one in held)
    return Terms(tuple(whole), frozenset(staff_only))


def _whole(year: int, spans: Sequence[tuple[date, date]]) -> bool:
    """Whether a year's terms, in order, begin in time, reach the summer and leave no term out."""
    begins, ends = spans[0][0] <= date(year, *STARTS), spans[-1][1] >= date(year + 1, SUMMER, 1)
    return begins and ends and all(after[0] - one[1] <= LONGEST_BREAK for one, after in pairwise(spans))

"""Who else keeps children safe in Amberford: partners, their contacts and the schools' terms, by the actions that an operator's tables use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from goldthread.clocks.school import school_year
from goldthread.config.dated import table
from goldthread.safeguarding.partner_actions import put_partners, put_terms

SPANS = (
    ((9, 2), (10, 22)),
    ((11, 1), (12, 17)),
    ((1, 4), (2, 11)),
    ((2, 21), (3, 25)),
    ((4, 11), (5, 26)),
    ((6, 6), (7, 20)),
)
"""About when lessons begin and end, month and day: each is moved to the first weekday from then on *(ours)*."""
WHOLE = {"area": "", "active": "yes", "contact_active": "yes"}
SATURDAY = 5


def keep_partners(day: date) -> int:
    """Make them, with terms for the school year of ``day`` and the next; how many there are. Raises ``ValueError`` for a row that is none."""
    rows = [{**WHOLE, **one} for one in table("demo", "partners.toml")["partner"]]
    schools = [one["name"] for one in rows if one["kind"] == "school"]
    year = school_year(day)
    told = [put_partners(enumerate(rows, 1)), put_terms(enumerate(_terms(schools, (year - 1, year, year + 1)), 1))]
    if wrong := [why for one in told for why in one.wrong.values()]:
        raise ValueError(f"the demo's partners: {wrong[0]}")
    return len(rows)


def _terms(schools: list[str], years: tuple[int, ...]) -> Iterator[dict[str, str]]:
    for school in schools:
        for year in years:
            for begins, ends in SPANS:
                first, last = (_weekday(date(year + (month < 9), month, day)) for month, day in (begins, ends))
                yield {"school": school, "what": "term", "first": first.isoformat(), "last": last.isoformat()}


def _weekday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day

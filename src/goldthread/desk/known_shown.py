"""What the *Known* column shows of people and markers, each with where it comes from and as of when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from goldthread.contact.people_models import Marker, Sourced
from goldthread.contact.records_rules import is_old
from goldthread.contact.records_told import told_by


class Told:
    """Base of what a source has told; ``by`` is the row that says so, ``now`` when it is shown."""

    by: Sourced
    now: datetime

    @property
    def told(self) -> str:
        """By what source, as of when, and how long ago that is; that its source holds it no longer, where that is so."""
        return told_by(self.by, self.now)

    @property
    def old(self) -> bool:
        """Whether that is long ago, by the force's measure."""
        return is_old(self.by.as_of, self.now)


@dataclass(frozen=True)
class PersonShown(Told):
    """Somebody known, with age in words and whether they count as a child."""

    choice: str
    name: str
    age: str
    child: bool
    by: Sourced
    now: datetime


@dataclass(frozen=True)
class MarkerShown(Told):
    """A marker, an order or a flag (``sort``); ``about`` names the person it is on, empty for the address itself. ``held`` tells from
    and until when it holds; ``review_on`` is empty where its source gives no day.
    """

    name: str
    sort: str
    words: str
    about: str
    number: str
    held: str
    review_on: str
    overdue: bool
    by: Marker
    now: datetime

    @property
    def label(self) -> str:
        """Its kind, and for an order or a flag that it is one."""
        return (
            self.name
            if self.sort == "marker" or self.name.lower().endswith(self.sort)
            else f"{self.sort}: {self.name}".capitalize()
        )


def held(one: Marker) -> str:
    """From when until when it holds; empty where its source says neither."""
    told = [f"from {spelt(one.since)}" if one.since else "", f"until {spelt(one.until)}" if one.until else ""]
    return " ".join(part for part in told if part)


def spelt(day: date) -> str:
    """*3 Nov 2026*."""
    return f"{day.day} {day:%b %Y}"

"""What a line of an extract must be to be used, and when a whole extract is too unlike what stands. No database, no clock."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, Refused
from goldthread.contact import search_rules

LONGEST = {"key": 60, "name": 120, "street": 120, "number": 60, "unit": 40, "area": 40, "kind": 30, "words": 4000}
"""Characters of a field that is kept: what the tables hold."""
HOUSE = 20
AHEAD = timedelta(minutes=5)
"""How far another system's clock may be ahead of this one's *(ours)*."""
YES, NO = {"1", "y", "yes", "true", "t"}, {"", "0", "n", "no", "false", "f"}
BORN = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._&/-]{0,39}")
_KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")

Values = list[str | None]


@dataclass(frozen=True)
class Kind:
    """A kind of extract: its name on screen, the columns it needs and those it may have."""

    name: str
    needs: tuple[str, ...]
    may: tuple[str, ...]


@lru_cache(maxsize=1)
def settings() -> dict[str, Any]:
    """``records.toml`` as it stands."""
    return tomllib.loads(resources.files("goldthread.contact").joinpath("records.toml").read_text(encoding="utf-8"))


KINDS: dict[str, Kind] = {
    code: Kind(one["name"], tuple(one["needs"]), tuple(one["may"])) for code, one in settings()["kinds"].items()
}


class BadLine(Exception):
    """A line cannot be used; ``str()`` says why without any of its words. ``key`` is its identity where that could be read."""

    def __init__(self, why: str, key: str = "") -> None:
        super().__init__(why)
        self.key = key


@dataclass(frozen=True)
class Line:
    """A line that can be used. ``values`` are in the order that ``records_sql`` takes them."""

    key: str
    as_of: datetime
    values: Values


@dataclass(frozen=True)
class Columns:
    """Where each column of a kind stands, and which were left aside."""

    at: Mapping[str, int]
    ignored: tuple[str, ...]


def given(kind: str, source: str, as_of: datetime, now: datetime) -> tuple[str, str]:
    """The kind and the source's name as they are kept. Raises ``Invalid``."""
    if kind not in KINDS:
        raise Invalid({"kind": f"Choose what the file holds: {', '.join(KINDS)}. Nothing was loaded."})
    named = " ".join(source.split())
    if not SOURCE.fullmatch(named) or named.casefold() == "contact":
        raise Invalid(
            {"source": "Name the system that the file comes from, such as RMS: at most 40 letters, digits and . - / &. "
             "The name contact is what calls are recorded under. Nothing was loaded."}
        )  # fmt: skip
    if as_of > now + AHEAD:
        raise Invalid({"as_of": "The time as of which the file was taken is still to come. Nothing was loaded."})
    return kind, named


def columns(kind: str, names: Sequence[str], listed: str) -> Columns:
    """Find a kind's columns by name, in whatever order and case. ``listed`` tells the columns there are, for the sentence.

    Raises ``Refused`` for one that is missing or there twice.
    """
    wanted = KINDS[kind]
    at: dict[str, int] = {}
    ignored = []
    for place, name in enumerate(names):
        plain = "_".join(re.findall(r"\w+", name.casefold().lstrip("\ufeff"))).strip("_")
        if plain not in (*wanted.needs, *wanted.may):
            ignored.append(name)
        elif plain in at:
            raise Refused(f"Two columns are called {plain}. Nothing was loaded; give each a name of its own.")
        else:
            at[plain] = place
    if missing := [name for name in wanted.needs if name not in at]:
        raise Refused(
            f"There is no column {missing[0]}. An extract of {wanted.name.lower()} needs {', '.join(wanted.needs)} and may have "
            f"{', '.join(wanted.may)}. {listed} Nothing was loaded."
        )
    if "person" in wanted.may and "address" in wanted.may and not {"person", "address"} & set(at):
        raise Refused(
            f"There is neither a column person nor a column address: nobody could say what the {wanted.name.lower()} are on. "
            f"{listed} Nothing was loaded."
        )
    return Columns(at, tuple(ignored))


def fewer(had: Collection[str], has: Collection[str], *, yes: bool) -> None:
    """Whether an extract may lack columns that the newest before it, of its source and kind, had. Raises ``Refused``.

    What such a column said would be blanked on every row. ``restricted`` and ``born`` are not asked about, as a file without them leaves
    those be, nor ``as_of``, for which the file's own time stands in.
    """
    lost = sorted(set(had) - set(has) - {"restricted", "born", "as_of"})
    if lost and not yes:
        named = f"no column {lost[0]}" if len(lost) == 1 else f"none of the columns {', '.join(lost)}"
        raise Refused(
            f"It has {named}, which the extract before it had: what those said would be blanked. Nothing was loaded. "
            "Is that meant? If so, load it again and say yes (--yes)."
        )


def read(kind: str, told: Mapping[str, str], as_of: datetime, today: date) -> Line:
    """One line as it will be kept, from its fields by column. Raises ``BadLine``."""
    key = _text(told, "key", "key")
    if not key:
        raise BadLine("It has no key, by which its source tells it from others.")
    try:
        values = _READ[kind](told, today)
        at = _time(told.get("as_of", ""), as_of)
    except BadLine as error:
        raise BadLine(str(error), key) from None
    return Line(key, at, values)


def _people(told: Mapping[str, str], today: date) -> Values:
    name = _text(told, "name", "name", needed=True)
    words = search_rules.name_words(name)
    if not words:
        raise BadLine("There is no letter in its name.")
    born = _day(told, "born")
    if born is not None and (born > today or today.year - born.year > search_rules.OLDEST):
        raise BadLine(f"Its date of birth is still to come, or more than {search_rules.OLDEST} years ago.")
    return [name, _iso(born), _flag(told, "restricted"), " ".join(words)]


def _addresses(told: Mapping[str, str], _today: date) -> Values:
    street = _text(told, "street", "street", needed=True)
    plain = search_rules.plain_street(street)
    if search_rules.too_short(plain):
        raise BadLine("Its street has fewer than three letters.")
    number = _text(told, "number", "number").upper()
    if len(number) > HOUSE:
        raise BadLine(f"Its number is longer than {HOUSE} characters.")
    return [number, _text(told, "unit", "unit"), street, plain, _text(told, "area", "area"), _flag(told, "restricted")]


def _phones(told: Mapping[str, str], _today: date) -> Values:
    number = search_rules.number(_text(told, "number", "number", needed=True))
    if number is None:
        raise BadLine("There is no telephone number in its number.")
    return [_text(told, "person", "key", needed=True), number.digits[:20], number.shown[:30]]


def _residences(told: Mapping[str, str], _today: date) -> Values:
    return [_text(told, "person", "key", needed=True), _text(told, "address", "key", needed=True), *_from_until(told)]


def _markers(told: Mapping[str, str], _today: date) -> Values:
    kind = _text(told, "kind", "kind", needed=True).casefold().replace(" ", "-").replace("_", "-")
    if not _KIND.fullmatch(kind):
        raise BadLine("Its kind is no code of letters, digits and hyphens.")
    person, address = _text(told, "person", "key"), _text(told, "address", "key")
    if bool(person) == bool(address):
        raise BadLine("It must be on a person or on an address: one of the two.")
    words = _text(told, "conditions" if "conditions" in told else "words", "words")
    review = _day(told, "review_on")
    return [
        kind, person, address, words, _text(told, "number", "number"), *_from_until(told), _iso(review), _flag(told, "restricted"),
    ]  # fmt: skip


def _marker_alone(told: Mapping[str, str], today: date) -> Values:
    if not told.get("review_on", "").strip():
        raise BadLine("It has no day by which it is to be reviewed.")
    return _markers(told, today)


def _order(told: Mapping[str, str], today: date) -> Values:
    if not told.get("from", "").strip():
        raise BadLine("It has no day from which it holds.")
    return _markers(told, today)


_READ = {
    "people": _people, "addresses": _addresses, "phones": _phones, "residences": _residences, "markers": _marker_alone,
    "orders": _order, "flags": _markers,
}  # fmt: skip


def ending(standing: int, met: int, ends: int, *, yes: bool) -> None:
    """Whether a whole extract may end so many rows. Raises ``Refused`` where it is another source's, or, without a word, ends too many.

    ``standing``: rows of the source; ``met``: lines that are of them; ``ends``: rows that the extract does not hold.
    """
    if not standing or not ends:
        return
    if not met:
        raise Refused(
            f"None of the {standing:,} rows that stand from this source is in the file: it may be another source's. Nothing was "
            "changed. Load it under its own name, or without --full."
        )
    most = settings()["ends_at_most"]
    if ends > standing * most and not yes:
        raise Refused(
            f"This whole extract would end {ends:,} of the {standing:,} rows that stand from this source, more than {most:.0%}. "
            "Nothing was changed. Is it really whole? If so, load it again and say yes (--yes)."
        )


def is_old(as_of: datetime, now: datetime) -> bool:
    """Whether what a source said then counts as old."""
    return now - as_of > timedelta(days=settings()["old_after_days"])


def holds(until: date | None, ended_at: datetime | None, today: date) -> bool:
    """Whether a marker, an order or a flag still stands on this day; its last day counts."""
    return ended_at is None and (until is None or until >= today)


def _text(told: Mapping[str, str], column: str, limit: str, *, needed: bool = False) -> str:
    value = told.get(column, "")
    if any(unicodedata.category(one) == "Cs" for one in value) or "\x00" in value:
        raise BadLine(f"Its {column} holds bytes that are no text.")
    kept = " ".join(value.split())
    if needed and not kept:
        raise BadLine(f"It has no {column}.")
    if len(kept) > LONGEST[limit]:
        raise BadLine(f"Its {column} is longer than {LONGEST[limit]:,} characters.")
    return kept


def _flag(told: Mapping[str, str], column: str) -> str | None:
    """None where the file has no such column: it cannot have said that what is restricted is not."""
    if column not in told:
        return None
    value = told[column].strip().casefold()
    if value in NO:
        return "false"
    if value in YES:
        return "true"
    raise BadLine(f"Its {column} is neither yes nor no.")  # what might be restricted is not shown on a guess


def _day(told: Mapping[str, str], column: str) -> date | None:
    value = told.get(column, "").strip()
    if not value:
        return None
    for form in BORN:
        try:
            # An extract often writes a day as a time at midnight.
            found = datetime.strptime(value.replace("T", " ").split(" ")[0], form)  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if found.year >= 1000:
            return found.date()
    raise BadLine(f"Its {column} is no day. Write it like 2026-11-03 or 03/11/2026.")


def _from_until(told: Mapping[str, str]) -> tuple[str | None, str | None]:
    since, until = _day(told, "from"), _day(told, "until")
    if since is not None and until is not None and until < since:
        raise BadLine("It ends before it begins.")
    return _iso(since), _iso(until)


def _time(value: str, file: datetime) -> datetime:
    """A line's own time, else the file's. Without an offset it is London time."""
    if not value.strip():
        return file
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        raise BadLine("Its as_of is no time. Write it like 2026-11-03 14:02.") from None
    found = found if found.tzinfo else found.replace(tzinfo=LONDON)
    if found > file + AHEAD:
        raise BadLine("Its as_of is later than the time as of which the file was taken.")
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

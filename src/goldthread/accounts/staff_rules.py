"""A table of staff: what its lines say, and what of it would be added, changed and ended. Values in, plan or refusal out; no database."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from goldthread.config.errors import Invalid

MOST_BYTES, MOST_LINES = 2_000_000, 10_000
"""Bytes and lines of a table *(ours)*: a page takes no more in one form."""
NAMES = {
    "login": "login", "username": "login", "user name": "login", "collar": "login", "collar number": "login", "name": "name",
    "role": "role", "team": "team", "shift": "team", "area": "area", "active": "active", "subject": "subject",
}  # fmt: skip
NEEDED = ("login", "name", "role", "team")
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
COLUMNS = (
    "It needs the columns login, name, role and team, and may have area, active (yes or no) and subject, in any order."
)


@dataclass(frozen=True)
class Row:
    """A line of the table, by its number in a text editor; None stands in a column that the table does not have."""

    line: int
    login: str
    name: str
    role: str
    team: str
    area: str | None = None
    active: bool | None = None
    subject: str | None = None


@dataclass(frozen=True)
class Standing:
    """Somebody who is here: what the service holds of them."""

    pk: int
    login: str
    name: str
    role: str
    team: str
    area: str
    active: bool
    service: bool = False
    emergency: bool = False
    subject: str = ""


@dataclass(frozen=True)
class Wrong:
    """A line that is not done, and why."""

    line: int
    says: str


@dataclass(frozen=True)
class Change:
    """Somebody who is here and would be otherwise: what was and what would be, by column."""

    line: int
    pk: int
    login: str
    name: str
    was: dict[str, str]
    now: dict[str, str]
    returns: bool = False


@dataclass(frozen=True)
class End:
    """Somebody whose access would end; ``line`` is 0 where they are not in the table."""

    line: int
    pk: int
    login: str
    name: str


@dataclass
class Plan:
    """What a table would do. Nothing is done by making it."""

    adds: list[Row] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)

    @property
    def about(self) -> list[int]:
        """Whoever is here already and would be changed or ended."""
        return [one.pk for one in self.changes] + [one.pk for one in self.ends]

    @property
    def empty(self) -> bool:
        """Whether nothing would be done."""
        return not (self.adds or self.changes or self.ends)

    @property
    def digest(self) -> str:
        """Names exactly this plan, so that what is done is what was looked at."""
        parts = [[vars(one) for one in kind] for kind in (self.adds, self.changes, self.ends)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def decoded(content: bytes) -> str:
    """A table's text, as spreadsheets write it: UTF-8, UTF-16 with its mark, or Windows' Western European. Raises ``Invalid``."""
    if len(content) > MOST_BYTES:
        raise _not("The file is larger than 2 MB.", "Divide it")
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _not("The file is not written as text that can be read.", "Save it as CSV UTF-8 and choose it again")


def read(text: str) -> tuple[list[Row], list[Wrong], list[str]]:
    """The lines of a table, those that cannot be used, and the columns that were passed over. Raises ``Invalid`` for what is no such table."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise _not("There is nothing in it.", "Choose the file again")
    first = text.lstrip("\r\n ").split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max((",", ";", "\t"), key=first.count), strict=True)
    try:
        lines = [(rows.line_num, cells) for cells in rows if any(one.strip() for one in cells)]
    except csv.Error:
        raise _not(
            f"Line {rows.line_num} cannot be read as CSV.", "Put it right and send the whole file again"
        ) from None
    places, beyond = _columns(lines[0][1])
    if len(lines) - 1 > MOST_LINES:
        raise _not(f"There are more than {MOST_LINES:,} lines.", "Divide the file")
    if len(lines) == 1:
        raise _not("There is no line below the column names.", "Choose the file again")
    found: list[Row] = []
    wrong: list[Wrong] = []
    for number, cells in lines[1:]:
        if len(cells) != len(lines[0][1]):
            wrong.append(Wrong(number, f"it has {len(cells)} cells and not {len(lines[0][1])}"))
            continue
        told = {name: " ".join(cells[place].split()) for name, place in places.items()}
        says = told.get("active", "").casefold()
        if says and says not in YES | NO:
            wrong.append(Wrong(number, f"active is {told['active'][:20]} and not yes or no"))
            continue
        active = None if not says else says in YES
        found.append(
            Row(
                number,
                told["login"],
                told["name"],
                told["role"],
                told["team"],
                told.get("area"),
                active,
                told.get("subject"),
            )
        )
    return found, wrong, beyond


def plan(
    rows: Iterable[Row],
    standing: Iterable[Standing],
    *,
    roles: Mapping[str, str],
    keeping: frozenset[str],
    by: str,
    unread: int = 0,
    whole: bool = False,
) -> Plan:
    """What the rows would do to who is here.

    ``roles``: names by code; ``keeping``: those codes that may keep staff; ``by``: the login of who asks; ``unread``: how many lines
    could not be read; ``whole``: the table is everybody, so that who is not in it would be ended.
    """
    here = {one.login.casefold(): one for one in standing}
    by_name = {name.casefold(): code for code, name in roles.items()} | {code.casefold(): code for code in roles}
    subjects = {one.subject: one.login for one in here.values() if one.subject}
    made, seen = Plan(), dict[str, int]()
    for given in rows:
        known = here.get(given.login.casefold())
        why = _wrong(given, known, by_name, seen, subjects, by)
        seen.setdefault(given.login.casefold(), given.line)
        if why:
            made.wrong.append(Wrong(given.line, why))
            continue
        row = given if given.active is False else replace(given, role=by_name[given.role.casefold()])
        if row.subject:
            subjects[row.subject] = row.login
        _sort(row, known, made)
    if whole:
        _ends_of_the_whole(made, here, seen, unread, by)
    _somebody_keeps(made, here, keeping)
    teams = {one.team for one in here.values()}
    made.teams = sorted(
        {one.team for one in made.adds} | {one.now["team"] for one in made.changes if "team" in one.now}
    )
    made.teams = [one for one in made.teams if one not in teams]
    made.wrong.sort(key=lambda one: one.line)
    return made


def _columns(head: list[str]) -> tuple[dict[str, int], list[str]]:
    places: dict[str, int] = {}
    beyond = []
    for place, name in enumerate(head):
        meant = NAMES.get(" ".join(name.lower().replace("_", " ").split()))
        if meant is None:
            beyond.append(name.strip()[:40] or "one without a name")
        elif meant in places:
            raise _not(f"Two columns say the same: {name.strip()[:40]}.", COLUMNS)
        else:
            places[meant] = place
    if missing := [name for name in NEEDED if name not in places]:
        raise _not(f"The column {missing[0]} is missing.", COLUMNS)
    return places, beyond


def _wrong(
    row: Row,
    known: Standing | None,
    roles: Mapping[str, str],
    seen: Mapping[str, int],
    subjects: Mapping[str, str],
    by: str,
) -> str:
    """Why a line is not done; empty where it is."""
    if not row.login or len(row.login) > 60 or " " in row.login or not row.login.isprintable():
        return "a login has 1 to 60 characters and no spaces"
    if row.login.casefold() in seen:
        return f"{row.login} stands in line {seen[row.login.casefold()]} already"
    if known is not None and known.login != row.login:
        return f"there is {known.login} here, written otherwise; write it to the letter"
    if known is not None and known.service:
        return f"{row.login} is a service account, which is kept on a page of its own"
    if row.active is False and known is None:
        return f"there is nobody called {row.login} whose access could be ended"
    if row.active is False:
        return "nobody ends their own access" if row.login == by else ""
    for name, most in (("name", 120), ("team", 80)):
        value = getattr(row, name)
        if not value or len(value) > most or not value.isprintable():
            return f"the {name} is missing or has more than {most} characters"
    if len(row.area or "") > 40 or not (row.area or "").isprintable():
        return "the area has more than 40 characters"
    role = roles.get(row.role.casefold())
    if role is None:
        return f"there is no role {row.role[:40] or 'without a name'}"
    if row.login == by and known is not None and known.role != role:
        return "nobody changes their own role; another who keeps staff does it"
    if len(row.subject or "") > 255 or not (row.subject or "").isprintable():
        return "the subject has more than 255 characters"
    if row.subject and subjects.get(row.subject, row.login) != row.login:
        return f"{subjects[row.subject]} is known by this subject already"
    if known is not None and not known.active and row.active is None:
        return "their access was ended; a column active with yes gives it back"
    return ""


def _sort(row: Row, known: Standing | None, made: Plan) -> None:
    """Put a good line where it belongs."""
    if known is None:
        made.adds.append(row)
        return
    if row.active is False:
        if known.active:
            made.ends.append(End(row.line, known.pk, known.login, known.name))
        else:
            made.same += 1
        return
    was, now = {}, {}
    for name in ("name", "role", "team", "area", "subject"):
        value = getattr(row, name)
        if value is None or (name == "subject" and not value) or value == getattr(known, name):
            continue
        was[name], now[name] = getattr(known, name), value
    if now or not known.active:
        made.changes.append(Change(row.line, known.pk, known.login, known.name, was, now, returns=not known.active))
    else:
        made.same += 1


def _ends_of_the_whole(made: Plan, here: Mapping[str, Standing], seen: Mapping[str, int], unread: int, by: str) -> None:
    """Who is here and in no line of a table that is everybody. A line that could not be read may be anybody's, so then nobody is ended."""
    if unread:
        made.wrong.append(
            Wrong(
                0,
                f"{unread} {'line' if unread == 1 else 'lines'} could not be read, so nobody is ended for not being named",
            )
        )
        return
    for login, one in here.items():
        if one.active and not one.service and not one.emergency and login not in seen and one.login != by:
            made.ends.append(End(0, one.pk, one.login, one.name))


def _somebody_keeps(made: Plan, here: Mapping[str, Standing], keeping: frozenset[str]) -> None:
    """Take out what would leave nobody who keeps staff."""
    keep = {one.pk for one in here.values() if one.active and not one.service and one.role in keeping}
    loses = {one.pk for one in made.ends if one.pk in keep}
    loses |= {one.pk for one in made.changes if one.pk in keep and one.now.get("role", "") not in {"", *keeping}}
    gains = any(one.role in keeping for one in made.adds) or any(one.now.get("role") in keeping for one in made.changes)
    if not keep or gains or keep - loses:
        return
    touched: list[End | Change] = [*made.ends, *made.changes]
    lost = [one for one in touched if one.pk in loses]
    made.ends = [one for one in made.ends if one.pk not in loses]
    made.changes = [one for one in made.changes if one.pk not in loses]
    made.wrong += [Wrong(one.line, f"nobody would be left who keeps staff without {one.login}") for one in lost]


def _not(what: str, do: str) -> Invalid:
    return Invalid({"file": f"{what} Nothing was changed. {do.rstrip('.')}."})

"""What the force's directory says of somebody, judged: whether it can be believed, and which role follows. No database, no network."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from goldthread.config.errors import SettingsError

LEEWAY = timedelta(minutes=2)
"""How far two clocks may lie apart before nothing that one of them dates can be believed *(ours)*."""
LONGEST_SUBJECT, LONGEST_LOGIN, LONGEST_NAME, LONGEST_VALUE = 255, 60, 120, 200
LONDON = ZoneInfo("Europe/London")


class Untrusted(Exception):
    """What came cannot be believed. ``code`` is for the record; ``str()`` is for the person at the screen."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code = code


@dataclass(frozen=True)
class Place:
    """The role, team and area that somebody's groups give them."""

    role: str
    team: str
    area: str = ""


@dataclass(frozen=True)
class Given:
    """One line of the mapping: whoever has ``value`` in ``claim`` gets this."""

    claim: str
    value: str
    role: str = ""
    team: str = ""
    area: str = ""


@dataclass(frozen=True)
class Groups:
    """The mapping: the first line that fits decides, so that order is rank."""

    roles: tuple[Given, ...]
    teams: tuple[Given, ...]

    def place(self, claims: Mapping[str, Any]) -> Place | None:
        """What these claims give; None where no role follows."""
        role = next((one for one in self.roles if one.value in listed(claims.get(one.claim))), None)
        if role is None:
            return None
        team = next((one for one in self.teams if one.value in listed(claims.get(one.claim))), None)
        return Place(role.role, team.team if team else role.team, (team and team.area) or role.area)


@dataclass(frozen=True)
class Known:
    """Who somebody is: by the subject the directory never gives to another, with their user name and name."""

    subject: str
    login: str
    name: str


def read_groups(text: str, roles: Sequence[str]) -> Groups:
    """The mapping file. Raises ``SettingsError`` with a sentence for what is no mapping, an unknown role, or a line with a part missing."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"GOLDTHREAD_OIDC_MAPPING is not TOML: {error}.") from None
    if unknown := set(data) - {"role", "team"}:
        raise SettingsError(f"GOLDTHREAD_OIDC_MAPPING has a part called {min(unknown)}; it has [[role]] and [[team]].")
    found: dict[str, list[Given]] = {}
    for kind, needs, may in (
        ("role", {"claim", "value", "role", "team"}, {"area"}),
        ("team", {"claim", "value", "team"}, {"area"}),
    ):
        lines = data.get(kind, [])
        for number, line in enumerate(lines if isinstance(lines, list) else [lines], 1):
            if (
                not isinstance(line, dict)
                or not needs <= line.keys() <= needs | may
                or not all(isinstance(one, str) for one in line.values())
                or not all(line[name].strip() for name in needs)
            ):
                raise SettingsError(
                    f"GOLDTHREAD_OIDC_MAPPING: [[{kind}]] number {number} must have {', '.join(sorted(needs))} and at most "
                    f"{', '.join(sorted(may))} beside them, each a text."
                )
            if kind == "role" and line["role"] not in roles:
                raise SettingsError(
                    f"GOLDTHREAD_OIDC_MAPPING: [[role]] number {number} names the unknown role {line['role']}."
                )
            if len(line["team"]) > 80 or len(line.get("area", "")) > 40:
                raise SettingsError(f"GOLDTHREAD_OIDC_MAPPING: [[{kind}]] number {number} has too long a team or area.")
            found.setdefault(kind, []).append(Given(**line))
    if not found.get("role"):
        raise SettingsError("GOLDTHREAD_OIDC_MAPPING gives nobody a role: it needs at least one [[role]].")
    return Groups(tuple(found["role"]), tuple(found.get("team", [])))


def listed(value: object) -> list[str]:
    """A claim's values, which a directory writes as one text or as a list."""
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str) and one]


def check_clock(theirs: datetime | None, now: datetime) -> None:
    """Raise ``Untrusted`` with both times where the directory's clock and ours lie too far apart for anything dated to be judged."""
    if theirs is not None and abs(theirs - now) > LEEWAY:
        told = (f"{one.astimezone(LONDON):%H:%M:%S on %d/%m/%Y}" for one in (theirs, now))
        raise Untrusted(
            "clocks_differ",
            "The clocks of the force's sign-on and of this service differ: the sign-on says {}, this service says {}. "
            "Nobody can sign on until one of them is put right.".format(*told),
        )


def check_token(claims: Mapping[str, Any], *, issuer: str, client: str, now: datetime, nonce: str | None) -> None:
    """Raise ``Untrusted`` unless a token whose signature was checked is of this issuer, for this service, of now and, where one is
    awaited, for this very sign-on (OpenID Connect Core 1.0, section 3.1.3.7).
    """
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise Untrusted("wrong_issuer", "The answer comes from another directory than the one this service is set to.")
    if client not in several or (len(several) > 1 and claims.get("azp") != client):
        raise Untrusted("wrong_audience", "The answer of the force's sign-on was made for another service.")
    begun, ends = moment(claims.get("iat")), moment(claims.get("exp"))
    if begun is None or ends is None:
        raise Untrusted("undated", "The answer of the force's sign-on does not say from when and until when it holds.")
    if begun > now + LEEWAY:
        check_clock(begun, now)
    if ends <= now - LEEWAY:
        raise Untrusted("expired", "The answer of the force's sign-on has expired. Begin again.")
    if nonce is not None and claims.get("nonce") != nonce:
        raise Untrusted("wrong_nonce", "The answer of the force's sign-on belongs to another attempt. Begin again.")


def moment(value: object) -> datetime | None:
    """A time as tokens write it, in seconds since 1970; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, LONDON)
    except (OverflowError, OSError, ValueError):
        return None


def check_second_step(claims: Mapping[str, Any], asked: str) -> None:
    """Raise ``Untrusted`` where a second step is asked for (``amr:mfa``, ``acr:VALUE``) and the directory does not say that it was taken."""
    claim, _, value = asked.partition(":")
    if asked and value not in listed(claims.get(claim)):
        raise Untrusted(
            "no_second_step",
            "The force's sign-on did not say that you took a second step (an app, a key), and this service asks for one.",
        )


def known(claims: Mapping[str, Any], *, subject: str, login: str, name: str) -> Known:
    """Who this is, from the claims of these names. Raises ``Untrusted`` where they do not say it in a form that can be kept."""
    who, sign_in = (claims.get(one) for one in (subject, login))
    if not isinstance(who, str) or not 1 <= len(who) <= LONGEST_SUBJECT or not who.isprintable():
        raise Untrusted(
            "no_subject", f"The force's sign-on did not say who you are: the claim {subject} is missing or too long."
        )
    if (
        not isinstance(sign_in, str)
        or not 1 <= len(sign_in) <= LONGEST_LOGIN
        or not sign_in.isprintable()
        or " " in sign_in
    ):
        raise Untrusted(
            "no_login",
            f"The force's sign-on gave no user name that can be kept: the claim {login} must have 1 to {LONGEST_LOGIN} characters and "
            "no spaces.",
        )
    shown = claims.get(name)
    words = " ".join("".join(one for one in shown if one.isprintable()).split()) if isinstance(shown, str) else ""
    return Known(who, sign_in, words[:LONGEST_NAME] or sign_in)


def left_out(claims: Mapping[str, Any]) -> bool:
    """Whether the directory left somebody's groups out of the token since they are too many."""
    elsewhere = claims.get("_claim_names")
    return bool(claims.get("hasgroups")) or (isinstance(elsewhere, dict) and "groups" in elsewhere)

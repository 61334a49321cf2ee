"""What a meeting may do: values in, decision or refusal out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle

from goldthread.config.errors import Invalid, Refused
from goldthread.meetings.kinds import Choice, Kind

LONGEST_WORDS = 4_000
LONGEST_FIELD = 120
OWN = ("words", "owner", "person")
"""What a decision may be given that this app keeps itself; every other field is the app's that carries it out."""
ASKED = {
    "words": "Write it in a sentence: what was decided, and why.",
    "owner": "Choose who sees to it.",
    "person": "Choose who accepts the risk, by name: somebody senior who is on duty. Nothing was decided.",
}


@dataclass(frozen=True)
class Candidate:
    """A subject that belongs on a list: ``reasons`` and ``known`` are pairs of code or label and words. More ``points`` stand higher."""

    subject: uuid.UUID
    title: str
    words: str
    reasons: tuple[tuple[str, str], ...]
    known: tuple[tuple[str, str], ...]
    points: float


@dataclass(frozen=True)
class Rest:
    """Subjects with a reason past those that a list names, in their order, and how many have each reason: code, what it is called, number."""

    subjects: tuple[uuid.UUID, ...] = ()
    reasons: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class Stood:
    """A subject on the list of the meeting before, with why it stood there."""

    title: str
    reasons: frozenset[str]
    points: float


def command_key(key: uuid.UUID, *what: object) -> uuid.UUID:
    """The key of one command: a form sent again as it was is the same command, one that was changed in between another."""
    return uuid.uuid5(key, json.dumps(what))


def may(kind: Kind, codes: frozenset[str], what: str) -> None:
    """Raise ``Refused`` where none of these roles (own, and acting) may ``call``, ``chair`` or ``join`` meetings of this kind."""
    if not codes & getattr(kind, what):
        verb = {"call": "call", "chair": "chair", "join": "be in"}[what]
        raise Refused(f"Your role does not {verb} this meeting. Nothing was changed.")


def difference(
    before: Mapping[uuid.UUID, Stood],
    now: Sequence[Candidate],
    *,
    rest_before: Collection[uuid.UUID] = (),
    rest: Collection[uuid.UUID] = (),
) -> dict[str, list[str]]:
    """What changed since the list before, by title: ``new``, ``gone``, ``still`` here, and of those ``worse``.

    Worse has a reason that it had not, and more points for it. Who stands in the rest that a list tells by number has not come
    new out of it, nor gone into it.
    """
    here, stayed = {one.subject for one in now}, set(rest)
    came = set(rest_before)
    still = [one for one in now if one.subject in before]
    worse = [
        one
        for one in still
        if {code for code, _ in one.reasons} - before[one.subject].reasons and one.points > before[one.subject].points
    ]
    return {
        "new": [one.title for one in now if one.subject not in before and one.subject not in came],
        "gone": [stood.title for subject, stood in before.items() if subject not in here and subject not in stayed],
        "still": [one.title for one in still],
        "worse": [one.title for one in worse],
    }


def share_out(
    subjects: Iterable[uuid.UUID],
    teams: Mapping[uuid.UUID, int | None],
    on_duty: Mapping[int, Sequence[int]],
    chair: int,
) -> dict[uuid.UUID, int]:
    """Who looks at each subject that was not reached: those on duty of its own team in turn; the chair where nobody is."""
    turns = {team: cycle(people) for team, people in on_duty.items() if people}
    owners = {}
    for subject in subjects:
        team = teams.get(subject)
        owners[subject] = next(turns[team]) if team is not None and team in turns else chair
    return owners


def words(text: str, *, needed: str = "") -> str:
    """Words as they will be kept. Raises ``Invalid`` where they are ``needed``, or too many."""
    kept = text.replace("\x00", "").strip()
    if len(kept) > LONGEST_WORDS:
        raise Invalid({"words": f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
    if needed and not kept:
        raise Invalid({"words": needed})
    return kept


def given(choice: Choice, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of the carrying app that this decision takes, as they will be used. Raises ``Invalid`` for what is missing or too long."""
    known = [name for name in (*choice.needs, *choice.may) if name not in OWN]
    kept = {name: fields.get(name, "").replace("\x00", "").strip() for name in known}
    wrong = {
        name: f"That is longer than {LONGEST_FIELD} characters. Shorten it."
        for name, text in kept.items()
        if len(text) > LONGEST_FIELD
    }
    for name in choice.needs:
        if name in kept and not kept[name]:
            wrong[name] = f"{choice.name} needs this. Nothing was decided."
    if wrong:
        raise Invalid(wrong)
    return kept


def due(kind: Kind, choice: Choice, minutes: int | None, now: datetime) -> datetime:
    """By when it is to be done. Raises ``Invalid`` for a time that is none, or further ahead than the kind allows."""
    within = choice.due if minutes is None else timedelta(minutes=max(min(minutes, 10**6), -1))
    if not timedelta() < within <= kind.longest:
        most = kind.longest // kind.told_in
        if kind.told_in == timedelta(days=1):
            raise Invalid({"minutes": f"Give days from 1 to {most}. Nothing was decided."})
        hours = int(kind.longest.total_seconds() // 3600)
        raise Invalid({"minutes": f"Give minutes from 1 to {most}: {hours} hours at most. Nothing was decided."})
    return now + within

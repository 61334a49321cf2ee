"""Silver, Gold and the Force Governance Board in the meetings' mechanism: an agenda that builds itself, and what stands behind each line.

A line is about a figure, by a number that is always the same for its code, so that what is owed of it comes back with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from goldthread.audit.canonical import canonical_json
from goldthread.contact.known import force_day
from goldthread.governance import drawing, queries, rules
from goldthread.governance.models import Annotation
from goldthread.governance.printed import STATES
from goldthread.governance.told import broken_told, series_told
from goldthread.meetings import beyond
from goldthread.meetings.kinds import kinds_on
from goldthread.meetings.models import Decision
from goldthread.meetings.queries import newest as newest_meeting
from goldthread.meetings.queries import owed
from goldthread.meetings.rules import Candidate, Rest
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.meetings.models import Action, Meeting

BOARDS = ("silver", "gold", "fgb")
BELOW = {"gold": "silver", "fgb": "gold"}
"""The board from which a line is taken up."""
TAKE_UP = "take_up"
NAMED = uuid.UUID("5f2f0c0e-6a3d-5b55-9f6e-6c1d2f4b7a10")
POINTS = {"late": 100.0, "taken_up": 80.0, "worse": 60.0, "changed": 40.0, "unreached": 30.0, "better": 20.0}
"""What each reason weighs in the order of a list *(ours)*: what was promised and not done stands first."""
NAMES = {
    "late": "owed, and its time has passed",
    "taken_up": "taken up by the board below",
    "worse": "changed for the worse",
    "changed": "changed",
    "unreached": "not reached before",
    "better": "changed for the better",
}


@dataclass
class _Item:
    """A subject of a list while it is put together."""

    title: str
    words: str
    reasons: dict[str, str]
    known: tuple[tuple[str, str], ...]


def subject_of(code: str) -> uuid.UUID:
    """A figure as the subject of a line."""
    return uuid.uuid5(NAMED, canonical_json(["series", code]))


def agenda(board: str, before: Meeting | None, now: datetime, most: int) -> beyond.Agenda:
    """What a board is to go through: figures that changed, what is owed and late, what the board below took up; ``most`` by name."""
    judged = queries.every()
    found = {subject_of(one.series.code): _item(one) for one in judged}
    late = 0
    for action in owed(board):
        late += action.due_at <= now
        if action.due_at <= now or action.decision_id is None:
            words = f"owed by {action.owner.name if action.owner else 'a team'} since {clock(action.due_at, now)}"
            reason = ("late", words) if action.decision_id is not None else ("unreached", NAMES["unreached"])
            _also(found, action.line.subject, action.line.told, *reason)
    for decision in _taken_up(board, before):
        words = f"{decision.by.name}: {decision.words.shown()}" if decision.words else decision.by.name
        _also(
            found, decision.line.subject, decision.line.told, "taken_up", f"taken up {clock(decision.at, now)}, {words}"
        )
    listed = [(subject, one) for subject, one in found.items() if one.reasons]
    listed.sort(key=lambda pair: (-_points(pair[1]), pair[1].title))
    rest = listed[most:]
    worse = sum(one.state == "worse" for one in judged)
    return beyond.Agenda(
        heading=(
            ("Figures", f"{len(judged):,}"),
            ("Changed for the worse", f"{worse:,}"),
            ("Changed for the better", f"{sum(one.state == 'better' for one in judged):,}"),
            ("Cannot be told yet", f"{sum(one.state == 'unknown' for one in judged):,}"),
            ("Owed and late", f"{late:,}"),
        ),
        candidates=tuple(
            Candidate(subject, one.title, one.words, tuple(one.reasons.items()), one.known, _points(one))
            for subject, one in listed[:most]
        ),
        rest=Rest(tuple(subject for subject, _ in rest), _numbers([one for _, one in rest])),
    )  # fmt: skip


def broken(board: str, now: datetime) -> list[tuple[str, str]]:
    """That a board is to sit again, where the time between two has passed since it last did."""
    kind = kinds_on(force_day(now)).get(board)
    last = newest_meeting(board)
    day = force_day(last.opened_at) if last is not None else None
    if kind is None or kind.every is None or not rules.due(day, kind.every, force_day(now)):
        return []
    told = f"It sat last on {clock(last.opened_at)}." if last is not None else "It has never sat here."
    return [("regular", f"{kind.name} is to sit every {kind.every.days} days. {told}")]


def now_of(since: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, beyond.Now]:
    """Where each figure's page is, and whether anything was noted on it since."""
    if not since:
        return {}
    codes = {subject_of(one.code): one.code for one in queries.all_series()}
    newest = Annotation.objects.filter(at__gt=min(since.values())).order_by("at")
    noted = dict(newest.values_list("series", "at"))
    return {
        subject: beyond.Now(
            reverse("governance:series", args=[codes[subject]]),
            "something was noted on it" if codes[subject] in noted and noted[codes[subject]] > at else "",
        )
        for subject, at in since.items()
        if subject in codes
    }


def values(user: Staff, subject: uuid.UUID) -> dict[str, Any]:
    """What the meeting shows of a figure: its chart; nothing of one that is no more."""
    code = next((one.code for one in queries.all_series() if subject_of(one.code) == subject), None)
    found = queries.one(code) if code is not None and user.can(rules.SEE) else None
    if found is None:
        return {"told": None}
    told = series_told(found)
    return {"told": told, "svg": drawing.svg(told), "page": reverse("governance:series", args=[told["code"]])}


def register() -> None:
    """Give the meetings' mechanism the boards; called once at start."""
    for board in BOARDS:
        beyond.register(_body(board))


def _body(board: str) -> beyond.Body:
    return beyond.Body(
        kind=board,
        agenda=lambda _user, before, now, most: agenda(board, before, now, most),
        carry_out=_carry_out,
        done=_done,
        reached=_reached,
        teams=lambda subjects: dict.fromkeys(subjects),
        owner_of=lambda _subject: "",
        now_of=now_of,
        choices=lambda _user, _subject, _now: {},
        broken=lambda now: broken(board, now),
        labels={},
        template="governance/_board-line.jinja",
        values=values,
        subject="board-item",
        queue=(rules.SEE, "governance:list"),
        noun="a figure",
        style="governance.css",
        ended="Done. The board sees it on its next list.",
        nobody="Whoever chairs",
    )


def _carry_out(deciding: beyond.Deciding) -> beyond.Came:
    """Nothing is done to a figure; watching it, and taking it up, leave nothing owed."""
    if deciding.code == TAKE_UP:
        return beyond.Came("On the next list of the board above", owed=False)
    return beyond.Came(owed=deciding.code != "watch")


def _done(user: Staff, action: Action, words: str) -> None:
    """A figure has no timeline to write on: the words stand with the action, and the next list and pack tell them."""


def _reached(user: Staff, subjects: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    return set(subjects) if user.can(rules.SEE) else set()


def _item(one: queries.Judged) -> _Item:
    told = series_told(one)
    known = [each for each in told["values"] if each["share"] is not None]
    newest = known[-1] if known else None
    facts = (
        ("Newest", f"{drawing.percent(newest['share'])}, {drawing.day(newest['until'])}" if newest else ""),
        ("Limits", _limits(newest)),
        ("Values that share no cases", str(told["read"])),
    )
    ways: dict[str, list[str]] = {}
    for each in broken_told(one.chart.now, one.series.good):
        ways.setdefault(each["way"], []).append(each["word"])
    reasons = {way: f"{STATES[way]}: {', '.join(words)}" for way, words in ways.items()}
    return _Item(one.series.name, STATES[one.state], reasons, facts)


def _limits(newest: Mapping[str, Any] | None) -> str:
    if newest is None or newest["lower"] is None:
        return "none yet"
    return f"{drawing.percent(newest['lower'])} to {drawing.percent(newest['upper'])}"


def _also(found: dict[uuid.UUID, _Item], subject: uuid.UUID, told: Mapping[str, Any], reason: str, words: str) -> None:
    """One more reason; a subject that is no figure any more stands by what its line said of it."""
    item = found.setdefault(subject, _Item(told.get("title", "erased"), told.get("words", ""), {}, ()))
    item.reasons.setdefault(reason, words)


def _taken_up(board: str, before: Meeting | None) -> list[Decision]:
    below = BELOW.get(board)
    if below is None:
        return []
    found = Decision.objects.filter(line__meeting__kind=below, code=TAKE_UP)
    if before is not None:
        found = found.filter(at__gt=before.opened_at)
    return list(found.select_related("line__text", "words", "by").order_by("-id"))


def _points(one: _Item) -> float:
    return sum(POINTS[reason] for reason in one.reasons)


def _numbers(rest: Iterable[_Item]) -> tuple[tuple[str, str, int], ...]:
    counted: dict[str, int] = {}
    for one in rest:
        for reason in one.reasons:
            counted[reason] = counted.get(reason, 0) + 1
    return tuple((reason, NAMES[reason], counted[reason]) for reason in POINTS if reason in counted)

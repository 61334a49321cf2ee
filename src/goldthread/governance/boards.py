"""Silver, Gold and the Force Governance Board in the meetings' mechanism: an agenda that builds itself, and what stands behind each line.

A line is about a figure, a recommendation, a theme, a course or a cohort, by a number that is always the same for it, so that what is owed of it
comes back with it. What each one's line shows, and where its page is, is ``lines``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.contact.known import force_day
from goldthread.governance import items, learned_items, lines, queries, rules
from goldthread.governance.agendas import agendas_on
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


def agenda(board: str, before: Meeting | None, now: datetime, most: int) -> beyond.Agenda:
    """What a board is to go through, ``most`` by name: figures that changed, recommendations off their track or re-opened, open themes,
    courses held by too few, what cohorts changed, what is owed and late, what the board below took up.
    """
    known = agendas_on(force_day(now))
    judged = queries.every()
    learned = (
        learned_items.of_themes(known, now)
        | learned_items.of_courses(board, known, now)
        | learned_items.of_cohorts(now)
    )
    found = items.of_figures(judged) | items.of_plan() | learned
    late = 0
    for action in owed(board):
        late += action.due_at <= now
        if action.due_at <= now or action.decision_id is None:
            words = f"owed by {action.owner.name if action.owner else 'a team'} since {clock(action.due_at, now)}"
            reason = ("late", words) if action.decision_id is not None else ("unreached", "not reached before")
            _also(found, action.line.subject, action.line.told, *reason)
    for decision in _taken_up(board, before):
        words = f"{decision.by.name}: {decision.words.shown()}" if decision.words else decision.by.name
        _also(
            found, decision.line.subject, decision.line.told, "taken_up", f"taken up {clock(decision.at, now)}, {words}"
        )
    for one in found.values():
        one.reasons = known.of(board, one.reasons)
    listed = [(subject, one, known.points(one.reasons)) for subject, one in found.items() if one.reasons]
    listed.sort(key=lambda row: (-row[2], row[1].title))
    rest = listed[most:]

    def number(code: str) -> str:
        return f"{sum(code in one.reasons for one in found.values()):,}"

    return beyond.Agenda(
        heading=(
            ("Figures", f"{len(judged):,}"),
            ("Changed for the worse", f"{sum(one.state == 'worse' for one in judged):,}"),
            ("Changed for the better", f"{sum(one.state == 'better' for one in judged):,}"),
            ("Cannot be told yet", f"{sum(one.state == 'unknown' for one in judged):,}"),
            ("Recommendations off their track", number("off_track")),
            ("Themes of which nothing came", number("theme_idle")),
            ("Courses held by too few", number("lacking")),
            ("Owed and late", f"{late:,}"),
        ),
        candidates=tuple(
            Candidate(subject, one.title, one.words, tuple(one.reasons.items()), one.known, points)
            for subject, one, points in listed[:most]
        ),
        rest=Rest(tuple(subject for subject, *_ in rest), items.numbers([one for _, one, _ in rest], known)),
    )  # fmt: skip


def broken(board: str, now: datetime) -> list[tuple[str, str]]:
    """That a board is to sit again, where the time between two has passed since it last did."""
    kind = kinds_on(force_day(now)).get(board)
    last = newest_meeting(board)
    day = force_day(last.opened_at) if last is not None else None
    if last is None or kind is None or kind.every is None or not rules.due(day, kind.every, force_day(now)):
        return []
    return [("regular", f"{kind.name} is to sit every {kind.every.days} days. It sat last on {clock(last.opened_at)}.")]


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
        now_of=lines.now_of,
        choices=lambda _user, _subject, _now: {},
        broken=lambda now: broken(board, now),
        labels={},
        template="governance/_board-line.jinja",
        values=lines.values,
        subject="board-item",
        queue=None,
        noun="a figure, a recommendation or what was learned",
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


def _also(
    found: dict[uuid.UUID, items.Item], subject: uuid.UUID, told: Mapping[str, Any], reason: str, words: str
) -> None:
    """One more reason; a subject that is no figure any more stands by what its line said of it."""
    item = found.setdefault(subject, items.Item(told.get("title", "erased"), told.get("words", ""), {}, ()))
    item.reasons.setdefault(reason, words)


def _taken_up(board: str, before: Meeting | None) -> list[Decision]:
    below = BELOW.get(board)
    if below is None:
        return []
    found = Decision.objects.filter(line__meeting__kind=below, code=TAKE_UP)
    if before is not None:
        found = found.filter(at__gt=before.opened_at)
    return list(found.select_related("line__text", "words", "by").order_by("-id"))

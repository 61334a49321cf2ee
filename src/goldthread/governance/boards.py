"""Silver, Gold and the Force Governance Board in the meetings' mechanism: an agenda that builds itself, and what stands behind each line.

A line is about a figure or a recommendation, by a number that is always the same for it, so that what is owed of it comes back with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from goldthread.contact.known import force_day
from goldthread.governance import drawing, items, queries, rules
from goldthread.governance.models import Annotation
from goldthread.governance.told import series_told
from goldthread.improvement.queries import plan
from goldthread.measures.series import all_series
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
    """What a board is to go through, ``most`` by name: figures that changed, recommendations off their track or re-opened, what is owed and
    late, what the board below took up.
    """
    judged = queries.every()
    found = items.of_figures(judged) | items.of_plan()
    late = 0
    for action in owed(board):
        late += action.due_at <= now
        if action.due_at <= now or action.decision_id is None:
            words = f"owed by {action.owner.name if action.owner else 'a team'} since {clock(action.due_at, now)}"
            reason = ("late", words) if action.decision_id is not None else ("unreached", items.NAMES["unreached"])
            _also(found, action.line.subject, action.line.told, *reason)
    for decision in _taken_up(board, before):
        words = f"{decision.by.name}: {decision.words.shown()}" if decision.words else decision.by.name
        _also(
            found, decision.line.subject, decision.line.told, "taken_up", f"taken up {clock(decision.at, now)}, {words}"
        )
    listed = [(subject, one) for subject, one in found.items() if one.reasons]
    listed.sort(key=lambda pair: (-pair[1].points, pair[1].title))
    rest = listed[most:]
    worse = sum(one.state == "worse" for one in judged)
    return beyond.Agenda(
        heading=(
            ("Figures", f"{len(judged):,}"),
            ("Changed for the worse", f"{worse:,}"),
            ("Changed for the better", f"{sum(one.state == 'better' for one in judged):,}"),
            ("Cannot be told yet", f"{sum(one.state == 'unknown' for one in judged):,}"),
            ("Recommendations off their track", f"{sum('off_track' in one.reasons for one in found.values()):,}"),
            ("Owed and late", f"{late:,}"),
        ),
        candidates=tuple(
            Candidate(subject, one.title, one.words, tuple(one.reasons.items()), one.known, one.points)
            for subject, one in listed[:most]
        ),
        rest=Rest(tuple(subject for subject, _ in rest), items.numbers([one for _, one in rest])),
    )  # fmt: skip


def broken(board: str, now: datetime) -> list[tuple[str, str]]:
    """That a board is to sit again, where the time between two has passed since it last did."""
    kind = kinds_on(force_day(now)).get(board)
    last = newest_meeting(board)
    day = force_day(last.opened_at) if last is not None else None
    if last is None or kind is None or kind.every is None or not rules.due(day, kind.every, force_day(now)):
        return []
    return [("regular", f"{kind.name} is to sit every {kind.every.days} days. It sat last on {clock(last.opened_at)}.")]


def now_of(since: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, beyond.Now]:
    """Where each subject's page is, and whether anything was noted on a figure since."""
    if not since:
        return {}
    pages = items.addresses(since)
    newest = Annotation.objects.filter(at__gt=min(since.values())).order_by("at")
    noted = {items.figure_subject(code): at for code, at in newest.values_list("series", "at")}
    return {
        subject: beyond.Now(
            pages[subject], "something was noted on it" if subject in noted and noted[subject] > at else ""
        )
        for subject, at in since.items()
        if subject in pages
    }


def values(user: Staff, subject: uuid.UUID) -> dict[str, Any]:
    """What the meeting shows of a line: a figure's chart, or how a recommendation stands; nothing of what is no more."""
    found = _figure_values(subject) if user.can(rules.SEE) else {}
    if not found and user.can("plan.see"):
        found = _plan_values(subject)
    return {"told": None, "recommended": None, **found}


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
        queue=None,
        noun="a figure or a recommendation",
        style="governance.css",
        ended="Done. The board sees it on its next list.",
        nobody="Whoever chairs",
    )


def _figure_values(subject: uuid.UUID) -> dict[str, Any]:
    code = next((one.code for one in all_series() if items.figure_subject(one.code) == subject), None)
    found = queries.one(code) if code is not None else None
    if found is None:
        return {}
    told = series_told(found)
    return {"told": told, "svg": drawing.svg(told), "page": reverse("governance:series", args=[told["code"]])}


def _plan_values(subject: uuid.UUID) -> dict[str, Any]:
    for one in plan().recommendations:
        if items.recommendation_subject(one.id) == subject:
            return {"recommended": one, "page": reverse("improvement:recommendation", args=[one.id])}
    return {}


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

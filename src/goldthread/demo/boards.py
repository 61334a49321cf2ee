"""Silver, Gold and the Force Governance Board as they sat, their packs, and what was issued to the Commissioner: by the actions, in the order of their
times, with the demo's clock turned back.

A board of the past sees what was known by then: histories are read once and cut at the hour. What is script is in ``boards.toml``; which lines stand on a
list, what comes back and what is late, the boards' own rules say.
"""

from __future__ import annotations

import heapq
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from goldthread.accounts.actions import deactivate
from goldthread.accounts.models import Staff, Team
from goldthread.clocks.local import LONDON
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.demo.issued import due_of_the_office
from goldthread.demo.plan_rows import told_at
from goldthread.demo.rounds import weekday
from goldthread.demo.told import Past, clock_back
from goldthread.governance import queries as governed
from goldthread.governance.actions import issue
from goldthread.measures.series import Series, Value, all_series, holding
from goldthread.meetings import queries
from goldthread.meetings.actions import call, end, join, move
from goldthread.meetings.deciding_actions import decide, done
from goldthread.meetings.kinds import kinds_on
from goldthread.meetings.models import Action, Line, Meeting

WHY = (
    "taken_up",
    "fell_back",
    "worse",
    "off_track",
    "late",
    "changed",
    "better",
    "theme",
    "lacking",
    "effect",
    "unreached",
)
"""The reason that speaks where a line has several."""
PRESSING = {"off_track", "worse", "fell_back"}
"""Of these something is given by a plot, where there are any."""
DAY = timedelta(days=1)


def govern(rng: random.Random, now: datetime) -> dict[str, int]:
    """Let the year's boards sit and what is issued be issued; how many of each. For the seed's one transaction, after the plan was entered.

    Raises what the actions raise. Nothing where the force has not their people.
    """
    held = table("demo", "boards.toml")
    wanted = {name for one in held["board"] for name in (*one["chairs"], *one["present"])} | {
        held["published"]["office"]
    }
    if Staff.objects.filter(username__in=wanted).count() < len(wanted):
        return {"meetings": 0, "packs": 0, "issued": 0}
    with clock_back() as past:
        return _Year(rng, now, held, past).run()


@dataclass
class _Plot:
    """Something that is given to somebody and not done; ``subject`` once it stands on a list, ``turn`` how often it was decided."""

    told: dict[str, Any]
    subject: uuid.UUID | None = None
    turn: int = 0


class _Year:
    """What happens, in the order of its times."""

    def __init__(self, rng: random.Random, now: datetime, held: dict[str, Any], past: Past) -> None:
        self.rng, self.now, self.held, self.past = rng, now, held, past
        self.at = now
        self.people = {one.username: one for one in Staff.objects.select_related("team")}
        self.plots = [_Plot(one) for one in held["plot"]]
        self.number = count()
        self.waiting: list[tuple[datetime, int, Callable[[], object]]] = []
        self.told = {"meetings": 0, "packs": 0, "issued": 0}

    def run(self) -> dict[str, int]:
        """Everything, the earliest first."""
        self._joins()
        for board in self.held["board"]:
            for turn, ago in enumerate(board["sat"]):
                self._on(ago, board["at"], partial(self._sit, board, turn))
        for one in self.held["pack"]:
            for ago in one["issued"]:
                self._on(ago, time(16, 20), partial(self._pack, one["board"], one["by"]))
        for one in self.plots:
            if "left" in one.told:
                self._on(one.told["left"], time(17), partial(deactivate, self.held["left"]["username"]))
        for at, give in due_of_the_office(self.held["published"], self.people, self.now, self._key):
            self._at(at, partial(self._issue, give))
        with holding([self._as_known(one) for one in all_series()]):
            while self.waiting:
                self.at, _number, do = heapq.heappop(self.waiting)
                self.past.turn(self.at)
                do()
        return self.told

    def _as_known(self, series: Series) -> Series:
        every = [(told_at(series, one), one) for one in series.values()]

        def values() -> list[Value]:
            return [one for known, one in every if known <= self.at]

        return replace(series, values=values)

    def _joins(self) -> None:
        """Who left later; written like the others of the force."""
        left = self.held["left"]
        team = Team.objects.get(name=left["team"])
        made = Staff(
            username=left["username"], name=left["name"], role=left["role"], team=team, password=make_password(None)
        )
        made.initials = "".join(word[0] for word in made.name.split())
        made.save()
        self.people[made.username] = made

    def _sit(self, board: dict[str, Any], turn: int) -> None:
        code, chairs = board["kind"], board["chairs"]
        chair = self.people[chairs[turn % len(chairs)]]
        meeting = call(chair, code, key=self._key(), because="regular")
        self.told["meetings"] += 1
        for name in board["present"]:
            join(self.people[name], meeting.pk)
        given = [self._decide(board, chair, meeting, line) for line in self._lines(board, meeting)]
        self._later(timedelta(minutes=4))
        end(chair, meeting.pk)
        for action, plot in given:
            if action is not None:
                self._answered(action, plot)
        for left in queries.owed(code).filter(line__meeting=meeting, decision=None):
            if self.rng.random() < self.held["looked"]:
                words = self.rng.choice(self.held["words"]["looked"])
                self._at(self.at + DAY * self.rng.uniform(0.1, 3), partial(self._done, left, words))

    def _lines(self, board: dict[str, Any], meeting: Meeting) -> list[tuple[Line, _Plot | None]]:
        """What the meeting gets to: what a plot has on it, and the first others."""
        lines = queries.lines(meeting)
        ago = (self.now - self.at) / DAY
        mine = [one for one in self.plots if one.told["board"] == board["kind"] and one.told["given"] + 1 >= ago]
        told = {one.subject: one for one in mine if one.subject is not None}
        for plot in mine:
            free = [line for line in lines if line.subject not in told]
            if plot.subject is None and free and ago > plot.told.get("left", 0):
                line = next((one for one in free if PRESSING & set(one.reasons)), free[0])
                plot.subject = line.subject
                told[line.subject] = plot
        found: list[tuple[Line, _Plot | None]] = []
        for line in lines:
            plot_of = told.get(line.subject)
            if plot_of is not None and plot_of.turn < len(plot_of.told["words"]):
                if not plot_of.turn or ago < plot_of.told.get("left", ago + 1):
                    found.append((line, plot_of))
            elif len(found) < self.held["reached"]:
                found.append((line, None))
        return found

    def _decide(
        self, board: dict[str, Any], chair: Staff, meeting: Meeting, line: tuple[Line, _Plot | None]
    ) -> tuple[Action | None, _Plot | None]:
        one, plot = line
        self._later(timedelta(seconds=self.rng.randrange(90, 420)))
        move(chair, meeting.pk, one.pk)
        days = board["days"]
        kind = kinds_on(force_day(self.at))[board["kind"]]
        if plot is not None:
            code, words, owner = "act", plot.told["words"][plot.turn], self.people[plot.told["owners"][plot.turn]]
            if "until" in plot.told:
                days = round((self.now - self.at) / DAY) - plot.told["until"][plot.turn]
            plot.turn += 1
        else:
            why = next((each for each in WHY if any(code.startswith(each) for code in one.reasons)), "unreached")
            able = [each for each in self.held["words"][why] if each[0] in kind.decisions]
            code, words = self.rng.choice(able)
            left = self.held["left"]["username"]
            owner = self.rng.choice([each for each in queries.may_own(kind)["people"] if each.username != left])
        choice = kind.decisions[code]
        made = decide(
            chair, meeting.pk, one.pk, key=self._key(), code=code, seen=0, words=words,
            owner=f"staff:{owner.pk}" if "owner" in choice.may else "",
            minutes=days * 24 * 60 if "owner" in choice.may else None,
        )  # fmt: skip
        return Action.objects.filter(decision=made).select_related("owner").first(), plot

    def _answered(self, action: Action, plot: _Plot | None) -> None:
        """When its owner says that it is done, if they do before the next meeting."""
        until = action.due_at - self.at
        if plot is not None:
            if "done" in plot.told and plot.turn == len(plot.told["words"]):
                self._at(action.due_at + DAY, partial(self._done, action, plot.told["done"]))
            return
        dealt = self.rng.random()
        share = self.rng.uniform(0.2, 0.9)
        words = self.rng.choice(self.held["words"]["done"])
        if dealt < self.held["kept"]:
            self._at(self.at + until * share, partial(self._done, action, words))
        elif dealt < self.held["kept"] + self.held["late"]:
            self._at(action.due_at + DAY * share, partial(self._done, action, words))

    def _done(self, action: Action, words: str) -> None:
        if action.owner is not None and queries.owed().filter(pk=action.pk).exists():
            done(action.owner, action.pk, words=words)

    def _pack(self, board: str, by: str) -> None:
        newest = governed.newest(board)
        issue(self.people[by], board, key=self._key(), seen=newest.number if newest else 0)
        self.told["packs"] += 1

    def _issue(self, do: Callable[[], int]) -> None:
        self.told["issued"] += do()

    def _on(self, ago: int, hour: time, do: Callable[[], object]) -> None:
        day = weekday(force_day(self.now - timedelta(days=ago)))
        self._at(datetime.combine(day, hour, LONDON) + timedelta(minutes=self.rng.randrange(9)), do)

    def _at(self, at: datetime, do: Callable[[], object]) -> None:
        if at < self.now:
            heapq.heappush(self.waiting, (at, next(self.number), do))

    def _later(self, by: timedelta) -> None:
        self.at += by
        self.past.turn(self.at)

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

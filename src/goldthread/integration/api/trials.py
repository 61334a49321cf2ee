"""Operations of the reader's modes, its kill switch and its trials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.assessment import mode_actions
from goldthread.assessment.mode_rules import LONGEST_WHY, MODES
from goldthread.assessment.models import ModeChange
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_trials as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Key, Moment, Whole
from goldthread.integration.api.operations import operation
from goldthread.trials import actions, queries, rules
from goldthread.trials.models import Trial

router = Router(tags=["Reader"])
SEE, MODE, SWITCH = "trials.see", mode_actions.MODE, mode_actions.SWITCH
ChangeId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The change, by its `id`.")]
TrialId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The trial, by its `id`.")]
Why = Annotated[str, Field(min_length=1, max_length=LONGEST_WHY, pattern=r"\S")]
MOST_TEAMS = 200


class ModeGiven(Given):
    """The mode of a team, or of everybody."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"team": 3, "mode": "silent", "why": "The trial's first weeks."}]}
    )
    team: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(
        None, description="The team's `id`; everybody's unless given."
    )
    mode: Annotated[str, Coded.of(MODES)]
    since: Moment | None = Field(None, description="From when; now unless given.")
    why: Why


class SwitchGiven(Given):
    """The kill switch, with its confirmation."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"off": True, "confirm": True, "why": "It marks words that nobody said."}]}
    )
    off: bool = Field(description="True throws it, false takes it back.")
    confirm: Literal[True] = Field(description="That it is meant for everybody, now.")
    why: Why


class EnteredStart(Given):
    """A team's start, entered and not drawn."""

    team: Annotated[int, Whole(1, LARGEST_ID)]
    at: Moment


class TrialGiven(Given):
    """A trial: what it asks, the mode, and who starts when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Blind first in contact",
                    "asks": "Does a second look change the grade?",
                    "mode": "blind_first",
                    "teams": [1, 2, 3],
                    "first": "2126-12-07T07:00:00Z",
                    "every_days": 7,
                }
            ]
        }
    )
    name: str = Field(min_length=1, max_length=rules.LONGEST_NAME, pattern=r"\S")
    asks: str = Field(min_length=1, max_length=rules.LONGEST_ASKS, pattern=r"\S")
    mode: Annotated[str, Coded.of(MODES)]
    teams: list[Annotated[int, Whole(1, LARGEST_ID)]] = Field(
        [], max_length=MOST_TEAMS, description="Teams whose order is drawn; not where `starts` are given."
    )
    first: Moment | None = Field(None, description="When the first of them starts.")
    every_days: Annotated[int, Whole(0, 365)] | None = Field(None, description="Days between two starts.")
    seed: Annotated[int, Whole(0, rules.SEEDS - 1)] | None = Field(
        None, description="To draw by; a fresh one unless given."
    )
    starts: list[EnteredStart] = Field(
        [], max_length=MOST_TEAMS, description="Starts as entered; nothing is drawn then."
    )


class TrialEndGiven(Given):
    """A trial's end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"after": "open", "why": "It was long enough."}]})
    after: Annotated[str, Coded.of(MODES)] = Field(description="The mode in which its teams go on.")
    why: Why


@operation(
    router, "GET", "/reader", SEE, "consultation", answers={200: answers.Stands}, summary="See how the reader stands"
)
def read_stands(request: HttpRequest) -> answers.Stands:
    """How the reader stands to every team, what will change, and what was missed and rescued by mode. No incident is named."""
    now = database_now(connection)
    record_consultation(staff(request), SEE, [])
    thrown = queries.thrown()
    return answers.Stands(
        thrown=_change(thrown) if thrown is not None else None,
        owed=queries.owed(),
        teams=[
            answers.TeamStands(team=one.team.pk, name=one.team.name, mode=one.mode, since=one.since, switch=one.switch)
            for one in queries.teams()
        ],
        ahead=[_change(one) for one in queries.changes(now, ahead=True)],
        counted=[_counted(one) for one in queries.by_mode()],
    )


@operation(
    router,
    "POST",
    "/reader/modes",
    MODE,
    "alteration",
    answers={201: answers.ReaderChanged},
    summary="Set a mode of the reader",
)
def set_mode(request: HttpRequest, key: Key, given: ModeGiven) -> Status[answers.ReaderChanged]:  # noqa: ARG001 - the same sent twice is one
    """Sets how the reader stands to a team or to everybody, from the next keystroke or a later time on."""
    made = mode_actions.set_mode(staff(request), **given.model_dump())
    return Status(201, answers.ReaderChanged(id=made.pk))


@operation(
    router, "POST", "/reader/changes/{int:change_id}/withdraw", MODE, "alteration", answers={204: None}, summary="Take back a change of mode",
)  # fmt: skip
def withdraw_mode(request: HttpRequest, change_id: ChangeId, key: Key) -> Status[None]:  # noqa: ARG001 - it is taken back once
    """Takes back a change that has not begun; `stale` where it has."""
    mode_actions.withdraw(staff(request), change_id)
    return Status(204, None)


@operation(
    router,
    "POST",
    "/reader/switch",
    SWITCH,
    "alteration",
    answers={201: answers.ReaderChanged},
    summary="Throw the kill switch",
)
def throw_switch(request: HttpRequest, key: Key, given: SwitchGiven) -> Status[answers.ReaderChanged]:  # noqa: ARG001 - thrown twice is once
    """Switches the reader off for everybody from the next keystroke on, or on again. What is not read meanwhile is read then."""
    made = mode_actions.switch(staff(request), off=given.off, why=given.why)
    return Status(201, answers.ReaderChanged(id=made.pk))


@operation(router, "GET", "/trials", SEE, "consultation", answers={200: answers.Trials}, summary="List trials")
def list_trials(request: HttpRequest) -> answers.Trials:
    """Every trial of the reader, those that run first, then the newest."""
    record_consultation(staff(request), SEE, [])
    return answers.Trials(
        trials=[
            answers.TrialBrief(id=one.pk, name=one.name, teams=one.teams, planned=one.at, ended=_ended(one))
            for one in queries.trials()
        ]
    )


@operation(router, "POST", "/trials", MODE, "collection", answers={201: answers.ReaderChanged}, summary="Plan a trial")
def plan_trial(request: HttpRequest, key: Key, given: TrialGiven) -> Status[answers.ReaderChanged]:  # noqa: ARG001 - a name is taken once
    """Plans a trial: the order of its teams is drawn by a seed that is kept, or their starts are entered. Each begins by itself."""
    told = given.model_dump(exclude={"starts"})
    made = actions.plan_trial(staff(request), **told, starts={one.team: one.at for one in given.starts})
    return Status(201, answers.ReaderChanged(id=made.pk))


@operation(
    router,
    "GET",
    "/trials/{int:trial_id}",
    SEE,
    "consultation",
    answers={200: answers.TrialShown},
    summary="Read a trial",
)
def read_trial(request: HttpRequest, trial_id: TrialId) -> answers.TrialShown:
    """Who starts when, which engines read, and what was missed and rescued by each."""
    found = Trial.objects.select_related("ended", "asks").filter(pk=trial_id).first()
    if found is None:
        raise NotThere("There is no such trial.")
    record_consultation(staff(request), SEE, [("trial", found.pk)])
    return answers.TrialShown(
        id=found.pk,
        name=found.name,
        asks=found.asks.shown(),
        seed=found.seed,
        planned=found.at,
        ended=_ended(found),
        starts=[
            answers.Start(
                place=one.place, team=one.team_id, name=one.team.name, mode=one.change.mode, starts=one.change.since,
                withdrawn=hasattr(one.change, "withdrawn"),
            )
            for one in queries.assignments(found)
        ],
        engines=[
            answers.Engine(since=one.at, engine=one.engine, lexicon=one.lexicon, model=one.model)
            for one in queries.engines(found)
        ],
        counted=[_counted(one) for one in queries.by_engine(found)],
    )  # fmt: skip


@operation(router, "POST", "/trials/{int:trial_id}/end", MODE, "alteration", answers={204: None}, summary="End a trial")
def end_trial(request: HttpRequest, trial_id: TrialId, key: Key, given: TrialEndGiven) -> Status[None]:  # noqa: ARG001 - it ends once
    """Ends it now: teams that have begun go on in the mode given, the others never begin. `stale` where it has ended."""
    actions.end_trial(staff(request), trial_id, after=given.after, why=given.why)
    return Status(204, None)


def _change(one: ModeChange) -> answers.Change:
    return answers.Change(
        id=one.pk, team=one.team_id, mode=one.mode, switch=one.switch, since=one.since, why=one.why.shown(),
        by=one.by.name if one.by else "",
    )  # fmt: skip


def _counted(one: queries.Counted) -> answers.MissesCounted:
    return answers.MissesCounted(of=list(one.what), misses=one.misses, rescues=one.rescues)


def _ended(one: Trial) -> datetime | None:
    return one.ended.at if hasattr(one, "ended") else None

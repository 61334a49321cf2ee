"""The verbs of trials: to plan one, to end it, and to note with which engine it reads."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.accounts.models import Team
from goldthread.assessment import mode_actions, mode_rules
from goldthread.assessment.models import Reading
from goldthread.assessment.reading import Said, read
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.config.logs import log
from goldthread.trials import rules
from goldthread.trials.models import Assignment, EngineChange, Trial, TrialEnd

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

VERB = mode_actions.MODE


def plan_trial(
    user: Staff,
    *,
    name: str,
    asks: str,
    mode: str,
    teams: Sequence[int] = (),
    first: datetime | None = None,
    every_days: int | None = None,
    seed: int | None = None,
    starts: Mapping[int, datetime] | None = None,
) -> Trial:
    """Plan a trial: each team's mode takes effect at its start by itself.

    With ``starts`` (team: when) these hold; else the order of ``teams`` is drawn by a seed that is kept. Raises ``Invalid`` and
    ``Refused``.
    """
    with acting(user) as act:
        if not user.can(VERB):
            raise Refused("You may not plan trials of the reader. Nothing was planned.")
        if starts:
            by, order = None, rules.entered(starts, act.now)
        else:
            by = rules.seed(seed, secrets.randbelow(rules.SEEDS))
            order = rules.staggered(teams, first, every_days, by, act.now)
        plan = rules.plan(name, asks, mode, by, order)
        known = {
            one.pk: one
            for one in Team.objects.filter(pk__in=[one.team for one in order]).order_by("pk").select_for_update()
        }
        if len(known) != len(order):
            raise Invalid({"teams": "One of these teams does not exist. Reload the page; nothing was planned."})
        held = Assignment.objects.filter(team__in=known, trial__ended=None).select_related("trial", "team").first()
        if held is not None:
            raise Invalid(
                {
                    "teams": f"{held.team.name} is in the trial {held.trial.name} already. End that first; nothing was planned."
                }
            )
        if Trial.objects.filter(name=plan.name).exists():
            raise Invalid({"name": "There is a trial of this name. Choose another; nothing was planned."})
        made = Trial(name=plan.name, asks=Payload.objects.keep(plan.asks), seed=plan.seed, by=user, at=act.now)
        made.save()
        for one in order:
            change = mode_actions.add_change(act, known[one.team], plan.mode, one.at, f"Trial: {plan.name}", user)
            Assignment(trial=made, team=known[one.team], place=one.place, change=change).save()
        _note(made, _engine_now(), None)
        act.record("collection", "trial.plan", [("trial", made.pk)], mode=plan.mode, seed=plan.seed, teams=len(order))
    return made


def end_trial(user: Staff, trial_id: int, *, after: str, why: str) -> Trial:
    """End a trial now: its teams that have begun go on in the mode ``after``, those that have not never begin.

    Raises ``Invalid``, ``Refused``, ``NotThere``, and ``Stale`` where it has ended.
    """
    with acting(user) as act:
        if not user.can(VERB):
            raise Refused("You may not end trials of the reader. Nothing was changed.")
        trial = Trial.objects.filter(pk=trial_id).first()
        if trial is None:
            raise NotThere("There is no such trial.")
        list(
            Team.objects.filter(pk__in=trial.assignments.values("team")).order_by("pk").select_for_update()
        )  # one ends it
        then, kept = mode_rules.mode(after), mode_rules.why(why)
        if TrialEnd.objects.filter(trial=trial).exists():
            raise Stale("It has ended already. Nothing was changed.")
        TrialEnd(trial=trial, why=Payload.objects.keep(kept), by=user, at=act.now).save()
        for one in trial.assignments.select_related("change__withdrawn", "team").order_by("place"):
            if one.change.since <= act.now:
                mode_actions.add_change(act, one.team, then, act.now, f"Trial ended: {trial.name}", user)
            elif not hasattr(one.change, "withdrawn"):
                mode_actions.take_back(act, one.change, user)
        act.record("alteration", "trial.end", [("trial", trial.pk)], mode=then)
    if then != "off":
        mode_actions.read_soon()
    return trial


def note_engines() -> int:
    """Note for each trial that runs where another engine reads than the one noted last; returns in how many."""
    newest = Reading.objects.filter(state="read").order_by("-pk").first()
    if newest is None:
        return 0
    changed = 0
    with acting(None) as act:
        for trial in Trial.objects.filter(ended=None).order_by("pk"):
            last = EngineChange.objects.filter(trial=trial).order_by("-pk").first()
            # The model is told by a full reading alone: a first look does without it.
            model = newest.model if newest.path == "full" or last is None else last.model
            found = (newest.engine, newest.lexicon, model)
            if newest.at < trial.at or (last is not None and (last.engine, last.lexicon, last.model) == found):
                continue
            _note(trial, found, newest)
            act.record(
                "collection", "trial.engine", [("trial", trial.pk)], engine=newest.engine, lexicon=newest.lexicon
            )
            changed += 1
    if changed:
        log().warning("another engine reads in a trial", part="jobs", count=changed)
    return changed


def _engine_now() -> tuple[str, str, str | None]:
    """What reads in this process: engine, lexicon, model."""
    found = read([Said(1, "Nothing was said.")], "full")
    return str(found.get("engine", "")), str(found.get("lexicon", "")), found.get("model")


def _note(trial: Trial, engine: tuple[str, str, str | None], reading: Reading | None) -> None:
    at = {"at": reading.at} if reading is not None else {}
    EngineChange(trial=trial, engine=engine[0], lexicon=engine[1], model=engine[2], reading=reading, **at).save()

"""Trials: the order is drawn by a seed that is kept, each team begins by itself, and another engine is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff, Team
from goldthread.assessment import modes
from goldthread.assessment.models import ModeChange, Reading
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.trials import actions, queries, rules
from goldthread.trials.models import Assignment, EngineChange, Trial
from tests.cast import Cast
from tests.response.test_alarms import later
from tests.trials.scenes import after_minutes, danger, gold, owner, person, set_mode

Browser = Callable[[Staff | None], Client]
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def planned(cast: Cast, **given: object) -> Trial:
    now = database_now(connection)
    teams = list(Team.objects.filter(name__startswith="Team").values_list("pk", flat=True))
    values = {
        "name": "Blind first", "asks": "Does a second look change the grade?", "mode": "blind_first", "teams": teams,
        "first": now + timedelta(hours=1), "every_days": 7, "seed": 42, **given,
    }  # fmt: skip
    return actions.plan_trial(owner(cast), **values)  # type: ignore[arg-type]


def test_the_same_seed_draws_the_same_order_whoever_draws_it() -> None:
    teams = list(range(1, 13))
    assert rules.drawn(teams, 42) == rules.drawn(teams[::-1] + teams, 42)
    assert sorted(rules.drawn(teams, 42)) == teams
    first = [rules.drawn(teams, seed)[0] for seed in range(600)]
    assert all(20 <= first.count(team) <= 90 for team in teams), "each is as likely to be first"


def test_bad_plans_are_refused_in_a_sentence() -> None:
    day = timedelta(days=1)
    for call, field in (
        (lambda: rules.staggered([], NOW, 7, 1, NOW), "teams"), (lambda: rules.staggered([1], None, 7, 1, NOW), "first"),
        (lambda: rules.staggered([1], NOW, None, 1, NOW), "every_days"), (lambda: rules.staggered([1], NOW, -1, 1, NOW), "every_days"),
        (lambda: rules.staggered([1], NOW - day, 7, 1, NOW), "first"), (lambda: rules.staggered(range(9), NOW, 365, 1, NOW), "first"),
        (lambda: rules.entered({}, NOW), "teams"),
        (lambda: rules.entered({1: NOW - day}, NOW), "teams"), (lambda: rules.plan(" ", "x", "open", 1, []), "name"),
        (lambda: rules.plan("x" * 121, "x", "open", 1, []), "name"), (lambda: rules.plan("x", " ", "open", 1, []), "asks"),
        (lambda: rules.plan("x", "x" * 2001, "open", 1, []), "asks"), (lambda: rules.plan("x", "x", "loud", 1, []), "mode"),
        (lambda: rules.seed(-1, 5), "seed"), (lambda: rules.seed(2**53, 5), "seed"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as told:
            call()
        assert field in told.value.fields
    assert rules.seed(None, 5) == 5


def test_each_team_begins_at_its_start_by_itself(cast: Cast) -> None:
    trial = planned(cast)
    first, second = queries.assignments(trial)
    assert [one.team_id for one in (first, second)] == rules.drawn([first.team_id, second.team_id], 42)
    assert second.change.since - first.change.since == timedelta(days=7)
    assert modes.of_team(first.team_id).mode == "open"
    later(timedelta(minutes=61))
    assert [modes.of_team(one.team_id).mode for one in (first, second)] == ["blind_first", "open"]
    later(timedelta(days=7))
    assert modes.of_team(second.team_id).mode == "blind_first"


def test_a_fresh_seed_is_kept_and_entered_starts_have_none(cast: Cast) -> None:
    drawn = planned(cast, seed=None)
    assert drawn.seed is not None
    actions.end_trial(owner(cast), drawn.pk, after="open", why="Another.")
    now = database_now(connection)
    starts = {cast.handler.team_id: now + timedelta(days=3), cast.stranger.team_id: now + timedelta(days=1)}
    trial = planned(cast, name="Entered", starts=starts)
    assert trial.seed is None
    assert [one.team_id for one in queries.assignments(trial)] == [cast.stranger.team_id, cast.handler.team_id]


def test_a_team_is_in_one_trial_at_a_time_and_a_name_is_taken_once(cast: Cast) -> None:
    trial = planned(cast)
    with pytest.raises(Invalid, match="is in the trial"):
        planned(cast, name="Another")
    actions.end_trial(owner(cast), trial.pk, after="open", why="Enough.")
    with pytest.raises(Invalid, match="of this name"):
        planned(cast)
    with pytest.raises(Invalid, match="does not exist"):
        planned(cast, name="Another", teams=[10**9])
    assert Trial.objects.count() == 1


def test_its_end_sets_those_that_began_and_takes_the_others_back(cast: Cast) -> None:
    trial = planned(cast)
    first, second = queries.assignments(trial)
    later(timedelta(minutes=61))
    actions.end_trial(owner(cast), trial.pk, after="silent", why="Enough.")
    assert modes.of_team(first.team_id).mode == "silent"
    later(timedelta(days=8))
    assert modes.of_team(second.team_id).mode == "open", "it never began"
    with pytest.raises(Stale):
        actions.end_trial(owner(cast), trial.pk, after="open", why="Enough.")
    with pytest.raises(NotThere):
        actions.end_trial(owner(cast), 10**9, after="open", why="Enough.")


def test_who_may_plan(cast: Cast) -> None:
    teams = [cast.handler.team_id]
    for user in (*cast.everybody().values(), gold(cast)):
        with pytest.raises(Refused):
            actions.plan_trial(user, name="x", asks="x", mode="open", teams=teams, first=None, every_days=1)
    trial = planned(cast)
    with pytest.raises(Refused):
        actions.end_trial(gold(cast), trial.pk, after="open", why="No.")


def test_another_engine_in_mid_trial_is_recorded_once_and_told(cast: Cast, browser: Browser) -> None:
    trial = planned(cast)
    assert queries.engines(trial)[0].engine, "with which it began"
    incident = danger(cast)
    assert actions.note_engines() == 0
    old = Reading.objects.filter(incident=incident).order_by("-pk")[0]
    fields = ("incident", "entry", "state", "engine", "path", "model", "child", "at_risk", "level")
    Reading(**{name: getattr(old, name) for name in fields}, lexicon="another").save()
    assert actions.note_engines() == 1
    assert actions.note_engines() == 0
    began, changed = queries.engines(trial)
    assert (changed.lexicon, changed.engine, changed.model) == ("another", began.engine, began.model)
    page = browser(owner(cast)).get(f"/trials/{trial.pk}/").content.decode()
    assert "Another engine reads since" in page
    assert "another" in page


def test_misses_of_a_trial_are_told_apart_by_the_engine(cast: Cast) -> None:
    now = database_now(connection)
    trial = planned(cast, starts={cast.handler.team_id: now + timedelta(minutes=1)}, mode="silent")
    set_mode(cast, "silent", cast.handler)
    danger(cast)
    after_minutes(6)
    assert queries.by_engine(trial) == [], "what came before its start is not the trial's"
    missed = danger(cast)
    after_minutes(6)
    (told,) = queries.by_engine(trial)
    assert (told.misses, told.rescues) == (1, 0)
    assert told.what[1] == Reading.objects.filter(incident=missed).order_by("pk")[0].lexicon
    assert {one.what: one.misses for one in queries.by_mode()} == {("silent",): 2}


def form(cast: Cast, **given: object) -> dict[str, object]:
    return {
        "key": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60", "title": "By page", "asks": "Does it help?", "mode": "silent",
        "teams": [cast.handler.team_id, cast.stranger.team_id], "first": "2126-12-07T07:00", "every_days": "7", "seed": "", **given,
    }  # fmt: skip


def test_planning_by_page_loses_nothing_typed(cast: Cast, browser: Browser) -> None:
    theirs = browser(owner(cast))
    soon = (database_now(connection) + timedelta(days=2)).strftime("%Y-%m-%dT12:00")
    for wrong, sentence in (
        ({"title": ""}, "Give the trial a name"), ({"teams": []}, "Choose at least one team"), ({"first": "tomorrow"}, "Write the date"),
        ({"every_days": "soon"}, "whole number"), ({"first": "2126-12-07T07:00"}, "two years ahead"), ({"seed": "9" * 400}, ""),
        ({"teams": ["999999"]}, "does not exist"),
    ):  # fmt: skip
        answer = theirs.post("/trials/plan", form(cast, **{"first": soon, **wrong}))
        assert answer.status_code == 422, wrong
        page = answer.content.decode()
        assert sentence in page, wrong
        assert "Does it help?" in page
    assert not Trial.objects.exists()
    answer = theirs.post("/trials/plan", form(cast, first=soon), follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "drawn by lot, with the seed" in page
    assert Assignment.objects.count() == 2
    assert EngineChange.objects.count() == 1


def test_a_trial_runs_from_its_first_start_on_and_is_planned_before(cast: Cast, browser: Browser) -> None:
    theirs = browser(owner(cast))
    trial = planned(cast)
    for after, says, not_yet in ((timedelta(0), "planned", "runs"), (timedelta(minutes=61), "runs", "planned")):
        later(after)
        for at in ("/trials/", f"/trials/{trial.pk}/"):
            page = re.sub(r"<[^>]*>", " ", theirs.get(at).content.decode())
            assert re.search(rf"\b{says}\b", page), at
            assert not re.search(rf"\b{not_yet}\b", page), at


def test_pages_of_the_reader(cast: Cast, browser: Browser) -> None:
    theirs = browser(owner(cast))
    page = theirs.get("/trials/").content.decode()
    for told in (
        "Not thrown",
        "Nothing is planned",
        "No trial has been planned",
        "Nobody has changed",
        "Nothing was missed",
    ):
        assert told in page
    key = "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60"
    answer = theirs.post("/trials/switch/off", {"key": key, "why": "It marks what nobody said."})
    assert answer.status_code == 422
    assert "Confirm that it is for everybody" in answer.content.decode()
    assert "It marks what nobody said." in answer.content.decode()
    assert not ModeChange.objects.exists()
    page = theirs.post(
        "/trials/switch/off", {"key": key, "why": "It marks.", "confirm": "on"}, follow=True
    ).content.decode()
    assert "The reader is off for everybody" in page
    assert "Aiowner Amber" in page
    page = theirs.post(
        "/trials/switch/open", {"key": key, "why": "Mended.", "confirm": "on"}, follow=True
    ).content.decode()
    assert "Not thrown" in page
    given = {"key": key, "team": str(cast.handler.team_id), "mode": "silent", "since": "", "why": "Weeks of silence."}
    assert theirs.post("/trials/mode", {**given, "mode": "loud"}).status_code == 422
    page = theirs.post("/trials/mode", given, follow=True).content.decode()
    assert "Weeks of silence." in page
    soon = (database_now(connection) + timedelta(days=2)).strftime("%Y-%m-%dT12:00")
    theirs.post("/trials/mode", {**given, "mode": "off", "since": soon})
    ahead = ModeChange.objects.order_by("-pk")[0]
    assert "It does not begin" in theirs.post(f"/trials/changes/{ahead.pk}/withdraw", follow=True).content.decode()
    assert "taken back already" in theirs.post(f"/trials/changes/{ahead.pk}/withdraw", follow=True).content.decode()
    assert theirs.post("/trials/changes/999999/withdraw").status_code == 404


def test_who_may_open_which_page(cast: Cast, browser: Browser) -> None:
    trial = planned(cast)
    for user in cast.everybody().values():
        may = user.role == "silver"
        for at in ("/trials/", f"/trials/{trial.pk}/"):
            assert browser(user).get(at).status_code == (200 if may else 403), (user, at)
        assert browser(user).get("/trials/new").status_code == 403
        for at in (
            "/trials/mode",
            "/trials/plan",
            "/trials/switch/off",
            f"/trials/{trial.pk}/end",
            "/trials/changes/1/withdraw",
        ):
            assert browser(user).post(at, {"why": "x"}).status_code == 403, (user, at)
    lead = person(cast, "lead", "programme_lead")
    assert browser(lead).get("/trials/").status_code == 200
    theirs = browser(gold(cast))
    page = theirs.get("/trials/").content.decode()
    assert "Switch the reader off" in page
    assert "Set the mode" not in page
    assert theirs.post("/trials/mode", {"mode": "off", "why": "x"}).status_code == 403
    assert theirs.get("/trials/999999/").status_code == 404
    assert json.dumps(cast.handler.name)[1:-1] not in page, "groups, nobody's name"

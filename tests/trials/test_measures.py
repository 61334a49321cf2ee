"""The measures of the reader's advice: each tells good from bad, and counts what its words say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.assessment import actions, mode_actions
from goldthread.assessment.actions import answer_mark
from goldthread.assessment.models import MarkAnswer
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures.queries import point
from goldthread.measures.registry import measure
from goldthread.response import alarm_actions
from goldthread.response import shared_actions as shared
from goldthread.thrive.reader import Reader
from goldthread.trials.late import late_after
from goldthread.trials.measures import MEASURES
from tests.cast import Cast, assess, graded, key, opened, say
from tests.response.test_alarms import later

DANGER = "kids crying upstairs, he has a knife and says he will kill them"
QUIET = "The bins have not been emptied again."


def cases(code: str) -> tuple[set[Incident], set[Incident]]:
    now = database_now(connection)
    found = measure(code)
    of, met = found.cases(now - found.window, now)
    return set(of), set(met)


def told(user: Staff, text: str = DANGER) -> Incident:
    incident = opened(user)
    say(user, incident, text)
    return incident


def stands(cast: Cast, mode: str, team: Team | None = None) -> None:
    who, _ = Staff.objects.get_or_create(
        username="ai", defaults={"name": "Ai Owner", "role": "ai_owner", "team": cast.silver.team}
    )
    mode_actions.set_mode(who, mode=mode, why=f"Trial, {mode}.", team=team.pk if team else None)


def after(by: timedelta) -> None:
    later(by)
    alarm_actions.raise_due()


def test_changed_towards_what_was_shown_by_whoever_chose_first(cast: Cast) -> None:
    switched, kept, above, other = (told(cast.handler) for _ in range(4))
    quiet = told(cast.handler, QUIET)
    for one in (switched, kept, other, quiet):
        graded(cast.handler, one, "scheduled")
    graded(cast.handler, above, "immediate")
    later(timedelta(minutes=1))
    for one, who in ((switched, cast.handler), (other, cast.supervisor), (quiet, cast.handler)):
        graded(who, one, "immediate")
    later(timedelta(seconds=1))
    assert cases("reader-switched") == ({switched, kept, other}, {switched})


def test_what_a_silent_reader_found_moves_nobody(cast: Cast) -> None:
    stands(cast, "silent", cast.handler.team)
    silent = told(cast.handler)
    stands(cast, "blind_first", cast.handler.team)
    blind = told(cast.handler)
    for one in (silent, blind):
        graded(cast.handler, one, "scheduled")
    later(timedelta(minutes=1))
    for one in (silent, blind):
        graded(cast.handler, one, "immediate")
    later(timedelta(seconds=1))
    assert cases("reader-switched") == ({blind}, {blind})


def test_missed_and_rescued(cast: Cast) -> None:
    stands(cast, "silent", cast.handler.team)
    missed, rescued, seen = (told(cast.handler) for _ in range(3))
    shown = told(cast.stranger)
    graded(cast.handler, seen, "immediate")
    assert cases("reader-missed") == (set(), set())  # their five minutes go on
    after(timedelta(minutes=6))
    assert cases("reader-missed") == ({missed, rescued, seen}, {missed, rescued})
    assert shown not in cases("reader-missed")[0]
    assert cases("reader-rescued") == ({missed, rescued}, set())
    later(timedelta(minutes=3))
    graded(cast.supervisor, rescued, "immediate")
    later(timedelta(minutes=7))
    assert cases("reader-rescued") == ({missed, rescued}, {rescued})
    found = point(measure("reader-rescued"), database_now(connection))
    assert (found.timed, found.of) == (2, 2)
    assert found.median is not None
    assert found.p90 is not None
    assert timedelta(minutes=3) <= found.median < timedelta(minutes=4)
    assert timedelta(minutes=10) <= found.p90 < timedelta(minutes=11)  # it goes on, and counts with its time so far


def test_prompts_shown_and_heeded(cast: Cast) -> None:
    heeded, put_aside, refused, unanswered = (told(cast.handler) for _ in range(4))
    told(cast.handler, QUIET)
    for one, answer, reason in ((heeded, "noted", ""), (put_aside, "ask", ""), (refused, "not_so", "harmless")):
        mark = shared.critical_unanswered(one)[0]
        reason = reason and next(code for code, _ in MarkAnswer._meta.get_field("reason").choices or [])  # type: ignore[misc]
        answer_mark(
            cast.handler, one.pk, key=key(), cue=mark.cue, answer=answer, reason=reason, facts=sorted(mark.facts)
        )
    later(timedelta(seconds=1))
    read, shown = cases("reader-prompted")
    assert len(read) == 5
    assert shown == {heeded, put_aside, refused, unanswered}
    assert cases("reader-heeded") == (shown, {heeded, put_aside})


def test_a_question_of_a_silent_reader_was_shown_to_nobody_and_of_a_blind_one_once_assessed(cast: Cast) -> None:
    stands(cast, "silent", cast.handler.team)
    told(cast.handler)
    stands(cast, "blind_first", cast.handler.team)
    graded_one, assessed, neither = (told(cast.handler) for _ in range(3))
    graded(cast.handler, graded_one, "immediate")
    assess(cast.handler, assessed)
    later(timedelta(seconds=1))
    read, shown = cases("reader-prompted")
    assert len(read) == 4
    assert shown == {graded_one, assessed}
    assert neither in read


def test_late_is_a_full_reading_that_came_after_its_time(cast: Cast) -> None:
    prompt, slow, never = (told(cast.handler) for _ in range(3))
    actions.read_fully(prompt.pk)
    later(late_after(database_now(connection).date()) + timedelta(seconds=1))
    actions.read_fully(slow.pk)
    say(cast.handler, prompt, "And another.")  # not read in full yet
    assert cases("reader-late") == ({prompt, slow}, {slow})
    assert never not in cases("reader-late")[0]
    actions.read_fully(prompt.pk)
    later(timedelta(minutes=1))
    assert cases("reader-late") == ({prompt, slow}, {slow})


class Fails(Reader):
    """A reader that fails on every text."""

    def read(self, original: str, path: str = "fast") -> Any:
        raise RuntimeError


def test_absent_is_off_or_down_or_abstained_for_so_long(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = told(cast.handler)
    abstained = told(cast.handler, "?!")
    with monkeypatch.context() as broken:
        broken.setattr("goldthread.assessment.reading._loaded", Fails)
        down, mended = told(cast.handler), told(cast.handler)
    stands(cast, "off", cast.handler.team)
    off = told(cast.handler)
    later(timedelta(seconds=1))
    assert cases("reader-absent") == ({fine, abstained, down, mended, off}, set())  # their time goes on
    stands(cast, "open", cast.handler.team)
    say(cast.handler, mended, QUIET)  # a later look takes in what was said before
    later(late_after(database_now(connection).date()) + timedelta(seconds=1))
    assert cases("reader-absent") == ({fine, abstained, down, mended, off}, {abstained, down, off})


def test_each_is_registered_with_its_words() -> None:
    for code, name, definition, good, _ in MEASURES:
        found = measure(code)
        assert (found.name, found.definition, found.good) == (name, definition, good)

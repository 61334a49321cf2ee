"""The minute's jobs of safeguarding, each killed by SIGKILL before one statement after another: run again, nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from goldthread.audit.actions import acting
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.env import Mail
from goldthread.contact.models import Incident
from goldthread.notices import actions as notices
from goldthread.notices.models import Notice
from goldthread.notices.rules import HELD
from goldthread.safeguarding.child_likeness_actions import suggest
from goldthread.safeguarding.child_models import ChildLikeness
from goldthread.safeguarding.clock_actions import start, watch
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.concern_actions import open_due
from goldthread.safeguarding.concern_models import Concern, ConcernReason
from goldthread.safeguarding.owed_actions import owe_due
from goldthread.safeguarding.partner_actions import put_terms
from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast, make_cast, opened, say
from tests.conftest import Database
from tests.response.test_alarms import later
from tests.safeguarding.children import child
from tests.safeguarding.concerns import STRANGLED
from tests.safeguarding.links import mails
from tests.safeguarding.referrals import partner, referred, with_children
from tests.safeguarding.test_referrals import BEATEN

POINTS = 24
"""Statements of a job before which it is killed, spread over all that it makes; a plain run takes three of them *(ours)*."""


@dataclass
class Scene:
    """What there is to do, the job that does it, and what must hold once it is done."""

    job: Callable[[], object]
    holds: Callable[[], None]


Made = Callable[[Cast, Path], Scene]


def counting(found: list[str]) -> AbstractContextManager[Any]:
    def wrapper(execute: Any, sql: str, *given: Any) -> Any:
        found.append(sql)
        return execute(sql, *given)

    return connection.execute_wrapper(wrapper)


def killed(job: Callable[[], object], before: int, database: Database) -> None:
    """Run a job in a process of its own, which is killed before its statement of that number, or where it makes fewer at its end;
    wait until its connection is gone.
    """
    connection.close()
    child = os.fork()
    if child == 0:
        number = 0

        def wrapper(execute: Any, *given: Any) -> Any:
            nonlocal number
            number += 1
            if number > before:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*given)

        try:
            with connection.execute_wrapper(wrapper):
                job()
            os.kill(os.getpid(), signal.SIGKILL)  # all was done, and nobody was told so
        finally:
            os._exit(3)  # what went wrong is the parent's to see, and nothing of the parent's is tidied up here
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), (before, os.WEXITSTATUS(status))
    assert os.WTERMSIG(status) == signal.SIGKILL
    with psycopg.connect(database.admin_url, autocommit=True) as admin:
        for _ in range(500):
            left = admin.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            ).fetchone()
            if left == (0,):
                return
            time.sleep(0.01)
    raise AssertionError("its connection did not end")


def whole(incidents: list[Incident]) -> None:
    """That no line of a timeline was lost or has another's number."""
    for one in Incident.objects.filter(pk__in=[one.pk for one in incidents]):
        assert list(one.entries.order_by("seq").values_list("seq", flat=True)) == list(range(1, one.last_seq + 1))


def lines(one: Incident, code: str) -> int:
    return one.entries.filter(code=code).count()


def concerns(cast: Cast, _folder: Path) -> Scene:
    """Two incidents whose words open a concern."""
    made = [opened(cast.handler) for _ in range(2)]
    for one in made:
        say(cast.handler, one, STRANGLED)

    def holds() -> None:
        whole(made)
        for one in made:
            concern = Concern.objects.get(incident=one)
            reasons = Counter(ConcernReason.objects.filter(concern=concern).values_list("cause", "what"))
            assert set(reasons.values()) == {1}
            assert lines(one, "concern.opened") == 1
            assert Clock.objects.get(about="concern", about_id=str(concern.pk)).stopped_at is None
            assert AuditEvent.objects.filter(verb="concern.opened", subjects__contains=str(one.pk)).count() == 1

    return Scene(open_due, holds)


def owed(cast: Cast, _folder: Path) -> Scene:
    """Two incidents of which a school is owed word."""
    made = [with_children(cast, "Mia Amber", "Kai Amber") for _ in range(2)]
    for one in made:
        say(cast.handler, one, BEATEN)

    def holds() -> None:
        whole(made)
        for one in made:
            assert Clock.objects.get(about="owed.school", about_id=str(one.pk)).stopped_at is None
            assert lines(one, "referral.owed") == 1
            assert AuditEvent.objects.filter(verb="referral.owe", subjects__contains=str(one.pk)).count() == 1

    return Scene(owe_due, holds)


def told(cast: Cast, _folder: Path) -> Scene:
    """Clocks on two incidents and one on none, each with five steps that lie behind."""
    made = [opened(cast.handler) for _ in range(2)]
    began = database_now(connection) - timedelta(hours=80)
    with acting(None) as act:
        clocks = [
            start(act, "police_protection", about=("tried", f"{one.pk if one else database_now(connection)}"), incident=one, began_at=began)
            for one in (*made, None)
        ]  # fmt: skip

    def holds() -> None:
        whole(made)
        for one in clocks:
            one.refresh_from_db()
            steps = ClockStep.objects.filter(clock=one).order_by("number").values_list("number", "kind")
            assert list(steps) == list(enumerate(("warn", "warn", "warn", "due", "ladder")))
            assert (one.told, one.next_at, one.stopped_at) == (5, None, None)
        assert [lines(one, "clock.told") for one in made] == [5, 5]

    return Scene(watch, holds)


def sent(cast: Cast, folder: Path) -> Scene:
    """Two messages to partners with a link each."""
    contact = partner(name=f"Desk {Referral.objects.count()}")
    made = [referred(cast.vast, with_children(cast, name), contact) for name in ("Orla Fenwick", "Tom Larch")]
    before = len(mails(folder))

    def holds() -> None:
        later(HELD + timedelta(seconds=1))  # what a dead worker held comes back by then
        notices.send_due()
        links = [str(one.links.get().pk) for one in made]
        found = Notice.objects.filter(about="link", about_id__in=links)
        assert [(one.sent_at is not None, bytes(one.sealed)) for one in found] == [(True, b"")] * 2
        # Killed between handing it over and writing so, it is handed over again under the same identity, by which it is known.
        went = [one["Message-ID"] for one in mails(folder)[before:]]
        assert {f"<notice-{one.pk}@amberford.invalid>" for one in found} == set(went)
        assert len(went) <= 3

    return Scene(notices.send_due, holds)


def given_up(cast: Cast, folder: Path) -> Scene:
    """Two messages that nobody can send: given up, with a line and a clock that has run out."""
    to = partner(name=f"Texts {Referral.objects.count()}")
    to.email, to.phone = "", "01632 960003"
    to.save()
    made = [referred(cast.vast, with_children(cast, name), to) for name in ("Orla Fenwick", "Tom Larch")]
    links = [one.links.get() for one in made]
    Notice.objects.filter(about="link", about_id__in=[str(one.pk) for one in links]).update(sealed=b"x" * 40)

    def holds() -> None:
        later(HELD + timedelta(seconds=1))
        notices.send_due()
        for referral, link in zip(made, links, strict=True):
            assert Notice.objects.get(about="link", about_id=str(link.pk)).why == "unreadable"
            assert lines(referral.incident, "link.failed") == 1
            assert Clock.objects.get(about="link", about_id=str(link.pk)).stopped_at is None
        whole([one.incident for one in made])

    return Scene(notices.send_due, holds)


def suggested(cast: Cast, _folder: Path) -> Scene:
    """Two children of one name and age in two incidents, told of nowhere else."""
    name = f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[Incident.objects.count() % 26] * 4}wen Hartley"
    one, other = child(cast.handler, name), child(cast.handler, name)

    def holds() -> None:
        first, second = sorted((one, other))
        pairs = ChildLikeness.objects.filter(incident=first[0], other_incident=second[0])
        assert [(pair.child, pair.other_child, pair.ended) for pair in pairs] == [(first[1], second[1], "")]

    return Scene(lambda: suggest(other[0]), holds)


def corrected(cast: Cast, _folder: Path) -> Scene:
    """Two referrals to a school whose terms are entered after its clocks began."""
    school = partner("school", f"School {Referral.objects.count()}")
    made = [referred(cast.vast, with_children(cast, name), school) for name in ("Orla Fenwick", "Tom Larch")]
    clocks = Clock.objects.filter(about="referral", about_id__in=[str(one.pk) for one in made])
    # For a fortnight only its staff come.
    days = [(database_now(connection) + timedelta(days=one)).date().isoformat() for one in range(14)]
    rows = [{"school": school.partner.name, "what": "staff day", "first": day, "last": day} for day in days]
    before = set(clocks.values_list("due_at", flat=True))

    def holds() -> None:
        after = set(clocks.values_list("due_at", flat=True))
        assert len(after) == 1
        assert min(after) > max(before)
        whole([one.incident for one in made])
        assert [lines(one.incident, "clock.planned") for one in made] == [1, 1]
        for one in clocks:
            assert AuditEvent.objects.filter(verb="clock.plan", subjects__contains=f'["clock","{one.pk}"]').count() == 1

    return Scene(lambda: put_terms(enumerate(rows, 2)), holds)


def points(job: Callable[[], object], most: int) -> list[int]:
    """Up to so many of the job's statements, its first and its last among them."""
    found: list[str] = []
    with counting(found):
        job()
    last = len(found) - 1
    assert last > 2
    return sorted({round(last * one / (most - 1)) for one in range(most)})


@pytest.mark.parametrize(
    "most", [pytest.param(3, id="some"), pytest.param(POINTS, id="many", marks=[pytest.mark.long, pytest.mark.slow])]
)
@pytest.mark.parametrize("made", [concerns, owed, told, sent, given_up, suggested, corrected])
def test_a_job_killed_in_the_midst_and_run_again_loses_and_doubles_nothing(
    committing: Database, tmp_path: Path, settings: Settings, made: Made, most: int
) -> None:
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "texts.invalid")
    cast = make_cast()
    plain = made(cast, tmp_path)
    places = points(plain.job, most)
    plain.holds()
    for place in places:
        scene = made(cast, tmp_path)
        killed(scene.job, place, committing)
        scene.job()
        scene.holds()
        scene.job()
        scene.holds()

"""The verbs of the reader's modes: to change one, to throw the kill switch, and to read afterwards what was not read."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from procrastinate.exceptions import AlreadyEnqueued

from goldthread.accounts.models import Team
from goldthread.assessment import actions, mode_rules
from goldthread.assessment.models import ModeChange, ModeWithdrawn, Unread
from goldthread.assessment.modes import of_team
from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.config.errors import NotThere, Refused, Stale
from goldthread.config.logs import log

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

CHANNEL = "goldthread_modes"
"""The NOTIFY channel that tells open screens that a mode has changed."""
MOST_FAILED = 20
"""Incidents that could not be read after which a look ends *(ours)*: by then it is not their words."""
MODE, SWITCH = "reader.mode", "reader.off"


def set_mode(user: Staff, *, mode: str, why: str, team: int | None = None, since: datetime | None = None) -> ModeChange:
    """Set the mode of a team, or of everybody, from now or a later time on. Raises ``Invalid``, ``Refused`` and ``NotThere``.

    The same sent again while it holds is the change that was made.
    """
    with acting(user) as act:
        _must(user, MODE)
        about = None if team is None else Team.objects.filter(pk=team).select_for_update().first()
        if team is not None and about is None:
            raise NotThere("There is no such team. Choose one from the list; nothing was changed.")
        made = add_change(act, about, mode_rules.mode(mode), mode_rules.begins(since, act.now), why, user)
    if made.mode != "off":
        read_soon()
    return made


def add_change(
    act: Acting, team: Team | None, mode: mode_rules.Mode, since: datetime, why: str, user: Staff | None
) -> ModeChange:
    """Write one change down and tell the screens; for this and for what plans many."""
    kept = mode_rules.why(why)
    last = ModeChange.objects.filter(team=team, switch=False, withdrawn=None).order_by("-since", "-id").first()
    again = since == act.now and last is not None and last.since <= act.now
    if again and last is not None and last.mode == mode and last.why.shown() == kept:
        return last
    made = ModeChange(team=team, mode=mode, since=since, why=Payload.objects.keep(kept), by=user, at=act.now)
    made.save()
    subjects = [("team", team.pk)] if team is not None else []
    act.record("alteration", MODE, [*subjects, ("mode", made.pk)], mode=mode, since=since.isoformat(), why=made.why)
    _tell()
    return made


def withdraw(user: Staff, change_id: int) -> ModeChange:
    """Take back a change that has not begun. Raises ``NotThere``, ``Refused``, and ``Stale`` once it has begun or was taken back."""
    with acting(user) as act:
        _must(user, MODE)
        change = ModeChange.objects.filter(pk=change_id, switch=False).first()
        if change is None:
            raise NotThere("There is no such change.")
        if change.since <= act.now:
            raise Stale("It has begun already, so it is not taken back: set another mode. Nothing was changed.")
        take_back(act, change, user)
    return change


def take_back(act: Acting, change: ModeChange, user: Staff | None) -> None:
    """Take back one change that has not begun. Raises ``Stale`` where somebody did."""
    if ModeWithdrawn.objects.filter(change=change).exists():
        raise Stale("It was taken back already. Nothing was changed.")
    ModeWithdrawn(change=change, by=user, at=act.now).save()
    act.record("alteration", "reader.withdraw", [("mode", change.pk)])
    _tell()


def switch(user: Staff | None, *, off: bool, why: str) -> ModeChange:
    """Throw the kill switch, or take it back: for everybody, from the next keystroke on. ``user`` None is an operator at the machine.

    Thrown twice is once. Raises ``Invalid`` and ``Refused``.
    """
    mode: mode_rules.Mode = "off" if off else "open"
    with acting(user) as act:
        if user is not None:
            _must(user, SWITCH)
        kept = mode_rules.why(why)
        last = ModeChange.objects.filter(switch=True).order_by("-since", "-id").first()
        if last is not None and last.mode == mode:
            return last
        if last is None and not off:
            raise Refused("The kill switch is not thrown. Nothing was changed.")
        made = ModeChange(mode=mode, switch=True, since=act.now, why=Payload.objects.keep(kept), by=user, at=act.now)
        made.save()
        act.record("alteration", SWITCH, [("mode", made.pk)], mode=mode, why=made.why)
        _tell()
    if not off:
        read_soon()
    return made


def read_soon() -> None:
    """Have what was not read be read at once, not at the next minute."""
    from goldthread.assessment.tasks import catch_up as job

    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer()


def catch_up() -> int:
    """Read everything that was not read while the reader was off and that may be read now, open incidents first; returns how many.

    What cannot be read now holds nothing else up, and is found again at the next look.
    """
    teams = list(Unread.objects.order_by().values_list("team", flat=True).distinct())
    on = [team for team in teams if of_team(team).mode != "off"]
    if not on:
        return 0
    waiting = Unread.objects.filter(team__in=[one for one in on if one is not None])
    if None in on:
        waiting = waiting | Unread.objects.filter(team=None)
    done = failed = 0
    first = F("incident__closed_at").desc(nulls_first=True)
    for incident in waiting.order_by(first, "since").values_list("pk", flat=True):
        try:
            done += actions.read_afterwards(incident)
        except actions.NotReadInFull:
            failed += 1
            if failed == MOST_FAILED:  # the reader is down, and each of them would wait for it
                break
    if done or failed:
        log().info("read afterwards", part="jobs", count=done, not_read=failed)
    return done


def _must(user: Staff, verb: str) -> None:
    if not user.can(verb):
        raise Refused("You may not change how the reader stands. Nothing was changed.")


def _tell() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])

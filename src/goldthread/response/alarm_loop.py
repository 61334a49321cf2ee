"""The part that watches: every second what has fallen due, every few what nobody owns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from django.db import Error, connection

from goldthread.accounts import duty_actions
from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.response import alarm_actions, senior_actions

EVERY, ORPHANS_EVERY = 1.0, 5.0
"""Seconds between looks *(ours)*: an alarm is up within five, an orphan within sixty."""


def watch(stop: threading.Event, also: Sequence[Callable[[], int]] = ()) -> None:
    """Look until told to stop. A database that does not answer is told once and waited for.

    ``also`` is what floors above keep right by the second; each returns how much it did.
    """
    away, looked = False, 0.0
    while not stop.is_set():
        try:
            if time.monotonic() - looked >= ORPHANS_EVERY:
                looked = time.monotonic()
                duty_actions.forget(database_now(connection))
                alarm_actions.find_orphans()
                alarm_actions.find_late()
                senior_actions.find_unstaffed()
            raised = alarm_actions.raise_due()
            for keep in also:
                keep()
            if away:
                log().info("the database answers again", part="alarms")
                away = False
            if raised:
                log().info("alarms raised", part="alarms", count=raised)
                if raised >= alarm_actions.AT_ONCE:
                    continue
        except Error as error:
            if not away:
                log().error("no alarm can be raised", part="alarms", error=type(error).__name__)
                away = True
            connection.close()
        stop.wait(EVERY)

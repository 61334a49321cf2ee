"""Two workers that look at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from pytest_django import Settings

from goldthread.audit.actions import acting
from goldthread.config.env import Mail
from goldthread.notices import actions
from tests.conftest import Database


def test_two_workers_send_one_notice_once(
    committing: Database, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "")
    sent: list[int] = []
    monkeypatch.setattr(EmailMessage, "send", lambda self, fail_silently=False: sent.append(1) or 1)
    with acting(None) as act:
        actions.tell(act, key="1", channel="mail", to="a@b.example", subject="x", body="x", about=("link", 1))
    gate = threading.Barrier(2)

    def work() -> None:
        gate.wait()
        try:
            actions.send_due()
        finally:
            connection.close()

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sent == [1]

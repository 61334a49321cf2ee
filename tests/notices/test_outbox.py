"""The outbox: told once, sent once, tried again, and given up aloud."""

from __future__ import annotations

import email
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email.policy import default
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from goldthread.audit.actions import acting
from goldthread.cli import main
from goldthread.clocks.db import database_now
from goldthread.config import upward
from goldthread.config.env import Mail
from goldthread.config.errors import Invalid
from goldthread.notices import actions, rules
from goldthread.notices.events import NoticeFailed
from goldthread.notices.notice_models import Notice
from goldthread.notices.sending import service
from tests.response.test_alarms import later

pytestmark = pytest.mark.django_db
BODY = "Something waits for you. Open https://partners.example/p/x"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.MAIL = Mail(tmp_path.as_uri(), "goldthread@amberford.invalid", "texts.invalid")
    return tmp_path


@pytest.fixture
def failed() -> Iterator[list[Notice]]:
    found: list[Notice] = []

    def heard(event: NoticeFailed) -> None:
        found.append(event.notice)

    upward.listen(NoticeFailed)(heard)
    yield found
    upward._listeners[NoticeFailed].remove(heard)


def told(key: str = "link:1", **given: object) -> Notice:
    with acting(None) as act:
        return actions.tell(
            act,
            **{
                "key": key, "channel": "mail", "to": "a.fenwick@larch.example", "subject": "Something waits",
                "body": BODY, "about": ("nothing", 1), **given,
            },  # type: ignore[arg-type]
        )  # fmt: skip


def mails(folder: Path) -> list[email.message.EmailMessage]:
    return [email.message_from_bytes(one.read_bytes(), policy=default) for one in sorted(folder.glob("*.eml"))]


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        raise error

    monkeypatch.setattr(EmailMessage, "send", send)


def test_a_notice_is_sent_once_and_its_text_is_gone_then(folder: Path) -> None:
    notice = told()
    assert BODY.encode() not in bytes(notice.sealed)
    assert actions.send_one(notice.pk)
    assert not actions.send_one(notice.pk)
    assert actions.send_due() == 0
    (one,) = mails(folder)
    assert (one["To"], one["From"], one["Subject"]) == (
        "a.fenwick@larch.example", "goldthread@amberford.invalid", "Something waits"
    )  # fmt: skip
    assert BODY in one.get_content()
    notice.refresh_from_db()
    assert (bytes(notice.sealed), notice.due_at, notice.why) == (b"", None, "")
    assert notice.sent_at is not None


def test_one_that_waits_behind_a_slow_one_is_judged_when_its_turn_comes(
    folder: Path, failed: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    told("link:slow")
    code = told("code:1", until=database_now(connection) + timedelta(minutes=1))
    tries: list[int] = []

    def slow(self: EmailMessage, fail_silently: bool = False) -> int:
        waits = Notice.objects.get(pk=code.pk)
        tries.append(waits.tries)
        later(timedelta(minutes=2))
        return 1

    monkeypatch.setattr(EmailMessage, "send", slow)
    assert actions.send_due() == 1
    assert tries == [0], "another worker may take it meanwhile"
    code.refresh_from_db()
    assert (code.why, failed) == ("too_late", [code])


def test_the_same_key_is_the_same_notice(folder: Path) -> None:
    assert told() == told(to="b@larch.example")
    assert actions.send_due() == 1
    assert actions.send_due() == 0


def test_it_goes_with_what_it_tells_of_and_not_without_it(folder: Path) -> None:
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="notices.send").exists()
    made = told()
    assert ProcrastinateJob.objects.get(task_name="notices.send").args == {"notice": made.pk}


def test_a_text_message_goes_by_the_mail_service_that_makes_texts(folder: Path) -> None:
    told(channel="text", to="+44 7700 900123")
    actions.send_due()
    assert [one["To"] for one in mails(folder)] == ["447700900123@texts.invalid"]


@pytest.mark.parametrize(
    ("channel", "to"),
    [
        ("mail", ""), ("mail", "nobody"), ("mail", "a@b@c"), ("mail", "a@b.example\nBcc: c@d.example"),
        ("mail", "a@b.example, c@d.example"), ("mail", "x" * 300 + "@b.example"), ("text", "call me"), ("text", "12"),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_written(channel: str, to: str) -> None:
    with pytest.raises(Invalid, match="list of contacts"):
        told(channel=channel, to=to)
    assert not Notice.objects.exists()


def test_a_subject_with_line_ends_cannot_add_a_receiver(folder: Path) -> None:
    told(subject="Waits\r\nBcc: c@d.example")
    actions.send_due()
    (one,) = mails(folder)
    assert one["Bcc"] is None


def test_what_is_not_taken_is_tried_for_half_an_hour_and_then_given_up_aloud(
    folder: Path, failed: list[Notice], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = told()
    refuse(monkeypatch, ConnectionRefusedError())
    for wait in rules.AGAIN:
        assert actions.send_due() == 0
        notice.refresh_from_db()
        assert notice.failed_at is None
        later(wait - timedelta(seconds=5))
        actions.send_due()
        tries = notice.tries
        notice.refresh_from_db()
        assert notice.tries == tries, "not before its time"
        later(timedelta(seconds=5))
    assert actions.send_due() == 0
    notice.refresh_from_db()
    assert (notice.tries, notice.why, bytes(notice.sealed)) == (len(rules.AGAIN) + 1, "not_taken", b"")
    assert failed == [notice]
    assert main(["notices"]) == 1
    said = capsys.readouterr().out
    assert "a.fenwick@larch.example" in said
    assert "1 failed, 0 waiting." in said
    assert BODY not in said


@pytest.mark.parametrize(("code", "why"), [(550, "refused"), (451, "")])
def test_an_address_that_there_is_not_is_given_up_at_once_and_a_busy_one_is_not(
    folder: Path, failed: list[Notice], monkeypatch: pytest.MonkeyPatch, code: int, why: str
) -> None:
    notice = told()
    refuse(monkeypatch, smtplib.SMTPRecipientsRefused({"a.fenwick@larch.example": (code, b"no")}))
    actions.send_due()
    notice.refresh_from_db()
    assert notice.why == why
    assert len(failed) == bool(why)


@pytest.mark.parametrize(
    ("mail", "given", "why"),
    [
        (Mail("", "", ""), {}, "no_mail"),
        (Mail("file:///nowhere", "a@b.example", ""), {"channel": "text", "to": "07700900123"}, "no_texts"),
    ],
)
def test_without_a_service_it_is_told_as_failed(
    settings: Settings, failed: list[Notice], mail: Mail, given: dict[str, str], why: str
) -> None:
    settings.MAIL = mail
    told(**given)
    actions.send_due()
    assert [one.why for one in failed] == [why]


def test_what_is_out_of_date_and_what_nobody_can_read_any_more_are_given_up(
    folder: Path, failed: list[Notice], settings: Settings
) -> None:
    told("late", until=database_now(connection) + timedelta(minutes=10))
    later(timedelta(minutes=11))
    actions.send_due()
    told("sealed")
    settings.SECRET_KEY = "another secret of the sessions, long enough for it"
    actions.send_due()
    assert [one.why for one in failed] == ["too_late", "unreadable"]
    assert mails(folder) == []


def test_one_that_a_dead_worker_had_comes_back_and_one_that_is_held_does_not(folder: Path) -> None:
    notice = told()
    from django.db.models import Q

    actions._claim(Q(pk=notice.pk))  # a worker took it and died
    assert actions.send_due() == 0
    later(rules.HELD)
    assert actions.send_due() == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", False, False)),
        ("smtp://u%40x:p@mail.example", ("mail.example", 587, "u@x", True, False)),
        ("smtps://u:p@mail.example", ("mail.example", 465, "u", False, True)),
        ("smtp://u:p@mail.example:2525", ("mail.example", 2525, "u", True, False)),
    ],
)
def test_a_password_never_goes_in_the_clear(url: str, expected: tuple[object, ...]) -> None:
    made = service(url)
    assert (made.host, made.port, made.username, made.use_tls, made.use_ssl) == expected

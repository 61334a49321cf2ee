"""Telling somebody outside: written with what it tells of, sent by jobs, tried again, and given up aloud."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q

from goldthread.audit.actions import acting
from goldthread.config.logs import log
from goldthread.config.sealed import seal, unseal
from goldthread.config.upward import announce
from goldthread.notices import rules
from goldthread.notices.events import NoticeFailed
from goldthread.notices.notice_models import Notice
from goldthread.notices.sending import service

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting

AT_ONCE = 200
"""Notices that one look takes on *(ours)*."""
USE = "notice"
"""What its texts are sealed for."""
PERMANENT = 500
"""From this answer of a mail service on it says no for good (RFC 5321)."""


def tell(
    act: Acting,
    *,
    key: str,
    channel: str,
    to: str,
    subject: str,
    body: str,
    about: tuple[str, object],
    until: datetime | None = None,
) -> Notice:
    """Write a notice in the caller's transaction; it is sent when that has committed, and never if it does not.

    ``key`` names it: told again it is the same one. ``body`` holds nothing of the record, only that something waits and where. Raises
    ``Invalid`` for an address that can be none.
    """
    from goldthread.notices.tasks import send

    held = Notice.objects.filter(key=key).first()
    if held is not None:
        return held
    made = Notice.objects.create(
        key=key, channel=channel, to=rules.address(channel, to), subject=" ".join(subject.split())[:200],
        sealed=seal(USE, key, body), about=about[0], about_id=str(about[1]), made_at=act.now, due_at=act.now, until=until,
    )  # fmt: skip
    send.defer(notice=made.pk)
    return made


def send_one(number: int) -> bool:
    """Try one notice now, if it waits and nobody else has it; whether it was sent."""
    found, now = _claim(Q(pk=number))
    return found is not None and _try(found, now)


def send_due() -> int:
    """Try every notice whose time has come; returns how many were sent.

    Each is taken only when it is tried: a slow mail service keeps no other worker from those that wait behind it, and whether one is
    out of date is judged then.
    """
    sent = 0
    for _ in range(AT_ONCE):
        found, now = _claim(Q())
        if found is None:
            break
        sent += _try(found, now)
    return sent


def _claim(which: Q) -> tuple[Notice | None, datetime]:
    """Take the notice that is due longest: what another worker has taken is passed over, and comes back if that one dies."""
    with acting(None) as act:
        due = Notice.objects.filter(which, due_at__lte=act.now).order_by("due_at", "pk")
        found = due.select_for_update(skip_locked=True).first()
        if found is not None:
            found.tries += 1
            found.due_at = act.now + rules.HELD
            found.save(update_fields=["tries", "due_at"])
    return found, act.now


def _try(notice: Notice, now: datetime) -> bool:
    """Hand one claimed notice over to the mail service, and write down what came of it."""
    late = notice.until is not None and notice.until <= now
    why = "too_late" if late else _hand_over(notice)
    with acting(None) as act:
        held = Notice.objects.select_for_update().get(pk=notice.pk)
        if held.due_at is None:
            return False  # who had it before us was only slow
        held.due_at = None
        if not why:
            held.sent_at, held.sealed = act.now, b""
        elif why == "not_taken" and (wait := rules.next_try(held.tries)) is not None:
            held.due_at = act.now + wait
        else:
            held.failed_at, held.why, held.sealed = act.now, why, b""
        held.save(update_fields=["due_at", "sent_at", "failed_at", "why", "sealed"])
        if held.failed_at is not None:
            announce(NoticeFailed(held, act))
    if held.failed_at is not None:
        log().error("a notice was given up", part="notices", notice=held.pk, why=why, about=held.about)
    return not why


def _hand_over(notice: Notice) -> str:
    """Why it could not be handed over, as a code; empty where the mail service took it."""
    mail = settings.MAIL
    if not mail.url:
        return "no_mail"
    to = notice.to
    if notice.channel == "text":
        if not mail.text_domain:
            return "no_texts"
        to = f"{notice.to.removeprefix('+')}@{mail.text_domain}"
    try:
        body = unseal(USE, notice.key, bytes(notice.sealed))
    except InvalidTag:
        return "unreadable"
    # The same identity at every try: where the answer to a first one was lost, the mail service can tell the second for what it is.
    identity = {"Message-ID": f"<notice-{notice.pk}@{mail.sender.rpartition('@')[2]}>"}
    message = EmailMessage(notice.subject, body, mail.sender, [to], headers=identity, connection=service(mail.url))
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        return "refused" if all(code >= PERMANENT for code, _ in error.recipients.values()) else "not_taken"
    except Exception as error:  # noqa: BLE001 - whatever a mail service does, the notice is tried again or given up aloud
        log().warning("a notice was not taken", part="notices", notice=notice.pk, error=type(error).__name__)
        return "not_taken"
    return ""

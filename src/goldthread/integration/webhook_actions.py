"""Keeping webhooks: who is told of what, and by which secret; each is a security event."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.config.sealed import seal
from goldthread.contact.actions import lock_identity
from goldthread.contact.work import command_key
from goldthread.integration import webhook_rules as rules
from goldthread.integration.webhook_models import Delivery, Subscription, WebhookSecret

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting

KEEP, USE = "webhooks.keep", "webhook secret"
NOT_THERE = "There is no such webhook, or it was ended."
SECRET_BYTES = 32


def subscribe(
    user: Staff | None, *, key: uuid.UUID, name: str, url: str, kinds: Collection[str]
) -> tuple[Subscription, str]:
    """Tell a system of these kinds from now on; returns the webhook and its secret, which nobody is shown again.

    Sent again with the same key it is the same webhook, and the secret is empty. ``user`` None is an operator at the machine. Raises
    ``Invalid``, and ``Refused`` where as many are told as can be.
    """
    kept, wanted = rules.name(name), rules.kinds(kinds)
    to = rules.target(url, plain=settings.ENV.mode != "production")
    rules.literal(to, settings.ENV.webhook_networks)
    with _keeping(user) as act:
        own = command_key(key, user.pk if user else None, "subscribe", kept, url, wanted)
        lock_identity(uuid.UUID(int=LOCK))
        before = Subscription.objects.filter(key=own).first()
        if before is not None:
            return before, ""
        held = Subscription.objects.filter(ended_at__isnull=True)
        if held.filter(name=kept).exists():
            raise Invalid(
                {
                    "name": "A system of this name is told already. Nothing was saved; give another name, or end that one."
                }
            )
        if held.count() >= rules.MOST:
            raise Refused(
                f"{rules.MOST} systems are told already, which is as many as can be. Nothing was saved; end one first."
            )
        made = Subscription.objects.create(
            key=own, name=kept, url=url.strip(), kinds=wanted, made_by=user, made_at=act.now
        )
        secret = _new_secret(act, made, own)
        act.record("security", "webhook.add", [("webhook", made.pk)], kinds=wanted)
    return made, secret


def rotate(user: Staff | None, subscription: int, *, key: uuid.UUID) -> tuple[Subscription, str]:
    """A new secret. The one before signs beside it for a while, so that the other system can change over; returns as ``subscribe`` does."""
    with _keeping(user) as act:
        found = _running(subscription)
        own = command_key(key, user.pk if user else None, "rotate", subscription)
        if WebhookSecret.objects.filter(key=own).exists():
            return found, ""
        WebhookSecret.objects.filter(subscription=found, ends_at__isnull=True).update(
            ends_at=act.now + rules.OLD_SECRET
        )
        secret = _new_secret(act, found, own)
        act.record("security", "webhook.rotate", [("webhook", found.pk)])
    return found, secret


def end(user: Staff | None, subscription: int) -> Subscription:
    """Tell this system nothing more; what still waits is given up. One that was ended stays as it was."""
    with _keeping(user) as act:
        found = Subscription.objects.select_for_update(no_key=True).filter(pk=subscription).first()
        if found is None:
            raise NotThere(NOT_THERE)
        if found.ended_at is None:
            end_now(act, found, "hand")
            act.record("security", "webhook.end", [("webhook", found.pk)])
    return found


def end_now(act: Acting, found: Subscription, how: str) -> None:
    """End a webhook that is held, in the transaction of what ends it; its secrets are forgotten. What is written for it just now is
    given up when it is tried.
    """
    found.ended_at, found.ended = act.now, how
    found.save(update_fields=["ended_at", "ended"])
    WebhookSecret.objects.filter(subscription=found).update(sealed=b"", ends_at=act.now)
    waiting = Delivery.objects.filter(subscription=found, due_at__isnull=False)
    waiting.update(due_at=None, failed_at=act.now, why="ended")


LOCK = 0x676F6C64_77656268_6F6F6B73
"""Under which webhooks are added one at a time."""


def _keeping(user: Staff | None) -> Any:
    if user is not None and not user.can(KEEP):
        raise Refused(f"Your role, {user.seat.name}, may not do this.")
    return acting(user)


def _running(subscription: int) -> Subscription:
    found = Subscription.objects.select_for_update(no_key=True).filter(pk=subscription, ended_at__isnull=True).first()
    if found is None:
        raise NotThere(NOT_THERE)
    return found


def _new_secret(act: Acting, to: Subscription, key: uuid.UUID) -> str:
    secret = rules.PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    WebhookSecret.objects.create(subscription=to, key=key, sealed=seal(USE, key.hex, secret), made_at=act.now)
    return secret

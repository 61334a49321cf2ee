"""Telling by webhook: written with what it tells of, sent by jobs, tried again for a day, and given up aloud.

At least once: what was sent and could not be written down is sent again, with the same identity. In order for one incident and one
system: the next of an incident goes when the one before was taken or given up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from procrastinate.exceptions import AlreadyEnqueued

from goldthread.accounts.models import Staff
from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import NotThere, Refused
from goldthread.config.logs import log
from goldthread.config.prepared import Prepared
from goldthread.config.sealed import unseal
from goldthread.config.upward import listen
from goldthread.contact.events import ChildInvolved, IncidentOpened, LineAdded
from goldthread.integration import webhook_rules as rules
from goldthread.integration.webhook_actions import KEEP, NOT_THERE, USE, end_now
from goldthread.integration.webhook_http import NotTaken, post
from goldthread.integration.webhook_models import Delivery, Subscription, WebhookSecret

if TYPE_CHECKING:
    from goldthread.contact.models import Incident

AT_ONCE = 500
"""Deliveries that one look takes up again *(ours)*."""
CARRIED = {
    "grade.changed": ("grade",),
    "alarm.raised": ("kind",),
    "thrive.written": ("version",),
    "incident.closed": ("reason",),
    "incident.reopened": (),
}
"""What of a line goes out with each kind: codes and numbers, never words."""


@listen(IncidentOpened)
def opened(event: IncidentOpened) -> None:
    """Tell of a new incident."""
    incident = event.incident
    _tell(event.act, incident, "incident.opened", {"channel": incident.channel, "child": incident.child})


@listen(ChildInvolved)
def child(event: ChildInvolved) -> None:
    """Tell whether a child is involved."""
    _tell(event.act, event.incident, "child.involved", {"child": event.incident.child})


@listen(LineAdded)
def line(event: LineAdded) -> None:
    """Tell of what a line of the timeline says, where it is one that other systems are told of."""
    kind = rules.BY_LINE.get(event.entry.code)
    if kind is not None:
        told = {name: event.entry.data[name] for name in CARRIED[kind] if name in event.entry.data}
        _tell(event.act, event.incident, kind, told, event.entry.seq)


def _tell(act: Acting, incident: Incident, kind: str, told: Mapping[str, Any], seq: int | None = None) -> None:
    """Write a delivery for each system that is told of this kind; they leave when what they tell of has committed, and never if not."""
    data = {"incident": str(incident.pk), "reference": incident.reference, "line": seq, **told}
    for to in _told().all():
        if kind in to.kinds:
            _write(act, to, kind, data, incident)


@lru_cache(maxsize=1)
def _told() -> Prepared[Subscription]:
    """Every system that is told of something: asked with every change, and few."""
    return Prepared(Subscription.objects.filter(ended_at__isnull=True), [])


def _write(act: Acting, to: Subscription, kind: str, data: Mapping[str, Any], incident: Incident | None) -> Delivery:
    body = {"type": kind, "timestamp": act.now.isoformat(), "data": dict(data)}
    made = Delivery.objects.create(
        subscription=to, incident=incident, kind=kind, body=body, made_at=act.now, due_at=act.now
    )
    _defer(made)
    return made


def test(user: Staff | None, subscription: int) -> Delivery:
    """Send a system a test now and wait for what comes of it. Raises ``NotThere``, ``Refused``."""
    if user is not None and not user.can(KEEP):
        raise Refused(f"Your role, {user.seat.name}, may not do this.")
    with acting(user) as act:
        to = Subscription.objects.filter(pk=subscription, ended_at__isnull=True).first()
        if to is None:
            raise NotThere(NOT_THERE)
        body = {"type": rules.TEST, "timestamp": act.now.isoformat(), "data": {"webhook": to.pk}}
        made = Delivery.objects.create(subscription=to, kind=rules.TEST, body=body, made_at=act.now, due_at=act.now)
        act.record("security", "webhook.test", [("webhook", to.pk)])
    send_one(made.pk, last=True)
    made.refresh_from_db()
    return made


def again(user: Staff | None, delivery: int) -> Delivery:
    """Send again what was given up: it is tried anew from the first wait on. Raises ``NotThere``, ``Refused`` where its webhook ended."""
    if user is not None and not user.can(KEEP):
        raise Refused(f"Your role, {user.seat.name}, may not do this.")
    with acting(user) as act:
        found = (
            Delivery.objects.select_for_update(of=("self",)).select_related("subscription").filter(pk=delivery).first()
        )
        if found is None:
            raise NotThere("There is no such delivery.")
        if found.subscription.ended_at is not None:
            raise Refused("This webhook was ended, so nothing is sent to it. Add it anew first.")
        if found.failed_at is not None:
            found.failed_at, found.why, found.tries, found.due_at = None, "", 0, act.now
            found.save(update_fields=["failed_at", "why", "tries", "due_at"])
            _defer(found)
            act.record("security", "webhook.again", [("webhook", found.subscription_id), ("delivery", found.pk)])
    return found


def send_one(number: int, *, last: bool = False) -> str:
    """Try one delivery now, if it waits and its turn has come; why it was not taken, empty where it was or was not tried.

    ``last``: there is no next try.
    """
    found, now = _claim(number)
    if found is None:
        return ""
    why, status = _hand_over(found, now)
    _write_down(found, why, status, last=last)
    return why


def take_up() -> int:
    """Give every delivery that is overdue a job again: what a killed worker left; returns how many."""
    with acting(None) as act:
        overdue = list(Delivery.objects.filter(due_at__lt=act.now - rules.HELD).order_by("due_at", "pk")[:AT_ONCE])
    return sum(_defer(one) for one in overdue)


def _claim(number: int) -> tuple[Delivery | None, datetime]:
    """Take a delivery for the time that trying it lasts; None where it does not wait, another has it, or an earlier one goes first."""
    with acting(None) as act:
        earlier = Delivery.objects.filter(
            subscription=OuterRef("subscription"),
            incident=OuterRef("incident"),
            pk__lt=OuterRef("pk"),
            due_at__isnull=False,
        )
        waits = Delivery.objects.filter(~Exists(earlier), pk=number, due_at__lte=act.now)
        found = waits.select_related("subscription").select_for_update(of=("self",), skip_locked=True).first()
        if found is not None:
            found.tries += 1
            found.due_at = act.now + rules.HELD
            found.save(update_fields=["tries", "due_at"])
    return found, act.now


def _hand_over(delivery: Delivery, now: datetime) -> tuple[str, int | None]:
    """Send it; why it was not taken, as a code, and the status of the answer where one came."""
    to, env = delivery.subscription, settings.ENV
    if to.ended_at is not None:
        return "ended", None
    holds = WebhookSecret.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), subscription=to).order_by("-pk")
    try:
        secrets = [unseal(USE, one.key.hex, bytes(one.sealed)) for one in holds]
    except InvalidTag:
        return "unreadable", None
    body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
    signed = rules.headers(secrets, delivery.message_id, int(now.timestamp()), body)
    try:
        where = rules.target(to.url, plain=env.mode != "production")
        status = post(where, signed, body, networks=env.webhook_networks, within=rules.ANSWERS_WITHIN)
    except NotTaken as error:
        return error.why, None
    return rules.outcome(status), status


def _write_down(delivery: Delivery, why: str, status: int | None, *, last: bool) -> None:
    """Write down what came of a try, and let the next of the incident go where this one is done with."""
    with acting(None) as act:
        # As everywhere: the webhook before its deliveries, so that ending one waits for nobody who waits for it.
        to = Subscription.objects.select_for_update(no_key=True).get(pk=delivery.subscription_id)
        held = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if held.due_at is None:
            return  # another who had it was quicker, or the webhook was ended meanwhile
        held.status, held.why, held.due_at = status, why, None
        wait = None if last or why in {"gone", "ended", "unreadable"} else rules.next_try(held.tries)
        if not why:
            held.sent_at = act.now
        elif wait is not None:
            held.due_at = act.now + wait
        else:
            held.failed_at = act.now
        held.save(update_fields=["status", "why", "due_at", "sent_at", "failed_at"])
        if why == "gone" and to.ended_at is None:
            end_now(act, to, "gone")
            act.record("security", "webhook.end", [("webhook", to.pk)], by="gone")
        elif held.due_at is not None:
            _defer_later(held)
        elif held.incident_id is not None:
            waits = Delivery.objects.filter(
                subscription=to, incident=held.incident_id, due_at__isnull=False, pk__gt=held.pk
            )
            if (following := waits.order_by("pk").first()) is not None:
                _defer(following)
    if held.failed_at is not None:
        log().error("a webhook's delivery was given up", part="webhooks", delivery=held.pk, webhook=to.pk, why=why)


def _defer(delivery: Delivery) -> bool:
    """Order the job that tries a delivery, one at a time for each system; whether it was not ordered already."""
    from goldthread.integration.webhook_tasks import send

    return _ordered(
        send.configure(lock=f"webhook {delivery.subscription_id}", queueing_lock=f"send {delivery.pk}"), delivery
    )


def _defer_later(delivery: Delivery) -> bool:
    """Order the job that orders the try, for when it is due: one that waits under a system's lock would keep all behind it waiting."""
    from goldthread.integration.webhook_tasks import wake

    return _ordered(wake.configure(queueing_lock=f"wake {delivery.pk}", schedule_at=delivery.due_at), delivery)


def wake(number: int) -> None:
    """Order the try of a delivery whose time has come."""
    with acting(None):
        found = Delivery.objects.filter(pk=number, due_at__isnull=False).first()
        if found is not None:
            _defer(found)


def _ordered(job: Any, delivery: Delivery) -> bool:
    try:
        with transaction.atomic():
            job.defer(delivery=delivery.pk)
    except AlreadyEnqueued:
        return False
    return True

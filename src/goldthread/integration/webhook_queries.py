"""How webhooks stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from goldthread.integration.webhook_models import Delivery, Subscription

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """One webhook: how many deliveries wait, since when the oldest does, how many were given up, when the last was taken.

    ``old_secret_until``: until when the secret before the newest signs too; None where there is none.
    """

    webhook: Subscription
    waiting: int
    oldest: datetime | None
    given_up: int
    taken_at: datetime | None
    old_secret_until: datetime | None


def standing(now: datetime) -> list[Standing]:
    """Every webhook that is told, by name, and after them those that ended within a day."""
    held = Subscription.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=now - DAY))
    found = {one.pk: one for one in held.order_by("name", "pk")}
    counted: dict[int, dict[str, Any]] = {
        one["subscription"]: dict(one)
        for one in Delivery.objects.filter(subscription__in=found)
        .values("subscription")
        .annotate(
            waiting=Count("pk", filter=Q(due_at__isnull=False)),
            oldest=Min("made_at", filter=Q(due_at__isnull=False)),
            given_up=Count("pk", filter=Q(failed_at__isnull=False)),
            taken_at=Max("sent_at"),
        )
    }
    secrets = {
        one["pk"]: one["until"]
        for one in Subscription.objects.filter(pk__in=found)
        .values("pk")
        .annotate(until=Max("secrets__ends_at", filter=Q(secrets__ends_at__gt=now)))
    }
    shown = []
    for pk, one in found.items():
        row = counted.get(pk, {"waiting": 0, "oldest": None, "given_up": 0, "taken_at": None})
        shown.append(Standing(one, row["waiting"], row["oldest"], row["given_up"], row["taken_at"], secrets.get(pk)))
    return sorted(shown, key=lambda one: one.webhook.ended_at is not None)


def given_up(webhook: int | None = None) -> QuerySet[Delivery]:
    """Deliveries that were given up and whose webhook is told still, the newest first; of one webhook where it is named."""
    found = Delivery.objects.filter(failed_at__isnull=False, subscription__ended_at__isnull=True)
    if webhook is not None:
        found = found.filter(subscription=webhook)
    return found.select_related("subscription", "incident").order_by("-failed_at", "-pk")


def waiting(webhook: int) -> QuerySet[Delivery]:
    """Deliveries of a webhook that wait, the oldest first."""
    found = Delivery.objects.filter(subscription=webhook, due_at__isnull=False)
    return found.select_related("subscription", "incident").order_by("pk")

"""Operations on webhooks: who is told, of what, by which secret, and what could not be delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.clocks.db import database_now
from goldthread.integration import webhook_actions as actions
from goldthread.integration import webhook_queries as queries
from goldthread.integration import webhook_send_actions as sending
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Key, Listed, PageNumber, Shown
from goldthread.integration.api.operations import operation
from goldthread.integration.webhook_models import Delivery, Subscription
from goldthread.integration.webhook_rules import KINDS, LONGEST_NAME, LONGEST_URL, WHYS

router = Router(tags=["Webhooks"])
KEEP, PAGE = actions.KEEP, 100
Kind = Annotated[str, Coded.of(KINDS.items())]
WebhookId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The webhook, by the `id` that the list gave.")]
DeliveryId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The delivery, by the `id` that the list gave.")]


class WebhookGiven(Given):
    """A system to tell, and of what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Harrier CAD",
                    "url": "https://cad.force.example/goldthread",
                    "kinds": ["grade.changed", "alarm.raised"],
                }
            ]
        }
    )
    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="The system, as your people know it.")
    url: str = Field(
        min_length=1,
        max_length=LONGEST_URL,
        description="Where deliveries go: https, in full; redirects are not followed.",
    )
    kinds: list[Kind] = Field(min_length=1, max_length=len(KINDS), description="What it is told of.")


class SecretShown(Shown):
    """A webhook with its new secret."""

    id: int = Field(description="The webhook.")
    secret: str | None = Field(
        description="What its deliveries are signed with, shown in this answer alone; null where the same request was answered before.",
        examples=["whsec_c2VjcmV0IG9mIHRoaXJ0eS10d28gcmFuZG9tIGJ5dGVz"],
    )


class WebhookShown(Shown):
    """A webhook, and how its deliveries go."""

    id: int = Field(description="The webhook.")
    name: str = Field(description="The system that is told.")
    url: str = Field(description="Where deliveries go.")
    kinds: list[str] = Field(description="What it is told of.", examples=[["grade.changed"]])
    waiting: int = Field(description="Deliveries that wait.")
    oldest: datetime | None = Field(description="Of what the oldest of them tells, when; null where none waits.")
    given_up: int = Field(description="Deliveries that were given up.")
    taken_at: datetime | None = Field(description="When it last took one.")
    old_secret_until: datetime | None = Field(description="Until when the secret before signs too.")
    ended_at: datetime | None = Field(description="When it was ended; null while it is told.")


class Webhooks(Shown):
    """Every webhook, and those that ended within a day."""

    webhooks: list[WebhookShown] = Field(description="By name.")


class DeliveryShown(Shown):
    """One event for one system."""

    id: int = Field(description="The delivery.")
    message: str = Field(
        description="Its identity, as the receiver sees it in `webhook-id`.",
        examples=["msg_0f9c2a527e0b5a7e9d3f1b2c3d4e5f60"],
    )
    webhook: int = Field(description="The webhook.")
    kind: str = Field(description="What it tells of.", examples=["grade.changed"])
    reference: str | None = Field(description="The incident's reference; null for a test.")
    at: datetime = Field(description="When that was.")
    tries: int = Field(description="How often it was tried.")
    due_at: datetime | None = Field(description="When it is tried next; null where it is not.")
    taken_at: datetime | None = Field(description="When it was taken.")
    given_up_at: datetime | None = Field(description="When it was given up.")
    why: Annotated[str, Coded.of(WHYS.items())] = Field(description="Why it was not taken at the last try.")
    status: int | None = Field(description="The status that the system answered last; null where it answered nothing.")


class Deliveries(Listed):
    """Deliveries that were given up."""

    deliveries: list[DeliveryShown] = Field(description="The newest first.")


@operation(router, "GET", "/webhooks", KEEP, "none", answers={200: Webhooks}, summary="List webhooks")
def list_webhooks(request: HttpRequest) -> Webhooks:  # noqa: ARG001
    """Every system that is told, of what, and how its deliveries go. No secret is shown."""
    found = queries.standing(database_now(connection))
    return Webhooks(
        webhooks=[
            WebhookShown(
                id=one.webhook.pk, name=one.webhook.name, url=one.webhook.url, kinds=one.webhook.kinds, waiting=one.waiting,
                oldest=one.oldest, given_up=one.given_up, taken_at=one.taken_at, old_secret_until=one.old_secret_until,
                ended_at=one.webhook.ended_at,
            )
            for one in found
        ]
    )  # fmt: skip


@operation(router, "POST", "/webhooks", KEEP, "none", answers={201: SecretShown}, summary="Add a webhook")
def add_webhook(request: HttpRequest, key: Key, given: WebhookGiven) -> Status[SecretShown]:
    """Tells a system from now on. Its secret is in this answer and in no other: where the answer was lost, make a new one."""
    found = actions.subscribe(staff(request), key=key, name=given.name, url=given.url, kinds=given.kinds)
    return Status(201, _secret(*found))


@operation(
    router, "POST", "/webhooks/{int:webhook_id}/secret", KEEP, "none", answers={201: SecretShown}, summary="Make a new secret",
)  # fmt: skip
def rotate_webhook(request: HttpRequest, webhook_id: WebhookId, key: Key) -> Status[SecretShown]:
    """Signs with a new secret from now on, and for a day with the one before too: each delivery then carries both signatures."""
    return Status(201, _secret(*actions.rotate(staff(request), webhook_id, key=key)))


@operation(
    router, "POST", "/webhooks/{int:webhook_id}/end", KEEP, "none", answers={204: None}, summary="End a webhook",
)  # fmt: skip
def end_webhook(request: HttpRequest, webhook_id: WebhookId, key: Key) -> Status[None]:  # noqa: ARG001 - ending twice is ending once
    """Tells the system nothing more; what still waits is given up."""
    actions.end(staff(request), webhook_id)
    return Status(204, None)


@operation(
    router, "POST", "/webhooks/{int:webhook_id}/test", KEEP, "none", answers={200: DeliveryShown}, summary="Send a test",
)  # fmt: skip
def test_webhook(request: HttpRequest, webhook_id: WebhookId, key: Key) -> DeliveryShown:  # noqa: ARG001 - each is a test
    """Sends a delivery of kind `webhook.test` now, and answers what came of it."""
    return _delivery(sending.test(staff(request), webhook_id))


@operation(
    router, "GET", "/webhooks/deliveries", KEEP, "none", answers={200: Deliveries}, summary="List what was given up",
)  # fmt: skip
def list_given_up(request: HttpRequest, page: PageNumber = 1) -> Deliveries:  # noqa: ARG001
    """Deliveries that were tried for a day and not taken."""
    found = Paginator(queries.given_up(), PAGE)
    here = found.get_page(page)
    return Deliveries(
        page=here.number, pages=found.num_pages, total=found.count, deliveries=[_delivery(one) for one in here]
    )


@operation(
    router, "POST", "/webhooks/deliveries/{int:delivery_id}/again", KEEP, "none", answers={204: None}, summary="Send again",
)  # fmt: skip
def send_again(request: HttpRequest, delivery_id: DeliveryId, key: Key) -> Status[None]:  # noqa: ARG001 - one that waits goes on waiting
    """Tries a delivery that was given up anew. It carries the identity that it had."""
    sending.again(staff(request), delivery_id)
    return Status(204, None)


def _secret(webhook: Subscription, secret: str) -> SecretShown:
    return SecretShown(id=webhook.pk, secret=secret or None)


def _delivery(one: Delivery) -> DeliveryShown:
    return DeliveryShown(
        id=one.pk, message=one.message_id, webhook=one.subscription_id, kind=one.kind,
        reference=one.incident.reference if one.incident else None, at=one.made_at, tries=one.tries, due_at=one.due_at,
        taken_at=one.sent_at, given_up_at=one.failed_at, why=one.why, status=one.status,
    )  # fmt: skip

"""Operations on the inbox: letting a written contact in, what waits, and reading it first."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact import arrival_rules as rules
from goldthread.contact import choices
from goldthread.contact.arrival_actions import receive
from goldthread.desk.inbox import waiting
from goldthread.integration.api import answers_lists as answers
from goldthread.integration.api import shown
from goldthread.integration.api.fields import Coded, Given, IncidentId, Key, Moment
from goldthread.integration.api.operations import operation
from goldthread.response.actions import read_first

router = Router(tags=["Inbox"])
CHANNELS = [one for one in choices.CHANNELS if one[0] in choices.RECEIVED]


class Arrived(Given):
    """A written contact as its channel hands it over. Only channel, id and words are needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "email",
                    "external_id": "<7f3a.1@post.example>",
                    "text": "My sister's partner locked her out and the baby is still inside with him.",
                    "subject": "please help",
                    "sender": "rowan.hale@post.example",
                    "name": "Rowan Hale",
                    "received_at": "2026-11-23T02:07:00Z",
                }
            ]
        }
    )
    channel: Annotated[str, Coded.of(CHANNELS)] = Field(description="How it came in.")
    external_id: str = Field(
        min_length=1,
        max_length=rules.LONGEST_ID,
        pattern=r"\S",
        description="The message's own id in its channel; a second delivery of it opens nothing twice.",
    )
    conversation: str = Field(
        "",
        max_length=rules.LONGEST_ID,
        description="The id of the first message of its conversation; left out where it is the first.",
    )
    text: str = Field(
        max_length=rules.LONGEST_MESSAGE,
        description="The words to the letter. An empty message is kept too: it may be a cry for help gone wrong.",
    )
    subject: str = Field("", max_length=rules.LONGEST_MESSAGE, description="Kept and read before the words.")
    sender: str = Field("", max_length=rules.LIMITS["sender"], description="The sender's address.")
    name: str = Field("", max_length=rules.LIMITS["name"], description="The sender's name.")
    phone: str = Field("", max_length=rules.LIMITS["phone"], description="Their number, as given.")
    location: str = Field("", max_length=rules.LIMITS["location"], description="Where, in words.")
    area: str = Field(
        "", max_length=rules.LONGEST_AREA, description="The area's name; one that the force does not have is not known."
    )
    received_at: Moment | None = Field(
        None,
        description="When it came in, by the sending system; now where left out. An impossible time counts as now.",
    )


@operation(
    router, "GET", "/inbox", "inbox.see", "consultation",
    answers={200: answers.Inbox, 204: None}, summary="Read the inbox",
)  # fmt: skip
def read_inbox(
    request: HttpRequest,
    mark: Annotated[
        str | None, Query(max_length=16, pattern="^[0-9a-f]{16}$", description="The `mark` of the answer at hand.")
    ] = None,
) -> Status[answers.Inbox | None]:
    """What arrived in writing in this user's reach and waits for its first read, most risky first. With a `mark` it
    answers 204 where nothing has changed since. What this user was shown is put on record.
    """
    user = staff(request)
    found = waiting(user, database_now(connection))
    if mark == found["mark"]:
        return Status(204, None)
    record_consultation(user, "inbox.see", [("incident", str(row["id"])) for row in found["rows"]])
    rows = [shown.waiting(row) for row in found["rows"]]
    return Status(200, answers.Inbox(rows=rows, total=found["total"], mark=found["mark"]))


@operation(
    router, "POST", "/inbox", "contact.receive", "collection",
    answers={201: answers.Received, 200: answers.Received}, summary="Let a written contact in",
)  # fmt: skip
def receive_contact(request: HttpRequest, given: Arrived) -> Status[answers.Received]:
    """Lets a written contact in on the desk of this user's team: it opens an incident, or joins the one of its
    conversation and opens that again where it is closed. It takes no key, since `external_id` does the same: the same
    message delivered again answers 200 and adds nothing. The same id with other words is another message, since nothing
    said may be lost.
    """
    done = receive(staff(request), rules.Arriving(**dict(given)))
    made = answers.Received(id=done.incident.pk, reference=done.incident.reference)
    return Status(200 if done.again else 201, made)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/first-read", "owner.take", "alteration",
    answers={204: None}, summary="Read it first",
)  # fmt: skip
def take_first_read(request: HttpRequest, incident_id: IncidentId, key: Key) -> Status[None]:
    """Says that this user reads what arrived, before anybody else has, and makes it theirs. Refused (409) where
    somebody was quicker, so that no two people work on one contact unaware.
    """
    read_first(staff(request), incident_id, key=key)
    return Status(204, None)

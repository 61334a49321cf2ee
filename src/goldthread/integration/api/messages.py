"""Operations on messages: another system hands them in; and what wants somebody of what came."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere
from goldthread.integration import message_actions, message_presenters, message_queries
from goldthread.integration import message_came_rules as came_rules
from goldthread.integration import message_rules as rules
from goldthread.integration.api import answers_messages as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, PageNumber
from goldthread.integration.api.operations import operation
from goldthread.integration.message_models import SETTLED

router = Router(tags=["Messages"])
PAGE = 100
SEE = "messages.see"
SHOWN = ("wanting", "waiting", "all")
LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines")
MessageId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The message, by the `id` that a list gave.")]
EXAMPLE = {
    "system": "nightingale", "id": "n-000017", "incident": "NG-261123-0042", "number": 1, "at": "2026-11-23T02:07:00Z",
    "kind": "opened", "channel": "999", "location": "14 Larch Road", "text": "Crying heard upstairs, then the line was cut.",
}  # fmt: skip
ONE = {
    "type": "object",
    "description": "See docs/beside.md for the fields of each kind. Fields that a kind has not are passed over, and named in the answer.",
    "required": ["system", "id", "incident", "number", "at", "kind"],
    "properties": {
        "system": {
            "type": "string",
            "maxLength": 40,
            "description": "The code of the sending system: letters, digits, dots, dashes.",
        },
        "id": {
            "type": "string",
            "maxLength": 200,
            "description": "The message's own id in that system, up to 200 characters.",
        },
        "incident": {
            "type": "string",
            "maxLength": 120,
            "description": "The incident in that system, up to 120 characters.",
        },
        "number": {
            "type": "integer",
            "minimum": 1,
            "maximum": 2**31 - 2,
            "description": "Its place among the incident's messages, from 1.",
        },
        "at": {"type": "string", "format": "date-time", "description": "When it happened, by that system's clock."},
        "kind": {"type": "string", "enum": list(rules.FIELDS), "description": "What it tells."},
    },
    "additionalProperties": True,
    "examples": [EXAMPLE],
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "maxItems": came_rules.MOST_MESSAGES,
                    "items": ONE,
                    "examples": [[EXAMPLE]],
                },
                "example": [EXAMPLE],
            }
        },
    }
}


class SettlingGiven(Given):
    """Why a message wants nothing more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"because": "known"}]})
    because: Annotated[str, Coded.of(SETTLED)]


@operation(
    router, "POST", "/messages", "messages.give", "collection", answers={200: answers.MessageAcks},
    summary="Hand in messages of another incident system", more=BODY,
)  # fmt: skip
def give_messages(request: HttpRequest) -> answers.MessageAcks:
    """Takes up to 500 messages or 2 MB, as a JSON list or as JSON Lines (`application/x-ndjson`), and says of each what became of it.

    What they tell is stored as it happened and never refused: a grade lowered or an incident closed there against the rule is told to
    a supervisor. Messages of one incident are written in the order of `number`; what comes early waits. The same message again acts
    once, so a list whose answer was lost is sent again as it was. What cannot be read is kept, listed, and put right by being sent anew.
    """
    body = request.body
    if len(body) > came_rules.LARGEST:
        raise Invalid(
            {
                "body": f"This is {len(body):,} bytes, and at most {came_rules.LARGEST:,} are taken at once. Nothing was saved."
            }
        )
    try:
        given = came_rules.came_in(body, lines=request.content_type in LINES)
    except rules.UnreadableMessage as error:
        raise Invalid({"body": f"{error}. Nothing was saved; send them in parts."}) from None
    done = message_actions.take(staff(request), given)
    names = answers.MessageAck.model_fields
    return answers.MessageAcks(
        messages=[answers.MessageAck(**{name: getattr(one, name) for name in names}) for one in done]
    )


@operation(
    router, "GET", "/messages", SEE, "consultation", answers={200: answers.Messages}, summary="List messages of other systems",
)  # fmt: skip
def list_messages(
    request: HttpRequest,
    show: Annotated[
        Annotated[str, Coded.of([(one, message_queries.LISTS[one]) for one in SHOWN])] | None,
        Query(description="Which list; `wanting` without it."),
    ] = None,
    page: PageNumber = 1,
) -> answers.Messages:
    """Messages that want somebody, wait, or came today, those in which a risk to a child was read first, a hundred to a page. That
    this user saw them is put on record.
    """
    user, now = staff(request), database_now(connection)
    show = show or "wanting"
    pages = Paginator(message_queries.listed(user, show, now), PAGE)
    here = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    record_consultation(user, SEE, [("message", one.pk) for one in here], list=show)
    rows = [answers.MessageShown(**_fields(one)) for one in message_presenters.rows(user, here)]
    return answers.Messages(page=page, pages=pages.num_pages, total=pages.count, messages=rows)


@operation(
    router, "GET", "/messages/systems", SEE, "none", answers={200: answers.SystemsToday}, summary="List sending systems",
)  # fmt: skip
def list_systems(request: HttpRequest) -> answers.SystemsToday:
    """Each system with what came of it since the day began, and whether it has gone silent."""
    found = message_queries.systems(staff(request), database_now(connection))
    return answers.SystemsToday(systems=[answers.SystemShown(**vars(one)) for one in found])


@operation(
    router, "GET", "/messages/{int:message_id}", SEE, "consultation", answers={200: answers.MessageWhole}, summary="Read a message",
)  # fmt: skip
def read_message(request: HttpRequest, message_id: MessageId) -> answers.MessageWhole:
    """A message with its content. That this user saw it is put on record."""
    user = staff(request)
    message = message_queries.seen(user, message_id)
    if message is None:
        raise NotThere("There is no such message, or it is not one that you may see.")
    record_consultation(user, SEE, [("message", message.pk)])
    (row,) = message_presenters.rows(user, [message])
    return answers.MessageWhole(**_fields(row), content=message_presenters.content(message))


@operation(
    router, "POST", "/messages/{int:message_id}/settled", "messages.settle", "alteration", answers={204: None},
    summary="Say that a message wants nothing more",
)  # fmt: skip
def settle_message(request: HttpRequest, message_id: MessageId, given: SettlingGiven) -> Status[None]:
    """Takes a message that could not be read or placed off the list, and keeps why. Once is enough: a second time changes nothing."""
    message_actions.settle(staff(request), message_id, because=given.because)
    return Status(204, None)


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in answers.MessageShown.model_fields}

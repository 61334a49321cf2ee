"""Operations on look-back: what is to be decided, an item, and deciding it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_lookback as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.lookback import choices, decide_actions, presenters, queries, rules
from goldthread.lookback.models import Item
from goldthread.lookback.quotes import said_by
from goldthread.lookback.work import mark

router = Router(tags=["Look-back"])
PAGE = 50
LISTS = [
    ("open", "To decide"), ("waiting", "Waiting for capacity"), ("owed", "Outcome owed"), ("decided", "Decided"), ("all", "All"),
]  # fmt: skip
LEVEL_OF = {severity: code for code, severity in choices.LEVELS.items()}
ItemId = Annotated[UUID, Path(description="The item, by the `id` that a list gave.")]
SEEN = Field(
    None, max_length=80, description="The item's `mark` when it was read; refused (409) where it changed since."
)


class Command(Given):
    """What every command on an item may say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})
    seen: str | None = SEEN


class LookBackDecisionGiven(Command):
    """A decision."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "safe", "reason": "acted_on", "words": "The referral of the same day covers it: seen there."}
            ]
        }
    )
    kind: Annotated[str, Coded.of(answers.DECIDED[1:])]
    reason: Annotated[str, Coded.of([("", "None"), *choices.SAFE_BECAUSE])] = Field("", description="Why it is safe.")
    words: str = Field("", description="What it rests on; needed for *safe*.", max_length=rules.LONGEST_WORDS)
    told: str = Field(
        "", max_length=rules.LONGEST_TOLD, description="Who was told to open it again; needed for a record elsewhere."
    )
    desk: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(
        None, description="For *vast*, the team whose desk takes it; may be left out where there is one."
    )


class UndoingGiven(Command):
    """That a decision is taken back."""

    words: str = Field("", description="Why.", max_length=rules.LONGEST_WORDS)


class OutcomeGiven(Command):
    """What came of a decided item."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "safe_seen", "words": "Seen at school."}]})
    outcome: Annotated[str, Coded.of(choices.OUTCOMES)]
    words: str = Field(
        "", description="What was found and done; needed for *confirmed* and *other*.", max_length=rules.LONGEST_WORDS
    )


@operation(
    router, "GET", "/look-back", "lookback.see", "consultation", answers={200: answers.Items}, summary="List look-back items",
)  # fmt: skip
def list_lookback(
    request: HttpRequest,
    show: Annotated[Annotated[str, Coded.of(LISTS)] | None, Query(description="Which list; `open` without it.")] = None,
    reference: Annotated[
        str | None, Query(min_length=1, max_length=80, pattern=r"\S", description="Search all of them for a reference.")
    ] = None,
    page: PageNumber = 1,
) -> answers.Items:
    """Records whose own words carry a risk to a child that they did not carry further, highest risk first, fifty to a
    page. That this user saw them is put on record.
    """
    user, now = staff(request), database_now(connection)
    show = show or "open"
    asked = " ".join((reference or "").replace("\x00", "").split())
    pages = Paginator(queries.listed(user, show, now, asked).values_list("pk", flat=True), PAGE)
    keys = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    items = queries.whole(user, keys)
    record_consultation(user, "lookback.see", _subjects(items), items=len(items), list="search" if asked else show)
    return answers.Items(
        page=page, pages=pages.num_pages, total=pages.count, items=[answers.ItemBrief(**_brief(one)) for one in items]
    )


@operation(
    router, "GET", "/look-back/{uuid:item_id}", "lookback.see", "consultation",
    answers={200: answers.ItemShown}, summary="Read a look-back item",
)  # fmt: skip
def read_lookback(request: HttpRequest, item_id: ItemId) -> answers.ItemShown:
    """An item with the words it rests on, what was decided of it, and which others belong together with it. That this
    user saw it is put on record.
    """
    user, now = staff(request), database_now(connection)
    (item,) = queries.whole(user, [item_id]) or [None]
    if item is None:
        raise NotThere(rules.NOT_THERE)
    said = said_by([item.hit])[item.hit_id]
    others = presenters.belonging(user, item, now)
    record_consultation(user, "lookback.see", _subjects([item, *others["found"]]))
    return answers.ItemShown(
        **_brief(item),
        quotes=[
            answers.ItemQuote(**{name: getattr(one, name) for name in answers.ItemQuote.model_fields})
            for one in said.quotes
        ],
        erased=said.erased,
        history=[
            answers.ItemHistory(
                at=one["at"], by=one["by"], what=one["head"], because=one["more"], words=one["words"], told=one["told"]
            )
            for one in presenters.history(item)
        ],
        together=[
            answers.ItemTogether(
                id=one["id"], reference=one["reference"], suggests=LEVEL_OF[one["severity"]], by=one["by"]
            )
            for one in others["items"]
        ],
        together_more=others["more"],
        mark=mark(item),
    )


@operation(
    router, "POST", "/look-back/{uuid:item_id}/owner", "lookback.decide", "alteration",
    answers={204: None}, summary="Take a look-back item",
)  # fmt: skip
def take_lookback(request: HttpRequest, item_id: ItemId, key: Key, given: Command) -> Status[None]:
    """Makes the item this user's; its clock stays as it was."""
    decide_actions.take(staff(request), item_id, key=key, seen=given.seen)
    return Status(204, None)


@operation(
    router, "POST", "/look-back/{uuid:item_id}/decision", "lookback.decide", "alteration",
    answers={204: None}, summary="Decide a look-back item",
)  # fmt: skip
def decide_lookback(request: HttpRequest, item_id: ItemId, key: Key, given: LookBackDecisionGiven) -> Status[None]:
    """Decides an item: safe with its reason, handed to VAST, or re-opened. An incident of ours is opened again in this
    user's hands, or on its team's desk where they may not grade. One that is decided already is refused (409).
    """
    decide_actions.decide(
        staff(request),
        item_id,
        key=key,
        given=rules.Given(given.kind, given.reason, given.words, given.told),
        desk_id=given.desk,
        seen=given.seen,
    )
    return Status(204, None)


@operation(
    router, "POST", "/look-back/{uuid:item_id}/decision/undoing", "lookback.decide", "alteration",
    answers={204: None}, summary="Undo a look-back decision",
)  # fmt: skip
def undo_lookback(request: HttpRequest, item_id: ItemId, key: Key, given: UndoingGiven) -> Status[None]:
    """Takes the decision back by a further one; what it set going goes on. Refused (409) once an outcome is recorded."""
    decide_actions.undo(staff(request), item_id, key=key, words=given.words, seen=given.seen)
    return Status(204, None)


@operation(
    router, "POST", "/look-back/{uuid:item_id}/outcome", "lookback.decide", "collection",
    answers={204: None}, summary="Record a look-back outcome",
)  # fmt: skip
def record_lookback_outcome(request: HttpRequest, item_id: ItemId, key: Key, given: OutcomeGiven) -> Status[None]:
    """Records what came of a decided item; a further outcome stands beside the one before, and holds."""
    decide_actions.record_outcome(
        staff(request), item_id, key=key, kind=given.outcome, words=given.words, seen=given.seen
    )
    return Status(204, None)


def _brief(item: Item) -> dict[str, Any]:
    hit = item.hit
    same = ("release_at", "due_at", "decision", "decided_at", "outcome", "outcome_due_at")
    return {
        **{name: getattr(item, name) for name in same},
        "id": item.pk,
        "reference": hit.reference,
        "incident": hit.incident_id,
        "received_at": hit.received_at,
        "suggests": LEVEL_OF[hit.severity],
        "probability": hit.probability,
        "why": hit.why,
        "owner": presenters.owner(item),
    }


def _subjects(items: list[Item]) -> list[tuple[str, str]]:
    found = [("lookback", str(one.pk)) for one in items]
    return found + [("incident", str(one.hit.incident_id)) for one in items if one.hit.incident_id]

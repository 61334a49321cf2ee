"""Operations of the Commissioner's space: what is published, and for the force what would be issued next."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.clocks.db import database_now
from goldthread.commissioner import actions, queries
from goldthread.commissioner.actions import ISSUE, NO_TABLE, SEE
from goldthread.commissioner.catalogue import Table, ended, tables
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_commissioner as answers
from goldthread.integration.api.fields import Day, Given, Key
from goldthread.integration.api.operations import operation

router = Router(tags=["Commissioner"])
TableCode = Annotated[str, Path(description="The table, by the `table` that the list gave.", max_length=40)]
EditionNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="The edition's number, from 1.")]


class PublishedGiven(Given):
    """What to issue."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"until": "2026-10-31", "seen": "0" * 64}]})
    until: Day = Field(description="The last day of a month or quarter that has ended.")
    seen: str = Field(
        max_length=64,
        pattern=r"^[0-9a-f]{64}$",
        description="The `sha256` of the draft that was looked at: exactly that is issued.",
    )


@operation(
    router, "GET", "/published", SEE, "none", answers={200: answers.PublishedList}, summary="List what is published"
)
def list_published(request: HttpRequest) -> answers.PublishedList:  # noqa: ARG001
    """Every table of the catalogue with its newest edition, and what is due. Nobody's record."""
    return answers.PublishedList(
        tables=[
            answers.PublishedBrief(
                table=one.table.code, title=one.table.title, says=one.table.says, by=one.table.by,
                number=one.newest.number if one.newest else None, until=one.newest.until if one.newest else None,
                issued_at=one.newest.at if one.newest else None, due=one.due.last if one.due else None,
            )
            for one in queries.standings(database_now(connection))
        ]
    )  # fmt: skip


@operation(
    router, "GET", "/published/{str:table}/editions/{int:number}", SEE, "none",
    answers={200: answers.PublishedEdition}, summary="Read an edition",
)  # fmt: skip
def read_published(
    request: HttpRequest,  # noqa: ARG001
    table: TableCode,
    number: EditionNumber,
) -> answers.PublishedEdition:
    """One edition of a table as it was issued. Withheld counts are null, and stand nowhere in it."""
    _table(table)
    found = queries.edition(table, number)
    if found is None:
        raise NotThere("There is no such edition.")
    content = answers.PublishedContent.model_validate(found.content) if found.content else None
    return answers.PublishedEdition(sha256=found.sha256, issued_at=found.at, office=found.office, content=content)


@operation(
    router, "GET", "/published/{str:table}/draft", ISSUE, "none", answers={200: answers.PublishedDraft}, summary="Read a draft",
)  # fmt: skip
def read_published_draft(
    request: HttpRequest,  # noqa: ARG001
    table: TableCode,
    until: Annotated[Day | None, Query(description="Up to which day; the last that can be, where left out.")] = None,
) -> answers.PublishedDraft:
    """What would be issued of a table now. 422 where the day ends no period, has not come, or was told of."""
    one, now = _table(table), database_now(connection)
    made = queries.draft(one, until or ended(one.by, now, 1)[0].last, now)
    content = answers.PublishedContent.model_validate(made.content)
    return answers.PublishedDraft(sha256=made.sha256, until=made.until, content=content)


@operation(
    router, "POST", "/published/{str:table}/editions", ISSUE, "disclosure",
    answers={201: answers.PublishedMade}, summary="Issue an edition",
)  # fmt: skip
def issue_published(
    request: HttpRequest, table: TableCode, key: Key, given: PublishedGiven
) -> Status[answers.PublishedMade]:
    """Issues it to the Commissioner's office, as it was seen. Refused (409) where the record changed since, or somebody issued it meanwhile."""
    made = actions.issue(staff(request), table, key=key, until=given.until, seen=given.seen)
    return Status(201, answers.PublishedMade(number=made.number, sha256=made.sha256))


def _table(code: str) -> Table:
    if code not in tables():
        raise NotThere(NO_TABLE)
    return tables()[code]

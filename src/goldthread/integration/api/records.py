"""Operations on records of other systems: loading an extract, what came of each load, and restricted warnings."""

from __future__ import annotations

from typing import Annotated

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact import records_queries as queries
from goldthread.contact.known import force_day
from goldthread.contact.records_actions import VERB
from goldthread.contact.records_models import RecordLoad
from goldthread.contact.records_rules import is_old, settings
from goldthread.contact.restricted import VERB as RESTRICTED
from goldthread.desk.records_views import LINES, NO_LOAD, PAGE, from_bytes
from goldthread.integration.api import answers_records as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Moment, PageNumber
from goldthread.integration.api.operations import operation

router = Router(tags=["Records"])
LoadId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The load, by the `id` that the list gave.")]
NAMES = [name for name in answers.RecordLoadShown.model_fields if name != "by"]


class ExtractGiven(Given):
    """An extract as the text of a CSV file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "csv": "key,name,born\nN-1,Orla Fenwick,2014-05-02\n", "kind": "people", "source": "RMS",
                    "as_of": "2026-11-03T14:02:00Z",
                }
            ]
        }
    )  # fmt: skip
    csv: str = Field(max_length=settings()["page_bytes"], description="The file's text, its columns found by name.")
    kind: Annotated[str, Coded.of(answers.KIND_NAMES)] = Field(description="What it holds.")
    source: str = Field(max_length=40, description="The system it comes from, by the same name every time.")
    as_of: Moment = Field(description="When it was taken from its system.")
    name: str = Field("extract.csv", max_length=120, description="The file's name.")
    whole: bool = Field(False, description="That it holds everything of its kind: what it lacks has ended.")
    yes: bool = Field(
        False,
        description="That a whole extract may end even a large share of what stands, or a file lack columns that the one before it had.",
    )


@operation(
    router, "GET", "/records/loads", VERB, "consultation", answers={200: answers.RecordLoads}, summary="List loads of records",
)  # fmt: skip
def list_record_loads(request: HttpRequest, page: PageNumber = 1) -> answers.RecordLoads:
    """Every load and every stop, the newest first, fifty to a page."""
    pages = Paginator(queries.loads(), PAGE)
    here: list[RecordLoad] = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(staff(request), VERB, [("record-load", one.pk) for one in here])
    return answers.RecordLoads(page=page, pages=pages.num_pages, total=pages.count, loads=[_load(one) for one in here])


@operation(
    router, "POST", "/records/loads", VERB, "collection", answers={201: answers.RecordLoadShown}, summary="Load an extract",
)  # fmt: skip
def load_records(request: HttpRequest, given: ExtractGiven) -> Status[answers.RecordLoadShown]:
    """Loads what can be used and lists the lines that cannot. The same text sent again changes nothing. Refused (409) where a column is
    missing, or where a whole extract is empty, another source's, or would end too much. Larger files are loaded at the command line.
    """
    name = given.name if given.name.lower().endswith(".csv") else f"{given.name[:116]}.csv"
    content = given.csv.encode("utf-8", "surrogatepass")
    made = from_bytes(
        request, content, name, given.kind, given.source, given.as_of, whole=given.whole, yes=given.yes
    )  # fmt: skip
    return Status(201, _load(made))


@operation(
    router, "GET", "/records/loads/{int:load_id}", VERB, "consultation", answers={200: answers.RecordLines}, summary="Read a load of records",
)  # fmt: skip
def read_record_load(request: HttpRequest, load_id: LoadId, page: PageNumber = 1) -> answers.RecordLines:
    """One load with the lines that were not used, two hundred to a page."""
    found = queries.loads().filter(pk=load_id).first()
    if found is None:
        raise NotThere(NO_LOAD)
    pages = Paginator(found.refusals.order_by("line"), LINES)
    here = pages.get_page(page).object_list if page <= pages.num_pages else []
    record_consultation(staff(request), VERB, [("record-load", found.pk)])
    lines = [answers.RecordLineShown(line=one.line, why=one.why) for one in here]
    return answers.RecordLines(page=page, pages=pages.num_pages, total=pages.count, load=_load(found), refusals=lines)


@operation(
    router, "GET", "/records/restricted", RESTRICTED, "consultation", answers={200: answers.RestrictedList}, summary="List restricted warnings",
)  # fmt: skip
def list_restricted(request: HttpRequest, page: PageNumber = 1) -> answers.RestrictedList:
    """Markers, orders and flags that only some roles may read, fifty to a page. Others are told of a danger, not of these words."""
    now = database_now(connection)
    pages = Paginator(queries.hidden_markers(force_day(now)), PAGE)
    here = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(staff(request), RESTRICTED, [("marker", one.pk) for one in here])
    rows = [
        answers.RestrictedShown(
            **{name: getattr(one, name) for name in ("sort", "name", "number", "since", "until", "review_on", "source", "as_of")},
            id=one.pk, on=str(one.person or one.place), words=one.words.shown() if one.words else "", old=is_old(one.as_of, now),
        )
        for one in here
    ]  # fmt: skip
    return answers.RestrictedList(page=page, pages=pages.num_pages, total=pages.count, markers=rows)


def _load(one: RecordLoad) -> answers.RecordLoadShown:
    return answers.RecordLoadShown(**{name: getattr(one, name) for name in NAMES}, by=one.by.name if one.by else "")

"""Operations of governance: figures over time, notes on them, and the packs that boards are given."""

from __future__ import annotations

from typing import Annotated

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.governance import actions, queries, rules
from goldthread.governance.models import Pack
from goldthread.governance.packs import compose
from goldthread.governance.told import figure_told, series_told
from goldthread.integration.api import answers_governance as answers
from goldthread.integration.api.fields import LARGEST_ID, Day, Given, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation

router = Router(tags=["Governance"])
PAGE = 50
BOARDS = ", ".join(f"`{one}`" for one in rules.packs())
FigureCode = Annotated[str, Path(max_length=80, description="The figure, by the `code` that the list gave.")]
Board = Annotated[str, Path(max_length=20, description=f"The board: {BOARDS}.")]
PackId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The pack, by the `id` that the list gave.")]


class NoteGiven(Given):
    """Something to note on a figure's history."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"day": "2026-10-05", "words": "The question stands first on the page now."}]}
    )
    day: Day = Field(description="When it happened: within the figure's history.")
    words: str = Field(min_length=1, max_length=rules.LONGEST, pattern=r"\S")
    anew: bool = Field(
        False, description="Reckon limits anew from that day; the old ones stand until eight new values are there."
    )


class IssueGiven(Given):
    """A pack to issue."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"board": "silver", "seen": 0}]})
    board: str = Field(max_length=20, description=f"The board: {BOARDS}.")
    seen: Annotated[int, Whole(0, 2**31 - 1)] = Field(
        description="As the draft gave it: `stale` where another was issued since."
    )


@operation(
    router, "GET", "/figures", rules.SEE, "none", answers={200: answers.FigureList}, summary="List figures over time",
)  # fmt: skip
def list_figures(request: HttpRequest) -> answers.FigureList:  # noqa: ARG001 - the same for all who may ask
    """Every figure with how it stands against chance, those that changed for the worse first. Aggregates, of nobody's record."""
    found = [answers.FigureBrief.model_validate(series_told(one)) for one in queries.every()]
    return answers.FigureList(figures=found)


@operation(
    router, "GET", "/figures/{str:code}", rules.SEE, "none", answers={200: answers.FigureWhole}, summary="Read a figure's history",
)  # fmt: skip
def read_figure(request: HttpRequest, code: FigureCode) -> answers.FigureWhole:  # noqa: ARG001 - the same for all who may ask
    """Its values with the limits of its control chart, the rules they break, what was noted, and the figure as of now."""
    found = queries.one(code)
    if found is None:
        raise NotThere(rules.NO_SERIES)
    now = figure_told(queries.figure(found.series, database_now(connection)))
    return answers.FigureWhole.model_validate({**series_told(found), "figure": now})


@operation(
    router, "POST", "/figures/{str:code}/notes", rules.NOTE, "collection",
    answers={201: answers.FigureNoted}, summary="Note something on a figure's history",
)  # fmt: skip
def note_on_figure(request: HttpRequest, code: FigureCode, key: Key, given: NoteGiven) -> Status[answers.FigureNoted]:
    """Keeps the note once, with the name of whoever made it. It stands on the chart and in packs, and is never changed."""
    made = actions.annotate(staff(request), code, key=key, day=given.day, words=given.words, anew=given.anew)
    return Status(201, answers.FigureNoted(id=made.pk))


@operation(router, "GET", "/packs", rules.READ, "consultation", answers={200: answers.PackList}, summary="List packs")
def list_packs(request: HttpRequest, page: PageNumber = 1) -> answers.PackList:
    """Packs that were issued and that this user's role reads, the newest first, fifty to a page."""
    user = staff(request)
    pages = Paginator(queries.packs(user), PAGE)
    here: list[Pack] = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    record_consultation(user, rules.READ, [("pack", str(one.pk)) for one in here])
    return answers.PackList(page=page, pages=pages.num_pages, total=pages.count, packs=[_brief(one) for one in here])


@operation(
    router, "POST", "/packs", rules.ISSUE, "collection", answers={201: answers.PackBrief}, summary="Issue a pack",
)  # fmt: skip
def issue_pack(request: HttpRequest, key: Key, given: IssueGiven) -> Status[answers.PackBrief]:
    """Freezes what the board's pack says now under its digest. `stale` where another was issued since the draft: nothing is issued twice."""
    made = actions.issue(staff(request), given.board, key=key, seen=given.seen)
    return Status(201, _brief(made))


@operation(
    router, "GET", "/packs/drafts/{str:board}", rules.ISSUE, "consultation", answers={200: answers.PackDraft}, summary="Read the draft of a pack",
)  # fmt: skip
def read_pack_draft(request: HttpRequest, board: Board) -> answers.PackDraft:
    """What would be issued now, for a board that this user issues for."""
    user: Staff = staff(request)
    kind = rules.packs().get(board)
    if kind is None or not user.seat.codes & kind.issue:
        raise NotThere(rules.NO_PACK)
    record_consultation(user, rules.ISSUE, [("board", board)])
    content = compose(kind, user, database_now(connection))
    before = content["pack"]["before"]
    return answers.PackDraft(board=board, seen=before["number"] if before else 0, content=content)


@operation(
    router, "GET", "/packs/{int:pack_id}", rules.READ, "consultation", answers={200: answers.PackShown}, summary="Read a pack",
)  # fmt: skip
def read_pack(request: HttpRequest, pack_id: PackId) -> answers.PackShown:
    """A pack as it was issued; `sha256` is that of its content as canonical JSON."""
    user = staff(request)
    found = queries.packs(user).filter(pk=pack_id).first()
    if found is None:
        raise NotThere(rules.NO_PACK)
    record_consultation(user, rules.READ, [("pack", str(found.pk))])
    return answers.PackShown(**_brief(found).model_dump(), content=found.content)


def _brief(one: Pack) -> answers.PackBrief:
    return answers.PackBrief(
        id=one.pk, board=one.board, number=one.number, by=one.by.name, at=one.at, sha256=one.sha256
    )

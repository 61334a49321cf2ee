"""Operations that list incidents: the board, one's own, and finding by reference."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router

from goldthread.accounts.models import Team
from goldthread.accounts.queries import areas
from goldthread.accounts.routes import staff
from goldthread.assessment.modes import view
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid
from goldthread.contact import choices
from goldthread.desk.presenters import by_reference
from goldthread.desk.queries import PAGE, Filters, board, counts, own
from goldthread.desk.rows import rows
from goldthread.desk.strip import WANTS
from goldthread.integration.api import answers_lists as answers
from goldthread.integration.api import shown
from goldthread.integration.api.fields import LARGEST_ID, Coded, InForce, PageNumber
from goldthread.integration.api.operations import operation
from goldthread.response.grades import every_grade

router = Router(tags=["Lists"])
MOST_FOUND = 20
GRADES = [("none", "Not graded yet"), *((code, code) for code in every_grade())]


@operation(
    router, "GET", "/board", "board.see", "consultation", answers={200: answers.Board}, summary="Read the board",
)  # fmt: skip
def read_board(
    request: HttpRequest,
    page: PageNumber = 1,
    area: Annotated[
        Annotated[str, InForce("areas")] | None,
        Query(max_length=40, description="Only this area, and what has none yet."),
    ] = None,
    team: Annotated[
        int | None,
        Query(ge=1, le=LARGEST_ID, description="Only what this team opened, owns or is handed, by its `id`."),
    ] = None,
    grade: Annotated[Annotated[str, Coded.of(GRADES)] | None, Query(description="Only this grade.")] = None,
    child: Annotated[
        Annotated[str, Coded.of(choices.CHILD_INVOLVED)] | None,
        Query(description="Only where a child is, may be, or is not involved."),
    ] = None,
    owner: Annotated[
        Annotated[str, Coded.of([("me", "Mine"), ("team", "My team's")])] | None,
        Query(description="Only those that this user owns, or somebody of their team, or its desk."),
    ] = None,
    needs: Annotated[
        Annotated[str, Coded.of(WANTS)] | None, Query(description="Only where this wants somebody.")
    ] = None,
    overdue: Annotated[bool, Query(description="Only those whose time has passed and that nobody attended.")] = False,
) -> answers.Board:
    """Every open incident in this user's sight, a hundred to a page, in the board's order, and why each stands where it
    stands. The counts are over all of them, whatever is filtered. That this user opened the board is put on record.
    """
    user, now = staff(request), database_now(connection)
    if area is not None and area not in areas():
        raise Invalid({"area": "Choose an area from the list."})
    if team is not None and not Team.objects.filter(pk=team).exists():
        raise Invalid({"team": "There is no such team. Choose one from the list of teams."})
    asked = {
        "area": area,
        "team": team,
        "grade": grade,
        "child": child,
        "owner": owner,
        "overdue": overdue,
        "needs": needs,
    }
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    found = board(user, Filters(**given), now)
    listed, part = _page(found, page)
    record_consultation(user, "board.see", [], page=page, filters=sorted(given))
    return answers.Board(
        **listed,
        counts=answers.Counts(**counts(user, now)),
        rows=[shown.row(one) for one in rows(part, now, view(user))],
    )


@operation(
    router, "GET", "/my/incidents", "incident.see", "consultation",
    answers={200: answers.Incidents}, summary="List my incidents",
)  # fmt: skip
def list_own(request: HttpRequest, page: PageNumber = 1) -> answers.Incidents:
    """Incidents this user opened, wrote in, owned or attended and may see: open ones first, newest first, a hundred to a
    page. That this user saw them is put on record.
    """
    user = staff(request)
    listed, part = _page(own(user), page)
    found = list(part)
    record_consultation(user, "incident.list", [("incident", str(one.pk)) for one in found])
    return answers.Incidents(**listed, incidents=shown.briefs(found, user))


@operation(
    router, "GET", "/incidents/find", "incident.see", "consultation",
    answers={200: answers.Found}, summary="Find by reference",
)  # fmt: skip
def find_incidents(
    request: HttpRequest,
    reference: Annotated[
        str,
        Query(
            min_length=1, max_length=40, pattern=r"\S", examples=["0417"],
            description="A reference, or the digits that end it.",
        ),
    ],
) -> answers.Found:  # fmt: skip
    """Incidents in this user's sight whose reference is, or ends with, what was asked; newest first, at most twenty. That
    this user saw them is put on record.
    """
    user = staff(request)
    found = list(by_reference(user, reference.strip())[:MOST_FOUND])
    record_consultation(user, "incident.find", [("incident", str(one.pk)) for one in found])
    return answers.Found(incidents=shown.briefs(found, user))


def _page(found: QuerySet[Any], number: int) -> tuple[dict[str, int], QuerySet[Any]]:
    """What a list says of itself, and the rows of one page; a page after the last is empty, since lists shrink."""
    pages = Paginator(found, PAGE)
    part = found[(number - 1) * PAGE : number * PAGE]
    return {"page": number, "pages": pages.num_pages, "total": pages.count}, part

"""Pages of the Commissioner's space: what is published, an edition, and for the force what would be issued next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_disclosure
from goldthread.clocks.db import database_now
from goldthread.commissioner import actions, forms, letter_queries, printed, queries
from goldthread.commissioner.actions import ISSUE, NO_TABLE, SEE
from goldthread.commissioner.catalogue import Table, ended, tables
from goldthread.commissioner.models import TableEdition
from goldthread.commissioner.status import status
from goldthread.config.errors import Refused
from goldthread.documents.described import Document
from goldthread.documents.pdf import pdf
from goldthread.web.forms import carried_out

NO_EDITION = "There is no such edition."
LARGEST = 2**31 - 1


@route(SEE, "none", why="aggregates that were issued, of nobody's record")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is published, and what of it is due."""
    now = database_now(connection)
    context = {
        "now": now,
        "standings": queries.standings(now),
        "letters": letter_queries.owed(status()),
        "issues": staff(request).can(ISSUE),
    }
    return render(request, "commissioner/home.jinja", context)


@route(SEE, "none", why="aggregates that were issued, of nobody's record")
@require_safe
def table(request: HttpRequest, table: str) -> HttpResponse:
    """A table: its newest edition, and the way to the others."""
    one = _table(table)
    found = queries.newest(table)
    return _edition(request, one, found)


@route(SEE, "none", why="aggregates that were issued, of nobody's record")
@require_safe
def edition(request: HttpRequest, table: str, number: int) -> HttpResponse:
    """One edition as it was issued."""
    return _edition(request, _table(table), _found(table, number))


@route(SEE, "disclosure")
@require_safe
def printed_file(request: HttpRequest, table: str, number: int) -> HttpResponse:
    """One edition as a file to keep or hand on."""
    _table(table)
    found = _found(table, number)
    name = printed.file_name(found.content, table, number)
    made = pdf(_document(found))
    record_disclosure(staff(request), SEE, [("table-edition", str(found.pk))], file=name, sha256=found.sha256)
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@route(ISSUE, "none", why="aggregates, of nobody's record")
@require_safe
def draft(request: HttpRequest, table: str) -> HttpResponse:
    """What would be issued of a table, as it would be."""
    return _draft(request, _table(table))


@route(ISSUE, "disclosure")
@require_POST
def issue(request: HttpRequest, table: str) -> HttpResponse:
    """Issue it as it was seen."""
    one, user = _table(table), staff(request)
    form = forms.IssueForm(request.POST)
    made: list[TableEdition] = []

    def act(given: dict[str, Any]) -> None:
        made.append(actions.issue(user, table, key=given["key"], until=given["until"], seen=given["seen"]))

    if carried_out(form, act):
        messages.success(request, f"Edition {made[0].number} was issued. The Commissioner's office sees it now.")
        return redirect("commissioner:edition", table, made[0].number)
    return _draft(request, one, failed=form, status=422)


def _table(code: str) -> Table:
    if code not in tables():
        raise Http404(NO_TABLE)
    return tables()[code]


def _found(table: str, number: int) -> TableEdition:
    found = queries.edition(table, number) if number <= LARGEST else None
    if found is None:
        raise Http404(NO_EDITION)
    return found


def _document(found: TableEdition) -> Document:
    force = settings.ENV.force_name
    return printed.document(found.content, digest=found.sha256, at=found.at, force=force, office=found.office)


def _edition(request: HttpRequest, one: Table, found: TableEdition | None) -> HttpResponse:
    context = {
        "table": one,
        "edition": found,
        "others": queries.editions(one.code),
        "document": _document(found) if found else None,
        "issues": staff(request).can(ISSUE),
    }
    return render(request, "commissioner/table.jinja", context)


def _draft(
    request: HttpRequest, one: Table, *, failed: forms.IssueForm | None = None, status: int = 200
) -> HttpResponse:
    now = database_now(connection)
    context: dict[str, Any] = {"now": now, "table": one, "failed": failed, "document": None, "why": ""}
    try:
        made = queries.draft(one, _until(request, one), now)
    except Refused as error:
        context["why"] = str(error)
        return render(request, "commissioner/draft.jinja", context, status=status if failed else 200)
    context |= {
        "form": forms.IssueForm(initial={"until": made.until, "seen": made.sha256}),
        "document": printed.document(
            made.content, digest=made.sha256, at=now, force=settings.ENV.force_name, office="", draft=True
        ),
    }
    return render(request, "commissioner/draft.jinja", context, status=status)


def _until(request: HttpRequest, one: Table) -> date:
    """The day asked for, or the end of the last period that has ended."""
    given = request.POST.get("until") or request.GET.get("until") or ""
    try:
        return date.fromisoformat(given)
    except ValueError:
        return ended(one.by, database_now(connection), 1)[0].last

"""Pages of coaching notes: those for oneself, one of them, and those one has left."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.supervision import coaching_actions, coaching_queries, forms
from goldthread.supervision.coaching_models import CoachingNote
from goldthread.web.forms import carried_out
from goldthread.web.paging import page_links

PAGE = 50
READS, LEAVES = coaching_queries.READS, coaching_queries.LEAVES


@route(READS, "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Notes to the person who asks, newest first; their words come with the opening of each."""
    return _list(request, coaching_queries.notes_to(staff(request)), "supervision/notes.jinja")


@route("signed-in", "consultation")
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Notes the person who asks has left, and whether each was opened and answered.

    Who left some while acting in a senior role reads them after it ended; to nobody else is the page open without the verb.
    """
    user = staff(request)
    if not (user.can(LEAVES) or coaching_queries.has_left(user)):
        raise PermissionDenied(f"Your role, {user.seat.name}, may not do this.")
    return _list(request, coaching_queries.notes_by(user), "supervision/notes_left.jinja")


@route(READS, "consultation")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many notes to oneself wait unopened: what the navigation shows. Nobody's record."""
    return JsonResponse({"count": coaching_queries.unread(staff(request)), "over": 0})


@route(READS, "consultation")
@require_safe
def note(request: HttpRequest, note_id: int) -> HttpResponse:
    """One note to oneself; opening it tells its author that it was seen."""
    return _note(request, note_id)


@route(READS, "collection")
@require_POST
def answer(request: HttpRequest, note_id: int) -> HttpResponse:
    """Answer a note to oneself."""
    form = forms.NoteAnswerForm(request.POST)
    if carried_out(form, lambda given: coaching_actions.answer(staff(request), note_id, words=given["words"])):
        messages.success(request, "Answered.")
        return redirect("supervision:coaching_note", note_id)
    return _note(request, note_id, form=form, status=422)


def _list(request: HttpRequest, notes: Any, template: str) -> HttpResponse:
    found = Paginator(notes, PAGE)
    page = found.get_page(request.GET.get("page"))
    here: list[CoachingNote] = list(page.object_list)
    record_consultation(staff(request), "coaching.list", [("coaching", str(one.pk)) for one in here])
    context = {
        "now": database_now(connection),
        "notes": here,
        "page": page_links(request, page, "note"),
        "places": coaching_queries.places(staff(request), here),
        "left": coaching_queries.has_left(staff(request)),
    }
    return render(request, template, context)


def _note(
    request: HttpRequest, note_id: int, *, form: forms.NoteAnswerForm | None = None, status: int = 200
) -> HttpResponse:
    user = staff(request)
    try:
        coaching_actions.opened(user, note_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    found = coaching_queries.notes_to(user).get(pk=note_id)
    context = {"now": database_now(connection), "note": found, "form": form or forms.NoteAnswerForm()}
    return render(request, "supervision/note.jinja", context, status=status)

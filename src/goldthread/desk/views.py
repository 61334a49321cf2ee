"""The desk's pages; each declares who may use it and which duty it performs."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.assessment.marking import REASONS
from goldthread.assessment.modes import shown, view
from goldthread.assessment.queries import newest_reading
from goldthread.assessment.reading import reader
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.models import Incident
from goldthread.contact.querysets import ENDS_AT_CLOSING, one
from goldthread.contact.work import NOT_THERE
from goldthread.desk import beyond, drafts, forms, presenters
from goldthread.desk import typing as along_typing
from goldthread.desk.board import OF_READER
from goldthread.desk.commands import answer, ensure_open
from goldthread.desk.marks import Mark, marks_of
from goldthread.desk.noticing import Noticed, along, noticed, withheld
from goldthread.desk.pages import DISPLAYS, TYPED_WORDS, now, seen_record, whole_page
from goldthread.desk.queries import PAGE, Filters, asked_of, boards, counts, own, snapshot, waits
from goldthread.desk.queries import board as board_rows
from goldthread.desk.record import Record
from goldthread.desk.rows import rendered, rows
from goldthread.desk.strip import WANTS, strip
from goldthread.desk.timeline import said
from goldthread.response.grades import grades_on
from goldthread.web.addresses import stream_origin
from goldthread.web.paging import page_links

WHOSE = ("area", "team")
"""Filters that say whose board it is seen as."""
WALL = 10
"""Waits that the room's screen shows."""


@route("incident.open", "none")
@require_safe
def contact_new(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """A new contact: its address is its identity, so that a reload or a doubled send makes nothing twice."""
    return redirect("desk:call", uuid.uuid4())


@route("incident.open", "consultation")
@require_safe
def call(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """The contact page: empty before the first key, live from then on."""
    return whole_page(request, staff(request), incident_id)


@route("incident.open", "collection")
@require_POST
def call_open(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Open the incident at the first key and answer with its ribbon; the box being typed in is not touched."""
    user = staff(request)
    stood_before = Incident.objects.filter(pk=incident_id).exists()
    try:
        ensure_open(request, user, incident_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        return render(request, "desk/_problem.jinja", {"say": str(error)}, status=422)
    incident = one(user, "incident.see", incident_id)
    if incident is None:
        raise Http404("No such incident.")
    if stood_before:
        record_consultation(user, "incident.see", [("incident", str(incident_id))])
    return answer(request, incident_id, seen_record(user, incident), [], DISPLAYS)


@route("incident.see", "consultation")
@require_safe
def incident(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """The incident's page: ribbon, timeline, what was noticed, assessments, and what this person may do."""
    return whole_page(request, staff(request), incident_id)


@route("entry.add", "collection")
@require_POST
def typing(request: HttpRequest, incident_id: uuid.UUID) -> JsonResponse:
    """Keep what is typed and not sent, and answer with what the reader finds in it and in all that was said."""
    user = staff(request)
    # What somebody typed is kept for them also when the incident is closed meanwhile; it is read along no more.
    incident = one(user, "entry.add", incident_id, closed_too=True)
    if incident is None and (not user.can("incident.open") or Incident.objects.filter(pk=incident_id).exists()):
        raise Http404(NOT_THERE)
    answer: dict[str, Any]
    try:
        typed = along_typing.parsed(request.body)
        kept = drafts.store(user, incident_id, typed.base, typed.fields, asks=typed.asks)
    except Stale:  # no error: the page tells its own save, whose answer was lost, from another window's
        held = drafts.load(user, incident_id)
        there = {"revision": held.revision, "fields": held.fields} if held else {"revision": 0, "fields": {}}
        return JsonResponse({"elsewhere": True, **there})
    except Invalid as error:
        return JsonResponse({"say": str(error)}, status=422)
    if not typed.asks:
        _stay_signed_in(request, kept.at)
    if incident is not None and incident.closed_at and ENDS_AT_CLOSING.issuperset(user.seat.scopes("entry.add")):
        return JsonResponse({"revision": kept.revision, "marks": [], "have": typed.have})
    text = typed.fields.get(TYPED_WORDS, "")
    reader_is = shown(user, incident)
    if not reader_is.readings or reader_is.standing.mode == "off":
        record = Record(incident, user) if incident is not None else None
        column = record.noticed if record is not None else withheld(reader_is)
        answer = {"revision": kept.revision, "marks": [], "have": column.mark, "path": ""}
        if column.mark != typed.have:  # the mode has just changed: what this page showed of a reading goes with it
            answer |= _column(request, incident, incident_id, column, kept.at)
            if record is not None:
                answer["said"] = _said(request, record, kept.at)
        return JsonResponse(answer)
    found, texts = along(kept.said if incident is not None else [], text, "pause" if typed.full else "fast")
    if found.get("look") == "long" and incident is not None and not text.strip():  # all is added: its job reads it
        stored = newest_reading(incident)
        found = vars(stored) if stored is not None and stored.path == "full" else {**found, "look": "first"}
    found = along_typing.with_held(found, texts, typed.held)
    column = noticed(incident, found, texts, kept.answers if incident is not None else {})
    answer = {
        "revision": kept.revision,
        "marks": along_typing.marks(found, text),
        "have": column.mark,
        "path": found.get("path", ""),
    }
    if found.get("look") == "first":
        answer["coming"] = True
    if (to_hold := along_typing.held(found, texts)) is not None:
        answer["held"] = to_hold.to_json()
    if column.mark != typed.have:
        answer |= _column(request, incident, incident_id, column, kept.at)
    if incident is not None and kept.said and found.get("path") == "full":
        # What was said before had its first look only when this page was drawn.
        record = Record(incident, user)
        answer["said"] = _said(request, record, kept.at, marks_of(found["findings"], record.texts, reader()))
    return JsonResponse(answer)


def _column(
    request: HttpRequest, incident: Incident | None, incident_id: uuid.UUID, column: Noticed, at: datetime
) -> dict[str, Any]:
    """The reader's column as the page draws it anew, and what a screen reader says of it."""
    context = {"noticed": column, "incident": incident, "incident_id": incident_id, "reasons": REASONS, "now": at}
    return {
        "noticed": render_to_string("desk/_noticed.jinja", context, request),
        "say": along_typing.told(column),
    }


def _said(request: HttpRequest, record: Record, at: datetime, marks: list[Mark] | None = None) -> str:
    """What was said, as the page draws it anew."""
    context = {"incident": record.incident, "said": said(record, marks), "now": at}
    return render_to_string("desk/_said.jinja", context, request)


@route("board.see", "consultation")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The live board: every open incident in this person's sight, in an explained order; or that of an area or a team, as far
    as they see it. With ``part``, what a filtered board asks for anew: the strip and the rows.
    """
    user = staff(request)
    given, whose, named = _filters(request)
    mark = snapshot()  # taken first: whatever commits from here on comes again by the stream
    at = now()
    counted = counts(user, at, Filters(**whose))
    shown = board_rows(user, Filters(**given), at)
    pages = Paginator(shown, PAGE)
    if given == whose:
        pages.count = counted["open"]  # counted already: the strip counts every row in sight
    page = pages.get_page(request.GET.get("page"))
    record_consultation(user, "board.see", [], page=page.number, filters=sorted(given))
    context = {
        "now": at,
        "rows": [rendered(row) for row in rows(shown[(page.number - 1) * PAGE : page.number * PAGE], at, view(user))],
        "strip": strip(counted, urlencode(whose)),
        "filters": given,
        "whose": named,
        "wants": [one for one in WANTS if view(user).of != "none" or one[0] not in OF_READER],
        "boards": boards(user),
        "grades": [(one.code, one.name) for one in grades_on(at.date()).values()],
        "page": page_links(request, page, "incident"),
        "stream": f"{stream_origin(request)}/board",
        "mark": mark,
        "live_rows": not given and page.number == 1,
    }
    return render(request, "desk/_board.jinja" if "part" in request.GET else "desk/board.jinja", context)


@route("board.see", "consultation")
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """For the room's screen: the strip, large, and the ten longest waits, of an area or a team where the address names one;
    with ``part``, those alone.
    """
    user, at = staff(request), now()
    _given, whose, named = _filters(request)
    asked = Filters(**whose)
    record_consultation(user, "board.see", [], wall=True, filters=sorted(whose))
    context = {
        "now": at,
        "strip": strip(counts(user, at, asked)),
        "rows": rows(waits(user, asked)[:WALL], at, view(user)),
        "boards": boards(user),
        "filters": whose,
        "whose": named,
    }
    return render(request, "desk/_wall.jinja" if "part" in request.GET else "desk/wall.jinja", context)


@route("incident.see", "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Incidents this person opened, wrote in, owned or attended, and a sergeant those the team's units attended; open ones first, newest first."""
    user = staff(request)
    pages = Paginator(own(user), PAGE)
    page = pages.get_page(request.GET.get("page"))
    record_consultation(user, "incident.list", [("incident", str(one.pk)) for one in page.object_list])
    at = now()
    context = {
        "now": at,
        "incidents": presenters.listed(list(page.object_list), user),
        "page": page_links(request, page, "incident"),
        **beyond.own(user, at),
    }
    return render(request, "desk/mine.jinja", context)


@route("incident.see", "consultation")
@require_safe
def mine_count(request: HttpRequest) -> HttpResponse:
    """In how many of one's own a supervisor's question waits: what the navigation shows. Nobody's record."""
    return JsonResponse(asked_of(staff(request)))


@route("incident.see", "consultation")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Open an incident by its reference, or by the digits that end it."""
    user = staff(request)
    asked = request.GET.get("q", "").strip()[:40]
    found = list(presenters.by_reference(user, asked)[:20]) if asked else []
    record_consultation(user, "incident.find", [("incident", str(one.pk)) for one in found])
    if len(found) == 1:
        return redirect("desk:incident", found[0].pk)
    return render(
        request, "desk/find.jinja", {"now": now(), "asked": asked, "incidents": presenters.listed(found, user)}
    )


def _stay_signed_in(request: HttpRequest, at: datetime) -> None:
    """A sign-in never ends while somebody types: its twelve hours begin anew, written down every ten minutes."""
    minute = int(at.timestamp()) // 600
    if request.session.get("typing") != minute:
        request.session["typing"] = minute


def _filters(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The filters asked for, those of them that say whose board it is, and that in words; empty where it is one's own.

    A value that does not exist shows everything rather than nothing.
    """
    asked = forms.FilterForm(request.GET)
    asked.is_valid()
    found = {name: value for name, value in asked.cleaned_data.items() if value}
    named = " and ".join(str(found[name]) for name in WHOSE if name in found)
    given = {name: getattr(value, "pk", value) for name, value in found.items()}
    return given, {name: given[name] for name in WHOSE if name in given}, named

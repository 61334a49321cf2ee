"""The desk's pages and the commands they send; each declares who may use it and which duty it performs."""

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

from goldthread.accounts.routes import route
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.elements import elements_on
from goldthread.assessment.marking import REASONS
from goldthread.assessment.rules import Draft
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.querysets import ENDS_AT_CLOSING, one
from goldthread.contact.rules import ChildGiven
from goldthread.contact.work import NOT_THERE
from goldthread.desk import drafts, forms, presenters
from goldthread.desk import typing as along_typing
from goldthread.desk.commands import answer, ensure_open, run, staff
from goldthread.desk.noticing import along, noticed
from goldthread.desk.pages import DISPLAYS, TYPED_WORDS, now, seen_record, whole_page
from goldthread.desk.queries import PAGE, Filters, counts, own, snapshot
from goldthread.desk.queries import board as board_rows
from goldthread.desk.rows import rendered, rows
from goldthread.desk.strip import strip
from goldthread.response import actions as response
from goldthread.response.grades import grades_on
from goldthread.web.addresses import stream_origin


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
    try:
        typed = along_typing.parsed(request.body)
        revision, at = drafts.store(user, incident_id, typed.base, typed.fields)
    except Stale as error:
        held = drafts.load(user, incident_id)
        there = {"revision": held.revision, "fields": held.fields} if held else {"revision": 0, "fields": {}}
        return JsonResponse({"say": str(error), **there}, status=409)
    except Invalid as error:
        return JsonResponse({"say": str(error)}, status=422)
    _stay_signed_in(request, at)
    if incident is not None and incident.closed_at and user.seat.scope("entry.add") in ENDS_AT_CLOSING:
        return JsonResponse({"revision": revision, "marks": [], "have": typed.have})
    text = typed.fields.get(TYPED_WORDS, "")
    found, texts = along(incident, text)
    shown = noticed(incident, found, texts)
    answer: dict[str, Any] = {"revision": revision, "marks": along_typing.marks(found, text), "have": shown.mark}
    if shown.mark != typed.have:
        context = {"noticed": shown, "incident": incident, "incident_id": incident_id, "reasons": REASONS, "now": at}
        answer["noticed"] = render_to_string("desk/_noticed.jinja", context, request)
        answer["say"] = along_typing.told(shown)
    return JsonResponse(answer)


@route("mark.answer", "collection")
@require_POST
def mark(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Answer the reader's marks of one cue."""
    return run(
        request,
        incident_id,
        forms.MarkForm(request.POST),
        lambda user, pk, given: answer_mark(
            user,
            pk,
            key=given["key"],
            cue=given["cue"],
            answer=given["answer"],
            reason=given["reason"],
            facts=given["facts"],
            quote=given["quote"],
            shown_ms=given["shown_ms"],
        ),
    )


@route("entry.add", "collection")
@require_POST
def words(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.WordsForm(request.POST),
        lambda user, pk, given: contact.add_words(
            user, pk, key=given["key"], source=given["source"], text=given["text"], occurred_at=given["occurred_at"]
        ),
    )


@route("entry.add", "alteration")
@require_POST
def particular(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.ParticularForm(request.POST),
        lambda user, pk, given: contact.set_particular(
            user, pk, key=given["key"], kind=given["kind"], text=given["text"]
        ),
    )


@route("entry.add", "alteration")
@require_POST
def area(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.AreaForm(request.POST),
        lambda user, pk, given: contact.set_area(user, pk, key=given["key"], area=given["area"]),
    )


@route("children.answer", "collection")
@require_POST
def children(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    def act(user: Any, pk: uuid.UUID, given: dict[str, Any]) -> None:
        contact.answer_children(user, pk, key=given["key"], answer=given["answer"], given=_children(given))

    return run(request, incident_id, forms.ChildrenForm(request.POST), act)


@route("thrive.write", "collection")
@require_POST
def thrive(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    day = now().date()

    def act(user: Any, pk: uuid.UUID, given: dict[str, Any]) -> None:
        texts = {element.code: given[element.code] for element in elements_on(day)}
        write_thrive(
            user, pk, key=given["key"], draft=Draft(texts, given["interim"], given["advice"], given["based_on"])
        )

    return run(request, incident_id, forms.ThriveForm(request.POST, day=day), act)


@route("grade.choose", "alteration")
@require_POST
def grade(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    every = [(one.code, one.name) for one in grades_on(now().date()).values()]

    def act(user: Any, pk: uuid.UUID, given: dict[str, Any]) -> None:
        reasons = {"why": given["why"], "why_not_above": given["why_not_above"]}
        if "explain" in request.POST:
            response.explain_grade(user, pk, key=given["key"], **reasons)
        else:
            response.choose_grade(user, pk, key=given["key"], code=given["grade"], **reasons)

    return run(request, incident_id, forms.GradeForm(request.POST, choices_now=every), act)


@route("supervisor.call", "alteration")
@require_POST
def supervisor(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Call a supervisor to the incident."""
    return run(
        request,
        incident_id,
        forms.SupervisorForm(request.POST),
        lambda user, pk, given: response.call_supervisor(user, pk, key=given["key"]),
    )


@route("supervisor.answer", "alteration")
@require_POST
def supervisor_came(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Say, as the supervisor who was called, that one is here."""
    return run(
        request,
        incident_id,
        forms.SupervisorForm(request.POST),
        lambda user, pk, given: response.answer_supervisor(user, pk, key=given["key"]),
    )


@route("unit.allocate", "alteration")
@require_POST
def allocate(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    user = staff(request)
    found = one(user, "unit.allocate", incident_id)
    units = presenters.units(user) if found else []

    def act(user: Any, pk: uuid.UUID, given: dict[str, Any]) -> None:
        if given["unit"] is None:
            raise Invalid({"unit": "Choose a unit from the list."})
        response.allocate(user, pk, key=given["key"], unit_id=given["unit"])

    return run(request, incident_id, forms.AllocateForm(request.POST, units=units), act)


@route("unit.allocate", "alteration")
@require_POST
def arrive(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.ArriveForm(request.POST),
        lambda user, pk, given: response.record_arrival(
            user, pk, key=given["key"], allocation_id=given["allocation"], source=given["source"], at=given["at"]
        ),
    )


@route("unit.allocate", "alteration")
@require_POST
def leave(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.LeaveForm(request.POST),
        lambda user, pk, given: response.record_leaving(user, pk, key=given["key"], allocation_id=given["allocation"]),
    )


@route("owner.take", "alteration")
@require_POST
def take(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.TakeForm(request.POST),
        lambda user, pk, given: response.take_over(user, pk, key=given["key"]),
    )


@route("incident.close", "alteration")
@require_POST
def close(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.CloseForm(request.POST),
        lambda user, pk, given: response.close(
            user, pk, key=given["key"], reason=given["reason"], result=given["result"]
        ),
    )


@route("board.see", "consultation")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The live board: every open incident in this person's sight, in an explained order."""
    user = staff(request)
    given = _filters(request)
    mark = snapshot()  # taken first: whatever commits from here on comes again by the stream
    at = now()
    counted = counts(user, at)
    shown = board_rows(user, Filters(**given), at)
    pages = Paginator(shown, PAGE)
    if not given:
        pages.count = counted["open"]  # counted already: the strip counts every row in sight
    page = pages.get_page(request.GET.get("page"))
    record_consultation(user, "board.see", [], page=page.number, filters=sorted(given))
    context = {
        "now": at,
        "rows": [rendered(row) for row in rows(shown[(page.number - 1) * PAGE : page.number * PAGE], at)],
        "strip": strip(counted),
        "filters": given,
        "areas": _areas(user),
        "grades": [(one.code, one.name) for one in grades_on(at.date()).values()],
        "page": page_links(request, page, pages),
        "stream": f"{stream_origin(request)}/board",
        "mark": mark,
        "live_rows": not given and page.number == 1,
    }
    return render(request, "desk/board.jinja", context)


@route("incident.see", "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Incidents this person opened, wrote in, owned or attended; open ones first, newest first."""
    user = staff(request)
    pages = Paginator(own(user), PAGE)
    page = pages.get_page(request.GET.get("page"))
    record_consultation(user, "incident.list", [("incident", str(one.pk)) for one in page.object_list])
    context = {
        "now": now(),
        "incidents": presenters.listed(list(page.object_list)),
        "page": page_links(request, page, pages),
    }
    return render(request, "desk/mine.jinja", context)


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
    return render(request, "desk/find.jinja", {"now": now(), "asked": asked, "incidents": presenters.listed(found)})


def _stay_signed_in(request: HttpRequest, at: datetime) -> None:
    """A sign-in never ends while somebody types: its twelve hours begin anew, written down every ten minutes."""
    minute = int(at.timestamp()) // 600
    if request.session.get("typing") != minute:
        request.session["typing"] = minute


def page_links(request: HttpRequest, page: Any, pages: Paginator[Any]) -> dict[str, Any]:
    """The pager's values with addresses that keep the filters."""

    def address(number: int) -> str:
        kept = {name: value for name, value in request.GET.items() if name != "page"}
        return f"{request.path}?{urlencode({**kept, 'page': number})}"

    return {
        "number": page.number,
        "pages": pages.num_pages,
        "total": pages.count,
        "what": "incidents",
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
    }


def _filters(request: HttpRequest) -> dict[str, Any]:
    """The filters asked for; one that does not exist shows everything rather than nothing."""
    asked = forms.FilterForm(request.GET)
    asked.is_valid()
    return {name: value for name, value in asked.cleaned_data.items() if value}


def _areas(user: Any) -> list[str]:
    if user.area:
        return [user.area]
    return list(
        Incident.objects.open()
        .visible_to(user)
        .exclude(area="")
        .values_list("area", flat=True)
        .distinct()
        .order_by("area")
    )


def _children(given: dict[str, Any]) -> list[ChildGiven]:
    """The rows of the children form. A new child gets an identity that follows from the form's key and its row."""
    return [
        ChildGiven(
            str(row["child"] or uuid.uuid5(given["key"], f"child {number}")),
            row["name"],
            row["age"],
            row["age_estimated"],
            row["where_now"],
            row["last_seen_by"],
            row["seen"] or "not_known",
            row["born"],
            row["last_seen_when"],
        )
        for number, row in enumerate(given["children"])
    ]

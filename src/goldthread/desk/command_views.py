"""The commands that an incident's page sends; each declares who may use it and which duty it performs."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from goldthread.accounts.routes import route, staff
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.elements import elements_on
from goldthread.assessment.rules import Draft
from goldthread.config.errors import Invalid
from goldthread.contact import actions as contact
from goldthread.contact.querysets import one
from goldthread.contact.rules import ChildGiven
from goldthread.desk import forms
from goldthread.desk.commands import run
from goldthread.desk.pages import now
from goldthread.desk.unit_rows import Choice, to_choose
from goldthread.response import actions as response
from goldthread.response.grades import grades_on
from goldthread.response.request_actions import ask_close
from goldthread.response.rules import Taken


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
        draft = Draft(texts, given["interim"], given["advice"], given["based_on"], given["seen"])
        write_thrive(user, pk, key=given["key"], draft=draft)

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
    choice = to_choose(user) if found else Choice()

    def act(user: Any, pk: uuid.UUID, given: dict[str, Any]) -> None:
        if given["unit"] is None:
            raise Invalid({"unit": "Choose a unit from the list."})
        response.allocate(user, pk, key=given["key"], unit_id=given["unit"], committed=given["held"])

    return run(request, incident_id, forms.AllocateForm(request.POST, choice=choice), act)


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
    """Take it over. Where another took it first, the form comes back ready to take it from them."""
    sent = request.POST.copy()
    form = forms.TakeForm(sent)

    def act(user: Any, pk: uuid.UUID, given: dict[str, Any]) -> None:
        try:
            response.take_over(user, pk, key=given["key"], holder=given["owner_id"])
        except Taken as error:
            sent["owner_id"] = str(error.holder)
            raise

    return run(request, incident_id, form, act)


@route("incident.close", "alteration")
@require_POST
def close(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Close, or ask a second person to."""
    do = ask_close if "ask" in request.POST else response.close
    return run(
        request,
        incident_id,
        forms.CloseForm(request.POST),
        lambda user, pk, given: do(user, pk, key=given["key"], reason=given["reason"], result=given["result"]),
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
            row["version"] or 0,
        )
        for number, row in enumerate(given["children"])
    ]

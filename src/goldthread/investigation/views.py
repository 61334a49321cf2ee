"""Pages of investigation: the list, and one investigation with everything that is answered there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation, record_disclosure
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.desk import drafts, pages
from goldthread.desk.record import Record
from goldthread.documents.pdf import pdf
from goldthread.investigation import actions, forms, presenters, queries, review_actions, rules
from goldthread.investigation import printed as printing
from goldthread.investigation.models import Handover, Investigation
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEE, WORK, REVIEW = "investigation.see", "investigation.work", "investigation.review"


@route(SEE, "consultation")
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Offers to accept, then one's own or the team's investigations, what is overdue first."""
    user, now = staff(request), database_now(connection)
    waiting: list[Handover] = list(queries.offers(user))
    page = Paginator(queries.listed(user), PAGE).get_page(request.GET.get("page"))
    here: list[Investigation] = list(page.object_list)
    subjects = [
        ("incident", str(pk)) for pk in [each.incident_id for each in waiting] + [each.incident_id for each in here]
    ]
    record_consultation(user, SEE, [*subjects, *(("investigation", str(each.pk)) for each in here)])
    context = {
        "now": now,
        "offers": presenters.offered(waiting, now),
        "rows": presenters.listed(user, here, now),
        "page": page_links(request, page, "investigation"),
        "takes": user.can("investigation.accept"),
    }
    return render(request, "investigation/list.jinja", context)


@route("investigation.accept", "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many wait for this person: offers, and investigations with something new or overdue."""
    return JsonResponse(queries.counted(staff(request), database_now(connection)))


@route(SEE, "consultation")
@require_safe
def one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One investigation: its children's voice, the suspect's access, the plan, its reviews and how it ends."""
    return _page(request, pk)


@route(SEE, "disclosure")
@require_safe
def printed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same as a document to take along."""
    user, now = staff(request), database_now(connection)
    found = _reached(user, pk)
    document = printing.document(found, presenters.page(user, found, now), force=settings.ENV.force_name, at=now)
    name = f"Investigation-{found.incident.reference}-{force_day(now).isoformat()}.pdf"
    made = pdf(document)
    record_disclosure(user, SEE, _subjects(found), sha256=document.digest)
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@route(WORK, "alteration")
@require_POST
def reference(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Set the crime reference."""
    return _answer(request, pk, "reference", actions.set_reference, "Reference kept.")


@route(REVIEW, "alteration")
@require_POST
def assign(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give it to others of the team."""
    return _answer(request, pk, "assign", actions.assign, "Given over.")


@route(WORK, "collection")
@require_POST
def item(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put something on the plan."""
    return _answer(request, pk, "item", actions.add_item, "On the plan.")


@route(WORK, "alteration")
@require_POST
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Say what became of an item."""
    return _answer(request, pk, "end", actions.end_item, "Kept.", of="item")


@route(WORK, "collection")
@require_POST
def access(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Answer whether the suspect has access to any child."""
    return _answer(request, pk, "access", actions.answer_access, "Answer kept.")


@route(WORK, "collection")
@require_POST
def child(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a child."""

    def act(user: Staff, which: uuid.UUID, *, key: uuid.UUID, called: str, age: int | None) -> object:
        return actions.add_child(user, which, key=key, name=called, age=age)

    return _answer(request, pk, "child", act, "Child added. Their voice is owed.")


@route(WORK, "collection")
@require_POST
def voice(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record what a child said or showed."""
    return _answer(request, pk, "voice", actions.record_voice, "Recorded as a new version.", of="child")


@route(REVIEW, "collection")
@require_POST
def cannot(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record why a child cannot be heard."""
    return _answer(request, pk, "cannot", review_actions.cannot_hear, "Recorded.", of="child")


@route(WORK, "consultation")
@require_POST
def seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Acknowledge what is new."""

    def act(user: Staff, which: uuid.UUID, *, key: uuid.UUID, upto: dict[uuid.UUID, int]) -> None:
        actions.acknowledge(user, which, key=key, seen=upto)

    return _answer(request, pk, "seen", act, "Acknowledged.")


@route(REVIEW, "alteration")
@require_POST
def review(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Review it."""
    return _answer(request, pk, "review", review_actions.review, "Reviewed. The next review is on its clock.")


@route(WORK, "alteration")
@require_POST
def ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Propose how it ends."""
    return _answer(request, pk, "ask", review_actions.ask_end, "Proposed. A supervisor confirms it.")


@route(REVIEW, "alteration")
@require_POST
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Confirm or return a proposed end."""

    def act(user: Staff, which: uuid.UUID, *, key: uuid.UUID, asked: int, confirm: str, words: str) -> None:
        review_actions.answer_end(user, which, asked, key=key, confirm=confirm == "yes", words=words)

    return _answer(request, pk, "answer", act, "Answered.")


@route(WORK, "collection")
@require_POST
def told(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record who was told the outcome."""

    def act(user: Staff, which: uuid.UUID, *, who: str, **given: Any) -> object:
        return review_actions.tell(user, which, child=uuid.UUID(who) if who else None, **given)

    return _answer(request, pk, "told", act, "Kept.")


def told_done(answer: HttpResponse, pk: uuid.UUID, name: str) -> HttpResponse:
    """Tell the browser which form was carried out, so that it keeps no longer what was typed there: see ``typed.js``."""
    answer.set_cookie(
        "inv-done", f"{pk}.{name}", path="/investigation/", secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
    return answer


def _reached(user: Staff, pk: uuid.UUID) -> Investigation:
    found = Investigation.objects.visible_to(user).filter(pk=pk)
    one: Investigation | None = found.select_related(
        "incident", "team", "investigator", "supervisor", "handover__by", "handover__note"
    ).first()
    if one is None:
        raise Http404(rules.NOT_THERE)
    return one


def _subjects(one: Investigation) -> list[tuple[str, str]]:
    children = [("child", str(each.child)) for each in queries.children_of(one)]
    return [("investigation", str(one.pk)), ("incident", str(one.incident_id)), *children]


def _form(name: str, one: Investigation, now: Any, *given: Any) -> CommandForm:
    """One form of the page, with the choices that it has in this investigation."""
    held = rules.held_on(force_day(now))
    match name:
        case "assign":
            leading, senior = queries.leaders(one.team_id)
            initial = {"investigator": one.investigator_id, "supervisor": one.supervisor_id}
            return forms.PeopleForm(*given, leading=leading, senior=senior, initial=initial)
        case "item":
            initial = {"owner": one.investigator_id}
            return forms.ItemForm(*given, leading=queries.leaders(one.team_id)[0], initial=initial)
        case "review":
            return forms.ReviewForm(*given, risks=held.risks)
        case "ask":
            return forms.EndForm(*given, outcomes=held.outcomes)
        case "told":
            return forms.ToldForm(*given, people=presenters.told_people(one), told=held.told)
        case "reference":
            return forms.ReferenceForm(*given, initial={"reference": one.crime_reference})
        case _:
            return PLAIN[name](*given)


PLAIN: dict[str, type[CommandForm]] = {
    each.name: each
    for each in (
        forms.AccessForm, forms.ChildForm, forms.VoiceForm, forms.CannotForm, forms.EndItemForm, forms.SeenForm,
        forms.ConfirmForm,
    )
}  # fmt: skip
BY_WORK = ("reference", "item", "access", "child", "told", "ask")
BY_REVIEW = ("assign", "review", "answer")


def _answer(
    request: HttpRequest, pk: uuid.UUID, name: str, act: Callable[..., object], done: str, *, of: str = ""
) -> HttpResponse:
    """Carry an answer out and show the page again; a refusal is the page with its sentence and everything typed.

    ``of``: the field that says which of several the form is about; it goes to the action by its place, the others by their names.
    """
    user, now = staff(request), database_now(connection)
    form = _form(name, _reached(user, pk), now, request.POST)

    def carry(given: dict[str, Any]) -> None:
        which = [given.pop(of)] if of else []
        act(user, pk, *which, **given)

    if carried_out(form, carry):
        messages.success(request, done)
        kept = f"{name}-{request.POST.get(of, '')}" if of else name
        there = redirect(reverse("investigation:one", args=[pk]))
        return told_done(there, pk, kept)
    return _page(request, pk, form=form, status=422)


def _page(request: HttpRequest, pk: uuid.UUID, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    found = _reached(user, pk)
    works, reviews = (Investigation.objects.reached_by(user, verb).filter(pk=pk).exists() for verb in (WORK, REVIEW))
    led = queries.led(found)
    names = [*(BY_WORK if works else ()), *(BY_REVIEW if reviews else ())]
    stands = pages.ribbon_values(Record(found.incident, user))
    shown = presenters.page(user, found, now)
    record_consultation(user, SEE, [*_subjects(found), *shown["read_too"]])
    voices = {each["child"]: forms.VoiceForm(of=each["child"]) for each in shown["children"]} if works else {}
    if isinstance(form, forms.VoiceForm) and form.is_bound:
        voices = {each: form if str(each) == form["child"].value() else fresh for each, fresh in voices.items()}
    context = {
        **stands,
        **shown,
        "now": now,
        "one": found,
        "works": works,
        "reviews_it": reviews and user.pk not in led,
        "confirms": reviews and user.pk not in led,
        "sees_incident": Incident.objects.visible_to(user).filter(pk=found.incident_id).exists(),
        "acknowledges": works and user.pk == found.investigator_id,
        "notes": user.pk == found.supervisor_id and queries.unnoted(found),
        "forms": {name: form if form is not None and form.name == name else _form(name, found, now) for name in names},
        "voices_of": voices,
        "failed": form,
        "draft_key": drafts.browser_key(user),
    }
    return render(request, "investigation/one.jinja", context, status=status)

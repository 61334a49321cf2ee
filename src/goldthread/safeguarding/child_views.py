"""Pages about children: the list with what waits, one child's record, its sheet, and deciding who is whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import Subject, record_consultation, record_disclosure
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.search_rules import too_short
from goldthread.documents.pdf import pdf
from goldthread.safeguarding import child_actions, child_forms, child_marker_actions, child_printed, child_raise_actions
from goldthread.safeguarding import child_presenters as presenters
from goldthread.safeguarding import child_queries as queries
from goldthread.safeguarding.child_models import ChildMarker, ChildRaise
from goldthread.safeguarding.child_rules import rules_on
from goldthread.safeguarding.nav import sections
from goldthread.web.forms import carried_out
from goldthread.web.paging import page_links

SEE, TIE = queries.SEE, child_actions.TIE
PAGE = 20
LIST = "safeguarding/children.jinja"
BACK = "The merge was taken back: there are two records again. What was set or tied meanwhile is listed under Markers."


@route(SEE, "consultation")
@require_safe
def children(request: HttpRequest) -> HttpResponse:
    """Raises and suggestions that wait, and a search."""
    return _list(request, child_forms.SearchForm(initial=_purpose(request.GET)))


@route(SEE, "consultation")
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Children with a name like the one typed. It is sent as a form, so that no name stands in an address."""
    form = child_forms.SearchForm(request.POST)
    typed = form.cleaned_data.get("typed", "") if form.is_valid() else ""
    if form.is_valid() and too_short(typed):
        form.add_error("typed", "Type at least three letters to search. Nothing was searched.")
    return _list(request, form, typed, status=200 if form.is_valid() else 422)


@route(SEE, "consultation")
@require_safe
def record(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """One child's record, as far as whoever asks may see it."""
    return _record(request, record_id)


@route(SEE, "consultation")
@require_safe
def marker(request: HttpRequest, marker_id: int) -> HttpResponse:
    """To a marker on its child's page."""
    found = ChildMarker.objects.filter(pk=marker_id).first()
    if found is None:
        raise Http404(child_actions.NO_RECORD)
    return redirect(
        f"{reverse('safeguarding:child', args=[_seen(request, found.record_id).held.root])}#marker-{found.pk}"
    )


@route(SEE, "consultation")
@require_safe
def raised(request: HttpRequest, raise_id: int) -> HttpResponse:
    """To a raise where it is answered; to the child's page where it has been."""
    found = ChildRaise.objects.filter(pk=raise_id).first()
    if found is None:
        raise Http404(child_actions.NO_RECORD)
    root = _seen(request, found.record_id).held.root
    if queries.raises_open().filter(pk=found.pk).exists():
        return redirect(f"{reverse('safeguarding:children')}#raised-{found.pk}")
    return redirect("safeguarding:child", root)


@route(SEE, "consultation")
@require_safe
def sheet(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """The chronology as a document."""
    seen, now = _seen(request, record_id), database_now(connection)
    document = child_printed.document(seen, staff(request), now)
    record_consultation(staff(request), SEE, _subjects(seen))
    return render(
        request, "safeguarding/child-sheet.jinja", {"now": now, "document": document, "record_id": seen.held.root}
    )


@route(SEE, "disclosure")
@require_safe
def printed(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """The same document as a file, with who printed it and when."""
    seen, now = _seen(request, record_id), database_now(connection)
    document = child_printed.document(seen, staff(request), now)
    made, name = pdf(document), child_printed.file_name(seen, now)
    record_disclosure(staff(request), "child.print", _subjects(seen), file=name, sha256=document.digest)
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@route(TIE, "combination")
@require_POST
def merge(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Say that another record is this child's too."""
    form = child_forms.MergeForm(request.POST)
    return _done(request, record_id, form, "Merged.", lambda given: child_actions.merge(
        staff(request), record_id, given["other"], key=given["key"], why=given["why"], despite=given["despite"]
    ))  # fmt: skip


@route(TIE, "alteration")
@require_POST
def unmerge(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Take a merge back."""
    form = child_forms.UnmergeForm(request.POST)
    return _done(request, record_id, form, BACK, lambda given: child_actions.unmerge(
        staff(request), given["gone"], key=given["key"], why=given["why"], different=given["different"]
    ))  # fmt: skip


@route(TIE, "collection")
@require_POST
def mark(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Put a marker on the child."""
    form = child_forms.MarkForm(request.POST, kinds=_kinds())
    return _done(request, record_id, form, "Marker set.", lambda given: child_marker_actions.mark(
        staff(request), record_id, key=given["key"], kind=given["kind"], words=given["words"], review_on=given["review_on"]
    ))  # fmt: skip


@route(TIE, "alteration")
@require_POST
def review(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Keep, change or end a marker."""
    form = child_forms.ReviewForm(request.POST)
    return _done(request, record_id, form, "Reviewed.", lambda given: child_marker_actions.review(
        staff(request), given["marker"], child_marker_actions.Reviewed(
            given["outcome"], given["why"], given["seen"], given["words"], given["review_on"]
        ),
    ))  # fmt: skip


@route(TIE, "alteration")
@require_POST
def answer(request: HttpRequest, raise_id: int) -> HttpResponse:
    """Say what was decided of concerns that raised a child."""
    form = child_forms.RaiseForm(request.POST)
    if carried_out(form, lambda given: child_raise_actions.answer(staff(request), raise_id, words=given["words"])):
        messages.success(request, "Answered.")
        return redirect("safeguarding:children")
    return _list(request, child_forms.SearchForm(), refused=form, about=raise_id, status=422)


@route(TIE, "consultation")
@require_safe
def likeness(request: HttpRequest, likeness_id: int) -> HttpResponse:
    """Two children side by side."""
    return _likeness(request, likeness_id)


@route(TIE, "combination")
@require_POST
def decide(request: HttpRequest, likeness_id: int) -> HttpResponse:
    """Say whether they are one."""
    user, form = staff(request), child_forms.LikenessForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        if given["answer"] == "same":
            child_actions.same(user, likeness_id, why=given["why"], despite=given["despite"])
        else:
            child_actions.apart(user, likeness_id, why=given["why"])

    if carried_out(form, act):
        said = "one child" if form.cleaned_data["answer"] == "same" else "two children"
        messages.success(request, f"Kept: they are {said}.")
        return redirect("safeguarding:children")
    return _likeness(request, likeness_id, form, status=422)


@route(TIE, "consultation")
@require_safe
def in_incident(request: HttpRequest, incident_id: uuid.UUID, child: uuid.UUID) -> HttpResponse:
    """A child of an incident: its record, or making or finding one."""
    return _in_incident(request, incident_id, child)


@route(TIE, "collection")
@require_POST
def make(request: HttpRequest, incident_id: uuid.UUID, child: uuid.UUID) -> HttpResponse:
    """Make a record of a child of an incident."""
    form = child_forms.MakeForm(request.POST)
    return _to_record(request, incident_id, child, form, lambda given: child_actions.make(
        staff(request), incident_id, child, key=given["key"]
    ))  # fmt: skip


@route(TIE, "combination")
@require_POST
def tie(request: HttpRequest, incident_id: uuid.UUID, child: uuid.UUID) -> HttpResponse:
    """Say that a child of an incident is a record's."""
    form = child_forms.TieForm(request.POST)
    return _to_record(request, incident_id, child, form, lambda given: child_actions.tie(
        staff(request), incident_id, child, key=given["key"], record_id=given["record"], why=given["why"],
        despite=given["despite"],
    ))  # fmt: skip


@route(TIE, "alteration")
@require_POST
def untie(request: HttpRequest, incident_id: uuid.UUID, child: uuid.UUID) -> HttpResponse:
    """Say that a child of an incident is not that record's after all."""
    form = child_forms.UntieForm(request.POST)
    return _to_record(request, incident_id, child, form, lambda given: child_actions.untie(
        staff(request), incident_id, child, key=given["key"], why=given["why"]
    ))  # fmt: skip


def _list(
    request: HttpRequest, form: child_forms.SearchForm, typed: str = "", *, refused: django_forms.Form | None = None,
    about: int = 0, status: int = 200,
) -> HttpResponse:  # fmt: skip
    user, now = staff(request), database_now(connection)
    found: list[dict[str, Any]] | None = None
    if typed and form.is_valid():
        at = queries.find(user, typed)
        reach = Incident.objects.reached_by(user, SEE).in_bulk({pk for pk, _ in at})
        found = presenters.children(at, reach)
    raises = presenters.raises(user)
    page = Paginator(queries.waiting(user), PAGE).get_page(request.GET.get("page"))
    pairs = presenters.pairs(list(page.object_list), now)
    shown = [side for pair in pairs for side in pair["sides"]] + (found or [])
    subjects: list[Subject] = [("incident", str(one["incident"].pk)) for one in shown]
    subjects += [("child_record", str(one["record"])) for one in [*shown, *raises] if one["record"]]
    record_consultation(user, "child.search" if found is not None else "child.list", list(dict.fromkeys(subjects)))
    purpose = {name: form[name].value() for name in ("record", "incident", "child") if form[name].value()}
    context = {
        "now": now, "sections": sections(user, reverse("safeguarding:children")), "form": form, "typed": typed, "found": found, "raises": raises,
        "pairs": pairs, "page": page_links(request, page, "pair"), "may_tie": user.can(TIE), "raise_form": refused,
        "raise_about": about, "purpose": purpose, "merge_form": child_forms.MergeForm(), "tie_form": child_forms.TieForm(),
    }  # fmt: skip
    return render(request, LIST, context, status=status)


def _record(
    request: HttpRequest, record_id: uuid.UUID, refused: django_forms.Form | None = None, status: int = 200
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    seen = _seen(request, record_id)
    if seen.held.root != record_id and refused is None:
        return redirect("safeguarding:child", seen.held.root)
    shown = presenters.record(user, seen, now)
    record_consultation(user, SEE, _subjects(seen))
    name = getattr(refused, "name", "")
    context = {
        "now": now, "sections": sections(user, request.path), "child": shown, "refused": refused, "refused_name": name,
        "mark_form": refused if name == "mark" else child_forms.MarkForm(kinds=_kinds()),
        "latest": presenters.latest_review(now),
    }  # fmt: skip
    return render(request, "safeguarding/child.jinja", context, status=status)


def _likeness(
    request: HttpRequest, likeness_id: int, form: child_forms.LikenessForm | None = None, status: int = 200
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    pair = queries.likeness(user, likeness_id)
    if pair is None:
        raise Http404(child_actions.NO_PAIR)
    shown = presenters.pairs([pair], now)[0]
    subjects: list[Subject] = [("incident", str(side["incident"].pk)) for side in shown["sides"]]
    record_consultation(user, TIE, [*subjects, *(("child", str(side["child"])) for side in shown["sides"])])
    context = {"now": now, "pair": shown, "form": form or child_forms.LikenessForm()}
    return render(request, "safeguarding/child-alike.jinja", context, status=status)


def _in_incident(
    request: HttpRequest,
    incident_id: uuid.UUID,
    child: uuid.UUID,
    refused: django_forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    incident = Incident.objects.reached_by(user, TIE).filter(pk=incident_id).first()
    at = (incident_id, child)
    version = queries.newest([at]).get(at) if incident is not None else None
    if incident is None or version is None:
        raise Http404(child_actions.NO_CHILD)
    record_consultation(user, TIE, [("incident", str(incident_id)), ("child", str(child))])
    found = list(queries.waiting(user).filter(pk__in=[one.pk for one in queries.suggestions_on([at])])[:PAGE])
    context = {
        "now": now, "incident": incident, "child": child, "name": queries.name_of(version), "age": queries.age_of(version),
        "record": queries.held_by([at]).get(at), "pairs": presenters.pairs(found, now), "refused": refused,
        "untie_form": refused if isinstance(refused, child_forms.UntieForm) else child_forms.UntieForm(),
        "search_form": child_forms.SearchForm(initial={"incident": incident_id, "child": child}),
    }  # fmt: skip
    return render(request, "safeguarding/child-in.jinja", context, status=status)


def _done(
    request: HttpRequest,
    record_id: uuid.UUID,
    form: django_forms.Form,
    said: str,
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    if carried_out(form, act):
        messages.success(request, said)
        return redirect("safeguarding:child", record_id)
    return _record(request, record_id, form, status=422)


def _to_record(
    request: HttpRequest,
    incident_id: uuid.UUID,
    child: uuid.UUID,
    form: django_forms.Form,
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    if carried_out(form, act):
        return redirect("safeguarding:child_in", incident_id, child)
    return _in_incident(request, incident_id, child, form, status=422)


def _seen(request: HttpRequest, record_id: uuid.UUID) -> queries.Seen:
    found = queries.seen(staff(request), record_id)
    if found is None:
        raise Http404(child_actions.NO_RECORD)
    return found


def _subjects(seen: queries.Seen) -> list[Subject]:
    return [("child_record", str(seen.held.root)), *(("incident", str(pk)) for pk in seen.pks)]


def _purpose(given: Any) -> dict[str, str]:
    """What a child is looked for, as an address has it; what is no identity is left out."""
    found = {}
    for name in ("record", "incident", "child"):
        try:
            found[name] = str(uuid.UUID(given.get(name, "")))
        except ValueError:
            continue
    return found


def _kinds() -> list[tuple[str, str]]:
    return list(rules_on(force_day(database_now(connection))).kinds.items())

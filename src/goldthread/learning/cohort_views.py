"""Pages of cohorts: the list with the form that plans one, and one cohort with who is in it and who was there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.learning import actions, forms, queries, register_actions, rules
from goldthread.learning.models import Cohort
from goldthread.learning.views import KEEP, PAGE, today
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links


@route(KEEP, "consultation")
@require_safe
def cohorts(request: HttpRequest) -> HttpResponse:
    """Every cohort, and the form that plans one."""
    return _cohorts(request, needed=request.GET.get("need", ""))


@route(KEEP, "collection")
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    user = staff(request)
    form = _plan_form(request.POST)
    made: list[Cohort] = []
    if carried_out(form, lambda given: made.append(actions.plan_cohort(user, **given))):
        messages.success(request, "Planned. Book people for it.")
        return redirect("learning:cohort", made[0].pk)
    return _cohorts(request, form=form, status=422)


@route(KEEP, "consultation")
@require_safe
def cohort(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """One cohort."""
    return _cohort(request, cohort_id)


@route(KEEP, "collection")
@require_POST
def book(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Book people for it."""
    user = staff(request)
    form = forms.BookForm(request.POST, people=_candidates(user, _found(cohort_id)))
    return _done(
        request, cohort_id, "book", form, "Booked.", lambda given: actions.book(user, cohort_id, staff=given["staff"])
    )


@route(KEEP, "alteration")
@require_POST
def unbook(request: HttpRequest, cohort_id: int, staff_id: int) -> HttpResponse:
    """Take somebody's booking back."""
    try:
        actions.unbook(staff(request), cohort_id, staff=staff_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    messages.success(request, "Taken back. Whoever waits longest has the place.")
    return redirect("learning:cohort", cohort_id)


@route(KEEP, "alteration")
@require_POST
def call_off(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Call it off."""
    user, form = staff(request), forms.CallOffForm(request.POST)

    def act(given: dict[str, Any]) -> object:
        return actions.call_off(user, cohort_id, words=given["words"])

    return _done(request, cohort_id, "calloff", form, "Called off.", act)


@route(KEEP, "collection")
@require_POST
def register(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Keep who was there."""
    user, found = staff(request), _found(cohort_id)
    form = forms.RegisterForm(request.POST, people=_people(found))

    def act(_given: dict[str, Any]) -> object:
        return register_actions.register(user, cohort_id, rows=form.rows())

    return _done(request, cohort_id, "register", form, "The register is kept.", act)


@route(KEEP, "collection")
@require_POST
def read_file(request: HttpRequest, cohort_id: int) -> HttpResponse:
    """Keep who was there as a file says it."""
    user, form = staff(request), forms.FileForm(request.POST, request.FILES)

    def act(given: dict[str, Any]) -> object:
        return register_actions.read_file(user, cohort_id, content=given["file"].read())

    return _done(request, cohort_id, "file", form, "The file is read, and the register kept.", act)


def _done(request: HttpRequest, cohort_id: int, name: str, form: CommandForm, says: str, act: Any) -> HttpResponse:
    if carried_out(form, act):
        messages.success(request, says)
        return redirect("learning:cohort", cohort_id)
    return _cohort(request, cohort_id, failed={name: form}, status=422)


def _found(cohort_id: int) -> Cohort:
    found = queries.cohorts().filter(pk=cohort_id).first()
    if found is None:
        raise Http404(actions.NO_COHORT)
    return found


def _people(found: Cohort) -> list[Staff]:
    """Whom a register asks about: those with a place, those who wait, and whoever is in it already."""
    room = queries.room(found)
    every = [*(one.staff for one in (*room.placed, *room.waiting)), *(one.staff for one in room.attendance.values())]
    return list({one.pk: one for one in every}.values())


def _candidates(user: Staff, found: Cohort) -> list[tuple[int, str]]:
    """Who may be booked: those due the course first, with why; then everybody else who learns here."""
    words = dict(rules.STATES)
    due = queries.due(user, today(), course=found.course)
    there = set(queries.booked(found).values_list("staff", flat=True))
    told = {
        one.staff.pk: f"{one.staff.name}, {one.staff.team.name}: {words[one.state].lower()}{', booked already' if one.booked else ''}"
        for one in due
    }
    others = Staff.objects.ranked().filter(is_active=True).select_related("team").order_by("team__name", "name")
    for one in others:
        if one.pk not in told and one.can("learning.own"):
            told[one.pk] = f"{one.name}, {one.team.name}"
    return [(pk, says) for pk, says in told.items() if pk not in there]


def _plan_form(given: Any = None, needed: str = "") -> forms.CohortForm:
    needs = [(one.need.pk, f"{one.need.pk}: {one.need.words.shown()[:60]}") for one in queries.needs(open_only=True)]
    begun = next((one for one in queries.needs(open_only=True) if str(one.need.pk) == needed), None)
    initial = {"need": begun.need.pk, "course": begun.course} if begun is not None else {}
    known = rules.courses_on(today())
    return forms.CohortForm(given, initial=initial, known=known, trainers=queries.trainers(), needs=needs)


def _cohorts(
    request: HttpRequest, *, needed: str = "", form: forms.CohortForm | None = None, status: int = 200
) -> HttpResponse:
    page = Paginator(queries.cohorts(), PAGE).get_page(request.GET.get("page"))
    here: list[Cohort] = list(page.object_list)
    record_consultation(staff(request), KEEP, [("learning-cohort", str(each.pk)) for each in here])
    context = {
        "found": [{"room": queries.room(each), "name": rules.named(each.course)} for each in here],
        "form": form or _plan_form(needed=needed),
        "today": today(),
        "page": page_links(request, page, "cohort"),
    }
    return render(request, "learning/cohorts.jinja", context, status=status)


def _cohort(
    request: HttpRequest, cohort_id: int, *, failed: dict[str, CommandForm] | None = None, status: int = 200
) -> HttpResponse:
    user, found = staff(request), _found(cohort_id)
    room = queries.room(found)
    people = _people(found)
    subjects = [("learning-cohort", str(cohort_id)), *(("staff", str(one.pk)) for one in people)]
    record_consultation(user, KEEP, subjects)
    stands = {
        f"p{pk}-{name}": value
        for pk, one in room.attendance.items()
        for name, value in (("attended", "yes" if one.attended else "no"), ("result", one.result))
    }
    failed = failed or {}
    context = {
        "room": room,
        "name": rules.named(found.course),
        "people": people,
        "begun": found.starts <= today(),
        "over": found.ends < today(),
        "book": failed.get("book") or forms.BookForm(people=_candidates(user, found)),
        "calloff": failed.get("calloff") or forms.CallOffForm(),
        "register": failed.get("register") or forms.RegisterForm(people=people, initial=stands),
        "file": failed.get("file") or forms.FileForm(),
        "failed": next(iter(failed.values()), None),
        "results": dict(rules.RESULTS),
    }
    return render(request, "learning/cohort.jinja", context, status=status)

"""Pages of the register: reports with their recommendations and evidence, the plan file, and who is written to."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.known import force_day
from goldthread.improvement import (
    actions,
    forms,
    import_actions,
    import_rules,
    presenters,
    queries,
    rules,
    telling_actions,
)
from goldthread.improvement.frame import KEEP, REGISTER, SEE
from goldthread.improvement.pages import command, fresh
from goldthread.notices.queries import failed as failed_notices
from goldthread.web.forms import CommandForm, carried_out, show_errors


@route(REGISTER, "consultation")
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Every report, and the form that enters one."""
    return _register(request)


def _register(request: HttpRequest, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    whole = queries.plan()
    record_consultation(user, REGISTER, presenters.subjects(*whole.reports))
    context = {
        "plan": whole, "form": form or _report_form(), "failed": form, "keeps": user.can(KEEP), "now": database_now(connection),
    }  # fmt: skip
    return render(request, "improvement/register.jinja", context, status=status)


def _kinds() -> list[tuple[str, str]]:
    using = rules.settings_on(force_day(database_now(connection)))
    return [(one.code, one.name) for one in using.kinds.values()]


def _report_form(data: Any = None, **given: Any) -> forms.ReportForm:
    return forms.ReportForm(data, kinds=_kinds(), **given)


@route(KEEP, "collection")
@require_POST
def add_report(request: HttpRequest) -> HttpResponse:
    """Enter a report."""
    user = staff(request)
    form = _report_form(request.POST)
    made: list[Any] = []

    def act(given: dict[str, Any]) -> None:
        facts = {name: given[name] for name in ("key", "source", "kind", "published_on")}
        made.append(
            actions.add_report(user, name=given["title"], recommendations=given["recommendations"] or 0, **facts)
        )

    if carried_out(form, act):
        messages.success(request, "The report is entered. Its recommendations wait for their texts.")
        return redirect("improvement:report", made[0].pk)
    return _register(request, form=form, status=422)


@route(REGISTER, "consultation")
@require_safe
def report(request: HttpRequest, number: int) -> HttpResponse:
    """One report: each recommendation with its text, day, state and evidence."""
    return _report(request, number)


def _report(request: HttpRequest, number: int, *, failed: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    fresh()
    found = next((one for one in queries.plan().reports if one.id == number), None)
    if found is None:
        raise Http404(rules.NOT_THERE)
    record_consultation(user, REGISTER, presenters.subjects(found, *found.recommendations))
    initial = {"title": found.name, "source": found.source, "kind": found.kind.code, "published_on": found.published_on}
    own = {
        "report": _report_form(initial=initial),
        "recommendation": forms.RecommendationForm(
            initial={"number": max((one.number for one in found.recommendations), default=0) + 1}
        ),
    }
    if failed is not None:
        own[failed.name] = failed
    context = {
        "report": found, "forms": own, "failed": failed, "keeps": user.can(KEEP), "sees": user.can(SEE), "now": database_now(connection),
    }  # fmt: skip
    return render(request, "improvement/report.jinja", context, status=status)


def _back(number: int) -> str:
    return reverse("improvement:report", args=[number])


def _corrected(user: Staff, number: int, given: dict[str, Any]) -> object:
    facts = {name: given[name] for name in ("source", "kind", "published_on")}
    return actions.correct_report(user, number, name=given["title"], **facts)


correct = command(
    KEEP,
    "alteration",
    lambda request: _report_form(request.POST),
    _corrected,
    "Corrected. What was entered before is kept.",
    _report,
    _back,
)
add_recommendation = command(
    KEEP, "collection", lambda request: forms.RecommendationForm(request.POST),
    lambda user, number, given: actions.add_recommendation(
        user, number, key=given["key"], number=given["number"], due_on=given["due_on"]),
    "The recommendation is entered.", _report, _back,
)  # fmt: skip


@route(KEEP, "consultation")
@require_safe
def import_page(request: HttpRequest) -> HttpResponse:
    """The form that takes a plan file, and what such a file looks like."""
    return _import(request, _file_form())


def _file_form(data: Any = None, files: Any = None, **given: Any) -> forms.FileForm:
    reports = [(one.id, f"{one.name}, {presenters.spelt(one.published_on)}") for one in queries.plan().reports]
    return forms.FileForm(data, files, reports=reports, **given)


def _import(request: HttpRequest, form: CommandForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "columns": import_rules.COLUMNS, "told": import_rules.MOST_TOLD, **more}
    return render(request, "improvement/import.jinja", context, status=status)


@route(KEEP, "consultation")
@require_POST
def look_over(request: HttpRequest) -> HttpResponse:
    """What a plan file would enter. Nothing is entered by this."""
    form = _file_form(request.POST, request.FILES)
    if not form.is_valid():
        return _import(request, form, 422)
    try:
        text = import_rules.decoded(form.cleaned_data["file"].read(import_rules.MOST_BYTES + 1))
        found = import_actions.look_over(form.cleaned_data["report"], text)
    except Refused as error:
        show_errors(form, error)
        return _import(request, form, 422)
    record_consultation(staff(request), KEEP, [("plan-report", form.cleaned_data["report"])], wrong=len(found.wrong))
    enter = forms.EnterForm(initial={"report": form.cleaned_data["report"], "text": text})
    again = _file_form(initial={"report": form.cleaned_data["report"]})
    name = form.cleaned_data["file"].name
    return _import(request, again, 422 if found.wrong else 200, found=found, enter=enter, name=name)


@route(KEEP, "collection")
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a plan file that was looked over."""
    user = staff(request)
    form = forms.EnterForm(request.POST)
    made: list[import_rules.Preview] = []
    if carried_out(
        form, lambda given: made.append(import_actions.enter_file(user, given["report"], text=given["text"]))
    ):
        said = f"Entered: actions {made[0].new_actions}, milestones {made[0].new_steps}. There already: {made[0].same}."
        messages.success(request, said)
        return redirect("improvement:plan")
    return _import(request, _file_form(), 422, failed=form)


@route(KEEP, "consultation")
@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """Where the plan's people are written to, and what could not be delivered."""
    return _contacts(request)


def _contacts(request: HttpRequest, *, failed: CommandForm | None = None, status: int = 200) -> HttpResponse:
    where = telling_actions.addresses()
    people = [one for one in Staff.objects.filter(is_active=True).order_by("name", "pk") if one.can(SEE)]
    record_consultation(staff(request), KEEP, [("staff", one.pk) for one in people])
    at = failed.data.get("staff", "") if failed is not None else ""
    rows = [
        {
            "person": one,
            "form": failed
            if failed is not None and str(one.pk) == at
            else forms.ContactForm(auto_id=f"c{one.pk}-%s", initial={"staff": one.pk, "mail": where.get(one.pk, "")}),
        }
        for one in people
    ]
    about = ["plan-recommendation", "plan-report"]
    context = {
        "rows": rows, "failed": failed, "undelivered": list(failed_notices().filter(about__in=about)[:20]), "now": database_now(connection),
    }  # fmt: skip
    return render(request, "improvement/contacts.jinja", context, status=status)


@route(KEEP, "alteration")
@require_POST
def set_contact(request: HttpRequest) -> HttpResponse:
    """Say where somebody is written to."""
    user = staff(request)
    form = forms.ContactForm(request.POST)
    if carried_out(form, lambda given: telling_actions.set_contact(user, given["staff"], mail=given["mail"])):
        messages.success(request, "Kept.")
        return redirect("improvement:contacts")
    return _contacts(request, failed=form, status=422)

"""Staff: who is here, the table that brings them up to date, and ending access."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts import oidc, queries, staff_actions, staff_rules
from goldthread.accounts.roles import roles
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere, Refused
from goldthread.desk.leaving import owned_by
from goldthread.desk.pages import now
from goldthread.web.forms import CommandForm, WordsField, carried_out, show_errors

KEEP = "staff.keep"
PAGE, TOLD = 100, 50
RECENT = timedelta(days=31)


class TableForm(forms.Form):
    """The table, as a file, and whether it is everybody."""

    use_required_attribute = False
    file = forms.FileField(
        label="The table", required=False, widget=forms.FileInput({"accept": ".csv,text/csv,text/plain"})
    )
    whole = forms.BooleanField(label="This is everybody: whoever is not in it has no access any more", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "table-%s")
        super().__init__(*args, **kwargs)


class PutForm(CommandForm):
    """A table that was looked over, with the name of what it would do."""

    name = "put"
    text = WordsField(required=False, widget=forms.HiddenInput)
    whole = forms.BooleanField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=True, max_length=64, widget=forms.HiddenInput)


@route(KEEP, "consultation")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who is or was here, a hundred a page, and who came in by the way kept for an emergency."""
    user, at = staff(request), now()
    asked = " ".join(request.GET.get("find", "").replace("\x00", "").split())[:60]
    found = queries.staff_list()
    if asked:
        codes = [code for code, role in roles().items() if asked.casefold() in role.name.casefold()]
        found = found.filter(
            Q(name__icontains=asked) | Q(username__icontains=asked) | Q(team__name__icontains=asked) | Q(role__in=codes)
        )
    pages = Paginator(found, PAGE)
    page = pages.get_page(request.GET.get("page"))
    listed = list(page.object_list)
    rows = [
        {
            "one": one,
            "role": roles()[one.role].name,
            "tied": getattr(one, "sign_on", None),
            "self": one.pk == user.pk,
        }
        for one in listed
    ]
    record_consultation(user, KEEP, [("staff", one.pk) for one in listed])
    link = f"?find={asked}&page=" if asked else "?page="
    context = {
        "now": at, "rows": rows, "asked": asked, "directory": oidc.on(), "emergencies": queries.emergencies(at - RECENT),
        "page": {
            "number": page.number, "pages": pages.num_pages, "total": pages.count, "what": "people",
            "previous": f"{link}{page.previous_page_number()}" if page.has_previous() else "",
            "next": f"{link}{page.next_page_number()}" if page.has_next() else "",
        },
    }  # fmt: skip
    return render(request, "desk/staff.jinja", context)


@route(KEEP, "alteration")
@require_POST
def end(request: HttpRequest, staff_id: int) -> HttpResponse:
    """End somebody's access; what they own is told before, on the page that asks."""
    user = staff(request)
    if request.POST.get("sure") != "yes":
        found = queries.staff_list().filter(pk=staff_id).first()
        if found is None:
            raise Http404("There is nobody of this number on the staff.")
        owned = owned_by([staff_id]).get(staff_id, [])
        record_consultation(user, KEEP, [("staff", staff_id), *(("incident", key) for key, _ in owned)])
        return render(request, "desk/staff-end.jinja", {"now": now(), "one": found, "owned": owned, "told": TOLD})
    return _done(request, lambda: staff_actions.end_staff(user, staff_id), "{} has no access any more.")


@route(KEEP, "alteration")
@require_POST
def emergency(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Name somebody for an emergency, or not any more."""
    may = request.POST.get("may") == "yes"
    said = "{} may sign in here in an emergency." if may else "{} may not sign in here in an emergency any more."
    return _done(request, lambda: staff_actions.name_for_emergency(staff(request), staff_id, may), said)


@route(KEEP, "consultation")
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The form that takes a table of staff, and what such a table looks like."""
    return _table(request, TableForm())


@route(KEEP, "consultation")
@require_POST
def look_over(request: HttpRequest) -> HttpResponse:
    """What a table would add, change and end. Nothing is done by this."""
    form = TableForm(request.POST, request.FILES)
    given = request.FILES.get("file")
    if not form.is_valid() or given is None:
        if not form.errors:
            form.add_error("file", "Choose a file. Nothing was changed.")
        return _table(request, form, status=422)
    whole = form.cleaned_data["whole"]
    try:
        text = staff_rules.decoded(given.read(staff_rules.MOST_BYTES + 1))
        return _looked(request, text, whole, str(given.name or ""))
    except Refused as error:
        show_errors(form, error)
        return _table(request, form, status=422)


@route(KEEP, "alteration")
@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """Do what was looked over; where it would be something else by now, show that instead."""
    form = PutForm(request.POST)
    made: list[staff_rules.Plan] = []
    if carried_out(
        form,
        lambda given: made.append(
            staff_actions.put_staff(staff(request), given["text"], whole=given["whole"], seen=given["seen"])
        ),
    ):
        one = made[0]
        messages.success(
            request,
            f"Done: {len(one.adds)} added, {len(one.changes)} changed, {len(one.ends)} ended. Not done: {len(one.wrong)}.",
        )
        return redirect("desk:staff")
    if "text" in form.cleaned_data and "key" in form.cleaned_data:
        try:
            return _looked(request, form.cleaned_data["text"], form.cleaned_data.get("whole", False), "", failed=form)
        except Refused:
            pass
    return _table(request, TableForm(), status=422, failed=form)


def _looked(request: HttpRequest, text: str, whole: bool, name: str, failed: PutForm | None = None) -> HttpResponse:
    user = staff(request)
    found = staff_actions.look_over(user, text, whole=whole)
    owned = owned_by([one.pk for one in found.ends])
    about: list[tuple[str, object]] = [("staff", pk) for pk in found.about[:TOLD]]
    record_consultation(user, KEEP, [*about, *[("incident", key) for kept in owned.values() for key, _ in kept][:TOLD]])
    ready = PutForm(initial={"text": text, "whole": whole, "seen": found.digest})
    more = {"found": found, "owned": owned, "ready": ready, "name": name, "whole": whole, "failed": failed}
    status = 422 if failed is not None or (found.empty and found.wrong) else 200
    return _table(request, TableForm(initial={"whole": whole}), status=status, **more)


def _table(request: HttpRequest, form: TableForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"now": now(), "form": form, "told": TOLD, "most": staff_rules.MOST_LINES, "directory": oidc.on(), **more}
    context["roles"] = {code: role.name for code, role in roles().items()}
    return render(request, "desk/staff-table.jinja", context, status=status)


def _done(request: HttpRequest, act: Any, said: str) -> HttpResponse:
    try:
        found = act()
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, said.format(found.name))
    return redirect("desk:staff")

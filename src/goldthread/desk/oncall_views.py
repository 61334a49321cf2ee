"""Who is on call: the page on which the list is seen and kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts import oncall_actions, queries
from goldthread.accounts.models import OnCall
from goldthread.accounts.oncall_rules import LONGEST, Line
from goldthread.accounts.roles import on_call as on_call_roles
from goldthread.accounts.roles import roles
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.desk.pages import now
from goldthread.desk.stated import StatedTimeField


class OnCallForm(forms.Form):
    """One line of the list."""

    use_required_attribute = False
    login = forms.CharField(
        label="Who (login)", required=False, max_length=60, widget=forms.TextInput({"list": "people"})
    )
    role = forms.ChoiceField(
        label="On call as",
        error_messages={"invalid_choice": "Choose from the list.", "required": "Choose from the list."},
    )
    starts_at = StatedTimeField(label="From", required=False)
    ends_at = StatedTimeField(label="Until", required=False)
    telephone = forms.CharField(label="Telephone", required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "on-call-%s")
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(one, roles()[one].name) for one in on_call_roles()]  # type: ignore[attr-defined]


@route("oncall.see", "consultation")
@require_safe
def on_call(request: HttpRequest) -> HttpResponse:
    """Who is on call now or will be, with their telephone."""
    return _page(request)


@route("oncall.keep", "alteration")
@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """Put a line on the list."""
    form = OnCallForm(request.POST)
    if form.is_valid():
        try:
            made = oncall_actions.put_line(staff(request), Line(**form.cleaned_data))
        except Invalid as error:
            for field, sentence in error.fields.items():
                form.add_error(field, f"{sentence} Nothing was changed.")
        else:
            messages.success(request, f"{made.staff.name} is on the list.")
            return redirect("desk:on_call")
    return _page(request, form)


@route("oncall.keep", "alteration")
@require_POST
def off(request: HttpRequest, line_id: int) -> HttpResponse:
    """Take a line off the list."""
    try:
        taken = oncall_actions.take_off(staff(request), line_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{taken.staff.name} is off the list.")
    return redirect("desk:on_call")


def shown(one: OnCall) -> dict[str, Any]:
    """A line as pages show it."""
    role = roles()[one.role].name if one.role in roles() else one.role
    common = {"id": one.pk, "name": one.staff.name, "team": one.staff.team.name, "role": role}
    return {**common, "telephone": one.telephone, "starts_at": one.starts_at, "ends_at": one.ends_at}


def _page(request: HttpRequest, form: OnCallForm | None = None) -> HttpResponse:
    user, at = staff(request), now()
    rows = [{**shown(one), "now": one.starts_at <= at, "by": one.by.name} for one in queries.on_call_list()]
    record_consultation(user, "oncall.see", [("oncall", row["id"]) for row in rows])
    keeps = user.can("oncall.keep")
    people = (
        [(one.username, f"{one.name}, {roles()[one.role].name}") for one in queries.to_be_on_call()] if keeps else []
    )
    context = {"now": at, "rows": rows, "keeps": keeps, "form": form or OnCallForm(), "people": people}
    context["days"] = LONGEST.days
    return render(request, "desk/on-call.jinja", context, status=422 if form is not None else 200)

"""Who acts in a senior role and until when: the page on which it is seen, given and ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts import queries, rank_actions
from goldthread.accounts.models import Staff
from goldthread.accounts.rank_rules import LONGEST
from goldthread.accounts.roles import acting, roles
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.desk.pages import now
from goldthread.desk.stated import StatedTimeField
from goldthread.web.forms import WordsField
from goldthread.web.times import clock


class RankForm(forms.Form):
    """Who is to act as what, from when to when, and why."""

    use_required_attribute = False
    staff = forms.TypedChoiceField(
        label="Who",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "That is nobody you may have act. Choose somebody from the list."},
    )
    role = forms.ChoiceField(
        label="Acts as",
        required=False,
        error_messages={"invalid_choice": "That is no role you may have somebody act in. Choose from the list."},
    )
    starts_at = StatedTimeField(label="From (empty: now)", required=False)
    ends_at = StatedTimeField(label="Until", required=False)
    why = WordsField(label="Why", required=False, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, giver: Staff, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "rank-%s")
        super().__init__(*args, **kwargs)
        people = [(one.pk, f"{one.name}, {roles()[one.role].name}, {one.team.name}") for one in queries.may_act(giver)]
        may = [(one.role, one.name) for one in acting().values() if giver.role in one.given_by]
        self.fields["staff"].choices = [("", "Choose somebody"), *people]  # type: ignore[attr-defined]
        self.fields["role"].choices = may  # type: ignore[attr-defined]


@route("rank.give", "consultation")
@require_safe
def ranks(request: HttpRequest) -> HttpResponse:
    """Who acts as what now or will, and the form that has somebody act."""
    return _page(request)


@route("rank.give", "alteration")
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Have somebody act in a senior role for a time."""
    user = staff(request)
    form = RankForm(request.POST, giver=user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = rank_actions.give_rank(
                user, given["staff"] or 0, role=given["role"], starts_at=given["starts_at"], ends_at=given["ends_at"],
                why=given["why"],
            )  # fmt: skip
        except NotThere:
            form.add_error("staff", "Choose who is to act. Nothing was changed.")
        except Invalid as error:
            for field, sentence in error.fields.items():
                form.add_error(field, sentence)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"{made.staff.name}: {acting()[made.role].name.lower()} until {clock(made.ends_at, now())}."
            )
            return redirect("desk:ranks")
    return _page(request, form)


@route("rank.give", "alteration")
@require_POST
def end(request: HttpRequest, rank_id: int) -> HttpResponse:
    """End an acting rank now: one's own, or one that one may give."""
    try:
        ended = rank_actions.end_rank(staff(request), rank_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{ended.staff.name} acts in that role no longer.")
        if ended.staff_id == staff(request).pk:  # this page may be none of theirs any more
            return redirect("accounts:home")
    return redirect("desk:ranks")


def _page(request: HttpRequest, form: RankForm | None = None) -> HttpResponse:
    user, at = staff(request), now()
    rows = [
        {
            "id": one.pk,
            "name": one.staff.name,
            "team": one.staff.team.name,
            "role": acting()[one.role].name if one.role in acting() else one.role,
            "now": one.starts_at <= at,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "by": one.by.name,
            "why": one.why.shown(),
        }
        for one in queries.ranks()
    ]
    record_consultation(user, "rank.see", [("rank", row["id"]) for row in rows])
    shown = form or RankForm(giver=user)
    context = {"now": at, "rows": rows, "form": shown, "gives": bool(shown.fields["role"].choices)}  # type: ignore[attr-defined]
    context["hours"] = int(LONGEST.total_seconds() // 3600)
    return render(request, "desk/ranks.jinja", context, status=422 if form is not None else 200)

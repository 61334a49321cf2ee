"""Service accounts: programs that use the API, who answers for each, and the tokens it holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts import queries, service_actions, service_rules, tokens
from goldthread.accounts.models import ServiceAccount
from goldthread.accounts.roles import roles, verbs
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere, Refused
from goldthread.desk.pages import now
from goldthread.web.forms import CommandForm, carried_out

KEEP, ANSWER = "staff.keep", "service.answer"
SOON = timedelta(days=max(service_rules.WARN))


class ServiceForm(CommandForm):
    """A new account of a program."""

    name = "service"
    login = forms.CharField(label="Login", required=False, max_length=60)
    called = forms.CharField(label="Name", required=False, max_length=120)
    role = forms.ChoiceField(label="Role", required=False)
    team = forms.CharField(label="Team", required=False, max_length=80)
    owner = forms.CharField(label="Who answers for it (login)", required=False, max_length=60)
    mail = forms.CharField(label="Their e-mail", required=False, max_length=254)
    purpose = forms.CharField(label="What it is for", required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "Choose a role"), *((code, one.name) for code, one in roles().items())]  # type: ignore[attr-defined]


class OwnerForm(CommandForm):
    """Who answers for a program from now on."""

    name = "owner"
    owner = forms.CharField(label="Who answers for it (login)", required=False, max_length=60)
    mail = forms.CharField(label="Their e-mail", required=False, max_length=254)


class TokenForm(CommandForm):
    """A new token: what may be done with it, and for how long."""

    name = "token"
    scopes = forms.MultipleChoiceField(
        label="What the program does with it", required=False, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label="Days until it ends", initial=tokens.DEFAULT_DAYS, min_value=1, max_value=tokens.MOST_DAYS
    )

    def __init__(self, *args: Any, role: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (verb, f"{verbs()[verb][0].upper()}{verbs()[verb][1:].partition(';')[0]} ({verb})")
            for verb, may in roles()[role].may.items()
            if may
        ]


@route(KEEP, "consultation")
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Every service account, those that nobody answers for first, and the form that makes one."""
    return _list(request, ServiceForm())


@route(KEEP, "alteration")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make one."""
    form, user, made = ServiceForm(request.POST), staff(request), list[ServiceAccount]()

    def act(given: dict[str, Any]) -> None:
        named = {name: given[name] for name in ("login", "role", "team", "owner", "mail", "purpose")}
        made.append(service_actions.make_service(user, name=given["called"] or given["login"], **named))

    if carried_out(form, act):
        messages.success(
            request, f"{made[0].staff.name} is a service account now. It needs a token before it can do anything."
        )
        return redirect("desk:service", made[0].pk)
    return _list(request, form, status=422)


@route(KEEP, "consultation")
@require_safe
def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """One service account with its tokens."""
    return _one(request, service_id)


@route(KEEP, "alteration")
@require_POST
def owner(request: HttpRequest, service_id: int) -> HttpResponse:
    """Say who answers for it from now on."""
    form, user = OwnerForm(request.POST), staff(request)
    if carried_out(
        form, lambda given: service_actions.give_owner(user, service_id, owner=given["owner"], mail=given["mail"])
    ):
        messages.success(request, "It is put down who answers for it.")
        return redirect("desk:service", service_id)
    return _one(request, service_id, owner=form, status=422)


@route(KEEP, "alteration")
@require_POST
def token(request: HttpRequest, service_id: int) -> HttpResponse:
    """Make a token. Its text stands on the page that answers, and nowhere else ever again."""
    user, held = staff(request), _held(service_id)
    form = TokenForm(request.POST, role=held.staff.role)
    made: list[tuple[str, Any]] = []
    if carried_out(
        form,
        lambda given: made.append(
            service_actions.issue(user, service_id, scopes=given["scopes"], days=given["days"], key=given["key"])
        ),
    ):
        return _one(request, service_id, fresh=made[0])
    return _one(request, service_id, token=form, status=422)


@route(ANSWER, "alteration")
@require_POST
def revoke(request: HttpRequest, service_id: int, token_id: int) -> HttpResponse:
    """End a token now, as who keeps staff or as who answers for the program."""
    user = staff(request)
    try:
        ended = service_actions.revoke(user, service_id, token_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    messages.success(request, f"Token {ended.pk} is revoked. Whatever uses it is refused from now on.")
    return redirect("desk:service", service_id) if user.can(KEEP) else redirect("desk:my_services")


@route(KEEP, "alteration")
@require_POST
def end(request: HttpRequest, service_id: int) -> HttpResponse:
    """End the account with every token of it."""
    try:
        ended = service_actions.end(staff(request), service_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"{ended.staff.name} is ended, with every token of it.")
    return redirect("desk:service", service_id)


@route(ANSWER, "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The programs that this person answers for, with their tokens."""
    user, at = staff(request), now()
    held = [shown(one, at) for one in queries.services(user)]
    record_consultation(user, ANSWER, [("staff", one["staff"].pk) for one in held])
    return render(request, "desk/my-services.jinja", {"now": at, "held": held})


def shown(one: ServiceAccount, at: datetime) -> dict[str, Any]:
    """A service account as pages show it."""
    found = queries.service_tokens(one)
    valid = [token for token, state in found if state == "valid"]
    held = [
        {
            "one": token,
            "state": state,
            "soon": state == "valid" and token.expires_at - at <= SOON,
            "scopes": token.scopes,
        }
        for token, state in found
    ]
    return {
        "id": one.pk, "staff": one.staff, "role": roles()[one.staff.role].name, "owner": one.owner, "mail": one.mail,
        "purpose": one.purpose.shown(), "tokens": held, "live": valid, "unanswered": one.staff.is_active and not one.owner.is_active,
        "ends": min((token.expires_at for token in valid), default=None), "soon": any(each["soon"] for each in held),
        "used": max((token.last_used_at for token, _ in found if token.last_used_at), default=None),
    }  # fmt: skip


def _held(service_id: int) -> ServiceAccount:
    found = queries.services().filter(pk=service_id).first()
    if found is None:
        raise Http404("There is no such service account.")
    return found


def _list(request: HttpRequest, form: ServiceForm, status: int = 200) -> HttpResponse:
    user, at = staff(request), now()
    rows = [shown(one, at) for one in queries.services()]
    record_consultation(user, KEEP, [("staff", row["staff"].pk) for row in rows])
    return render(request, "desk/services.jinja", {"now": at, "rows": rows, "form": form}, status=status)


def _one(
    request: HttpRequest,
    service_id: int,
    *,
    owner: OwnerForm | None = None,
    token: TokenForm | None = None,
    fresh: tuple[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at, held = staff(request), now(), _held(service_id)
    record_consultation(user, KEEP, [("staff", held.staff_id)])
    context = {
        "now": at, "held": shown(held, at), "fresh": fresh, "days": tokens.MOST_DAYS, "verbs": verbs(),
        "owner": owner or OwnerForm(initial={"owner": held.owner.username, "mail": held.mail}),
        "token": token or TokenForm(role=held.staff.role), "failed": owner or token,
    }  # fmt: skip
    return render(request, "desk/service.jinja", context, status=status)

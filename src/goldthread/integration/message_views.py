"""Pages of messages: what other systems handed in today and what of it wants somebody; and one message."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as told
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.integration import message_actions, message_presenters, message_queries
from goldthread.integration.message_models import SETTLED, Message
from goldthread.web.forms import carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEE, SETTLE = "messages.see", "messages.settle"


class SettleForm(forms.Form):
    """Why a message wants nothing more."""

    because = forms.ChoiceField(choices=SETTLED, error_messages={"required": "Choose why it wants nothing more."})


@route(SEE, "consultation")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What came today by system; and one of the lists of what wants somebody."""
    user, now = staff(request), database_now(connection)
    counts = message_queries.counts(user, now)
    asked = request.GET.get("show", "")
    show = (
        asked if asked in message_queries.LISTS else next((one for one in message_queries.LISTS if counts[one]), "all")
    )
    found: QuerySet[Any] = message_queries.listed(user, show, now)
    if show == "outside":
        found = message_queries.outside(user)
    elif show == "gaps":
        found = message_queries.gaps(user)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    here = list(page.object_list)
    kind = "message" if show not in ("outside", "gaps") else "incident"
    subjects = [(kind, one.pk if kind == "message" else _incident(one).pk) for one in here]
    record_consultation(user, SEE, subjects, list=show)
    may_open = message_presenters.openable(user, {_incident(one).pk for one in here if kind == "incident"})
    context = {
        "now": now,
        "systems": [(one, message_presenters.told_off(one)) for one in message_queries.systems(user, now)],
        "show": show,
        "lists": message_queries.LISTS,
        "counts": counts,
        "rows": message_presenters.rows(user, here) if kind == "message" else here,
        "may_open": may_open,
        "page": page_links(request, page, {"outside": "alarm", "gaps": "gap"}.get(show, "message")),
    }
    return render(request, "integration/messages.jinja", context)


@route(SEE, "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many want somebody."""
    return JsonResponse(message_queries.counted(staff(request), database_now(connection)))


@route(SEE, "consultation")
@require_safe
def one(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: what it said, what is wrong with it, and what became of it."""
    return _page(request, message_id, SettleForm())


@route(SETTLE, "alteration")
@require_POST
def settle(request: HttpRequest, message_id: int) -> HttpResponse:
    """Say why it wants nothing more."""
    user, form = staff(request), SettleForm(request.POST)
    _seen(request, message_id)
    if carried_out(form, lambda given: message_actions.settle(user, message_id, because=given["because"])):
        told.success(request, "It is settled and left the list.")
        return redirect("messages:home")
    return _page(request, message_id, form, 422)


def _page(request: HttpRequest, message_id: int, form: forms.Form, status: int = 200) -> HttpResponse:
    user, now, message = staff(request), database_now(connection), _seen(request, message_id)
    record_consultation(user, SEE, [("message", message.pk)])
    content = message_presenters.content(message)
    context = {
        "now": now,
        "row": message_presenters.rows(user, [message])[0],
        "content": content[: message_presenters.LONGEST_SHOWN],
        "cut": len(content) > message_presenters.LONGEST_SHOWN,
        "same": message_presenters.rows(user, message_queries.same_id(message)),
        "form": form,
        "may_settle": user.can(SETTLE) and Message.objects.visible_to(user).filter(pk=message.pk).wanting().exists(),
        "settled": SETTLED,
    }
    return render(request, "integration/message.jinja", context, status=status)


def _seen(request: HttpRequest, message_id: int) -> Message:
    found = message_queries.seen(staff(request), message_id) if message_id < 2**63 else None
    if found is None:
        raise Http404("There is no such message, or it is not one that you may see.")
    return found


def _incident(one: Any) -> Any:
    return one.about.incident if hasattr(one, "about") else one.incident

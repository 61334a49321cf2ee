"""The look-back's pages: the queue, an item, the runs; and what is done there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.models import Incident
from goldthread.lookback import actions, decide_actions, forms, presenters, queries, tie_actions
from goldthread.lookback.models import Item
from goldthread.lookback.rules import NOT_THERE, Given
from goldthread.lookback.work import mark
from goldthread.web.forms import CommandForm
from goldthread.web.paging import page_links

PAGE = 50
LONGEST_REFERENCE = 80


@route("lookback.see", "consultation")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What is to be decided, highest risk first; and the lists of what waits, is owed and was decided."""
    user, now = staff(request), database_now(connection)
    show = request.GET.get("show", "open")
    show = show if show in queries.SHOWN else "open"
    asked = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_REFERENCE]
    pages = Paginator(queries.listed(user, show, now, asked).values_list("pk", flat=True), PAGE)
    page = pages.get_page(request.GET.get("page"))
    items = queries.whole(user, list(page.object_list))
    record_consultation(user, "lookback.see", _subjects(items), items=len(items), list="search" if asked else show)
    context = {
        "now": now,
        "rows": presenters.rows(user, items, now),
        "show": show,
        "asked": asked,
        "counts": queries.counts(user, now),
        "may_agree": user.can("lookback.agree"),
        "page": page_links(request, page, "item"),
    }
    return render(request, "lookback/queue.jinja", context)


@route("lookback.see", "consultation")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many want something now and how many are over their time: what the navigation shows. Nobody's record."""
    return JsonResponse(queries.counted(staff(request), database_now(connection)))


@route("lookback.see", "consultation")
@require_safe
def item(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """One item: the words first, what was carried beside them, and what may be decided."""
    return _page(request, item_id)


@route("lookback.decide", "alteration")
@require_POST
def take(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Make it one's own."""
    form = forms.TakeForm(request.POST)

    def act() -> str:
        decide_actions.take(staff(request), item_id, key=form.cleaned_data["key"], seen=request.POST.get("seen"))
        return "It is yours."

    return _done(request, item_id, form, act)


@route("lookback.decide", "alteration")
@require_POST
def decide(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Decide it: safe because, VAST, or re-open."""
    user, kind = staff(request), request.POST.get("kind", "")
    made = _seen(user, item_id)
    form: CommandForm
    match kind:
        case "vast":
            form = forms.VastForm(request.POST, desks=_desks())
        case "reopen":
            form = forms.ReopenForm(request.POST, ours=made.hit.incident_id is not None)
        case _:
            form = forms.SafeForm(request.POST)

    def act() -> str:
        given = form.cleaned_data
        decide_actions.decide(
            user,
            item_id,
            key=given["key"],
            given=Given(kind, given.get("reason", ""), given.get("words", ""), given.get("told", "")),
            desk_id=given.get("desk"),
            seen=request.POST.get("seen"),
        )
        return f"{made.reference} is decided."

    return _done(request, item_id, form, act)


@route("lookback.decide", "alteration")
@require_POST
def undo(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Take the decision back."""
    form = forms.UndoForm(request.POST)

    def act() -> str:
        given = form.cleaned_data
        decide_actions.undo(
            staff(request), item_id, key=given["key"], words=given["words"], seen=request.POST.get("seen")
        )
        return "The decision is undone. It is to be decided again, by you. What it set going goes on."

    return _done(request, item_id, form, act)


@route("lookback.decide", "alteration")
@require_POST
def untie(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Say that another record is not of the same person or address after all."""
    form = forms.UntieForm(request.POST)

    def act() -> str:
        given = form.cleaned_data
        tie_actions.untie(
            staff(request), item_id, other=given["other"], key=given["key"], words=given["words"]
        )  # fmt: skip
        return "They are not tied together any more. The look-back item itself stays as it was."

    return _done(request, item_id, form, act)


@route("lookback.decide", "collection")
@require_POST
def outcome(request: HttpRequest, item_id: uuid.UUID) -> HttpResponse:
    """Record what came of it."""
    form = forms.OutcomeForm(request.POST)

    def act() -> str:
        given = form.cleaned_data
        decide_actions.record_outcome(
            staff(request),
            item_id,
            key=given["key"],
            kind=given["outcome"],
            words=given["words"],
            seen=request.POST.get("seen"),
        )
        return "The outcome is on record."

    return _done(request, item_id, form, act)


@route("lookback.see", "none")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """What was taken into the look-back, who agreed how much of it a day, and how many a day each team decides now."""
    return _runs(request)


@route("lookback.agree", "alteration")
@require_POST
def capacity(request: HttpRequest, team_id: int) -> HttpResponse:
    """Agree another number of items a day for a team; what waits is released anew."""
    form = forms.CapacityForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.agree_capacity(staff(request), team_id, key=given["key"], a_day=given["capacity"])
        except NotThere as error:
            raise Http404(str(error)) from None
        except Refused as error:
            _show(form, error)
        else:
            messages.success(request, "The capacity is agreed. What waits is released anew, highest risk first.")
            return redirect("lookback:runs")
    return _runs(request, {team_id: form}, 422)


def _runs(request: HttpRequest, sent: dict[int, Any] | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    found = queries.runs(user)
    agreed = [
        {
            "team": team,
            "agreement": queries.newest_agreement(team),
            "form": (sent or {}).get(pk) or forms.CapacityForm(auto_id=f"capacity-{pk}-%s"),
            "may": user.can("lookback.agree") and (user.seat.scope("lookback.agree") != "team" or user.team_id == pk),
        }
        for pk, team in ((one.pk, one) for one in queries.teams(user))
    ]
    context = {"now": database_now(connection), "runs": found, "agreed": agreed}
    return render(request, "lookback/runs.jinja", context, status=status)


def _seen(user: Staff, item_id: uuid.UUID) -> Item:
    found: Item | None = (
        Item.objects.visible_to(user)
        .select_related("hit__run__team", "hit__run__agreed_by", "owner", "owner_team", "team")
        .filter(pk=item_id)
        .first()
    )
    if found is None:
        raise Http404(NOT_THERE)
    return found


def _desks() -> list[tuple[int, str]]:
    return [(desk.pk, desk.name) for desk in queries.desks()]


def _page(request: HttpRequest, item_id: uuid.UUID, sent: CommandForm | None = None) -> HttpResponse:
    """The item's page; with ``sent``, a form that was refused, with what was written in it."""
    user, now = staff(request), database_now(connection)
    found = _seen(user, item_id)
    others = presenters.belonging(user, found, now)
    record_consultation(user, "lookback.see", _subjects([found, *others["found"]]))
    incident = found.hit.incident_id
    ours = incident is not None
    made: dict[str, CommandForm] = {
        "safe": forms.SafeForm(),
        "vast": forms.VastForm(desks=_desks()),
        "reopen": forms.ReopenForm(ours=ours),
        "undo": forms.UndoForm(),
        "outcome": forms.OutcomeForm(),
        "take": forms.TakeForm(),
        "untie": forms.UntieForm(),
    }
    if sent is not None:
        made[sent.name] = sent
    context = {
        "now": now,
        "item": presenters.whole(found, now),
        "together": others,
        "forms": made,
        "sent": sent.name if sent is not None else "",
        "may": user.can("lookback.decide"),
        "may_grade": user.can("grade.choose"),
        "mark": mark(found),
        "mine": found.owner_id == user.pk,
        "incident": Incident.objects.visible_to(user).filter(pk=incident).first() if ours else None,
        "next": queries.after(user, found, now),
    }
    return render(request, "lookback/item.jinja", context, status=422 if sent is not None else 200)


def _done(request: HttpRequest, item_id: uuid.UUID, form: CommandForm, act: Callable[[], str]) -> HttpResponse:
    """Run a command and go back to the item, or show the form again with what was wrong and what was written."""
    if form.is_valid():
        try:
            told = act()
        except NotThere as error:
            raise Http404(str(error)) from None
        except Refused as error:
            _show(form, error)
        else:
            messages.success(request, told)
            return redirect("lookback:item", item_id)
    return _page(request, item_id, form)


def _show(form: Any, error: Refused) -> None:
    """Put the refusal's sentences to their fields, or over the form."""
    for name, sentence in (error.fields if isinstance(error, Invalid) else {"": str(error)}).items():
        form.add_error(name if name in form.fields else None, sentence)


def _subjects(items: list[Item]) -> list[tuple[str, str]]:
    found = [("lookback", str(one.pk)) for one in items]
    return found + [("incident", str(one.hit.incident_id)) for one in items if one.hit.incident_id]

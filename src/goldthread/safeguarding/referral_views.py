"""Pages of referrals: to refer, to see exactly what leaves, to follow each leg, and the list of those that are open."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE
from goldthread.desk import drafts
from goldthread.safeguarding import (
    link_presenters,
    link_queries,
    referral_document,
    referral_forms,
    referral_presenters,
    referral_queries,
)
from goldthread.safeguarding import referral_actions as actions
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.nav import sections
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.partner_queries import contacts
from goldthread.safeguarding.referral_kinds import kinds_on
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

if TYPE_CHECKING:
    from goldthread.safeguarding.referral_document import IncidentTold
    from goldthread.safeguarding.referral_kinds import Kind, Kinds
    from goldthread.safeguarding.referral_models import Referral

PAGE = 50
MINUTE = "%Y-%m-%dT%H:%M"
SEES, MAKES = referral_queries.SEES, actions.MAKES


@route(SEES, "consultation")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Referrals in one's reach, by the clock that runs out next."""
    user, now = staff(request), database_now(connection)
    show, kind = request.GET.get("show", "open"), request.GET.get("kind", "")
    show = show if show in dict(referral_queries.SHOWS) else "open"
    kind = kind if kind in dict(KINDS) else ""
    found = Paginator(referral_queries.listed(user, now, show=show, kind=kind), PAGE)
    page = found.get_page(request.GET.get("page"))
    here = list(page.object_list)
    record_consultation(user, "referral.list", [("referral", str(one.pk)) for one in here], show=show, kind=kind)
    context = {
        "now": now,
        "rows": [referral_presenters.row(one, now) for one in here],
        "show": show,
        "kind": kind,
        "shows": referral_queries.SHOWS,
        "kinds": KINDS,
        "page": page_links(request, page, "referral"),
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/referrals.jinja", context)


@route(SEES, "consultation")
@require_safe
def referral(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """One referral: what left, each leg with its time, its clocks, and what can still be recorded."""
    return _page(request, referral_id)


@route(MAKES, "collection")
@require_POST
def leg(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Record what the partner's person told by telephone."""
    return _answer(
        request,
        referral_id,
        referral_forms.LegForm(request.POST, legs=_legs_now(staff(request), referral_id)),
        lambda user, given: actions.record_leg(user, referral_id, **given),
        "Recorded.",
    )


@route(MAKES, "alteration")
@require_POST
def withdraw(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Withdraw a referral."""
    return _answer(
        request,
        referral_id,
        referral_forms.WithdrawForm(request.POST),
        lambda user, given: actions.withdraw(user, referral_id, **given),
        "Withdrawn.",
    )


@route(MAKES, "collection")
@require_POST
def feed_back(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Tell those who worked on the incident what came of it."""
    return _answer(
        request,
        referral_id,
        referral_forms.FeedBackForm(request.POST),
        lambda user, given: actions.feed_back(user, referral_id, **given),
        "Fed back on the incident's timeline.",
    )


@route(MAKES, "disclosure")
@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """To refer: choose, see exactly what would leave and what stays, then send. ``turn`` chooses another kind and keeps what was typed."""
    user, incident = staff(request), _incident(request, incident_id)
    typed = _typed(request, incident)
    if typed is None:
        return _refer(request, incident, {"kind": None})
    form, turned = typed.form, "turn" in request.POST
    context = typed.context()
    if not form.is_bound or turned:
        return _refer(request, incident, context)
    if form.data.get("do") == "send":
        given: dict[str, Any] = {}
        made = []
        before = set(referral_queries.of_incident(incident).values_list("pk", flat=True))

        def send(values: dict[str, Any]) -> None:
            given.update(form.given(values), told_at=values["told_at"], told_to=values["told_to"])
            made.append(
                actions.make(user, incident_id, key=values["key"], previewed=values["previewed"] or "none", **given)
            )

        if carried_out(form, send):
            _say_sent(request, made[0], again=made[0].pk in before)
            return _told_done(redirect("safeguarding:referral", made[0].pk), f"refer-{incident_id}", form.name)
    if form.is_valid() or form.data.get("do") == "send":
        context |= _preview(form, typed.kinds, typed.stands, incident)
    return _refer(request, incident, context, status=422 if form.errors else 200)


@route(MAKES, "collection")
@require_POST
def owe(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Say that a referral is owed, to be sent later."""
    kind = request.POST.get("kind", "")
    return _owed(
        request,
        incident_id,
        referral_forms.OweForm(request.POST),
        lambda user, given: actions.owe(user, incident_id, key=given["key"], kind=kind),
        "It is owed: a clock runs and the incident stays open until it is sent. What you typed is still here.",
    )


@route(MAKES, "alteration")
@require_POST
def not_owed(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Say that a referral is not owed after all."""
    kind = request.POST.get("owed", "")
    given = {"key": request.POST.get("key", ""), "why": request.POST.get(f"why-{kind}", "")}
    return _owed(
        request,
        incident_id,
        referral_forms.NotOwedForm(given),
        lambda user, given: actions.not_owed(user, incident_id, kind=kind, **given),
        "It is owed no more.",
        kept=f"owed-{kind}",
    )


def _owed(
    request: HttpRequest,
    incident_id: uuid.UUID,
    form: CommandForm,
    act: Callable[[Staff, dict[str, Any]], object],
    done: str,
    kept: str = "",
) -> HttpResponse:
    """The page again with what was typed for the referral: whoever owes one, or takes that back, was in the middle of writing it."""
    user, incident = staff(request), _incident(request, incident_id)
    carried = carried_out(form, lambda given: act(user, given))
    if carried:
        messages.success(request, done)
    typed = _typed(request, incident)
    context: dict[str, Any] = typed.context(fresh=carried) if typed is not None else {"kind": None}
    if carried:
        answer = _refer(request, incident, context)
        return _told_done(answer, f"refer-{incident_id}", kept) if kept else answer
    return _refer(
        request, incident, {**context, form.name: form, "owed_kind": request.POST.get("owed", "")}, status=422
    )


def _incident(request: HttpRequest, incident_id: uuid.UUID) -> Incident:
    found = reached(staff(request), MAKES, incident_id)
    if found is None:
        raise Http404(NOT_THERE)
    return found


@dataclass(frozen=True)
class _Typed:
    """The form to refer with what was typed in it, and what it was made of."""

    form: referral_forms.ReferForm
    kind: Kind
    kinds: Kinds
    stands: IncidentTold
    offers: bool

    def context(self, *, fresh: bool = False) -> dict[str, Any]:
        """What the page needs of it; ``fresh`` where its key was used by another command."""
        return {"kind": self.kind, "form": self.form, "offers": self.offers, "fresh": fresh}


def _typed(request: HttpRequest, incident: Incident) -> _Typed | None:
    """None until a kind of partner is chosen."""
    kinds = kinds_on(force_day(database_now(connection)))
    asked = request.POST.get("turn") or request.POST.get("kind") or request.GET.get("kind", "")
    if asked not in kinds.kinds:
        return None
    kind, held, stands = kinds.kinds[asked], contacts(asked, incident.area), referral_queries.told(incident)
    begun = request.method == "POST" and "kind" in request.POST  # the first choice of a kind begins the form
    data = request.POST.copy() if begun else None
    if data is not None and "turn" in data:  # another kind gets other things on other grounds; the words stay
        data.setlist("leaves", list(kind.fields))
        data["basis"] = kind.bases[0] if len(kind.bases) == 1 else ""
        data["contact"] = ""
    form = referral_forms.ReferForm(data, kinds=kinds, kind=kind, contacts=held, stands=stands)
    return _Typed(form, kind, kinds, stands, held.exists())


def _say_sent(request: HttpRequest, made: Referral, *, again: bool) -> None:
    """Say whether anything left, and where not, whom to telephone."""
    if not made.links.exists():
        messages.warning(request, link_queries.not_sent(made))
    elif again:
        messages.warning(request, f"This was sent before, as referral {made.number}. It was not sent a second time.")
    else:
        messages.success(request, f"Sent to {made.partner}: referral {made.number}.")


def _told_done(answer: HttpResponse, page: str, form: str) -> HttpResponse:
    """Tell the browser which form was carried out, so that it keeps no longer what was typed there: see ``typed.js``."""
    answer.set_cookie(
        "sv-done", f"{page}.{form}", path="/safeguarding/", secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
    return answer


def _refer(request: HttpRequest, incident: Incident, context: dict[str, Any], status: int = 200) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    before = list(referral_queries.of_incident(incident))
    subjects = [("incident", str(incident.pk)), *(("referral", str(one.pk)) for one in before)]
    record_consultation(user, MAKES, subjects)
    context = {
        "now": now,
        "incident": incident,
        "kinds": KINDS,
        "before": [referral_presenters.row(one, now) for one in before],
        "owed": referral_presenters.owed_rows(incident, now),
        "not_owed": referral_forms.NotOwedForm(),
        "draft_key": drafts.browser_key(user),
        **context,
    }
    return render(request, "safeguarding/refer.jinja", context, status=status)


def _preview(form: referral_forms.ReferForm, kinds: Any, stands: Any, incident: Incident) -> dict[str, Any]:
    """Exactly what would leave, what stays, and the digest that the sending is held to; nothing where what is chosen is none yet."""
    if not hasattr(form, "cleaned_data"):
        return {}
    values = {**dict.fromkeys(form.fields, ""), **form.cleaned_data}
    to = PartnerContact.objects.select_related("partner").filter(pk=values["contact"] or 0).first()
    try:
        if to is None:
            raise Invalid({"contact": "Choose whom it goes to: a registered contact."})
        given = form.given(values)
        del given["contact"]
        chosen = actions.choose(kinds, stands, to, **{**given, "children": given["children"] or []})
    except Invalid as error:
        for field, sentence in error.fields.items():
            if field not in form.errors:
                form.add_error(field if field in form.fields else None, sentence)
        return {}
    text, digest = actions.frozen(kinds, stands, chosen)
    shown = referral_document.document(
        referral_document.read(text), reference=incident.reference, digest=digest, at=database_now(connection)
    )
    return {
        "preview": shown,
        "digest": digest,
        "withheld": referral_document.withheld(kinds, stands, chosen),
        "replaced": referral_document.ANOTHER in text and referral_document.ANOTHER not in chosen.concern,
    }


def _answer(
    request: HttpRequest,
    referral_id: uuid.UUID,
    form: CommandForm,
    act: Callable[[Staff, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    user = staff(request)
    if carried_out(form, lambda given: act(user, given)):
        messages.success(request, done)
        return _told_done(redirect("safeguarding:referral", referral_id), f"referral-{referral_id}", form.name)
    return _page(request, referral_id, form=form, status=422)


def _legs_now(user: Staff, referral_id: uuid.UUID) -> list[tuple[str, str]]:
    found = referral_queries.one(user, referral_id)
    if found is None:
        raise Http404(actions.THERE_IS_NONE)
    legs: list[tuple[str, str]] = referral_presenters.may(found, list(referral_queries.legs(found)), [])["legs"]
    return legs


def _page(
    request: HttpRequest, referral_id: uuid.UUID, *, form: CommandForm | None = None, status: int = 200
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    found = referral_queries.one(user, referral_id)
    if found is None:
        raise Http404(actions.THERE_IS_NONE)
    children = found.children.values_list("child", flat=True)
    subjects = [("incident", str(found.incident_id)), ("referral", str(found.pk))]
    record_consultation(user, SEES, [*subjects, *(("child", str(one)) for one in children)])
    legs = list(referral_queries.legs(found))
    readers = referral_presenters.readers(found)
    may = referral_presenters.may(found, legs, readers)
    fresh: list[CommandForm] = [
        referral_forms.LegForm(legs=may["legs"], initial={"occurred_at": now.astimezone(LONDON).strftime(MINUTE)}),
        referral_forms.WithdrawForm(),
        referral_forms.FeedBackForm(),
    ]
    context = {
        "now": now,
        "referral": found,
        "legs": referral_presenters.legs(legs),
        "clocks": referral_presenters.clocks(found, now),
        "document": referral_presenters.document(found),
        "basis": referral_presenters.basis(found),
        "readers": readers,
        "may": may,
        "records": reached(user, MAKES, found.incident_id) is not None,
        "clock_names": names(),
        "draft_key": drafts.browser_key(user),
        "links": link_presenters.panel(user, found, now),
        "form": form,
        "forms": {one.name: form if form is not None and form.name == one.name else one for one in fresh},
    }
    return render(request, "safeguarding/referral.jinja", context, status=status)

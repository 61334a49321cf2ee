"""First pages: where a role lands, and the page that says what it may do."""

from __future__ import annotations

import json

from allauth.account.views import LogoutView
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from goldthread.accounts import oidc
from goldthread.accounts.forms import AuditForm
from goldthread.accounts.models import Staff
from goldthread.accounts.roles import told, verbs
from goldthread.accounts.routes import route, staff
from goldthread.accounts.sessions import SIGNED_ON, signed_in_by
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now

PAGE = 100


class SignOut(LogoutView):  # type: ignore[misc]
    """Signing out. Whoever works shifts and is signed in elsewhere too is asked whether their shift goes on there."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.POST.get("shift") not in ("goes-on", "ends") and self._elsewhere():
            asks: HttpResponse = self.render_to_response(self.get_context_data())
            return asks
        by_directory = request.session.get(SIGNED_ON, False) and oidc.on()
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return redirect("accounts:sign_on_out") if by_directory else answer

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return {**super().get_context_data(**kwargs), "elsewhere": self._elsewhere()}

    def _elsewhere(self) -> int:
        user = staff(self.request)
        return len(signed_in_by(user, but=self.request.session.session_key)) if user.can("owner.take") else 0


@route("signed-in", "none")
@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """Send each role to its own first page."""
    return redirect(staff(request).seat.first_page)


@route("signed-in", "none")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this role may do here, from the matrix; the first page of roles whose records come from a sample or a course."""
    user = staff(request)
    may = [{"does": meaning, "scope": user.seat.scope(verb)} for verb, meaning in verbs().items() if user.can(verb)]
    return render(request, "accounts/home.jinja", {"may": may, "seat": user.seat})


@route("audit.see", "consultation")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Who saw and did what: newest events, about one record or by one member of staff."""
    user = staff(request)
    asked = AuditForm(request.GET)
    asked.is_valid()
    now = database_now(connection)
    found = asked.events(now)
    pages = Paginator(found, PAGE)
    page = pages.get_page(request.GET.get("page"))
    listed = list(page.object_list)  # before this look adds an event of its own, which would push the oldest off
    record_consultation(user, "audit.see", asked.subjects())
    names = dict(Staff.objects.filter(pk__in={event.staff_id for event in listed}).values_list("pk", "name"))
    events = [
        {
            "event": event,
            "who": names.get(event.staff_id or 0, "system"),
            "role": told(event.role),
            "about": _about(event.subjects),
        }
        for event in listed
    ]
    context = {
        "now": now,
        "events": events,
        "form": asked,
        "number": page.number,
        "pages": pages.num_pages,
        "more": page.has_next(),
        "fewer": page.has_previous(),
    }
    return render(request, "accounts/audit.jinja", context)


def _about(subjects: str) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in json.loads(subjects))

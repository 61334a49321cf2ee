"""The partner's page: opened by a signed link and a code, with nothing of ours around it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goldthread.accounts.routes import route
from goldthread.config.errors import NotThere, Refused
from goldthread.config.logs import log
from goldthread.files.views import sent
from goldthread.safeguarding import link_partner_actions as actions
from goldthread.safeguarding import link_rules
from goldthread.safeguarding.link_forms import AnswerForm, AskForm, CodeForm, SeenForm
from goldthread.safeguarding.link_presenters import document_page, door
from goldthread.web.forms import carried_out

COOKIE = "goldthread_partner"
WHY = "whoever holds the link is no staff: the link is signed, and a code that goes to the registered contact opens it"
View = Callable[..., HttpResponse]


def _partner(view: View) -> View:
    """Say in a page of its own why a link opens nothing, and send back to the door who has no code; nothing is kept anywhere."""

    @wraps(view)
    def answered(request: HttpRequest, token: str, **given: Any) -> HttpResponse:
        try:
            response = view(request, token, **given)
        except link_rules.Ended as error:
            heading, what = link_rules.ENDED[error.why]
            response = _page(request, "ended", {"heading": heading, "what": what}, 410)
        except link_rules.NeedsCode as error:
            response = _door(request, token, closed=str(error))
        except NotThere:
            response = _page(
                request, "ended", {"heading": "This link does not open", "what": link_rules.NOT_A_LINK}, 404
            )
        except Refused as error:
            log().error("a partner's page could not be shown", part="links", error=type(error).__name__)
            response = _page(request, "ended", {"heading": "This does not open now", "what": link_rules.NOT_NOW}, 503)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "no-store"
        return response

    return answered


@route("anyone", "disclosure", why=WHY)
@require_safe
@_partner
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The door, or what was sent where a code was entered in this browser."""
    visit = actions.arrive(token, _session(request), _address(request))
    if visit.until is None:
        return _door(request, token, visit=visit)
    return _document(request, token)


@route("anyone", "collection", why=WHY)
@require_POST
@_partner
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the registered contact."""
    form = AskForm(request.POST)
    wanted = form.cleaned_data["way"] if form.is_valid() else ""
    try:
        to = actions.ask(token, _address(request), wanted)
    except link_rules.CodeRefused as error:
        return _door(request, token, closed=str(error), status=429)
    return _door(request, token, told=to)


@route("anyone", "collection", why=WHY)
@require_POST
@_partner
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Enter a code; the browser that did may read for half an hour."""
    form = CodeForm(request.POST)
    found: list[str] = []
    if not carried_out(form, lambda given: found.append(actions.enter(token, given["code"], _address(request)))):
        return _door(request, token, form=form, status=422)
    carried = _carried(request)
    back = redirect("safeguarding_partner:opened", token)
    response = _document(request, token, session=found[0], answer=AnswerForm(initial=carried)) if carried else back
    response.set_cookie(
        COOKIE, found[0], max_age=int(link_rules.SESSION.total_seconds()), path=f"/p/{token}/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@route("anyone", "collection", why=WHY)
@require_POST
@_partner
def seen(request: HttpRequest, token: str) -> HttpResponse:
    """A named person says that they have read it."""
    form = SeenForm(request.POST)
    return _kept(
        request, token, form, {"seen": form},
        lambda given: actions.seen(token, _session(request), key=given["key"], name=given["person"], read=given["read"]),
    )  # fmt: skip


@route("anyone", "collection", why=WHY)
@require_POST
@_partner
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Accept, decline, say what was done, or what came of it for the child."""
    form = AnswerForm(request.POST, request.FILES)
    return _kept(
        request, token, form, {"answer": form},
        lambda given: actions.answer(
            token, _session(request), key=given["key"], leg=given["leg"], name=given["person"], words=given["words"],
            upload=given["file"],
        ),
    )  # fmt: skip


@route("anyone", "disclosure", why=WHY)
@require_safe
@_partner
def file(request: HttpRequest, token: str, number: uuid.UUID) -> HttpResponse:
    """A file that was put beside what was sent."""
    return sent(actions.give(token, _session(request), _address(request), number))


@route("anyone", "none", why="it only forgets what this browser holds")
@require_http_methods(["POST"])
@_partner
def close(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - as every view
    """Close the page in this browser."""
    response = redirect("safeguarding_partner:opened", token)
    response.delete_cookie(COOKIE, path=f"/p/{token}/", samesite="Lax")
    return response


def _kept(
    request: HttpRequest, token: str, form: forms.Form, shown: dict[str, Any], act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    if carried_out(form, act):
        return redirect("safeguarding_partner:opened", token)
    return _document(request, token, 422, **shown)


def _document(request: HttpRequest, token: str, status: int = 200, *, session: str = "", **shown: Any) -> HttpResponse:
    visit = actions.show(token, session or _session(request), _address(request))
    return _page(request, "document", {"token": token, **document_page(visit, **shown)}, status)


def _door(
    request: HttpRequest, token: str, *, visit: actions.Visit | None = None, status: int = 200, **shown: Any
) -> HttpResponse:
    visit = visit or actions.arrive(token, "", _address(request))
    return _page(request, "door", {"token": token, "carried": _carried(request), **door(visit, **shown)}, status)


def _carried(request: HttpRequest) -> dict[str, str]:
    """An answer that was typed when the page had closed: it goes through the door and comes back in its boxes."""
    return {name: request.POST[name] for name in ("leg", "words", "person") if request.POST.get(name)}


def _page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"safeguarding/link_{name}.jinja", context, status=status)


def _session(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:45]

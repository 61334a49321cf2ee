"""The pages of signing on by the force's directory: to it, back from it, and what it tells by itself."""

from __future__ import annotations

from urllib.parse import urlencode

import requests
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts import oidc, oidc_actions
from goldthread.accounts.oidc_adapter import THIS, Back, Endpoints, begin, no_answer, refused
from goldthread.accounts.oidc_rules import Untrusted
from goldthread.accounts.routes import route

WHY = "signing on comes before being known; events are recorded as security"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@route("anyone", "none", why=WHY)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send somebody to the directory; afterwards they come to the page they wanted, where it is one of ours."""
    _only_where_on()
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    onward = wanted if ours else "/"
    if request.user.is_authenticated:
        return redirect(onward)
    try:
        return begin(request, onward)
    except requests.RequestException:
        return no_answer(request)
    except Untrusted as error:
        return refused(request, error.code, str(error))


@route("anyone", "none", why=WHY)
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Whom the directory sent back: let on, or told why not."""
    _only_where_on()
    try:
        answer: HttpResponse = Back.adapter_view(Endpoints(request, THIS))(request)
    except requests.RequestException:
        return no_answer(request)
    except Untrusted as error:
        return refused(request, error.code, str(error))
    return answer


@route(
    "anyone", "none", why="the directory itself sends it; its signature is checked, and it can only sign somebody out"
)
@csrf_exempt
@require_POST
def ended(request: HttpRequest) -> HttpResponse:
    """The directory says that somebody's session is over (OpenID Connect Back-Channel Logout 1.0)."""
    _only_where_on()
    try:
        claims = oidc.read_token(request.POST.get("logout_token"), nonce=None)
        events = claims.get("events")
        if not isinstance(events, dict) or EVENT not in events or "nonce" in claims:
            raise Untrusted("no_logout", "no logout token")
        subject = claims.get(oidc.env().oidc_subject_claim)
        if not isinstance(subject, str) or not subject:
            raise Untrusted("no_subject", "nobody is named")
    except (Untrusted, requests.RequestException):
        return JsonResponse({"error": "invalid_request"}, status=400)
    oidc_actions.over(subject)
    return HttpResponse(status=200)


@route("anyone", "none", why="one is signed out when one comes here")
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Signed out here; the session at the directory is another, which may be ended too."""
    _only_where_on()
    return render(request, "accounts/signed-out.jinja", {"there": _end_there(request)})


def _end_there(request: HttpRequest) -> str:
    """Where the session at the directory is ended; empty where it offers no such thing, or does not answer."""
    try:
        at = oidc.says().get("end_session_endpoint", "")
    except (requests.RequestException, Untrusted):
        return ""
    if not at:
        return ""
    home = request.build_absolute_uri(reverse("account_login"))
    return f"{at}{'&' if '?' in at else '?'}" + urlencode(
        {"client_id": oidc.env().oidc_client_id, "post_logout_redirect_uri": home}
    )


def _only_where_on() -> None:
    if not oidc.on():
        raise Http404("Nobody signs on by a directory here.")

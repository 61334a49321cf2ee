"""The gate every request passes: declared, known by session or token, and permitted by the role's row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from goldthread.accounts.actions import bearer
from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.accounts.routes import GATES, declarations_of
from goldthread.web.errors import error_page
from goldthread.web.problems import problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Goldthread"'}


class DeclaredRoutes:
    """Refuses what is not declared (404), sends strangers to sign in, and refuses a verb the role lacks (403).

    Where a token is asked for, the session counts for nothing: whoever a browser is signed in as, a page of another site
    can make it send no command here, which is why these addresses need no form token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        methods = declarations_of(view, match.url_name if match else None)
        if not methods:
            raise Http404("This address is not open.")
        declared = methods.get(request.method or "") or methods.get("*")
        if declared is None:
            return HttpResponseNotAllowed(methods)
        if declared.verb == "anyone":
            return None
        if (gate := GATES.get(declared.means)) is not None:
            return gate(request, declared.verb)
        if declared.means == "token":
            known = bearer(request)
            if known is None:
                return problem("no-token", headers=CHALLENGE)
            request.user = known
        user = request.user
        if not isinstance(user, Staff) or not user.is_active:
            return self._to_sign_in(request)
        if declared.verb != "signed-in" and not user.can(declared.verb):
            raise PermissionDenied(_why_not(user, declared.verb))
        return None

    def _to_sign_in(self, request: HttpRequest) -> HttpResponse:
        target = reverse("account_login")
        if request.headers.get("HX-Request"):
            return error_page(request, 401)  # put beside what was typed, which stays
        return redirect(f"{target}?next={quote(request.get_full_path() if request.method == 'GET' else '/')}")


def _why_not(user: Staff, verb: str) -> str:
    """Whether the role or only the token at hand stands against it."""
    if user.limited_to is None or not roles()[user.role].can(verb):
        return f"Your role, {user.seat.name}, may not do this."
    return f"This token is not held to {verb}, only to {', '.join(sorted(user.limited_to))}. Ask who keeps staff for another."

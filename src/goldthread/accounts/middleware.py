"""The gate every request passes: declared, signed in, and permitted by the role's row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import declaration_of
from goldthread.web.errors import error_page


class DeclaredRoutes:
    """Refuses what is not declared (404), sends strangers to sign in, and refuses a verb the role lacks (403)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        declared = declaration_of(view, match.url_name if match else None)
        if declared is None:
            raise Http404("This address is not open.")
        if declared.verb == "anyone":
            return None
        user = request.user
        if not isinstance(user, Staff) or not user.is_active:
            return self._to_sign_in(request)
        if declared.verb != "signed-in" and not user.can(declared.verb):
            raise PermissionDenied(f"Your role, {user.seat.name}, may not do this.")
        return None

    def _to_sign_in(self, request: HttpRequest) -> HttpResponse:
        target = reverse("account_login")
        if request.headers.get("HX-Request"):
            return error_page(request, 401)  # put beside what was typed, which stays
        return redirect(f"{target}?next={quote(request.get_full_path() if request.method == 'GET' else '/')}")

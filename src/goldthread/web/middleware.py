"""Headers on every answer, and a clear refusal of requests that no database could hold."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from goldthread.web.addresses import stream_origin


class BehindProxy:
    """Takes the caller's address from the one proxy in front, where the operator says that there is one.

    The proxy appends what it saw, so the last address counts; those before it are the caller's own claim.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip()
        if settings.ENV.behind_proxy and seen:
            request.META["REMOTE_ADDR"] = seen
        return self.get_response(request)


class SecurityHeaders:
    """A content security policy without inline script or style; pages about people are never cached or framed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self' {stream_origin(request)}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if not getattr(response, "xframe_options_exempt", False):  # its own policy says who may frame it
            response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class TidyInput:
    """Refuses with 400 what cannot be stored anywhere: null characters in the address or a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        given = [request.path, unquote(request.META.get("QUERY_STRING", "")), *request.COOKIES.values()]
        if any("\x00" in part for part in given):
            raise BadRequest("The address or a cookie holds a null character.")

"""Error pages: the handlers a root URL configuration names, and a middleware that gives bare refusals a page.

For a part of a page that asked by itself (htmx) the same words land in the page's problem place and nowhere else. A
program gets a problem document instead of a page.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import loader

from goldthread.web.problems import BY_STATUS, for_program, problem

LAST_RESORT = "Something went wrong on our side. What was saved is kept. Go back and try again, or tell a supervisor."
OUTSIDE = "/p/"
"""Addresses below this are opened by partners, who are no staff."""
BARE = {405, 413, 429, 503}

log = logging.getLogger(__name__)


class FileTooLarge(RequestDataTooBig):
    """More is announced than a file may hold; nothing of it was read."""


def error_page(
    request: HttpRequest, status: int, name: str | None = None, detail: str = "", *, alone: bool = False
) -> HttpResponse:
    """The page for ``status`` (or the named one), with a sentence of detail where there is one.

    ``alone``: it is made without any context processor, since one of these may be what broke. A partner gets the frame of their own
    pages, whatever happened.
    """
    if for_program(request):
        return problem(BY_STATUS[status], detail)
    template = loader.get_template(f"web/errors/{name or status}.jinja")
    context: dict[str, object] = {"detail": detail}
    if request.path_info.startswith(OUTSIDE):
        context |= {"outside": True, "force_name": settings.ENV.force_name}
    response = HttpResponse(template.render(context, None if alone else request), status=status)
    if not alone and request.headers.get("HX-Request") == "true":
        response["HX-Retarget"] = "#problem"
        response["HX-Reselect"] = "#error"
        response["HX-Reswap"] = "innerHTML"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when the request was too large to take in."""
    if isinstance(exception, RequestDataTooBig):
        return error_page(request, 413, "file" if isinstance(exception, FileTooLarge) else None)
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the reason given where the refusal was made."""
    return error_page(request, 403, detail=str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404, also for what exists but may not be seen."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, made without the request: whatever broke the page must not break this one.

    503 where the database did not answer to a middleware, before there was a view whose exceptions are looked at.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return error_page(request, 503, alone=True)
    if for_program(request):
        return problem("broken")
    try:
        return error_page(request, 500, alone=True)
    except Exception:
        log.exception("the error page itself failed")
        return HttpResponse(LAST_RESORT, status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 for a form whose token is missing or old."""
    return error_page(request, 403, "csrf")


class ErrorPages:
    """Middleware: a refusal without a body (wrong method, too large, too often, not available) gets its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        bare = response.status_code in BARE and not response.streaming and not getattr(response, "content", b"")
        program = for_program(request)
        if not bare or not (program or request.accepts("text/html")):
            return response
        page = error_page(request, response.status_code, alone=response.status_code == 503)
        for header, value in response.items():
            if header not in ("Content-Type", "Content-Length"):
                page[header] = value
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A database that does not answer is *not available for the moment*, not a fault of the page."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        log.error("the database does not answer")
        return error_page(request, 503, alone=True)

"""Answers to what went wrong: each says what happened, what was kept and what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TEMPLATES = {
    400: "web/errors/400.jinja",
    403: "web/errors/403.jinja",
    404: "web/errors/404.jinja",
    405: "web/errors/405.jinja",
    413: "web/errors/413.jinja",
    500: "web/errors/500.jinja",
    503: "web/errors/503.jinja",
}


def problem(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """The error page for ``status``, with a sentence of detail where there is one."""
    return render(request, TEMPLATES[status], {"detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 413 if type(exception).__name__ == "RequestDataTooBig" else 400, "")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 403, str(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return problem(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return problem(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return render(request, "web/errors/csrf.jinja", {}, status=403)

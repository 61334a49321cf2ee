"""What a machine asks of the service: is it well, and how is it doing. No person's record is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from goldthread.accounts.routes import route
from goldthread.clocks.db import database_now


@route("anyone", "none", why="a load balancer asks before anybody signs in; the answer holds no record")
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 with ``{"database": "well"}``, or 503 when the database does not answer."""
    try:
        database_now(connection)
    except DatabaseError:
        return JsonResponse({"database": "not answering"}, status=503)
    return JsonResponse({"database": "well"})


@route("audit.see", "none")
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Process metrics in Prometheus's format; counts and times only."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def icon(view: Callable[..., Any]) -> Callable[..., Any]:
    """Declare the icon's redirect open to anyone."""
    return route("anyone", "none", why="browsers ask for it on every page, signed in or not")(view)

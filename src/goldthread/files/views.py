"""The one address at which a file is read."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.config.errors import NotThere, Refused
from goldthread.files import actions
from goldthread.web.errors import error_page


@route("signed-in", "disclosure", why="who may read a file is asked of what it is attached to")
@require_safe
def download(request: HttpRequest, number: uuid.UUID) -> HttpResponse:
    """A file, to be saved and never shown in the page."""
    try:
        return sent(actions.give(staff(request), number))
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        return error_page(request, 503, detail=str(error))


def sent(given: actions.Given) -> HttpResponse:
    """The answer that holds a file: saved under its name, its type not guessed, nothing in it run."""
    return HttpResponse(
        given.content,
        content_type=given.media,
        headers={
            "Content-Disposition": content_disposition_header(True, given.name) or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )

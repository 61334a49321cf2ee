"""Refusals as a program reads them: problem documents of RFC 9457, wherever the address is the API's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

PROGRAMS = "/api/"
"""Addresses below this are asked by programs and never answer with a page."""
MEDIA_TYPE = "application/problem+json"
URN = "urn:goldthread:problem:"


@dataclass(frozen=True)
class Kind:
    """A kind of refusal: its status, the title that is the same every time, and a sentence where nothing better is known."""

    status: int
    title: str
    detail: str


KINDS = {
    "not-understood": Kind(
        400,
        "The request cannot be read",
        "The request cannot be read. Nothing was saved; correct it and send it again.",
    ),
    "no-token": Kind(
        401,
        "No valid token",
        "Send a token that is valid: Authorization: Bearer, then the token. It may have expired, or been revoked.",
    ),
    "not-permitted": Kind(403, "Not permitted", "The role of this token's user may not do this. Nothing was changed."),
    "not-there": Kind(404, "Not there", "There is nothing at this address, or it is not for this token's user."),
    "wrong-method": Kind(405, "Wrong method", "This address takes another method; the header Allow names it."),
    "refused": Kind(409, "Refused by the rules", "The rules do not allow this now. Nothing was changed."),
    "stale": Kind(409, "Changed meanwhile", "What this rests on has changed since. Nothing was saved; read it again."),
    "too-large": Kind(
        413, "Too large", "This is more than is taken in one request. Nothing was saved; send it in parts."
    ),
    "wrong-media-type": Kind(415, "Not JSON", "Send JSON, with Content-Type: application/json. Nothing was saved."),
    "not-as-described": Kind(
        422, "Not as described", "The request is not as the description of this operation says. Nothing was saved."
    ),
    "invalid": Kind(422, "Values that cannot be kept", "Some values cannot be kept. Nothing was saved."),
    "too-many": Kind(429, "Too many requests", "Too many requests. Wait a moment and send it again."),
    "broken": Kind(
        500, "Something broke on our side", "Something went wrong on our side. Send it again with the same key."
    ),
    "unavailable": Kind(
        503,
        "Not available for the moment",
        "The service is not available for the moment. Send it again with the same key.",
    ),
}
"""Every kind by the code that ends its ``type``."""
BY_STATUS = {kind.status: code for code, kind in reversed(KINDS.items())}
"""The kind for a refusal of which only the status is known: the first of that status."""


def for_program(request: HttpRequest | None) -> bool:
    """Whether a program asked, which is told by the address alone."""
    return request is not None and request.path_info.startswith(PROGRAMS)


def problem(
    code: str, detail: str = "", errors: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The document for a refusal of kind ``code``; ``errors`` maps each field to its sentence.

    Raises ``KeyError`` for a code that ``KINDS`` does not have.
    """
    kind = KINDS[code]
    document: dict[str, object] = {
        "type": URN + code,
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail,
    }
    if errors:
        document["errors"] = dict(errors)
    return HttpResponse(
        json.dumps(document), status=kind.status, content_type=MEDIA_TYPE, headers=dict(headers) if headers else None
    )

"""Every way in which an operation is not carried out, as a problem document in the sentences of the rules."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.work import NOT_THERE
from goldthread.integration.api.json_body import Unreadable
from goldthread.web.problems import BY_STATUS, problem

SENTENCES = {
    "missing": "This is needed.",
    "string_type": "This is text, in quotation marks.",
    "string_unicode": "This holds half of a character. Send whole ones.",
    "string_too_long": "At most {max_length} characters fit here.",
    "string_too_short": "At least {min_length} characters are needed here.",
    "string_pattern_mismatch": "This is blank, or not in the form that is described here.",
    "int_type": "This is a whole number, without quotation marks.",
    "int_parsing": "This is a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_type": "This is a number, without quotation marks.",
    "finite_number": "This is a number.",
    "bool_type": "This is true or false, without quotation marks.",
    "bool_parsing": "This is true or false.",
    "greater_than_equal": "This is {ge} or more.",
    "less_than_equal": "This is {le} or less.",
    "uuid_type": "This is a UUID, such as 6d2c3f4e-8a1b-4c5d-9e0f-112233445566.",
    "uuid_parsing": "This is a UUID, such as 6d2c3f4e-8a1b-4c5d-9e0f-112233445566.",
    "literal_error": "This is {expected}.",
    "list_type": "This is a list.",
    "too_long": "At most {max_length} fit here.",
    "dict_type": "This is an object of names and values.",
    "model_type": "This is an object of names and values.",
    "model_attributes_type": "This is an object of names and values.",
    "given_twice": "This is given twice, so it is not clear which holds. Give it once.",
    "extra_forbidden": "There is no such field here. See the description of this operation.",
}
"""A sentence for each way in which a value is not as described, by pydantic's code for it."""


def install(api: NinjaAPI) -> None:
    """Answer each refusal of an action, and each request that is not as described, with its problem document."""

    @api.exception_handler(Invalid)
    def invalid(_request: HttpRequest, error: Invalid) -> HttpResponse:
        return problem("invalid", str(error), error.fields)

    @api.exception_handler(Stale)
    def stale(_request: HttpRequest, error: Stale) -> HttpResponse:
        return problem("stale", str(error))

    @api.exception_handler(NotThere)
    def not_there(_request: HttpRequest, error: NotThere) -> HttpResponse:
        return problem("not-there", str(error))

    @api.exception_handler(Http404)
    def no_such(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem("not-there", NOT_THERE)

    @api.exception_handler(Refused)
    def refused(_request: HttpRequest, error: Refused) -> HttpResponse:
        return problem("refused", str(error))

    @api.exception_handler(ValidationError)
    def not_as_described(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem("not-as-described", errors={_field(one["loc"]): _sentence(one) for one in error.errors})

    @api.exception_handler(HttpError)
    def unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
        cause = error.__cause__
        if isinstance(cause, Unreadable):
            return problem(cause.code, str(cause))
        return problem(BY_STATUS[error.status_code])

    @api.exception_handler(RequestDataTooBig)
    def too_large(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return problem("too-large")

    @api.exception_handler(UnreadablePostError)
    def cut_off(_request: HttpRequest, _error: UnreadablePostError) -> HttpResponse:
        return problem("not-understood", "The body ended before it was whole. Nothing was saved; send it again.")


def _field(location: tuple[Any, ...]) -> str:
    """Where it is, as the sender knows it: ``children.0.age``, or the name of a parameter; ``body`` for all of it."""
    source, *path = location
    if source == "body":
        path = path[1:]  # the first is our own name for the whole
    return ".".join(map(str, path)) or str(source)


def _sentence(error: dict[str, Any]) -> str:
    known = SENTENCES.get(error["type"])
    return known.format(**error.get("ctx", {})) if known else str(error["msg"])

"""JSON as the API takes it: one reading of a text, or a refusal; nothing is guessed and nothing silently dropped."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser


class Unreadable(Exception):
    """A body that is not JSON as we take it; ``code`` is the problem's kind and ``str()`` its sentence."""

    def __init__(self, why: str = "", code: str = "not-understood") -> None:
        super().__init__(why)
        self.code = code


class JsonBody(Parser):
    """Reads bodies for the API's operations."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value. Raises ``Unreadable``."""
        if request.content_type != "application/json":
            raise Unreadable(code="wrong-media-type")
        try:
            text = request.body.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable("The body is not UTF-8. Nothing was saved; send it in UTF-8.") from None
        try:
            return json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_no_constant)
        except RecursionError:
            raise Unreadable("The body is nested too deeply. Nothing was saved.") from None
        except ValueError:  # among them a number of thousands of digits
            raise Unreadable("The body is not JSON. Nothing was saved; correct it and send it again.") from None


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("A field is given twice, so it is not clear which holds. Nothing was saved; give it once.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")

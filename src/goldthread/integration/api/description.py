"""The description of the API as OpenAPI 3.1, made from the operations themselves and from what is in force today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.http import HttpRequest, JsonResponse

from goldthread.accounts.queries import areas
from goldthread.accounts.routes import route
from goldthread.assessment.elements import elements_on
from goldthread.clocks.db import database_now
from goldthread.integration.api.examples import example
from goldthread.integration.api.service import SUBJECTS, api
from goldthread.response.grades import grades_on
from goldthread.safeguarding import child_rules
from goldthread.web.problems import KINDS, MEDIA_TYPE, URN

Values = dict[str, list[tuple[str, str]]]
PREFIX = "api/v1/"
SCHEME = "Token"
METHODS = ("get", "post", "put", "patch", "delete")
EVERYWHERE = ("no-token", "not-permitted", "not-there", "not-as-described", "unavailable")
"""Refusals that any operation may answer with; those with a body, and those that change something, add theirs."""
WITH_QUERY = ("not-understood",)
WITH_BODY = ("not-understood", "too-large", "wrong-media-type")
WITH_COMMAND = ("refused",)
GOOD = {200: "Done; the answer is below.", 201: "Made.", 204: "Done; there is nothing to answer with."}
ABOUT = """\
Goldthread for programs: whatever is done here is done by the same rules, with the same sight and on the same record as on \
the pages. A token acts as its user, who gets it from an operator (`goldthread token USER`).

Every command carries an `Idempotency-Key`; a written contact has its own id instead. Every refusal is a problem \
document (RFC 9457) whose `detail` a person can be shown. Times are RFC 3339. Null and an empty text mean *not known*, never *none*.
"""


def in_force() -> Values:
    """The values that are data, by the name under which a field asks for them: pairs of code and words."""
    day = database_now(connection).date()
    return {
        "areas": [(area, area) for area in areas()],
        "grades": [(one.code, one.name) for one in grades_on(day).values()],
        "marker_kinds": list(child_rules.rules_on(day).kinds.items()),
        "elements": [(one.code, f"{one.name}: {one.asks}") for one in elements_on(day)],
    }


def describe(values: Values) -> dict[str, Any]:
    """The whole description, ready for JSON, with the values in force."""
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    made["info"]["description"] = ABOUT
    made["tags"] = [{"name": name, "description": about} for name, (_router, about) in SUBJECTS.items()]
    made["security"] = [{SCHEME: []}]
    components = made["components"]
    components["securitySchemes"] = {
        SCHEME: {"type": "http", "scheme": "bearer", "description": "A token made by an operator."}
    }
    _walk(made, _fill(values))
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = {code: _problem_response(code) for code in (*EVERYWHERE, *WITH_BODY, *WITH_COMMAND)}
    for one in operations(made):
        _finish(one, components["schemas"])
    return made


def operations(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a description."""
    for at_address in description["paths"].values():
        yield from (one for method, one in at_address.items() if method in METHODS)


@route("signed-in", "none", means="token")
def openapi_json(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - every view takes it
    """The description for programs."""
    return JsonResponse(describe(in_force()), json_dumps_params={"ensure_ascii": False})


PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "Why it was not done (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "The kind of problem.", "enum": [URN + code for code in KINDS]},
        "title": {"type": "string", "description": "The kind in words, the same every time."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What is wrong, what was kept and what to do next, for a person."},
        "errors": {
            "type": "object",
            "description": "A sentence for each field that is wrong: `children.0.age`, or the name of a parameter.",
            "additionalProperties": {"type": "string"},
        },
    },
}  # fmt: skip


def _problem_response(code: str) -> dict[str, Any]:
    kind = KINDS[code]
    example = {"type": URN + code, "title": kind.title, "status": kind.status, "detail": kind.detail}
    response: dict[str, Any] = {
        "description": kind.title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if code == "no-token":
        response["headers"] = {
            "WWW-Authenticate": {"description": "Says that a bearer token is needed.", "schema": {"type": "string"}}
        }
    return response


def _finish(one: dict[str, Any], shapes: dict[str, Any]) -> None:
    codes = [*EVERYWHERE]
    if "requestBody" in one:
        codes += WITH_BODY
    if any(parameter["in"] == "query" for parameter in one["parameters"]):
        codes += WITH_QUERY
    if one["x-goldthread-duty"] not in ("consultation", "none"):
        codes += WITH_COMMAND
    for status, response in one["responses"].items():
        response["description"] = GOOD[int(status)]
        for content in response.get("content", {}).values():
            content["example"] = example(content["schema"], shapes)
    for code in codes:
        one["responses"].setdefault(str(KINDS[code].status), {"$ref": f"#/components/responses/{code}"})
    one["responses"] = {str(status): response for status, response in sorted(one["responses"].items(), key=_status)}
    for parameter in one["parameters"]:
        # A list of examples belongs to the value's schema; beside the parameter the standard means something else.
        parameter.pop("examples", None)
        # Left out is how a parameter is null; in an address the word null is a text like any other.
        either = [one for one in parameter["schema"].pop("anyOf", []) if one.get("type") != "null"]
        parameter["schema"] |= either[0] if either else {}


def _status(pair: tuple[Any, Any]) -> int:
    return int(pair[0])


def _walk(node: Any, change: Callable[[dict[str, Any]], None]) -> None:
    """Apply ``change`` to every object below, and to it."""
    if isinstance(node, dict):
        change(node)
        for below in node.values():
            _walk(below, change)
    elif isinstance(node, list):
        for below in node:
            _walk(below, change)


def _fill(values: Values) -> Callable[[dict[str, Any]], None]:
    """Give each field marked by ``InForce`` its values: of the text itself, or of an object's names."""

    def change(node: dict[str, Any]) -> None:
        pairs = values.get(node.pop("x-goldthread-in-force", ""), [])
        if not pairs:
            return
        codes = [code for code, _words in pairs]
        node["x-goldthread-words"] = dict(pairs)
        if node.get("type") == "object":
            node["propertyNames"] = {"enum": codes}
            node["minProperties"] = 1
        else:
            node["enum"] = [*codes, ""] if node.get("default") == "" else codes

    return change

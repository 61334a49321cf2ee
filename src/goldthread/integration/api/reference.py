"""The reference page of the API: the description, laid out for people."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.integration.api.description import METHODS, describe, in_force, operations
from goldthread.web.problems import KINDS


@route("signed-in", "none")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every operation with its values and examples. It opens for those whose token could do anything here."""
    user, description = staff(request), describe(in_force())
    if not any(user.can(one["x-goldthread-verb"]) for one in operations(description)):
        raise PermissionDenied(f"Your role, {user.seat.name}, may not do this.")
    shapes = description["components"]["schemas"]
    context = {
        "about": [part.replace("`", "").replace("*", "") for part in description["info"]["description"].split("\n\n")],
        "subjects": [
            {"name": tag["name"], "about": tag["description"], "operations": _operations(description, tag["name"])}
            for tag in description["tags"]
        ],
        "shapes": [
            {"name": name, "about": plain(shape.get("description", "")), "fields": _fields(shape)}
            for name, shape in sorted(shapes.items())
        ],
        "kinds": KINDS,
    }
    return render(request, "integration/reference.jinja", context)


def plain(text: str) -> str:
    """A description without its marks of emphasis, on one line."""
    return " ".join(text.replace("`", "").replace("*", "").split())


def _operations(description: dict[str, Any], subject: str) -> list[dict[str, Any]]:
    found = []
    for address, at_address in description["paths"].items():
        for method, one in at_address.items():
            if method not in METHODS or subject not in one["tags"]:
                continue
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            found.append(
                {
                    "id": one["operationId"],
                    "method": method.upper(),
                    "address": address,
                    "summary": one["summary"],
                    "about": plain(one["description"]),
                    "verb": one["x-goldthread-verb"],
                    "duty": one["x-goldthread-duty"],
                    "parameters": [
                        {
                            **_value(given["schema"]),
                            "name": given["name"],
                            "in": given["in"],
                            "needed": given["required"],
                        }
                        for given in one["parameters"]
                    ],
                    "takes": _name(body),
                    "examples": _examples(description, body),
                    "good": [
                        {"status": status, "gives": _name(_json(response)), "says": response["description"]}
                        for status, response in one["responses"].items()
                        if status < "300"
                    ],
                    "refusals": sorted(status for status in one["responses"] if status >= "300"),
                }
            )
    return found


def _json(response: dict[str, Any]) -> dict[str, Any] | None:
    schema: dict[str, Any] | None = response.get("content", {}).get("application/json", {}).get("schema")
    return schema


def _name(schema: dict[str, Any] | None) -> str:
    """The name of the shape a schema refers to; empty for none."""
    return "" if schema is None else str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def _examples(description: dict[str, Any], body: dict[str, Any] | None) -> list[str]:
    shape = description["components"]["schemas"].get(_name(body), body or {})
    return [json.dumps(one, indent=2, ensure_ascii=False) for one in shape.get("examples", [])]


def _fields(shape: dict[str, Any]) -> list[dict[str, Any]]:
    needed = shape.get("required", [])
    return [
        {**_value(value), "name": name, "needed": name in needed} for name, value in shape.get("properties", {}).items()
    ]


def _value(value: dict[str, Any]) -> dict[str, Any]:
    """A value in words: what it is, its limits, the codes it may be, and the shapes to look up."""
    inner = value
    may_be_null = False
    if "anyOf" in value:
        may_be_null = any(one.get("type") == "null" for one in value["anyOf"])
        inner = next(one for one in value["anyOf"] if one.get("type") != "null")
    kind, shape = str(inner.get("type", "")), _name(inner)
    if kind == "array":
        shape = _name(inner["items"])
        kind = f"list of {inner['items'].get('type', '')}".rstrip(" of") if not shape else "list of"
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)
    limits = [
        say.format(inner[name])
        for name, say in (
            ("format", "{}"),
            ("minLength", "at least {} characters"),
            ("maxLength", "at most {:,} characters"),
            ("minimum", "{} or more"),
            ("maximum", "{:,} or less"),
            ("maxItems", "at most {}"),
        )
        if name in inner
    ]
    return {
        "kind": kind,
        "shape": shape,
        "limits": limits + (["or null"] if may_be_null else []),
        "codes": inner.get("x-goldthread-words", {}),
        "about": plain(value.get("description") or inner.get("description", "")),
    }

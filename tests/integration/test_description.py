"""The description is valid OpenAPI 3.1, complete, true to the gate and the pages, and laid out for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles, verbs
from goldthread.assessment.elements import elements_on
from goldthread.contact import choices
from goldthread.integration.api.description import METHODS, operations
from goldthread.integration.api.fields import Given, Shown
from goldthread.integration.api.service import addresses
from goldthread.response.grades import closing_reasons, grades_on
from tests.cast import Cast
from tests.integration.conftest import Programs
from tests.meta.test_routes import DECLARED

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def described(cast: Cast, program: Programs) -> dict[str, Any]:
    found: dict[str, Any] = program(cast.handler).get("/openapi.json").json()
    return found


def _all(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for below in node.values():
            yield from _all(below)
    elif isinstance(node, list):
        for below in node:
            yield from _all(below)


def test_it_is_valid_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(described).validate()
    for shape in described["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **shape})
    for node in _all(described):
        if isinstance(node.get("$ref"), str):
            target: Any = described
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]


def test_the_check_of_validity_catches_what_it_should(described: dict[str, Any]) -> None:
    del described["info"]["title"]
    with pytest.raises(Exception, match="title"):
        schemathesis.openapi.from_dict(described).validate()


def test_each_operation_declares_its_permission_as_the_gate_has_it(described: dict[str, Any]) -> None:
    told = {
        (address.removeprefix("/"), method.upper()): (one["x-goldthread-verb"], one["x-goldthread-duty"])
        for address, at in described["paths"].items()
        for method, one in at.items()
        if method in METHODS
    }
    gate = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", address), method): (declared.verb, declared.duty)
        for address, method, declared in DECLARED
        if address.startswith("api/") and method != "*"
    }
    assert told == gate
    assert len(told) == len(addresses()) > 15
    assert {verb for verb, _duty in told.values()} <= set(verbs())
    assert {"security": described["security"]} == {"security": [{"Token": []}]}


def test_everything_is_described_in_words(described: dict[str, Any]) -> None:
    for one in operations(described):
        assert one["summary"], one["operationId"]
        assert len(one["description"]) > 40, one["operationId"]
        assert all(parameter["description"] for parameter in one["parameters"]), one["operationId"]
    for name, shape in described["components"]["schemas"].items():
        assert shape.get("description"), name


def _shapes(of: type) -> Iterator[str]:
    for one in of.__subclasses__():
        yield one.__name__
        yield from _shapes(one)


def test_no_two_shapes_share_a_name() -> None:
    """Shapes are described by name: of two with one name, an operation would be described with the other's."""
    names = Counter([*_shapes(Given), *_shapes(Shown)])
    assert len(names) > 50
    assert [name for name, many in names.items() if many > 1] == []


def _taken(one: dict[str, Any], described: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The shape that an operation takes, by its name; of a list of messages, which has none, that of each by the operation's.

    A message passes over what is not described and names it in the answer, since one system's facts are never refused.
    """
    schema = one["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" not in schema:
        assert schema["maxItems"]
        return one["operationId"], {**schema["items"], "components": described["components"]}
    name = schema["$ref"].rsplit("/", 1)[-1]
    return name, {**described["components"]["schemas"][name], "components": described["components"]}


def test_every_body_has_an_example_that_holds(described: dict[str, Any]) -> None:
    for one in operations(described):
        body = one.get("requestBody")
        if body is None:
            continue
        name, shape = _taken(one, described)
        assert shape["examples"], name
        for example in shape["examples"]:
            jsonschema_rs.validator_for(shape).validate(example)


def test_every_answer_has_an_example_that_holds(described: dict[str, Any]) -> None:
    for one in operations(described):
        for status, response in one["responses"].items():
            content = response.get("content", {}).get("application/json")
            if content is not None:
                shape = {**content["schema"], "components": described["components"]}
                jsonschema_rs.validator_for(shape).validate(content["example"])
                assert status < "300"


def test_it_offers_what_the_pages_offer(described: dict[str, Any]) -> None:
    shapes = described["components"]["schemas"]
    opening = shapes["Opening"]["properties"]
    assert opening["channel"]["enum"] == [code for code, _words in choices.CHANNELS]
    assert opening["area"]["enum"] == ["North", "South", ""]
    assert opening["location"]["maxLength"] == 200
    from datetime import date

    today = date(2026, 11, 23)
    assert shapes["GradeGiven"]["properties"]["grade"]["enum"] == list(grades_on(today))
    elements = shapes["ThriveGiven"]["properties"]["elements"]
    assert elements["propertyNames"]["enum"] == [element.code for element in elements_on(today)]
    assert shapes["ClosingGiven"]["properties"]["reason"]["enum"] == list(closing_reasons())
    assert "system" not in shapes["Words"]["properties"]["source"]["enum"]


def test_a_body_of_ours_is_described_with_limits(described: dict[str, Any]) -> None:
    """Every text that is taken says how long it may be, and nothing undescribed is taken."""
    taken = [_taken(one, described) for one in operations(described) if "requestBody" in one]
    for name, shape in [*taken, ("ChildStated", described["components"]["schemas"]["ChildStated"])]:
        assert shape["additionalProperties"] is (name == "give_messages"), name
        for field, value in shape["properties"].items():
            for inner in value.get("anyOf", [value]):
                if inner.get("type") == "string":
                    assert {"maxLength", "enum", "format"} & inner.keys(), f"{name}.{field}"
                if inner.get("type") == "integer":
                    assert {"minimum", "maximum"} <= inner.keys(), f"{name}.{field}"


def test_the_description_is_for_those_with_a_token(cast: Cast, program: Programs, browser: Browser) -> None:
    assert program(None).get("/openapi.json").status_code == 401
    assert browser(cast.handler).get("/api/v1/openapi.json").status_code == 401


@pytest.mark.parametrize("role", roles())
def test_the_reference_opens_for_those_whose_token_could_do_anything(cast: Cast, browser: Browser, role: str) -> None:
    Staff.objects.filter(pk=cast.handler.pk).update(role=role)
    could = any(
        roles()[role].can(declared.verb)
        for address, _m, declared in DECLARED
        if "api/v1/" in address and declared.verb in verbs()
    )
    assert browser(cast.handler).get("/reference/api/").status_code == (200 if could else 403)


def test_the_reference_shows_every_operation_and_shape_and_takes_nothing_from_elsewhere(
    cast: Cast, browser: Browser, described: dict[str, Any]
) -> None:
    page = browser(cast.handler).get("/reference/api/").text
    for one in operations(described):
        assert f'id="{one["operationId"]}"' in page
    for name in described["components"]["schemas"]:
        assert f'id="shape-{name}"' in page
    targets = set(re.findall(r'href="#([\w-]+)"', page))
    assert targets <= set(re.findall(r'id="([\w-]+)"', page))
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert browser(None).get("/reference/api/").status_code == 302

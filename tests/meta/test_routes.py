"""Every address says who may use it and which duty it performs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, path

from goldthread.accounts.roles import roles, verbs
from goldthread.accounts.routes import CLOSED, LIBRARY, Duty, declaration_of

SENDING = {"collection", "alteration", "erasure"}


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


ROUTES = dict(_walk(get_resolver().url_patterns))


def _undeclared(routes: dict[str, URLPattern]) -> list[str]:
    return [
        address
        for address, one in routes.items()
        if declaration_of(one.callback, one.name) is None and one.name not in CLOSED
    ]


def test_every_route_declares_a_verb_and_a_duty() -> None:
    assert not _undeclared(ROUTES)


def test_a_forgotten_route_is_found() -> None:
    forgotten: Callable[..., Any] = lambda request: None  # noqa: E731
    assert _undeclared({**ROUTES, "forgotten/": path("forgotten/", forgotten, name="forgotten")}) == ["forgotten/"]


def test_what_the_sign_on_library_mounts_is_declared_or_closed_and_nothing_declared_is_gone() -> None:
    mounted = {one.name for address, one in ROUTES.items() if address.startswith("accounts/")}
    assert set(LIBRARY) | CLOSED == mounted
    assert not set(LIBRARY) & CLOSED


@pytest.mark.parametrize("address", [address for address, one in ROUTES.items() if one.name not in CLOSED])
def test_a_declaration_speaks_the_matrix_and_the_law(address: str) -> None:
    one = ROUTES[address]
    declared = declaration_of(one.callback, one.name)
    assert declared is not None
    assert declared.verb in {*verbs(), "signed-in", "anyone"}
    assert declared.duty in get_args(Duty)
    if declared.verb == "anyone":
        assert declared.why
    if declared.verb in verbs():
        assert any(role.can(declared.verb) for role in roles().values()), "nobody may use it"


@pytest.mark.parametrize(
    "address", [address for address in ROUTES if "incident" in address or address.startswith("contact/<")]
)
def test_a_route_about_an_incident_is_a_duty(address: str) -> None:
    one = ROUTES[address]
    declared = declaration_of(one.callback, one.name)
    assert declared is not None
    assert declared.duty != "none"


def test_every_verb_of_the_matrix_is_some_routes_verb() -> None:
    used = {declared.verb for one in ROUTES.values() if (declared := declaration_of(one.callback, one.name))}
    assert set(verbs()) <= used

"""Every address says who may use it and which duty it performs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

from django.urls import URLPattern, URLResolver, get_resolver, path

from goldthread.accounts.roles import roles, verbs
from goldthread.accounts.routes import CLOSED, LIBRARY, Declaration, Duty, declarations_of

SENDING = {"collection", "alteration", "erasure"}


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


ROUTES = dict(_walk(get_resolver().url_patterns))
DECLARED: list[tuple[str, str, Declaration]] = [
    (address, method, declared)
    for address, one in ROUTES.items()
    for method, declared in declarations_of(one.callback, one.name).items()
]
"""Every address with each method that it declares; a page declares all of its methods as one."""


def _undeclared(routes: dict[str, URLPattern]) -> list[str]:
    return [
        address
        for address, one in routes.items()
        if not declarations_of(one.callback, one.name) and one.name not in CLOSED
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


def test_every_declaration_speaks_the_matrix_and_the_law() -> None:
    for address, method, declared in DECLARED:
        assert declared.verb in {*verbs(), "signed-in", "anyone"}, (address, method)
        assert declared.duty in get_args(Duty), (address, method)
        if declared.verb == "anyone":
            assert declared.why, (address, method)
        if declared.verb in verbs():
            assert any(role.can(declared.verb) for role in roles().values()), f"nobody may use {address}"


def test_every_route_about_an_incident_is_a_duty() -> None:
    about = [one for one in DECLARED if "incident" in one[0] or one[0].startswith("contact/<")]
    assert len(about) > 50
    assert not [(address, method) for address, method, declared in about if declared.duty == "none"]


def test_every_verb_of_the_matrix_is_some_routes_verb() -> None:
    assert set(verbs()) <= {declared.verb for _address, _method, declared in DECLARED}


def test_a_program_is_known_by_its_token_a_card_by_its_pass_and_a_page_by_its_session() -> None:
    means = {(address.split("/")[0], declared.means) for address, _method, declared in DECLARED}
    assert {kind for address, kind in means if address == "api"} == {"token"}
    assert {kind for address, kind in means if address == "card"} == {"card"}
    assert {kind for address, kind in means if address not in {"api", "card"}} == {"session"}

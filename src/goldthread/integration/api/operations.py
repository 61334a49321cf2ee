"""Declaring an operation: who may use it and which duty it performs, for the gate, the tests and the description alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.errors import ValidationError
from ninja.operation import Operation

from goldthread.accounts.routes import Declaration, Duty, route

View = TypeVar("View", bound=Callable[..., Any])


def operation(
    router: Router,
    method: str,
    path: str,
    verb: str,
    duty: Duty,
    *,
    answers: dict[int, Any],
    summary: str,
    more: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    """Declare the decorated function as an operation of ``router``; its docstring is the description.

    ``answers`` maps each good status to the model of its body, None for an empty one. ``more`` is said beside it in
    the description, such as a body that the function reads itself.
    """

    def register(view: View) -> View:
        route(verb, duty, means="token")(view)
        router.api_operation(
            [method],
            path,
            response=answers,
            summary=summary,
            operation_id=view.__name__,
            openapi_extra={"x-goldthread-verb": verb, "x-goldthread-duty": duty, **(more or {})},
        )(view)
        return view

    return register


def known_parameters_only(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse a parameter that the operation does not have, or one given twice: a filter written wrong filters nothing."""
    one: Operation = run.__self__  # type: ignore[attr-defined]  # bound: see NinjaAPI.add_decorator, mode view
    names = {
        name for model in one.models if model.__ninja_param_source__ == "query" for name in model.__ninja_flatten_map__
    }

    def checked(request: HttpRequest, **given: Any) -> HttpResponse:
        errors = [
            {"loc": ("query", name), "type": "given_twice" if name in names else "extra_forbidden", "msg": ""}
            for name, values in request.GET.lists()
            if name not in names or len(values) > 1
        ]
        return one.api.on_exception(request, ValidationError(errors)) if errors else run(request, **given)

    return checked


def declared_on(router: Router) -> dict[str, dict[str, Declaration]]:
    """For each operation's name, what all methods at its address declare.

    Raises ``AttributeError`` for an operation that declares nothing, so that a slip stops the start.
    """
    found = {}
    for at_address in router.path_operations.values():
        methods = {
            method: one.view_func.declared  # type: ignore[attr-defined]
            for one in at_address.operations
            for method in one.methods
        }
        found.update({one.view_func.__name__: methods for one in at_address.operations})
    return found

"""A view reaches records of incidents only through ``visible_to`` or ``reached_by``."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps

from goldthread.contact.models import Incident
from tests.meta.sources import chain, modules

SEEN = {"visible_to", "reached_by"}
RECORDS = {
    model.__name__
    for model in apps.get_models()
    if model is Incident
    or any(
        field.related_model is Incident
        for field in model._meta.get_fields()
        if field.many_to_one or (field.one_to_one and not field.auto_created)
    )
} | {"Payload", "Reading", "Clock"}
EDGES = [
    name
    for name in modules()
    if name.endswith(("views.py", "/commands.py", "/pages.py")) or name.startswith("integration/api/")
]
EXISTENCE = {"filter", "exists", "pk", "Incident", "objects"}
"""Asking whether an identity is taken, and nothing else of it, tells no more than the refusal that follows."""


def unseen(tree: ast.AST) -> list[str]:
    """Queries on records of incidents, by line, that pass by the one mechanism of sight."""
    whole = {
        id(inner) for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Attribute) for inner in _below(node)
    }
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call | ast.Attribute) or id(node) in whole:
            continue
        names = chain(node)
        asks = len(names) > 1 and names[0] in RECORDS and names[1] in {"objects", "_default_manager"}
        if asks and not SEEN & set(names) and not (names[-1] == "exists" and set(names) <= EXISTENCE):
            found.append(f"{node.lineno}: {'.'.join(names)}")
    return found


def _below(node: ast.AST) -> list[ast.AST]:
    """The inner links of the same chain."""
    found: list[ast.AST] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        else:
            return found
        found.append(node)


def test_every_view_queries_through_sight() -> None:
    assert not {name: found for name in EDGES if (found := unseen(modules()[name]))}


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("Incident.objects.get(pk=pk)", True),
        ("Incident.objects.filter(pk=pk).first()", True),
        ("Incident.objects.open().order_by('x')", True),
        ("list(Entry.objects.all())", True),
        ("found = Incident.objects.filter(a=1)", True),
        ("Incident.objects.visible_to(user).filter(pk=pk).first()", False),
        ("Incident.objects.open().visible_to(user)", False),
        ("Incident.objects.reached_by(user, 'entry.add').get()", False),
        ("Incident.objects.filter(pk=pk).exists()", False),
        ("Staff.objects.filter(pk=1)", False),
    ],
)
def test_the_check_catches_what_it_should(line: str, caught: bool) -> None:
    assert bool(unseen(ast.parse(line))) is caught


def test_there_are_views_to_check() -> None:
    assert {"desk/views.py", "measures/views.py", "accounts/views.py", "integration/api/incidents.py"} <= set(EDGES)
    assert {"Incident", "Entry", "ThriveVersion", "GradePeriod", "BoardRow"} <= RECORDS

"""Nothing but actions writes to the record, and what is append-only is never changed."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps

from goldthread.audit.models import AppendOnly
from tests.meta.sources import app_of, calls, chain, own_modules

WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "keep",
    "keep_all",
}
ALWAYS = WRITES - {"update"}
WRITERS = {
    "contact/work.py": "the frame in which every action runs",
    "lookback/work.py": "the frame in which every action on a look-back item runs",
    "desk/board.py": "the board's projection, listening inside the action's transaction",
    "accounts/models.py": "makes staff, for operators and the demo; no page does",
    "desk/tasks.py": "forgets old notes that a row changed, on which no record rests",
    "audit": "the audit is what actions write to",
    "demo": "the invented force is loaded in bulk, with a check of its own",
}


def _is_action(name: str) -> bool:
    return name.endswith("actions.py") or name in WRITERS or app_of(name) in WRITERS


def writes(tree: ast.AST) -> list[str]:
    """Calls, by line, that write to the database through a model, a queryset or an instance."""
    found = []
    for call in calls(tree):
        if not isinstance(call.func, ast.Attribute):
            continue
        names = chain(call)
        if names[-1] in ALWAYS or (names[-1] == "update" and "objects" in names):
            found.append(f"{call.lineno}: {'.'.join(names)}")
    return found


WITHOUT_RECORDS = {"thrive", "screening", "clocks", "config"}
"""Below every model: what they create and save is no record."""


@pytest.mark.parametrize(
    "name", [name for name in own_modules() if not _is_action(name) and app_of(name) not in WITHOUT_RECORDS]
)
def test_it_does_not_write(name: str) -> None:
    assert not writes(own_modules()[name])


def test_the_named_exceptions_do_write() -> None:
    """An exception that no longer writes is to be taken off the list."""
    for name in WRITERS:
        assert any(
            writes(tree) for module, tree in own_modules().items() if module == name or app_of(module) == name
        ), name


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("Incident.objects.create(a=1)", True),
        ("incident.save()", True),
        ("Clock.objects.filter(a=1).update(b=2)", True),
        ("BoardRow.objects.filter(a=1).delete()", True),
        ("context.update(a=1)", False),
        ("found.add(1)", False),
    ],
)
def test_the_check_catches_what_it_should(line: str, caught: bool) -> None:
    assert bool(writes(ast.parse(line))) is caught


APPEND_ONLY = {model.__name__ for model in apps.get_models() if issubclass(model, AppendOnly)}


@pytest.mark.parametrize("name", own_modules())
def test_no_code_changes_what_may_only_be_added(name: str) -> None:
    changing = {"update", "delete", "bulk_update", "update_or_create"}
    found = [
        ".".join(names)
        for call in calls(own_modules()[name])
        if (names := chain(call)) and names[0] in APPEND_ONLY and names[-1] in changing
    ]
    assert not found


def test_the_record_is_append_only() -> None:
    assert {
        "Entry", "Particular", "ChildrenAnswer", "ChildVersion", "Involvement", "Command", "Reading", "ThriveVersion",
        "GradePeriod", "Closing", "Lookup", "MatterLink", "LineState", "CallBack", "OnLine", "SafeContact", "Conversation",
        "MarkAnswer", "GradeReason", "SupervisorCall", "SupervisorAnswer",
        "Line", "Action", "ActionAnswer", "Minutes",
        "Run", "Agreement", "Hit", "Decision", "Outcome",
        "AuditEvent", "AuditLink", "Checkpoint", "Erasure",
    } <= APPEND_ONLY  # fmt: skip

"""Rules take values and give a decision: no Django, no database, no clock, no file."""

from __future__ import annotations

import pytest

from tests.meta.sources import calls, chain, imported, own_modules

RULES = [name for name in own_modules() if name.endswith("rules.py") or "/rules/" in name]
FOREIGN = (
    "django",
    "psycopg",
    "os",
    "time",
    "random",
    "secrets",
    "pathlib",
    "goldthread.audit",
    "goldthread.clocks.db",
)
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("time", "time"),
}
# Bare clocks that measure how long something took, or tell the time of a file: never the time of a record.
MAY_READ_THE_CLOCK: dict[str, str] = {}


@pytest.mark.parametrize("name", RULES)
def test_rules_import_nothing_that_reaches_out(name: str) -> None:
    assert not [
        one for one in imported(own_modules()[name]) if one.split(".")[0] in FOREIGN or one.startswith(FOREIGN[-2:])
    ]
    assert not [one for one in imported(own_modules()[name]) if one.endswith((".models", ".actions", ".queries"))]


def test_there_are_rules() -> None:
    assert {"contact/rules.py", "assessment/rules.py", "response/rules.py"} <= set(RULES)


@pytest.mark.parametrize("name", own_modules())
def test_nobody_asks_the_machine_for_the_time(name: str) -> None:
    found = [
        f"{call.lineno}: {'.'.join(names)}"
        for call in calls(own_modules()[name])
        if (names := chain(call))
        and (tuple(names[-2:]) in CLOCKS or (names == ["now"] and "clocks" not in name and _bare(name)))
    ]
    if name not in MAY_READ_THE_CLOCK:
        assert not found


def _bare(name: str) -> bool:
    """Whether ``now`` in this module is Django's or datetime's own, not the desk's, which asks the database."""
    return any(one in {"django.utils.timezone.now", "datetime.now"} for one in imported(own_modules()[name]))


def test_ground_knows_no_django() -> None:
    for name, tree in own_modules().items():
        if name.startswith("thrive/") or name == "clocks/__init__.py":
            assert not [one for one in imported(tree) if one.split(".")[0] in {"django", "psycopg"}], name
        if name.startswith("screening/"):
            assert not [one for one in imported(tree) if one.split(".")[0] == "django"], name

"""Rules take values and give a decision: no Django, no database, no clock, no file."""

from __future__ import annotations

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


def test_rules_import_nothing_that_reaches_out() -> None:
    used = [(name, one) for name in RULES for one in imported(own_modules()[name])]
    assert not [(name, one) for name, one in used if one.split(".")[0] in FOREIGN or one.startswith(FOREIGN[-2:])]
    assert not [(name, one) for name, one in used if one.endswith((".models", ".actions", ".queries"))]


def test_there_are_rules() -> None:
    assert {"contact/rules.py", "assessment/rules.py", "response/rules.py"} <= set(RULES)


def test_nobody_asks_the_machine_for_the_time() -> None:
    found = [
        f"{name}:{call.lineno}: {'.'.join(names)}"
        for name, tree in own_modules().items()
        if name not in MAY_READ_THE_CLOCK
        for call in calls(tree)
        if (names := chain(call))
        and (tuple(names[-2:]) in CLOCKS or (names == ["now"] and "clocks" not in name and _bare(name)))
    ]
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

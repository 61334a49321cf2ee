"""The package's own source, parsed, for tests about the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "goldthread"
FLOORS = [
    ["thrive", "clocks", "figures"],
    ["screening"],
    ["config"],
    ["web"],
    ["documents"],
    ["audit"],
    ["accounts"],
    ["files"],
    ["notices"],
    ["measures"],
    ["meetings"],
    ["contact"],
    ["assessment"],
    ["response"],
    ["desk", "lookback"],
    ["supervision"],
    ["safeguarding"],
    ["investigation"],
    ["quality"],
    ["trials"],
    ["learning"],
    ["improvement"],
    ["governance"],
    ["commissioner"],
    ["retention"],
    ["integration"],
    ["demo"],
    ["cli"],
]
"""Low to high; an app may know of its own floor's name and of what lies below."""


def floor(app: str) -> int:
    """How high an app stands; raises ``ValueError`` for one that no floor names."""
    for height, apps in enumerate(FLOORS):
        if app in apps:
            return height
    raise ValueError(f"{app} has no floor")


@lru_cache(maxsize=1)
def modules() -> dict[str, ast.Module]:
    """Every module by its path below the package, such as ``contact/rules.py``."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def own_modules() -> dict[str, ast.Module]:
    """Every module but migrations."""
    return {name: tree for name, tree in modules().items() if "/migrations/" not in name}


def app_of(name: str) -> str:
    """The app a module or template belongs to."""
    return name.split("/", 1)[0]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call in it."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def chain(node: ast.AST) -> list[str]:
    """The names of a dotted and called expression, outermost last: ``A.objects.filter(x).first()`` gives four."""
    names: list[str] = []
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Name):
            names.append(node.id)
            return names[::-1]
        else:
            return names[::-1]


def imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names of every module imported anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)

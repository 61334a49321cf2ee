"""What an operator can set and run is documented, and nothing else is."""

from __future__ import annotations

import argparse
import re

import pytest

from goldthread.cli import parser
from goldthread.config.env import Environment
from goldthread.measures.registry import measures
from tests.meta.sources import ROOT

SETTINGS = ROOT / "docs" / "settings.md"
OPERATING = [ROOT / "docs" / "operating.md", ROOT / "docs" / "operating-database.md"]


def _name(field: str) -> str:
    alias = Environment.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"GOLDTHREAD_{field.upper()}"


def _rows() -> dict[str, str]:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_setting_is_a_row_and_every_row_a_setting() -> None:
    assert set(_rows()) == {_name(field) for field in Environment.model_fields}


@pytest.mark.parametrize("field", Environment.model_fields)
def test_a_row_tells_the_default(field: str) -> None:
    default = Environment.model_fields[field].default
    shown = (
        "none" if default in ("", None) else "on" if default is True else "off" if default is False else str(default)
    )
    assert f"`{shown}`" in _rows()[_name(field)] or shown in _rows()[_name(field)].split(" | ")


def _commands(made: argparse.ArgumentParser, before: str = "") -> list[str]:
    found = []
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                deeper = _commands(inner, f"{before}{name} ")
                found += deeper or [f"{before}{name}"]
    return found


@pytest.mark.parametrize("command", _commands(parser()))
def test_every_command_is_told_in_the_operators_pages(command: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in OPERATING if path.exists())
    assert f"goldthread {command}" in text


def test_every_measure_is_a_row_for_its_readers_in_the_pages_order_and_every_row_a_measure() -> None:
    text = (ROOT / "docs" / "roles" / "measures-readers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
    assert [one for one in rows if one != "Measure"] == [one.name for one in measures()]

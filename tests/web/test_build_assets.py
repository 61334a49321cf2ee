import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_assets", ROOT / "tools" / "build_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with two apps, one of which has a part that is no entry."""
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    for name in (
        "web/assets/web.scss",
        "web/assets/_part.scss",
        "web/assets/web.js",
        "web/assets/first.entry.js",
        "desk/assets/desk.js",
    ):
        path = tmp_path / "src/goldthread" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("/* */")
    return tmp_path


@pytest.fixture
def steps(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for Node: each step writes what it was asked to and is remembered."""
    done: list[str] = []

    def run(command: list[str], root: Path, _environment: dict[str, str], doing: str) -> None:
        done.append(doing)
        (root / "node_modules").mkdir(exist_ok=True)
        for word in command:
            target = word.removeprefix("--outfile=").rpartition(":")[2]
            if "/built/" in target:
                Path(target).write_text("built")

    monkeypatch.setattr(tool, "run", run)
    monkeypatch.setattr(tool, "find_node", lambda: tool.Node({}, ["npm"]))
    return done


def test_entries_are_named_after_their_app_or_marked(tool: ModuleType, project: Path) -> None:
    assert sorted(tool.entries(project).values()) == ["desk.js", "first.js", "web.css", "web.js"]


def test_a_second_run_has_nothing_to_do(tool: ModuleType, project: Path, steps: list[str]) -> None:
    assert tool.build(project).startswith("Built")
    steps.clear()
    assert tool.build(project) == "Styles and scripts are up to date."
    assert steps == []


def test_a_changed_part_builds_again_without_fetching(tool: ModuleType, project: Path, steps: list[str]) -> None:
    tool.build(project)
    steps.clear()
    (project / "src/goldthread/web/assets/_part.scss").write_text("a{}")
    tool.build(project)
    assert "Building the styles" in steps
    assert "Fetching the style packages" not in steps


def test_a_changed_lock_file_fetches_again(tool: ModuleType, project: Path, steps: list[str]) -> None:
    tool.build(project)
    steps.clear()
    (project / "package-lock.json").write_text('{"lockfileVersion": 3}')
    tool.build(project)
    assert steps[0] == "Fetching the style packages"


def test_an_output_that_was_removed_is_built_again(tool: ModuleType, project: Path, steps: list[str]) -> None:
    tool.build(project)
    (project / "src/goldthread/web/static/built/web.css").unlink()
    assert tool.build(project).startswith("Built")


def test_a_failed_step_leaves_no_stamp_and_says_why_in_a_sentence(
    tool: ModuleType, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(tool.CannotBuild, match=r"^Building the styles failed: Error: no such variable"):
        tool.run(
            [sys.executable, "-c", "import sys; sys.exit('Error: no such variable')"],
            project,
            {"PATH": ""},
            "Building the styles",
        )

    def fails(*_: Any) -> None:
        raise tool.CannotBuild("no")

    monkeypatch.setattr(tool, "run", fails)
    monkeypatch.setattr(tool, "find_node", lambda: tool.Node({}, ["npm"]))
    with pytest.raises(tool.CannotBuild):
        tool.build(project)
    assert not (project / "src/goldthread/web/static/built/.stamp").exists()


def test_without_node_it_says_what_to_install(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(tool.importlib.util, "find_spec", lambda _: None)
    assert tool.main(["--force"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Node 18 or newer is needed")
    assert said.count("\n") == 1


def test_the_lock_file_names_no_address_to_fetch_from() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()

"""The board's snapshot: sealed, whole, on record, and opened without a service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from goldthread.audit.models import AuditEvent
from goldthread.config.env import Environment
from goldthread.desk import fallback
from goldthread.desk.sealing import MAGIC, SnapshotError, make_key, open_sealed, private_key, public_key, seal
from tests.cast import Cast, opened, say


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    public = make_key(tmp_path / "operator.pem")
    return settings.ENV.model_copy(update={"snapshot_dir": tmp_path / "out", "snapshot_key": public})


def test_every_open_incident_is_in_it_and_only_the_operator_reads_it(
    cast: Cast, environment: Environment, tmp_path: Path
) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "kids crying <b>upstairs</b>")
    path = fallback.write(environment)
    assert path is not None
    sealed = path.read_bytes()
    assert b"crying" not in sealed
    assert path.stat().st_mode & 0o077 == 0
    page = open_sealed(sealed, private_key(tmp_path / "operator.pem")).decode()
    assert incident.reference in page
    assert "kids crying &lt;b&gt;upstairs&lt;/b&gt;" in page
    assert AuditEvent.objects.filter(verb="board.snapshot", duty="disclosure").count() == 1


def test_the_newest_are_kept(cast: Cast, environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fallback, "KEPT", 2)
    folder = environment.snapshot_folder()
    assert folder is not None
    folder.mkdir()
    for name in ("board-20200101T000000Z.sealed", "board-20200102T000000Z.sealed"):
        (folder / name).write_bytes(b"old")
    newest = fallback.write(environment)
    assert sorted(one.name for one in folder.iterdir()) == ["board-20200102T000000Z.sealed", newest.name]  # type: ignore[union-attr]


def test_without_a_folder_none_is_written(cast: Cast) -> None:
    assert fallback.write(settings.ENV) is None
    assert not AuditEvent.objects.filter(verb="board.snapshot").exists()


def test_a_folder_that_cannot_be_written_gets_a_sentence(cast: Cast, environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broken = environment.model_copy(update={"snapshot_dir": tmp_path / "file"})
    with pytest.raises(SnapshotError, match="could be written"):
        fallback.write(broken)


def test_production_without_a_key_gets_a_sentence(cast: Cast, environment: Environment) -> None:
    broken = environment.model_copy(update={"snapshot_key": None, "mode": "production"})
    with pytest.raises(SnapshotError, match="GOLDTHREAD_SNAPSHOT_KEY is not set"):
        fallback.write(broken)


def test_another_key_a_changed_byte_and_a_short_file_open_nothing(tmp_path: Path) -> None:
    sealed = seal(b"page", public_key(make_key(tmp_path / "one.pem")))
    make_key(tmp_path / "other.pem")
    right, wrong = private_key(tmp_path / "one.pem"), private_key(tmp_path / "other.pem")
    assert open_sealed(sealed, right) == b"page"
    with pytest.raises(SnapshotError, match="does not open"):
        open_sealed(sealed, wrong)
    for place in range(len(MAGIC), len(sealed)):
        with pytest.raises(SnapshotError):
            open_sealed(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], right)
    for short in (b"", MAGIC, sealed[:-1], b"x" * 200):
        with pytest.raises(SnapshotError):
            open_sealed(short, right)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path / "one.pem")
    with pytest.raises(SnapshotError, match="never written over"):
        make_key(tmp_path / "one.pem")


def test_it_opens_at_the_command_line_without_any_setting(tmp_path: Path) -> None:
    key = tmp_path / "one.pem"
    (tmp_path / "board.sealed").write_bytes(seal(b"<p>the board</p>", public_key(make_key(key))))

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("GOLDTHREAD", "DATABASE"))}
        code = "import sys; from goldthread.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", code, "snapshot", "open", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=bare, check=False)

    assert run(tmp_path / "board.sealed", "--key", key).stdout == "<p>the board</p>"
    page = tmp_path / "page.html"
    assert run(tmp_path / "board.sealed", "--key", key, "--out", page).returncode == 0
    assert page.read_text() == "<p>the board</p>"
    missing = run(tmp_path / "none.sealed", "--key", key)
    assert (missing.returncode, "cannot be read" in missing.stderr) == (2, True)
    assert run(key, "--key", key).returncode == 2

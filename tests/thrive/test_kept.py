"""The compiled lexicon is taken up as it was kept, made anew where anything changed, and never stands in the way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from goldthread.thrive import kept as keeping
from goldthread.thrive import reader
from goldthread.thrive.kept import kept
from goldthread.thrive.lexicon import LEXICON_DIR, LexiconError
from modelling import corpus


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "KEPT", tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LEXICON_DIR, tmp_path / "lexicon"))


def never() -> object:
    raise AssertionError("there is a copy")


def making(what: object) -> Callable[[], object]:
    return lambda: what


def test_a_copy_is_taken_up_and_nothing_is_made_again(folder: Path, lexicon: Path) -> None:
    assert kept(lexicon, making(["made"])) == ["made"]
    assert kept(lexicon, never) == ["made"]
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("change", ["content", "a new file", "a file less"])
def test_a_changed_lexicon_is_made_anew(folder: Path, lexicon: Path, change: str) -> None:
    kept(lexicon, making("before"))
    first = sorted(lexicon.glob("*.toml"))[0]
    match change:
        case "content":
            first.write_text(first.read_text() + "\n# another line\n")
        case "a new file":
            (lexicon / "zz-own.toml").write_text("")
        case _:
            first.unlink()
    assert kept(lexicon, making("after")) == "after"


@pytest.fixture
def upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Puts other code on the disk."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "match.py").write_text("# other code")
    return lambda: monkeypatch.setattr(keeping, "CODE", code)


def test_changed_code_makes_it_anew(
    folder: Path, lexicon: Path, upgrade: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(lexicon, making("before"))
    upgrade()
    monkeypatch.setattr(keeping, "LOADED", keeping._code())  # a process that starts with the new code
    assert kept(lexicon, making("after")) == "after"
    assert kept(lexicon, never) == "after"


def test_a_process_whose_code_was_replaced_keeps_nothing_under_the_name_of_the_new(
    folder: Path, lexicon: Path, upgrade: Callable[[], None]
) -> None:
    upgrade()
    assert kept(lexicon, making("by the old code")) == "by the old code"
    assert not folder.exists()


def test_a_lexicon_that_changes_while_it_is_compiled_is_not_kept(folder: Path, lexicon: Path) -> None:
    def slowly() -> str:
        (lexicon / "zz-own.toml").write_text("")
        return "half of each"

    assert kept(lexicon, slowly) == "half of each"
    assert not folder.exists()


def test_code_that_cannot_be_read_stops_nothing(
    folder: Path, lexicon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.py").mkdir()
    monkeypatch.setattr(keeping, "CODE", tmp_path)
    monkeypatch.setattr(keeping, "LOADED", keeping._code())
    assert kept(lexicon, making("made")) == "made"
    assert not folder.exists()


@pytest.mark.parametrize("broken", [b"", b"x" * 10, b"y" * 5000])
def test_a_copy_that_is_not_whole_is_none(folder: Path, lexicon: Path, broken: bytes) -> None:
    kept(lexicon, making(list(range(1000))))
    (copy,) = folder.iterdir()
    copy.write_bytes(broken)
    assert kept(lexicon, making("anew")) == "anew"
    assert kept(lexicon, never) == "anew"


def test_a_copy_that_was_cut_or_changed_is_none(folder: Path, lexicon: Path) -> None:
    kept(lexicon, making(list(range(1000))))
    (copy,) = folder.iterdir()
    whole = copy.read_bytes()
    copy.write_bytes(whole[:-1])
    assert kept(lexicon, making("anew")) == "anew"
    copy.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert kept(lexicon, making("again")) == "again"


def test_where_nothing_can_be_written_it_is_made_each_time(
    lexicon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setattr(keeping, "KEPT", tmp_path / "a file" / "kept")
    assert kept(lexicon, making("once")) == "once"
    assert kept(lexicon, making("twice")) == "twice"


def test_old_copies_go(folder: Path, lexicon: Path) -> None:
    for number in range(keeping.COPIES + 3):
        (lexicon / "zz-own.toml").write_text(f"# {number}")
        kept(lexicon, making(number))
    assert len(list(folder.iterdir())) == keeping.COPIES
    assert kept(lexicon, never) == number


def test_what_a_killed_writer_left_goes_in_the_end(folder: Path, lexicon: Path) -> None:
    folder.mkdir()
    long_ago, now = folder / "lexicon.old.new", folder / "lexicon.now.new"
    for one in (long_ago, now):
        one.touch()
    os.utime(long_ago, (0, 0))
    kept(lexicon, making("made"))
    assert not long_ago.exists()
    assert now.exists()  # somebody may be writing it


def test_another_lexicon_than_the_shipped_one_is_not_kept(folder: Path, lexicon: Path) -> None:
    reader._Compiled(lexicon)
    assert not folder.exists()


def test_a_lexicon_with_faults_is_refused_each_time(
    folder: Path, lexicon: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LEXICON_DIR", lexicon)
    (lexicon / "zz-own.toml").write_text("not = a lexicon")
    for _ in range(2):
        with pytest.raises(LexiconError):
            reader._Compiled(lexicon)
    assert not folder.exists() or not list(folder.iterdir())


def test_a_copy_reads_as_what_was_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_all() -> list[object]:
        reader._load.cache_clear()
        one = reader.Reader()
        return [(found.findings, found.questions, found.level, found.probability) for found in map(one.read, texts)]

    texts = [log.text for log in corpus.logs()][::60]
    made = read_all()
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(reader, "_made", lambda _: never())
    try:
        assert read_all() == made
    finally:
        reader._load.cache_clear()

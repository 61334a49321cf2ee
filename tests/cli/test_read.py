"""``goldthread read``: JSON Lines in, one answer for each line, in order, whatever the lines hold."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldthread.cli import main
from goldthread.thrive.model import ModelError, load

Answers = tuple[int, list[dict[str, Any]], str]
Run = Callable[..., Answers]


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run_it(*arguments: str, given: bytes = b"") -> Answers:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        status = main(arguments)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return status, [json.loads(line) for line in out.decode().splitlines()], err.decode()

    return run_it


def line(name: str, text: str) -> bytes:
    return json.dumps({"id": name, "text": text}).encode() + b"\n"


def test_each_line_is_answered_in_order(run: Run) -> None:
    status, answers, _ = run("read", given=line("a", "kids crying") + line("b", "bike taken") + line("c", ""))
    assert status == 0
    assert [answer["id"] for answer in answers] == ["a", "b", "c"]
    assert [answer["abstain"] for answer in answers] == [False, False, True]


def test_a_file_may_be_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "logs.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + line("a", "kids crying"))
    status, answers, _ = run("read", str(file), "--path", "fast")
    assert (status, len(answers)) == (0, 1)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"not json", "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"[1]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"id": "x"}', "text must be a string"),
        (b'{"id": "x", "text": 5}', "text must be a string"),
        (b'{"text": "x"}', "id must be a string"),
        (b'{"id": 7, "text": "x"}', "id must be a string"),
        (b"", "blank"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"id": "x", "text": "\x01"}', "not valid JSON"),
    ],
    ids=[
        "words",
        "latin",
        "list",
        "null",
        "no-text",
        "number",
        "no-id",
        "id-number",
        "blank",
        "deep",
        "digits",
        "control",
    ],
)
def test_a_bad_line_is_answered_and_the_rest_is_done(run: Run, raw: bytes, fault: str) -> None:
    status, answers, err = run("read", given=raw + b"\n" + line("b", "kids crying"))
    assert status == 1
    assert fault in answers[0]["error"]
    assert set(answers[0]) == {"id", "error"}
    assert answers[1]["id"] == "b"
    assert "Traceback" not in err


def test_blank_lines_at_the_end_are_no_lines(run: Run) -> None:
    status, answers, _ = run("read", given=line("a", "kids crying") + b"\n\n")
    assert (status, len(answers)) == (0, 1)


@pytest.mark.parametrize("text", ["\x00 kids \x00", "\ud800 kids crying \udfff", "🙂 kids", "kids crying " * 90_000])
def test_odd_characters_and_long_texts_are_read_with_exact_quotes(run: Run, text: str) -> None:
    status, (answer,), _ = run("read", given=line("a", text))
    assert status == 0
    for finding in answer["findings"]:
        assert text[finding["start"] : finding["end"]] == finding["quote"]


def test_a_line_too_long_to_hold_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goldthread.cli.read.LONGEST_LINE", 1000)
    status, answers, _ = run("read", given=line("a", "x" * 5000) + line("b", "kids crying"))
    assert status == 1
    assert "longer than" in answers[0]["error"]
    assert answers[1]["id"] == "b"


def test_a_missing_file_is_a_sentence(run: Run, tmp_path: Path) -> None:
    status, answers, err = run("read", str(tmp_path / "none.jsonl"))
    assert (status, answers) == (2, [])
    assert "Cannot read" in err


def test_a_broken_lexicon_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "imminent.toml").write_text("code = 5")
    status, _, err = run("read", "--lexicon", str(tmp_path), given=line("a", "x"))
    assert status == 2
    assert "imminent.toml" in err


def test_the_full_path_is_the_usual_one_and_says_which_network(run: Run) -> None:
    status, answers, _ = run("read", given=line("a", "kids crying upstairs") + line("b", ""))
    assert status == 0
    assert [one["path"] for one in answers] == ["full", "full"]
    assert answers[0]["model"] == load().hash
    status, answers, _ = run("read", "--path", "fast", given=line("a", "kids crying upstairs"))
    assert (status, answers[0]["path"], answers[0]["model"]) == (0, "fast", None)


def test_a_network_that_cannot_be_used_is_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ModelError("the network in model cannot be used (OSError)")

    monkeypatch.setattr("goldthread.thrive.model.load", broken)
    status, answers, err = run("read", "--path", "full", given=line("a", "x"))
    assert (status, answers) == (2, [])
    assert "Use --path fast" in err
    assert run("read", "--path", "fast", given=line("a", "x"))[0] == 0

"""``goldthread assertion``: how a given span is meant."""

import io
import json
import sys

import pytest

from goldthread.cli import main


def ask(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, *lines: object
) -> tuple[int, list[dict[str, str]]]:
    given = "".join(json.dumps(line) + "\n" for line in lines).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
    status = main(["assertion"])
    sys.stdout.flush()
    return status, [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def span(name: str, marked: str) -> dict[str, object]:
    start = marked.index("*")
    end = marked.index("*", start + 1) - 1
    return {"id": name, "text": marked.replace("*", ""), "start": start, "end": end}


def test_each_span_is_answered_in_order(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, answers = ask(
        capfdbinary,
        monkeypatch,
        span("1", "no evidence of *pneumonia*"),
        span("2", "mother had *breast cancer*"),
        span("3", "mum had a *knife* and was shouting"),
        span("4", "no *wpns* mentioned"),
        span("5", "hx of *DV*"),
        span("6", "if he comes back he'll *hit* her"),
    )
    assert status == 0
    assert [answer["assertion"] for answer in answers] == [
        "negated", "other-subject", "affirmed", "uncertain", "historical", "hypothetical",
    ]  # fmt: skip
    assert [set(answer) for answer in answers] == [{"id", "assertion"}] * 6


@pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 2), (-1, 2), (0, 99), ("0", 2), (None, 2), (True, 2), (0.0, 2)])
def test_a_span_outside_the_text_is_a_bad_line(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, start: object, end: object
) -> None:
    bad = {"id": "x", "text": "no kids", "start": start, "end": end}
    status, answers = ask(capfdbinary, monkeypatch, bad, span("y", "no *kids*"))
    assert status == 1
    assert answers[0]["id"] == "x"
    assert "start and end" in answers[0]["error"]
    assert answers[1] == {"id": "y", "assertion": "negated"}

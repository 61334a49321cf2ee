"""No log line holds a person's words, whatever a caller passes or whatever fails."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest

from goldthread.config.logs import ALLOWED, _only_allowed, _WithoutWords, log

WORDS = "Mia Larch, 4, of 3 Elm Row"


def test_a_field_that_is_not_allowed_is_dropped() -> None:
    kept = _only_allowed(
        None, "info", {"event": "x", "incident": "AM-1", "text": WORDS, "name": WORDS, "exc_info": WORDS}
    )
    assert kept == {"event": "x", "incident": "AM-1"}


@pytest.mark.parametrize("name", ["text", "name", "words", "caller", "address", "phone", "message", "quote", "result"])
def test_no_allowed_field_is_made_for_words(name: str) -> None:
    assert name not in ALLOWED


def test_a_line_is_json_without_the_words(capfd: pytest.CaptureFixture[str]) -> None:
    import structlog

    stream = io.StringIO()
    held = structlog.get_config()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=stream), cache_logger_on_first_use=False)
    try:
        log().warning("something happened", incident="AM-1", text=WORDS)
    finally:
        structlog.configure(**held)
    line = json.loads(stream.getvalue())
    assert line["incident"] == "AM-1"
    assert line["level"] == "warning"
    assert "Larch" not in stream.getvalue()


def test_a_fault_is_logged_by_its_kind_and_place_and_never_by_its_message() -> None:
    try:
        raise ValueError(f"DETAIL: Failing row contains ({WORDS})")
    except ValueError:
        record = logging.LogRecord("django", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    told = _WithoutWords("%(message)s").format(record)
    assert "ValueError" in told
    assert "test_logs.py" in told
    assert "Larch" not in told


def test_a_fault_caused_by_another_tells_neither_message() -> None:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as cause:
            raise RuntimeError(WORDS) from cause
    except RuntimeError:
        record = logging.LogRecord("django", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    assert "Larch" not in _WithoutWords("%(message)s").format(record)

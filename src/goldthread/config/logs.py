"""Logs in one line of JSON an event, carrying ids and codes and never a person's words or particulars."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

import structlog

# Fields a log line may carry. Anything else is dropped, so that no text about a person can slip in.
ALLOWED = {
    "event",
    "level",
    "logger",
    "timestamp",
    "incident",
    "job",
    "staff",
    "route",
    "status",
    "took_ms",
    "part",
    "count",
    "error",
    "verb",
    "where",
}


def _only_allowed(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure(_settings: dict[str, Any]) -> None:
    """Set up structlog and the standard library's logging alike; called once by Django at start."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Line(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WithoutWords("%(levelname)s %(name)s %(message)s"))
    logging.getLogger("django").handlers.clear()
    logging.getLogger("django.security.DisallowedHost").setLevel(logging.CRITICAL)  # anybody can cause it, at will
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _Line:
    """Writes a line to standard error. Nobody reading it any more is no reason to lose what was being recorded."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{message}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = msg


class _WithoutWords(logging.Formatter):
    """An error's type and where it rose, never its message: a database names the row's values in it."""

    def formatException(self, ei: Any) -> str:
        kind, _error, trace = ei
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n  ".join([getattr(kind, "__name__", "error"), *places])


def log() -> Any:
    """The process's logger: ``log().info("incident opened", incident=reference)``."""
    return structlog.get_logger()

"""Logs in one line of JSON an event, carrying ids and codes and never a person's words or particulars."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

# Fields a log line may carry. Anything else is dropped, so that no text about a person can slip in.
ALLOWED = {"event", "level", "logger", "timestamp", "incident", "staff", "route", "status", "took_ms", "part", "count",
           "error", "verb", "where"}


def _only_allowed(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
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
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def log() -> Any:
    """The process's logger: ``log().info("incident opened", incident=reference)``."""
    return structlog.get_logger()

"""Asking the directory: never longer than a person waits, never more than fits, and never where it sends us."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import requests

SECONDS = 3.0
"""How long one question may take in all, however slowly the answer drips *(ours)*: three are asked at a sign-on, within ten seconds."""
MOST = 512 * 1024
"""Bytes of an answer *(ours)*."""
T = TypeVar("T")


class Patient(requests.Session):
    """A session whose every question has an end."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.answered: requests.Response | None = None
        """The last answer, for the time that stands on it."""

    def request(self, method: str, url: str, **given: Any) -> requests.Response:  # type: ignore[override]
        """As ``requests`` does. Raises ``requests.RequestException`` for what takes too long, holds too much or leads elsewhere."""
        self.answered = within(SECONDS, lambda: self._whole(method, url, given))
        return self.answered

    def _whole(self, method: str, url: str, given: dict[str, Any]) -> requests.Response:
        given |= {"timeout": SECONDS, "stream": True, "allow_redirects": False}
        with super().request(method, url, **given) as answer:
            held = bytearray()
            for part in answer.iter_content(16 * 1024):
                held += part
                if len(held) > MOST:
                    raise requests.exceptions.ContentDecodingError("more than an answer holds")
            answer._content = bytes(held)
            if answer.is_redirect:
                raise requests.exceptions.TooManyRedirects("led elsewhere")
            return answer


def within(seconds: float, ask: Callable[[], T]) -> T:
    """What ``ask`` returns or raises, or ``requests.Timeout`` once the time is over; a thread that still waits is left behind."""
    told: queue.Queue[tuple[T | None, Exception | None]] = queue.Queue()

    def work() -> None:
        try:
            told.put((ask(), None))
        except Exception as error:  # noqa: BLE001 - it is raised again where it was asked for
            told.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        answer, error = told.get(timeout=seconds)
    except queue.Empty:
        raise requests.Timeout("no answer in time") from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]

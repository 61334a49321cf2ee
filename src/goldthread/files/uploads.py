"""What is sent with a file is counted before it is read: too large a request is refused by its head."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler

from goldthread.files.kinds import MOST
from goldthread.web.errors import FileTooLarge

BESIDE = 1024 * 1024
"""Bytes of a form beside its file *(ours)*."""


class Small(MemoryFileUploadHandler):
    """Holds files in memory, so that nothing of them is left unsealed on a disk."""

    def handle_raw_input(  # Django's signature
        self,
        input_data: Any,  # noqa: ARG002
        META: dict[str, Any],  # noqa: ARG002
        content_length: int,
        boundary: Any,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        """Raise ``FileTooLarge`` where more is announced than a file may hold; nothing was read then."""
        if content_length > MOST + BESIDE:
            raise FileTooLarge
        self.activated = True

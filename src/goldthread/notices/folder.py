"""Mail as files in a folder, for demo, test and a trial without a mail service: one .eml file for each message."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes each message under its own identity, so that the same one sent again is the same file."""

    def __init__(self, folder: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them; raises ``OSError`` where the folder cannot be written."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for one in email_messages:
            message = one.message()
            name = re.sub(r"[^\w-]", "", str(message["Message-ID"]).partition("@")[0]) or "mail"
            draft = self.folder / f".{name}.{os.getpid()}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(message.as_bytes())
            draft.replace(self.folder / f"{name}.eml")
        return len(email_messages)

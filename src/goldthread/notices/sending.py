"""What hands mail over: Django's own SMTP, or a folder."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.mail import get_connection

PATIENCE = 10
"""Seconds that each answer of a mail service is waited for *(ours)*."""


def service(url: str) -> Any:
    """The mail service that ``GOLDTHREAD_MAIL_URL`` names, not connected yet. Where it names a user, nothing goes in the clear."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return get_connection("goldthread.notices.folder.EmailBackend", folder=unquote(parts.path))
    sealed, user = parts.scheme == "smtps", unquote(parts.username or "")
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname, port=parts.port or (465 if sealed else 587 if user else 25),
        username=user, password=unquote(parts.password or ""),
        use_ssl=sealed, use_tls=bool(user) and not sealed, timeout=PATIENCE,
    )  # fmt: skip

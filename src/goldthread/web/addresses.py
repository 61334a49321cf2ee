"""Where the live stream answers, as a browser on this page reaches it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def stream_origin(request: HttpRequest) -> str:
    """Scheme, host and port of the stream: the configured public address, or this host on the stream's port."""
    if settings.ENV.stream_url:
        return str(settings.ENV.stream_url).rstrip("/")
    host = request.META.get("HTTP_HOST", "localhost").rsplit(":", 1)
    name = host[0] if len(host) == 2 and host[1].isdigit() else ":".join(host)
    if not all(sign.isalnum() or sign in ".-[]:" for sign in name):
        name = "localhost"
    return f"{request.scheme}://{name}:{settings.ENV.stream_port}"

"""What a webhook may be, how a delivery is signed, and when it is tried again: values in, answer out.

The headers and the signature are those of Standard Webhooks (standardwebhooks.com), for which there are libraries in most languages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from goldthread.config.dated import table
from goldthread.config.errors import Invalid

SET = table("integration", "webhooks.toml")
WAITS = [timedelta(seconds=one) for one in SET["waits_seconds"]]
ANSWERS_WITHIN: float = SET["answer_seconds"]
HELD = timedelta(seconds=SET["held_seconds"])
OLD_SECRET = timedelta(hours=SET["old_secret_hours"])
MOST: int = SET["systems"]

KINDS: dict[str, str] = {one["code"]: one["name"] for one in SET["kind"]}
"""What other systems can be told of, by code."""
BY_LINE: dict[str, str] = {line: one["code"] for one in SET["kind"] for line in one["lines"]}
TEST = "webhook.test"
"""What a test sends."""
PREFIX = "whsec_"
LONGEST_NAME, LONGEST_URL = 80, 500
GONE = 410
TAKEN = range(200, 300)

WHYS = {
    "": "Not failed",
    "no_answer": "No whole answer within {seconds} seconds",
    "not_reached": "It could not be reached",
    "not_secure": "Its certificate is not in order",
    "not_allowed": "Its address leads into a network where webhooks may not go",
    "moved": "It answered that it moved; redirects are not followed",
    "refused": "It answered that it does not take it",
    "unreadable": "The secret cannot be read: GOLDTHREAD_SECRET_KEY changed. Make a new secret",
    "gone": "It answered 410: it wants nothing more",
    "ended": "The webhook was ended",
}
"""Why a delivery was not taken, by code."""


@dataclass(frozen=True)
class Target:
    """Where a webhook goes: ``secure`` over TLS; ``path`` with its query."""

    secure: bool
    host: str
    port: int
    path: str


def target(url: str, *, plain: bool) -> Target:
    """The address as it is used; ``plain``: one without TLS will do. Raises ``Invalid`` with a sentence for what may be none."""
    schemes = {"https", "http"} if plain else {"https"}
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    readable = url.isascii() and url.isprintable() and " " not in url.strip()
    if parts.scheme not in schemes or not host or not readable or len(url) > LONGEST_URL:
        raise Invalid(
            {"url": "Give a whole https address, such as https://cad.force.internal/goldthread. Nothing was saved."}
        )
    if parts.username or parts.password or parts.fragment:
        raise Invalid(
            {"url": "An address holds no name, password or # part: each delivery is signed instead. Nothing was saved."}
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port or (443 if parts.scheme == "https" else 80), path)


def allowed(address: str, networks: str) -> bool:
    """Whether a webhook may go to this address of the network: a public one, or one in a network that the force named."""
    found: IPv4Address | IPv6Address = ip_address(address.split("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in ip_network(one) for one in networks.split(",") if one):
        return True
    return found.is_global and not found.is_multicast


def literal(target: Target, networks: str) -> None:
    """Raise ``Invalid`` where the address names a network address at which no webhook may go, or this machine."""
    try:
        fine = allowed(target.host, networks)
    except ValueError:
        fine = (target.host != "localhost" and not target.host.endswith(".localhost")) or bool(networks)
    if not fine:
        raise Invalid(
            {
                "url": "This address leads into a network where webhooks may not go: see GOLDTHREAD_WEBHOOK_NETWORKS. Nothing was saved."
            }
        )


def kinds(given: Collection[str]) -> list[str]:
    """The kinds told of, in the order of the list. Raises ``Invalid`` for none, or one that does not exist."""
    if unknown := set(given) - set(KINDS):
        raise Invalid({"kinds": f"There is nothing called {min(unknown)[:40]!r} to be told of. Choose from the list."})
    if not given:
        raise Invalid({"kinds": "Choose at least one thing that the system is to be told of. Nothing was saved."})
    return [one for one in KINDS if one in given]


def name(given: str) -> str:
    """The name of the system told. Raises ``Invalid`` for none."""
    kept = " ".join(given.replace("\x00", "").split())
    if not kept or len(kept) > LONGEST_NAME:
        raise Invalid({"name": f"Give the system a name of 1 to {LONGEST_NAME} characters. Nothing was saved."})
    return kept


def signature(secret: str, message: str, seconds: int, body: bytes) -> str:
    """The signature of a delivery with one secret: HMAC-SHA256 over identity, time in seconds since 1970, and body."""
    signed = f"{message}.{seconds}.".encode() + body
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[str], message: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers of a delivery: signed with each secret that holds, the newest first."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Goldthread",
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(one, message, seconds, body) for one in secrets),
    }


def outcome(status: int) -> str:
    """Why an answer of this status means that it was not taken, as a code of ``WHYS``; empty where it was."""
    if status in TAKEN:
        return ""
    if status == GONE:
        return "gone"
    return "moved" if status in range(300, 400) else "refused"


def next_try(tries: int) -> timedelta | None:
    """How long to wait after the ``tries``-th try failed; None where that was the last."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def told(why: str, status: int | None) -> str:
    """Why it was not taken, in words."""
    words = WHYS.get(why, why).format(seconds=SET["answer_seconds"])
    return f"{words} ({status})" if status and why in {"refused", "moved"} else words

"""One delivery over the network: to a vetted address, within one time limit, following nothing."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from contextlib import suppress
from functools import lru_cache

from goldthread.integration.webhook_rules import Target, allowed

LONGEST_STATUS = 999


class NotTaken(Exception):
    """It was not delivered. ``why`` is a code of ``webhook_rules.WHYS``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def post(to: Target, headers: dict[str, str], body: bytes, *, networks: str, within: float) -> int:
    """Send it and return the status of the answer, of which nothing more is read. Raises ``NotTaken``.

    The name is looked up once and the connection goes to what was found and vetted, so that a name cannot lead elsewhere meanwhile.
    ``within`` is in seconds and holds for everything after the name: a system that answers a byte at a time is cut off.
    """
    address = _found(to, networks)
    ends = time.monotonic() + within
    line: socket.socket | None = None
    timer: threading.Timer | None = None
    try:
        line = socket.create_connection((address, to.port), timeout=within)
        timer = threading.Timer(max(0.0, ends - time.monotonic()), _cut, [line])
        timer.daemon = True
        timer.start()
        talk = _trusting().wrap_socket(line, server_hostname=to.host) if to.secure else line
        line = talk
        default = 443 if to.secure else 80
        connection = http.client.HTTPConnection(to.host, to.port)
        connection.sock = talk
        host = f"[{to.host}]" if ":" in to.host else to.host
        sent = {"Host": host if to.port == default else f"{host}:{to.port}", **headers, "Connection": "close"}
        connection.request("POST", to.path, body, sent)
        status = connection.getresponse().status
    except ssl.SSLCertVerificationError:
        raise NotTaken("not_secure") from None
    except TimeoutError:
        raise NotTaken("no_answer") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotTaken("no_answer" if line is not None and time.monotonic() >= ends else "not_reached") from None
    finally:
        if timer is not None:
            timer.cancel()
        if line is not None:
            with suppress(OSError):
                line.close()
    if not 100 <= status <= LONGEST_STATUS:
        raise NotTaken("not_reached")
    return status


def _found(to: Target, networks: str) -> str:
    """The first of the name's addresses to which a webhook may go; none where any of them may not be gone to."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotTaken("not_reached") from None
    fine = [one for one in found if allowed(one, networks)]
    if not fine:
        raise NotTaken("not_allowed")
    return fine[0]


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


@lru_cache(maxsize=1)
def _trusting() -> ssl.SSLContext:
    """Trusts what the machine trusts; ``SSL_CERT_FILE`` names the force's own authority."""
    return ssl.create_default_context()

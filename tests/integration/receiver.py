"""A system that is told by webhook: a real server on this machine, which answers as a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Told:
    """One delivery as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def signed_by(self, secret: str) -> bool:
        """Whether the delivery is signed with this secret: written out here by the standard's words, not by ours."""
        content = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        key = base64.b64decode(secret.split("_", 1)[1])
        right = base64.b64encode(hmac.new(key, content.encode(), hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(one, f"v1,{right}") for one in self.headers["webhook-signature"].split(" "))


def status(code: int, *headers: str) -> Answer:
    """Answer with a status."""
    text = "\r\n".join([f"HTTP/1.1 {code} X", "Content-Length: 0", *headers, "", ""])
    return lambda line: line.sendall(text.encode())


def garbage(line: socket.socket) -> None:
    line.sendall(b"\x00\xff no such protocol\r\n\r\n")


def closes(line: socket.socket) -> None:
    line.shutdown(socket.SHUT_RDWR)


@dataclass
class Receiver:
    """What came in, in order, and how the next ones are answered; the last answer goes on for ever."""

    port: int
    answers: list[Answer] = field(default_factory=lambda: [status(200)])
    told: list[Told] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    came: threading.Condition = field(default_factory=threading.Condition)
    secure: bool = False

    @property
    def url(self) -> str:
        return (
            f"{'https' if self.secure else 'http'}://{'localhost' if self.secure else '127.0.0.1'}:{self.port}/hook?x=1"
        )

    def hangs(self, line: socket.socket) -> None:
        """Answer nothing until the test is over."""
        self.release.wait(60)

    def dribbles(self, line: socket.socket) -> None:
        """Answer a byte now and then, so that no single wait is long."""
        for sign in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
            line.sendall(bytes([sign]))
            if self.release.wait(0.05):
                return

    def wait(self, count: int, seconds: float = 60.0) -> list[Told]:
        """What was told once it is so many."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.told) >= count, seconds), f"{len(self.told)} of {count} came"
            return list(self.told)


@contextmanager
def receiving(*answers: Answer, context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that answers so."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Receiver(server.getsockname()[1], secure=context is not None)
        made.answers = list(answers) or made.answers
        threading.Thread(target=_serve, args=(server, made, context), daemon=True).start()
        try:
            yield made
        finally:
            made.release.set()


def _serve(server: socket.socket, made: Receiver, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(line, made, context), daemon=True).start()


def _talk(line: socket.socket, made: Receiver, context: ssl.SSLContext | None) -> None:
    try:
        with line if context is None else context.wrap_socket(line, server_side=True) as talk:
            with talk.makefile("rb") as read:
                path = read.readline().split(b" ")[1].decode()
                headers = {}
                while (row := read.readline().strip()) != b"":
                    name, _, value = row.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = read.read(int(headers.get("content-length", "0")))
            with made.came:
                made.told.append(Told(path, headers, body))
                answer = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
                made.came.notify_all()
            answer(talk)
    except (OSError, ssl.SSLError):
        return

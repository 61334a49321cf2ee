"""Servers started as the service starts them, and visitors that ask one page again and again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.figures import CannotMeasureError
from goldthread.cli.processes import Part, run_parts
from goldthread.cli.serve import Where, _parts

HOST = "127.0.0.1"


NOBODY = Path("/dev/null/reading")
"""A folder for parts that have nothing read aside."""


def part(name: str, where: Where, own: Path = NOBODY) -> Part:
    """One part of the running service (``pages``, ``stream``), with the very command that ``goldthread serve`` runs."""
    (found,) = [one for one in _parts(where, {}, own) if one.name == name]
    return found


def instead(given: Part, application: str, name: str) -> Part:
    """The same server with the same options, but another application."""
    return replace(given, name=name, command=[*given.command[:-1], application])


def free_address() -> Where:
    """Two free ports of this machine."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return Where(HOST, one.getsockname()[1], other.getsockname()[1])


@contextmanager
def served(parts: Sequence[Part]) -> Iterator[None]:
    """Run ``parts`` for the length of the block. Raises ``CannotMeasureError`` when they do not become ready."""
    ready, stop, said = threading.Event(), threading.Event(), list[str]()

    def run() -> None:
        run_parts(parts, say=said.append, on_ready=ready.set, stop=stop)
        ready.set()

    runner = threading.Thread(target=run)
    runner.start()
    try:
        if not ready.wait(90) or not runner.is_alive():
            raise CannotMeasureError(" ".join(["the server did not start:", *said[-5:]]))
        yield
    finally:
        stop.set()
        runner.join()


class Visitor:
    """One kept connection that sends the same request each time; as little work for each as can be, beside the server."""

    def __init__(self, port: int, path: str, cookie: str = "") -> None:
        self._socket = socket.create_connection((HOST, port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        head = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{port}", *([f"Cookie: {cookie}"] if cookie else []), "", ""]
        self._request = "\r\n".join(head).encode()

    def get(self) -> bytes:
        """The page. Raises ``CannotMeasureError`` for anything but 200."""
        self._socket.sendall(self._request)
        status = self._answers.readline()
        length = -1
        while (line := self._answers.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if b" 200 " not in status:
            raise CannotMeasureError(f"a page answered {status.decode(errors='replace').strip() or 'nothing'}")
        return self._answers.read(length) if length >= 0 else self._chunks()

    def close(self) -> None:
        """Hang up."""
        self._answers.close()
        self._socket.close()

    def _chunks(self) -> bytes:
        whole = b""
        while size := int(self._answers.readline(), 16):
            whole += self._answers.read(size)
            self._answers.readline()
        self._answers.readline()
        return whole


def visit(visitors: Sequence[Visitor], seconds: float) -> list[float]:
    """Let all visitors ask at once, each again when it has its answer, for ``seconds``; how long each answer took."""
    until = time.perf_counter() + seconds
    took: list[list[float]] = [[] for _ in visitors]
    wrong: list[Exception] = []

    def ask(visitor: Visitor, mine: list[float]) -> None:
        try:
            while (began := time.perf_counter()) < until:
                visitor.get()
                mine.append(time.perf_counter() - began)
        except (CannotMeasureError, OSError, ValueError) as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask, args=pair) for pair in zip(visitors, took, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise CannotMeasureError(f"a visitor was turned away: {wrong[0]}")
    return [one for mine in took for one in mine]

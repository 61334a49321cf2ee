"""Full readings made aside: asked for, hardly waited for, remembered; and what happens when nobody reads."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from goldthread.assessment import aside, reading
from goldthread.assessment.reading import Said
from goldthread.cli.steps import prepare_to_read
from goldthread.config.env import environment
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Reading as Findings

PATIENCE = 20.0
SIDE = [sys.executable, "-m", "tests.assessment.aside_side"]
WORDS = "Rang about the bins. The little girl next door is out on the step in her nightie again, no lights on, nobody answers."


class Service:
    """One that runs for a test."""

    def __init__(self, where: Path, cores: int = 1) -> None:
        self.where = where
        self.process = subprocess.Popen([*SIDE, str(where), str(cores)])
        until(lambda: _listens(where))
        self.read("ready?")

    def read(self, text: str) -> dict[str, Any]:
        """Ask until it is read."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            told = aside.ask(self.where, text)
            found.extend([told] if told is not None else [])
            return bool(found)

        until(there)
        return found[0]

    def children(self) -> list[str]:
        """Processes that it started."""
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


def _listens(where: Path) -> bool:
    try:
        return aside.answers(where)
    except OSError:
        return False


def until(true: Callable[[], bool]) -> None:
    """Wait until it is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


@pytest.fixture
def where(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(aside, "_off_until", 0.0)
    return tmp_path_factory.mktemp("a") / "reading"


@pytest.fixture
def service(where: Path) -> Iterator[Service]:
    one = Service(where)
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.wait()


def test_what_is_asked_for_is_read_once_and_remembered(service: Service) -> None:
    first = service.read("who is with them")
    assert first["text"] == "who is with them"
    assert service.read("who is with them") == first


def test_it_lets_everything_else_go_first(service: Service) -> None:
    assert service.read("any words")["nice"] == min(19, os.getpriority(os.PRIO_PROCESS, 0) + aside.NICE)


def test_nobody_waits_for_a_text_that_takes_long(service: Service, tmp_path: Path) -> None:
    go = tmp_path / "go"
    assert aside.ask(service.where, f"hold {go}") is None
    assert aside.ask(service.where, "another") is None
    go.touch()
    assert service.read("another")["text"] == "another"


class Desk:
    """One in this process, whose reader waits at the first text until it is told to go on."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.go = threading.Event()
        self.desk: aside._Desk

    def run(self, asks: Callable[[Desk], Coroutine[None, None, None]]) -> list[str]:
        """What was read, in order, once nothing is wanted any more; *asks* runs while the first text is being read."""

        async def run() -> None:
            with ThreadPoolExecutor(1) as pool:
                self.desk = aside._Desk(self._read, pool)  # type: ignore[arg-type]
                working = asyncio.create_task(self.desk.work())
                await self.desk.told("first")
                try:
                    await asks(self)
                finally:
                    self.go.set()
                while self.desk._wanted and not working.done():
                    await asyncio.sleep(0)
                working.cancel()
                with suppress(asyncio.CancelledError):
                    await working

        # In a thread of its own: the browser tests' driver keeps a loop in this one.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, run()).result()
        return self.heard

    def _read(self, text: str) -> dict[str, Any]:
        self.heard.append(text)
        assert self.go.wait(PATIENCE)
        return {}


def test_the_newest_is_read_first() -> None:
    async def asks(one: Desk) -> None:
        for text in ("older", "newer"):
            await one.desk.told(text)

    assert Desk().run(asks) == ["first", "newer", "older"]


def test_one_that_is_asked_for_again_is_the_newest() -> None:
    async def asks(one: Desk) -> None:
        for text in ("older", "newer", "older"):
            await one.desk.told(text)

    assert Desk().run(asks) == ["first", "older", "newer"]


def test_what_nobody_asks_for_any_more_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asks(one: Desk) -> None:
        await one.desk.told("left behind")
        monkeypatch.setattr(aside, "GONE", -1.0)

    assert Desk().run(asks) == ["first"]


def test_what_waits_is_bounded_while_one_text_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MOST_WANTED", 3)

    async def asks(one: Desk) -> None:
        for number in range(10):
            await one.desk.told(str(number))
        assert len(one.desk._wanted) == 3

    assert Desk().run(asks) == ["first", "9", "8", "7"]


def test_what_waits_is_dropped_while_one_text_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asks(one: Desk) -> None:
        await one.desk.told("left behind")
        monkeypatch.setattr(aside, "GONE", -1.0)
        await one.desk.told("one more")
        assert not one.desk._wanted

    Desk().run(asks)


def test_a_reading_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asks(one: Desk) -> None:
        monkeypatch.setattr(aside, "HANGS", 0.01)
        with pytest.raises(BrokenProcessPool, match="more than"):
            await one.desk._there(one._read, "never")

    Desk().run(asks)


def test_nobody_waits_for_one_that_hangs_when_the_service_stops(service: Service, tmp_path: Path) -> None:
    assert aside.ask(service.where, f"hold {tmp_path / 'never'}") is None
    children = service.children()
    assert children
    assert service.end() == 0
    until(lambda: not any(Path(f"/proc/{one}").exists() for one in children))


def test_a_reading_that_fails_is_told_and_the_next_one_is_made(service: Service) -> None:
    with pytest.raises(aside.AsideError, match="RecursionError"):
        service.read("fail")
    assert not aside.is_off()
    assert service.read("after it")["text"] == "after it"


def test_a_reading_that_failed_is_tried_again_after_a_while(service: Service, tmp_path: Path) -> None:
    memory = tmp_path / "memory"
    text = f"fail {memory}"
    with pytest.raises(aside.AsideError, match="RecursionError"):
        service.read(text)
    memory.touch()

    def there() -> bool:
        with suppress(aside.AsideError):
            return aside.ask(service.where, text) is not None
        return False

    until(there)


def test_one_that_cannot_get_ready_to_read_ends_so_that_it_is_started_anew(where: Path) -> None:
    with subprocess.Popen([*SIDE, str(where), "1", "unready"], stderr=subprocess.DEVNULL) as process:
        assert process.wait(PATIENCE) == 1


def test_a_process_without_the_network_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_loaded", lambda: Reader())
    with pytest.raises(RuntimeError, match="network"):
        prepare_to_read()


def test_when_the_process_that_reads_is_gone_the_service_ends_so_that_it_is_started_anew(service: Service) -> None:
    with pytest.raises(aside.AsideError):
        service.read("die")
    assert service.process.wait(PATIENCE) == 1


def test_one_process_of_several_that_is_gone_ends_the_service_whatever_the_others_do(
    where: Path, tmp_path: Path
) -> None:
    several = Service(where, cores=2 * aside.CORES)
    try:
        goes_elsewhere = next(
            text
            for text in (f"hold {tmp_path}/{number}" for number in range(99))
            if crc32(text.encode()) % 2 != crc32(b"die") % 2
        )
        assert aside.ask(where, goes_elsewhere) is None
        with pytest.raises(aside.AsideError):
            several.read("die")
        assert several.process.wait(PATIENCE) == 1
    finally:
        several.process.kill()
        several.process.wait()


def test_where_the_system_does_not_tell_which_cores_it_may_use_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert aside._cores() == os.cpu_count()


def test_nobody_there_is_said_and_for_a_while_no_page_promises_a_full_reading(where: Path) -> None:
    with pytest.raises(aside.AsideError, match="FileNotFoundError"):
        aside.ask(where, "words")
    assert aside.is_off()


def test_one_that_was_killed_leaves_nothing_in_the_way_of_the_next(service: Service) -> None:
    service.process.kill()
    service.process.wait()
    again = Service(service.where)
    assert again.read("words")["text"] == "words"
    assert again.end() == 0


@pytest.mark.parametrize(
    "text", ["", "a" * 3_000_000, "\ud800 half a sign", "\x00", "日本語 👩‍👧", "null", '{"failed": 1}']
)
def test_any_words_come_back_as_they_were(service: Service, text: str) -> None:
    assert service.read(text)["text"] == text


@pytest.mark.long
@pytest.mark.parametrize(
    "sent",
    [b"", b"\0", b"\xff" * 8 + b"x", (5).to_bytes(8) + b"ab", (2).to_bytes(8) + b"{]", (3).to_bytes(8) + b"\xff\xfe\xfd",
     (2).to_bytes(8) + b"[]", (1).to_bytes(8) + b"3",
     (4).to_bytes(8) + b"null"],
)  # fmt: skip
def test_anything_else_gets_no_answer_and_stops_nobody(service: Service, sent: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE)
        line.connect(str(service.where))
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b""
    assert service.read("words")["text"] == "words"


def test_a_service_that_hangs_is_not_waited_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "LATE", 0.05)
    service.process.send_signal(signal.SIGSTOP)
    try:
        assert aside.ask(service.where, "words") is None
    finally:
        service.process.send_signal(signal.SIGCONT)
    assert service.read("words")["text"] == "words"


# --- what a page gets -----------------------------------------------------------------------------------------------


def at_a_pause() -> dict[str, Any]:
    return reading.read([Said(0, WORDS)], "pause")


def test_without_a_service_the_process_reads_for_itself() -> None:
    assert at_a_pause()["path"] == "full"


def test_a_second_reader_is_never_asked_at_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def added(found: Findings, text: str, *_: object) -> Findings:
        asked.append(text)
        return found

    monkeypatch.setattr(environment(), "second_reader", "http://second.example/")
    monkeypatch.setattr(reading, "added", added)
    assert at_a_pause()["path"] == "full"
    assert asked == []
    reading.read([Said(0, WORDS)], "full")
    assert asked == [WORDS]


def test_with_one_the_page_gets_the_first_look_until_the_full_reading_is_there(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = reading.found_in_full(WORDS)
    told = iter([None, full])
    monkeypatch.setattr(environment(), "reading_socket", where)
    monkeypatch.setattr(aside, "ask", lambda _where, _text: next(told))
    first = at_a_pause()
    assert (first["path"], first["look"]) == ("fast", "first")
    then = at_a_pause()
    assert then["path"] == "full"
    assert "look" not in then
    assert then["findings"][0]["entry"] == 0


def test_where_nobody_reads_aside_the_first_look_stands(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment(), "reading_socket", where)
    found = at_a_pause()
    assert (found["state"], found["path"], found["look"]) == ("read", "fast", "off")

"""A second reader may add findings that stand in the words to the letter, in time, and nothing else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from goldthread.thrive.reader import Reader
from goldthread.thrive.second import LONGEST_ANSWER, MOST, OverHttp, SecondReaderError, added

TEXT = "Kettle on, table laid for five. Four live there. No risk to anybody."


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A second reader of our own on this machine; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with suppress(OSError):  # the reader did not wait
                answer(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def saying(body: bytes, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def findings(*pairs: tuple[str, str]) -> bytes:
    return json.dumps({"findings": [{"cue": cue, "quote": quote} for cue, quote in pairs]}).encode()


def read_with(body: bytes) -> list[tuple[str, str, str]]:
    reader = Reader()
    before = reader.read(TEXT)
    with serving(saying(body)) as address:
        after = added(before, TEXT, OverHttp(address, 5), {cue.code for cue in reader.cues})
    assert set(before.findings) <= set(after.findings)
    assert all(TEXT[one.start : one.end] == one.quote for one in after.findings)
    assert (after.at_risk, after.level, after.probability, after.child) == (
        before.at_risk, before.level, before.probability, before.child,
    )  # fmt: skip
    return [(one.cue, one.quote, one.assertion) for one in after.findings if one not in before.findings]


def test_a_quote_that_stands_in_the_words_is_added_as_a_doubt_to_be_asked_about() -> None:
    told = findings(("oblique", "table laid for five"))
    assert read_with(told) == [("oblique", "table laid for five", "uncertain")]


@pytest.mark.parametrize(
    "pair",
    [
        ("oblique", "Table laid for five"),
        ("oblique", "a table for five"),
        ("oblique", ""),
        ("oblique", "  "),
        ("no-such-cue", "table laid for five"),
        ("oblique", TEXT * 20),
    ],
)
def test_what_does_not_stand_there_or_is_no_cue_is_dropped(pair: tuple[str, str]) -> None:
    assert read_with(findings(pair)) == []


def test_nothing_it_says_can_lower_or_remove() -> None:
    body = json.dumps({"findings": [], "at_risk": False, "level": "none", "remove": ["all"], "say": "no risk"}).encode()
    assert read_with(body) == []


def test_the_same_finding_twice_is_one_and_a_flood_is_bounded() -> None:
    assert len(read_with(findings(("oblique", "table laid"), ("oblique", "table laid")))) == 1
    flood = findings(*[("oblique", TEXT[at : at + 5]) for at in range(MOST * 2)])
    assert len(read_with(flood)) <= MOST


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"findings": 3}', b"\xff\xfe", b"[" * 100_000, b'{"findings": [' + b" " * LONGEST_ANSWER],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_said_so(body: bytes) -> None:
    with serving(saying(body)) as address, pytest.raises(SecondReaderError) as told:
        OverHttp(address, 5).suggest(TEXT)
    assert "Kettle" not in str(told.value)


def test_findings_that_are_none_are_passed_over() -> None:
    odd = b'{"findings": [1, null, {"cue": 1, "quote": 2}, {"cue": "oblique"}, {"cue": "oblique", "quote": "Four live there"}]}'
    assert read_with(odd) == [("oblique", "Four live there", "uncertain")]


def test_an_error_and_an_address_where_nobody_answers_are_said_so() -> None:
    with serving(saying(b"{}", 500)) as address, pytest.raises(SecondReaderError):
        OverHttp(address, 5).suggest(TEXT)
    with serving(saying(b"{}")) as address:
        pass
    with pytest.raises(SecondReaderError):
        OverHttp(address, 5).suggest(TEXT)


def test_one_that_never_ends_its_answer_is_not_waited_for() -> None:
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    with serving(drip) as address:
        began = time.monotonic()
        with pytest.raises(SecondReaderError, match="in time"):
            OverHttp(address, 0.5).suggest(TEXT)
        waited = time.monotonic() - began
        stop.set()
    assert waited < 10, "far below the time it would drip on"

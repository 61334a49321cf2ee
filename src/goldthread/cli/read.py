"""``goldthread read`` and ``goldthread assertion``: JSON Lines in, one JSON line out for each, in order."""

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from goldthread.thrive.assertion import assess_span
from goldthread.thrive.lexicon import LexiconError
from goldthread.thrive.reader import Reader
from goldthread.thrive.tokens import Text

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; a longer line is refused by a sentence, so that one bad file cannot fill the memory."""

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class BadLineError(ValueError):
    """A line that cannot be answered; the message says why."""


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``read`` and ``assertion`` to the command line."""
    read = subparsers.add_parser("read", help="read logs for cues of risk to a child (JSON Lines)")
    read.add_argument("file", nargs="?", metavar="FILE", help="JSON Lines of id and text; standard input if left out")
    read.add_argument(
        "--path",
        choices=("fast", "full"),
        default="full",
        help="fast: lexicon and assertion; full: the network too (default)",
    )
    read.add_argument("--lexicon", type=Path, metavar="DIR", help="another folder of lexicon files")
    read.set_defaults(run=run_read)
    assertion = subparsers.add_parser("assertion", help="say how a span of a text is meant (JSON Lines)")
    assertion.add_argument("file", nargs="?", metavar="FILE", help="JSON Lines of id, text, start and end")
    assertion.set_defaults(run=run_assertion)


def run_read(args: argparse.Namespace) -> int:
    """Answer every line of the input with a reading. Returns 1 if any line was bad, 2 if nothing could be done."""
    from goldthread.thrive.model import ModelError, load  # loads what only this command needs

    try:
        reader = Reader(args.lexicon, load() if args.path == "full" else None)
    except LexiconError as error:
        return _say(f"The lexicon cannot be used:\n{error}")
    except ModelError as error:
        return _say(f"The full path cannot be read: {error}. Use --path fast.")
    gc.freeze()  # what was loaded stays: looking through it for what could go took a twentieth of the time

    def answer(line: dict[str, Any]) -> dict[str, Any]:
        return {"id": line["id"], **reader.read(_text(line), args.path).to_json()}

    return _answer_all(args.file, answer)


def run_assertion(args: argparse.Namespace) -> int:
    """Answer every line of the input with the assertion of its span. Exit statuses as ``run_read``."""
    try:
        reader = Reader()
    except LexiconError as error:
        return _say(f"The lexicon cannot be used:\n{error}")

    def answer(line: dict[str, Any]) -> dict[str, Any]:
        text, start, end = _text(line), line.get("start"), line.get("end")
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            raise BadLineError(f"start and end must be whole numbers with 0 <= start < end <= {len(text)}")
        words = Text(text)
        return {"id": line["id"], "assertion": assess_span(words, start, end, reader.cue_spans(words))}

    return _answer_all(args.file, answer)


def _text(line: dict[str, Any]) -> str:
    text = line.get("text")
    if not isinstance(text, str):
        raise BadLineError("text must be a string")
    return text


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


def _answer_all(file: str | None, answer: Answer) -> int:
    """Read lines from *file* or standard input and write an answer for each; 1 if any line was bad."""
    try:
        with opened(file) as source:
            return _pump(source, sys.stdout.buffer, answer)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            return 1
        return _say(f"Cannot read {file or 'standard input'}: {error.strerror or error}.")


@contextmanager
def opened(file: str | None) -> Iterator[BinaryIO]:
    """The file, or standard input."""
    if file is None or file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as source:
            yield source


def _pump(source: BinaryIO, sink: BinaryIO, answer: Answer) -> int:
    failed = False
    for number, raw in lines(source):
        name: Any = None
        try:
            line = parse(raw, number)
            name = line.get("id") if isinstance(line.get("id"), str | int) else None
            if not isinstance(line.get("id"), str):
                raise BadLineError("id must be a string")
            result = answer(line)
        except BadLineError as error:
            failed = True
            result = {"id": name, "error": f"Line {number}: {error}."}
        sink.write(_dump(result))
        sink.flush()
    return int(failed)


def lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines (None for one that is too long); blank lines at the very end are no lines."""
    number = 0
    blanks: list[int] = []
    while raw := source.readline(LONGEST_LINE + 1):
        number += 1
        if not raw.strip():
            blanks.append(number)
            continue
        yield from ((blank, b"") for blank in blanks)
        blanks.clear()
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            while (more := source.readline(LONGEST_LINE)) and not more.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, raw


def parse(raw: bytes | None, number: int) -> dict[str, Any]:
    """A line's JSON object. Raises ``BadLineError`` with what is wrong."""
    if raw is None:
        raise BadLineError(f"longer than {LONGEST_LINE // 1024 // 1024} MB")
    if not raw:
        raise BadLineError("the line is blank")
    try:
        decoded = raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise BadLineError("not UTF-8 text") from None
    try:
        line = json.loads(decoded)
    except (ValueError, RecursionError):
        raise BadLineError("not valid JSON") from None
    if not isinstance(line, dict):
        raise BadLineError('not a JSON object such as {"id": "1", "text": "..."}')
    return line


def _dump(result: dict[str, Any]) -> bytes:
    """One line of UTF-8; with \\u escapes where a lone surrogate could not be written otherwise."""
    try:
        return (json.dumps(result, ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(result) + "\n").encode()

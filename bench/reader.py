"""The reader's fast path on one core, against medspaCy on the same texts in turns."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.texts import CUES, EVERYDAY, SEED, logs
from goldthread.thrive.reader import Reader

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "bench-medspacy.lock"
HOME = ROOT / ".venv-medspacy"
COUNT, WORDS = 2_000, 120
SHARED = 60
"""Texts that medspaCy reads in each turn; it needs seconds for what takes the reader a few hundredths."""
TURNS = 5
LONG, SHORT = 20_000, 2_000
"""Words of the two texts whose times per word are compared."""
STRAIGHT = 1.5
"""Linear: a word of the long text takes at most this many times as long as one of the short."""


def run() -> Result:
    """Measure."""
    texts, everyday = list(logs(COUNT, WORDS)), list(logs(COUNT, WORDS, EVERYDAY))
    began = perf_counter()
    reader = Reader()
    loaded = perf_counter() - began
    reader.read_batch(texts[:200])
    rates, cpu, own, plain = [], [], [], []
    with medspacy(texts[:SHARED]) as (other, told):
        for turn in range(TURNS):
            # The reader remembers sentences, so that each turn has logs of its own and begins without a memory.
            fresh = list(logs(COUNT, WORDS, seed=SEED + 1 + turn))
            reader.forget()
            wall, used = perf_counter(), process_time()
            readings = reader.read_batch(fresh)
            rates.append(COUNT / (perf_counter() - wall))
            cpu.append(COUNT / (process_time() - used))
            own.append(SHARED / _turn(other, "own")["seconds"])
            plain.append(SHARED / _turn(other, "plain")["seconds"])
    again = COUNT / _timed(reader, *fresh)
    reader.forget()
    empty = _timed(reader, *everyday)
    each = [_first(reader, text) for text in texts]
    first = [_first(reader, text) for text in everyday]
    ours, reference, faster = median(rates), median(own), median(plain)
    long, short = _per_word(reader, LONG), _per_word(reader, SHORT)
    new, new_empty = COUNT / sum(each), COUNT / sum(first)
    found = sum(len(reading.findings) for reading in readings) / COUNT
    times = ours / reference
    return Result(
        "reader: fast path, one core",
        [
            Row(f"{WORDS}-word logs read", f"{ours:,.0f} docs/s", "", "", ">= 5,000 docs/s", ours >= 5_000),
            Row("  against medspaCy", f"{ours:,.0f} docs/s", f"{reference:,.0f} docs/s", f"{times:,.0f}x", ">= 50x", times >= 50),
            Row("  against its parts, plain splitter", f"{ours:,.0f} docs/s", f"{faster:,.0f} docs/s", f"{ours / faster:,.0f}x"),
            Row("  for a second of processor time", f"{median(cpu):,.0f} docs/s"),
            Row("  with no sentence met before", f"{new:,.0f} docs/s"),
            Row("  the same logs read again", f"{again:,.0f} docs/s"),
            Row("  logs with hardly a cue in them", f"{COUNT / empty:,.0f} docs/s"),
            Row("  the same with no sentence met before", f"{new_empty:,.0f} docs/s"),
            Row("one log, p50", milliseconds(percentile(each, 0.50))),
            Row("one log, p99", milliseconds(percentile(each, 0.99))),
            Row(
                f"time per word at {LONG:,} words", f"{long * 1e6:,.1f} us", f"{short * 1e6:,.1f} us", f"{long / short:.2f}x",
                f"<= {STRAIGHT}x", long <= STRAIGHT * short,
            ),
        ],
        [
            "Each turn reads new logs and begins without a memory; they are put together from sentences that come again with",
            "other words in them, so that a part was met before. One log, p50 and p99: no sentence of it was met before.",
            f"{COUNT:,} logs, {found:.1f} findings in each; median of {TURNS} turns; lexicon loaded in {loaded:.1f} s before.",
            f"Reference: medspaCy {told['version']} (spaCy {told['spacy']}) on {SHARED} of the same logs, in turns: blank "
            f"English pipeline without a trained model, {len(CUES)} target phrases, ConText, its log turned off;",
            "with its own sentence splitter, which takes most of its time, and again with spaCy's plain one.",
            f"Time per word: one text of {LONG:,} words against one of {SHORT:,}.",
        ],
    )  # fmt: skip


@contextmanager
def medspacy(texts: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """medspaCy in a process of its own environment, warmed up on ``texts``, and what it says of itself.

    Raises ``CannotMeasureError`` when it cannot be installed or does not start.
    """
    python = installed()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [
                python,
                "-P",
                str(Path(__file__).with_name("medspacy_side.py")),
            ],  # -P: bench/typing.py is not Python's own
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"cues": CUES, "texts": list(texts)}) + "\n")
            process.stdin.flush()
            yield process, _answer(process)
        except (CannotMeasureError, BrokenPipeError) as error:
            errors.seek(0)
            last = errors.read().strip().splitlines()[-1:]
            raise CannotMeasureError(f"medspaCy did not answer: {' '.join(last) or error}") from None
        finally:
            process.kill()
            process.communicate()


def installed() -> str:
    """The interpreter of medspaCy's environment, made or brought up to date from its lock file."""
    uv = Path(sys.executable).with_name("uv")
    python = HOME / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, HOME], check=True)
        subprocess.run([uv, "pip", "sync", "--quiet", "--python", python, LOCK], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotMeasureError(f"medspaCy could not be installed in {HOME.name} from {LOCK.name}: {error}") from None
    return str(python)


def _turn(process: subprocess.Popen[str], splitter: str) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(f"{splitter}\n")
    process.stdin.flush()
    return _answer(process)


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise CannotMeasureError("it ended")
    told: dict[str, Any] = json.loads(line)
    return told


def _timed(reader: Reader, *texts: str) -> float:
    began = perf_counter()
    reader.read_batch(texts)
    return perf_counter() - began


def _first(reader: Reader, text: str) -> float:
    """Seconds for *text* when no sentence was met before."""
    reader.forget()
    return _timed(reader, text)


def _per_word(reader: Reader, words: int) -> float:
    """Seconds for a word in one text of ``words`` words: the best of several, which others on the machine disturb least."""
    (text,) = logs(1, words)
    return min(_first(reader, text) for _ in range(7)) / words

"""The reader's full path on one core: new logs, typing on, start and memory; beside what the processor multiplies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from statistics import median
from time import perf_counter, process_time

import numpy as np

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.texts import SEED, logs
from goldthread.thrive.model import load
from goldthread.thrive.reader import Reader

COUNT, WORDS, TURNS = 60, 120, 3
LONG, SHORT, STRAIGHT = 20_000, 2_000, 1.5
TYPED = 40
"""Logs typed on by one word, after each of which the whole is read again."""
FEWEST = 100
SLOWEST, STARTED, HELD = 0.050, 1.5, 400
"""Seconds for a log in which one clause changed; seconds until the first answer; MiB of the process then."""
START = """
import json, re, sys, time
began = time.perf_counter()
from goldthread.thrive.model import load
from goldthread.thrive.reader import Reader
reader = Reader(model=load())
loaded = time.perf_counter() - began
reader.read("Kids crying upstairs, then quiet. Dad says they are fine.", "full")
first = time.perf_counter() - began
reader.read_batch(json.load(sys.stdin), "full")
held = int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps([loaded, first, held]))
"""
"""What a process tells of itself. Its own status is asked for its size: *getrusage* counts that of the process that started it."""
MANY = 300
"""Logs that the process whose memory is measured has read."""


def run() -> Result:
    """Measure."""
    reader = Reader(model=load())
    reader.read_batch(list(logs(5, WORDS)), "full")
    rates, speeds = [], []
    for turn in range(TURNS):
        texts = list(logs(COUNT, WORDS, seed=SEED + 1 + turn))
        rates.append(COUNT / sum(_new(reader, text) for text in texts))
        speeds.append(_multiplied())
    typed = list(_typed_on(reader, list(logs(TYPED, WORDS, seed=SEED + 9))))
    long, short = _per_word(reader, LONG), _per_word(reader, SHORT)
    loaded, first, held = _started()
    rate, speed, slowest = median(rates), median(speeds), percentile(typed, 0.99)
    straight = long <= STRAIGHT * short
    return Result(
        "full: the reader's full path, one core",
        [
            Row(f"{WORDS}-word logs, no clause met before", f"{rate:,.1f} docs/s", f"{speed:,.0f} GFLOP/s", "", f">= {FEWEST} docs/s", rate >= FEWEST),
            Row("a log with one changed clause, p50", milliseconds(percentile(typed, 0.5))),
            Row("a log with one changed clause, p99", milliseconds(slowest), "", "", "<= 50 ms", slowest <= SLOWEST),
            Row(
                f"time per word at {LONG:,} words", f"{long * 1e6:,.0f} us", f"{short * 1e6:,.0f} us", f"{long / short:.2f}x",
                f"<= {STRAIGHT}x", straight,
            ),
            Row("lexicon and network loaded", milliseconds(loaded), "", "", f"<= {STARTED * 1000:,.0f} ms", loaded <= STARTED),
            Row("first answer of a new process", milliseconds(first)),
            Row(f"memory of that process after {MANY} logs", f"{held:,.0f} MiB", "", "", f"<= {HELD} MiB", held <= HELD),
        ],
        [
            f"{COUNT} logs a turn, median of {TURNS} turns; every clause read anew, which a real room seldom needs.",
            "Reference: what one core multiplies in single precision at the encoder's own sizes, between the turns. The target was",
            "set where eight-bit numbers are multiplied several times faster than that; without such instructions they are not.",
        ],
    )  # fmt: skip


def _new(reader: Reader, text: str) -> float:
    """Seconds for *text* of which nothing was met before."""
    reader.forget()
    began = perf_counter()
    reader.read(text, "full")
    return perf_counter() - began


def _typed_on(reader: Reader, texts: Sequence[str]) -> list[float]:
    """Seconds for each text after its last clause was typed on by a word."""
    found = []
    for text in texts:
        reader.read(text, "full")
        for word in ("again", "now"):
            text = f"{text.rstrip('.')} {word}."
            began = perf_counter()
            reader.read(text, "full")
            found.append(perf_counter() - began)
    return found


def _per_word(reader: Reader, words: int) -> float:
    (text,) = logs(1, words)
    return min(_new(reader, text) for _ in range(2)) / words


def _multiplied() -> float:
    """Thousand million operations a second, in the encoder's widest product, on one core."""
    left, right = np.ones((170, 384), np.float32), np.ones((384, 1536), np.float32)
    rounds = 40
    began = process_time()  # it may spread over cores: what one of them did is asked
    for _ in range(rounds):
        left @ right
    return 2 * 170 * 384 * 1536 * rounds / (process_time() - began) / 1e9


def _started() -> tuple[float, float, float]:
    """Seconds until loaded, seconds until the first answer, and MiB, of a process of its own."""
    try:
        texts = json.dumps(list(logs(MANY, WORDS)))
        done = subprocess.run([sys.executable, "-c", START], input=texts, capture_output=True, text=True, check=True)
        loaded, first, held = json.loads(done.stdout)
    except (subprocess.CalledProcessError, ValueError) as error:
        raise CannotMeasureError(f"a process with the network did not start ({type(error).__name__})") from None
    return loaded, first, held

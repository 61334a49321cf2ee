"""The trained network, run by onnxruntime: clauses and what the lexicon found in, a decision about the whole text out.

What it is made from, how it was measured and what it must not be relied on for stands in ``docs/model-card.md``.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from goldthread.thrive.packing import packed, side_by_side, width

HOME = Path(__file__).parent / "model"
CARD = "card.json"
REMEMBERED = 60_000
"""Word pieces whose numbers are kept for a process: 46 MB, some 3,700 clauses, half an hour of a busy room *(ours)*."""
AT_ONCE = 32
"""Clauses read in one run of the encoder, so that what it takes up stays small *(ours)*."""
MET = 768
"""Word pieces that meet each other at once: more than all but two contacts of the corpus have. What they look at grows with the square of
them, so a stretch of longer clauses is taken part by part."""
TOGETHER, STEP = 48, 36
"""Clauses read and decided over at once, and how far the next stretch begins after the last: nothing much longer was trained on, and over a
hundred and more at once next to nothing was called risky. So long texts cost what their length costs, and hold no more than a stretch of it."""
LEFT_OUT = 12
"""Clauses that are left out in turn to see what the answer rests on *(ours)*."""

Vector = NDArray[np.float32]
Words = NDArray[np.float16]
"""Numbers of each word piece of a clause by itself, (pieces, width); in half precision, whether remembered or new."""


class ModelError(RuntimeError):
    """The network cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Up to so many word pieces a word, where the network cannot tell: a likelihood from ``low`` to ``high``."""

    pieces: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Long:
    """In contacts of more than so many clauses, the likelihoods from ``low`` to ``high`` where risk may be lost among the rest."""

    clauses: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Card:
    """What the network was made for and how its numbers are taken; the model card's part that the reader needs."""

    version: str
    codes: tuple[str, ...]
    """Cues of the lexicon it was trained beside."""
    cues: tuple[str, ...]
    levels: tuple[str, ...]
    child: tuple[str, ...]
    most_tokens: int
    slope: float
    shift: float
    """Likelihood = 1 / (1 + exp(-(slope * odds + shift)))."""
    at_risk: float
    """Likelihood from which a child counts as at risk."""
    unsure: tuple[Unsure, ...]
    """In order of pieces; texts beyond the last are typed so unlike what was trained on that nothing is sure."""
    long: Long


@dataclass(frozen=True, slots=True)
class Decided:
    """What the network makes of a text. ``levels`` are the likelihoods of more than none, low, medium and high.

    ``weights`` (sum 1) and ``cues`` have an entry for each clause given; ``pieces`` is word pieces a word. A clause's weight is
    by how much the odds fall without it, where that was asked; else how much the pool looked at it. ``size`` is how many different
    clauses there are.
    """

    likely: float
    levels: tuple[float, ...]
    child: tuple[float, ...]
    adult: float
    weights: tuple[float, ...]
    cues: tuple[tuple[float, ...], ...]
    pieces: float
    size: int


class Model:
    """The network of a folder, ready to run. Threads may share it. Raises ``ModelError`` where it cannot be used."""

    def __init__(self, home: Path = HOME) -> None:
        try:
            self.card = _card(json.loads((home / CARD).read_text(encoding="utf-8")))
            self._tokens = Tokenizer.from_file(str(home / "tokenizer.json"))
            self._encoder = _session(home / "encoder.onnx")
            self._contact = _session(home / "contact.onnx")
            self._pool = _session(home / "pool.onnx")
            self.hash = _hash(home)
        except Exception as error:  # each library raises its own
            raise ModelError(f"the network in {home.name} cannot be used ({type(error).__name__})") from error
        self._tokens.no_padding()
        self._tokens.no_truncation()
        self._kept: OrderedDict[bytes, tuple[Words, int]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def decide(self, clauses: Sequence[str], found: Sequence[Sequence[float]], whole: Sequence[float]) -> Decided:
        """Decide for one text, given as its clauses, with ``features.of_clauses`` and ``features.of_whole`` of it.

        A clause that stands there again counts once. Texts of more clauses than are decided over at once are taken in
        stretches, and the stretch with the highest likelihood decides.
        """
        places = _once(clauses)
        beside = np.array([found[at] for at in places], dtype=np.float32)
        of_all = np.array([whole], dtype=np.float32)
        best: Decided | None = None
        pieces = words = 0
        for first in range(0, max(1, len(places) - TOGETHER + STEP), STEP):
            stretch = slice(first, first + TOGETHER)
            said = [clauses[at] for at in places[stretch]]
            vectors, count = self.vectors(said)
            pieces += count
            words += sum(len(one.split()) for one in said)
            one = self._decide(vectors, beside[stretch], of_all, places[stretch], clauses)
            if best is None or one.likely > best.likely:
                best = one
        assert best is not None
        return replace(best, pieces=pieces / max(1, words), size=len(places))

    def forget(self) -> None:
        """Forget the clauses met so far; answers stay the same."""
        with self._lock:
            self._kept.clear()
            self._held = 0

    def _decide(
        self,
        vectors: Vector,
        found: Vector,
        whole: Vector,
        places: Sequence[int],
        clauses: Sequence[str],
    ) -> Decided:
        given = {"clauses": vectors[None], "found": found[None], "whole": whole}
        size = len(places)
        odds, levels, child, adult, looked, cues = self._pool.run(
            None, {**given, "empty": np.zeros((1, size + 1), bool)}
        )
        likely = 1 / (1 + exp(-(self.card.slope * float(odds[0]) + self.card.shift)))
        weights = looked[0]
        if size > 1 and likely >= self.card.at_risk:
            weights = self._by_leaving_out(given, weights, [clauses[at] for at in places])
        by_place = dict(zip(places, range(size), strict=True))
        nothing = (0.0,) * len(self.card.cues)
        likely_cues = _likely(cues[0])
        return Decided(
            likely,
            tuple(map(float, _likely(levels[0]))),
            tuple(map(float, _shares(child[0]))),
            float(_likely(adult)[0]),
            tuple(float(weights[by_place[at]]) if at in by_place else 0.0 for at in range(len(clauses))),
            tuple(
                tuple(map(float, likely_cues[by_place[at]])) if at in by_place else nothing
                for at in range(len(clauses))
            ),
            0.0,
            size,
        )

    def _by_leaving_out(self, given: dict[str, Vector], looked: Vector, clauses: Sequence[str]) -> Vector:
        """How much the odds fall without each of the clauses most looked at, as shares; where they fall for none, *looked*.

        Each clause counts as what it says by itself: once its words have met the others', what those say stands in its vector too, and
        the bins that were rung about would be quoted for the girl on the step.
        """
        alone = np.concatenate([self._meet([words], at) for at, (words, _) in enumerate(self.read(clauses))])
        order = np.argsort(-looked, kind="stable")[:LEFT_OUT]
        empty = np.zeros((len(order) + 1, len(looked) + 1), bool)
        empty[np.arange(len(order)), order + 1] = True
        odds = self._pool.run(["odds"], {**given, "clauses": alone[None], "empty": empty})[0]
        falls = np.maximum(odds[-1] - odds[:-1], 0)
        if not falls.any():
            return looked
        weights = np.zeros_like(looked)
        weights[order] = falls / falls.sum()
        return weights

    def read(self, clauses: Sequence[str]) -> list[tuple[Words, int]]:
        """What each clause says by itself, and its number of word pieces; the same whatever stands beside it."""
        keys = [_key(clause) for clause in clauses]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        new = {key: clause for key, clause in zip(keys, clauses, strict=True) if key not in found}
        if new:
            ids = [self._tokens.encode(clause.encode("utf-8", "replace").decode()).ids for clause in new.values()]
            made = dict(zip(new, self._words(ids), strict=True))
            found |= made
            self._keep(made)
        return [found[key] for key in keys]

    def _keep(self, made: dict[bytes, tuple[Words, int]]) -> None:
        with self._lock:
            for key, one in made.items():
                if key not in self._kept:
                    self._held += len(one[0])
                    self._kept[key] = one
            while self._held > REMEMBERED:
                _, (gone, _) = self._kept.popitem(last=False)
                self._held -= len(gone)

    def _words(self, ids: Sequence[Sequence[int]]) -> list[tuple[Words, int]]:
        """Clauses of one width are read at once: beside a longer one each would take as much room as that."""
        cut = [one[: self.card.most_tokens] for one in ids]
        by_width: dict[int, list[int]] = {}
        for at, one in enumerate(cut):
            by_width.setdefault(width(one), []).append(at)
        made: dict[int, tuple[Words, int]] = {}
        for places in by_width.values():
            for first in range(0, len(places), AT_ONCE):
                some = places[first : first + AT_ONCE]
                words = self._encoder.run(None, packed([cut[at] for at in some]))[0].astype(np.float16)
                ends = np.cumsum([len(cut[at]) for at in some])
                each = np.split(words, ends[:-1])
                made.update((at, (one.copy(), len(ids[at]) - 2)) for at, one in zip(some, each, strict=True))
        return [made[at] for at in range(len(ids))]

    def vectors(self, clauses: Sequence[str]) -> tuple[Vector, int]:
        """A vector for each clause, once its words have met the others', or those of its part where they are many; and all word pieces."""
        found: list[Vector] = []
        part: list[Words] = []
        first = held = pieces = 0
        for words, count in self.read(clauses):
            pieces += count
            if part and held + len(words) > MET:
                found.append(self._meet(part, first))
                first += len(part)
                part, held = [], 0
            part.append(words)
            held += len(words)
        return np.concatenate([*found, self._meet(part, first)]), pieces

    def _meet(self, words: Sequence[Words], first: int) -> Vector:
        vectors: Vector = self._contact.run(None, side_by_side(words, first))[0]
        return vectors


def _key(clause: str) -> bytes:
    return hashlib.blake2b(clause.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@lru_cache(maxsize=2)
def load(home: Path = HOME) -> Model:
    """The network of a folder, loaded once for a process. Raises ``ModelError``."""
    return Model(home)


def _once(clauses: Sequence[str]) -> list[int]:
    """Places of the clauses that do not stand before; the first of each."""
    first: dict[str, int] = {}
    for at, clause in enumerate(clauses):
        first.setdefault(clause.casefold(), at)
    return list(first.values())


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread for a text: many are read at once, by as many processes as there are cores.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Texts are of all lengths: what one took up is no measure for the next.
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _hash(home: Path) -> str:
    whole = hashlib.sha256()
    for name in ("encoder.onnx", "contact.onnx", "pool.onnx", "tokenizer.json", CARD):
        whole.update(hashlib.sha256((home / name).read_bytes()).digest())
    return whole.hexdigest()[:16]


def _card(given: dict[str, Any]) -> Card:
    return Card(
        version=given["version"],
        codes=tuple(given["codes"]),
        cues=tuple(given["cues"]),
        levels=tuple(given["levels"]),
        child=tuple(given["child"]),
        most_tokens=given["most_tokens"],
        slope=given["slope"],
        shift=given["shift"],
        at_risk=given["at_risk"],
        unsure=tuple(Unsure(**one) for one in given["unsure"]),
        long=Long(**given["long"]),
    )


def _likely(odds: Vector) -> Vector:
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


def _shares(odds: Vector) -> Vector:
    raised = np.exp(odds - odds.max())
    return np.asarray(raised / raised.sum(), dtype=np.float32)

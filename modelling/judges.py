"""Whoever answers whether a child is at risk: the reader's paths, parts of it alone, and what it is measured against."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from goldthread.thrive import features
from goldthread.thrive.clauses import clauses as cut
from goldthread.thrive.model import load
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Finding

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = (
    "child", "children", "kid", "kids", "baby", "toddler", "son", "daughter", "boy", "girl", "pupil", "school", "infant", "minor",
    "juvenile", "teen", "bruise", "hit", "hurt", "crying", "scream", "missing", "abuse", "neglect", "groom", "knife", "drunk", "alone",
)  # fmt: skip
"""What a search would be set to; two different ones in a text are a hit *(ours)*."""


@dataclass(frozen=True)
class Answer:
    """What a judge says of a text; only the reader says more than whether."""

    at_risk: bool
    likely: float
    level: str = ""
    child: str = ""
    adult: bool = False
    doubt: bool = False
    abstain: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def unsure(self) -> bool:
        """It says of itself that it is no answer to rely on."""
        return self.doubt or self.abstain


Judge = Callable[[Sequence[str]], list[Answer]]


def keyword_search(texts: Sequence[str]) -> list[Answer]:
    """At risk where two different key words stand in the text."""
    hits = [len({word for word in KEYWORDS if re.search(rf"\b{word}s?\b", text.casefold())}) >= 2 for text in texts]
    return [Answer(hit, float(hit)) for hit in hits]


def fast(texts: Sequence[str]) -> list[Answer]:
    """The reader's fast path: the lexicon alone."""
    return _read(texts, "fast")


def full(texts: Sequence[str]) -> list[Answer]:
    """The reader's full path: the network beside the lexicon."""
    return _read(texts, "full")


def network_alone(texts: Sequence[str]) -> list[Answer]:
    """The network without anything that the lexicon found."""
    model = load()
    found = []
    for text in texts:
        places = cut(text)
        if not places:
            found.append(Answer(at_risk=False, likely=0.0))
            continue
        nothing = [[0.0] * features.width(model.card.codes) for _ in places]
        made = model.decide([text[start:end] for start, end in places], nothing, [0.0] * features.WHOLE)
        found.append(Answer(made.likely >= model.card.at_risk, made.likely))
    return found


def nearest(texts: Sequence[str]) -> list[Answer]:
    """The likest texts of the train part by the encoder's untrained vectors, by vote; in the training environment."""
    return _elsewhere([str(ROOT / ".venv-model" / "bin" / "python"), "-m", "modelling.nearest"], texts)


def medspacy(texts: Sequence[str]) -> list[Answer]:
    """medspaCy with the key words as targets: at risk where two different ones stand and are neither denied nor past."""
    from bench.reader import installed

    return _elsewhere([installed(), "-P", str(ROOT / "modelling" / "medspacy_side.py")], texts, {"cues": KEYWORDS})


PARTS: dict[str, Judge] = {
    "reader, full path": full,
    "reader, fast path (lexicon alone)": fast,
    "network alone": network_alone,
}
OTHERS: dict[str, Judge] = {"key words": keyword_search, "medspaCy": medspacy, "nearest neighbours": nearest}


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The reader with its network."""
    return Reader(model=load())


def _read(texts: Sequence[str], path: str) -> list[Answer]:
    return [
        Answer(
            one.at_risk,
            one.probability,
            one.level,
            one.child,
            one.adult_vulnerability,
            bool(one.doubt),
            one.abstain,
            one.findings,
        )
        for one in reader().read_batch(texts, path)
    ]


def _elsewhere(command: Sequence[str], texts: Sequence[str], more: dict[str, object] | None = None) -> list[Answer]:
    """Answers of a program of another environment: JSON on its standard input, a JSON list of 0 to 1 on its output."""
    given = json.dumps({"texts": list(texts), **(more or {})})
    # Memory that torch lets go of is kept for its next use: giving it back to the system each time takes most of the time.
    kept = {"MALLOC_MMAP_THRESHOLD_": "8589934592", "MALLOC_TRIM_THRESHOLD_": "17179869184"}
    paths = {**os.environ, **kept, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    told = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=paths)
    return [Answer(one >= 0.5, one) for one in json.loads(told.stdout.splitlines()[-1])]

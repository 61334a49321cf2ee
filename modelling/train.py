"""Trains the network on the train part of the corpus, and says after each round how it does on the tune part.

``python -m modelling train FILE [--rounds N]`` in the environment that ``make model`` sets up. The same corpus and the same machine give
the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as binary
from torch.nn.functional import cross_entropy

from goldthread.thrive.clauses import clauses as cut
from modelling import corpus
from modelling.corpus import CHILD, CUES, HOME, LEVELS, Clause, Log
from modelling.network import MOST_TOKENS, Network, tokenizer
from modelling.noise import shortened, slips

SEED = 46
LOGS_AT_ONCE, CLAUSES_AT_ONCE = 12, 40
ENCODER_RATE, HEAD_RATE = 8e-5, 5e-4
FROZEN = 2
"""Layers of six, from below, that keep their weights, to be faster; what it costs was not measured *(ours)*."""
WARM, COLD = 60, 0.02
"""Steps until the full rate, and the share of it at the end."""
STANDING = ("affirmed", "hypothetical", "uncertain")
"""Assertions of which a span counts as its cue."""
NOISED = (0.03, 0.08, 0.15, 0.30)
"""Rates of slips, one of which half of the logs get anew each time."""


@dataclass(frozen=True)
class Ready:
    """A log cut into clauses, with the cues of each."""

    log: Log
    clauses: list[str]
    cues: Tensor


def ready(log: Log) -> Ready:
    """Cut a log; a clause has a cue where a standing span of it overlaps."""
    places = cut(log.text)
    cues = torch.zeros(len(places), len(CUES))
    for span in log.spans:
        if span.cue not in CUES or span.assertion not in STANDING:
            continue
        for at, (start, end) in enumerate(places):
            if start < span.end and span.start < end:
                cues[at, CUES.index(span.cue)] = 1.0
    return Ready(log, [log.text[start:end] for start, end in places], cues)


class Trainer:
    """One training, from the packaged weights."""

    def __init__(self, rounds: int, say: Callable[[str], None]) -> None:
        torch.manual_seed(SEED)
        torch.use_deterministic_algorithms(mode=True)
        self.rng = random.Random(SEED)
        self.say = say
        self.rounds = rounds
        self.tokens = tokenizer()
        self.network = Network(FROZEN)
        self.train = [ready(one) for one in corpus.logs() if one.part == "train"]
        self.tune = [ready(one) for one in corpus.logs() if one.part == "tune"]
        self.clauses = [one for one in corpus.clauses() if one.part == "train"]
        encoder = [one for one in self.network.encoder.parameters() if one.requires_grad]
        known = {id(one) for one in self.network.encoder.parameters()}
        heads = [one for one in self.network.parameters() if id(one) not in known]
        self.optimizer = torch.optim.AdamW(
            [{"params": encoder, "lr": ENCODER_RATE}, {"params": heads, "lr": HEAD_RATE}], weight_decay=0.02
        )
        steps = rounds * (len(self.train) // LOGS_AT_ONCE + len(self.clauses) // CLAUSES_AT_ONCE + 2)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: (
                min(1.0, (step + 1) / WARM) * max(COLD, 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))
            ),
        )

    def run(self, out: Path) -> None:
        """All rounds; the weights are kept after each."""
        for number in range(1, self.rounds + 1):
            began = time.monotonic()
            self.network.train()
            for loss in self._losses():
                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                self.optimizer.step()
                self.schedule.step()
            torch.save(self.network.state_dict(), out)
            self.say(
                json.dumps(
                    {
                        "round": number,
                        "seconds": round(time.monotonic() - began),
                        "corpus": corpus_hash(),
                        **self.measured(),
                    }
                )
            )

    def _losses(self) -> Iterator[Tensor]:
        logs = sorted(self.train, key=lambda one: len(one.log.text) + self.rng.random() * 60)
        work: list[Callable[[], Tensor]] = [
            lambda some=logs[at : at + LOGS_AT_ONCE]: self._of_logs(some)  # type: ignore[misc]
            for at in range(0, len(logs), LOGS_AT_ONCE)
        ]
        clauses = self.rng.sample(self.clauses, len(self.clauses))
        work += [
            lambda some=clauses[at : at + CLAUSES_AT_ONCE]: self._of_clauses(some)  # type: ignore[misc]
            for at in range(0, len(clauses), CLAUSES_AT_ONCE)
        ]
        self.rng.shuffle(work)
        for one in work:
            yield one()

    def _of_logs(self, some: Sequence[Ready]) -> Tensor:
        vectors = self.network.read(self._tokens([text for one in some for text in self._noised(one.clauses)]))
        found = self.network.decide(vectors, [len(one.clauses) for one in some])
        levels = torch.tensor(
            [[float(LEVELS.index(one.log.level) > at) for at in range(len(LEVELS) - 1)] for one in some]
        )
        return (
            binary(found.at_risk, torch.tensor([float(one.log.at_risk) for one in some]))
            + 0.3 * binary(found.levels, levels)
            + 0.3 * cross_entropy(found.child, torch.tensor([CHILD.index(one.log.child) for one in some]))
            + 0.2 * binary(found.adult, torch.tensor([float(one.log.adult_vulnerability) for one in some]))
            + 3.0 * binary(self.network.cues(vectors), torch.cat([one.cues for one in some]))
        )

    def _of_clauses(self, some: Sequence[Clause]) -> Tensor:
        vectors = self.network.read(self._tokens([self._noised([one.text])[0] for one in some]))
        cues = torch.zeros(len(some), len(CUES))
        for at, one in enumerate(some):
            if one.span.cue in CUES and one.span.assertion in STANDING:
                cues[at, CUES.index(one.span.cue)] = 1.0
        found = self.network.decide(vectors, [1] * len(some))
        risk = torch.tensor([float(one.at_risk) for one in some])
        return (
            3.0 * binary(self.network.cues(vectors), cues)
            + 0.5 * binary(found.at_risk, risk)
            + 0.2 * cross_entropy(found.child, torch.tensor([CHILD.index(one.child) for one in some]))
        )

    def _noised(self, texts: list[str]) -> list[str]:
        if self.rng.random() < 0.5:
            return texts
        rate = self.rng.choice(NOISED)
        found = [shortened(slips(text, rate, self.rng), rate, self.rng) for text in texts]
        kind = self.rng.random()
        return (
            [text.upper() for text in found]
            if kind < 0.1
            else [text.lower() for text in found]
            if kind < 0.4
            else found
        )

    def _tokens(self, texts: list[str]) -> list[list[int]]:
        return [one.ids[:MOST_TOKENS] for one in self.tokens.encode_batch(texts)]

    def measured(self) -> dict[str, float]:
        """On the tune part: recall of risk where 85, 90 and 93 of a hundred harmless logs stay silent, and both at one half."""
        self.network.eval()
        likely: list[float] = []
        with torch.no_grad():
            for at in range(0, len(self.tune), 16):
                some = self.tune[at : at + 16]
                vectors = self.network.read(self._tokens([text for one in some for text in one.clauses]))
                likely += torch.sigmoid(
                    self.network.decide(vectors, [len(one.clauses) for one in some]).at_risk
                ).tolist()
        risky = [score for score, one in zip(likely, self.tune, strict=True) if one.log.at_risk]
        harmless = sorted(score for score, one in zip(likely, self.tune, strict=True) if not one.log.at_risk)
        found = {}
        for share in (0.85, 0.90, 0.93):
            bar = harmless[math.ceil(share * len(harmless)) - 1]
            found[f"recall at {share}"] = round(sum(score > bar for score in risky) / len(risky), 3)
        found["recall"] = round(sum(score >= 0.5 for score in risky) / len(risky), 3)
        found["specificity"] = round(sum(score < 0.5 for score in harmless) / len(harmless), 3)
        return found


def corpus_hash() -> str:
    """A digest of everything the training read."""
    whole = hashlib.sha256()
    for path in sorted(HOME.glob("*/*.jsonl")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def main(argv: Sequence[str]) -> int:
    """Train."""
    parser = argparse.ArgumentParser(prog="python -m modelling.train", description=__doc__)
    parser.add_argument("out", type=Path, help="file for the weights")
    parser.add_argument("--rounds", type=int, default=4, help="times over the train part (default: 4)")
    asked = parser.parse_args(argv)
    Trainer(asked.rounds, lambda line: print(line, flush=True)).run(asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

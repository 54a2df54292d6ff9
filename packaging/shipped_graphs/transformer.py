"""Pre-norm transformer blocks (Vaswani et al. 2017; Radford et al. 2021), open_clip's names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf, pi, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shipped_graphs.builder import GraphBuilder


class Activation(Enum):
    GELU = "gelu"
    """x Φ(x) (Hendrycks & Gimpel 2016)."""
    GELU_TANH = "gelu_tanh"
    """Its approximation by tanh, same paper."""
    QUICK_GELU = "quick_gelu"
    """Its approximation x σ(1.702 x), same paper; what OpenAI's own weights were trained with."""


@dataclass(frozen=True, slots=True)
class BlockNames:
    """Names of one block's layers in open_clip.

    Attributes:
        attention_in: weight and bias of the linear layer that makes queries, keys and values.
    """

    norm_1: str
    attention_in: tuple[str, str]
    attention_out: str
    norm_2: str
    mlp_in: str
    mlp_out: str


@dataclass(frozen=True, slots=True)
class Blocks:
    """A stack of blocks.

    Attributes:
        mlp_width: between the two linear layers of a block.
    """

    layers: int
    width: int
    heads: int
    activation: Activation
    epsilon: float
    mlp_width: int

    def add(
        self, graph: GraphBuilder, value: str, names: list[BlockNames], mask: str | None
    ) -> str:
        """All blocks but the last: [B, L, width] → [B, L, width]."""
        for block in names:
            normal = graph.layer_norm(value, block.norm_1, self.width, self.epsilon)
            both = graph.linear(normal, "", (self.width, 3 * self.width), names=block.attention_in)
            value = self._finish(graph, value, self._attend(graph, both, mask), block)
        return value

    def add_last(self, graph: GraphBuilder, value: str, block: BlockNames, at: int) -> str:
        """The last block, for one position alone: the rest of its output would go unused.

        That position must see all others.

        Args:
            at: the position, counted from the end when negative.

        Returns:
            [B, 1, width]
        """
        normal = graph.layer_norm(value, block.norm_1, self.width, self.epsilon)
        width = self.width
        sizes, stop = (width, 3 * width), at + 1 if at != -1 else 2**31 - 1
        queries = graph.linear(
            graph.rows(normal, at, stop), "", sizes, names=block.attention_in, part=(0, width)
        )
        rest = graph.linear(normal, "", sizes, names=block.attention_in, part=(width, 3 * width))
        attended = attend_to(graph, queries, rest, self.heads, width)
        return self._finish(graph, graph.rows(value, at, stop), attended, block)

    def _finish(self, graph: GraphBuilder, value: str, attended: str, block: BlockNames) -> str:
        square = (self.width, self.width)
        value = graph.op("Add", value, graph.linear(attended, block.attention_out, square))
        normal = graph.layer_norm(value, block.norm_2, self.width, self.epsilon)
        return graph.op("Add", value, self.mlp(graph, normal, block.mlp_in, block.mlp_out))

    def mlp(self, graph: GraphBuilder, value: str, first: str, second: str) -> str:
        """Two linear layers with the activation between them: [B, L, width] → the same."""
        hidden = graph.linear(value, first, (self.width, self.mlp_width))
        hidden = activate(graph, hidden, self.activation)
        return graph.linear(hidden, second, (self.mlp_width, self.width))

    def _attend(self, graph: GraphBuilder, both: str, mask: str | None) -> str:
        size = self.width // self.heads
        heads = graph.reshape(both, 0, 0, 3 * self.heads, size)
        heads = graph.op("Transpose", heads, perm=[0, 2, 1, 3])
        parts = graph.ops("Split", 3, heads, graph.constant([self.heads] * 3), axis=1)
        queries, keys, values = parts
        return weigh(graph, queries, keys, values, size, self.width, mask)


def attend_to(graph: GraphBuilder, queries: str, rest: str, heads: int, width: int) -> str:
    """Attention of queries [B, Q, width] to keys and values [B, L, 2 width] → [B, Q, width]."""
    size = width // heads
    queries = split_heads(graph, queries, heads, width)
    rest = graph.op("Transpose", graph.reshape(rest, 0, 0, 2 * heads, size), perm=[0, 2, 1, 3])
    keys, values = graph.ops("Split", 2, rest, graph.constant([heads] * 2), axis=1)
    return weigh(graph, queries, keys, values, size, width, None)


def split_heads(graph: GraphBuilder, value: str, heads: int, width: int) -> str:
    """[B, L, width] → [B, heads, L, width / heads]."""
    value = graph.reshape(value, 0, 0, heads, width // heads)
    return graph.op("Transpose", value, perm=[0, 2, 1, 3])


def weigh(
    graph: GraphBuilder,
    queries: str,
    keys: str,
    values: str,
    size: int,
    width: int,
    mask: str | None,
) -> str:
    """softmax(queries keysᵀ / √size + mask) values: [B, heads, L, size] → [B, L, width]."""
    turned = graph.op("Transpose", keys, perm=[0, 1, 3, 2])
    scores = graph.op("MatMul", queries, turned)
    scores = graph.op("Mul", scores, graph.constant(1 / sqrt(size)))
    if mask is not None:
        scores = graph.op("Add", scores, mask)
    mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), values)
    return graph.reshape(graph.op("Transpose", mixed, perm=[0, 2, 1, 3]), 0, 0, width)


def causal_mask(graph: GraphBuilder, ids: str) -> str:
    """0 where a token may look, -∞ where the future lies: [L, L] for ids [B, L]."""
    length = graph.op("Gather", graph.op("Shape", ids), graph.constant(1))
    steps = graph.op("Range", graph.constant(0), length, graph.constant(1))
    ahead = graph.op("Less", graph.op("Unsqueeze", steps, graph.constant([1])), steps)
    return graph.op("Where", ahead, graph.constant(-inf), graph.constant(0.0))


def activate(graph: GraphBuilder, value: str, activation: Activation) -> str:
    """Writes an activation the way onnxruntime recognises and runs as one operator."""
    if activation is Activation.QUICK_GELU:
        gate = graph.op("Sigmoid", graph.op("Mul", value, graph.constant(1.702)))
        return graph.op("Mul", value, gate)
    if activation is Activation.GELU:
        gate = graph.op("Erf", graph.op("Div", value, graph.constant(sqrt(2))))
        gate = graph.op("Add", gate, graph.constant(1.0))
        return graph.op("Mul", graph.op("Mul", value, gate), graph.constant(0.5))
    cube = graph.op("Pow", value, graph.constant(3.0))
    inner = graph.op("Add", value, graph.op("Mul", cube, graph.constant(0.044715)))
    inner = graph.op("Tanh", graph.op("Mul", inner, graph.constant(sqrt(2 / pi))))
    gate = graph.op("Add", inner, graph.constant(1.0))
    return graph.op("Mul", graph.op("Mul", value, graph.constant(0.5)), gate)

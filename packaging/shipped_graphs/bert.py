"""Post-norm transformer layers of BERT (Devlin et al. 2019), by the names of transformers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipped_graphs.transformer import Activation, activate

if TYPE_CHECKING:
    from shipped_graphs.builder import GraphBuilder


@dataclass(frozen=True, slots=True)
class Bert:
    """What the layers of one stack have in common.

    Attributes:
        mlp_width: between the two linear layers at the end of each.
    """

    width: int
    mlp_width: int
    epsilon: float

    def add_attended(self, graph: GraphBuilder, tokens: str, attended: str, name: str) -> str:
        """The end of an attention: [B, L, width] twice → [B, L, width].

        Args:
            attended: what the heads found.
            name: of the attention.
        """
        square = (self.width, self.width)
        attended = graph.linear(attended, f"{name}.output.dense", square)
        return self._add(graph, tokens, attended, name)

    def add_mlp(self, graph: GraphBuilder, tokens: str, name: str) -> str:
        """The end of a layer: [B, L, width] → the same.

        Args:
            name: of the layer.
        """
        hidden = graph.linear(tokens, f"{name}.intermediate.dense", (self.width, self.mlp_width))
        hidden = activate(graph, hidden, Activation.GELU)
        hidden = graph.linear(hidden, f"{name}.output.dense", (self.mlp_width, self.width))
        return self._add(graph, tokens, hidden, name)

    def _add(self, graph: GraphBuilder, tokens: str, change: str, name: str) -> str:
        """Post-norm: the sum is normalised."""
        total = graph.op("Add", tokens, change)
        return graph.layer_norm(total, f"{name}.output.LayerNorm", self.width, self.epsilon)

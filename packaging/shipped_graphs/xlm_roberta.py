"""CLIP whose words are read by XLM-RoBERTa (Conneau et al. 2020), as LAION trained it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipped_graphs.bert import Bert
from shipped_graphs.network import TEXT_INPUT, DualEncoder
from shipped_graphs.transformer import Activation, activate, split_heads, weigh

if TYPE_CHECKING:
    from shipped_graphs.builder import GraphBuilder
    from shipped_graphs.clip import Clip

_EPSILON = 1e-5
_FIRST_PLACE = 2
"""Of the first token; 0 and 1 are for what is not read and for padding."""


@dataclass(frozen=True, slots=True)
class XlmRobertaClip(DualEncoder):
    """A picture tower of CLIP and a text tower of XLM-RoBERTa base.

    Attributes:
        places: rows of the table of positions.
        head: between the two linear layers that bring the mean token to the vectors' length.
    """

    pictures: Clip
    layers: int = 12
    width: int = 768
    heads: int = 12
    vocabulary: int = 250_002
    places: int = 514
    head: int = 640

    @property
    def dim(self) -> int:
        return self.pictures.dim

    @property
    def image(self) -> int:
        return self.pictures.image

    def add_visual(self, graph: GraphBuilder) -> str:
        """pixel_values [B, 3, image, image] → [B, dim]."""
        return self.pictures.add_visual(graph)

    def add_textual(self, graph: GraphBuilder) -> str:
        """input_ids [B, L], not padded, → [B, dim]: the mean over all tokens, projected."""
        prefix, width = "text.transformer", self.width
        tokens = self._embed(graph, f"{prefix}.embeddings")
        for index in range(self.layers):
            tokens = self._add_layer(graph, tokens, f"{prefix}.encoder.layer.{index}")
        mean = graph.op("ReduceMean", tokens, axes=[1], keepdims=0)
        hidden = graph.linear(mean, "text.proj.0", (width, self.head), bias=False)
        hidden = activate(graph, hidden, Activation.GELU)
        return graph.linear(hidden, "text.proj.2", (self.head, self.dim), bias=False)

    def _embed(self, graph: GraphBuilder, prefix: str) -> str:
        width = self.width
        words = graph.embedding(
            TEXT_INPUT, f"{prefix}.word_embeddings.weight", (self.vocabulary, width)
        )
        table = graph.weight(f"{prefix}.position_embeddings.weight", (self.places, width))
        length = graph.op("Shape", TEXT_INPUT, start=1, end=2)
        first = graph.constant([_FIRST_PLACE])
        places = graph.op(
            "Slice", table, first, graph.op("Add", length, first), graph.constant([0])
        )
        kind = graph.weight(f"{prefix}.token_type_embeddings.weight", (1, width))
        tokens = graph.op("Add", graph.op("Add", words, places), kind)
        return graph.layer_norm(tokens, f"{prefix}.LayerNorm", width, _EPSILON)

    def _add_layer(self, graph: GraphBuilder, tokens: str, name: str) -> str:
        width, square = self.width, (self.width, self.width)
        bert = Bert(width, 4 * width, _EPSILON)
        attention = f"{name}.attention"
        queries, keys, values = (
            split_heads(
                graph, graph.linear(tokens, f"{attention}.self.{part}", square), self.heads, width
            )
            for part in ("query", "key", "value")
        )
        attended = weigh(graph, queries, keys, values, width // self.heads, width, None)
        tokens = bert.add_attended(graph, tokens, attended, attention)
        return bert.add_mlp(graph, tokens, name)

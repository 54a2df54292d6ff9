"""BLIP (Li et al. 2022): a ViT, and BERT that looks at what the ViT saw while it writes or reads.

Attention to a picture needs its keys and values once a picture, not once a token: the graph that
looks at the picture gives them, for every layer of the graph that comes after it.
Names are those of the transformers library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipped_graphs.bert import Bert
from shipped_graphs.clip import embed_patches, prepend_token
from shipped_graphs.network import (
    TEXT_INPUT,
    Interface,
    float_value,
    ids_input,
    image_input,
)
from shipped_graphs.transformer import Activation, BlockNames, Blocks, activate, weigh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import onnx

    from shipped_graphs.builder import GraphBuilder
    from shipped_graphs.network import Part

_PICTURE_EPSILON, _TEXT_EPSILON = 1e-5, 1e-12
_HEAD = 64
_TO_THE_END = 2**31 - 1
_DECODER, _QUESTION = "text_decoder.bert", "text_encoder"
_LOGITS, _PARENTS = "logits", "parents"


@dataclass(frozen=True, slots=True)
class Blip:
    """Sizes; heads have 64 numbers each, MLPs are four times as wide.

    Attributes:
        image: pixels of a side; patch: of a patch's side.
        image_width, image_layers: of the ViT.
        width, layers: of the decoder, and of the question's encoder.
        answers: whether there is one, and the decoder writes answers instead of captions.
        context: most tokens of a text.
        vocabulary: BERT's with two more.
    """

    image_width: int = 768
    image_layers: int = 12
    image: int = 384
    patch: int = 16
    width: int = 768
    layers: int = 12
    answers: bool = False
    context: int = 512
    vocabulary: int = 30_524

    def parts(self) -> Mapping[str, Part]:
        if self.answers:
            return {"vision": self._see, "question": self._read, "decoder": self._write}
        return {"vision": self._see, "decoder": self._write}

    def _see(self, graph: GraphBuilder) -> Interface:
        """Pixels → cross-attention keys and values of the text network that comes next."""
        width, name = self.image_width, "vision_model.embeddings"
        places = (self.image // self.patch) ** 2 + 1
        tokens = embed_patches(
            graph, f"{name}.patch_embedding", self.image, self.patch, width, bias=True
        )
        first = graph.weight(f"{name}.class_embedding", (1, 1, width))
        tokens = prepend_token(graph, first, tokens, width)
        table = graph.weight(f"{name}.position_embedding", (1, places, width))
        tokens = graph.op("Add", tokens, table)
        blocks = Blocks(
            self.image_layers, width, width // _HEAD, Activation.GELU, _PICTURE_EPSILON, 4 * width
        )
        tokens = blocks.add(graph, tokens, _vision_blocks(self.image_layers), None)
        tokens = graph.layer_norm(tokens, "vision_model.post_layernorm", width, _PICTURE_EPSILON)
        reader = _QUESTION if self.answers else _DECODER
        return Interface(
            [image_input(self.image)],
            self._cross_values("batch", places),
            self._add_cross(graph, tokens, reader, width),
        )

    def _read(self, graph: GraphBuilder) -> Interface:
        """A question, in view of the picture → cross-attention keys and values of the decoder."""
        tokens = self._embed(graph, _QUESTION, graph.constant(0))
        for index, layer in enumerate(_layers(_QUESTION, self.layers)):
            parts = self._project_all(graph, tokens, layer)
            queries, keys, values = graph.ops(
                "Split", 3, parts, graph.constant([self._heads] * 3), axis=1
            )
            attended = weigh(graph, queries, keys, values, _HEAD, self.width, None)
            tokens = self._finish_layer(graph, tokens, attended, layer, index)
        return Interface(
            [ids_input(TEXT_INPUT, "batch", "length"), *self._cross_values("batch", "places")],
            self._cross_values("batch", "length", "question"),
            self._add_cross(graph, tokens, _DECODER, self.width, "question"),
        )

    def _write(self, graph: GraphBuilder) -> Interface:
        """The next tokens of texts → logits of what comes after them, and the texts' cache.

        Rows are texts. Those about one picture follow each other, as many for each, and share its
        keys and values. The cache holds keys and values of all tokens so far, none before the
        first; `parents` says which of its rows each text continues.
        """
        past = graph.op("Shape", _cache("past", 0), start=2, end=3)
        start = graph.op("Squeeze", past, graph.constant([0]))
        tokens = self._embed(graph, _DECODER, start)
        mask = _causal_mask(graph, start)
        results: dict[str, str] = {}
        for index, layer in enumerate(_layers(_DECODER, self.layers)):
            parts = self._project_all(graph, tokens, layer)
            queries, new = graph.ops(
                "Split", 2, parts, graph.constant([self._heads, 2 * self._heads]), axis=1
            )
            known = graph.op("Gather", _cache("past", index), _PARENTS, axis=0)
            known = graph.op("Concat", known, new, axis=2)
            results[known] = _cache("present", index)
            keys, values = graph.ops("Split", 2, known, graph.constant([self._heads] * 2), axis=1)
            attended = weigh(graph, queries, keys, values, _HEAD, self.width, mask)
            tokens = self._finish_layer(graph, tokens, attended, layer, index)
        results[self._predict(graph, tokens)] = _LOGITS
        return Interface(
            [
                ids_input(TEXT_INPUT, "rows", "length"),
                ids_input(_PARENTS, "rows"),
                *self._cross_values("batch", "places"),
                *self._caches("past", "past_rows", "past_length"),
            ],
            [
                float_value(_LOGITS, "rows", self.vocabulary),
                *self._caches("present", "rows", "present_length"),
            ],
            results,
        )

    def _embed(self, graph: GraphBuilder, name: str, start: str) -> str:
        """Token vectors plus those of their places from `start` on: [B, L, width]."""
        name, width = f"{name}.embeddings", self.width
        words = graph.embedding(
            TEXT_INPUT, f"{name}.word_embeddings.weight", (self.vocabulary, width)
        )
        table = graph.weight(f"{name}.position_embeddings.weight", (self.context, width))
        length = graph.op("Gather", graph.op("Shape", TEXT_INPUT), graph.constant(1))
        stop = graph.op("Add", start, length)
        places = graph.op("Gather", table, graph.op("Range", start, stop, graph.constant(1)))
        tokens = graph.op("Add", words, places)
        return graph.layer_norm(tokens, f"{name}.LayerNorm", width, _TEXT_EPSILON)

    def _project_all(self, graph: GraphBuilder, tokens: str, layer: str) -> str:
        """Queries, keys and values of attention among the tokens: [B, 3 heads, L, 64]."""
        width, name = self.width, f"{layer}.attention.self.qkv"
        parts = graph.linear(tokens, name, (width, 3 * width))
        parts = graph.reshape(parts, 0, 0, 3 * self._heads, _HEAD)
        return graph.op("Transpose", parts, perm=[0, 2, 1, 3])

    def _finish_layer(
        self, graph: GraphBuilder, tokens: str, attended: str, layer: str, index: int
    ) -> str:
        """A layer after its attention among the tokens."""
        bert = Bert(self.width, 4 * self.width, _TEXT_EPSILON)
        tokens = bert.add_attended(graph, tokens, attended, f"{layer}.attention")
        attended = self._attend_across(graph, tokens, layer, index)
        tokens = bert.add_attended(graph, tokens, attended, f"{layer}.crossattention")
        return bert.add_mlp(graph, tokens, layer)

    def _attend_across(self, graph: GraphBuilder, tokens: str, layer: str, index: int) -> str:
        """All texts of a picture look at it in one product: [rows, L, width] → the same."""
        width, name = self.width, f"{layer}.crossattention.self.query"
        keys, values = _cross("", index)
        queries = graph.linear(tokens, name, (width, width))
        pictures = graph.op("Shape", keys, start=0, end=1)
        shape = graph.op("Concat", pictures, graph.constant([-1, self._heads, _HEAD]), axis=0)
        queries = graph.op("Reshape", queries, shape)
        queries = graph.op("Transpose", queries, perm=[0, 2, 1, 3])
        scores = graph.op("MatMul", queries, keys)
        scores = graph.op("Mul", scores, graph.constant(_HEAD**-0.5))
        mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), values)
        mixed = graph.op("Transpose", mixed, perm=[0, 2, 1, 3])
        return graph.op("Reshape", mixed, graph.op("Shape", tokens))

    def _add_cross(
        self, graph: GraphBuilder, tokens: str, reader: str, width: int, prefix: str = ""
    ) -> dict[str, str]:
        """Keys [B, heads, 64, L] and values [B, heads, L, 64] for every layer of a text network.

        Args:
            tokens: [B, L, width].
            reader: the network that will attend to them.
        """
        results: dict[str, str] = {}
        for index, layer in enumerate(_layers(reader, self.layers)):
            both = graph.linear(tokens, f"{layer}.crossattention.self.kv", (width, 2 * self.width))
            both = graph.reshape(both, 0, 0, 2 * self._heads, _HEAD)
            halves = graph.ops("Split", 2, both, graph.constant([self._heads] * 2), axis=2)
            orders = ([0, 2, 3, 1], [0, 2, 1, 3])
            for name, half, order in zip(_cross(prefix, index), halves, orders, strict=True):
                results[graph.op("Transpose", half, perm=order)] = name
        return results

    def _predict(self, graph: GraphBuilder, tokens: str) -> str:
        """Logits of what follows the last token: [rows, vocabulary]."""
        width, name = self.width, "text_decoder.cls.predictions"
        last = graph.reshape(graph.rows(tokens, -1, _TO_THE_END), 0, width)
        hidden = graph.linear(last, f"{name}.transform.dense", (width, width))
        hidden = activate(graph, hidden, Activation.GELU)
        hidden = graph.layer_norm(hidden, f"{name}.transform.LayerNorm", width, _TEXT_EPSILON)
        return graph.linear(hidden, f"{name}.decoder", (width, self.vocabulary))

    def _cross_values(
        self, batch: str, length: int | str, prefix: str = ""
    ) -> Sequence[onnx.ValueInfoProto]:
        shapes = ((self._heads, _HEAD, length), (self._heads, length, _HEAD))
        return [
            float_value(name, batch, *shape)
            for index in range(self.layers)
            for name, shape in zip(_cross(prefix, index), shapes, strict=True)
        ]

    def _caches(self, kind: str, rows: str, length: str) -> Sequence[onnx.ValueInfoProto]:
        return [
            float_value(_cache(kind, index), rows, 2 * self._heads, length, _HEAD)
            for index in range(self.layers)
        ]

    @property
    def _heads(self) -> int:
        return self.width // _HEAD


def _causal_mask(graph: GraphBuilder, start: str) -> str:
    """0 where a token may look, -∞ where the future lies: [L, start + L]."""
    length = graph.op("Gather", graph.op("Shape", TEXT_INPUT), graph.constant(1))
    one = graph.constant(1)
    stop = graph.op("Add", start, length)
    seen = graph.op("Range", graph.constant(0), stop, one)
    steps = graph.op("Unsqueeze", graph.op("Range", start, stop, one), graph.constant([1]))
    ahead = graph.op("Less", steps, seen)
    return graph.op("Where", ahead, graph.constant(float("-inf")), graph.constant(0.0))


def _cross(prefix: str, index: int) -> tuple[str, str]:
    """Names of the keys and values of cross-attention in one layer."""
    start = f"{prefix}_" if prefix else "cross_"
    return f"{start}keys.{index}", f"{start}values.{index}"


def _cache(kind: str, index: int) -> str:
    return f"{kind}.{index}"


def _layers(prefix: str, layers: int) -> list[str]:
    return [f"{prefix}.encoder.layer.{index}" for index in range(layers)]


def _vision_blocks(layers: int) -> list[BlockNames]:
    return [
        BlockNames(
            norm_1=f"{name}.layer_norm1",
            attention_in=(f"{name}.self_attn.qkv.weight", f"{name}.self_attn.qkv.bias"),
            attention_out=f"{name}.self_attn.projection",
            norm_2=f"{name}.layer_norm2",
            mlp_in=f"{name}.mlp.fc1",
            mlp_out=f"{name}.mlp.fc2",
        )
        for name in (f"vision_model.encoder.layers.{index}" for index in range(layers))
    ]

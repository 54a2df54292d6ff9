"""CLIP as in Radford et al. 2021: a ViT with a class token, and a causal text transformer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipped_graphs.network import IMAGE_INPUT, TEXT_INPUT, DualEncoder
from shipped_graphs.transformer import Activation, BlockNames, Blocks, causal_mask

if TYPE_CHECKING:
    from shipped_graphs.builder import GraphBuilder

EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Clip(DualEncoder):
    """Sizes of both towers; heads have 64 numbers each, the MLP is four times as wide.

    Attributes:
        dim: of the vectors.
        image: pixels of a side; patch: of a patch's side.
    """

    dim: int
    image: int
    patch: int
    image_width: int
    image_layers: int
    text_width: int
    text_layers: int
    activation: Activation
    context: int = 77
    vocabulary: int = 49408

    def add_visual(self, graph: GraphBuilder) -> str:
        """pixel_values [B, 3, image, image] → [B, dim]."""
        width, patch = self.image_width, self.patch
        patches = (self.image // patch) ** 2
        tokens = embed_patches(graph, "visual.conv1", self.image, patch, width, bias=False)
        first = graph.weight("visual.class_embedding", (width,), (1, 1, width))
        tokens = prepend_token(graph, first, tokens, width)
        places = graph.weight("visual.positional_embedding", (patches + 1, width))
        tokens = graph.op("Add", tokens, places)
        tokens = graph.layer_norm(tokens, "visual.ln_pre", width, EPSILON)
        *names, last = resblocks("visual.transformer", self.image_layers)
        blocks = self._blocks(self.image_layers, width)
        token = blocks.add_last(graph, blocks.add(graph, tokens, names, None), last, at=0)
        token = graph.layer_norm(token, "visual.ln_post", width, EPSILON)
        return graph.project(graph.reshape(token, 0, width), "visual.proj", (width, self.dim))

    def add_textual(self, graph: GraphBuilder, prefix: str = "") -> str:
        """input_ids [B, L ≤ context], the end token last, → [B, dim]."""
        width = self.text_width
        tokens = embed_tokens(graph, prefix, self.vocabulary, self.context, width)
        *names, last = resblocks(f"{prefix}transformer", self.text_layers)
        blocks = self._blocks(self.text_layers, width)
        tokens = blocks.add(graph, tokens, names, causal_mask(graph, TEXT_INPUT))
        token = blocks.add_last(graph, tokens, last, at=-1)
        token = graph.reshape(
            graph.layer_norm(token, f"{prefix}ln_final", width, EPSILON), 0, width
        )
        return graph.project(token, f"{prefix}text_projection", (width, self.dim))

    def _blocks(self, layers: int, width: int) -> Blocks:
        return Blocks(layers, width, width // 64, self.activation, EPSILON, 4 * width)


def embed_patches(
    graph: GraphBuilder, name: str, image: int, patch: int, width: int, *, bias: bool
) -> str:
    """A convolution that never looks at a pixel twice, as one product: [B, patches, width].

    Rows of patches, the upper left one first.
    """
    side = image // patch
    squares = graph.reshape(IMAGE_INPUT, 0, 3, side, patch, side, patch)
    squares = graph.op("Transpose", squares, perm=[0, 2, 4, 1, 3, 5])
    pixels = graph.reshape(squares, 0, side * side, 3 * patch * patch)
    return graph.patches(pixels, name, (width, 3, patch, patch), bias=bias)


def prepend_token(graph: GraphBuilder, token: str, tokens: str, width: int) -> str:
    """One token before those of every picture: [1, 1, width], [B, L, width] → [B, 1 + L, width]."""
    batch = graph.op("Shape", IMAGE_INPUT, start=0, end=1)
    shape = graph.op("Concat", batch, graph.constant([1, width]), axis=0)
    return graph.op("Concat", graph.op("Expand", token, shape), tokens, axis=1)


def embed_tokens(
    graph: GraphBuilder, prefix: str, vocabulary: int, context: int, width: int
) -> str:
    """Token vectors plus those of their places: [B, L, width]."""
    tokens = graph.embedding(TEXT_INPUT, f"{prefix}token_embedding.weight", (vocabulary, width))
    places = graph.weight(f"{prefix}positional_embedding", (context, width))
    length = graph.op("Shape", TEXT_INPUT, start=1, end=2)
    return graph.op(
        "Add", tokens, graph.op("Slice", places, graph.constant([0]), length, graph.constant([0]))
    )


def resblocks(prefix: str, layers: int) -> list[BlockNames]:
    """Names of open_clip's own blocks."""
    return [
        BlockNames(
            norm_1=f"{prefix}.resblocks.{index}.ln_1",
            attention_in=(
                f"{prefix}.resblocks.{index}.attn.in_proj_weight",
                f"{prefix}.resblocks.{index}.attn.in_proj_bias",
            ),
            attention_out=f"{prefix}.resblocks.{index}.attn.out_proj",
            norm_2=f"{prefix}.resblocks.{index}.ln_2",
            mlp_in=f"{prefix}.resblocks.{index}.mlp.c_fc",
            mlp_out=f"{prefix}.resblocks.{index}.mlp.c_proj",
        )
        for index in range(layers)
    ]

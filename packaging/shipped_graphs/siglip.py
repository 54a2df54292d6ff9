"""SigLIP (Zhai et al. 2023) and SigLIP 2 (Tschannen et al. 2025): a ViT whose tokens are pooled by
attention, and a text transformer that sees all of a padded text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipped_graphs.clip import embed_patches, embed_tokens, resblocks
from shipped_graphs.network import DualEncoder
from shipped_graphs.transformer import Activation, BlockNames, Blocks, attend_to

if TYPE_CHECKING:
    from shipped_graphs.builder import GraphBuilder

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class SigLip(DualEncoder):
    """Sizes; both towers are as wide as the vectors are long.

    Attributes:
        dim: of the vectors.
        image: pixels of a side; patch: of a patch's side.
    """

    dim: int
    image: int
    patch: int
    layers: int
    heads: int
    context: int = 64
    vocabulary: int = 256_000

    def add_visual(self, graph: GraphBuilder) -> str:
        """pixel_values [B, 3, image, image] → [B, dim]."""
        width, trunk = self.dim, "visual.trunk"
        patches = (self.image // self.patch) ** 2
        tokens = embed_patches(
            graph, f"{trunk}.patch_embed.proj", self.image, self.patch, width, bias=True
        )
        tokens = graph.op("Add", tokens, graph.weight(f"{trunk}.pos_embed", (patches, width)))
        tokens = self._blocks.add(graph, tokens, _timm_blocks(trunk, self.layers), None)
        tokens = graph.layer_norm(tokens, f"{trunk}.norm", width, _EPSILON)
        return graph.reshape(self._pool(graph, tokens, f"{trunk}.attn_pool"), 0, width)

    def add_textual(self, graph: GraphBuilder) -> str:
        """input_ids [B, context], padded → [B, dim]: the last position, whatever it holds."""
        width = self.dim
        tokens = embed_tokens(graph, "text.", self.vocabulary, self.context, width)
        *names, last = resblocks("text.transformer", self.layers)
        tokens = self._blocks.add(graph, tokens, names, None)
        token = self._blocks.add_last(graph, tokens, last, at=-1)
        token = graph.layer_norm(token, "text.ln_final", width, _EPSILON)
        token = graph.reshape(token, 0, width)
        return graph.linear(token, "text.text_projection", (width, width))

    def _pool(self, graph: GraphBuilder, tokens: str, name: str) -> str:
        """A learnt query looks at all tokens: [B, L, dim] → [B, 1, dim]."""
        width = self.dim
        probe = graph.weight(f"{name}.latent", (1, 1, width))
        query = graph.linear(probe, f"{name}.q", (width, width))
        rest = graph.linear(tokens, f"{name}.kv", (width, 2 * width))
        attended = attend_to(graph, query, rest, self.heads, width)
        attended = graph.linear(attended, f"{name}.proj", (width, width))
        normal = graph.layer_norm(attended, f"{name}.norm", width, _EPSILON)
        hidden = self._blocks.mlp(graph, normal, f"{name}.mlp.fc1", f"{name}.mlp.fc2")
        return graph.op("Add", attended, hidden)

    @property
    def _blocks(self) -> Blocks:
        return Blocks(
            self.layers, self.dim, self.heads, Activation.GELU_TANH, _EPSILON, 4 * self.dim
        )


def _timm_blocks(prefix: str, layers: int) -> list[BlockNames]:
    """Names of the blocks of timm's VisionTransformer."""
    return [
        BlockNames(
            norm_1=f"{prefix}.blocks.{index}.norm1",
            attention_in=(
                f"{prefix}.blocks.{index}.attn.qkv.weight",
                f"{prefix}.blocks.{index}.attn.qkv.bias",
            ),
            attention_out=f"{prefix}.blocks.{index}.attn.proj",
            norm_2=f"{prefix}.blocks.{index}.norm2",
            mlp_in=f"{prefix}.blocks.{index}.mlp.fc1",
            mlp_out=f"{prefix}.blocks.{index}.mlp.fc2",
        )
        for index in range(layers)
    ]

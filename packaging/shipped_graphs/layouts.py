"""How published checkpoints name what open_clip names its own way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from photofind.inference.manifest import Source
from shipped_graphs.weights import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipped_graphs.weights import Shape


def open_clip(name: str, shape: Shape) -> Found:
    """Files of open_clip itself."""
    return Found((Source(name, shape),))


def transformers_clip(name: str, shape: Shape) -> Found:
    """CLIPModel of the transformers library."""
    if name in {"visual.proj", "text_projection"}:
        full = {"visual.proj": "visual_projection", "text_projection": "text_projection"}[name]
        return Found((Source(f"{full}.weight", shape[::-1]),), transposed=True)
    return _split_attention(_rename(name, _CLIP_NAMES), shape)


def transformers_siglip(name: str, shape: Shape) -> Found:
    """SiglipModel of the transformers library."""
    if match := re.fullmatch(r"visual\.trunk\.attn_pool\.(q|kv)\.(weight|bias)", name):
        width = shape[0] if match[1] == "q" else shape[0] // 2
        full = f"vision_model.head.attention.in_proj_{match[2]}"
        first = 0 if match[1] == "q" else width
        return Found((Source(full, (3 * width, *shape[1:]), first, shape[0]),))
    return _split_attention(_rename(name, _SIGLIP_NAMES), shape)


def transformers_blip(name: str, shape: Shape) -> Found:
    """BlipForConditionalGeneration and BlipForQuestionAnswering of the transformers library.

    The last layer's weight is the table of words, and its bias has two names; some files hold
    both, others one of them.
    """
    if match := re.fullmatch(r"(.+\.self\.)(qkv|kv)\.(weight|bias)", name):
        parts = {"q": "query", "k": "key", "v": "value"}
        alike = (shape[0] // len(match[2]), *shape[1:])
        return Found(
            tuple(Source(f"{match[1]}{parts[part]}.{match[3]}", alike) for part in match[2])
        )
    return Found((Source(name, shape, also=_BLIP_TIED.get(name, ())),))


_BLIP_TIED = {
    "text_decoder.cls.predictions.decoder.weight": (
        "text_decoder.bert.embeddings.word_embeddings.weight",
    ),
    "text_decoder.cls.predictions.decoder.bias": ("text_decoder.cls.predictions.bias",),
    "text_decoder.bert.embeddings.word_embeddings.weight": (
        "text_decoder.cls.predictions.decoder.weight",
    ),
}

_BLOCKS = (
    (r"\.resblocks\.", ".layers."),
    (r"\.ln_1\.", ".layer_norm1."),
    (r"\.ln_2\.", ".layer_norm2."),
    (r"\.attn\.", ".self_attn."),
    (r"\.mlp\.c_fc\.", ".mlp.fc1."),
    (r"\.mlp\.c_proj\.", ".mlp.fc2."),
)
_CLIP_NAMES = (
    (r"^visual\.conv1\.", "vision_model.embeddings.patch_embedding."),
    (r"^visual\.class_embedding$", "vision_model.embeddings.class_embedding"),
    (r"^visual\.positional_embedding$", "vision_model.embeddings.position_embedding.weight"),
    (r"^visual\.ln_pre\.", "vision_model.pre_layrnorm."),  # misspelt there
    (r"^visual\.ln_post\.", "vision_model.post_layernorm."),
    (r"^visual\.transformer\.", "vision_model.encoder."),
    (r"^transformer\.", "text_model.encoder."),
    (r"^token_embedding\.", "text_model.embeddings.token_embedding."),
    (r"^positional_embedding$", "text_model.embeddings.position_embedding.weight"),
    (r"^ln_final\.", "text_model.final_layer_norm."),
    *_BLOCKS,
)

_SIGLIP_NAMES = (
    (r"^visual\.trunk\.patch_embed\.proj\.", "vision_model.embeddings.patch_embedding."),
    (r"^visual\.trunk\.pos_embed$", "vision_model.embeddings.position_embedding.weight"),
    (r"^visual\.trunk\.norm\.", "vision_model.post_layernorm."),
    (r"^visual\.trunk\.attn_pool\.latent$", "vision_model.head.probe"),
    (r"^visual\.trunk\.attn_pool\.proj\.", "vision_model.head.attention.out_proj."),
    (r"^visual\.trunk\.attn_pool\.norm\.", "vision_model.head.layernorm."),
    (r"^visual\.trunk\.attn_pool\.mlp\.", "vision_model.head.mlp."),
    (r"^visual\.trunk\.blocks\.", "vision_model.encoder.layers."),
    (r"\.norm([12])\.", r".layer_norm\1."),
    (r"\.attn\.qkv\.", ".attn.in_proj_"),
    (r"\.attn\.proj\.", ".attn.out_proj."),
    (r"^text\.transformer\.", "text_model.encoder."),
    (r"^text\.token_embedding\.", "text_model.embeddings.token_embedding."),
    (r"^text\.positional_embedding$", "text_model.embeddings.position_embedding.weight"),
    (r"^text\.ln_final\.", "text_model.final_layer_norm."),
    (r"^text\.text_projection\.", "text_model.head."),
    *_BLOCKS,
)


def _rename(name: str, rules: Sequence[tuple[str, str]]) -> str:
    for pattern, replacement in rules:
        name = re.sub(pattern, replacement, name)
    return name


def _split_attention(name: str, shape: Shape) -> Found:
    """Queries, keys and values lie in tensors of their own."""
    if not (match := re.fullmatch(r"(.+\.self_attn\.)in_proj_(weight|bias)", name)):
        return Found((Source(name, shape),))
    third = (shape[0] // 3, *shape[1:])
    return Found(tuple(Source(f"{match[1]}{p}_proj.{match[2]}", third) for p in "qkv"))

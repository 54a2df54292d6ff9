"""open_clip with random weights: what photofind's graphs are compared with."""

from __future__ import annotations

import importlib.util
import logging
import re
import warnings
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEEDED = ("torch", "torchvision", "open_clip", "timm", "safetensors")
_OPERATORS: list[Any] = []


@cache
def import_open_clip() -> Any:
    """Imports open_clip; the test is skipped where it isn't installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs the extra `export` ({', '.join(missing)} not installed)")
    import torch

    if "+cpu" in torch.__version__ and "+cpu" not in version("torchvision"):
        # This build's own operators don't load beside a CPU build of torch; nothing here calls
        # them, but torchvision wants them to be known when it is imported.
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _OPERATORS.append(library)  # they are gone when it is
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import open_clip
    return open_clip


def make_model(architecture: str, seed: int = 0) -> Any:
    """A network of open_clip with random weights, none of them alike: fresh biases are all 0."""
    open_clip = import_open_clip()
    import torch

    torch.manual_seed(seed)
    logging.disable(logging.WARNING)  # it says that the weights are random
    try:
        model = open_clip.create_model(architecture)
    finally:
        logging.disable(logging.NOTSET)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim <= 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model.eval()


def to_transformers_clip(state: Mapping[str, Any]) -> dict[str, Any]:
    """Renames open_clip's tensors as CLIPModel of the transformers library has them."""
    renamed: dict[str, Any] = {}
    for name, value in state.items():
        if name == "visual.proj":
            renamed["visual_projection.weight"] = value.T.contiguous()
            continue
        if name == "text_projection":
            renamed["text_projection.weight"] = value.T  # not contiguous there either
            continue
        new = name.replace("visual.transformer.resblocks", "vision_model.encoder.layers")
        new = re.sub(r"^transformer\.resblocks", "text_model.encoder.layers", new)
        for old, other in _CLIP_PLACES.items():
            new = new.replace(old, other) if new.startswith(old) else new
        for old, other in _CLIP_LAYERS.items():
            new = new.replace(old, other)
        if "in_proj_" in new:
            for part, third in zip("qkv", value.chunk(3), strict=True):
                renamed[new.replace("in_proj_", f"{part}_proj.")] = third.clone()
        else:
            renamed[new] = value
    return renamed


_CLIP_PLACES = {
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.conv1": "vision_model.embeddings.patch_embedding",
    "visual.ln_pre": "vision_model.pre_layrnorm",
    "visual.ln_post": "vision_model.post_layernorm",
    "token_embedding": "text_model.embeddings.token_embedding",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final": "text_model.final_layer_norm",
}
_CLIP_LAYERS = {
    ".ln_1.": ".layer_norm1.",
    ".ln_2.": ".layer_norm2.",
    ".attn.": ".self_attn.",
    ".mlp.c_fc.": ".mlp.fc1.",
    ".mlp.c_proj.": ".mlp.fc2.",
}

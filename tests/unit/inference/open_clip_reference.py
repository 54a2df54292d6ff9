"""open_clip with random weights: what photofind's graphs are compared with."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from photofind.exporting import tools
from photofind.exporting.available import missing_tools
from photofind.inference.precision_check import draw_pictures
from tests.unit.inference.light_networks import sharing_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def import_open_clip() -> Any:
    """Imports open_clip; the test is skipped where it isn't installed."""
    if missing := missing_tools():
        pytest.skip(f"needs the extra `export` ({', '.join(missing)} not installed)")
    open_clip = tools.import_open_clip()
    import torch

    torch.set_num_threads(1)  # the threads of one operator wait for each other on busy cores
    return open_clip


def make_clip(architecture: str, *, share: bool = False) -> Any:
    """A network that open_clip knows by name."""
    open_clip = import_open_clip()
    model = _randomised(lambda: open_clip.create_model(architecture), share=share)
    _tell_pictures_apart(model)
    return model


def _tell_pictures_apart(model: Any) -> None:
    """Fresh batch norms have seen no picture, and fresh layer scales are 0.00001: after a hundred
    convolutions every picture gives the same vector, and a comparison proves nothing."""
    import torch

    norms = [
        module
        for module in model.modules()
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)
    ]
    if not norms:
        return
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1 and parameter.numel() == max(parameter.shape):
                parameter.add_(torch.randn_like(parameter) * 0.1)
    for norm in norms:
        norm.momentum = None  # the mean of all that is seen
        norm.reset_running_stats()
        norm.train()
    size = model.visual.image_size
    drawn = draw_pictures(size if isinstance(size, int) else size[0])
    pixels = [torch.from_numpy(picture.copy()).permute(2, 0, 1) / 255 for picture in drawn]
    with torch.inference_mode():
        model.encode_image(torch.stack(pixels))
    model.eval()


def make_tinyclip() -> Any:
    """TinyCLIP-ViT-40M-32-Text-19M, which open_clip doesn't list, as its authors' TinyCLIP-40M.json
    (microsoft/Cream) and their fork of open_clip have it: without quick_gelu."""
    open_clip = import_open_clip()
    vision = {"image_size": 224, "layers": 12, "width": 512, "patch_size": 32}
    text = {"width": 512, "heads": 8, "layers": 6}
    return _randomised(lambda: open_clip.CLIP(512, vision, text))


def make_siglip(architecture: str) -> Any:
    """SigLIP 2 with tanh for GELU everywhere, as its authors' configurations say."""
    open_clip = import_open_clip()
    import torch

    model = _randomised(lambda: open_clip.create_model(architecture))
    for module in model.modules():
        if isinstance(module, torch.nn.GELU):
            module.approximate = "tanh"
        elif type(module).__name__ == "GELU":
            raise AssertionError("an activation that could not be set")
    return model


def make_xlm_roberta_clip() -> Any:
    """xlm-roberta-base-ViT-B-32, whose configuration open_clip would fetch from the hub."""
    open_clip = import_open_clip()
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("needs transformers for a reference")
    import torch

    config_class = importlib.import_module("transformers").XLMRobertaConfig
    config = config_class(
        vocab_size=250_002,
        max_position_embeddings=514,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
        attn_implementation="eager",
    )
    tower = importlib.import_module("open_clip.hf_model").HFTextEncoder

    class Both(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            pictures = {"image_size": 224, "layers": 12, "width": 768, "patch_size": 32}
            self.visual = open_clip.CLIP(512, pictures, {"layers": 1, "vocab_size": 2}).visual
            self.text = tower("", 512, config, pooler_type="mean_pooler", proj_type="mlp")
            self.encode_image, self.encode_text = self.visual, self.text

    return _randomised(Both, share=True)


def _randomised(make: Callable[[], Any], *, share: bool = False) -> Any:
    """Random weights, none of them alike: fresh biases are all 0.

    Args:
        share: let the weights of the picture tower share memory, too; see `sharing_weights`.
    """
    import torch

    torch.manual_seed(0)
    logging.disable(logging.WARNING)  # it says that the weights are random
    try:
        with warnings.catch_warnings(), sharing_weights(visual=share):
            warnings.simplefilter("ignore")
            model = make()
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
                renamed[new.replace("in_proj_", f"{part}_proj.")] = third
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


def to_transformers_siglip(state: Mapping[str, Any]) -> dict[str, Any]:
    """Renames open_clip's tensors as SiglipModel of the transformers library has them."""
    import torch

    renamed: dict[str, Any] = {}
    for name, value in state.items():
        new = name.replace("visual.trunk.blocks", "vision_model.encoder.layers")
        new = new.replace("text.transformer.resblocks", "text_model.encoder.layers")
        for old, other in _SIGLIP_PLACES.items():
            new = new.replace(old, other) if new.startswith(old) else new
        for old, other in _SIGLIP_LAYERS.items():
            new = new.replace(old, other)
        if "in_proj_" in new or ".qkv." in new:
            for part, third in zip("qkv", value.chunk(3), strict=True):
                place = f".self_attn.{part}_proj."
                alone = new.replace(".self_attn.in_proj_", place).replace(".self_attn.qkv.", place)
                renamed[alone] = third
        elif "pos_embed" in name:
            renamed[new] = value[0]
        elif ".attn_pool.q." in name:
            pair = state[name.replace(".q.", ".kv.")]
            part = name.rpartition(".")[2]
            renamed[f"vision_model.head.attention.in_proj_{part}"] = torch.cat([value, pair])
        elif ".attn_pool.kv." not in name:
            renamed[new] = value
    return renamed


_SIGLIP_PLACES = {
    "visual.trunk.patch_embed.proj": "vision_model.embeddings.patch_embedding",
    "visual.trunk.pos_embed": "vision_model.embeddings.position_embedding.weight",
    "visual.trunk.norm": "vision_model.post_layernorm",
    "visual.trunk.attn_pool.latent": "vision_model.head.probe",
    "visual.trunk.attn_pool.proj": "vision_model.head.attention.out_proj",
    "visual.trunk.attn_pool.norm": "vision_model.head.layernorm",
    "visual.trunk.attn_pool.mlp": "vision_model.head.mlp",
    "text.token_embedding": "text_model.embeddings.token_embedding",
    "text.positional_embedding": "text_model.embeddings.position_embedding.weight",
    "text.ln_final": "text_model.final_layer_norm",
    "text.text_projection": "text_model.head",
}
_SIGLIP_LAYERS = {
    ".norm1.": ".layer_norm1.",
    ".norm2.": ".layer_norm2.",
    ".ln_1.": ".layer_norm1.",
    ".ln_2.": ".layer_norm2.",
    ".attn.qkv.": ".self_attn.qkv.",
    ".attn.proj.": ".self_attn.out_proj.",
    ".attn.": ".self_attn.",
    ".mlp.c_fc.": ".mlp.fc1.",
    ".mlp.c_proj.": ".mlp.fc2.",
}

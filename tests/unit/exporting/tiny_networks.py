"""Networks of a few hundred thousand random weights in the shapes that open_clip knows."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photofind.exporting.tools import quiet
from tests.unit.inference.open_clip_reference import import_open_clip
from tests.unit.inference.small_tokenizers import write_gemma, write_xlm_roberta

if TYPE_CHECKING:
    from pathlib import Path

_VISION = {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16}
_TEXT = {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2}
CLIP = {"embed_dim": 32, "vision_cfg": _VISION, "text_cfg": _TEXT}
SIGLIP = {
    "embed_dim": 32,
    "init_logit_bias": -10,
    "custom_text": True,
    "vision_cfg": _VISION,
    "text_cfg": {
        "context_length": 64,
        "vocab_size": 400,
        "hf_tokenizer_name": "a repository of the hub",
        "tokenizer_kwargs": {"clean": "canonicalize"},
        "width": 64,
        "heads": 2,
        "layers": 2,
        "no_causal_mask": True,
        "proj_bias": True,
        "pool_type": "last",
    },
}
SIGLIP_PICTURES = {
    "mean": [0.5, 0.5, 0.5],
    "std": [0.5, 0.5, 0.5],
    "interpolation": "bicubic",
    "resize_mode": "squash",
}


@dataclass(frozen=True)
class Tiny:
    """What a person who exports would have.

    Attributes:
        model: the same network in PyTorch.
    """

    architecture: Path
    checkpoint: Path
    tokenizer: Path | None
    model: Any


def make_clip(folder: Path) -> Tiny:
    return _make(folder / "tiny-clip.json", CLIP, None)


def make_siglip(folder: Path) -> Tiny:
    """With a stand-in for the vocabulary, which exists on the hub alone."""
    tokenizer = folder / "tokenizer.json"
    write_gemma(tokenizer)
    content = {"model_cfg": SIGLIP, "preprocess_cfg": SIGLIP_PICTURES}
    return _make(folder / "tiny-siglip.json", content, tokenizer)


def make_xlm_roberta(folder: Path) -> Tiny:
    """The shape of the multilingual CLIP, with a stand-in for the vocabulary."""
    transformers = importlib.import_module("transformers")
    tower = folder / "xlm-roberta-tiny"
    transformers.XLMRobertaConfig(
        vocab_size=300,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=90,
        type_vocab_size=1,
        attn_implementation="eager",
    ).save_pretrained(tower)
    tokenizer = folder / "tokenizer.json"
    write_xlm_roberta(tokenizer)
    text = {
        "hf_model_name": str(tower),
        "hf_tokenizer_name": str(tower),
        "hf_pooler_type": "mean_pooler",
        "hf_proj_type": "mlp",
    }
    config = {"embed_dim": 32, "vision_cfg": _VISION, "text_cfg": text}
    return _make(folder / "tiny-xlm-roberta.json", config, tokenizer)


def _make(path: Path, content: dict[str, Any], tokenizer: Path | None) -> Tiny:
    open_clip = import_open_clip()
    import torch

    config = content.get("model_cfg", content)
    path.write_text(json.dumps(content), encoding="utf-8")
    plain = path.with_name("plain") / path.name
    plain.parent.mkdir()
    plain.write_text(json.dumps(config), encoding="utf-8")
    torch.manual_seed(0)
    with quiet():
        open_clip.add_model_config(plain)
        model = open_clip.create_model(path.stem, pretrained_text=False).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim <= 1:  # fresh biases are all 0
                parameter.add_(torch.randn_like(parameter) * 0.1)
    checkpoint = path.with_suffix(".safetensors")
    save_file = importlib.import_module("safetensors.torch").save_file
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, checkpoint)
    return Tiny(path, checkpoint, tokenizer, model)

"""Every model that is bound, with the network that it must equal."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from photofind.inference import registry_clip
from photofind.inference.installing import shipped_file
from tests.unit.inference.open_clip_reference import (
    make_clip,
    make_siglip,
    make_tinyclip,
    make_xlm_roberta_clip,
    to_transformers_clip,
    to_transformers_siglip,
)
from tests.unit.inference.small_tokenizers import write_gemma, write_xlm_roberta

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from photofind.inference.spec_search import DualEncoderSpec


def copy_clip_tokenizer(path: Path) -> None:
    shutil.copyfile(shipped_file("tokenizers/clip.json"), path)


@dataclass(frozen=True)
class Case:
    """A registered model and the network of open_clip that it is.

    Attributes:
        make: the network, with random weights.
        layout: renames its tensors as the official file has them.
        write_tokenizer: one that fits; the real one, or a small one of the same kind.
        pad: token that the network wants texts to be filled up with.
        pictures: how many are compared.
        halves: what is bound and compared; the other is another case's to the byte.
        is_large: so slow that only what can differ from the smaller ones is compared.
    """

    spec: DualEncoderSpec
    make: Callable[[], Any]
    layout: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict
    write_tokenizer: Callable[[Path], None] = copy_clip_tokenizer
    pad: int = 0
    pictures: int = 12
    halves: tuple[str, ...] = ("visual", "textual")
    is_large: bool = False


CASES = {
    case.spec.key: case
    for case in (
        Case(
            registry_clip.OPENAI_B32,
            partial(make_clip, "ViT-B-32-quickgelu"),
            to_transformers_clip,
        ),
        Case(registry_clip.LAION_B32, partial(make_clip, "ViT-B-32")),
        Case(registry_clip.DATACOMP_B32_256, partial(make_clip, "ViT-B-32-256")),
        Case(registry_clip.TINYCLIP_40M, make_tinyclip, to_transformers_clip),
        Case(
            registry_clip.SIGLIP2_B32_256,
            partial(make_siglip, "ViT-B-32-SigLIP2-256"),
            to_transformers_siglip,
            write_gemma,
        ),
        Case(
            registry_clip.SIGLIP2_B16_224,
            partial(make_siglip, "ViT-B-16-SigLIP2"),
            to_transformers_siglip,
            write_gemma,
            pictures=4,
            halves=("visual",),
            is_large=True,
        ),
        Case(
            registry_clip.XLM_ROBERTA_B32,
            make_xlm_roberta_clip,
            write_tokenizer=write_xlm_roberta,
            pad=1,
            halves=("textual",),
        ),
        Case(
            registry_clip.OPENAI_L14,
            partial(make_clip, "ViT-L-14-quickgelu", share=True),
            to_transformers_clip,
            pictures=2,
            is_large=True,
        ),
    )
}


def transformers_model(spec: DualEncoderSpec) -> Any:
    """The transformers library's own class with this model's sizes."""
    transformers = importlib.import_module("transformers")
    size = spec.preprocess.geometry.size
    if "siglip2" in spec.key:
        patch = 16 if "b16" in spec.key else 32
        config = transformers.SiglipConfig(
            text_config={"vocab_size": 256_000},
            vision_config={"image_size": size, "patch_size": patch},
        )
        return transformers.SiglipModel(config)
    width, layers, patch = {
        "clip-vit-b32-openai": (768, 12, 32),
        "tinyclip-40m": (512, 12, 32),
        "clip-vit-l14-openai": (1024, 24, 14),
    }[spec.key]
    text_width, text_layers = (768 if patch == 14 else 512), (6 if width == 512 else 12)
    config = transformers.CLIPConfig(
        text_config={
            "hidden_size": text_width,
            "intermediate_size": 4 * text_width,
            "num_hidden_layers": text_layers,
            "num_attention_heads": text_width // 64,
        },
        vision_config={
            "image_size": size,
            "hidden_size": width,
            "intermediate_size": 4 * width,
            "num_hidden_layers": layers,
            "num_attention_heads": width // 64,
            "patch_size": patch,
        },
        projection_dim=spec.dim,
    )
    return transformers.CLIPModel(config)

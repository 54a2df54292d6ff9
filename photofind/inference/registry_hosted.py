"""CLIP models that somebody hosts as finished graphs. Data only; collected as in `registry_clip`.

A checkpoint carries its authors' own hash and is quantised here with a test against float32; these
are taken as they are. They are listed where the download is much smaller, or where no graph ships.
"""

from __future__ import annotations

from dataclasses import replace

from photofind.domain import ImageGeometry, Interpolation, ResizeMode
from photofind.inference.registry_clip import (
    CLIP_WORDS,
    CUTS_ARE_GUESSES,
    OPENAI_B32,
    SIGLIP2_B16_224,
)
from photofind.inference.spec import Figures, FileSpec, Preprocess, SourceKind
from photofind.inference.spec_search import (
    CutKind,
    DualEncoderSpec,
    ImageOutputs,
    Padding,
    PaddingKind,
    RelevanceCuts,
)

_OTHERS_MADE_IT = "Others quantised it; what that costs in quality was not measured here."
_SIZE_ON_FIRST_USE = "Sizes are taken on first use; the sha256 are pinned."
_ESTIMATED = "Memory is estimated from the size of the files."

OPENAI_B32_INT8 = replace(
    OPENAI_B32,
    key="clip-vit-b32-openai-int8",
    title="CLIP ViT-B/32 (OpenAI), small download",
    notice="The classic at a quarter of the download, as others quantised it, in English.",
    source="Xenova/clip-vit-base-patch32",
    revision="d15189d7028b43f1d3e65039190477f6af591c2a",
    source_kind=SourceKind.ONNX,
    checkpoint=None,
    quantiser_revision=0,
    image=FileSpec(
        "onnx/vision_model_quantized.onnx",
        "583fd1110a514667812fee7d684952aaf82a99b959760c8d7dca7e0ab9839299",
        89117001,
    ),
    text=FileSpec(
        "onnx/text_model_quantized.onnx",
        "73baab855d406190da9faa498cfedf65f15cf309f4cc7385b7b032e6d08e5c3a",
        64504507,
    ),
    # What others' quantising does to the published vector is not known: a genuine file must pass,
    # and every byte of it is pinned.
    published=CLIP_WORDS,
    not_established=(CUTS_ARE_GUESSES, _OTHERS_MADE_IT, _ESTIMATED),
)

SIGLIP2_B16_224_INT8 = replace(
    SIGLIP2_B16_224,
    key="siglip2-b16-224-int8",
    title="SigLIP 2 ViT-B/16 224 px, small download",
    notice="SigLIP 2 at a quarter of the download, as others quantised it; slow.",
    source="onnx-community/siglip2-base-patch16-224-ONNX",
    revision="ba1f3b0843f24bc5417d38e19c37b287d719b2f4",
    source_kind=SourceKind.ONNX,
    checkpoint=None,
    quantiser_revision=0,
    image=FileSpec(
        "onnx/vision_model_quantized.onnx",
        "5f2b401c1a4fc095702a5d45348e17ad46c4f87064085365b43c6e8eaa5c0070",
        94553333,
    ),
    text=FileSpec(
        "onnx/text_model_quantized.onnx",
        "3a0603d3a00c05a80a6ded4743c16aaac7b1e62cdcc7e362e7ce418659b96400",
        283438275,
    ),
    image_outputs=ImageOutputs("pooler_output"),
    text_output="pooler_output",
    not_established=(
        CUTS_ARE_GUESSES,
        _OTHERS_MADE_IT,
        _ESTIMATED,
        "Its real vocabulary was never run here: only a small one of the same kind.",
    ),
)

MOBILECLIP2_S0 = replace(
    OPENAI_B32,
    key="mobileclip2-s0",
    title="MobileCLIP2-S0 (Apple)",
    notice="Finds more than any CLIP of its size; for research only, in English.",
    licence="LicenseRef-apple-amlr",
    accept_licence=True,
    licence_notice=(
        "Apple's terms for machine learning research models allow research, and no commercial use."
        " They are the file LICENSE of the repository apple/MobileCLIP2-S0 on the hub."
    ),
    source="plhery/mobileclip2-onnx",
    revision="ba95759a5bdbaca53e9111e2550a76ec09c8fd9e",
    source_kind=SourceKind.ONNX,
    checkpoint=None,
    quantiser_revision=0,
    image=FileSpec(
        "onnx/s0/vision_model.onnx",
        "13d20ebfa8a8f63890eb2727fe4dc63009ff970f43e0f7d9d2ed999659f70c8a",
        about_bytes=45_000_000,
    ),
    text=FileSpec(
        "onnx/s0/text_model.onnx",
        "df590d47744f2ee9f3ccb67c4414d17419568c05bca0c4d166f2faeedf8b92f3",
        about_bytes=254_000_000,
    ),
    preprocess=Preprocess(
        ImageGeometry(256, ResizeMode.SHORTEST, Interpolation.BILINEAR),
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
    ),
    # No causal mask: what follows the end token is seen, and has to be what it learned with.
    padding=Padding(PaddingKind.TO_CONTEXT, token_id=0),
    cuts=RelevanceCuts(CutKind.COSINE, text_gap=0.175, text_z=0.0, similar=0.8),
    relative_speed=0.5,
    memory_mb=400,
    published=CLIP_WORDS,
    figures=Figures(flickr30k=69.2, coco=43.7, source="Faghri et al. 2025 (MobileCLIP2)"),
    not_established=(CUTS_ARE_GUESSES, _SIZE_ON_FIRST_USE, _ESTIMATED),
)

MOBILECLIP2_S2 = replace(
    MOBILECLIP2_S0,
    key="mobileclip2-s2",
    title="MobileCLIP2-S2 (Apple)",
    notice="As accurate as models many times slower; for research only, in English.",
    image=FileSpec(
        "onnx/s2/vision_model.onnx",
        "a841f72c5a5085748bbe271a1d5718aba877822a15cba865bdbd0d37036b849e",
        143044797,
    ),
    text=FileSpec(
        "onnx/s2/text_model.onnx",
        "622f10372bca71b5017f2efc5f8c2886610a2592b636de8984d717f03213f031",
        254053669,
    ),
    relative_speed=0.17,
    memory_mb=550,
    figures=Figures(flickr30k=74.8, coco=48.8, source="Faghri et al. 2025 (MobileCLIP2)"),
    not_established=(CUTS_ARE_GUESSES, _ESTIMATED),
)

ALL: tuple[DualEncoderSpec, ...] = (
    OPENAI_B32_INT8,
    SIGLIP2_B16_224_INT8,
    MOBILECLIP2_S0,
    MOBILECLIP2_S2,
)

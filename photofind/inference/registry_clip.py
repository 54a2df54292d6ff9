"""CLIP models that are bound from their authors' own checkpoints. Data only.

Files, hashes and figures were collected from public records, not from the hub itself; what nobody
could confirm is said in the entry and taken on first use.
"""

from __future__ import annotations

from dataclasses import replace

from photofind.domain import ImageGeometry, Interpolation, ResizeMode
from photofind.inference.spec import (
    Checkpoint,
    CutKind,
    Figures,
    FileSpec,
    ImageOutputs,
    ModelSpec,
    Padding,
    PaddingKind,
    Preprocess,
    RelevanceCuts,
    SourceKind,
    TaskKind,
    TextCleaning,
)

_CUTS_ARE_GUESSES = "The cut-offs are other programs' or guesses: calibrate them with real weights."
_ON_FIRST_USE = "Size and sha256 of the checkpoint are taken on first use."

OPENAI_B32 = ModelSpec(
    key="clip-vit-b32-openai",
    title="CLIP ViT-B/32 (OpenAI)",
    notice="The classic: knows nearly everything a little, in English.",
    task=TaskKind.SEARCH,
    licence="MIT",
    source="openai/clip-vit-base-patch32",
    revision="3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
    languages=("en",),
    dim=512,
    similar_dim=None,
    context_length=77,
    image=FileSpec("visual.onnx"),
    text=FileSpec("textual.onnx"),
    tokenizer=FileSpec("tokenizer.json"),
    labels=None,
    golden=None,
    image_outputs=ImageOutputs("image_embeds"),
    text_output="text_embeds",
    preprocess=Preprocess(
        ImageGeometry(224, ResizeMode.SHORTEST, Interpolation.BICUBIC),
        mean=(0.48145466, 0.4578275, 0.40821073),
        std=(0.26862954, 0.26130258, 0.27577711),
    ),
    padding=Padding(PaddingKind.NONE),
    cuts=RelevanceCuts(CutKind.COSINE, text_gap=0.22, text_z=0.0, similar=0.8),
    tag_cuts=None,
    quantiser_revision=1,
    source_kind=SourceKind.CHECKPOINT,
    checkpoint=Checkpoint(
        FileSpec(
            "pytorch_model.bin",
            "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            605247071,
        ),
        graphs="clip-vit-b32-quickgelu.transformers",
    ),
    cleaning=TextCleaning.CLIP,
    figures=Figures(
        imagenet=63.2, flickr30k=58.8, coco=30.4, source="Radford et al. 2021; OpenCLIP results"
    ),
    not_established=(_CUTS_ARE_GUESSES,),
)

LAION_B32 = replace(
    OPENAI_B32,
    key="clip-vit-b32-laion",
    title="CLIP ViT-B/32 (LAION-2B)",
    notice="As fast as OpenAI's CLIP and finds more, in English.",
    source="laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    revision="1a25a446712ba5ee05982a381eed697ef9b435cf",
    cuts=RelevanceCuts(CutKind.COSINE, text_gap=0.2, text_z=0.0, similar=0.7),
    checkpoint=Checkpoint(
        FileSpec(
            "open_clip_model.safetensors",
            "ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6",
            605143316,
        ),
        graphs="clip-vit-b32.open-clip",
    ),
    figures=Figures(imagenet=66.6, flickr30k=66.8, coco=39.3, source="OpenCLIP results"),
)

DATACOMP_B32_256 = replace(
    LAION_B32,
    key="clip-vit-b32-256-datacomp",
    title="CLIP ViT-B/32 256 px (DataComp)",
    notice="Sees a little more detail than the other B/32 models, in English.",
    source="laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
    revision="4afec35ffe57a943d569ff7ee888061830164da8",
    preprocess=replace(
        LAION_B32.preprocess,
        geometry=ImageGeometry(256, ResizeMode.SHORTEST, Interpolation.BICUBIC),
    ),
    checkpoint=Checkpoint(
        FileSpec(
            "open_clip_model.safetensors",
            "92c26d60d3200ed5ed040dff31a8d19f8140648da8007216c25744c478deef27",
            605189364,
        ),
        graphs="clip-vit-b32-256.open-clip",
    ),
    figures=Figures(flickr30k=64.9, coco=39.9, source="OpenCLIP results"),
)

ALL: tuple[ModelSpec, ...] = (OPENAI_B32, LAION_B32, DATACOMP_B32_256)

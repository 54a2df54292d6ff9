"""CLIP models that are bound from their authors' own checkpoints. Data only.

Files, hashes and figures were collected from public records, not from the hub itself; what nobody
could confirm is said in the entry and taken on first use.
"""

from __future__ import annotations

from dataclasses import replace

from photofind.domain import ImageGeometry, Interpolation, ResizeMode
from photofind.inference.spec import (
    Checkpoint,
    Figures,
    FileSpec,
    Origin,
    Preprocess,
    SourceKind,
)
from photofind.inference.spec_search import (
    CLIP_TOKENS,
    CutKind,
    DualEncoderSpec,
    ImageOutputs,
    KnownVector,
    Padding,
    PaddingKind,
    Published,
    RelevanceCuts,
    TextCleaning,
)

CUTS_ARE_GUESSES = "The cut-offs are other programs' or guesses: calibrate them with real weights."
_ON_FIRST_USE = "Size and sha256 of the checkpoint are taken on first use."

CLIP_WORDS = Published(CLIP_TOKENS)

_SIGLIP2_LANGUAGES = (
    *("ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fil", "fr", "he", "hi", "hr"),
    *("hu", "id", "it", "ja", "ko", "mi", "nl", "no", "pl", "pt", "quz", "ro", "ru", "sv", "sw"),
    *("te", "th", "tr", "uk", "vi", "zh"),
)
"""Of Crossmodal-3600, on which it was evaluated."""
_XLM_ROBERTA_LANGUAGES = (
    *("af", "am", "ar", "as", "az", "be", "bg", "bn", "br", "bs", "ca", "cs", "cy", "da", "de"),
    *("el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "fy", "ga", "gd", "gl", "gu", "ha"),
    *("he", "hi", "hr", "hu", "hy", "id", "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko"),
    *("ku", "ky", "la", "lo", "lt", "lv", "mg", "mk", "ml", "mn", "mr", "ms", "my", "ne", "nl"),
    *("no", "om", "or", "pa", "pl", "ps", "pt", "ro", "ru", "sa", "sd", "si", "sk", "sl", "so"),
    *("sq", "sr", "su", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur", "uz", "vi"),
    *("xh", "yi", "zh"),
)
"""What the text tower was pre-trained on (Conneau et al. 2020, table 6)."""

OPENAI_B32 = DualEncoderSpec(
    key="clip-vit-b32-openai",
    title="CLIP ViT-B/32 (OpenAI)",
    notice="The classic: knows nearly everything a little, in English.",
    licence="MIT",
    source="openai/clip-vit-base-patch32",
    revision="3d74acf9a28c67741b2f4f2ea7635f0aaf6f0268",
    languages=("en",),
    dim=512,
    context_length=77,
    image=FileSpec("visual.onnx", origin=Origin.MADE),
    text=FileSpec("textual.onnx", origin=Origin.MADE),
    tokenizer=FileSpec(
        "tokenizer.json", origin=Origin.SHIPPED, shipped_as="graphs/tokenizers/clip.json"
    ),
    image_outputs=ImageOutputs("image_embeds"),
    text_output="text_embeds",
    preprocess=Preprocess(
        ImageGeometry(224, ResizeMode.SHORTEST, Interpolation.BICUBIC),
        mean=(0.48145466, 0.4578275, 0.40821073),
        std=(0.26862954, 0.26130258, 0.27577711),
    ),
    padding=Padding(PaddingKind.NONE),
    cuts=RelevanceCuts(CutKind.COSINE, text_gap=0.22, text_z=0.0, similar=0.8),
    quantiser_revision=1,
    source_kind=SourceKind.CHECKPOINT,
    checkpoint=Checkpoint(
        FileSpec(
            "pytorch_model.bin",
            "a63082132ba4f97a80bea76823f544493bffa8082296d62d71581a4feff1576f",
            605247071,
        ),
        graphs="graphs/clip-vit-b32-quickgelu.transformers",
    ),
    cleaning=TextCleaning.CLIP,
    relative_speed=1.0,
    memory_mb=200,
    # The vector is fastembed's, of Qdrant's graph of these weights.
    published=Published(
        CLIP_TOKENS, (KnownVector("hello world", (0.0083, 0.0103, -0.0138, 0.0199, -0.0069)),)
    ),
    figures=Figures(
        imagenet=63.2,
        flickr30k=58.8,
        coco=30.4,
        english=59.4,
        source="Radford et al. 2021; OpenCLIP results",
    ),
    not_established=(CUTS_ARE_GUESSES,),
)

LAION_B32 = replace(
    OPENAI_B32,
    key="clip-vit-b32-laion",
    title="CLIP ViT-B/32 (LAION-2B)",
    notice="As fast as OpenAI's CLIP and finds more, in English.",
    recommended_for="most people",
    source="laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    revision="1a25a446712ba5ee05982a381eed697ef9b435cf",
    cuts=RelevanceCuts(CutKind.COSINE, text_gap=0.2, text_z=0.0, similar=0.7),
    checkpoint=Checkpoint(
        FileSpec(
            "open_clip_model.safetensors",
            "ac4f8c4b88af6d963118cbf40ad93176d092abbedfcb752601ae1866352656e6",
            605143316,
        ),
        graphs="graphs/clip-vit-b32.open-clip",
    ),
    published=CLIP_WORDS,
    figures=Figures(
        imagenet=66.6, flickr30k=66.8, coco=39.3, english=68.8, source="OpenCLIP results"
    ),
)

DATACOMP_B32_256 = replace(
    LAION_B32,
    key="clip-vit-b32-256-datacomp",
    title="CLIP ViT-B/32 256 px (DataComp)",
    notice="Sees a little more detail than the other B/32 models and is slower, in English.",
    recommended_for="",
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
        graphs="graphs/clip-vit-b32-256.open-clip",
    ),
    relative_speed=0.75,
    memory_mb=200,
    figures=Figures(flickr30k=64.9, coco=39.9, source="OpenCLIP results"),
)

TINYCLIP_40M = replace(
    OPENAI_B32,
    key="tinyclip-40m",
    title="TinyCLIP ViT-40M/32",
    notice="Half the size of CLIP ViT-B/32 and twice as fast, for slow computers, in English.",
    source="wkcn/TinyCLIP-ViT-40M-32-Text-19M-LAION400M",
    revision="886b932a36b8fa6c18a8e423a67ca21af5316af8",
    recommended_for="slow computers",
    checkpoint=Checkpoint(
        FileSpec("model.safetensors", about_bytes=337_000_000),
        graphs="graphs/tinyclip-vit-40m-32.transformers",
    ),
    relative_speed=2.0,
    memory_mb=120,
    published=CLIP_WORDS,
    figures=Figures(imagenet=59.8, source="Wu et al. 2023 (TinyCLIP)"),
    not_established=(
        CUTS_ARE_GUESSES,
        _ON_FIRST_USE,
        "That the repository holds model.safetensors at this revision is not confirmed.",
        "The activation is that of the authors' code; the repository's own setting was not seen.",
        "A published figure for retrieval was not found, only the one for ImageNet.",
    ),
)

SIGLIP2_B32_256 = replace(
    OPENAI_B32,
    key="siglip2-b32-256",
    title="SigLIP 2 ViT-B/32 256 px",
    notice="Finds more than CLIP and reads many languages, Thai poorly; a large download.",
    licence="Apache-2.0",
    source="google/siglip2-base-patch32-256",
    revision="94dffa8cb1179de3e03f091dbc3917e5d5a9ae84",
    languages=_SIGLIP2_LANGUAGES,
    dim=768,
    context_length=64,
    tokenizer=FileSpec("tokenizer.json", about_bytes=34_400_000),
    preprocess=Preprocess(
        ImageGeometry(256, ResizeMode.SQUASH, Interpolation.BICUBIC),
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
    ),
    padding=Padding(PaddingKind.TO_CONTEXT, token_id=0),
    cuts=RelevanceCuts(CutKind.COSINE, text_gap=0.08, text_z=0.0, similar=0.8),
    checkpoint=Checkpoint(
        FileSpec(
            "model.safetensors",
            "7d241bb3becad218f211f480487f491df4f8c0a472ecf7afdec5615815a301f1",
            about_bytes=1_507_000_000,
        ),
        graphs="graphs/siglip2-b32-256.transformers",
    ),
    cleaning=TextCleaning.LOWER,
    relative_speed=0.7,
    memory_mb=250,
    published=Published(),
    figures=Figures(
        imagenet=74.0,
        coco=47.2,
        english=73.2,
        thai=35.3,
        source="Tschannen et al. 2025 (SigLIP 2); Crossmodal-3600",
    ),
    not_established=(
        CUTS_ARE_GUESSES,
        "Sizes, and the tokenizer's sha256, are taken on first use.",
        "Its real vocabulary was never run here: only a small one of the same kind.",
    ),
)

SIGLIP2_B16_224 = replace(
    SIGLIP2_B32_256,
    key="siglip2-b16-224",
    title="SigLIP 2 ViT-B/16 224 px",
    notice="Finds the most of all these models at a fifth of the speed; a large download.",
    source="google/siglip2-base-patch16-224",
    revision="75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
    tokenizer=FileSpec(
        "tokenizer.json",
        "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322",
        34363039,
    ),
    preprocess=replace(
        SIGLIP2_B32_256.preprocess,
        geometry=ImageGeometry(224, ResizeMode.SQUASH, Interpolation.BICUBIC),
    ),
    checkpoint=Checkpoint(
        FileSpec(
            "model.safetensors",
            "612923381c76ec5a9bed335d1c48827e3f2e506ac31b044b63b2031fadee6a0b",
            1500800904,
        ),
        graphs="graphs/siglip2-b16-224.transformers",
    ),
    relative_speed=0.2,
    memory_mb=300,
    image_batch=1,  # four at a time are slower here
    figures=Figures(
        imagenet=78.2,
        coco=52.1,
        english=75.2,
        thai=37.4,
        source="Tschannen et al. 2025 (SigLIP 2); Crossmodal-3600",
    ),
    not_established=(
        CUTS_ARE_GUESSES,
        "Its real vocabulary was never run here: only a small one of the same kind.",
    ),
)

XLM_ROBERTA_B32 = replace(
    LAION_B32,
    key="clip-xlm-roberta-b32",
    title="CLIP ViT-B/32 with XLM-RoBERTa (LAION-5B)",
    notice="Reads a hundred languages, Thai among them, as well as English; a large download.",
    source="laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
    revision="f047c6a31e35813eadaa81bab1b68ec115ca606d",
    languages=_XLM_ROBERTA_LANGUAGES,
    tokenizer=FileSpec("tokenizer.json", about_bytes=9_100_000),
    recommended_for="other languages",
    checkpoint=Checkpoint(
        FileSpec("open_clip_pytorch_model.bin", about_bytes=1_460_000_000),
        graphs="graphs/clip-xlm-roberta-b32.open-clip",
    ),
    cleaning=TextCleaning.WHITESPACE,
    relative_speed=1.0,
    memory_mb=250,
    published=Published(),
    figures=Figures(english=68.3, thai=66.0, source="Crossmodal-3600"),
    not_established=(
        CUTS_ARE_GUESSES,
        "Sizes and sha256 of checkpoint and tokenizer are taken on first use.",
        "Its real vocabulary was never run here: only a small one of the same kind.",
    ),
)

OPENAI_L14 = replace(
    OPENAI_B32,
    key="clip-vit-l14-openai",
    title="CLIP ViT-L/14 (OpenAI)",
    notice="Sees finer detail at a twentieth of the speed; for small libraries and the patient.",
    source="openai/clip-vit-large-patch14",
    revision="32bd64288804d66eefd0ccbe215aa642df71cc41",
    dim=768,
    checkpoint=Checkpoint(
        FileSpec(
            "model.safetensors",
            "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb",
            1710540580,
        ),
        graphs="graphs/clip-vit-l14-quickgelu.transformers",
    ),
    relative_speed=0.05,
    memory_mb=570,
    image_batch=1,  # four at a time are slower here
    published=CLIP_WORDS,
    figures=Figures(flickr30k=65.0, coco=36.5, source="OpenCLIP results"),
)

ALL: tuple[DualEncoderSpec, ...] = (
    LAION_B32,
    TINYCLIP_40M,
    XLM_ROBERTA_B32,
    OPENAI_B32,
    DATACOMP_B32_256,
    SIGLIP2_B32_256,
    SIGLIP2_B16_224,
    OPENAI_L14,
)

"""Models that write about pictures, bound from their authors' own checkpoints. Data only.

Files and hashes were collected from public records, not from the hub itself; what nobody could
confirm is said in the entry and taken on first use.
"""

from __future__ import annotations

from dataclasses import replace

from photofind.domain import ImageGeometry, Interpolation, ResizeMode
from photofind.inference.spec import (
    Checkpoint,
    FileSpec,
    ModelSpec,
    Origin,
    Preprocess,
    SourceKind,
)
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec

_PREPROCESS = Preprocess(
    ImageGeometry(384, ResizeMode.SQUASH, Interpolation.BICUBIC),
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
)
_VISION = FileSpec("vision.onnx", origin=Origin.MADE)
_QUESTION = FileSpec("question.onnx", origin=Origin.MADE)
_DECODER = FileSpec("decoder.onnx", origin=Origin.MADE)
_TOKENIZER = FileSpec(
    "tokenizer.json", origin=Origin.SHIPPED, shipped_as="models/basic/tokenizer_en.json"
)
"""BERT's, uncased; the built-in model has the same (its vocabulary as a vocab.txt has the sha256
of the one that is published with BLIP, 07eced37…)."""

BASE = CaptionerSpec(
    key="blip-base",
    title="BLIP base (captions)",
    notice="Writes one plain English sentence about a photo; it counts and names poorly.",
    licence="BSD-3-Clause",
    source="Salesforce/blip-image-captioning-base",
    revision="82a37760796d32b1411fe092ab5d4e227313294b",
    languages=("en",),
    vision=_VISION,
    decoder=_DECODER,
    tokenizer=_TOKENIZER,
    preprocess=_PREPROCESS,
    longest=30,
    quantiser_revision=1,
    memory_mb=450,  # tests/benchmarks/bench_blip.py, with three beams
    source_kind=SourceKind.CHECKPOINT,
    checkpoint=Checkpoint(
        FileSpec(
            "pytorch_model.bin",
            "d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767",
            989820849,
        ),
        graphs="models/blip/base",
    ),
)

LARGE = replace(
    BASE,
    key="blip-large",
    memory_mb=700,  # as above
    title="BLIP large (captions)",
    notice="Writes an English sentence about a photo, with more detail than BLIP base and slower.",
    source="Salesforce/blip-image-captioning-large",
    revision="2227ac38c9f16105cb0412e7cab4759978a8fd90",
    checkpoint=Checkpoint(
        FileSpec(
            "model.safetensors",
            "ebc867586b8318647dd7b75ef8e52f93f89b98ac7dcbd04d10219d33b9a68c6f",
            about_bytes=1_880_000_000,
        ),
        graphs="models/blip/large",
    ),
    not_established=("The exact size of the checkpoint (about 1.88 GB) is taken on first use.",),
)

VQA_BASE = AnswererSpec(
    key="blip-vqa-base",
    title="BLIP base (questions)",
    notice="Answers English questions about a photo in one or two words; it does not reason.",
    licence="BSD-3-Clause",
    source="Salesforce/blip-vqa-base",
    revision="787b3d35d57e49572baabd22884b3d5a05acf072",
    languages=("en",),
    vision=_VISION,
    question=_QUESTION,
    decoder=_DECODER,
    tokenizer=_TOKENIZER,
    preprocess=_PREPROCESS,
    longest=10,  # as the authors evaluate it (Li et al. 2022, train_vqa.py)
    quantiser_revision=1,
    memory_mb=560,  # as above
    source_kind=SourceKind.CHECKPOINT,
    checkpoint=Checkpoint(
        FileSpec(
            "model.safetensors",
            "33786eed34def0c95fa948128cb4386be9b9219aa2c2e25f1c9c744692121bb7",
            1538800584,
        ),
        graphs="models/blip/vqa-base",
    ),
)

ALL: tuple[ModelSpec, ...] = (BASE, LARGE, VQA_BASE)

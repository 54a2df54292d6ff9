"""Recognisers of further scripts, beside those that come with RapidOCR. Data only."""

from __future__ import annotations

from photofind.inference.spec import FileSpec, SourceKind
from photofind.inference.spec_texts import RecogniserSpec

THAI = RecogniserSpec(
    key="ocr-thai",
    title="PP-OCRv5 Thai",
    notice="Reads Thai text in photos, beside the Latin, Chinese and Japanese read without it.",
    licence="Apache-2.0",
    source="RapidAI/RapidOCR",
    hub="https://www.modelscope.cn/models",
    revision="v3.10.0",
    languages=("th", "en"),
    source_kind=SourceKind.ONNX,
    not_established=("Its revision is a tag, which could be moved; the hash could not.",),
    # The place and the hash are those in the package's own default_models.yaml.
    lines=FileSpec(
        "onnx/PP-OCRv5/rec/th_PP-OCRv5_rec_mobile.onnx",
        "de541dd83161c241ff426f7ecfd602a0ba77d686cf3ab9a6c255ea82fd08006e",
        7915294,
    ),
)

ALL: tuple[RecogniserSpec, ...] = (THAI,)

"""What an installation found out about a model, kept beside its files."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from photofind.domain import ModelError
from photofind.inference.spec import FileSpec

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec import ModelSpec

RECORD_NAME = "spec.json"
IMAGE_NAME, TEXT_NAME = "visual.onnx", "textual.onnx"


class Precision(StrEnum):
    """How the weights of one half of a model are stored."""

    FP32 = "fp32"
    INT8 = "int8"


class InstalledFile(msgspec.Struct, frozen=True):
    """A file as it was when the model was installed."""

    path: str
    sha256: str
    bytes: int


class InstallRecord(msgspec.Struct, frozen=True):
    """What was installed.

    Attributes:
        key: of the model.
        weights: the official checkpoint; its file is not kept.
        files: all that the model consists of.
    """

    key: str
    weights: InstalledFile
    image: Precision
    text: Precision
    files: tuple[InstalledFile, ...]


def read_record(path: Path, spec: ModelSpec) -> InstallRecord:
    """Reads the record of an installed model.

    Raises:
        ModelError: model_incompatible, it is damaged, another model's, or says that the weights
            are not the pinned ones.
        OSError: it can't be read.
    """
    try:
        record = msgspec.json.decode(path.read_bytes(), type=InstallRecord)
    except msgspec.DecodeError as error:
        raise _unusable(spec) from error
    pinned = None if spec.checkpoint is None else spec.checkpoint.file.sha256
    if record.key != spec.key or pinned not in {None, record.weights.sha256}:
        raise _unusable(spec)
    if not {IMAGE_NAME, TEXT_NAME, spec.tokenizer.path} <= {file.path for file in record.files}:
        raise _unusable(spec)
    return record


def resolve(spec: ModelSpec, record: InstallRecord) -> ModelSpec:
    """A registry entry with all that was open until the model was installed."""
    assert spec.checkpoint is not None
    files = {file.path: FileSpec(file.path, file.sha256, file.bytes) for file in record.files}
    image, text = files.pop(IMAGE_NAME), files.pop(TEXT_NAME)
    tokenizer = files.pop(spec.tokenizer.path)
    checkpoint_file = replace(
        spec.checkpoint.file, sha256=record.weights.sha256, bytes=record.weights.bytes
    )
    return replace(
        spec,
        image=image,
        text=text,
        tokenizer=tokenizer,
        weights=tuple(files.values()),
        checkpoint=replace(spec.checkpoint, file=checkpoint_file),
        quantiser_revision=spec.quantiser_revision if record.image is Precision.INT8 else 0,
    )


def _unusable(spec: ModelSpec) -> ModelError:
    return ModelError(
        "model_incompatible",
        f"The installed files of the model “{spec.title}” belong to another version."
        " Please install the model again.",
    )

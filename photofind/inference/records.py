"""What an installation found out about a model, kept beside its files."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from photofind.atomic_files import read_plain_file, replace_file
from photofind.domain import ModelError
from photofind.inference.spec import FileSpec
from photofind.inference.spec_search import DualEncoderSpec
from photofind.sentences import Sentence, enc_hook

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec import ModelSpec

SpecT = TypeVar("SpecT", bound="ModelSpec")

RECORD_NAME = "spec.json"
_LARGEST_FILE = 4 << 20


class Precision(StrEnum):
    """How the weights of a graph are stored."""

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
        files: all that the model consists of.
        weights: the official checkpoint, if the model was made of one; its file is not kept.
        precisions: of the graphs that were made, by name.
        provider, notices, pictures_per_s: see `trials.Findings`.
        spec: of a search model that the registry doesn't list: it was imported.
    """

    key: str
    files: tuple[InstalledFile, ...]
    weights: InstalledFile | None = None
    precisions: dict[str, Precision] = {}
    provider: str | None = None
    notices: tuple[Sentence, ...] = ()
    pictures_per_s: float | None = None
    spec: DualEncoderSpec | None = None


def _dec_hook(type_: type, raw: object) -> object:
    if type_ is Sentence and isinstance(raw, str):
        return Sentence.from_json_or_text(raw)  # earlier versions wrote plain English
    raise NotImplementedError(type_)


_encoder = msgspec.json.Encoder(enc_hook=enc_hook)
_decoder = msgspec.json.Decoder(InstallRecord, dec_hook=_dec_hook)


def _decode(raw: bytes) -> InstallRecord:
    return _decoder.decode(raw)


def read_imported(path: Path) -> DualEncoderSpec | None:
    """The description of an imported model, as it was installed; None if it isn't one."""
    try:
        return _decode(read_plain_file(path, _LARGEST_FILE)).spec
    except (OSError, msgspec.DecodeError):
        return None


def read_record(path: Path, spec: ModelSpec) -> InstallRecord:
    """Reads the record of an installed model.

    Raises:
        ModelError: model_incompatible, it is damaged, another model's, or says that the weights
            are not the pinned ones.
        OSError: it can't be read.
    """
    try:
        record = _decode(read_plain_file(path, _LARGEST_FILE))
    except msgspec.DecodeError as error:
        raise _unusable(spec) from error
    found = {file.path: file.sha256 for file in record.files}
    pinned = {file.path: file.sha256 for file in spec.files}
    if spec.checkpoint is not None:
        if record.weights is None:
            raise _unusable(spec)
        pinned[spec.checkpoint.file.path] = spec.checkpoint.file.sha256
        found[spec.checkpoint.file.path] = record.weights.sha256
    if record.key != spec.key or not pinned.keys() <= found.keys():
        raise _unusable(spec)
    if any(sha256 not in {None, found[path]} for path, sha256 in pinned.items()):
        raise _unusable(spec)
    return record


def rewrite_record(
    folder: Path, provider: str | None, notices: tuple[Sentence, ...], pictures_per_s: float | None
) -> None:
    """Puts what a later trial found into the record of an installed model, at once.

    Raises:
        ModelError: disk_failed, it can't be written; the old one stays then.
    """
    path = folder / RECORD_NAME
    try:
        before = _decode(read_plain_file(path, _LARGEST_FILE))
        record = msgspec.structs.replace(
            before, provider=provider, notices=notices, pictures_per_s=pictures_per_s
        )
        replace_file(path, encode_record(record))
    except OSError as error:
        raise ModelError(
            "disk_failed",
            "The folder {folder} can't be written: {reason}. Check its permissions and "
            "its drive, then try again.",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error


def encode_record(record: InstallRecord) -> bytes:
    """The record as it is kept."""
    return msgspec.json.format(_encoder.encode(record))


def resolve(spec: SpecT, record: InstallRecord) -> SpecT:
    """A registry entry with all that was open until the model was installed."""
    files = {file.path: FileSpec(file.path, file.sha256, file.bytes) for file in record.files}
    named = {name: files.pop(file.path) for name, file in spec.named_files.items()}
    made_of, quantiser = spec.checkpoint, spec.quantiser_revision
    if made_of is not None and record.weights is not None:
        weights = record.weights
        file = replace(made_of.file, sha256=weights.sha256, bytes=weights.bytes)
        made_of = replace(made_of, file=file)
        principal = PurePosixPath(spec.principal.path).stem
        quantiser *= record.precisions.get(principal) is Precision.INT8
    changes: dict[str, Any] = {"checkpoint": made_of, "quantiser_revision": quantiser, **named}
    return replace(spec, weights=tuple(files.values()), **changes)


def _unusable(spec: ModelSpec) -> ModelError:
    return ModelError(
        "model_incompatible",
        "The installed files of the model “{model}” belong to another version. "
        "Please install the model again.",
        model=spec.title,
    )

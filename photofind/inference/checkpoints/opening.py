"""Opens a checkpoint of any kind that photofind reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.checkpoints import safetensors, torch_zip
from photofind.inference.checkpoints.tensors import CheckpointFormatError, TensorFile

if TYPE_CHECKING:
    from pathlib import Path

_ZIP = b"PK\x03\x04"


def open_checkpoint(path: Path) -> TensorFile:
    """Opens a .safetensors file, or a .bin, .pt or .pth file of PyTorch; its content tells which.

    Raises:
        ModelError: model_missing, there is no such file, or it can't be read;
            model_incompatible, it is damaged, hostile or of another kind.
    """
    try:
        with path.open("rb") as stream:
            reader = torch_zip if stream.read(len(_ZIP)) == _ZIP else safetensors
        return TensorFile(path, reader.read_index(path))
    except OSError as error:
        raise ModelError(
            "model_missing",
            "The file {file} can't be read: {reason}.",
            file=path.name,
            reason=error.strerror or str(error),
        ) from error
    except CheckpointFormatError as error:
        raise ModelError(
            "model_incompatible",
            "The file {file} is damaged or not a model: {reason}. Please get it again.",
            file=path.name,
            reason=str(error),
        ) from error

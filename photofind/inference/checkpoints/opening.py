"""Opens a checkpoint of any kind that photofind reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.checkpoints import safetensors, torch_zip
from photofind.inference.checkpoints.tensors import Checkpoint, CheckpointFormatError

if TYPE_CHECKING:
    from pathlib import Path

_ZIP = b"PK\x03\x04"


def open_checkpoint(path: Path) -> Checkpoint:
    """Opens a .safetensors file, or a .bin, .pt or .pth file of PyTorch; its content tells which.

    Raises:
        ModelError: model_missing, there is no such file, or it can't be read;
            model_incompatible, it is damaged, hostile or of another kind.
    """
    try:
        with path.open("rb") as stream:
            reader = torch_zip if stream.read(len(_ZIP)) == _ZIP else safetensors
        return Checkpoint(path, reader.read_index(path))
    except OSError as error:
        raise ModelError(
            "model_missing", f"The file {path.name} can't be read: {error.strerror or error}."
        ) from error
    except CheckpointFormatError as error:
        raise ModelError(
            "model_incompatible",
            f"The file {path.name} is damaged or not a model: {error}. Please get it again.",
        ) from error

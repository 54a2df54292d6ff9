"""Trust on first use, for files that no entry of the registry pins.

What a file was at its first download holds from then on: another one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.atomic_files import read_plain_file, replace_file
from photofind.domain import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec import FileSpec, ModelSpec
    from photofind.paths import AppFolders

_NAME = "first-use.json"
_LARGEST_FILE = 1 << 20


class Found(msgspec.Struct, frozen=True):
    """A file as it was when it was first downloaded."""

    sha256: str
    bytes: int


def find(folders: AppFolders, spec: ModelSpec, file: FileSpec) -> Found | None:
    """What was found at the first use of a file, if there was one.

    Raises:
        ModelError: model_incompatible, the list can't be read: better nothing than anything.
    """
    return _read(folders.models / _NAME).get(_address(spec, file))


def record(folders: AppFolders, spec: ModelSpec, file: FileSpec, found: Found) -> None:
    """Writes down what was found; what is written down already stays.

    Raises:
        ModelError: model_incompatible, the list can't be read.
        OSError: it can't be written.
    """
    path = folders.models / _NAME
    known = {_address(spec, file): found, **_read(path)}
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, msgspec.json.format(msgspec.json.encode(known)))


def _address(spec: ModelSpec, file: FileSpec) -> str:
    return f"{spec.source}@{spec.revision}/{file.path}"


def _read(path: Path) -> dict[str, Found]:
    try:
        return msgspec.json.decode(read_plain_file(path, _LARGEST_FILE), type=dict[str, Found])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            "model_incompatible",
            "The list of known files {path} is damaged. Delete it to start over: "
            "the next download then takes what the hub says.",
            path=path,
        ) from error

"""Quantised vectors kept in files: reading and quantising 100,000 of them takes longer than all
else that happens until a window can be searched.

The files are a cache. What they hold is compared with the catalog before it is used, and the best
scores of every search are computed from the catalog's own vectors.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from photofind.atomic_files import PARTIAL_NAME, replace_file
from photofind.domain import Space
from photofind.search.matrix import VectorMatrix

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.domain import ModelId
    from photofind.search.matrix import MatrixParts

logger = logging.getLogger(__name__)

_FORMAT = 1
"""Goes up when rows are quantised or stored in another way."""
_NAME = re.compile(rf".+\.\d+\.\d+\.(?:{'|'.join(Space)})")
"""What a file is called, whichever model and format it is of."""
_PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True, eq=False)
class KeptVectors:
    """What was kept.

    Attributes:
        revision: of the model; what was replaced later is not in the matrix.
    """

    matrix: VectorMatrix
    revision: int


class VectorCache:
    """The vectors of one model, a file for each space."""

    def __init__(self, folder: Path, catalog_key: str, model_id: ModelId) -> None:
        """Touches nothing yet.

        Args:
            folder: holds the caches alone, and only the last used model's.
            catalog_key, model_id: key and number under which the catalog keeps the vectors;
                a model that was removed and taken up again has another number.
        """
        self._folder = folder
        self._prefix = f"{catalog_key}.{model_id}.{_FORMAT}."

    def read(self, space: Space, dim: int) -> KeptVectors | None:
        """What was written last; None when there is none that can be used."""
        try:
            with self._path(space).open("rb") as stream:
                return _read_kept(stream, dim)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError) as error:
            logger.info("kept vectors can't be used: %s", error)
            return None

    def write(self, space: Space, parts: MatrixParts, revision: int) -> None:
        """Keeps a matrix, and no other model's any more. If it can't, nothing is kept.

        Nothing is written or deleted behind a link, nor deleted that has another kind of name.
        """
        path = self._path(space)
        if self._folder.is_symlink():
            logger.info("vectors aren't kept behind a link")
            return
        try:
            self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            for other in self._folder.iterdir():
                if self._is_outdated(other.name):
                    other.unlink()
            # Durable, or the name could reach the disk before the bytes: after a power failure it
            # would lie.
            replace_file(path, lambda stream: _write_arrays(stream, parts, revision), durable=True)
        except OSError as error:
            logger.info("vectors can't be kept: %s", error)

    def _is_outdated(self, name: str) -> bool:
        is_ours = _NAME.fullmatch(name) or PARTIAL_NAME.fullmatch(name)
        return bool(is_ours) and not name.startswith(self._prefix)

    def _path(self, space: Space) -> Path:
        return self._folder / f"{self._prefix}{space.value}"


def _write_arrays(stream: IO[bytes], parts: MatrixParts, revision: int) -> None:
    for array in (np.array([revision]), parts.region_ids, parts.scales, parts.total):
        np.save(stream, array, allow_pickle=False)
    for block in parts.blocks:
        stream.write(block.data)


def _read_kept(stream: IO[bytes], dim: int) -> KeptVectors:
    """Raises ValueError, EOFError: the file is damaged."""
    revision = _read_array(stream, np.int64)
    region_ids = _read_array(stream, np.int64)
    scales = _read_array(stream, np.float32)
    total = _read_array(stream, np.float64)
    rows = len(region_ids)
    rest = os.fstat(stream.fileno()).st_size - stream.tell()
    if (len(revision), len(scales), len(total), rest) != (1, rows, dim, rows * dim):
        raise ValueError("the parts don't belong together")
    levels = _read_levels(stream, (rows, dim))
    matrix = VectorMatrix.assembled(region_ids, scales, total, levels)
    return KeptVectors(matrix, int(revision[0]))


def _read_array(stream: IO[bytes], kind: type) -> NDArray[Any]:
    array: NDArray[Any] = np.load(stream, allow_pickle=False)
    if array.dtype != kind or array.ndim != 1:
        raise ValueError(f"unexpected {array.dtype} {array.shape}")
    return array


def _read_levels(stream: IO[bytes], shape: tuple[int, int]) -> NDArray[np.int8]:
    if sys.platform == "win32":  # where a mapped file can be neither replaced nor deleted
        return np.fromfile(stream, np.int8).reshape(shape)
    # Mapped, it needs no memory of its own; rows that change are copied (mode "c").
    return np.memmap(stream, np.int8, "c", stream.tell(), shape)

"""Quantised vectors kept in files: reading and quantising 100,000 of them takes longer than all
else that happens until a window can be searched.

The files are a cache. What they hold is compared with the catalog before it is used, and the best
scores of every search are computed from the catalog's own vectors.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from photofind.search.matrix import VectorMatrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.domain import Space
    from photofind.search.matrix import MatrixParts

logger = logging.getLogger(__name__)

_FORMAT = 1
"""Goes up when rows are quantised or stored in another way."""
_PRIVATE_FOLDER = 0o700


class VectorCache:
    """The vectors of one model, a file for each space."""

    def __init__(self, folder: Path, catalog_key: str) -> None:
        """Touches nothing yet.

        Args:
            folder: holds the caches alone, and only the last used model's.
            catalog_key: the key under which the catalog keeps the vectors.
        """
        self._folder = folder
        self._prefix = f"{catalog_key}.{_FORMAT}."

    def read(self, space: Space, dim: int) -> VectorMatrix | None:
        """The matrix that was written last; None when there is none that can be used."""
        try:
            with self._path(space).open("rb") as stream:
                return _read_matrix(stream, dim)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError) as error:
            logger.info("kept vectors can't be used: %s", error)
            return None

    def write(self, space: Space, parts: MatrixParts) -> None:
        """Keeps a matrix, and no other model's any more. If it can't, nothing is kept."""
        path = self._path(space)
        try:
            self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            for other in self._folder.iterdir():
                if not other.name.startswith(self._prefix):
                    other.unlink()
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as stream:
                written = Path(stream.name)
                try:
                    _write_arrays(stream, parts)
                    stream.close()
                    os.replace(written, path)  # noqa: PTH105 (same folder, atomic)
                except BaseException:
                    written.unlink(missing_ok=True)
                    raise
        except OSError as error:
            logger.info("vectors can't be kept: %s", error)

    def _path(self, space: Space) -> Path:
        return self._folder / f"{self._prefix}{space.value}"


def _write_arrays(stream: IO[bytes], parts: MatrixParts) -> None:
    for array in (parts.content_ids, parts.scales, parts.total):
        np.save(stream, array, allow_pickle=False)
    for block in parts.blocks:
        stream.write(block.data)
    stream.flush()
    # The name must not reach the disk before the bytes: after a power failure it would lie.
    os.fsync(stream.fileno())


def _read_matrix(stream: IO[bytes], dim: int) -> VectorMatrix:
    """Raises ValueError, EOFError: the file is damaged."""
    content_ids = _read_array(stream, np.int64)
    scales = _read_array(stream, np.float32)
    total = _read_array(stream, np.float64)
    rows = len(content_ids)
    rest = os.fstat(stream.fileno()).st_size - stream.tell()
    if (len(scales), len(total), rest) != (rows, dim, rows * dim):
        raise ValueError("the parts don't belong together")
    levels = _read_levels(stream, (rows, dim))
    return VectorMatrix.assembled(content_ids, scales, total, levels)


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

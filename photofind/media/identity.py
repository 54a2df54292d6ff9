"""A file's identity: the sha256 of all its bytes."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from photofind.media.files import media_error_from, open_photo

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK_BYTES: Final = 1 << 20


def hash_file(path: Path) -> bytes:
    """Hashes a file.

    Returns:
        The sha256 digest, 32 bytes.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    return read_and_hash(path, keep_at_most=0)[0]


def read_and_hash(path: Path, keep_at_most: int) -> tuple[bytes, bytes | None]:
    """Hashes a file and keeps its bytes if there aren't too many, so that it is read once.

    One that grows meanwhile is read as far as it went when it was opened, or it might never end;
    with another size and time it is looked at again.

    Args:
        path: the file.
        keep_at_most: the largest size in bytes that is kept in memory.

    Returns:
        The sha256 digest, 32 bytes; the file's bytes, or None for a larger file.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    with open_photo(path) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            if size <= keep_at_most:
                # one byte more notices a file that grows meanwhile, and no more is allocated
                data = file.read(size + 1)
                if len(data) <= size:
                    return hashlib.sha256(data).digest(), data
                file.seek(0)
            digest, left = hashlib.sha256(), size
            buffer = memoryview(bytearray(_BLOCK_BYTES))
            while count := file.readinto(buffer[: min(left, _BLOCK_BYTES)]):
                digest.update(buffer[:count])
                left -= count
        except OSError as error:
            raise media_error_from(error) from error
    return digest.digest(), None

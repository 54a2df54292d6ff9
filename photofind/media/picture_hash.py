"""A picture's identity apart from what is written about it.

Rating, keywords, captions and places can be rewritten in a file without a pixel changing. Files
whose picture hash is the same show the same, so vectors and texts made from one hold for the other.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Final

import xxhash
from PIL import Image

from photofind.media.containers import heif, jpeg, png, webp
from photofind.media.containers.reading import Metadata, OddFileError
from photofind.media.files import media_error_from, open_photo
from photofind.media.formats import HEADER_BYTES, sniff_format
from photofind.media.geometry import read_orientation
from photofind.media.identity import hash_file

if TYPE_CHECKING:
    from pathlib import Path

_REVISION: Final = b"picture 2\x00"
"""To be changed when the hash of the same file changes; hashes of another revision differ."""

_WALKERS: Final = {
    "AVIF": heif.feed_picture,
    "HEIF": heif.feed_picture,
    "JPEG": jpeg.feed_picture,
    "PNG": png.feed_picture,
    "WEBP": webp.feed_picture,
}


def hash_picture(source: Path | bytes, format_name: str) -> bytes | None:
    """Hashes what is seen of a picture: its encoded pixels, colour profile and orientation.

    Args:
        source: the file, or its bytes.
        format_name: as `DecodedPhoto.format` has it.

    Returns:
        32 bytes. None for other formats than JPEG, PNG, WebP, HEIF and AVIF, and
        for a file that isn't put together as its format asks: then nothing can be said.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    walker = _WALKERS.get(format_name)
    if walker is None:
        return None
    # XXH3 takes a tenth of sha256's time, and nobody gains by making two pictures alike to it.
    pixels = xxhash.xxh3_128()
    with io.BytesIO(source) if isinstance(source, bytes) else open_photo(source) as file:
        try:
            metadata = walker(file, pixels.update)
        except OddFileError:
            return None
        except OSError as error:
            raise media_error_from(error) from error
    seen = (_REVISION, format_name.encode(), pixels.digest(), bytes((_orientation(metadata),)))
    return hashlib.sha256(b"".join(seen)).digest()


def fingerprints(path: Path) -> tuple[bytes, bytes | None]:
    """The sha256 of a file's bytes, and its picture hash, without decoding it.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    with open_photo(path) as file:
        format_name = sniff_format(file.read(HEADER_BYTES))
    return hash_file(path), None if format_name is None else hash_picture(path, format_name)


def _orientation(metadata: Metadata) -> int:
    """As decoding will find it: read by Pillow, out of the same bytes."""
    carrier = Image.Image()
    if metadata.exif is not None:
        carrier.info["exif"] = metadata.exif
    if metadata.xmp is not None:
        carrier.info["xmp"] = metadata.xmp
    return read_orientation(carrier)

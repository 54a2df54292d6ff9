"""From a file or its bytes to an opened picture, by its content and within bounds of memory."""

from __future__ import annotations

import functools
import io
import logging
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from PIL import AvifImagePlugin, Image, PngImagePlugin

from photofind.domain import MediaCode, MediaError
from photofind.media.decoder_errors import decoder_errors
from photofind.media.files import open_photo
from photofind.media.formats import HEADER_BYTES, describe_kind, sniff_format
from photofind.media.memory import picture_budget, pixel_limit
from photofind.media.pictures.base import WHOLE_FILE_FORMATS, OpenedPicture, kind_of
from photofind.media.pictures.jxl import JxlPicture
from photofind.media.pictures.pillow import DECODER_THREADS, PillowPicture
from photofind.media.pictures.raw import RawPicture, is_raw_tiff
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TEXT_CHUNK_BYTES: Final = 16 << 20
"""Pillow refuses a PNG with a compressed text or profile of over 1 MiB; picture generators
write longer ones."""


@functools.cache
def _set_limits() -> None:
    """Sets Pillow's own limits, which are global to the process, to suit this machine.

    Its log is turned off: what decoders have to say about a file becomes a MediaError.
    """
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    AvifImagePlugin.DEFAULT_MAX_THREADS = DECODER_THREADS
    PngImagePlugin.MAX_TEXT_CHUNK = _TEXT_CHUNK_BYTES
    # checked inside some plugins: a warning above it, a refusal above twice of it
    Image.MAX_IMAGE_PIXELS = pixel_limit() // 2


@contextmanager
def opened(source: Path | bytes) -> Iterator[OpenedPicture]:
    """Opens a picture by its content and reads its header.

    Args:
        source: a file, or the bytes of one.

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    _set_limits()
    with io.BytesIO(source) if isinstance(source, bytes) else open_photo(source) as file:
        with decoder_errors(Sentence("file")):
            header = file.read(HEADER_BYTES)
            file_bytes = file.seek(0, io.SEEK_END)
            file.seek(0)
        if not header:
            raise MediaError(
                MediaCode.UNREADABLE,
                "This file is empty (0 bytes). Copy it again from where it came from.",
            )
        format_name = sniff_format(header)
        if format_name is None:
            raise MediaError(
                MediaCode.UNSUPPORTED,
                "This is not a picture photofind can read: by its content it is {kind}.",
                kind=describe_kind(header),
            )
        if format_name == "TIFF":
            with decoder_errors(Sentence("file")):
                format_name = "RAW" if is_raw_tiff(file) else "TIFF"
        if format_name in WHOLE_FILE_FORMATS and 2 * file_bytes > picture_budget():
            raise MediaError(
                MediaCode.TOO_LARGE,
                "This {kind} is too large: the file alone has {size} GB.",
                kind=kind_of(format_name),
                size=f"{file_bytes / 1e9:.1f}",
            )
        picture = _open(file, format_name, file_bytes)
        try:
            yield picture
        finally:
            picture.close()


def _open(file: IO[bytes], format_name: str, file_bytes: int) -> OpenedPicture:
    if format_name == "RAW":
        return RawPicture(file, file_bytes)
    if format_name == "JXL":
        return JxlPicture(file, file_bytes)
    return PillowPicture(file, format_name, file_bytes)

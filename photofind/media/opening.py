"""From a file or its bytes to a loaded Pillow image, within bounds of memory."""

from __future__ import annotations

import functools
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from PIL import Image, JpegImagePlugin

from photofind.domain import MediaCode, MediaError
from photofind.media.files import open_photo
from photofind.media.formats import HEADER_BYTES, describe_kind, sniff_format
from photofind.media.guard import decoder_errors, quiet_pillow
from photofind.media.memory import BYTES_PER_PIXEL, decoding_gate, picture_budget, pixel_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from PIL.ImageFile import ImageFile

_JPEG_SCALES: Final = (8, 4, 2)
"""What libjpeg can shrink by while it decodes, and Pillow's `draft` offers."""

_COEFFICIENT_BYTES: Final = 2 * 3
"""A progressive JPEG is decoded at full size before it is shrunk: 16 bits a coefficient of up
to three full planes (ITU-T T.81)."""

_DECODER_BYTES_PER_PIXEL: Final = {"WEBP": 16, "AVIF": 16, "HEIF": 16}
"""Formats whose decoder hands over a finished copy of all pixels besides Pillow's own."""

_WHOLE_FILE_FORMATS: Final = frozenset({"WEBP", "AVIF", "HEIF"})
"""Formats whose plugin reads the whole file into memory (some twice)."""


@functools.cache
def register_plugins() -> None:
    """Prepares Pillow: HEIF support, and this machine's pixel limit inside its plugins.

    Idempotent; every opening calls it.
    """
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=True, depth_images=False, aux_images=False)
    Image.preinit()
    Image.init()
    # Pillow warns above its limit and refuses above twice the limit
    Image.MAX_IMAGE_PIXELS = pixel_limit() // 2


class OpenedPicture:
    """A picture whose header is read and whose pixels are not.

    Attributes:
        image: Pillow's image; loaded by `load`.
        format: "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF" or "AVIF".
        kind: the format in a sentence.
        file_bytes: size of the file.
    """

    def __init__(self, image: ImageFile, format_name: str, file_bytes: int) -> None:
        self.image = image
        self.format = format_name
        self.kind = _kind(format_name)
        self.file_bytes = file_bytes
        self.size = image.size

    @contextmanager
    def loaded(self, least_short_side: int, least_long_side: int) -> Iterator[ImageFile]:
        """Decodes the pixels; the memory counts as taken inside the `with` block.

        A JPEG may come out smaller than it is by 2, 4 or 8, but with sides of at least the
        sizes given.

        Args:
            least_short_side: pixels the shorter side must keep, if it has them.
            least_long_side: pixels the longer side must keep, if it has them.

        Raises:
            MediaError: unreadable or too_large.
        """
        scale = 1
        if isinstance(self.image, JpegImagePlugin.JpegImageFile):
            scale = _draft(self.image, least_short_side, least_long_side)
        need = self._memory_need(scale)
        if need > picture_budget():
            self._refuse()
        with decoding_gate().hold(need):
            with decoder_errors(self.kind), quiet_pillow():
                self.image.load()
            yield self.image

    def _memory_need(self, scale: int) -> int:
        """Bytes that decoding will take at its peak, estimated from the header."""
        width, height = self.size
        pixels = width * height
        need = pixels // scale**2 * _DECODER_BYTES_PER_PIXEL.get(self.format, BYTES_PER_PIXEL)
        if self.image.info.get("progressive"):
            need += pixels * _COEFFICIENT_BYTES
        if self.format in _WHOLE_FILE_FORMATS:
            need += 2 * self.file_bytes
        return need

    def _refuse(self) -> NoReturn:
        width, height = self.size
        raise MediaError(
            MediaCode.TOO_LARGE,
            f"This picture is too large: {width:,} × {height:,} pixels are more than this "
            "computer's memory can hold at once. A smaller copy of it would be found.",
        )


def _draft(image: JpegImagePlugin.JpegImageFile, least_short: int, least_long: int) -> int:
    width, height = image.size
    room = min(min(image.size) // least_short, max(image.size) // least_long)
    scale = next((scale for scale in _JPEG_SCALES if scale <= room), 1)
    if scale > 1:
        image.draft(None, (width // scale, height // scale))
    return scale


@contextmanager
def opened(source: Path | bytes) -> Iterator[OpenedPicture]:
    """Opens a picture by its content and reads its header.

    Args:
        source: a file, or the bytes of one.

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    register_plugins()
    with io.BytesIO(source) if isinstance(source, bytes) else open_photo(source) as file:
        with decoder_errors("file"):
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
                f"This is not a picture photofind can read: by its content it is "
                f"{describe_kind(header)}.",
            )
        if format_name in _WHOLE_FILE_FORMATS and 2 * file_bytes > picture_budget():
            raise MediaError(
                MediaCode.TOO_LARGE,
                f"This {_kind(format_name)} is too large: the file alone has "
                f"{file_bytes / 1e9:.1f} GB.",
            )
        with decoder_errors(_kind(format_name)), quiet_pillow():
            image = _open_plugin(format_name, file)
        try:
            yield OpenedPicture(image, format_name, file_bytes)
        finally:
            image.close()


def _open_plugin(format_name: str, file: BinaryIO) -> ImageFile:
    """Opens a file with one plugin, without Image.open's guessing.

    A multi-picture JPEG opens as the plain JPEG of its first picture that way.
    """
    if format_name == "JPEG":
        return JpegImagePlugin.JpegImageFile(file, "")
    factory, _accept = Image.OPEN[format_name]
    return factory(file, "")


def _kind(format_name: str) -> str:
    return f"{'WebP' if format_name == 'WEBP' else format_name} picture"

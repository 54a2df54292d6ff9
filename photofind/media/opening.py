"""From a file or its bytes to a loaded Pillow image, within bounds of memory."""

from __future__ import annotations

import functools
import io
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.JpegImagePlugin import JpegImageFile

from photofind.domain import MediaCode, MediaError
from photofind.media.files import open_photo
from photofind.media.formats import HEADER_BYTES, describe_kind, sniff_format
from photofind.media.guard import decoder_errors, quiet_pillow
from photofind.media.jpeg import coefficient_bytes, shrink_while_decoding
from photofind.media.memory import BYTES_PER_PIXEL, decoding_gate, picture_budget, pixel_limit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.ImageFile import ImageFile

_TEXT_CHUNK_BYTES: Final = 16 << 20
"""Pillow refuses a PNG with a compressed text or profile of over 1 MiB; picture generators
write longer ones."""

_DECODER_THREADS: Final = 2
"""Threads within one decode of a HEIF or AVIF. Indexing keeps all cores busy by itself; two
halve the wait for a preview."""

_DECODER_BYTES_PER_PIXEL: Final = {"TIFF": 14, "AVIF": 16, "HEIF": 14, "WEBP": 16}
"""Formats whose decoder holds all pixels besides Pillow's copy (measured peaks: AVIF 9.5 to 14,
HEIF 8, WebP 16; TIFF with 16 bits a channel in one strip)."""

_LONGEST_SIDE: Final = 1 << 18
"""No picture is longer (JPEG ends at 65,535, scanned film and slides below 200,000), and decoders
take minutes over rows of millions of pixels."""

_WHOLE_FILE_FORMATS: Final = frozenset({"WEBP", "AVIF", "HEIF"})
"""Formats whose plugin reads the whole file into memory (some twice)."""


_PLUGINS: Final[dict[str, type[ImageFile]]] = {
    "AVIF": AvifImagePlugin.AvifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "JPEG": JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
}
"""Pillow's formats that photofind decodes; the others stay out of reach of what people collect.
Without Image.open in between, a multi-picture JPEG opens as the plain JPEG it begins with."""


@functools.cache
def _set_limits() -> None:
    """Sets Pillow's own limits, which are global to the process, to suit this machine.

    Its log is turned off: what decoders have to say about a file becomes a MediaError.
    """
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    AvifImagePlugin.DEFAULT_MAX_THREADS = _DECODER_THREADS
    PngImagePlugin.MAX_TEXT_CHUNK = _TEXT_CHUNK_BYTES
    # checked inside some plugins: a warning above it, a refusal above twice of it
    Image.MAX_IMAGE_PIXELS = pixel_limit() // 2


@functools.cache
def _heif_plugin() -> type[ImageFile]:
    """Imported with the first HEIF: most commands never meet one."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = _DECODER_THREADS
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    plugin: type[ImageFile] = pillow_heif.HeifImageFile
    return plugin


class OpenedPicture:
    """A picture whose header is read and whose pixels are not.

    Attributes:
        image: Pillow's image; its pixels are there inside `loaded`.
        size: width and height; those that are seen, but for an orientation still to apply.
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
        if max(self.size) > _LONGEST_SIDE:
            self._refuse()
        scale, need = 1, 0
        if isinstance(self.image, JpegImageFile):
            with decoder_errors(self.kind):
                need = coefficient_bytes(self.image)
                scale = shrink_while_decoding(self.image, least_short_side, least_long_side)
        need += self._pixel_bytes(scale)
        if need > picture_budget():
            self._refuse()
        with decoding_gate().hold(need):
            with decoder_errors(self.kind), quiet_pillow():
                self.image.load()
            if scale == 1:
                self.size = self.image.size  # a HEIF's may turn out otherwise than announced
            yield self.image

    def _pixel_bytes(self, scale: int) -> int:
        """Bytes that decoding will take at its peak, estimated from the header."""
        width, height = self.size
        each = _DECODER_BYTES_PER_PIXEL.get(self.format, BYTES_PER_PIXEL)
        need = width * height // scale**2 * each
        return need + 2 * self.file_bytes if self.format in _WHOLE_FILE_FORMATS else need

    def _refuse(self) -> NoReturn:
        width, height = self.size
        raise MediaError(
            MediaCode.TOO_LARGE,
            f"This picture is too large: {width:,} × {height:,} pixels are more than this "
            "computer's memory can hold at once. A smaller copy of it would be found.",
        )


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
            plugin = _heif_plugin() if format_name == "HEIF" else _PLUGINS[format_name]
            image = plugin(file, "")
        try:
            yield OpenedPicture(image, format_name, file_bytes)
        finally:
            image.close()


def _kind(format_name: str) -> str:
    return f"{'WebP' if format_name == 'WEBP' else format_name} picture"

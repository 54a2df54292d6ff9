"""Pictures that Pillow opens, by itself or by pillow-heif's plugin."""

from __future__ import annotations

import functools
import io
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

import numpy as np
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

from photofind.media.decoder_errors import DECODER_ERRORS, decoder_errors, quiet_pillow
from photofind.media.geometry import read_orientation
from photofind.media.jpeg import coefficient_bytes, shrink_while_decoding
from photofind.media.memory import BYTES_PER_PIXEL
from photofind.media.metadata.photo import read_metadata
from photofind.media.pictures.base import WHOLE_FILE_FORMATS, OpenedPicture, kind_of
from photofind.media.pictures.jpeg_previews import find_jpeg_previews
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageFile import ImageFile

    from photofind.media.metadata.photo import PhotoMetadata

DECODER_THREADS: Final = 2
"""Threads within one decode of a HEIF or AVIF. Indexing keeps all cores busy by itself; two
halve the wait for a preview."""

_DECODER_BYTES_PER_PIXEL: Final = {"TIFF": 14, "AVIF": 16, "HEIF": 14, "WEBP": 16}
"""Formats whose decoder holds all pixels besides Pillow's copy (measured peaks: AVIF 9.5 to 14,
HEIF 8, WebP 16; TIFF with 16 bits a channel in one strip)."""

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

_LARGEST_PREVIEW_SHARE: Final = 1 / 4
"""Of a picture's pixels. A larger preview costs about as much as the picture itself."""
_LEAST_JPEG_PIXELS: Final = 4_000_000
"""Smaller JPEGs are decoded in a few milliseconds, shrunk on the way."""
_END_OF_IMAGE: Final = b"\xff\xd9"
_LEAST_SHARE: Final = 1 / 2
"""Of a damaged picture's rows. What shows less is no use, and its likeness to others false."""
_NOISE: Final = 2
_SAME_SHAPE: Final = 0.02
"""How far the ratios of sides may differ. Cameras put black bars into small previews."""


@functools.cache
def _heif_plugin() -> type[ImageFile]:
    """Imported with the first HEIF: most commands never meet one."""
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = DECODER_THREADS
    pillow_heif.options.THUMBNAILS = True
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    plugin: type[ImageFile] = pillow_heif.HeifImageFile
    return plugin


class PillowPicture(OpenedPicture):
    """A picture in one of Pillow's formats."""

    def __init__(self, file: IO[bytes], format_name: str, file_bytes: int) -> None:
        """Reads the header.

        Raises:
            MediaError: unreadable, unsupported or too_large.
        """
        with decoder_errors(kind_of(format_name)), quiet_pillow():
            plugin = _heif_plugin() if format_name == "HEIF" else _PLUGINS[format_name]
            self._image = plugin(file, "")
        self._preview: ImageFile | None = None
        super().__init__(format_name, self._image.size, file_bytes)
        # PNG keeps EXIF behind the pixels; TIFF takes the orientation out while it loads
        self.metadata_is_late = format_name == "PNG"

    @property
    def image(self) -> Image.Image:
        return self._preview or self._image

    @property
    def orientation(self) -> int:
        image: Image.Image = self._image
        if self.format == "AVIF":
            # the plugin writes what the file's properties say into EXIF; XMP has no say here
            image = Image.Image()
            image.info["exif"] = self._image.info.get("exif")
        return read_orientation(image)

    @property
    def profile(self) -> bytes | None:
        profile = self._image.info.get("icc_profile")
        return profile if isinstance(profile, bytes) else None

    def read_metadata(self) -> PhotoMetadata:
        return read_metadata(self._image)

    def close(self) -> None:
        self._image.close()

    @contextmanager
    def loaded(self, least_short_side: int, least_long_side: int) -> Iterator[Image.Image]:
        self.check_sides()
        scale, need = 1, 0
        image = self._preview or self._image
        if isinstance(image, JpegImageFile):
            with decoder_errors(self.kind):
                need = coefficient_bytes(image)
                scale = shrink_while_decoding(image, least_short_side, least_long_side)
        with self.held(need + self._pixel_bytes(image.size, scale)):
            with decoder_errors(self.kind), quiet_pillow():
                try:
                    image.load()
                except OSError as error:
                    if self._preview is not None or "truncated" not in str(error):
                        raise
                    sizes = (least_short_side, least_long_side)
                    image = self._image = self._without_its_end(error, sizes)
                if self.format == "BMP":
                    _ignore_empty_alpha(image)
            if scale == 1 and self._preview is None:
                self.size = image.size  # a HEIF's may turn out otherwise than announced
            yield image

    def _without_its_end(self, error: OSError, sizes: tuple[int, int]) -> ImageFile:
        """Decodes what is there of a JPEG whose last bytes are missing.

        Args:
            error: that it is truncated; raised again for what is no JPEG, or if less than half of
                the picture is left.
        """
        file = self._image.fp
        if not isinstance(self._image, JpegImageFile) or file is None:
            raise error
        file.seek(0)
        # libjpeg fills up what an early end of the picture leaves out.
        image = JpegImageFile(io.BytesIO(file.read() + _END_OF_IMAGE), "")
        shrink_while_decoding(image, *sizes)
        image.load()
        share = _filled_share(image)
        if share < _LEAST_SHARE:
            raise error
        self.damage = Sentence(
            "The end of this picture is missing: about {percent} % of it can be seen. If you have "
            "another copy, put it in its place.",
            percent=min(99, round(100 * share)),
        )
        return image

    def _pixel_bytes(self, size: tuple[int, int], scale: int) -> int:
        """Bytes that decoding will take at its peak, estimated from the header."""
        width, height = self.size if self._preview is None else size
        each = _DECODER_BYTES_PER_PIXEL.get(self.format, BYTES_PER_PIXEL)
        need = width * height // scale**2 * each
        return need + 2 * self.file_bytes if self.format in WHOLE_FILE_FORMATS else need

    def use_preview(self, least_short_side: int, wanted: tuple[int, int]) -> bool:
        del wanted
        if self.format == "HEIF":
            return self._use_thumbnail(least_short_side)
        if self.format == "JPEG" and self.size[0] * self.size[1] >= _LEAST_JPEG_PIXELS:
            return self._use_jpeg_preview(least_short_side)
        return False

    def _use_thumbnail(self, least_short_side: int) -> bool:
        """pillow-heif takes the smallest thumbnail that is large enough, and turned and cropped
        as the picture is."""
        short, long = sorted(self.size)
        listed = [side for side in self._image.info.get("thumbnails", []) if isinstance(side, int)]
        enough = [side for side in listed if side * short >= least_short_side * long]
        if not enough or min(enough) ** 2 > long**2 * _LARGEST_PREVIEW_SHARE:
            return False
        try:
            with quiet_pillow():
                if self._image.draft(None, (least_short_side, least_short_side)) is None:
                    return False
        except DECODER_ERRORS:
            return False
        self._preview = self._image
        return True

    def _use_jpeg_preview(self, least_short_side: int) -> bool:
        assert isinstance(self._image, JpegImageFile)
        for data in find_jpeg_previews(self._image):
            try:
                with quiet_pillow():
                    preview = JpegImageFile(io.BytesIO(data), "")
            except DECODER_ERRORS:
                continue
            if min(preview.size) >= least_short_side and self._is_shrunk_copy(preview.size):
                self._preview = preview
                return True
        return False

    def _is_shrunk_copy(self, size: tuple[int, int]) -> bool:
        width, height = self.size
        share = size[0] * size[1] / (width * height)
        shape = size[0] * height / (size[1] * width)
        return share <= _LARGEST_PREVIEW_SHARE and abs(shape - 1) <= _SAME_SHAPE


def _filled_share(image: Image.Image) -> float:
    """The share of rows above those in one and the same colour at the bottom: libjpeg repeats the
    last colour it knew."""
    rows = np.asarray(image.convert("L"), np.int16)
    uniform = np.ptp(rows, axis=1) <= _NOISE
    same = np.abs(rows[:, 0] - rows[-1, 0]) <= _NOISE
    differing = np.flatnonzero(~(uniform & same))
    return float((differing[-1] + 1) / len(rows)) if differing.size else 0.0


def _ignore_empty_alpha(image: Image.Image) -> None:
    """Makes a BMP opaque whose alpha channel is zero everywhere: many programs declare the
    channel and never fill it, and a picture with nothing to see in it isn't what they saved."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        image.putalpha(255)

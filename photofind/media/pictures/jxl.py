"""JPEG XL, decoded by libjxl (through pylibjxl, where that exists)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from PIL import Image

from photofind.domain import MediaCode, MediaError
from photofind.media.decoder_errors import decoder_errors
from photofind.media.metadata.photo import read_metadata
from photofind.media.pictures.base import OpenedPicture, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.media.metadata.photo import PhotoMetadata

_BYTES_PER_PIXEL: Final = 20
"""libjxl's peak (measured: 4 to 7.4 for files in one pass), its result and Pillow's copy."""
_TIFF_HEADS: Final = (b"II", b"MM")


class JxlPicture(OpenedPicture):
    """A JPEG XL, with or without its container.

    libjxl turns it upright by itself; EXIF has no say in that (ISO/IEC 18181-2). Of 16 bits the
    upper eight are kept.
    """

    metadata_is_late = True

    def __init__(self, file: IO[bytes], file_bytes: int) -> None:
        """Reads the header.

        Raises:
            MediaError: unreadable, too_large, or unsupported where there is no libjxl.
        """
        try:
            import pylibjxl
        except ImportError as error:
            raise MediaError(
                MediaCode.UNSUPPORTED,
                "photofind can't decode JPEG XL on this kind of computer. Saved as JPEG, the "
                "picture would be found.",
            ) from error
        self._library = pylibjxl
        with decoder_errors(kind_of("JXL")):
            self._data = file.read()
            header = pylibjxl.probe(self._data)
            size = int(header["width"]), int(header["height"])
        super().__init__("JXL", size, file_bytes)
        self._image: Image.Image | None = None

    @property
    def image(self) -> Image.Image:
        assert self._image is not None, "asked for outside of loaded"
        return self._image

    @property
    def orientation(self) -> int:
        return 1

    def close(self) -> None:
        self._data, self._image = b"", None

    @contextmanager
    def loaded(self, least_short_side: int, least_long_side: int) -> Iterator[Image.Image]:
        del least_short_side, least_long_side  # libjxl decodes whole pictures only
        self.check_sides()
        width, height = self.size
        with self.held(width * height * _BYTES_PER_PIXEL + 2 * self.file_bytes):
            with decoder_errors(self.kind):
                pixels, metadata = self._library.decode(self._data, metadata=True)
                self._image = Image.fromarray(pixels)
                del pixels
                self._image.info.update(_info(metadata))
            yield self._image

    def read_metadata(self) -> PhotoMetadata:
        return read_metadata(self.image)


def _info(metadata: dict[str, bytes]) -> dict[str, bytes]:
    """The pieces under the names Pillow gives them."""
    info = {}
    if profile := metadata.get("icc"):
        info["icc_profile"] = profile
    if xmp := metadata.get("xmp"):
        info["xmp"] = xmp
    exif = metadata.get("exif", b"")
    if exif and not exif.startswith(_TIFF_HEADS):
        exif = exif[4:]  # how far behind this number the TIFF header lies: right here
    if exif.startswith(_TIFF_HEADS):
        info["exif"] = exif
    return info

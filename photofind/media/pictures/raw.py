"""RAW photos, through LibRaw (rawpy): the preview the camera made, or the sensor's data."""

from __future__ import annotations

import io
import logging
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from PIL import Image

from photofind.media.containers.reading import OddFileError
from photofind.media.containers.tiff import TiffReader
from photofind.media.decoder_errors import DECODER_ERRORS, decoder_errors, quiet_pillow
from photofind.media.geometry import swaps_sides
from photofind.media.pictures.base import OpenedPicture, kind_of
from photofind.media.pictures.pillow import PillowPicture
from photofind.media.pictures.raw_metadata import read_raw_metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rawpy

    from photofind.media.metadata.photo import PhotoMetadata

logger = logging.getLogger(__name__)

_DNG_VERSION, _PHOTOMETRIC = 0xC612, 0x0106
_MOSAIC, _LINEAR = 32803, 34892
"""PhotometricInterpretation of a colour filter array and of linear RAW (TIFF/EP, DNG)."""

_ORIENTATIONS: Final = (1, 2, 4, 3, 5, 8, 6, 7)
"""EXIF orientations by LibRaw's flip: 1 mirrors left and right, 2 top and bottom, 4 transposes."""

_BYTES_PER_PIXEL: Final = 8
"""What developing at half size takes at its peak for each of the sensor's (measured: 7.4)."""
_BYTES_PER_LINEAR_PIXEL: Final = 34
"""Where the data has all colours at each pixel, nothing is halved (measured: 30)."""


def is_raw_tiff(file: IO[bytes]) -> bool:
    """Tells a RAW photo in TIFF's clothes (DNG, NEF, ARW, ...) from a TIFF; rewinds the file."""
    meanings, has_dng_version = _look_at_directories(file)
    return has_dng_version or not meanings.isdisjoint((_MOSAIC, _LINEAR))


def _look_at_directories(file: IO[bytes]) -> tuple[set[int], bool]:
    """What the numbers of each picture in a TIFF mean, and whether it calls itself a DNG."""
    meanings: set[int] = set()
    has_dng_version = False
    try:
        reader = TiffReader(file)
        for directory in reader.directories():
            has_dng_version = has_dng_version or _DNG_VERSION in directory
            if _PHOTOMETRIC in directory:
                meanings.update(reader.numbers(directory[_PHOTOMETRIC]))
    except OddFileError as error:
        logger.debug("not a TIFF to its end: %s", error)
    finally:
        file.seek(0)
    return meanings, has_dng_version


class RawPicture(OpenedPicture):
    """A RAW photo.

    `loaded` gives the preview inside the file where it is large enough: it shows what the camera
    showed, and costs as much as a JPEG. Only without one the sensor's data is developed, at half
    size. `size` is that of the sensor's picture in any case.
    """

    def __init__(self, file: IO[bytes], file_bytes: int) -> None:
        """Reads the header.

        Raises:
            MediaError: unreadable, unsupported or too_large.
        """
        with decoder_errors(kind_of("RAW")), _raw_errors():
            self._data = file.read()
            self._raw = _open(self._data)
            sizes = self._raw.sizes
            self._orientation = _ORIENTATIONS[sizes.flip & 7]
        super().__init__("RAW", (sizes.width, sizes.height), file_bytes)
        self._image: Image.Image | None = None
        self._pixel_orientation = self._orientation
        self._looked_for_preview = False
        self._preview: PillowPicture | None = None
        self._any_preview_will_do = False

    @property
    def image(self) -> Image.Image:
        assert self._image is not None, "asked for outside of loaded"
        return self._image

    @property
    def orientation(self) -> int:
        return self._pixel_orientation

    @property
    def upright_size(self) -> tuple[int, int]:
        width, height = self.size
        return (height, width) if swaps_sides(self._orientation) else (width, height)

    def close(self) -> None:
        self._raw.close()
        self._data, self._image, self._preview = b"", None, None

    def read_metadata(self) -> PhotoMetadata:
        preview = self._find_preview()
        return read_raw_metadata(self._data, preview.image if preview else None)

    def use_preview(self, least_short_side: int, wanted: tuple[int, int]) -> bool:
        preview = self._find_preview()
        if preview is None or self._is_enough(preview, *wanted):
            return False
        self._any_preview_will_do = min(preview.size) >= least_short_side
        return self._any_preview_will_do

    @contextmanager
    def loaded(self, least_short_side: int, least_long_side: int) -> Iterator[Image.Image]:
        self.check_sides()
        preview = self._find_preview()
        if preview is not None and (
            self._any_preview_will_do or self._is_enough(preview, least_short_side, least_long_side)
        ):
            with preview.loaded(least_short_side, least_long_side) as self._image:
                self._pixel_orientation = self._orientation_of(preview)
                yield self._image
            return
        width, height = self.size
        meanings, _ = _look_at_directories(io.BytesIO(self._data))
        each = _BYTES_PER_LINEAR_PIXEL if _LINEAR in meanings else _BYTES_PER_PIXEL
        with self.held(width * height * each + 2 * self.file_bytes):
            with decoder_errors(self.kind), _raw_errors():
                self._image = _develop(self._data)
            self._pixel_orientation = self._orientation
            yield self._image

    def _find_preview(self) -> PillowPicture | None:
        """The largest preview, if it is a JPEG; LibRaw gives nothing else of use."""
        if not self._looked_for_preview:
            self._looked_for_preview = True
            try:
                with quiet_pillow(), _raw_errors():
                    data: Any = self._raw.extract_thumb().data
                    if isinstance(data, bytes):
                        preview = PillowPicture(io.BytesIO(data), "JPEG", len(data))
                        self._preview = preview
            except DECODER_ERRORS:
                self._preview = None
        return self._preview

    def _is_enough(self, preview: PillowPicture, least_short: int, least_long: int) -> bool:
        """Whether developing would give no more that is wanted."""
        short, long = sorted(preview.size)
        half_short, half_long = (side // 2 for side in sorted(self.size))
        return short >= min(least_short, half_short) and long >= min(least_long, half_long)

    def _orientation_of(self, preview: PillowPicture) -> int:
        """The preview lies as the sensor does, unless its shape shows that it was turned."""
        sensor_is_wide = self.size[0] > self.size[1]
        preview_is_wide = preview.size[0] > preview.size[1]
        if swaps_sides(self._orientation) and sensor_is_wide != preview_is_wide:
            return 1
        return self._orientation


def _open(data: bytes) -> rawpy.RawPy:
    import rawpy

    raw = rawpy.RawPy()
    raw.open_buffer(io.BytesIO(data))
    return raw


def _develop(data: bytes) -> Image.Image:
    """The sensor's data in sRGB at half size, as the sensor lies.

    LibRaw's objects go through their steps once: after a preview there is no way back.
    """
    with _open(data) as raw:
        raw.unpack()
        return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0))


@contextmanager
def _raw_errors() -> Iterator[None]:
    """Turns rawpy's errors into those that all decoders raise."""
    import rawpy

    try:
        yield
    except rawpy.LibRawFileUnsupportedError as error:
        raise ValueError("unsupported kind of RAW") from error
    except (
        rawpy.LibRawUnsufficientMemoryError,
        rawpy.LibRawTooBigError,
        rawpy.LibRawMemPoolOverflowError,
    ) as error:
        raise MemoryError from error
    except rawpy.LibRawIOError as error:
        raise EOFError from error
    except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
        raise ValueError(str(error)) from error

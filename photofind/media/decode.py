"""One decode of a photo gives everything: the models' squares, the thumbnail, what it says."""

from __future__ import annotations

import io
import logging
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, JpegImagePlugin

from photofind.domain import Annotations, MediaError
from photofind.media.colour import to_resizable, to_srgb
from photofind.media.decoder_errors import decoder_errors, quiet_pillow
from photofind.media.geometry import crop_centre, crop_region, fit_geometry, fit_within, upright
from photofind.media.opening import opened
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.domain import Box, Capture, ImageGeometry
    from photofind.media.metadata.photo import PhotoMetadata
    from photofind.media.pictures.base import OpenedPicture

logger = logging.getLogger(__name__)

THUMBNAIL_PX: Final = 512
_THUMBNAIL_QUALITY: Final = 82
_OVERSAMPLING: Final = 2
"""A picture shrunk while it is decoded keeps at least twice the pixels a model needs: then its
vector equals that of the full decode (cosine 0.9999 on average)."""
_PREVIEW_SHARE: Final = 3 / 4
"""Of a model's size, what a preview must have to stand in for the picture."""
_BOX_OVERSAMPLING: Final = 3
"""Averaging whole blocks of pixels is coarser than libjpeg's shrinking, so it keeps more."""


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """Everything one decode of a photo gives.

    Attributes:
        format: "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF", "JXL" or "RAW".
        width, height: pixels of the upright picture.
        tensors: one uint8 RGB array [size, size, 3] for each geometry asked for.
        thumbnail: a JPEG in sRGB, upright.
        capture: what EXIF, XMP and IPTC in the file say; the file's name and its own date are not
            looked at.
        annotations: what is written in the file about the photo.
        is_first_pass: tensors and thumbnail are made from a preview (`decode_first_pass`).
        damage: what is wrong with the file, if most of the picture could be decoded all the same.
    """

    format: str
    width: int
    height: int
    tensors: tuple[NDArray[np.uint8], ...]
    thumbnail: bytes
    capture: Capture
    annotations: Annotations = field(default_factory=Annotations)
    is_first_pass: bool = False
    damage: Sentence | None = None


@dataclass(frozen=True, slots=True)
class RgbImage:
    """Pixels for the window: 8-bit RGB, rows from top to bottom without gaps."""

    width: int
    height: int
    pixels: bytes


def decode_photo(
    source: Path | bytes,
    geometries: Sequence[ImageGeometry],
    *,
    thumbnail_px: int = THUMBNAIL_PX,
) -> DecodedPhoto:
    """Decodes a photo once, into all that indexing needs.

    Colour profiles are honoured in the thumbnail and in the models' squares alike: models were
    trained on what people see (nearly all of it sRGB), and the same photo saved with another
    profile shall have the same vector.

    Args:
        source: the file, or its bytes.
        geometries: the squares asked for.
        thumbnail_px: long side of the thumbnail; a smaller picture isn't enlarged.

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    with opened(source) as picture:
        return _decode(picture, geometries, thumbnail_px)


def decode_region(source: Path | bytes, box: Box, geometry: ImageGeometry) -> NDArray[np.uint8]:
    """Decodes a rectangle of a photo into the square that a model looks at.

    Args:
        source: the file, or its bytes.
        box: where in the picture as it is seen.

    Returns:
        uint8 RGB [size, size, 3].

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    share = min(box.width, box.height)
    with (
        opened(source) as picture,
        picture.loaded(math.ceil(_OVERSAMPLING * geometry.size / share), 1),
    ):
        return _Finish(picture, box).square_of_all(geometry)


def decode_first_pass(
    source: Path | bytes,
    geometries: Sequence[ImageGeometry],
    *,
    thumbnail_px: int = THUMBNAIL_PX,
) -> DecodedPhoto:
    """Decodes the preview a photo carries, many times sooner than the photo itself.

    It must be a shrunk copy of the whole picture whose shorter side has at least three quarters
    of the pixels the largest geometry asks for: iPhones' 320 × 240 serve models of 224 to 320.
    Its vectors find the photo by words nearly as well, while those for likeness differ more.

    Args:
        source, geometries: as for `decode_photo`.
        thumbnail_px: as for `decode_photo`; the thumbnail is no larger than the preview.

    Returns:
        The same as `decode_photo`, with the whole picture's width and height, and `is_first_pass`
        set. Where there is no such preview, or it would save nothing, that is not set and
        everything is made from the whole picture: the first pass is the last.

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    largest = max((geometry.size for geometry in geometries), default=1)
    with opened(source) as picture:
        if not picture.use_preview(
            _least_preview(largest), (_OVERSAMPLING * largest, thumbnail_px)
        ):
            return _decode(picture, geometries, thumbnail_px)
        try:
            return replace(_decode(picture, geometries, thumbnail_px), is_first_pass=True)
        except MediaError as error:
            logger.debug("preview not decoded: %s", error)
    return decode_photo(source, geometries, thumbnail_px=thumbnail_px)


def decode_thumbnail(data: bytes, geometry: ImageGeometry) -> NDArray[np.uint8] | None:
    """Makes a model's square of a thumbnail that this module has encoded.

    Returns:
        uint8 RGB [size, size, 3]; None when the thumbnail has fewer pixels than a preview must
        have (a panorama's) to stand in for the picture.

    Raises:
        MediaError: unreadable.
    """
    with (
        decoder_errors(Sentence("thumbnail")),
        JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image,
    ):
        if min(image.size) < _least_preview(geometry.size):
            return None
        image.load()
        rgb = image if image.mode == "RGB" else image.convert("RGB")
        return np.array(crop_centre(fit_geometry(rgb, geometry), geometry.size))


def _least_preview(largest: int) -> int:
    """Pixels of the shorter side that stand in for the picture."""
    return math.ceil(largest * _PREVIEW_SHARE)


def _decode(
    picture: OpenedPicture, geometries: Sequence[ImageGeometry], thumbnail_px: int
) -> DecodedPhoto:
    largest = max((geometry.size for geometry in geometries), default=1)
    metadata = None if picture.metadata_is_late else picture.read_metadata()
    with picture.loaded(_OVERSAMPLING * largest, thumbnail_px):
        metadata = picture.read_metadata() if metadata is None else metadata
        finish = _Finish(picture)
        small = finish.averageable(_BOX_OVERSAMPLING * largest, 2 * thumbnail_px)
        tensors = tuple(finish.square(small, geometry) for geometry in geometries)
        thumbnail = finish.fitted(small, thumbnail_px, Image.Resampling.HAMMING)
        thumbnail_jpeg = _encode_jpeg(thumbnail)
        width, height = picture.upright_size
        damage = picture.damage
    return DecodedPhoto(
        picture.format,
        width,
        height,
        tensors,
        thumbnail_jpeg,
        metadata.capture,
        metadata.annotations,
        damage=damage,
    )


def read_photo_metadata(source: Path | bytes) -> PhotoMetadata:
    """Reads what a photo says of itself, without decoding it where its format allows.

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    with opened(source) as picture:
        if not picture.metadata_is_late:
            return picture.read_metadata()
        with picture.loaded(1, 1):
            return picture.read_metadata()


def decode_preview(path: Path, max_px: int) -> RgbImage:
    """Decodes a photo for looking at: upright, sRGB, long side at most `max_px`.

    Raises:
        MediaError: unreadable, unsupported, too_large, vanished or denied.
    """
    with opened(path) as picture, picture.loaded(1, max_px):
        finish = _Finish(picture)
        small = finish.averageable(1, 2 * max_px)
        fitted = finish.fitted(small, max_px, Image.Resampling.BICUBIC)
        return RgbImage(*fitted.size, fitted.tobytes())


def decode_jpeg(data: bytes) -> RgbImage:
    """Decodes a thumbnail this module has encoded.

    Raises:
        MediaError: unreadable.
    """
    with (
        decoder_errors(Sentence("thumbnail")),
        JpegImagePlugin.JpegImageFile(io.BytesIO(data)) as image,
    ):
        image.load()
        rgb = image if image.mode == "RGB" else image.convert("RGB")
        return RgbImage(*rgb.size, rgb.tobytes())


class _Finish:
    """The last steps: shrink, then colour and orientation on small images."""

    def __init__(self, picture: OpenedPicture, box: Box | None = None) -> None:
        """
        Args:
            box: what is wanted of the picture, None for all of it.
        """
        self._picture = picture
        self._box = box
        self._profile = picture.profile
        self._orientation = picture.orientation

    def averageable(self, least_short: int, least_long: int) -> Image.Image:
        """The pixels ready for resizing, shrunk by a whole factor as far as the sides allow:
        one cheap pass before the resizes."""
        image = self._picture.image
        with decoder_errors(self._picture.kind), quiet_pillow():
            if self._box is not None:
                image = crop_region(image, self._box, self._orientation)
            factor = min(min(image.size) // least_short, max(image.size) // least_long)
            return to_resizable(image, factor)

    def square_of_all(self, geometry: ImageGeometry) -> NDArray[np.uint8]:
        return self.square(self.averageable(_BOX_OVERSAMPLING * geometry.size, 1), geometry)

    def square(self, image: Image.Image, geometry: ImageGeometry) -> NDArray[np.uint8]:
        fitted = self._finished(fit_geometry(image, geometry))
        return np.array(crop_centre(fitted, geometry.size))

    def fitted(self, image: Image.Image, longest: int, resampling: Image.Resampling) -> Image.Image:
        size = fit_within(image.size, longest)
        return self._finished(image if size == image.size else image.resize(size, resampling))

    def _finished(self, image: Image.Image) -> Image.Image:
        return upright(to_srgb(image, self._profile), self._orientation)


def _encode_jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    # Pillow would carry a comment over from the original
    image.save(buffer, "JPEG", quality=_THUMBNAIL_QUALITY, comment=None)
    return buffer.getvalue()

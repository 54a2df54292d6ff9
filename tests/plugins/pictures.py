"""Photos made in code: small, deterministic, each with a content of its own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

_QUICK: dict[str, dict[str, Any]] = {
    ".heic": {"enc_params": {"preset": "ultrafast"}},
    ".heif": {"enc_params": {"preset": "ultrafast"}},
    ".avif": {"speed": 10},
    ".webp": {"method": 0},
}
"""Files are larger and look the same: a fifth of the time, and less."""
_GRID = 6
"""Random colours a side before they are blended: smooth like a photo, so files stay small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoExif:
    """What a camera would write.

    Attributes:
        orientation: the EXIF tag, 1 to 8.
        taken: wall time (DateTimeOriginal).
        offset: east of UTC as EXIF writes it, such as "+02:00".
        latitude, longitude: degrees, south and west negative.
    """

    orientation: int | None = None
    taken: datetime | None = None
    offset: str | None = None
    make: str | None = None
    model: str | None = None
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def make_pixels(width: int, height: int, seed: int = 0) -> NDArray[np.uint8]:
    """A smooth random picture: uint8 RGB [height, width, 3], the same for the same seed."""
    colours = np.random.default_rng(seed).integers(0, 256, (_GRID, _GRID, 3), dtype=np.uint8)
    smooth = Image.fromarray(colours).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(smooth)


def make_photo(
    path: Path,
    *,
    size: tuple[int, int] = (320, 240),
    seed: int = 0,
    exif: PhotoExif | None = None,
    **save_options: Any,
) -> Path:
    """Writes a photo; the suffix decides the format (HEIC and AVIF too).

    Args:
        path: parent folders are made.
        size: width and height of the stored pixels, before any EXIF orientation.
        seed: different seeds give different contents.
        save_options: handed to Pillow (`quality`, `icc_profile`, ...).
    """
    if exif is not None:
        save_options["exif"] = _encode(exif)
    path.parent.mkdir(parents=True, exist_ok=True)
    return save_picture(Image.fromarray(make_pixels(*size, seed)), path, **save_options)


def save_picture(image: Image.Image, path: Path, **options: Any) -> Path:
    """Writes a picture as its suffix says, as quickly as its encoder can."""
    suffix = path.suffix.lower()
    if suffix in (".heic", ".heif"):
        import pillow_heif

        pillow_heif.register_heif_opener()
    image.save(path, **_QUICK.get(suffix, {}) | options)
    return path


def _encode(values: PhotoExif) -> bytes:
    exif = Image.Exif()
    camera = exif.get_ifd(IFD.Exif)
    place = exif.get_ifd(IFD.GPSInfo)
    if values.orientation is not None:
        exif[Base.Orientation] = values.orientation
    if values.make is not None:
        exif[Base.Make] = values.make
    if values.model is not None:
        exif[Base.Model] = values.model
    if values.taken is not None:
        camera[Base.DateTimeOriginal] = values.taken.strftime("%Y:%m:%d %H:%M:%S")
    if values.offset is not None:
        camera[Base.OffsetTimeOriginal] = values.offset
    if values.lens is not None:
        camera[Base.LensModel] = values.lens
    if values.latitude is not None:
        place[GPS.GPSLatitudeRef] = "S" if values.latitude < 0 else "N"
        place[GPS.GPSLatitude] = _sexagesimal(abs(values.latitude))
    if values.longitude is not None:
        place[GPS.GPSLongitudeRef] = "W" if values.longitude < 0 else "E"
        place[GPS.GPSLongitude] = _sexagesimal(abs(values.longitude))
    # as bytes: given the object, Pillow's TIFF writer leaves the nested tags out
    return exif.tobytes()


def _sexagesimal(degrees: float) -> tuple[Fraction, Fraction, Fraction]:
    """Degrees, minutes and seconds (to a thousandth) as EXIF stores them."""
    milliseconds = round(degrees * 3_600_000)
    whole_degrees, rest = divmod(milliseconds, 3_600_000)
    whole_minutes, rest = divmod(rest, 60_000)
    return Fraction(whole_degrees), Fraction(whole_minutes), Fraction(rest, 1000)

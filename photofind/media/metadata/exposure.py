"""How a photo was exposed, from the tags EXIF and XMP share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PIL.ExifTags import Base

from photofind.domain import Exposure
from photofind.media.metadata.values import within

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_SHORT: Final = 65_535
"""EXIF's tag for the sensitivity has 16 bits; beyond it the tags added in 2.3 tell."""
_DAY_S: Final = 24 * 3600.0


def read_exposure(detail: Mapping[int, Any]) -> Exposure | None:
    """Reads exposure tags (CIPA DC-008). Values no camera has count as absent.

    Args:
        detail: the EXIF IFD.
    """
    f_number = within(detail.get(Base.FNumber), 0.5, 1000)
    if f_number is None:
        aperture = within(detail.get(Base.ApertureValue), -2, 20)
        f_number = None if aperture is None else round(2 ** (aperture / 2), 1)
    seconds = _positive(detail.get(Base.ExposureTime), _DAY_S)
    if seconds is None:
        speed = within(detail.get(Base.ShutterSpeedValue), -17, 20)
        seconds = None if speed is None else 2**-speed
    return make_exposure(
        f_number=f_number,
        seconds=seconds,
        iso=_read_iso(detail),
        focal_mm=detail.get(Base.FocalLength),
        focal_35mm=detail.get(Base.FocalLengthIn35mmFilm),
    )


def _read_iso(detail: Mapping[int, Any]) -> object:
    iso = within(detail.get(Base.ISOSpeedRatings), 1, _LARGEST_SHORT)
    if iso is None or iso == _LARGEST_SHORT:
        for tag in (Base.RecommendedExposureIndex, Base.StandardOutputSensitivity, Base.ISOSpeed):
            if larger := within(detail.get(tag), 1, 1e9):
                return larger
    return iso


def make_exposure(
    *, f_number: object, seconds: object, iso: object, focal_mm: object, focal_35mm: object
) -> Exposure | None:
    """Puts an exposure together from values of any kind; None when none of them makes sense."""
    sensitivity = within(iso, 1, 1e9)
    exposure = Exposure(
        f_number=within(f_number, 0.5, 1000),
        seconds=_positive(seconds, _DAY_S),
        iso=None if sensitivity is None else round(sensitivity),
        focal_mm=_positive(focal_mm, 20_000),
        focal_35mm=_positive(focal_35mm, 20_000),
    )
    return None if exposure == Exposure() else exposure


def _positive(value: object, high: float) -> float | None:
    return within(value, 1e-9, high)

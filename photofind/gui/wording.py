"""How numbers, dates, sizes and places are written for people, in their locale."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QTimeZone, QUrl

from photofind.domain import TakenSource, WhyKind
from photofind.inference import registry
from photofind.inference.spec import short_key
from photofind.media.formats import part_kind

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.domain import Capture, Photo, PhotoPart, Why

_MINUTE_S = 60
_HOUR_S = 3600
_SECONDS_SHOWN_BELOW = 50
_MINUTES_SHOWN_BELOW = 3300
_MEGA = 1_000_000
_FRACTIONS_BELOW_S = 0.35
"""A camera's display says 1/3, and then 0.4 or 0"4."""
_MOST_STARS = 5


def count(number: int) -> str:
    """12345 → "12,345"."""
    return QLocale().toString(number)


def count_photos(number: int) -> str:
    """1 → "1 photo", 12345 → "12,345 photos"."""
    if number == 1:
        return QCoreApplication.translate("Wording", "1 photo")
    return QCoreApplication.translate("Wording", "{n} photos").format(n=count(number))


def model_title(catalog_key: str) -> str:
    """What a person reads of the model whose results are stored under a key."""
    key = short_key(catalog_key)
    return next((spec.title for spec in registry.ALL if spec.key == key), key)


def display_path(path: Path) -> str:
    """A path that can be shown even when its bytes are no valid text."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def display_name(path: Path) -> str:
    """The last part of a path, as it can be shown."""
    return display_path(path).rsplit(os.sep, maxsplit=1)[-1] or display_path(path)


def photo_name(photo: Photo) -> str:
    """What a person calls the photo."""
    return display_name(photo.paths[0]) if photo.paths else ""


def file_url(path: Path) -> QUrl:
    """A link to a file whose name may be any bytes."""
    return QUrl.fromEncoded(path.as_uri().encode())


def _wall_clock(taken_at_ms: int) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(taken_at_ms, QTimeZone.utc())


def describe_date(capture: Capture) -> str:
    """The day and time a photo was taken, "" when unknown."""
    if capture.taken_at_ms is None:
        return ""
    moment = _wall_clock(capture.taken_at_ms)
    locale = QLocale()
    day = locale.toString(moment.date(), QLocale.FormatType.LongFormat)
    time = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    return QCoreApplication.translate("Wording", "{day} at {time}").format(day=day, time=time)


def describe_date_source(capture: Capture) -> str:
    """A remark when the date is not the camera's own, else ""."""
    match capture.taken_source:
        case TakenSource.FILE_TIME:
            return QCoreApplication.translate("Wording", "the file's date; the photo has none")
        case TakenSource.FILE_NAME:
            return QCoreApplication.translate("Wording", "from the file's name")
        case _:
            return ""


def short_date(capture: Capture) -> str:
    """The day a photo was taken, "" when unknown."""
    if capture.taken_at_ms is None:
        return ""
    day = _wall_clock(capture.taken_at_ms).date()
    return QLocale().toString(day, "d MMM yyyy")


def month(taken_at_ms: int) -> str:
    """ "March 2024"."""
    day = _wall_clock(taken_at_ms).date()
    return QLocale().toString(day, "MMMM yyyy")


def describe_size(byte_size: int) -> str:
    """2345678 → "2.3 MB"."""
    return QLocale().formattedDataSize(byte_size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def describe_part(part: PhotoPart) -> str:
    """A file that belongs to a photo: "RAW: IMG_1.CR2 · 24.5 MB"."""
    match part_kind(part.path.name):
        case "raw":
            kind = QCoreApplication.translate("Wording", "RAW")
        case "video":
            kind = QCoreApplication.translate("Wording", "Live Photo")
        case _:
            kind = QCoreApplication.translate("Wording", "Also")
    return f"{kind}: {display_name(part.path)} · {describe_size(part.byte_size)}"


def describe_pixels(photo: Photo) -> str:
    """ "4032 × 3024 · 12.2 megapixels", "" when unknown."""
    if not photo.width or not photo.height:
        return ""
    size = f"{photo.width} × {photo.height}"
    megapixels = photo.width * photo.height / _MEGA
    if megapixels < 1:
        return size
    shown = QLocale().toString(megapixels, "f", 1)
    return QCoreApplication.translate("Wording", "{size} · {n} megapixels").format(
        size=size, n=shown
    )


def describe_place(capture: Capture) -> str:
    """ "41.2203° N, 96.0716° W", "" when unknown."""
    if capture.latitude is None or capture.longitude is None:
        return ""
    locale = QLocale()
    latitude = locale.toString(abs(capture.latitude), "f", 4)
    longitude = locale.toString(abs(capture.longitude), "f", 4)
    north = "N" if capture.latitude >= 0 else "S"
    east = "E" if capture.longitude >= 0 else "W"
    return f"{latitude}° {north}, {longitude}° {east}"


def describe_exposure(capture: Capture) -> str:
    """ "f/2.8 · 1/250 s · ISO 100 · 50 mm", "" when unknown."""
    exposure = capture.exposure
    if exposure is None:
        return ""
    parts = []
    if exposure.f_number:
        parts.append(f"f/{_short_number(exposure.f_number)}")
    if exposure.seconds:
        fraction = exposure.seconds < _FRACTIONS_BELOW_S
        time = f"1/{round(1 / exposure.seconds)}" if fraction else _short_number(exposure.seconds)
        parts.append(f"{time} s")
    if exposure.iso:
        parts.append(f"ISO {exposure.iso}")
    if exposure.focal_mm:
        parts.append(f"{_short_number(exposure.focal_mm)} mm")
    like = exposure.focal_35mm
    if like and round(like) != round(exposure.focal_mm or 0):
        text = QCoreApplication.translate("Wording", "like {n} mm on full frame")
        parts.append(text.format(n=_short_number(like)))
    return " · ".join(parts)


def describe_rating(photo: Photo) -> str:
    """ "★★★★☆", "rejected", or "" when there is none; a heart for a favourite."""
    stars = ""
    if photo.rating is not None and photo.rating > 0:
        stars = "★" * photo.rating + "☆" * (_MOST_STARS - photo.rating)
    elif photo.rating is not None and photo.rating < 0:
        stars = QCoreApplication.translate("Wording", "rejected")
    favourite = QCoreApplication.translate("Wording", "♥ favourite") if photo.favourite else ""
    return " · ".join(filter(None, (stars, favourite)))


def _short_number(number: float) -> str:
    """2.8 → "2.8", 50.0 → "50"."""
    return QLocale().toString(number, "f", 0 if abs(number - round(number)) < 0.05 else 1)


def describe_duration(seconds: float) -> str:
    """Time to go, as rough as it is known: "about 5 min left"."""
    if seconds < _SECONDS_SHOWN_BELOW:
        return QCoreApplication.translate("Wording", "less than a minute left")
    if seconds < _MINUTES_SHOWN_BELOW:
        minutes = max(1, round(seconds / _MINUTE_S))
        return QCoreApplication.translate("Wording", "about {n} min left").format(n=minutes)
    hours = QLocale().toString(seconds / _HOUR_S, "f", 1 if seconds < 10 * _HOUR_S else 0)
    return QCoreApplication.translate("Wording", "about {n} h left").format(n=hours)


def describe_why(why: Why) -> str:
    """One reason a photo was found, as a sentence without a full stop."""
    match why.kind:
        case WhyKind.MEANING:
            text = QCoreApplication.translate("Wording", "What it shows fits your words")
        case WhyKind.LOOKS:
            text = QCoreApplication.translate("Wording", "It looks like the picture you chose")
        case WhyKind.NAME:
            text = QCoreApplication.translate("Wording", "Your words are in its name: “{text}”")
        case WhyKind.TAG:
            text = QCoreApplication.translate("Wording", "It is tagged “{text}”")
        case WhyKind.TEXT:
            text = QCoreApplication.translate("Wording", "Your words are in its text: “{text}”")
    return text.format(text=why.text)

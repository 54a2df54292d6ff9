"""How numbers, dates, sizes and places are written for people, in their locale."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, QTimeZone, QUrl

from photofind.describe.job_params import SERVER_PREFIX
from photofind.domain import DatePrecision, Flag, TakenSource, WhyKind
from photofind.gui.plain_text import in_line
from photofind.gui.translation import Context
from photofind.inference import registry
from photofind.inference.spec import short_key
from photofind.media.formats import part_kind

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.domain import Capture, Photo, PhotoPart, Why

Wording = Context("Wording")


_MINUTE_S = 60
_HOUR_S = 3600
_SECONDS_SHOWN_BELOW = 50
_MINUTES_SHOWN_BELOW = 3300
_MEGA = 1_000_000
_FRACTIONS_BELOW_S = 0.35
"""A camera's display says 1/3, and then 0.4 or 0"4."""


def count(number: int) -> str:
    """12345 → "12,345"."""
    return QLocale().toString(number)


def count_photos(number: int) -> str:
    """1 → "1 photo", 12345 → "12,345 photos"."""
    return Wording.tr("%Ln photo(s)", "", number)


def model_title(catalog_key: str) -> str:
    """The name of the model whose results are stored under a key, and whether it is on a server."""
    if catalog_key.startswith(SERVER_PREFIX):
        marked = Wording.tr("{name} · from the model server")
        return marked.format(name=catalog_key.removeprefix(SERVER_PREFIX))
    key = short_key(catalog_key)
    return next((spec.title for spec in registry.ALL if spec.key == key), key)


def display_path(path: Path) -> str:
    """A path that can be shown even when its bytes are no valid text."""
    return in_line(os.fsencode(path).decode("utf-8", errors="replace"))


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
    match capture.taken_precision:
        case DatePrecision.YEAR:
            return locale.toString(moment.date(), "yyyy")
        case DatePrecision.MONTH:
            return locale.toString(moment.date(), "MMMM yyyy")
        case DatePrecision.DAY:
            return locale.toString(moment.date(), QLocale.FormatType.LongFormat)
        case DatePrecision.TIME:
            pass
    day = locale.toString(moment.date(), QLocale.FormatType.LongFormat)
    time = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    return Wording.tr("{day} at {time}").format(day=day, time=time)


def describe_date_source(capture: Capture) -> str:
    """A remark when the date is not the camera's own, else ""."""
    match capture.taken_source:
        case TakenSource.FILE_TIME:
            return Wording.tr("the file's date; the photo has none")
        case TakenSource.FILE_NAME:
            return Wording.tr("from the file's name")
        case TakenSource.SIDECAR:
            return Wording.tr("corrected in the sidecar")
        case TakenSource.GPS:
            return Wording.tr("from the GPS receiver, in UTC")
        case _:
            return ""


def short_date(capture: Capture) -> str:
    """The day a photo was taken, or what is known of it; "" when unknown."""
    if capture.taken_at_ms is None:
        return ""
    day = _wall_clock(capture.taken_at_ms).date()
    shown = {DatePrecision.YEAR: "yyyy", DatePrecision.MONTH: "MMM yyyy"}
    return QLocale().toString(day, shown.get(capture.taken_precision, "d MMM yyyy"))


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
            kind = Wording.tr("RAW")
        case "video":
            kind = Wording.tr("Live Photo")
        case _:
            kind = Wording.tr("Also")
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
    return Wording.tr("{size} · {n} megapixels").format(size=size, n=shown)


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
        text = Wording.tr("equivalent to {n} mm on full frame")
        parts.append(text.format(n=_short_number(like)))
    return " · ".join(parts)


def describe_marks(photo: Photo) -> list[str]:
    """What a person has said of a photo with a key: stars, favourite, picked or rejected."""
    marks = []
    if photo.rating is not None and photo.rating > 0:
        marks.append(Wording.tr("%Ln star(s)", "", photo.rating))
    if photo.favourite:
        marks.append(Wording.tr("favourite"))
    if photo.flag is Flag.PICK:
        marks.append(Wording.tr("picked"))
    elif photo.flag is Flag.REJECT:
        marks.append(Wording.tr("rejected"))
    return marks


def _short_number(number: float) -> str:
    """2.8 → "2.8", 50.0 → "50"."""
    return QLocale().toString(number, "f", 0 if abs(number - round(number)) < 0.05 else 1)


def describe_duration(seconds: float) -> str:
    """Time to go, as rough as it is known: "about 5 min left"."""
    if seconds < _SECONDS_SHOWN_BELOW:
        return Wording.tr("less than a minute left")
    if seconds < _MINUTES_SHOWN_BELOW:
        minutes = max(1, round(seconds / _MINUTE_S))
        return Wording.tr("about %Ln min left", "", minutes)
    hours = QLocale().toString(seconds / _HOUR_S, "f", 1 if seconds < 10 * _HOUR_S else 0)
    return Wording.tr("about {n} h left").format(n=hours)


def describe_why(why: Why) -> str:
    """One reason a photo was found, as a sentence without a full stop."""
    match why.kind:
        case WhyKind.MEANING:
            text = Wording.tr("What it shows fits your words")
        case WhyKind.LOOKS:
            text = Wording.tr("It looks like the picture you chose")
        case WhyKind.NAME:
            text = Wording.tr("Your words are in its name: “{text}”")
        case WhyKind.TAG:
            text = Wording.tr("It is tagged “{text}”")
        case WhyKind.TEXT:
            text = Wording.tr("Your words are in its text: “{text}”")
    return text.format(text=why.text)

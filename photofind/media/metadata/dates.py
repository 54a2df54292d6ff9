"""When a photo was taken: reading dates as they are written, and choosing among them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from photofind.domain import Capture, DatePrecision, TakenSource

if TYPE_CHECKING:
    from collections.abc import Iterable

_RANK: Final = {source: rank for rank, source in enumerate(TakenSource)}
"""The order of TakenSource is the order in which dates are believed (compare MWG, Guidelines for
Handling Image Metadata 2.0, "Date/Time"). EXIF's date of modification comes after the file's
name: a name is given once, when the picture is made, while that tag is written anew by every
program that saves the picture, and is what an editor leaves that drops the original date."""

_FIRST_PHOTO_YEAR: Final = 1826
"""Niépce's view from the window at Le Gras; nothing was photographed before."""
_LAST_YEAR: Final = 2099
"""Later ones are damage. Not the present year: this computer's clock may be the wrong one."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WIDEST_OFFSET_MIN: Final = 15 * 60
"""Time zones reach from -12:00 to +14:00."""
_EARLIEST_MS: Final = round(datetime(_FIRST_PHOTO_YEAR, 1, 1, tzinfo=UTC).timestamp()) * 1000
_LATEST_MS: Final = round(datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()) * 1000 - 1
_DETAIL: Final = {precision: detail for detail, precision in enumerate(DatePrecision)}
_OWN_CLOCKS: Final = frozenset({TakenSource.FILE_TIME, TakenSource.EXIF_MODIFIED})
"""Say when a file was written. On the day that a photo was taken that is a good guess of the time;
in the year that it was taken in it says nothing about the day."""

_DATE = re.compile(
    r"\s*(?P<year>\d{4})(?:[:\-/.](?P<month>\d{1,2}|  )(?:[:\-/.](?P<day>\d{1,2}|  )"
    r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{1,2})"
    r"(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?)?)?)?"
    r"(?P<offset>\s*(?:Z|[+-]\d\d:?\d\d))?"
)
_MIDNIGHT_HOUR: Final = 24
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)\s*$")


class ParsedDate(NamedTuple):
    """A date as a text gives it.

    Attributes:
        wall_ms: wall time in milliseconds since 1970, as in `Capture.taken_at_ms`.
        offset_min: minutes east of UTC, None when the text doesn't say.
        precision: how much of it the text says.
    """

    wall_ms: int
    offset_min: int | None = None
    precision: DatePrecision = DatePrecision.TIME


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date that speaks for itself, and where it stands.

    Attributes:
        wall_ms, offset_min, precision: as in ParsedDate.
    """

    source: TakenSource
    wall_ms: int
    offset_min: int | None = None
    precision: DatePrecision = DatePrecision.TIME


def choose_date(candidates: Iterable[DateCandidate]) -> DateCandidate | None:
    """Chooses the date that is believed: the one whose TakenSource comes first.

    A sidecar's date that agrees with the camera's corrects nothing, and the camera's counts. What
    a better candidate leaves open is taken from those that agree with it: a day from one of the
    same year, the time from one of the same day, the offset from one in EXIF of the same second.
    (Many programs that copy a date from EXIF into XMP call it UTC.) Dates before photography and
    after this century are no candidates.

    Args:
        candidates: in any order; of two from the same source the first counts.

    Returns:
        The candidate chosen, with what was filled in; None when there is none.
    """
    plausible = sorted(
        (each for each in candidates if _EARLIEST_MS <= each.wall_ms <= _LATEST_MS),
        key=lambda each: _RANK[each.source],
    )
    by_camera = [each for each in plausible if each.source is TakenSource.EXIF_ORIGINAL]
    plausible = [
        each
        for each in plausible
        if each.source is not TakenSource.SIDECAR
        or not any(_agree(each, other) for other in by_camera)
    ]
    if not plausible:
        return None
    best = plausible[0]
    for other in plausible[1:]:
        if _says_more(other, best):
            best = replace(
                best,
                wall_ms=other.wall_ms,
                offset_min=other.offset_min,
                precision=other.precision,
            )
        if best.offset_min is None and _is_exif(other) and _second(other) == _second(best):
            best = replace(best, offset_min=other.offset_min)
    return best


def _says_more(other: DateCandidate, best: DateCandidate) -> bool:
    if _DETAIL[other.precision] <= _DETAIL[best.precision] or not _agree(other, best):
        return False
    return best.precision is DatePrecision.DAY or other.source not in _OWN_CLOCKS


def _agree(one: DateCandidate, other: DateCandidate) -> bool:
    """Whether two may be the same moment, as far as both are known."""
    both_known = min(one.precision, other.precision, key=lambda each: _DETAIL[each])
    if both_known is not DatePrecision.TIME:
        return _parts(one, both_known) == _parts(other, both_known)
    if _second(one) == _second(other):
        return True
    if one.offset_min is None or other.offset_min is None:
        return False
    return _second(one) - 60 * one.offset_min == _second(other) - 60 * other.offset_min


def _parts(candidate: DateCandidate, precision: DatePrecision) -> tuple[int, ...]:
    wall = _EPOCH + timedelta(milliseconds=candidate.wall_ms)
    return (wall.year, wall.month, wall.day)[: 1 + _DETAIL[precision]]


def _is_exif(candidate: DateCandidate) -> bool:
    is_whole = candidate.precision is DatePrecision.TIME
    return is_whole and candidate.source.value.startswith("exif")


def _second(candidate: DateCandidate) -> int:
    return candidate.wall_ms // 1000


def settle_date(capture: Capture, others: Iterable[DateCandidate | None]) -> Capture:
    """Chooses between the date a capture has and others, such as those of a name or a sidecar.

    Args:
        capture: from the file itself.
        others: in any order; None counts for nothing.
    """
    own = candidate_of(capture)
    chosen = choose_date([each for each in (own, *others) if each is not None])
    if chosen is None or chosen == own:
        return capture
    return with_date(capture, chosen)


def with_date(capture: Capture, chosen: DateCandidate | None) -> Capture:
    """The same capture with another date; None means without one."""
    return replace(
        capture,
        taken_at_ms=chosen.wall_ms if chosen else None,
        taken_offset_min=chosen.offset_min if chosen else None,
        taken_source=chosen.source if chosen else None,
        taken_precision=chosen.precision if chosen else DatePrecision.TIME,
    )


def candidate_of(capture: Capture) -> DateCandidate | None:
    """The date a capture has."""
    if capture.taken_at_ms is None or capture.taken_source is None:
        return None
    return DateCandidate(
        capture.taken_source,
        capture.taken_at_ms,
        capture.taken_offset_min,
        capture.taken_precision,
    )


def file_time(mtime_ns: int) -> DateCandidate | None:
    """A file's own time as local wall time; None for a clock that was never set.

    Args:
        mtime_ns: nanoseconds since 1970 UTC.
    """
    if mtime_ns <= 0:
        return None
    try:
        local = datetime.fromtimestamp(mtime_ns // 1_000_000_000).replace(tzinfo=UTC)  # noqa: DTZ006
    except (OverflowError, OSError, ValueError):
        return None
    wall_ms = round(local.timestamp()) * 1000 + mtime_ns // 1_000_000 % 1000
    return DateCandidate(TakenSource.FILE_TIME, wall_ms)


def parse_date(text: str, subsecond: str = "") -> ParsedDate | None:
    """Reads a date as EXIF writes it, "YYYY:MM:DD HH:MM:SS", and what writers make of it.

    What is not known may be missing, blank or zero, from the right: "1978", "1978-06",
    "1978:06:00 00:00:00", "1978:06:  " (EXIF 2.32, DateTimeOriginal; XMP Specification Part 1,
    Date). An hour of 24 is the first hour of the same day, as programs write it whose clock counts
    from 1 to 24; a time that no clock shows leaves the day.

    Args:
        text: the date; an ISO 8601 date, fractions of a second and an offset are understood too.
        subsecond: digits after the second's decimal point, from a tag of their own.

    Returns:
        None for a date that is absent or senseless.
    """
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = (int((match[part] or "").strip() or 0) for part in ("year", "month", "day"))
    if month == 0 or day == 0:
        if match["day"] is None and text[match.end() :].strip(" :\x00"):
            return None  # a number that begins with four digits
        wall_ms = to_wall_ms(year, month or 1, 1)
        precision = DatePrecision.MONTH if month else DatePrecision.YEAR
        return None if wall_ms is None else ParsedDate(wall_ms, None, precision)
    midnight_ms = to_wall_ms(year, month, day)
    if midnight_ms is None:
        return None
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    hour = 0 if hour == _MIDNIGHT_HOUR else hour
    wall_ms = to_wall_ms(year, month, day, hour, minute, min(second, 59))
    if match["hour"] is None or wall_ms is None:
        return ParsedDate(midnight_ms, None, DatePrecision.DAY)
    fraction = re.match(r"\d+", subsecond.strip()) or re.match(r"\d+", match["fraction"] or "")
    wall_ms += int((fraction.group() + "00")[:3]) if fraction else 0
    return ParsedDate(wall_ms, parse_offset(match["offset"] or ""))


def to_wall_ms(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> int | None:
    """Wall time in milliseconds since 1970; None for what is in no calendar or too early."""
    if not _FIRST_PHOTO_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return round(moment.timestamp()) * 1000


def parse_offset(text: str) -> int | None:
    """Reads "+02:00" (or "Z") as minutes east of UTC; None for anything else."""
    if text.strip() == "Z":
        return 0
    match = _OFFSET.match(text)
    if match is None:
        return None
    minutes = int(match.group(2)) * 60 + int(match.group(3))
    if minutes > _WIDEST_OFFSET_MIN or int(match.group(3)) >= 60:
        return None
    return -minutes if match.group(1) == "-" else minutes

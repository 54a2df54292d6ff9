"""When a photo was taken: reading dates as they are written, and choosing among them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from photofind.domain import Capture, TakenSource

if TYPE_CHECKING:
    from collections.abc import Iterable

_RANK: Final = {source: rank for rank, source in enumerate(TakenSource)}
"""The order of TakenSource is the order in which dates are believed (compare MWG, Guidelines for
Handling Image Metadata 2.0, "Date/Time"). EXIF's date of modification comes after the file's
name: a name is given once, when the picture is made, while that tag is written anew by every
program that saves the picture, and is what an editor leaves that drops the original date."""

_FIRST_PHOTO_YEAR: Final = 1826
"""Niépce's view from the window at Le Gras; nothing was photographed before."""
_DAY_MS: Final = 24 * 3600 * 1000
_FUTURE_SLACK_MS: Final = 366 * _DAY_MS
"""A camera's clock may be ahead by a mistyped year, not by more."""
_WIDEST_OFFSET_MIN: Final = 15 * 60
"""Time zones reach from -12:00 to +14:00."""
_EARLIEST_MS: Final = round(datetime(_FIRST_PHOTO_YEAR, 1, 1, tzinfo=UTC).timestamp()) * 1000

_DATE = re.compile(
    r"\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?"
)
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)\s*$")


class ParsedDate(NamedTuple):
    """A date as a text gives it.

    Attributes:
        wall_ms: wall time in milliseconds since 1970, as in `Capture.taken_at_ms`.
        offset_min: minutes east of UTC, None when the text doesn't say.
        has_time: False for a day alone; `wall_ms` is its midnight then.
    """

    wall_ms: int
    offset_min: int | None = None
    has_time: bool = True


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date that speaks for itself, and where it stands.

    Attributes:
        wall_ms, offset_min, has_time: as in ParsedDate.
    """

    source: TakenSource
    wall_ms: int
    offset_min: int | None = None
    has_time: bool = True


def choose_date(
    candidates: Iterable[DateCandidate], now_ms: int | None = None
) -> DateCandidate | None:
    """Chooses the date that is believed: the one whose TakenSource comes first.

    What a better candidate leaves open is taken from those that agree with it: the time from one
    of the same day, the offset from one in EXIF of the same second. (Many programs that copy a
    date from EXIF into XMP call it UTC.) Dates before photography and in the far future are no
    candidates.

    Args:
        candidates: in any order; of two from the same source the first counts.
        now_ms: milliseconds since 1970, the machine's clock by default.

    Returns:
        The candidate chosen, with what was filled in; None when there is none.
    """
    limit = (round(time.time() * 1000) if now_ms is None else now_ms) + _FUTURE_SLACK_MS
    plausible = sorted(
        (each for each in candidates if _EARLIEST_MS <= each.wall_ms <= limit),
        key=lambda each: _RANK[each.source],
    )
    if not plausible:
        return None
    best = plausible[0]
    for other in plausible[1:]:
        if not best.has_time and other.has_time and _day(other) == _day(best):
            best = replace(best, wall_ms=other.wall_ms, offset_min=other.offset_min, has_time=True)
        if best.offset_min is None and _is_exif(other) and _second(other) == _second(best):
            best = replace(best, offset_min=other.offset_min)
    return best


def _day(candidate: DateCandidate) -> int:
    return candidate.wall_ms // _DAY_MS


def _is_exif(candidate: DateCandidate) -> bool:
    return candidate.has_time and candidate.source.value.startswith("exif")


def _second(candidate: DateCandidate) -> int:
    return candidate.wall_ms // 1000


def settle_date(
    capture: Capture, others: Iterable[DateCandidate | None], now_ms: int | None = None
) -> Capture:
    """Chooses between the date a capture has and others, such as those of a name or a sidecar.

    Args:
        capture: from the file itself.
        others: in any order; None counts for nothing.
        now_ms: as in `choose_date`.
    """
    own = candidate_of(capture)
    chosen = choose_date([each for each in (own, *others) if each is not None], now_ms)
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
    )


def candidate_of(capture: Capture) -> DateCandidate | None:
    """The date a capture has. Midnight is taken for a day alone, except in EXIF."""
    if capture.taken_at_ms is None or capture.taken_source is None:
        return None
    own = DateCandidate(capture.taken_source, capture.taken_at_ms, capture.taken_offset_min)
    return own if _is_exif(own) or own.wall_ms % _DAY_MS else replace(own, has_time=False)


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


def parse_date(text: str, subsecond: str = "", now_ms: int | None = None) -> ParsedDate | None:
    """Reads a date as EXIF writes it, "YYYY:MM:DD HH:MM:SS", and what writers make of it.

    Args:
        text: the date; an ISO 8601 date, fractions of a second and an offset are understood too.
        subsecond: digits after the second's decimal point, from a tag of their own.
        now_ms: as in `choose_date`.

    Returns:
        None for a date that is absent or senseless.
    """
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.group(1, 2, 3))
    hour, minute, second = (int(part or 0) for part in match.group(4, 5, 6))
    wall_ms = to_wall_ms(year, month, day, hour, minute, min(second, 59))
    if wall_ms is None:
        return None
    fraction = re.match(r"\d+", subsecond.strip()) or re.match(r"\d+", match.group(7) or "")
    wall_ms += int((fraction.group() + "00")[:3]) if fraction else 0
    if wall_ms > (time.time() * 1000 if now_ms is None else now_ms) + _FUTURE_SLACK_MS:
        return None
    return ParsedDate(wall_ms, parse_offset(match.group(8) or ""), match.group(4) is not None)


def to_wall_ms(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> int | None:
    """Wall time in milliseconds since 1970; None for what is in no calendar or too early."""
    if year < _FIRST_PHOTO_YEAR:
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

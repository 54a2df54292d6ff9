"""The date in a file's name, as phones, messengers and screenshot tools write it there."""

from __future__ import annotations

import os
import re
from typing import Final

from photofind.domain import DatePrecision, TakenSource
from photofind.media.metadata.dates import DateCandidate, to_wall_ms

_FIRST_DIGITAL_YEAR: Final = 1990
"""Eight digits in a row mean a day only within the years of digital cameras."""
_LAST_YEAR: Final = 2049
_FIRST_EPOCH_MS, _LAST_EPOCH_MS = 1_200_000_000_000, 2_500_000_000_000
"""From 2008, when phones began to name photos so, to 2049: other numbers are no times."""

_PREFIXES: Final = (
    "img", "vid", "pic", "dsc", "pano", "pxl", "mvimg", "burst", "photo", "foto", "image", "scan",
    "screenshot", "screen_shot", "snapshot", "dji",
)  # fmt: skip
"""What cameras and phones put before eight digits that are a day."""

_BEGIN: Final = r"(?:(?<![^\W_])|" + "|".join(rf"(?<={prefix})" for prefix in _PREFIXES) + ")"
"""Not in the middle of a number or a word."""
_CLOCK: Final = r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<ms>\d{3})?(?!\d)"
_SPACED_CLOCK: Final = (
    r"(?P<hour>\d{1,2})(?P<gap>[-_.: ∶])(?P<minute>\d\d)(?P=gap)(?P<second>\d\d)(?!\d)"
    r"(?:\s?(?P<half>[ap])\.?m\b)?"
)
_BETWEEN: Final = r"(?:[-_.,@ T]{1,3}|\W{1,2}(?:[^\W\d_]{1,4}\.?\W){1,2})"
"""Between day and time: " ", "_", " at ", " um ", " kl. ", " a las "."""

_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 20190321_110422, 20190321110422, IMG_20190321_110422123
        _BEGIN + r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[-_ T]?" + _CLOCK,
        # WIN_20190321_11_04_22_Pro
        _BEGIN + r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[-_ ]" + _SPACED_CLOCK,
        # 2019-03-21 11.04.22, Screenshot 2019-03-21 at 3.04.22 PM
        _BEGIN + r"(?P<year>\d{4})(?P<dash>[-_. ])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
        + _BETWEEN + _SPACED_CLOCK,
        # signal-2019-03-21-110422, Screenshot 2019-03-21 110422
        _BEGIN + r"(?P<year>\d{4})(?P<dash>[-_. ])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
        + r"[-_ T]" + _CLOCK,
        # photo_3@21-03-2019_11-04-22
        r"@(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d{4})_" + _SPACED_CLOCK,
        # 2019-03-21, 1987.06.12 birthday
        _BEGIN + r"(?P<year>\d{4})(?P<dash>[-_.])(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
        r"(?![^\W_])(?![-_ .]\d\d\D?\d\d)",
        # IMG-20190321-WA0001, 20190321; a time that is none makes the day doubtful
        r"^(?:(?:" + "|".join(_PREFIXES) + r")[-_ ]?)?"
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?![^\W_])(?![-_ T]?\d{6})",
    )
)  # fmt: skip
"""The more they say, the earlier."""

_EPOCH_NAMES: Final = (
    # FB_IMG_1553166262123, mmexport1553166262123, 1553166262123, Screenshot_1553166262123
    re.compile(
        r"(?:^|(?<=[-_ .(@])|(?<=export)|(?<=camera)|(?<=img)|(?<=image)|(?<=photo))"
        r"(?P<ms>\d{13})(?![^\W_])",
        re.IGNORECASE,
    ),
    # IMG_1553166262, photo-1553166262; nothing else with ten digits is taken for a time
    re.compile(
        r"^(?:img|image|photo|pic|picture|screenshot|camera|capture|temp)[-_ ]?(?P<s>\d{10})"
        r"(?![^\W_])",
        re.IGNORECASE,
    ),
)
"""Seconds or milliseconds since 1970, as messengers name what they save."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def read_name_date(name: str) -> DateCandidate | None:
    """Finds the date a photo's name begins with or contains.

    Args:
        name: of the file, with or without suffix and folders.

    Returns:
        A date that is in the calendar, at a time the day has; None rather than a guess. Pixel
        phones and what counts from 1970 mean UTC, all others local time.
    """
    stem = os.path.splitext(os.path.basename(name))[0]  # noqa: PTH119, PTH122 (100,000 names)
    if _UUID.search(stem):
        return None
    for pattern in _PATTERNS:
        for match in pattern.finditer(stem):
            candidate = _candidate(match, in_utc=stem.lower().startswith("pxl_"))
            if candidate is not None:
                return candidate
    for pattern in _EPOCH_NAMES:
        for match in pattern.finditer(stem):
            found = match.groupdict()
            since_ms = int(found["ms"]) if found.get("ms") else 1000 * int(found["s"])
            if _FIRST_EPOCH_MS <= since_ms < _LAST_EPOCH_MS:
                return DateCandidate(TakenSource.FILE_NAME, since_ms, 0)
    return None


def _candidate(match: re.Match[str], *, in_utc: bool) -> DateCandidate | None:
    found = match.groupdict()
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    if year > _LAST_YEAR or (year < _FIRST_DIGITAL_YEAR and "dash" not in found):
        return None
    if found.get("hour") is None:
        wall_ms = to_wall_ms(year, month, day)
        if wall_ms is None:
            return None
        return DateCandidate(TakenSource.FILE_NAME, wall_ms, precision=DatePrecision.DAY)
    hour, minute, second = (int(found[part]) for part in ("hour", "minute", "second"))
    if half := found.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    wall_ms = to_wall_ms(year, month, day, hour, minute, second)
    if wall_ms is None:
        return None
    wall_ms += int(found.get("ms") or 0)
    return DateCandidate(TakenSource.FILE_NAME, wall_ms, 0 if in_utc else None)

"""What people write for dates, in English and Thai: years, months, days, seasons, feasts."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from photofind.normal_form import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MONTHS = (
    ("january", "jan", "มกราคม", "ม.ค.", "มค"),
    ("february", "feb", "กุมภาพันธ์", "ก.พ.", "กพ"),
    ("march", "mar", "มีนาคม", "มี.ค.", "มีค"),
    ("april", "apr", "เมษายน", "เม.ย.", "เมย"),
    ("may", "พฤษภาคม", "พ.ค.", "พค"),
    ("june", "jun", "มิถุนายน", "มิ.ย.", "มิย"),
    ("july", "jul", "กรกฎาคม", "ก.ค.", "กค"),
    ("august", "aug", "สิงหาคม", "ส.ค.", "สค"),
    ("september", "sep", "sept", "กันยายน", "ก.ย.", "กย"),
    ("october", "oct", "ตุลาคม", "ต.ค.", "ตค"),
    ("november", "nov", "พฤศจิกายน", "พ.ย.", "พย"),
    ("december", "dec", "ธันวาคม", "ธ.ค.", "ธค"),
)
MONTHS = {fold(name): number for number, names in enumerate(_MONTHS, 1) for name in names}
SEASONS = {
    fold(name): span
    for names, span in (
        (("spring", "ฤดูใบไม้ผลิ"), (3, 3)),
        (("summer",), (6, 3)),
        (("autumn", "fall", "ฤดูใบไม้ร่วง"), (9, 3)),
        (("winter",), (12, 3)),
        # Thailand's own.
        (("ฤดูร้อน", "หน้าร้อน"), (3, 3)),
        (("ฤดูฝน", "หน้าฝน"), (6, 5)),
        (("ฤดูหนาว", "หน้าหนาว"), (11, 4)),
    )
    for name in names
}
"""First month and length in months, on the northern half of the earth."""
FEASTS = {
    fold(name): days
    for names, days in (
        (("christmas", "xmas", "คริสต์มาส"), ((12, 24), (12, 26))),
        (("christmas eve",), ((12, 24), (12, 24))),
        (("new year", "new year's", "new years", "ปีใหม่"), ((12, 31), (1, 1))),
        (("new year's eve", "new years eve", "วันสิ้นปี"), ((12, 31), (12, 31))),
        (("halloween", "ฮาโลวีน"), ((10, 31), (10, 31))),
        (("valentine's day", "valentines day", "valentine's", "วาเลนไทน์"), ((2, 14), (2, 14))),
        (("songkran", "สงกรานต์"), ((4, 13), (4, 15))),
    )
    for name in names
}
"""First and last day, those with a fixed date."""
_BUDDHIST = 543
_YEARS = (1826, 2150)
"""The oldest photo that is left, and far enough."""
_NUMERIC = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_LAST = {"last", "ที่แล้ว", "ก่อน"}
_THIS = {"this", "นี้"}
_RELATIVE = {
    fold(name): kind
    for kind, names in {
        "today": ("today", "วันนี้"),
        "yesterday": ("yesterday", "เมื่อวาน", "เมื่อวานนี้"),
        "last week": ("last week", "สัปดาห์ที่แล้ว", "อาทิตย์ที่แล้ว"),
        "this week": ("this week", "สัปดาห์นี้", "อาทิตย์นี้"),
        "last month": ("last month", "เดือนที่แล้ว", "เดือนก่อน"),
        "this month": ("this month", "เดือนนี้"),
        "last year": ("last year", "ปีที่แล้ว", "ปีก่อน"),
        "this year": ("this year", "ปีนี้"),
    }.items()
    for name in names
}
_EPOCH = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000
_LONGEST_MONTH_MS = 31 * _DAY_MS


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Days in a row, of one time or of every year.

    Attributes:
        first, last: both belong to it.
        every_year: the years of both don't count, and `last` may lie before `first`.
    """

    first: date
    last: date
    every_year: bool = False

    @property
    def start_ms(self) -> int:
        """Its first millisecond, of wall time since 1970."""
        return (self.first.toordinal() - _EPOCH) * _DAY_MS

    @property
    def end_ms(self) -> int:
        """The millisecond after its last."""
        return (self.last.toordinal() - _EPOCH + 1) * _DAY_MS

    def holds(
        self, first_ms: NDArray[np.int64], last_ms: NDArray[np.int64] | None = None
    ) -> NDArray[np.bool_]:
        """Which dates lie in it.

        A date known in part lies in a span that it overlaps, unless the span is the shorter of the
        two: "1978" doesn't answer a search for one day of 1978. Of the days of every year, all that
        the date can be must be among them.

        Args:
            first_ms: milliseconds of wall time, int64 [n].
            last_ms: where only a day, a month or a year is known, the last moment it can be.

        Returns:
            bool [n].
        """
        if last_ms is None:
            last_ms = first_ms
        if not self.every_year:
            overlaps = (last_ms >= self.start_ms) & (first_ms < self.end_ms)
            return overlaps & (last_ms - first_ms < self.end_ms - self.start_ms)
        # a whole year begins and ends in winter
        is_month = last_ms - first_ms < _LONGEST_MONTH_MS
        return is_month & self._has_day(first_ms) & self._has_day(last_ms)

    def _has_day(self, taken_at_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which moments lie on its days, whatever the year: bool [n]."""
        month, day = months_and_days(taken_at_ms)
        of_year = month * 100 + day
        first = self.first.month * 100 + self.first.day
        last = self.last.month * 100 + self.last.day
        if first <= last:
            return np.asarray((of_year >= first) & (of_year <= last))
        return np.asarray((of_year >= first) | (of_year <= last))


def months_and_days(
    taken_at_ms: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Months from 1 and days from 1 of moments: int64 [n] each."""
    moments = taken_at_ms.astype("datetime64[ms]")
    months = moments.astype("datetime64[M]")
    number = months.astype(np.int64) % 12 + 1
    days = (moments.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    return number, days


def years(taken_at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Years of moments: int64 [n]."""
    return taken_at_ms.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970


def find_year(text: str) -> int | None:
    """The year that four digits mean, of the Christian or the Buddhist era."""
    if not re.fullmatch(r"\d{4}", text):
        return None
    year = int(text)
    first, last = _YEARS
    if first <= year <= last:
        return year
    if first <= year - _BUDDHIST <= last:
        return year - _BUDDHIST
    return None


def read_month(text: str) -> int | None:
    """A month by its name or number."""
    folded = fold(text.strip())
    if folded.isdecimal() and 1 <= int(folded) <= len(_MONTHS):
        return int(folded)
    return MONTHS.get(folded)


def read_span(text: str, today: date) -> DateSpan | None:
    """What a person means by a date; None: it is none, or no calendar has it.

    "2023", "2023-06", "2023-06-05", "5.6.2023", "2566" (Buddhist), "2019..2021", "june 2023",
    "5 june 2023", "june 5", "last summer", "summer 2019", "christmas 2020", "yesterday".
    """
    words = " ".join(fold(text).replace(",", " ").split())
    first, dots, last = words.partition("..")
    if dots:
        begin, end = read_span(first, today), read_span(last, today)
        if begin is None or end is None or begin.every_year or end.every_year:
            return None
        return DateSpan(begin.first, end.last) if begin.first <= end.last else None
    try:
        return _numeric(words) or _relative(words, today) or _named(words, today)
    except ValueError:
        return None


def _numeric(words: str) -> DateSpan | None:
    """Raises ValueError: no such day."""
    day_first = _DAY_FIRST.fullmatch(words)
    if day_first:
        day, month, year = map(int, day_first.groups())
        known = find_year(str(year))
        return None if known is None else _one(date(known, month, day))
    found = _NUMERIC.fullmatch(words)
    year_known = find_year(found[1]) if found else None
    if found is None or year_known is None:
        return None
    if found[2] is None:
        return DateSpan(date(year_known, 1, 1), date(year_known, 12, 31))
    if found[3] is None:
        return _months(year_known, int(found[2]), 1)
    return _one(date(year_known, int(found[2]), int(found[3])))


def _relative(words: str, today: date) -> DateSpan | None:
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    match _RELATIVE.get(words):
        case "today":
            return _one(today)
        case "yesterday":
            return _one(today - timedelta(days=1))
        case "this week":
            return DateSpan(monday, monday + timedelta(days=6))
        case "last week":
            return DateSpan(monday - timedelta(days=7), monday - timedelta(days=1))
        case "this month":
            return _months(today.year, today.month, 1)
        case "last month":
            return _months(before.year, before.month, 1)
        case "this year":
            return DateSpan(date(today.year, 1, 1), date(today.year, 12, 31))
        case "last year":
            return DateSpan(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))
    return None


def _named(words: str, today: date) -> DateSpan | None:
    """Raises ValueError: no such day."""
    parts = words.split()
    year = next((known for part in parts if (known := find_year(part)) is not None), None)
    rest = [part for part in parts if find_year(part) is None]
    which = ""
    if len(rest) > 1 and rest[0] in _LAST | _THIS:
        which, rest = rest[0], rest[1:]
    else:
        for ending in _LAST | _THIS:
            if rest and rest[-1].endswith(ending) and rest[-1] != ending:
                which, rest[-1] = ending, rest[-1].removesuffix(ending)
    if year is not None and (which or len(parts) - len(rest) > 1):
        return None
    day = None
    if len(rest) == 2 and any(part in MONTHS for part in rest):
        name = next(part for part in rest if part in MONTHS)
        number = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", rest[1 - rest.index(name)])
        if number is None:
            return None
        day, rest = int(number[1]), [name]
    span = _every_year(" ".join(rest), day)
    if span is None or not (year or which):
        return span
    if which in _THIS:
        year = today.year
    elif which:
        year = today.year
        while _in_year(span, year).first > today or _in_year(span, year).last >= today:
            year -= 1
    assert year is not None
    return _in_year(span, year)


def _every_year(name: str, day: int | None) -> DateSpan | None:
    leap = 2000
    if name in MONTHS:
        month = MONTHS[name]
        if day is not None:
            return DateSpan(date(leap, month, day), date(leap, month, day), every_year=True)
        return DateSpan(
            date(leap, month, 1),
            date(leap, month, calendar.monthrange(leap, month)[1]),
            every_year=True,
        )
    if name in SEASONS:
        first, count = SEASONS[name]
        last = (first + count - 2) % 12 + 1
        return DateSpan(
            date(leap, first, 1),
            date(leap, last, calendar.monthrange(leap, last)[1]),
            every_year=True,
        )
    if name in FEASTS:
        begin, end = FEASTS[name]
        return DateSpan(date(leap, *begin), date(leap, *end), every_year=True)
    return None


def _in_year(span: DateSpan, year: int) -> DateSpan:
    """A span of every year in the year in which it begins; New Year's, in which it ends."""
    if (span.first.month, span.first.day, span.last.day) == (12, 31, 1):
        year -= 1
    ends = year + (span.last < span.first)
    last = min(span.last.day, calendar.monthrange(ends, span.last.month)[1])
    return DateSpan(date(year, span.first.month, span.first.day), date(ends, span.last.month, last))


def _months(year: int, month: int, count: int) -> DateSpan:
    """Raises ValueError: no such month."""
    first = date(year, month, 1)
    number = year * 12 + month - 1 + count
    return DateSpan(first, date(number // 12, number % 12 + 1, 1) - timedelta(days=1))


def _one(day: date) -> DateSpan:
    return DateSpan(day, day)


def local_today() -> date:
    """The person's date."""
    return datetime.now(UTC).astimezone().date()

"""Dates as they are written, and which of several is believed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from photofind.domain import Capture, DatePrecision, TakenSource
from photofind.media.metadata.dates import (
    DateCandidate,
    ParsedDate,
    choose_date,
    file_time,
    parse_date,
    parse_offset,
    settle_date,
)


def _ms(*parts: int, ms: int = 0) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000 + ms  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019:03:21 11:04:22", _ms(2019, 3, 21, 11, 4, 22)),
        ("2019-03-21 11:04:22", _ms(2019, 3, 21, 11, 4, 22)),
        ("2019-03-21T11:04:22", _ms(2019, 3, 21, 11, 4, 22)),
        ("2019:03:21 11:04", _ms(2019, 3, 21, 11, 4)),
        ("2019:03:21 11:04:22.5", _ms(2019, 3, 21, 11, 4, 22, ms=500)),
        ("2016:12:31 23:59:60", _ms(2016, 12, 31, 23, 59, 59)),
        ("1899:12:31 00:00:00", _ms(1899, 12, 31)),
    ],
)
def test_dates_as_they_are_written(text: str, expected: int) -> None:
    assert parse_date(text) == ParsedDate(expected)


def test_a_day_alone() -> None:
    assert parse_date("2019:03:21") == ParsedDate(_ms(2019, 3, 21), None, DatePrecision.DAY)


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("1978", 1978, None),
        (" 1978 ", 1978, None),
        ("1978-06", 1978, 6),
        ("1978:06", 1978, 6),
        ("1978-00-00", 1978, None),
        ("1993:00:00 00:00:00", 1993, None),
        ("1993:08:00 00:00:00", 1993, 8),
        ("1993:08:  ", 1993, 8),
        ("1993:08:  :     :  :  ", 1993, 8),
        ("1993:08:     :  :  ", 1993, 8),
        ("1993:  :     :  :  ", 1993, None),
        ("1993:00:21 00:00:00", 1993, None),
    ],
)
def test_what_is_known_of_a_date_is_kept(text: str, year: int, month: int | None) -> None:
    precision = DatePrecision.MONTH if month else DatePrecision.YEAR
    assert parse_date(text) == ParsedDate(_ms(year, month or 1, 1), None, precision)


@pytest.mark.parametrize(
    "text",
    ["2019:03:21   :  :  ", "2019:03:21 25:00:00", "2019:03:21 11:61:00", "2019-03-21T"],
)
def test_a_time_that_no_clock_shows_leaves_the_day(text: str) -> None:
    assert parse_date(text) == ParsedDate(_ms(2019, 3, 21), None, DatePrecision.DAY)


def test_the_first_hour_may_be_called_twenty_four() -> None:
    assert parse_date("2019:03:21 24:04:20") == ParsedDate(_ms(2019, 3, 21, 0, 4, 20))


@pytest.mark.parametrize(
    "text",
    ["", "    :  :     :  :  ", "0000:00:00 00:00:00", "0001:01:01 00:00:00", "2019:13:01 00:00:00",
     "2019:02:30 00:00:00", "9999:12:31 23:59:59", "2100:01:01 00:00:00", "1825:12:31", "yesterday",
     "2019 or so", "20190321", "1978-6x", "0000", "٢٠١٩:aa:bb"],
)  # fmt: skip
def test_absurd_dates(text: str) -> None:
    assert parse_date(text) is None


def test_the_clock_of_this_computer_decides_nothing() -> None:
    """It may be the one that is wrong, and what was refused then would stay so."""
    assert parse_date("2098:01:01 00:00:00") == ParsedDate(_ms(2098, 1, 1))


@pytest.mark.parametrize(
    ("subsecond", "ms"),
    [("5", 500), ("05", 50), ("123", 123), ("123456", 123), ("  ", 0), ("x", 0)],
)
def test_subseconds(subsecond: str, ms: int) -> None:
    parsed = parse_date("2019:03:21 11:04:22", subsecond)
    assert parsed == ParsedDate(_ms(2019, 3, 21, 11, 4, 22, ms=ms))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("+02:00", 120), ("-08:00", -480), ("+0530", 330), ("Z", 0), ("+00:00", 0), ("+14:00", 840),
     ("   :  ", None), ("", None), ("+25:00", None), ("+01:75", None), ("02:00", None)],
)  # fmt: skip
def test_offsets(text: str, minutes: int | None) -> None:
    assert parse_offset(text) == minutes


def test_an_offset_inside_the_date() -> None:
    expected = _ms(2019, 3, 21, 11, 4, 22)
    assert parse_date("2019:03:21 11:04:22-08:00") == ParsedDate(expected, -480)
    assert parse_date("2019-03-21T11:04:22Z") == ParsedDate(expected, 0)


def _candidate(source: TakenSource, *parts: int, offset: int | None = None) -> DateCandidate:
    precision = list(DatePrecision)[min(len(parts), 4) - 1]
    return DateCandidate(source, _ms(*(*parts, 1, 1)[: max(3, len(parts))]), offset, precision)


_BEST_FIRST = (
    _candidate(TakenSource.SIDECAR, 2020, 1, 1, 1, 1, 1),
    _candidate(TakenSource.EXIF_ORIGINAL, 2019, 1, 1, 1, 1, 1),
    _candidate(TakenSource.EXIF_DIGITIZED, 2018, 1, 1, 1, 1, 1),
    _candidate(TakenSource.XMP, 2017, 1, 1, 1, 1, 1),
    _candidate(TakenSource.IPTC, 2016, 1, 1, 1, 1, 1),
    _candidate(TakenSource.GPS, 2015, 6, 1, 1, 1, 1),
    _candidate(TakenSource.FILE_NAME, 2015, 1, 1, 1, 1, 1),
    _candidate(TakenSource.EXIF_MODIFIED, 2014, 1, 1, 1, 1, 1),
    _candidate(TakenSource.FILE_TIME, 2013, 1, 1, 1, 1, 1),
)


def test_each_source_yields_to_those_before_it() -> None:
    assert [each.source for each in _BEST_FIRST] == list(TakenSource)
    for one, other in itertools.combinations(_BEST_FIRST, 2):
        assert choose_date([one, other]) == one
        assert choose_date([other, one]) == one


def test_without_candidates_there_is_no_date() -> None:
    assert choose_date([]) is None


@pytest.mark.parametrize("absurd", [-(10**15), _ms(1, 1, 1), _ms(2100, 1, 1), 10**18])
@pytest.mark.parametrize("source", TakenSource)
def test_absurd_dates_never_win(source: TakenSource, absurd: int) -> None:
    last = _BEST_FIRST[-1]
    assert choose_date([DateCandidate(source, absurd), last]) == last
    assert choose_date([DateCandidate(source, absurd)]) is None


def test_a_day_takes_its_time_from_the_next_that_agrees() -> None:
    day = _candidate(TakenSource.FILE_NAME, 2019, 3, 21)
    same_day = _candidate(TakenSource.EXIF_MODIFIED, 2019, 3, 21, 18, 30, 5, offset=60)
    later = _candidate(TakenSource.FILE_TIME, 2020, 1, 1, 12, 0, 0)
    chosen = choose_date([later, same_day, day])
    assert chosen == DateCandidate(TakenSource.FILE_NAME, _ms(2019, 3, 21, 18, 30, 5), 60)
    assert choose_date([later, day]) == day


def test_a_year_takes_its_day_from_a_date_of_that_year() -> None:
    year = _candidate(TakenSource.XMP, 1978)
    day = _candidate(TakenSource.FILE_NAME, 1978, 6, 4)
    chosen = choose_date([year, day])
    assert chosen == _candidate(TakenSource.XMP, 1978, 6, 4)
    assert choose_date([year, _candidate(TakenSource.FILE_NAME, 1979, 6, 4)]) == year


def test_a_year_takes_no_day_from_the_time_that_a_file_was_written() -> None:
    year = _candidate(TakenSource.XMP, 2019)
    for source in (TakenSource.EXIF_MODIFIED, TakenSource.FILE_TIME):
        assert choose_date([year, _candidate(source, 2019, 6, 4, 12, 0, 0)]) == year


def test_a_corrected_date_counts_before_the_cameras() -> None:
    camera = _candidate(TakenSource.EXIF_ORIGINAL, 2000, 1, 1, 0, 0, 0)
    corrected = _candidate(TakenSource.SIDECAR, 2018, 8, 9, 10, 11, 12)
    assert choose_date([camera, corrected]) == corrected
    year = _candidate(TakenSource.SIDECAR, 1978)
    assert choose_date([camera, year]) == year


@pytest.mark.parametrize(
    "repeated",
    [
        _candidate(TakenSource.SIDECAR, 2019, 3, 21, 11, 4, 22),
        _candidate(TakenSource.SIDECAR, 2019, 3, 21, 11, 4, 22, offset=0),
        _candidate(TakenSource.SIDECAR, 2019, 3, 21, 10, 4, 22, offset=0),
        _candidate(TakenSource.SIDECAR, 2019, 3, 21),
        _candidate(TakenSource.SIDECAR, 2019),
    ],
)
def test_a_sidecar_that_repeats_the_date_corrects_nothing(repeated: DateCandidate) -> None:
    camera = _candidate(TakenSource.EXIF_ORIGINAL, 2019, 3, 21, 11, 4, 22, offset=60)
    assert choose_date([repeated, camera]) == camera


def test_an_offset_comes_from_another_exif_date_of_the_same_second() -> None:
    original = _candidate(TakenSource.EXIF_ORIGINAL, 2019, 3, 21, 11, 4, 22)
    same = _candidate(TakenSource.EXIF_DIGITIZED, 2019, 3, 21, 11, 4, 22, offset=-300)
    other = _candidate(TakenSource.EXIF_DIGITIZED, 2019, 3, 21, 11, 4, 23, offset=-300)
    in_xmp = _candidate(TakenSource.XMP, 2019, 3, 21, 11, 4, 22, offset=0)
    assert choose_date([original, other, in_xmp]) == original
    chosen = choose_date([original, same])
    assert chosen is not None
    assert (chosen.source, chosen.offset_min) == (TakenSource.EXIF_ORIGINAL, -300)


def test_a_captures_own_date_takes_part() -> None:
    capture = Capture(
        taken_at_ms=_ms(2014, 1, 1, 1, 1, 1),
        taken_source=TakenSource.EXIF_MODIFIED,
        camera="Canon EOS 5D",
    )
    name = _candidate(TakenSource.FILE_NAME, 2012, 1, 1, 1, 1, 1)
    settled = settle_date(capture, [None, name, _BEST_FIRST[-1]])
    assert settled == Capture(
        taken_at_ms=name.wall_ms, taken_source=TakenSource.FILE_NAME, camera="Canon EOS 5D"
    )
    assert settle_date(capture, [_BEST_FIRST[-1]]) is capture
    assert settle_date(Capture(), []) == Capture()


def test_midnight_by_exif_is_midnight() -> None:
    midnight = Capture(taken_at_ms=_ms(2025, 1, 1), taken_source=TakenSource.EXIF_ORIGINAL)
    noon = _candidate(TakenSource.FILE_TIME, 2025, 1, 1, 12, 0, 0)
    assert settle_date(midnight, [noon]) is midnight


def test_an_absurd_date_of_its_own_is_given_up() -> None:
    capture = Capture(taken_at_ms=_ms(2125, 1, 1), taken_source=TakenSource.XMP)
    assert settle_date(capture, [_BEST_FIRST[-1]]).taken_source is TakenSource.FILE_TIME


def test_a_files_time_is_local_and_must_have_been_set() -> None:
    local = datetime(2021, 7, 3, 18, 5, 9)  # noqa: DTZ001 (wall time)
    found = file_time(round(local.timestamp()) * 10**9 + 123_456_789)
    assert found == DateCandidate(TakenSource.FILE_TIME, _ms(2021, 7, 3, 18, 5, 9, ms=123))
    for unset in (0, -1, -(10**18), 10**30):
        assert file_time(unset) is None

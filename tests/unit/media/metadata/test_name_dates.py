"""Dates in file names: found where phones and messengers write them, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.domain import DatePrecision, TakenSource
from photofind.media.metadata.dates import DateCandidate
from photofind.media.metadata.name_dates import read_name_date


def _ms(*parts: int, ms: int = 0) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000 + ms  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20190321_110422.jpg",
        "IMG_20190321_110422_1.jpg",
        "IMG_20190321_110422~2.jpg",
        "IMG_20190321_110422_HDR.jpg",
        "IMG20190321110422.jpg",
        "MVIMG_20190321_110422.jpg",
        "20190321_110422.jpg",
        "20190321_110422(0).jpg",
        "20190321-110422.heic",
        "00000IMG_00000_BURST20190321110422_COVER.jpg",
        "Screenshot_20190321-110422.png",
        "Screenshot_20190321-110422_Chrome.jpg",
        "Screenshot_2019-03-21-11-04-22.png",
        "Screenshot_2019-03-21-11-04-22-123_com.example.app.jpg",
        "Screenshot from 2019-03-21 11-04-22.png",
        "Screenshot 2019-03-21 110422.png",
        "Screenshot 2019-03-21 at 11.04.22.png",
        "Screenshot 2019-03-21 at 11.04.22 AM.png",
        "Screenshot 2019-03-21 at 11.04.22\u202fAM (2).png",
        "Screen Shot 2019-03-21 at 11.04.22.png",
        "Bildschirmfoto 2019-03-21 um 11.04.22.png",
        "Captura de pantalla 2019-03-21 a las 11.04.22.png",
        "2019-03-21 11.04.22.jpg",
        "2019-03-21 11.04.22-1.jpg",
        "2019-03-21_11-04-22.jpg",
        "2019-03-21T11-04-22.jpg",
        "2019_03_21_11_04_22.jpg",
        "2019.03.21 11.04.22.jpg",
        "signal-2019-03-21-110422.jpg",
        "signal-2019-03-21-11-04-22-987.jpg",
        "signal-2019-03-21-110422_002.jpeg",
        "WhatsApp Image 2019-03-21 at 11.04.22.jpeg",
        "WhatsApp Image 2019-03-21 at 11.04.22 (1).jpeg",
        "photo_2019-03-21_11-04-22.jpg",
        "photo_3@21-03-2019_11-04-22.jpg",
        "WIN_20190321_11_04_22_Pro.jpg",
        "DJI_20190321110422_0001_D.JPG",
        "Holidays/2019/IMG_20190321_110422.jpg",
    ],
)
def test_a_day_and_a_time(name: str) -> None:
    expected = DateCandidate(TakenSource.FILE_NAME, _ms(2019, 3, 21, 11, 4, 22))
    assert read_name_date(name) == expected


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("WhatsApp Image 2019-03-21 at 3.04.22 PM.jpeg", 15),
        ("WhatsApp Image 2019-03-21 at 12.04.22 AM.jpeg", 0),
        ("WhatsApp Image 2019-03-21 at 12.04.22 PM.jpeg", 12),
        ("WhatsApp Image 2019-03-21 at 3.04.22 a.m..jpeg", 3),
    ],
)
def test_twelve_hours_are_not_twenty_four(name: str, hour: int) -> None:
    found = read_name_date(name)
    assert found is not None
    assert found.wall_ms == _ms(2019, 3, 21, hour, 4, 22)


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20190321-WA0001.jpg",
        "IMG_20190321.jpg",
        "20190321.jpg",
        "20190321_0001.jpg",
        "2019-03-21.jpg",
        "2019-03-21 birthday.jpg",
        "Birthday 2019-03-21 (3).jpg",
        "2019-03-21-7.jpg",
        "Anna_2019.03.21.png",
        "Scan_20190321.png",
        "Scan_20190321 (2).png",
        "٢٠١٩-٠٣-٢١.jpg",
        "2019-03-21 at 13.04.22 PM.jpg",  # no such hour of twelve
    ],
)
def test_a_day_alone(name: str) -> None:
    expected = DateCandidate(TakenSource.FILE_NAME, _ms(2019, 3, 21), precision=DatePrecision.DAY)
    assert read_name_date(name) == expected


@pytest.mark.parametrize(
    "name",
    [
        "FB_IMG_1553166262123.jpg",
        "mmexport1553166262123.jpg",
        "1553166262123.jpg",
        "1553166262123-0.jpeg",
        "Screenshot_1553166262123.png",
        "wx_camera_1553166262123.jpg",
    ],
)
def test_messengers_count_milliseconds_since_1970(name: str) -> None:
    moment = _ms(2019, 3, 21, 11, 4, 22, ms=123)
    assert read_name_date(name) == DateCandidate(TakenSource.FILE_NAME, moment, 0)


@pytest.mark.parametrize("name", ["IMG_1553166262.jpg", "photo-1553166262.png"])
def test_some_count_seconds(name: str) -> None:
    moment = _ms(2019, 3, 21, 11, 4, 22)
    assert read_name_date(name) == DateCandidate(TakenSource.FILE_NAME, moment, 0)


@pytest.mark.parametrize(
    "name",
    [
        "4006381333931.jpg",  # the number of an article
        "9783161484100.jpg",  # of a book
        "0553166262123.jpg",
        "a1553166262123.jpg",
        "15531662621234.jpg",
        "DSC_1553166262.jpg",
        "1553166262.jpg",
        "received_10156123456789012.jpeg",
        "Snapchat-1553166262.jpg",
    ],
)
def test_other_long_numbers_are_no_times(name: str) -> None:
    assert read_name_date(name) is None


def test_pixel_phones_count_in_utc() -> None:
    found = read_name_date("PXL_20240112_213853123.MP.jpg")
    moment = _ms(2024, 1, 12, 21, 38, 53, ms=123)
    assert found == DateCandidate(TakenSource.FILE_NAME, moment, offset_min=0)


def test_scans_of_old_photos_are_named_by_people() -> None:
    found = read_name_date("1936-05-01 wedding.tif")
    assert found is not None
    assert found.wall_ms == _ms(1936, 5, 1)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "photo.jpg",
        "IMG_2019.jpg",
        "DSC_20190.jpg",
        "IMG_20191321_110422.jpg",  # no such month
        "IMG_20190230_110422.jpg",  # no such day
        "IMG_20190321_250422.jpg",  # no such hour
        "IMG_20190321_110499.jpg",  # no such second
        "2019-02-30.jpg",
        "2019-03-21-25-61.jpg",
        "IMG_00010101_000000.jpg",
        "IMG_99991231_235959.jpg",
        "IMG_20500101_000000.jpg",  # more likely another number
        "19800101.jpg",  # before cameras wrote files
        "4820190321.jpg",
        "201903211234567890.jpg",
        "120190321_110422.jpg",
        "000000358083.jpg",
        "48012345678_ab12cd34ef_o.jpg",
        "5f20190321ab.jpg",
        "product-20190321.jpg",
        "20190321-1104-4a2b-8c3d-0123456789ab.jpg",
        "1920x1080-12-13.jpg",
        "12-11-2019.jpg",  # day or month first, who knows
        "received_20190321987654.jpeg",
    ],
)
def test_rather_none_than_a_false_one(name: str) -> None:
    assert read_name_date(name) is None


@given(st.text(alphabet="0123456789-_. IMGat", max_size=40))
def test_whatever_is_found_is_a_day_of_the_past(name: str) -> None:
    found = read_name_date(name)
    if found is not None:
        assert _ms(1826, 1, 1) <= found.wall_ms < _ms(2050, 1, 1)


@given(st.text(max_size=300))
def test_any_name_is_survived(name: str) -> None:
    read_name_date(name)

"""How figures, dates and places are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from photofind.domain import Capture, DatePrecision, Exposure, TakenSource, Why, WhyKind
from photofind.gui import wording


@pytest.mark.parametrize(
    ("precision", "long", "short"),
    [
        (DatePrecision.YEAR, "1978", "1978"),
        (DatePrecision.MONTH, "June 1978", "Jun 1978"),
        (DatePrecision.DAY, "Sunday 4 June 1978", "4 Jun 1978"),
        (DatePrecision.TIME, "Sunday 4 June 1978 at 00:00", "4 Jun 1978"),
    ],
)
def test_dates_say_what_is_known(precision: DatePrecision, long: str, short: str) -> None:
    moment_ms = 265_766_400_000  # 1978-06-04
    capture = Capture(taken_at_ms=moment_ms, taken_precision=precision)
    assert wording.describe_date(capture).replace(",", "") == long
    assert wording.short_date(capture) == short


def test_counts() -> None:
    assert wording.count_photos(0) == "0 photos"
    assert wording.count_photos(1) == "1 photo"
    assert wording.count_photos(12345) == "12,345 photos"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute left"),
        (49, "less than a minute left"),
        (60, "about 1 min left"),
        (290, "about 5 min left"),
        (3500, "about 1.0 h left"),
        (9000, "about 2.5 h left"),
        (100_000, "about 28 h left"),
    ],
)
def test_time_to_go(seconds: float, words: str) -> None:
    assert wording.describe_duration(seconds) == words


def test_dates_are_wall_time() -> None:
    capture = Capture(taken_at_ms=1_553_166_262_000, taken_offset_min=480)
    assert wording.describe_date(capture) == "Thursday, 21 March 2019 at 11:04"
    assert wording.short_date(capture) == "21 Mar 2019"
    assert wording.month(1_553_166_262_000) == "March 2019"
    assert wording.describe_date(Capture()) == wording.short_date(Capture()) == ""


@pytest.mark.parametrize("taken_at_ms", [-(2**62), -1, 2**62])
def test_absurd_dates_do_no_harm(taken_at_ms: int) -> None:
    wording.describe_date(Capture(taken_at_ms=taken_at_ms))
    wording.month(taken_at_ms)


def test_doubtful_dates_say_where_they_come_from() -> None:
    assert "file's date" in wording.describe_date_source(
        Capture(taken_at_ms=0, taken_source=TakenSource.FILE_TIME)
    )
    assert not wording.describe_date_source(
        Capture(taken_at_ms=0, taken_source=TakenSource.EXIF_ORIGINAL)
    )


def test_places() -> None:
    assert wording.describe_place(Capture(latitude=41.2203, longitude=-96.0716)) == (
        "41.2203° N, 96.0716° W"
    )
    assert wording.describe_place(Capture(latitude=-1.5, longitude=0.0)) == "1.5000° S, 0.0000° E"
    assert wording.describe_place(Capture()) == ""


def test_sizes() -> None:
    assert wording.describe_size(2_345_678) == "2.3 MB"


def test_paths_of_any_bytes_can_be_shown_and_linked() -> None:
    path = Path("/a b/caf\udce9.jpg")
    assert wording.display_name(path) == "caf\ufffd.jpg"
    assert wording.file_url(path).toEncoded().data() == b"file:///a%20b/caf%E9.jpg"
    assert wording.display_name(Path("/")) == "/"


@pytest.mark.parametrize("kind", list(WhyKind))
def test_every_reason_has_words(kind: WhyKind) -> None:
    assert wording.describe_why(Why(kind, 0.5, "dog"))


def test_exposures_are_written_as_cameras_show_them() -> None:
    full = Exposure(f_number=2.8, seconds=0.004, iso=400, focal_mm=50.0, focal_35mm=50.0)
    written = "f/2.8 · 1/250 s · ISO 400 · 50 mm"
    assert wording.describe_exposure(Capture(exposure=full)) == written
    phone = Exposure(f_number=1.78, seconds=2.5, focal_mm=5.7, focal_35mm=26.0)
    written = "f/1.8 · 2.5 s · 5.7 mm · equivalent to 26 mm on full frame"
    assert wording.describe_exposure(Capture(exposure=phone)) == written
    third = Exposure(seconds=1 / 3)
    assert wording.describe_exposure(Capture(exposure=third)) == "1/3 s"
    assert wording.describe_exposure(Capture(exposure=Exposure(seconds=0.0))) == ""
    assert wording.describe_exposure(Capture()) == ""

"""Exposure as cameras write it, and as none would."""

from __future__ import annotations

from typing import Any

import pytest
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import IFDRational

from photofind.domain import Exposure
from photofind.media.metadata.exposure import read_exposure


def test_all_of_it() -> None:
    tags: dict[int, Any] = {
        Base.FNumber: IFDRational(28, 10),
        Base.ExposureTime: IFDRational(1, 250),
        Base.ISOSpeedRatings: 200,
        Base.FocalLength: IFDRational(399, 100),
        Base.FocalLengthIn35mmFilm: 28,
    }
    assert read_exposure(tags) == Exposure(
        f_number=2.8, seconds=0.004, iso=200, focal_mm=3.99, focal_35mm=28.0
    )


def test_logarithmic_tags_stand_in() -> None:
    found = read_exposure(
        {Base.ApertureValue: IFDRational(3, 1), Base.ShutterSpeedValue: IFDRational(8, 1)}
    )
    assert found == Exposure(f_number=2.8, seconds=1 / 256)


@pytest.mark.parametrize(
    ("tags", "iso"),
    [
        ({Base.ISOSpeedRatings: (160, 0)}, 160),
        ({Base.ISOSpeedRatings: 65535, Base.RecommendedExposureIndex: 102_400}, 102_400),
        ({Base.ISOSpeedRatings: 65535}, 65535),
        ({Base.StandardOutputSensitivity: 400}, 400),
        ({Base.ISOSpeedRatings: 0}, None),
    ],
)
def test_sensitivity(tags: dict[int, Any], iso: int | None) -> None:
    found = read_exposure(tags)
    assert (found.iso if found else None) == iso


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (Base.FNumber, IFDRational(0, 1)),
        (Base.FNumber, IFDRational(1, 0)),
        (Base.FNumber, "wide"),
        (Base.ExposureTime, IFDRational(0, 10)),
        (Base.ExposureTime, -1),
        (Base.ExposureTime, 10**9),
        (Base.FocalLength, 0),
        (Base.FocalLengthIn35mmFilm, 0),
        (Base.ApertureValue, 10**6),
        (Base.ShutterSpeedValue, -(10**6)),
        (Base.ISOSpeedRatings, b"\xff\xff"),
    ],
)
def test_nonsense_is_nothing(tag: int, value: object) -> None:
    assert read_exposure({tag: value}) is None

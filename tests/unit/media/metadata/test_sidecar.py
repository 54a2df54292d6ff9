"""Sidecars: which belongs to a photo, what it says, and whose word counts."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from photofind.domain import Annotations, Capture, Exposure, MediaError, TakenSource
from photofind.media.metadata.photo import PhotoMetadata
from photofind.media.metadata.sidecar import (
    read_sidecar,
    with_sidecar,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/>
 </rdf:RDF>
</x:xmpmeta>"""


def _ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc,arg-type]


def test_a_folder_is_no_sidecar(tmp_path: Path) -> None:
    (tmp_path / "IMG_1.xmp").mkdir()
    assert read_sidecar(tmp_path / "IMG_1.xmp") is None


def test_what_exiftool_writes(tmp_path: Path, exiftool: Callable[..., None]) -> None:
    path = tmp_path / "IMG_1.xmp"
    path.write_text(_PACKET)
    exiftool(path, "-XMP-dc:Title=Häuser", "-XMP-dc:Subject=beach", "-XMP-exif:GPSLatitude=41.5",
             "-XMP-exif:GPSLongitude=7.25")  # fmt: skip
    assert read_sidecar(path) == PhotoMetadata(
        Capture(latitude=41.5, longitude=7.25),
        Annotations(rating=5, title="Häuser", keywords=("beach",)),
    )


@pytest.mark.parametrize("year", [2000, 2010, 2020])
def test_lightrooms_dates_in_utf16(fixtures_dir: Path, year: int) -> None:
    found = read_sidecar(fixtures_dir / f"immich-pd/metadata/xmp/dates/{year}.xmp")
    assert found == PhotoMetadata(
        Capture(
            taken_at_ms=_ms(year, 9, 27, 14, 35, 33),
            taken_offset_min=120,
            taken_source=TakenSource.XMP,
        ),
        Annotations(),
    )


def test_a_sensitivity_in_an_array(fixtures_dir: Path) -> None:
    found = read_sidecar(
        fixtures_dir / "immich-pd/problems/xmp/iso-value-array/iso-value-array.xmp"
    )
    assert found == PhotoMetadata(
        Capture(
            taken_at_ms=_ms(2009, 11, 28, 13, 42, 39),
            taken_source=TakenSource.SIDECAR,
            camera="Canon PowerShot SX120 IS",
            latitude=40.2346441,
            longitude=-76.2871415,
            exposure=Exposure(f_number=2.8, seconds=0.0008, iso=160, focal_mm=6.0),
        ),
        Annotations(),
    )


@pytest.mark.parametrize("size", [0, 1, 5 << 20])
def test_nothing_to_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x.xmp"
    path.write_bytes(_PACKET.encode().ljust(size)[:size])
    assert read_sidecar(path) is None


def test_a_sidecar_that_is_gone_or_never_ends(tmp_path: Path) -> None:
    assert read_sidecar(tmp_path / "none.xmp") is None
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "fifo.xmp")
        assert read_sidecar(tmp_path / "fifo.xmp") is None


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, "denied"), (errno.EIO, "unreadable")])
def test_a_sidecar_that_cannot_be_read_for_now_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    path = tmp_path / "x.xmp"
    path.write_text(_PACKET)

    def fail(*_: object) -> int:
        raise OSError(number, "no")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        with pytest.raises(MediaError) as refused:
            read_sidecar(path)
    assert refused.value.media_code == code


_FILE = PhotoMetadata(
    Capture(
        taken_at_ms=_ms(2019, 3, 21, 11, 4, 22),
        taken_source=TakenSource.EXIF_ORIGINAL,
        camera="A",
        latitude=1.0,
        longitude=2.0,
        exposure=Exposure(iso=100),
    ),
    Annotations(rating=2, title="file", description="file", keywords=("file",)),
)


def test_people_write_into_sidecars_and_cameras_into_files() -> None:
    sidecar = PhotoMetadata(
        Capture(
            taken_at_ms=_ms(2020, 1, 1, 1, 1, 1),
            taken_source=TakenSource.XMP,
            camera="B",
            lens="L",
            latitude=3.0,
            longitude=4.0,
            exposure=Exposure(iso=200, f_number=2.0),
        ),
        Annotations(rating=0, title="sidecar", keywords=("sidecar",)),
    )
    assert with_sidecar(_FILE, sidecar) == PhotoMetadata(
        Capture(
            taken_at_ms=_ms(2019, 3, 21, 11, 4, 22),
            taken_source=TakenSource.EXIF_ORIGINAL,
            camera="A",
            lens="L",
            latitude=3.0,
            longitude=4.0,
            exposure=Exposure(iso=100, f_number=2.0),
        ),
        Annotations(rating=0, title="sidecar", description="file", keywords=("sidecar",)),
    )


def test_a_sidecars_date_outranks_the_last_change() -> None:
    changed = PhotoMetadata(
        Capture(taken_at_ms=_ms(2021, 1, 1, 1), taken_source=TakenSource.EXIF_MODIFIED),
        Annotations(),
    )
    sidecar = PhotoMetadata(
        Capture(taken_at_ms=_ms(2020, 1, 1, 1), taken_source=TakenSource.XMP), Annotations()
    )
    assert with_sidecar(changed, sidecar).capture == sidecar.capture


def test_without_a_sidecar_the_file_speaks_alone() -> None:
    assert with_sidecar(_FILE, None) is _FILE

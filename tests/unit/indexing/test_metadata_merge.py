"""What lies beside a photo's bytes and says something about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from photofind.domain import TakenSource
from photofind.indexing.metadata_merge import merge_metadata
from photofind.media.decode import read_photo_metadata
from tests.plugins.pictures import PhotoExif, make_photo

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.media.metadata.photo import PhotoMetadata

_MTIME_NS = 1_600_000_000_000_000_000
_SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="3"/>
</rdf:RDF></x:xmpmeta>"""


def read(path: Path, sidecar: Path | None = None) -> PhotoMetadata:
    return merge_metadata(read_photo_metadata(path), path, _MTIME_NS, sidecar)


def test_a_camera_s_date_goes_before_the_name_s(tmp_path: Path) -> None:
    taken = PhotoExif(taken=datetime(2019, 3, 21, 11, 4, 22, tzinfo=UTC))
    capture = read(make_photo(tmp_path / "IMG_20200101_120000.jpg", exif=taken)).capture
    assert capture.taken_source is TakenSource.EXIF_ORIGINAL


def test_the_name_s_date_goes_before_the_file_s_time(tmp_path: Path) -> None:
    capture = read(make_photo(tmp_path / "IMG_20200102_120304.jpg")).capture
    assert capture.taken_source is TakenSource.FILE_NAME
    assert capture.taken_at_ms == 1_577_966_584_000  # 2020-01-02T12:03:04


def test_the_file_s_time_is_better_than_nothing(tmp_path: Path) -> None:
    capture = read(make_photo(tmp_path / "a.jpg")).capture
    assert capture.taken_source is TakenSource.FILE_TIME


def test_a_sidecar_is_heard(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "a.jpg")
    assert read(path).annotations.rating is None
    sidecar = tmp_path / "a.xmp"
    sidecar.write_text(_SIDECAR)
    assert read(path, sidecar).annotations.rating == 3

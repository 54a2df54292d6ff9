"""All standards together, as real programs and real cameras write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from photofind.domain import Annotations, Capture, Exposure, TakenSource
from photofind.media.decode import decode_photo
from photofind.media.metadata.photo import fill_capture
from tests.plugins.pictures import PhotoExif, make_photo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FORMATS = ("jpg", "png", "webp", "tif", "heic", "avif")
_WRITTEN = Annotations(
    rating=4, title="Häuser", description="Am Strand von ภูเก็ต", keywords=("beach", "Straße")
)


def _ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("suffix", _FORMATS)
def test_xmp_in_every_format(tmp_path: Path, exiftool: Callable[..., None], suffix: str) -> None:
    path = make_photo(tmp_path / f"x.{suffix}")
    exiftool(
        path,
        "-XMP:Rating=4",
        "-XMP-dc:Title=Häuser",
        "-XMP-dc:Description=Am Strand von ภูเก็ต",
        "-XMP-dc:Subject=beach",
        "-XMP-dc:Subject=Straße",
        "-XMP-photoshop:DateCreated=2019:03:21 11:04:22+02:00",
        "-XMP-tiff:Make=Canon",
        "-XMP-tiff:Model=Canon EOS 5D",
        "-XMP-exif:FNumber=2.8",
        "-XMP-exif:ISO=200",
        "-XMP-exif:GPSLatitude=41.5",
        "-XMP-exif:GPSLongitude=-7.25",
    )
    photo = decode_photo(path, [])
    assert photo.annotations == _WRITTEN
    assert photo.capture == Capture(
        taken_at_ms=_ms(2019, 3, 21, 11, 4, 22),
        taken_offset_min=120,
        taken_source=TakenSource.XMP,
        camera="Canon EOS 5D",
        latitude=41.5,
        longitude=-7.25,
        exposure=Exposure(f_number=2.8, iso=200),
    )


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_undeclared_windows_1252(
    tmp_path: Path, exiftool: Callable[..., None], suffix: str
) -> None:
    path = make_photo(tmp_path / f"x.{suffix}")
    text = "L’été – “Šárka” 5 €"
    exiftool(
        path,
        "-charset",
        "iptc=cp1252",
        "-charset",
        "exif=cp1252",
        f"-IPTC:ObjectName={text}",
        "-IPTC:Keywords=Œuvre",
        f"-IFD0:ImageDescription={text}",
    )
    assert decode_photo(path, []).annotations == Annotations(
        title=text, description=text, keywords=("Œuvre",)
    )


def test_undeclared_windows_1252_in_a_png(tmp_path: Path) -> None:
    chunks = PngInfo()
    chunks.add(b"tEXt", b"Title\0" + "L’été – 5 €".encode("cp1252"))
    chunks.add_itxt("Description", "Ã©tÃ©")
    Image.new("RGB", (40, 30)).save(tmp_path / "x.png", pnginfo=chunks)
    assert decode_photo(tmp_path / "x.png", []).annotations == Annotations(
        title="L’été – 5 €", description="Ã©tÃ©"
    )


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
@pytest.mark.parametrize("charset", ["utf8", "latin"])
def test_iptc(tmp_path: Path, exiftool: Callable[..., None], suffix: str, charset: str) -> None:
    path = make_photo(tmp_path / f"x.{suffix}")
    declaration = ["-IPTC:CodedCharacterSet=UTF8"] if charset == "utf8" else []
    exiftool(
        path,
        *declaration,
        "-IPTC:ObjectName=Häuser",
        "-IPTC:Caption-Abstract=Am Strand",
        "-IPTC:Keywords=beach",
        "-IPTC:Keywords=Straße",
        "-IPTC:DateCreated=2019:03:21",
        "-IPTC:TimeCreated=11:04:22+01:00",
    )
    photo = decode_photo(path, [])
    assert photo.annotations == Annotations(
        title="Häuser", description="Am Strand", keywords=("beach", "Straße")
    )
    assert photo.capture == Capture(
        taken_at_ms=_ms(2019, 3, 21, 11, 4, 22),
        taken_offset_min=60,
        taken_source=TakenSource.IPTC,
    )


def test_iptc_changed_behind_xmps_back(tmp_path: Path, exiftool: Callable[..., None]) -> None:
    path = make_photo(tmp_path / "x.jpg")
    both = ("-XMP-dc:Title=old", "-IPTC:ObjectName=old")
    exiftool(path, *both, "-Photoshop:IPTCDigest=new")
    exiftool(path, "-IPTC:ObjectName=new")
    assert decode_photo(path, []).annotations.title == "new"
    exiftool(path, "-XMP-dc:Title=newest", "-Photoshop:IPTCDigest=new")
    assert decode_photo(path, []).annotations.title == "newest"


def test_exif_outranks_the_others(tmp_path: Path, exiftool: Callable[..., None]) -> None:
    taken = datetime(2019, 3, 21, 11, 4, 22)  # noqa: DTZ001 (wall time)
    path = make_photo(tmp_path / "x.jpg", exif=PhotoExif(taken=taken, make="Nikon", model="D90"))
    exiftool(
        path,
        "-EXIF:ImageDescription=by EXIF",
        "-XMP-dc:Description=by XMP",
        "-XMP-tiff:Model=D850",
        "-XMP-xmp:CreateDate=2001:01:01 01:01:01",
        "-IPTC:DateCreated=2002:02:02",
    )
    photo = decode_photo(path, [])
    assert photo.annotations.description == "by EXIF"
    assert photo.capture.camera == "Nikon D90"
    assert photo.capture.taken_at_ms == _ms(2019, 3, 21, 11, 4, 22)


def test_xmp_knows_better_than_the_time_of_the_last_change(
    tmp_path: Path, exiftool: Callable[..., None]
) -> None:
    path = make_photo(tmp_path / "x.jpg")
    exiftool(path, "-EXIF:ModifyDate=2020:01:01 01:01:01")
    assert decode_photo(path, []).capture.taken_source is TakenSource.EXIF_MODIFIED
    exiftool(path, "-XMP-xmp:CreateDate=2001:01:01 01:01:01")
    assert decode_photo(path, []).capture.taken_source is TakenSource.XMP


def test_hierarchies_and_windows_ratings(tmp_path: Path, exiftool: Callable[..., None]) -> None:
    path = make_photo(tmp_path / "x.jpg")
    exiftool(
        path,
        "-XMP-lr:HierarchicalSubject=Places|France|Paris",
        "-XMP-digiKam:TagsList=People/Anna",
        "-XMP-microsoft:RatingPercent=99",
    )
    assert decode_photo(path, []).annotations == Annotations(
        rating=5, keywords=("Places", "France", "Paris", "People", "Anna")
    )


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "heic"])
def test_windows_own_tags(tmp_path: Path, exiftool: Callable[..., None], suffix: str) -> None:
    path = make_photo(tmp_path / f"x.{suffix}")
    exiftool(
        path,
        "-EXIF:XPTitle=Häuser",
        "-EXIF:XPKeywords=beach;Straße",
        "-EXIF:XPComment=Am Strand von ภูเก็ต",
        "-EXIF:Rating=4",
        "-EXIF:RatingPercent=75",
    )
    assert decode_photo(path, []).annotations == _WRITTEN


@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_people_places_and_comments(
    tmp_path: Path, exiftool: Callable[..., None], suffix: str
) -> None:
    path = make_photo(tmp_path / f"x.{suffix}")
    exiftool(
        path,
        "-XMP-iptcExt:PersonInImage=Anna",
        "-XMP-iptcExt:PersonInImage=Tom",
        "-XMP-iptcCore:Location=Harpa",
        "-XMP-photoshop:City=Reykjavík",
        "-XMP-photoshop:Country=Iceland",
        "-EXIF:ImageDescription=A concert",
        "-EXIF:UserComment=seats far behind",
        "-EXIF:XPComment=ภูเขา",
        *(["-Comment=lighthouse at Skagen"] if suffix == "jpg" else []),
    )
    found = decode_photo(path, []).annotations
    comments = ("ภูเขา", "seats far behind")
    assert found == Annotations(
        description="A concert",
        people=("Anna", "Tom"),
        location=("Harpa", "Reykjavík", "Iceland"),
        comments=(*comments, "lighthouse at Skagen") if suffix == "jpg" else comments,
    )


def test_places_by_iptc(tmp_path: Path, exiftool: Callable[..., None]) -> None:
    path = make_photo(tmp_path / "x.jpg")
    exiftool(path, "-IPTC:City=Porto", "-IPTC:Country-PrimaryLocationName=Portugal")
    assert decode_photo(path, []).annotations.location == ("Porto", "Portugal")


@pytest.mark.parametrize("order", ["II", "MM"])
def test_comments_in_any_alphabet_and_byte_order(
    tmp_path: Path, exiftool: Callable[..., None], order: str
) -> None:
    path = make_photo(tmp_path / "x.jpg")
    exiftool(path, f"-ExifByteOrder={order}", "-EXIF:UserComment=เค้กรูบาร์บ, très bon")
    assert decode_photo(path, []).annotations.description == "เค้กรูบาร์บ, très bon"


def test_texts_of_a_png(tmp_path: Path) -> None:
    texts = PngInfo()
    texts.add_text("Title", "Häuser")
    texts.add_itxt("Description", "ภูเขา")
    texts.add_text("Software", "a program")
    path = make_photo(tmp_path / "x.png", pnginfo=texts)
    assert decode_photo(path, []).annotations == Annotations(title="Häuser", description="ภูเขา")


def test_captures_fill_each_other() -> None:
    own = Capture(camera="A", latitude=1.0, longitude=2.0, exposure=Exposure(iso=100))
    other = Capture(
        camera="B", lens="L", latitude=3.0, longitude=4.0, exposure=Exposure(iso=200, f_number=2.0)
    )
    assert fill_capture(own, other) == Capture(
        camera="A", lens="L", latitude=1.0, longitude=2.0, exposure=Exposure(iso=100, f_number=2.0)
    )
    assert fill_capture(Capture(), other) == other
    assert fill_capture(own, Capture()) == own


_REAL = {
    "formats/heic/IMG_2682.heic": ((2019, 3, 21, 11, 4, 22), None, (41.2203, -96.0716)),
    "formats/motionphoto/samsung-one-ui-6.heic": ((2024, 1, 12, 21, 38, 53), -480, None),
    "metadata/dates/date-priority-test.jpg": ((2023, 2, 2, 2, 0, 0), None, None),
    "metadata/dates/datetimeoriginal-gps.jpg": ((2025, 12, 1, 11, 30, 0), None, (39.0, -108.0)),
    "metadata/dates/gps-datetime.jpg": ((2023, 11, 15, 12, 30, 0), 0, (37.7749, -122.4194)),
    "metadata/dates/time-created.jpg": (None, None, None),
    "metadata/gps-position/thompson-springs.jpg": (
        (2022, 1, 10, 15, 15, 44),
        None,
        (39.115, -108.401),
    ),
    "metadata/gps-position/empty_gps.jpg": ((2025, 6, 1, 16, 59, 26), None, None),
    "formats/jpg/el_torcal_rocks.jpg": ((2012, 8, 5, 11, 39, 59), None, None),
}


@pytest.mark.parametrize("name", _REAL)
def test_dates_and_places_of_real_photos(fixtures_dir: Path, name: str) -> None:
    moment, offset, place = _REAL[name]
    capture = decode_photo(fixtures_dir / "immich-pd" / name, []).capture
    if moment is None:
        assert capture.taken_at_ms is None
    else:
        assert capture.taken_at_ms is not None
        assert capture.taken_at_ms // 1000 * 1000 == _ms(*moment)
    assert capture.taken_offset_min == offset
    if place is None:
        assert (capture.latitude, capture.longitude) == (None, None)
    else:
        assert (capture.latitude, capture.longitude) == pytest.approx(place, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "metadata/rating/mongolels.jpg",
            Annotations(
                rating=3,
                title="Mongol Els",
                description="Mongol Els",
                comments=("Christoph Suter, Public domain", "Mongolia"),
            ),
        ),
        (
            "metadata/tags/picasa.jpg",
            Annotations(description="Image-Description", keywords=("Frost", "Yard")),
        ),
        (
            "metadata/faces/portrait-orientation-6.jpg",
            Annotations(keywords=("Marie Curie", "Pierre Curie", "People")),
        ),
        ("formats/webp/denali.webp", Annotations(title="Denali National Park and Preserve")),
        ("metadata/dates/date-priority-test.jpg", Annotations()),
    ],
)
def test_what_is_written_in_real_photos(
    fixtures_dir: Path, name: str, expected: Annotations
) -> None:
    assert decode_photo(fixtures_dir / "immich-pd" / name, []).annotations == expected


def test_exposure_of_a_real_photo(fixtures_dir: Path) -> None:
    photo = decode_photo(fixtures_dir / "immich-pd/formats/heic/IMG_2682.heic", [])
    exposure = photo.capture.exposure
    assert exposure is not None
    assert exposure.seconds == pytest.approx(1 / 887)
    assert (exposure.f_number, exposure.iso, exposure.focal_mm, exposure.focal_35mm) == (
        1.8,
        20,
        3.99,
        28.0,
    )

"""Places, dates and marks by which photos belong together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.editing import edit_photos
from photofind.catalog.folders import add_folder
from photofind.catalog.places import Place, PlaceKind, find_members, read_overview
from photofind.domain import Capture, DatePrecision, EditedField, PhotoEdit, PhotoId, TakenSource
from tests.plugins.catalog import change_tags, read, write

if TYPE_CHECKING:
    from tests.unit.catalog.library import Library

TODAY = date(2026, 5, 17)


def taken(
    year: int,
    month: int,
    day: int,
    source: TakenSource = TakenSource.EXIF_ORIGINAL,
    precision: DatePrecision = DatePrecision.TIME,
) -> Capture:
    moment = datetime(year, month, day, 23, 59, tzinfo=UTC)
    return Capture(
        taken_at_ms=int(moment.timestamp()) * 1000,
        taken_source=source,
        taken_precision=precision,
    )


def members(library: Library, place: Place) -> set[int]:
    return set(read(library.reader, find_members, place, TODAY).tolist())


def ids(library: Library, *contents: str) -> set[PhotoId]:
    return {library.photo_id(content) for content in contents}


@pytest.fixture
def full(library: Library) -> Library:
    library.add("2019/may/a.jpg", "a", capture=taken(2019, 5, 17))
    library.add("2019/b.jpg", "b", capture=taken(2019, 12, 31))
    library.add("c.jpg", "c", capture=taken(2026, 5, 17))
    library.add("old.jpg", "old", capture=taken(1969, 5, 17))
    library.add("undated.jpg", "undated")
    written = taken(2020, 5, 17, TakenSource.FILE_TIME)
    library.add("written.jpg", "written", capture=written)
    rough = taken(2020, 5, 17, precision=DatePrecision.MONTH)
    library.add("rough.jpg", "rough", capture=rough)
    library.add("Screenshot from 2020.png", "shot")
    library.add("phone/Screenshots/d.png", "shots")
    other = write(library.writer, add_folder, library.root.parent / "other", None)
    library.add("2019x/e.jpg", "e", folder=other)
    return library


def test_members(full: Library) -> None:
    favourite = PhotoEdit(
        field=EditedField.FAVOURITE, photo_ids=(full.photo_id("b"), full.photo_id("e")), value=1
    )
    write(full.writer, edit_photos, [favourite])
    assert members(full, Place(PlaceKind.FAVOURITES)) == ids(full, "b", "e")
    assert members(full, Place(PlaceKind.ON_THIS_DAY)) == ids(full, "a", "old")
    assert members(full, Place(PlaceKind.YEAR, year=2019)) == ids(full, "a", "b")
    assert members(full, Place(PlaceKind.YEAR, year=1969)) == ids(full, "old")
    assert members(full, Place(PlaceKind.SCREENSHOTS)) == ids(full, "shot", "shots")
    assert len(members(full, Place(PlaceKind.RECENT))) == 10
    folder = Place(PlaceKind.FOLDER, folder=full.root / "2019")
    assert members(full, folder) == ids(full, "a", "b")
    assert members(full, Place(PlaceKind.FOLDER, folder=full.root.parent / "other")) == ids(
        full, "e"
    )


def test_overview(full: Library) -> None:
    write(full.writer, change_tags, sorted(ids(full, "a", "b")), add=["sea"])
    write(full.writer, change_tags, sorted(ids(full, "a")), add=["Lisbon"])
    overview = read(full.reader, read_overview, TODAY)
    assert overview.years == {2026: 1, 2020: 2, 2019: 2, 1969: 1}
    assert list(overview.years) == [2026, 2020, 2019, 1969]
    assert overview.counts == {
        PlaceKind.FAVOURITES: 0,
        PlaceKind.SCREENSHOTS: 2,
        PlaceKind.RECENT: 10,
        PlaceKind.ON_THIS_DAY: 2,
    }
    assert list(overview.tags.items()) == [("sea", 2), ("Lisbon", 1)]
    root, other = full.root, full.root.parent / "other"
    assert overview.folders == {
        root: 9,
        root / "2019": 2,
        root / "2019" / "may": 1,
        root / "phone": 1,
        root / "phone" / "Screenshots": 1,
        other: 1,
        other / "2019x": 1,
    }


def test_an_empty_catalog_has_no_places(library: Library) -> None:
    overview = read(library.reader, read_overview, TODAY)
    assert overview.years == {}
    assert overview.folders == {}
    assert members(library, Place(PlaceKind.FOLDER, folder=Path("/nowhere"))) == set()

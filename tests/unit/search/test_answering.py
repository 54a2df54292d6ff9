"""Whole queries through the engine: what is left out, alternatives, examples, order and totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.search.query import parse
from tests.plugins.catalog import change_tags, write
from tests.unit.search.made_up import near

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import PhotoId
    from photofind.search.engine import SearchEngine, SearchResult
    from tests.unit.search.made_up import MadeUpCatalog

DAY_MS = 86_400_000


def photos(result: SearchResult) -> list[PhotoId]:
    return [hit.photo_id for hit in result.hits]


def relevant(result: SearchResult) -> list[PhotoId]:
    return [hit.photo_id for hit in result.hits if hit.relevant]


def test_every_match_is_counted_and_listed(catalog: MadeUpCatalog, engine: SearchEngine) -> None:
    named = {catalog.add(f"IMG_2{number:03}.jpg") for number in range(320)}
    others = [catalog.add(f"DSC_{number}.jpg") for number in range(5)]
    few = engine.search(parse("IMG_2"), 20)
    everything = engine.search(parse("IMG_2"), None)
    assert (len(few.hits), few.total, few.relevant_total) == (20, 325, 320)
    assert set(relevant(everything)) == named
    assert (len(everything.hits), everything.relevant_total) == (325, 320)
    assert photos(everything)[:20] == photos(few)
    assert set(photos(everything)[320:]) == set(others)
    by_name = engine.search(parse("name:IMG_2"), 20)
    assert (by_name.total, by_name.relevant_total, len(by_name.hits)) == (320, 320, 20)
    assert all(hit.relevant for hit in by_name.hits)


def test_what_is_not_wanted_is_left_out_by_words_tags_and_meaning(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    shows = catalog.add("1.jpg", near(dog, 0.65))
    named = catalog.add("a dog.jpg")
    tagged = catalog.add("2.jpg", tags=(("dog", 0.9),))
    rest = [catalog.add(f"x{number}.jpg", near(dog, 0.02, number)) for number in range(30)]
    left = engine.search(parse("-(a dog)"), None)
    assert photos(left) == [*reversed(rest), tagged]
    assert left.relevant_total == len(rest) + 1
    assert shows not in photos(engine.search(parse("x1 -(a dog)"), None))
    assert {named, tagged}.isdisjoint(photos(engine.search(parse("-dog"), None)))


def test_of_alternatives_the_better_one_counts(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    for number in range(30):
        catalog.add(f"{number}.jpg", near(dog, 0.02, number))
    shows = catalog.add("show.jpg", near(dog, 0.65))
    named = catalog.add("IMG_2682.jpg")
    labelled = catalog.add("label.jpg")
    write(catalog.writer, change_tags, [labelled], add=["Lisbon"])
    result = engine.search(parse("(a dog) or IMG_2682 or tag:lisbon"), 5)
    assert photos(result)[0] == named
    assert set(relevant(result)) == {named, shows, labelled}
    assert result.relevant_total == 3
    assert relevant(engine.search(parse("(a dog) or IMG_2682 -tag:lisbon"), 50))[0] == named


def test_order_by_date_name_and_rating(catalog: MadeUpCatalog, engine: SearchEngine) -> None:
    taken = {"b.jpg": 3, "A.jpg": 1, "ç.jpg": 2, "d.jpg": None}
    ids = {}
    for name, days in taken.items():
        ids[name] = catalog.add(name, taken_at_ms=None if days is None else days * DAY_MS)
    with catalog.writer.transaction() as tx:
        tx.execute("UPDATE contents SET taken_source = 'exif_original' WHERE taken_at NOT NULL")
        tx.execute("UPDATE contents SET file_rating = 5 WHERE photo_id = ?", (ids["ç.jpg"],))

    def names(query: str) -> list[str]:
        by_id = {photo: name for name, photo in ids.items()}
        return [by_id[photo] for photo in photos(engine.search(parse(query), None))]

    assert names("ext:jpg sort:date") == ["b.jpg", "ç.jpg", "A.jpg", "d.jpg"]
    assert names("ext:jpg sort:-date")[-3:] == ["A.jpg", "ç.jpg", "b.jpg"]
    assert names("ext:jpg sort:name") == ["A.jpg", "b.jpg", "ç.jpg", "d.jpg"]
    assert names("ext:jpg sort:-name") == ["d.jpg", "ç.jpg", "b.jpg", "A.jpg"]
    assert names("ext:jpg sort:rating")[0] == "ç.jpg"
    assert names("sort:name") == names("ext:jpg sort:name")


def test_weights_turn_the_meaning(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    for number in range(40):
        catalog.add(f"{number}.jpg")
    shows = catalog.add("x.jpg", near(dog, 0.5))
    heavy = engine.place_of(parse("10:(a dog) 0.1:airplane"), [shows])
    light = engine.place_of(parse("0.1:(a dog) 10:airplane"), [shows])
    assert heavy == 1
    assert light is not None
    assert light > heavy


def test_an_example_that_is_no_picture_is_said(
    catalog: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    catalog.add("a.jpg")
    text = tmp_path / "a.jpg"
    text.write_text("no picture")
    for name, said in (
        (text, "not a picture"),
        (tmp_path / "missing.jpg", "missing.jpg|not there"),
    ):
        with pytest.raises(PhotofindError, match=said):
            engine.search(parse(f'image:"{name}"'), 5)


def test_nothing_is_found_where_nothing_is_indexed(engine: SearchEngine) -> None:
    for text in ("dog", "-dog", "tag:dog", "image:a.jpg", "a or b sort:date"):
        result = engine.search(parse(text), None)
        assert (result.hits, result.total, result.relevant_total) == ((), 0, 0)

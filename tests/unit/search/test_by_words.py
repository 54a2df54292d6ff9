"""Descriptions, names and tags through the engine, with the real built-in model for words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.texts import FoundText, ModelKey, TextKind, store_finding
from photofind.domain import Hit, PhotoId, Why, WhyKind
from photofind.search.engine import SearchEngine
from photofind.search.query import parse
from tests.plugins.catalog import change_tags, write
from tests.unit.search.made_up import MadeUpCatalog, SharedStore, near, other_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

DOG = parse("a dog")


def photos(hits: Sequence[Hit]) -> list[PhotoId]:
    return [hit.photo_id for hit in hits]


def test_photos_come_by_how_well_they_fit(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    second = catalog.add("b.jpg", near(dog, 0.55))
    first = catalog.add("a.jpg", near(dog, 0.65))
    others = [catalog.add(f"{n}.jpg", near(dog, 0.02, n)) for n in range(20)]
    result = engine.search(DOG, 10)
    assert photos(result.hits)[:2] == [first, second]
    assert [hit.relevant for hit in result.hits] == [True, True] + [False] * 8
    assert result.hits[0].score == pytest.approx(0.65, abs=1e-3)
    assert [why.kind for why in result.hits[0].why] == [WhyKind.MEANING]
    assert result.hits[0].why[0].score == result.hits[0].score
    assert (result.total, result.model, result.query) == (22, "basic", "a dog")
    assert result.elapsed_ms > 0
    assert engine.place_of(DOG, [second, others[0]]) == 2
    assert engine.place_of(DOG, [PhotoId(999)]) is None


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (-1, 0), (2, 2), (1_000, 3)])
def test_at_most_as_many_as_asked_for(
    catalog: MadeUpCatalog, engine: SearchEngine, limit: int, count: int
) -> None:
    for number in range(3):
        catalog.add(f"{number}.jpg")
    assert len(engine.search(DOG, limit).hits) == count


def test_a_file_name_comes_before_any_meaning(catalog: MadeUpCatalog, engine: SearchEngine) -> None:
    named = catalog.add("2019/IMG_2682.HEIC")
    for number in range(10):
        catalog.add(f"IMG_{number}.jpg")
    result = engine.search(parse("IMG_2682"), 3)
    best = result.hits[0]
    assert (best.photo_id, best.relevant) == (named, True)
    assert (best.why[0].kind, best.why[0].text) == (WhyKind.NAME, "IMG_2682.HEIC")
    assert best.why[1].kind is WhyKind.MEANING
    assert [hit.score for hit in result.hits] == sorted(
        (hit.score for hit in result.hits), reverse=True
    )


def test_a_name_is_found_before_its_vector_is_there(catalog: MadeUpCatalog) -> None:
    newer = other_version()
    named = catalog.add("IMG_2682.jpg")
    catalog.use_model(newer)
    catalog.add("IMG_1.jpg")
    folders = catalog.folders
    with SearchEngine(folders, SharedStore(folders, newer)) as other:
        hit = other.search(parse("IMG_2682"), 1).hits[0]
    assert (hit.photo_id, hit.relevant) == (named, True)
    assert [why.kind for why in hit.why] == [WhyKind.NAME]


def test_a_tag_explains_and_decides_among_equals(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    plain = catalog.add("a.jpg", near(dog, 0.5))
    tagged = catalog.add("b.jpg", near(dog, 0.5), tags=(("dog", 0.9), ("sofa", 0.8)))
    better = catalog.add("c.jpg", near(dog, 0.55))
    hits = engine.search(DOG, 3).hits
    assert photos(hits) == [better, tagged, plain]
    assert [(why.kind, why.text) for why in hits[1].why] == [
        (WhyKind.MEANING, ""),
        (WhyKind.TAG, "dog"),
    ]


def test_a_caption_that_says_much_lifts_and_explains_a_photo(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    for number in range(40):
        catalog.add(f"{number}.jpg")
    described = catalog.add("described.jpg")
    text = "two dogs play on a beach"
    found = FoundText(TextKind.CAPTION, ModelKey("blip@1", "caption"), text)
    query = parse("a dog playing at the beach with a ball")
    before = engine.place_of(query, [described])
    write(catalog.writer, store_finding, catalog.content_of("described.jpg"), found)
    engine.refresh()
    best = engine.search(query, 5).hits[0]
    assert before is not None
    assert before > 1
    assert (best.photo_id, best.relevant) == (described, True)
    assert best.why[0] == Why(WhyKind.TEXT, 0.75, text)
    words_alone = engine.search(parse("ball"), 50)
    assert all(why.kind is WhyKind.MEANING for hit in words_alone.hits for why in hit.why)


def test_copies_of_a_photo_are_one_hit(catalog: MadeUpCatalog, engine: SearchEngine) -> None:
    photo = catalog.add("a.jpg", data=b"same")
    catalog.add("b/a.jpg", data=b"same")
    assert photos(engine.search(DOG, 10).hits) == [photo]
    assert photos(engine.search(parse("a.jpg"), 10).hits) == [photo]
    catalog.lose("a.jpg")
    assert photos(engine.search(DOG, 10).hits) == [photo]


def test_a_persons_label_finds_a_photo_outright(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    labelled = catalog.add("a.jpg")
    for number in range(10):
        catalog.add(f"{number}.jpg")
    write(catalog.writer, change_tags, [labelled], add=["Lisbon"])
    write(catalog.writer, change_tags, [labelled], add=["Tram"])
    best = engine.search(parse("lisbon tram"), 3).hits[0]
    assert (best.photo_id, best.relevant) == (labelled, True)
    assert (best.why[0].kind, best.why[0].text) == (WhyKind.TAG, "Lisbon, Tram")


def test_only_photos_with_the_label_take_part(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    catalog.add("dog.jpg", near(dog, 0.9))
    far = catalog.add("b.jpg", near(dog, 0.2), tags=(("beach", 0.9),))
    close = catalog.add("a.jpg", near(dog, 0.6), tags=(("beach", 0.9), ("snow", 0.9)))
    assert photos(engine.search(parse("a dog tag:beach"), 10).hits) == [close, far]
    assert photos(engine.search(parse("a dog tag:beach tag:snow"), 10).hits) == [close]
    assert engine.search(parse("a dog tag:nothing"), 10).hits == ()


def test_a_label_alone_lists_its_photos_newest_first(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    first = catalog.add("a.jpg", tags=(("beach", 0.9),))
    catalog.add("b.jpg")
    second = catalog.add("c.jpg", tags=(("beach", 0.4),))
    result = engine.search(parse("tag:Beach"), 10)
    assert photos(result.hits) == [second, first]
    assert all(hit.relevant for hit in result.hits)
    assert result.hits[0].why == (Why(WhyKind.TAG, 1.0, "Beach"),)
    assert result.total == 2
    assert photos(engine.search(parse("tag:beach"), 1).hits) == [second]


def test_a_phrase_must_stand_somewhere(
    catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
) -> None:
    catalog.add("dog parking.jpg", near(dog, 0.9))
    far = catalog.add("No-Parking a.jpg", near(dog, 0.2))
    close = catalog.add("b.jpg", near(dog, 0.6))
    write(catalog.writer, change_tags, [close], add=["no-parking zone"])
    assert photos(engine.search(parse('"no-parking"'), 10).hits) == [close, far]
    hits = engine.search(parse('a dog "NO-PARKING"'), 10).hits
    assert photos(hits) == [close, far]
    assert Why(WhyKind.TAG, 1.0, "no-parking zone") in hits[0].why
    assert engine.search(parse('"no parking"'), 10).hits == ()
    assert photos(engine.search(parse('"b." tag:"no-parking zone"'), 10).hits) == [close]

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.reader import CatalogReader
from photofind.catalog.tags import TagRow, TagSource
from photofind.catalog.words import Written, read_written
from photofind.domain import WhyKind
from photofind.search.text import Strength, explain, find_word_hits, matching_tags
from tests.plugins.catalog import change_tags, read, write

if TYPE_CHECKING:
    from photofind.domain import PhotoId
    from tests.unit.search.made_up import MadeUpCatalog


@pytest.mark.parametrize(
    ("words", "name", "strength"),
    [
        ("IMG_2682", "IMG_2682.jpg", Strength.EXACT),
        ("img_2682.JPG", "IMG_2682.jpg", Strength.EXACT),
        ("IMG_2682", "IMG_2682 (1).jpg", Strength.WORDS),
        ("2682", "IMG_2682.jpg", Strength.WORDS),
        ("268", "IMG_2682.jpg", Strength.PART),
        ("IMG_26", "IMG_2682.jpg", Strength.PART),
        ("cat", "vacation.jpg", Strength.NONE),
        ("cat", "my cat.jpg", Strength.WORDS),
        ("dog", "MyDog2.jpg", Strength.WORDS),
        ("dog", "HOTDOG.jpg", Strength.NONE),
        ("rome holiday 2019", "2019-Holiday_in_Rome.jpg", Strength.WORDS),
        ("rome holiday 2020", "2019-Holiday_in_Rome.jpg", Strength.NONE),
        ("cafe\u0301", "Café.jpg", Strength.EXACT),
        ("cafe", "cafe\u0301 au lait.jpg", Strength.WORDS),
        ("straße", "Meine Straße.jpg", Strength.WORDS),
        ("富士", "2019富士山.jpg", Strength.WORDS),
        ("ทะเล", "เที่ยวทะเลกับแม่.jpg", Strength.WORDS),
    ],
)
def test_how_much_a_name_says(
    catalog: MadeUpCatalog, words: str, name: str, strength: Strength
) -> None:
    photo = catalog.add(name)
    assert find(catalog, words) == ({photo: strength} if strength else {})


def find(catalog: MadeUpCatalog, words: str) -> dict[int, Strength]:
    with CatalogReader(catalog.folders) as reader:
        hits = find_word_hits(reader, words)
    return dict(zip(hits.photo_ids.tolist(), map(Strength, hits.strengths.tolist()), strict=True))


def why(catalog: MadeUpCatalog, words: str, photo: PhotoId) -> list[tuple[WhyKind, str]]:
    with CatalogReader(catalog.folders) as reader:
        written = read(reader, read_written, [photo])[photo]
    found = explain(words, find(catalog, words)[photo], written)
    return [(each.kind, each.text) for each in found]


def test_a_piece_of_a_text_is_not_a_name(catalog: MadeUpCatalog) -> None:
    photo = catalog.add("a.jpg")
    write(catalog.writer, change_tags, [photo], add=["bus 2682"])
    assert find(catalog, "268") == {}
    assert find(catalog, "bus 2682") == {photo: Strength.WORDS}


def test_tags_that_stand_in_the_query_are_reasons() -> None:
    rows = [
        TagRow("dog", TagSource.MODEL, 0.7),
        TagRow("golden retriever", TagSource.MODEL, 0.9),
        TagRow("grandma", TagSource.USER, None),
        TagRow("cat", TagSource.MODEL, 0.8),
    ]
    reasons = matching_tags("Grandma with her Dog on vacation", rows)
    assert [(each.kind, each.text, each.score) for each in reasons] == [
        (WhyKind.TAG, "grandma", 1.0),
        (WhyKind.TAG, "dog", 0.7),
    ]


def test_every_match_is_found_and_the_very_name_among_them(catalog: MadeUpCatalog) -> None:
    wanted = catalog.add("trip/IMG_2.jpg")
    for number in range(400):
        catalog.add(f"IMG_2{number:04}.jpg")
    hits = find(catalog, "img_2")
    assert len(hits) == 401
    assert [photo for photo, strength in hits.items() if strength is Strength.EXACT] == [wanted]
    assert why(catalog, "img_2", wanted) == [(WhyKind.NAME, "IMG_2.jpg")]


def test_a_copy_is_found_by_each_of_its_names(catalog: MadeUpCatalog) -> None:
    photo = catalog.add("a/IMG_7.jpg", data=b"same")
    assert catalog.add("b/birthday.jpg", data=b"same") == photo
    for name in ("IMG_7", "birthday"):
        assert find(catalog, name) == {photo: Strength.EXACT}
        assert why(catalog, name, photo) == [(WhyKind.NAME, f"{name}.jpg")]


def test_words_in_several_places_are_one_match_that_names_them_all(
    catalog: MadeUpCatalog,
) -> None:
    photo = catalog.add("beach_42.jpg")
    write(catalog.writer, change_tags, [photo], add=["Annabel"])
    assert find(catalog, "annabel beach") == {photo: Strength.WORDS}
    assert sorted(why(catalog, "annabel beach", photo)) == [
        (WhyKind.NAME, "beach_42.jpg"),
        (WhyKind.TAG, "Annabel"),
    ]


def test_labels_say_together_what_one_title_says() -> None:
    written = Written(("a.jpg",), "", ("Lisbon", "Tram 28", "holiday"), ())
    (reason,) = explain("tram lisbon", Strength.WORDS, written)
    assert (reason.kind, reason.text) == (WhyKind.TAG, "Lisbon, Tram 28")


def test_letters_inside_longer_words_are_no_hit(catalog: MadeUpCatalog) -> None:
    catalog.add("vacation.jpg")
    cat = catalog.add("cat on sofa.jpg")
    assert list(find(catalog, "cat")) == [cat]


def test_short_words_are_found_where_they_stand_by_themselves(catalog: MadeUpCatalog) -> None:
    fuji = catalog.add("富士山.jpg")
    alphabet = catalog.add("a to z.jpg")
    assert list(find(catalog, "富士")) == [fuji]
    assert list(find(catalog, "a")) == [alphabet]
    assert find(catalog, "o") == {}


@pytest.mark.parametrize("words", ['"', "^", "NOT", "a OR b", "names:", "*", "%_\\", "()", "\x1f"])
def test_signs_of_the_query_language_mean_nothing(catalog: MadeUpCatalog, words: str) -> None:
    catalog.add("IMG_1.jpg")
    assert find(catalog, words + " xyz") == {}


def test_a_lost_photo_is_not_found_by_its_name(catalog: MadeUpCatalog) -> None:
    catalog.add("IMG_1.jpg")
    catalog.lose("IMG_1.jpg")
    assert find(catalog, "IMG_1") == {}

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.reader import CatalogReader
from photofind.catalog.rows import TagRow, TagSource
from photofind.domain import WhyKind
from photofind.search.text import (
    MATCH_LIMIT,
    Strength,
    TextHit,
    find_text_hits,
    judge,
    matching_tags,
)

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
        ("cafe", "cafe\u0301 au lait.jpg", Strength.NONE),
        ("straße", "Meine Straße.jpg", Strength.WORDS),
        ("富士", "2019富士山.jpg", Strength.WORDS),
        ("ทะเล", "เที่ยวทะเลกับแม่.jpg", Strength.WORDS),
    ],
)
def test_how_much_a_name_says(words: str, name: str, strength: Strength) -> None:
    assert judge(words, WhyKind.NAME, name) is strength


def test_a_piece_of_a_text_is_not_a_name() -> None:
    assert judge("26", WhyKind.TEXT, "bus 2682") is Strength.NONE
    assert judge("bus 2682", WhyKind.TEXT, "bus 2682") is Strength.WORDS


def test_tags_that_stand_in_the_query_are_reasons() -> None:
    rows = [
        TagRow("dog", TagSource.MODEL, 0.7),
        TagRow("golden retriever", TagSource.MODEL, 0.9),
        TagRow("grandma", TagSource.USER, None),
        TagRow("cat", TagSource.MODEL, 0.8),
    ]
    reasons = matching_tags("Grandma with her Dog on vacation", rows)
    assert [(why.kind, why.text, why.score) for why in reasons] == [
        (WhyKind.TAG, "grandma", 1.0),
        (WhyKind.TAG, "dog", 0.7),
    ]


def find(catalog: MadeUpCatalog, words: str) -> dict[PhotoId, TextHit]:
    with CatalogReader(catalog.folders) as reader:
        return find_text_hits(reader, words)


def test_the_very_name_is_found_among_more_names_than_are_read(catalog: MadeUpCatalog) -> None:
    wanted = catalog.add("trip/IMG_2.jpg")
    for number in range(MATCH_LIMIT + 5):
        catalog.add(f"IMG_2{number:04}.jpg")
    hits = find(catalog, "img_2")
    assert hits[wanted].strength is Strength.EXACT
    assert hits[wanted].why.text == "IMG_2.jpg"


def test_a_copy_is_found_by_each_of_its_names(catalog: MadeUpCatalog) -> None:
    photo = catalog.add("a/IMG_7.jpg", data=b"same")
    assert catalog.add("b/birthday.jpg", data=b"same") == photo
    for name in ("IMG_7", "birthday"):
        hit = find(catalog, name)[photo]
        assert (hit.strength, hit.why.kind) == (Strength.EXACT, WhyKind.NAME)
        assert hit.why.text.startswith(name)


def test_letters_inside_longer_words_are_no_hit(catalog: MadeUpCatalog) -> None:
    catalog.add("vacation.jpg")
    cat = catalog.add("cat on sofa.jpg")
    assert list(find(catalog, "cat")) == [cat]


def test_words_of_two_signs_are_looked_up_where_they_can_be_whole_words(
    catalog: MadeUpCatalog,
) -> None:
    fuji = catalog.add("富士山.jpg")
    catalog.add("a to z.jpg")
    assert list(find(catalog, "富士")) == [fuji]
    assert find(catalog, "a") == {}


@pytest.mark.parametrize("words", ['"', "^", "NOT", "a OR b", "names:", "*", "%_\\", "()", "\x1f"])
def test_signs_of_the_query_language_mean_nothing(catalog: MadeUpCatalog, words: str) -> None:
    catalog.add("IMG_1.jpg")
    assert find(catalog, words + " xyz") == {}


def test_a_lost_photo_is_not_found_by_its_name(catalog: MadeUpCatalog) -> None:
    catalog.add("IMG_1.jpg")
    catalog.lose("IMG_1.jpg")
    assert find(catalog, "IMG_1") == {}

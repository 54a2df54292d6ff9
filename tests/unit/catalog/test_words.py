from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.catalog.words import (
    Written,
    find_named,
    find_phrase,
    find_standing,
    read_written,
)
from photofind.domain import PhotoId, WhyKind
from photofind.normal_form import fold
from tests.plugins.catalog import change_tags, read, write

if TYPE_CHECKING:
    from tests.unit.catalog.library import Library


def describe(library: Library, content: str, **texts: str) -> None:
    with library.writer.transaction() as tx:
        for kind, text in texts.items():
            tx.execute(
                "INSERT INTO texts (content_id, kind, text, created_at) VALUES (?, ?, ?, 1)",
                (library.content_id(content), kind, text),
            )
    library.complete(library.content_id(content))


def test_reads_what_was_written(library: Library) -> None:
    library.add("IMG_2682 at the Beach.jpg", "a", tags=(("puma", 0.9),))
    library.add("copy.png", "a")
    library.add("b.jpg", "b")
    with library.writer.transaction() as tx:
        tx.execute("UPDATE photos SET title = 'Our Höliday' WHERE id = ?", (library.photo_id("a"),))
    describe(library, "a", ocr="NO\nPARKING", caption="a brown animal")
    photo = library.photo_id("a")
    for label in ("dog", "Sea lion"):
        write(library.writer, change_tags, [photo], add=[label])
    written = read(library.reader, read_written, [photo, PhotoId(999)])
    assert written == {
        photo: Written(
            ("IMG_2682 at the Beach.jpg", "copy.png"),
            "Our Höliday",
            ("dog", "Sea lion"),
            ("NO PARKING", "a brown animal"),
        )
    }
    # What a model proposes says no more than its vectors.
    assert library.found("puma") == set()
    for words in ("beach", "2682", "COPY", "sea LION", "holiday", "parking", "brown animal"):
        assert library.found(words) == {photo}
        assert read(library.reader, find_standing, words).tolist() == [photo]


def test_every_word_must_stand_somewhere(library: Library) -> None:
    library.add("red car.jpg", "a")
    library.add("red house.jpg", "b")
    write(library.writer, change_tags, [library.photo_id("b")], add=["Annabel"])
    describe(library, "b", caption="Grandmother waves")

    def standing(words: str) -> set[int]:
        return set(read(library.reader, find_standing, words).tolist())

    a, b = library.photo_id("a"), library.photo_id("b")
    assert standing("red") == {a, b}
    assert standing("house red") == {b}
    assert standing("house blue") == set()
    assert standing("annabel HOUSE") == {b}
    assert standing("annabel house grandmother") == {b}
    assert standing("annabel car") == set()
    assert standing("hous") == set()
    assert standing("") == standing(" . ") == set()


def test_no_word_spans_two_texts(library: Library) -> None:
    library.add("富.jpg", "a")
    library.add("士.png", "a")
    library.add("富士.png", "b")
    found = read(library.reader, find_standing, "富士").tolist()
    assert found == [library.photo_id("b")]
    assert library.found("富士") == {library.photo_id("b")}


def test_looks_only_where_it_is_told(library: Library) -> None:
    library.add("dog.jpg", "a")
    library.add("cat.jpg", "b")
    dog, cat = library.photo_id("a"), library.photo_id("b")
    for photo_id, label in ((dog, "cat"), (cat, "dog"), (cat, "ox")):
        write(library.writer, change_tags, [photo_id], add=[label])

    def among(words: str, *kinds: WhyKind) -> set[int]:
        return set(read(library.reader, find_phrase, words, kinds).tolist())

    assert among("dog", WhyKind.NAME) == {dog}
    assert among("dog", WhyKind.TAG) == {cat}
    assert among("dog", WhyKind.TEXT) == set()
    assert among("dog", WhyKind.NAME, WhyKind.TAG) == {dog, cat}
    assert among("ox", WhyKind.TAG) == {cat}
    assert among("ox", WhyKind.NAME, WhyKind.TEXT) == set()
    assert among("dog") == set()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Urlaub Köln.jpg", "köl"),
        (unicodedata.normalize("NFD", "Urlaub Köln.jpg"), "Köln"),
        ("Urlaub Köln.jpg", unicodedata.normalize("NFD", "Köln")),
        ("Urlaub Köln.jpg", "koln"),
        ("ÖL.jpg", "öl"),
        ("ПЁС.jpg", "пес"),
        ("Яд.jpg", "яд"),
        ("東京タワー.jpg", "東京"),
        ("東京タワー.jpg", "京"),
        ("ﾀﾜｰ.jpg", "タワー"),
        ("ＩＭＧ.jpg", "img"),
        ("ทะเลสวย.jpg", "เล"),
        ("น้ำตก.jpg", "น\u0e4d\u0e49าตก"),
        ("🐕 on the beach.jpg", "🐕"),
        ("❤\ufe0f.jpg", "❤"),
        ("straße.jpg", "STRASSE"),
        ("Σίσυφος.jpg", "ΣΙΣΥΦΟΣ"),
        ("İSTANBUL.jpg", "istanbul"),
        ("ISPARTA.jpg", "ısparta"),
        ("Łódź.jpg", "lodz"),
        ("Ærø.jpg", "aero"),
    ],
)
def test_any_script_and_case(library: Library, name: str, query: str) -> None:
    library.add("other.jpg", "b")
    library.add(name, "a")
    assert library.found(query) == {library.photo_id("a")}


@pytest.mark.parametrize(
    ("label", "query"),
    [
        ("서울", "서울"),
        ("부산여행", "부산"),
        ("ים", "ים"),
        ("أب", "أب"),
        ("Mẹ", "me"),
        ("🐶", "🐶"),
        ("🇹🇭", "🇹🇭"),
        ("👍🏽", "👍"),
        ("🥲", "🥲"),
        ("NY", "ny"),
        ("東京", "東京"),
        ("出口", "出"),
        ("हिन्दी", "हिन्दी"),
        ("หมาน้อย", "หมา"),
        ("C++", "c++"),
        ("AC/DC", "ac/dc"),
    ],
)
def test_words_of_any_length_and_script_stand_by_themselves(
    library: Library, label: str, query: str
) -> None:
    library.add("sunny meadow scene.jpg", "b")
    library.add("a.jpg", "a")
    write(library.writer, change_tags, [library.photo_id("a")], add=[label])
    assert read(library.reader, find_standing, query).tolist() == [library.photo_id("a")]


@pytest.mark.parametrize("char", string.punctuation.replace("/", ""))
def test_punctuation_means_itself(library: Library, char: str) -> None:
    library.add("plain name.JPEG", "a")
    library.add(f"odd{char}name", "b")
    odd = {library.photo_id("b")}
    everything = odd | {library.photo_id("a")}
    assert library.found(f"odd{char}na") == odd
    assert library.found(f"d{char}") == odd
    assert library.found(char) == (everything if char == "." else odd)
    assert library.found(f"na {char}{char}{char}x") == set()
    assert read(library.reader, find_standing, f"odd{char}name").tolist() == list(odd)


@pytest.mark.parametrize(
    "query",
    [
        "plain OR odd",
        "plain NOT xyz",
        "NEAR(plain name)",
        "names:plain",
        "names : plain",
        "{names} : plain",
        "pla*",
        "^plain",
        '"plain',
        'plain" OR "odd',
        "plain + name +",
        "(plain",
        "-plain -",
        "photo_words MATCH 'x'",
        "%",
        "_",
        "\\",
        "'; DROP TABLE photo_words; --",
        "pl?in",
        "\x00",
        "\udcff",
    ],
)
def test_no_query_language(library: Library, query: str) -> None:
    library.add("plain name.jpg", "a")
    library.add("odd name.jpg", "b")
    assert read(library.reader, find_phrase, query).tolist() == []
    read(library.reader, find_standing, query)
    read(library.reader, find_named, query)


def test_finds_files_by_their_very_name(library: Library) -> None:
    library.add("12.jpg", "a")
    library.add("IMG_12.jpg", "b")
    library.add("112.jpg", "c")
    library.add("first copy.png", "c")
    library.add("12.tar.heic", "d")
    library.add('odd "^name* OR.jpg', "e")
    library.add("Café.jpg", "f")

    def named(name: str) -> list[int]:
        found: list[int] = read(library.reader, find_named, name).tolist()
        return found

    assert named("12.JPG") == [library.photo_id("a")]
    assert named("12") == [library.photo_id("a")]
    assert named("img_12") == [library.photo_id("b")]
    assert named("First Copy") == [library.photo_id("c")]
    assert named("112") == [library.photo_id("c")]
    assert named("12.tar") == [library.photo_id("d")]
    assert named('odd "^name* OR') == [library.photo_id("e")]
    assert named("cafe") == [library.photo_id("f")]
    assert named("2.jpg") == []
    assert named("first") == []
    for name in ("", " ", '"', "^", "*", ".", "x" * 10_000, "a\0b"):
        assert named(name) == []


def test_endless_query(library: Library) -> None:
    library.add(" ".join(f"w{n}" for n in range(40)) + ".jpg", "a")
    words = " ".join(f"w{n}" for n in range(40))
    assert library.found(words) == {library.photo_id("a")}
    assert read(library.reader, find_standing, words).tolist() == [library.photo_id("a")]
    for query in ("dog " * 1000, "d o g " * 1000, "x" * 10_000):
        assert read(library.reader, find_standing, query).tolist() == []
        assert read(library.reader, find_phrase, query).tolist() == []


@settings(
    derandomize=True,
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    word=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12
    ).filter(lambda text: len(fold(text).split()) == 1)  # invisible signs alone are no word
)
def test_whatever_stands_in_a_name_is_found(library: Library, word: str) -> None:
    library.add(f"{word}.jpg", f"content {word}")
    assert library.photo_id(f"content {word}") in read(library.reader, find_phrase, word)

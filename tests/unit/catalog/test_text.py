from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.catalog.text import find_named, find_text
from photofind.domain import WhyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.rows import TextMatch
    from tests.unit.catalog.library import Library


def matches(library: Library, words: str, **options: Sequence[WhyKind]) -> list[TextMatch]:
    return find_text(library.reader.connection, words, 100, **options)


def one(library: Library, words: str) -> tuple[WhyKind, str]:
    (match,) = matches(library, words)
    return match.kind, match.text


def test_says_what_matched(library: Library) -> None:
    library.add("IMG_2682 at the beach.jpg", "a", tags=(("puma", 0.9),))
    library.add("copy.png", "a")
    content = library.content_id("a")
    with library.writer._transaction() as connection:
        connection.execute("UPDATE photos SET title = 'Our holiday'")
        connection.execute(
            """INSERT INTO texts (content_id, kind, text, created_at)
               VALUES (?, 'ocr', 'NO PARKING', 1), (?, 'caption', 'a brown animal', 1)""",
            (content, content),
        )
    library.complete(content, tags=(("puma", 0.9),))
    for label in ("dog", "sea lion"):
        library.writer.tags.change([library.photo_id("a")], add=[label])
    assert matches(library, "puma") == []
    assert one(library, "beach") == (WhyKind.NAME, "IMG_2682 at the beach.jpg")
    assert one(library, "2682") == (WhyKind.NAME, "IMG_2682 at the beach.jpg")
    assert one(library, "COPY") == (WhyKind.NAME, "copy.png")
    assert one(library, "dog") == (WhyKind.TAG, "dog")
    assert one(library, "lion") == (WhyKind.TAG, "sea lion")
    assert one(library, "holiday") == (WhyKind.TEXT, "Our holiday")
    assert one(library, "parking") == (WhyKind.TEXT, "NO PARKING")
    assert one(library, "brown animal") == (WhyKind.TEXT, "a brown animal")
    assert one(library, "the beach dog")[0] is WhyKind.NAME


def test_every_word_must_occur(library: Library) -> None:
    library.add("red car.jpg", "a")
    library.add("red house.jpg", "b")
    assert library.found("red") == {library.photo_id("a"), library.photo_id("b")}
    assert library.found("house red") == {library.photo_id("b")}
    assert library.found("house blue") == set()
    assert library.found("r h") == {library.photo_id("b")}
    assert library.found("house r") == {library.photo_id("b")}
    assert library.found("house z") == set()


def test_the_shorter_text_ranks_first(library: Library) -> None:
    library.add("a very long name of a picture with a sunset and much more in it.jpg", "a")
    library.add("sunset.jpg", "b")
    found = matches(library, "sunset")
    assert [match.photo_id for match in found] == [library.photo_id("b"), library.photo_id("a")]
    assert found[0].rank > found[1].rank > 0


def test_limit_keeps_the_best(library: Library) -> None:
    for n in range(5):
        library.add(f"{'long ' * n}sunset.jpg", f"content {n}")
    (best,) = find_text(library.reader.connection, "sunset", 1)
    assert best.text == "sunset.jpg"


def test_words_that_are_everywhere_bring_the_newest(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.text._MOST_RANKED", 3)
    for n in range(5):
        library.add(f"IMG_{n}.jpg", f"content {n}")
    found = find_text(library.reader.connection, "img", 2)
    assert [match.text for match in found] == ["IMG_4.jpg", "IMG_3.jpg"]
    assert library.found("img") == {library.photo_id(f"content {n}") for n in range(5)}


def test_looks_only_where_it_is_told(library: Library) -> None:
    library.add("dog.jpg", "a")
    library.add("cat.jpg", "b")
    dog, cat = library.photo_id("a"), library.photo_id("b")
    for photo_id, label in ((dog, "cat"), (cat, "dog"), (cat, "ox")):
        library.writer.tags.change([photo_id], add=[label])

    def among(words: str, *kinds: WhyKind) -> set[int]:
        return {match.photo_id for match in matches(library, words, kinds=kinds)}

    assert among("dog", WhyKind.NAME) == {dog}
    assert among("dog", WhyKind.TAG) == {cat}
    assert among("dog", WhyKind.TEXT) == set()
    assert among("dog cat", WhyKind.NAME) == set()
    assert among("dog", WhyKind.NAME, WhyKind.TAG) == {dog, cat}
    assert among("ox", WhyKind.TAG) == {cat}
    assert among("ox", WhyKind.NAME, WhyKind.TEXT) == set()
    assert among("dog") == set()
    assert matches(library, "dog", kinds=[WhyKind.TAG])[0].text == "dog"


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Urlaub Köln.jpg", "köl"),
        (unicodedata.normalize("NFD", "Urlaub Köln.jpg"), "Köln"),
        ("Urlaub Köln.jpg", unicodedata.normalize("NFD", "Köln")),
        ("ÖL.jpg", "öl"),
        ("ПЁС.jpg", "пёс"),
        ("Яд.jpg", "яд"),
        ("東京タワー.jpg", "東京"),
        ("東京タワー.jpg", "京"),
        ("ทะเลสวย.jpg", "เล"),
        ("🐕 on the beach.jpg", "🐕"),
        ("straße.jpg", "straße"),
        ("Σίσυφος.jpg", "σίσ"),
    ],
)
def test_any_script_and_case(library: Library, name: str, query: str) -> None:
    library.add("other.jpg", "b")
    library.add(name, "a")
    assert library.found(query) == {library.photo_id("a")}


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
    ],
)
def test_no_query_language(library: Library, query: str) -> None:
    library.add("plain name.jpg", "a")
    library.add("odd name.jpg", "b")
    assert matches(library, query) == []


def test_finds_files_by_their_very_name(library: Library) -> None:
    library.add("12.jpg", "a")
    library.add("IMG_12.jpg", "b")
    library.add("112.jpg", "c")
    library.add("first copy.png", "c")
    library.add("12.tar.heic", "d")
    library.add('odd "^name* OR.jpg', "e")

    def named(name: str) -> list[tuple[int, str]]:
        found = find_named(library.reader.connection, name, 10)
        return [(match.photo_id, match.text) for match in found]

    assert named("12.JPG") == [(library.photo_id("a"), "12.jpg")]
    assert named("12") == [(library.photo_id("a"), "12.jpg")]
    assert named("img_12") == [(library.photo_id("b"), "IMG_12.jpg")]
    assert named("First Copy") == [(library.photo_id("c"), "first copy.png")]
    assert named("112") == [(library.photo_id("c"), "112.jpg")]
    assert named("12.tar") == [(library.photo_id("d"), "12.tar.heic")]
    assert named('odd "^name* OR') == [(library.photo_id("e"), 'odd "^name* OR.jpg')]
    assert named("2.jpg") == []
    assert named("first") == []
    for name in ("", " ", '"', "^", "*", ".", "x" * 10_000, "a\0b"):
        assert named(name) == []


def test_queries_without_words(library: Library) -> None:
    library.add("1.jpg", "a")
    assert matches(library, "") == []
    assert matches(library, " \t\n ") == []


def test_endless_query(library: Library) -> None:
    library.add(" ".join(f"w{n}" for n in range(40)) + ".jpg", "a")
    assert library.found(" ".join(f"w{n}" for n in range(40))) == {library.photo_id("a")}
    assert library.found("dog " * 1000) == set()
    assert library.found("d o g " * 1000) == set()
    assert library.found("x" * 10_000) == set()


@settings(
    derandomize=True,
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    word=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12
    ).filter(lambda text: len(text.split()) == 1 and text.split()[0] == text)
)
def test_whatever_stands_in_a_name_is_found(library: Library, word: str) -> None:
    library.add(f"{word}.jpg", f"content {word}")
    shown = {match.photo_id for match in find_text(library.reader.connection, word, 10_000)}
    assert library.photo_id(f"content {word}") in shown

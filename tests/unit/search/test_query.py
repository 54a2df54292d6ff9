from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.domain import QueryError
from photofind.search.query import MAX_CHARACTERS, parse


def test_words_keep_what_was_typed_and_lose_surplus_spaces() -> None:
    query = parse("  two\tdogs \n in  the snow ")
    assert query.words == "two dogs in the snow"
    assert query.text == "  two\tdogs \n in  the snow "


@pytest.mark.parametrize("text", ["", "   ", "\t\r\n", "\x00\x07", "\u200b\u200d\ufeff", "\udcff"])
def test_a_query_without_anything_visible_is_empty(text: str) -> None:
    with pytest.raises(QueryError, match="for example") as caught:
        parse(text)
    assert caught.value.code == "query_empty"


def test_a_query_of_the_greatest_length_is_taken() -> None:
    assert len(parse("a" * MAX_CHARACTERS).words) == MAX_CHARACTERS


def test_a_longer_query_says_how_long_it_may_be() -> None:
    with pytest.raises(QueryError, match=r"10,000 characters.*at most 2,000") as caught:
        parse("a" * 10_000)
    assert (caught.value.code, caught.value.position) == ("query_too_long", MAX_CHARACTERS)


@pytest.mark.parametrize("text", ["สุนัขในหิมะ", "雪の中の犬", "🐶❄️", "-5 °C", "'; DROP TABLE photos"])
def test_any_script_and_sign_is_a_query(text: str) -> None:
    assert parse(text).words == text


def test_control_characters_and_lone_surrogates_separate_words() -> None:
    assert parse("dog\x00\udcffsnow").words == "dog snow"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=50))
def test_words_can_be_encoded_whatever_was_typed(text: str) -> None:
    words = parse("snow " + text).words
    words.encode("utf-8")
    assert words == " ".join(words.split())


@pytest.mark.parametrize(
    ("text", "words", "tags"),
    [
        ("tag:dog", "", ("dog",)),
        ("a beach tag:dog at sunset", "a beach at sunset", ("dog",)),
        ('TAG:"polar  bear" tag:snow', "", ("polar bear", "snow")),
        ('tag:"polar bea', "", ("polar bea",)),
        ("tag:ทะเล", "", ("ทะเล",)),
        ("vintage:dog", "vintage:dog", ()),
        ("tag:dog \u200b", "", ("dog",)),
    ],
)
def test_labels_are_taken_out_of_the_description(
    text: str, words: str, tags: tuple[str, ...]
) -> None:
    query = parse(text)
    assert (query.words, query.tags, query.text) == (words, tags, text)


@pytest.mark.parametrize("text", ["tag:", 'dog tag:""', "dog tag: cat"])
def test_a_missing_label_is_pointed_at(text: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(text)
    assert raised.value.code == "query_syntax"
    assert raised.value.position == text.index("tag:")


@pytest.mark.parametrize(
    ("text", "words", "phrases"),
    [
        ('"no parking"', "", ("no parking",)),
        ('a street "no  parking" tag:car', "a street", ("no parking",)),
        ("“Gasthof zur Post”", "", ("Gasthof zur Post",)),
        ('"one" and "two"', "and", ("one", "two")),
        ('a 24" screen', 'a 24" screen', ()),
        ('"not closed', '"not closed', ()),
        ('"" dog', "dog", ()),
        ('the "', 'the "', ()),
    ],
)
def test_quoted_words_are_phrases(text: str, words: str, phrases: tuple[str, ...]) -> None:
    query = parse(text)
    assert (query.words, query.phrases) == (words, phrases)

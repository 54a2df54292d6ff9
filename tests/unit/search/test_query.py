from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.domain import QueryError
from photofind.search.plan import plan
from photofind.search.query import MAX_CHARACTERS, parse, with_absolute_paths
from photofind.search.syntax import parse_tree

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_line_of_which_nothing_can_be_applied_says_where_it_fails() -> None:
    with pytest.raises(QueryError, match="for example tag:dog") as raised:
        parse(" tag:")
    assert (raised.value.code, raised.value.position) == ("query_syntax", 1)


@pytest.mark.parametrize(
    ("text", "words", "position", "said"),
    [
        ('dog tag:""', "dog", 4, "tag:dog"),
        ("dog tag: cat", "dog cat", 4, "tag:dog"),
        ("rating:many dog", "dog", 0, "rating:>=4"),
        ("dog date:2023-02-30", "dog", 4, "2023-02-30"),
        ("dog sort:colour", "dog", 4, "sort:date"),
        ("dog lang:!", "dog", 4, "lang:th"),
        ("dog camra:iphone", "dog camra:iphone", 4, "camera:"),
        ("dog note:this", "dog note:this", 4, "words"),
    ],
)
def test_what_cannot_be_applied_is_said_and_the_rest_is_searched(
    text: str, words: str, position: int, said: str
) -> None:
    query = parse(text)
    (remark,) = query.remarks
    assert (query.words, remark.position) == (words, position)
    assert said in str(remark.sentence)


def test_order_and_language_concern_the_whole_line() -> None:
    query = parse("dog sort:-date lang:th")
    assert (query.words, query.sort, query.language, query.remarks) == ("dog", "-date", "th", ())
    assert parse("sort:name").sort == "name"


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["-", "(", ")", '"', " or ", "2:", "tag:", "date:", "after:2020", "near:1,2", "\\"]
            ),
            st.text(max_size=5),
        ),
        max_size=12,
    ).map("".join)
)
def test_whatever_is_typed_has_an_answer_or_a_sentence(text: str) -> None:
    refused = None
    try:
        plan(parse(text).tree)
    except QueryError as error:
        refused = error
    assert refused is None or 0 <= refused.position <= len(text)


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


def test_a_line_that_is_kept_names_its_pictures_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    anchored = with_absolute_paths('dogs -2:(image:"a b.jpg" or image:c.jpg) sort:-date lang:th')
    images = f'image:"{tmp_path / "a b.jpg"}" or image:{tmp_path / "c.jpg"}'
    assert parse_tree(anchored) == parse_tree(f"dogs -2:({images}) sort:-date lang:th")
    line = 'two  dogs "in the" snow -image:'
    assert with_absolute_paths(line) == line

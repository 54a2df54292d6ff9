from __future__ import annotations

import os
from pathlib import Path

import pytest

from photofind.sentences import Sentence, dec_hook, enc_hook, english_plural, fill_placeholders

ODD = os.fsdecode(b"caf\xe9 {a} %n (s).jpg")


def test_values_fill_the_template_and_are_not_searched_for_placeholders() -> None:
    sentence = Sentence("{a} and {b} are {c}; {a} again, {0} {} {unknown}", a="{b}", b=ODD, c="%n")
    assert str(sentence) == f"{{b}} and {ODD} are %n; {{b}} again, {{0}} {{}} {{unknown}}"


def test_a_template_without_values_may_hold_braces_and_brackets() -> None:
    text = "{a}.jpg (s) %n 100 % (is|are) {"
    assert str(Sentence(text)) == text


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 photos in 1,234 entries are in “%n (s)”"),
        (1, "1 photo in 1,234 entries is in “%n (s)”"),
        (12345, "12,345 photos in 1,234 entries are in “%n (s)”"),
    ],
)
def test_the_count_selects_the_plural_form(count: int, said: str) -> None:
    sentence = Sentence(
        "%Ln photo(s) in {entries} (is|are) in “{name}”",
        n=count,
        entries=Sentence("%Ln entr(y|ies)", n=1234),
        name="%n (s)",
    )
    assert str(sentence) == said


def test_numbers_are_written_as_in_english() -> None:
    assert str(Sentence("{a} {b} %n", a=1234567, b=1234.5, n=12345)) == "1,234,567 1,234.5 12345"


def test_english_plurals_leave_everything_else_alone() -> None:
    template = "%n photo(s) of {a}, {b} (old) or (a b): %Ln"
    assert english_plural(template, 1) == "%n photo of {a}, {b} (old) or (a b): %Ln"
    assert english_plural(template, 2) == "%n photos of {a}, {b} (old) or (a b): %Ln"
    assert english_plural("%n (was|were)", 1) == "%n was"
    assert english_plural("%n match(es)", 1) == "%n match"
    assert english_plural("%n match(es)", 0) == "%n matches"
    assert fill_placeholders("{a} {b}", {"a": "{b}"}) == "{b} {b}"


def test_what_is_sent_or_stored_comes_back() -> None:
    reason = Sentence("{path} is broken.", path=Path("/photos", ODD))
    sentence = Sentence(
        "%Ln file(s): {reason} {share} “é”\n", n=3, reason=reason, share=0.5, lone="\ud800"
    )
    stored = sentence.to_json()
    assert stored.isascii()
    assert Sentence.from_json(stored) == sentence
    assert str(Sentence.from_json(stored)) == str(sentence)
    assert dec_hook(Sentence, enc_hook(sentence)) == sentence
    assert hash(Sentence.from_json(stored)) == hash(sentence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is broken.",
        "{a}.jpg is no picture",
        "3",
        "[]",
        '{"template": "a"}',
        '{"template": 3, "values": {}}',
        '{"template": "a", "values": {"b": null}}',
        '{"template": "a", "values": {"b": []}}',
        '{"template": "a", "values": {}, "more": 1}',
    ],
)
def test_anything_else_is_no_sentence_but_can_be_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"sentence|Expecting|column"):
        Sentence.from_json(text)
    shown = Sentence.from_json_or_text(text)
    assert str(shown) == text
    assert shown.template == "{text}"


def test_sentences_are_equal_only_with_equal_values() -> None:
    assert Sentence("{a}", a=1) == Sentence("{a}", a=1)
    assert Sentence("{a}", a=1) != Sentence("{a}", a=2)
    assert Sentence("a") != "a"

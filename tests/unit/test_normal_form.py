from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.normal_form import fold, split_asked, split_words


@pytest.mark.parametrize(
    "spellings",
    [
        ("Straße", "STRASSE", "straẞe"),
        ("İstanbul", "istanbul", "ISTANBUL", "ıstanbul"),
        ("Ελλάδα", "ΕΛΛΑΔΑ", "ελλαδα"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("ёлка", "ЕЛКА"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("Þórr", "thorr"),
        ("café", "cafe\u0301", "CAFE"),
        ("ｶﾞﾒﾗ", "ガメラ", "カ\u3099メラ"),
        ("ＩＭＧ＿１", "img_1"),
        ("น้ำ", "น\u0e49\u0e4d\u0e32", "น\u0e4d\u0e49\u0e32"),
        ("แม่", "เเม่"),
        ("شَمْس", "شمس"),
        ("שָׁלוֹם", "שלום"),
        ("❤", "❤\ufe0f"),
        ("don't", "don\u2019t"),
        ("a b", "a\u00a0b", "a\u3000b"),
        ("ﬁn", "fin"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_spellings_of_one_word(spellings: tuple[str, ...]) -> None:
    assert len(set(map(fold, spellings))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("ที", "ที่"), ("มา", "ม้า"), ("が", "か"), ("किताब", "कताब"), ("dog", "dogs"), ("a b", "ab")],
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=12))
def test_folding_again_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMG_2682.jpg", ["img", "2682", "jpg"]),
        ("MyDog2", ["my", "dog", "2", "mydog", "mydog2", "dog2"]),
        ("富士山2019", ["富", "士", "山", "2019"]),
        ("ทะเลที่", ["ท", "ะ", "เ", "ล", "ที่"]),
        ("हिन्दी", ["हिन्दी"]),
        ("c++ 👍🏽", ["c", "+", "+", "👍", "🏽"]),
        ("", []),
    ],
)
def test_where_words_end(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=3), st.text(max_size=6))
def test_a_word_between_spaces_stands_by_itself(others: list[str], word: str) -> None:
    there = split_words(" ".join([*others, word, *others]))
    for sequence in split_asked(word):
        count = len(sequence)
        assert any(there[n : n + count] == sequence for n in range(len(there)))
